"""The wedge decoder on an injected clock: scans whole, typing untouched, and never half a code."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim, layouts
from devices.scanners.content import LONGEST_CODE
from devices.scanners.wedge import Decision, Fate, WedgeDecoder, WedgeSettings
from devices.simulators.keys import strokes

F12 = 88
SHIFT, CONTROL, ALT = 42, 29, 56
KEYS = {character: (code, shifted) for code, pair in layouts.US.items() for shifted, character in enumerate(pair)}
KEYS |= {pair[0]: (code, 0) for code, pair in layouts.US.items() if code < 55}
GS = "\x1d"


@dataclass
class Filter:
    """A thin event filter, as a window has one: it holds, drops and types whole events."""

    decoder: WedgeDecoder
    at: float = 0.0
    held: list[tuple[str, int]] = field(default_factory=list)
    typed: list[tuple[str, int]] = field(default_factory=list)
    readings: list[Scan | Unreadable] = field(default_factory=list)

    def apply(self, decision: Decision, event: tuple[str, int] | None) -> None:
        if decision.held is not Fate.hold:
            if decision.held is Fate.type:
                self.typed += self.held
            self.held = []
        if event is not None:
            if decision.this is Fate.hold:
                self.held.append(event)
            elif decision.this is Fate.type:
                assert not self.held, "typed before what came earlier"
                self.typed.append(event)
        if decision.reading is not None:
            self.readings.append(decision.reading)

    def tick(self, seconds: float) -> None:
        """Time passes without a key; the timer fires when it is due."""
        until = self.at + seconds
        due_at = self.decoder.due_at
        while due_at is not None and due_at < until:
            expired = self.decoder.expire(due_at + 0.001)
            assert expired is not None
            self.apply(expired, None)
            due_at = self.decoder.due_at
        self.at = until

    def press(self, code: int, repeat: bool = False) -> None:
        self.apply(self.decoder.press(code, self.at, repeat), ("press", code))

    def release(self, code: int) -> None:
        self.apply(self.decoder.release(code, self.at), ("release", code))

    def strike(self, code: int, gap_s: float = 0.002) -> None:
        self.press(code)
        self.tick(gap_s / 2)
        self.release(code)
        self.tick(gap_s / 2)

    def play(self, keys: list[tuple[int, bool]]) -> None:
        for code, pressed in keys:
            self.tick(0.001)
            (self.press if pressed else self.release)(code)

    def write(self, text: str, gap_s: float = 0.002) -> None:
        for character in text:
            if character == GS:
                self.press(CONTROL)
                self.strike(27, gap_s)
                self.release(CONTROL)
                continue
            code, shifted = KEYS[character]
            if shifted:
                self.press(SHIFT)
            self.strike(code, gap_s)
            if shifted:
                self.release(SHIFT)

    def scan(self, text: str, gap_s: float = 0.002) -> None:
        self.write(text, gap_s)
        self.strike(layouts.ENTER, gap_s)

    @property
    def texts(self) -> list[str]:
        return [reading.text for reading in self.readings if isinstance(reading, Scan)]

    @property
    def pressed(self) -> list[int]:
        return [code for kind, code in self.typed if kind == "press"]


@pytest.fixture
def desk() -> Filter:
    return Filter(WedgeDecoder("wedge", WedgeSettings()))


@pytest.fixture
def prefixed() -> Filter:
    return Filter(WedgeDecoder("wedge", WedgeSettings(prefix=F12)))


def codes(text: str) -> list[int]:
    return [KEYS[character][0] for character in text]


def test_a_fast_burst_is_one_scan_and_nothing_is_typed(desk: Filter) -> None:
    desk.scan(f"]d2010950110153000310AB-7z{GS}21X9Y")
    desk.tick(1.0)
    [scan] = desk.readings
    assert isinstance(scan, Scan)
    assert (scan.text, scan.aim) == (f"010950110153000310AB-7z{GS}21X9Y", "]d2")
    assert desk.typed == []
    assert desk.held == []


def test_every_character_of_the_layout(desk: Filter) -> None:
    text = "".join(sorted(KEYS))
    desk.scan(text)
    assert desk.texts == [text]


def test_slow_typing_is_typing(desk: Filter) -> None:
    desk.write("Hello, World 42", gap_s=0.12)
    desk.strike(layouts.ENTER)
    assert desk.readings == []
    assert [code for code in desk.pressed if code != SHIFT] == [*codes("Hello, World 42"), layouts.ENTER]
    assert len(desk.typed) == 2 * len(desk.pressed)


def test_a_fast_finger_is_not_a_scanner(desk: Filter) -> None:
    desk.write("the", gap_s=0.03)
    desk.tick(0.2)
    desk.write("er", gap_s=0.03)
    desk.strike(layouts.ENTER)
    assert desk.pressed == [*codes("theer"), layouts.ENTER]
    assert desk.readings == []


def test_typing_before_a_scan_is_kept_and_the_scan_is_whole(desk: Filter) -> None:
    desk.write("note", gap_s=0.15)
    desk.tick(0.2)
    desk.scan("8480000650672")
    assert desk.texts == ["8480000650672"]
    assert desk.pressed == codes("note")


def test_a_repeating_key_is_a_person(desk: Filter) -> None:
    desk.press(30)
    for _ in range(20):
        desk.tick(0.03)
        desk.press(30, repeat=True)
    desk.release(30)
    desk.tick(1.0)
    assert desk.pressed == [30] * 21
    assert desk.readings == []


def test_shortcuts_and_lone_modifiers_pass(desk: Filter) -> None:
    for modifier in (CONTROL, ALT):
        desk.press(modifier)
        desk.strike(46)
        desk.release(modifier)
    desk.strike(SHIFT)
    desk.tick(1.0)
    assert desk.typed[:4] == [("press", CONTROL), ("press", 46), ("release", 46), ("release", CONTROL)]
    assert len(desk.typed) == 10
    assert desk.held == []


def test_a_burst_without_its_end_is_said_and_dropped(desk: Filter) -> None:
    desk.write("8480000")
    desk.tick(2.0)
    desk.scan("650672")
    first, second = desk.readings
    assert isinstance(first, Unreadable)
    assert (first.why, first.raw) == (Fault.garbled, b"8480000")
    assert desk.texts == ["650672"]
    assert second.at > first.at
    assert desk.typed == []


def test_a_short_stall_in_the_middle_does_not_split_a_code(desk: Filter) -> None:
    desk.write("8480000")
    desk.tick(0.3)
    desk.scan("650672")
    assert desk.texts == ["8480000650672"]


def test_a_timer_that_ran_ahead_of_the_keys_never_gives_half_a_code(desk: Filter) -> None:
    """The window was busy: its timer fires first, and only then the keys are handed over with their own times."""
    desk.write("84")
    at = desk.at
    early = desk.decoder.expire(at + 0.2)
    assert early is not None
    desk.apply(early, None)
    desk.scan("80000650672")
    [reading] = desk.readings
    assert isinstance(reading, Unreadable)
    assert desk.texts == []


@pytest.mark.parametrize("stall_s", [0.06, 0.1, 0.14])
@pytest.mark.parametrize("keys", [1, 2, 3, 5])
def test_a_computer_that_stalls_once_in_the_first_keys_does_not_split_a_code(
    desk: Filter, keys: int, stall_s: float
) -> None:
    code = "8480000650672"
    desk.write(code[:keys])
    desk.tick(stall_s)
    desk.scan(code[keys:])
    assert desk.texts == [code]
    assert desk.typed == []


@given(st.integers(1, 5), st.floats(0.0, 0.24))
def test_however_long_it_stalls_the_rest_of_a_code_is_never_taken_for_a_code(keys: int, stall_s: float) -> None:
    desk, code = Filter(WedgeDecoder("wedge", WedgeSettings())), "8480000650672"
    desk.write(code[:keys])
    desk.tick(stall_s)
    desk.scan(code[keys:])
    [reading] = desk.readings
    assert isinstance(reading, Unreadable) or reading.text == code


def test_a_stall_after_a_shift_does_not_split_a_code(desk: Filter) -> None:
    desk.press(SHIFT)
    desk.tick(0.1)
    desk.strike(30)
    desk.release(SHIFT)
    desk.scan("1234567")
    assert desk.texts == ["A1234567"]
    assert desk.typed == []


def test_a_hand_waits_no_longer_than_the_gap_for_its_key(desk: Filter) -> None:
    """A hand holds a key longer than a scanner does."""
    desk.press(30)
    desk.tick(0.055)
    assert desk.pressed == [30]
    desk.release(30)
    assert desk.held == []


def test_an_alt_code_in_a_burst_is_its_character(desk: Filter) -> None:
    desk.play(strokes(f"]C10109501101530003{GS}21X\r", layouts.US, alt_codes=True))
    assert desk.texts == [f"0109501101530003{GS}21X"]
    assert desk.typed == []


@pytest.mark.parametrize("name", layouts.LAYOUTS)
def test_a_code_that_begins_with_a_modifier_is_whole_on_every_layout(name: str) -> None:
    layout = layouts.LAYOUTS[name]
    desk = Filter(WedgeDecoder("wedge", WedgeSettings(layout=layout)))
    desk.play(strokes(f"]d2[\\@~]{GS}A\r", layout))
    desk.play(strokes(f"{GS}12345\r", layout))
    assert desk.texts == [f"[\\@~]{GS}A", f"{GS}12345"]
    assert desk.typed == []


def test_an_alt_code_by_hand_is_typed(desk: Filter) -> None:
    desk.press(ALT)
    for code in (82, 75, 80, 81):
        desk.tick(0.2)
        desk.strike(code)
    desk.tick(0.2)
    desk.release(ALT)
    desk.tick(1.0)
    assert desk.pressed == [ALT, 82, 75, 80, 81]
    assert desk.readings == [] and desk.held == []
    desk.scan("8480000650672")
    assert desk.texts == ["8480000650672"]


def test_a_modifier_that_was_let_go_in_another_window_is_forgotten(desk: Filter) -> None:
    desk.press(ALT)  # and Tab, which the window manager takes, and the release with it
    desk.tick(1.0)
    desk.decoder.lost_releases(frozenset())
    desk.scan("8480000650672")
    assert desk.texts == ["8480000650672"]


def test_a_window_that_knows_better_is_not_heard_in_the_middle_of_a_burst(desk: Filter) -> None:
    desk.write("84800")
    desk.press(SHIFT)
    desk.decoder.lost_releases(frozenset())
    desk.strike(30)
    desk.release(SHIFT)
    desk.scan("b")
    assert desk.texts == ["84800Ab"]


def test_shortcuts_have_no_part_in_a_scan_that_has_begun(desk: Filter, prefixed: Filter) -> None:
    assert prefixed.decoder.claims(F12) and not desk.decoder.claims(F12)
    assert not desk.decoder.claims(30)
    desk.write("8")
    assert desk.decoder.claims(30) and not desk.decoder.claims(F12)
    desk.write("480000")
    assert desk.decoder.claims(F12)


def test_an_endless_burst_is_held_by_nobody_and_said_to_be_too_long(desk: Filter) -> None:
    desk.write("7" * (LONGEST_CODE + 20), gap_s=0.001)
    assert desk.held == []
    assert len(desk.decoder._text) <= LONGEST_CODE + 3
    desk.strike(layouts.ENTER)
    [reading] = desk.readings
    assert isinstance(reading, Unreadable) and reading.why is Fault.too_long


def test_two_scans_in_a_row(desk: Filter) -> None:
    desk.scan("FIRST-1")
    desk.scan("SECOND2")
    assert desk.texts == ["FIRST-1", "SECOND2"]


def test_a_pin_rolled_over_the_keys_is_typed(desk: Filter) -> None:
    """Four digits in a blink, and Enter a second later: a hand can do that, and its PIN must not vanish."""
    desk.write("1234")
    desk.tick(1.0)
    desk.strike(layouts.ENTER)
    assert desk.readings == []
    assert len(desk.typed) >= 8


def test_tab_ends_a_scan_too(desk: Filter) -> None:
    desk.write("123456")
    desk.strike(layouts.TAB)
    assert desk.texts == ["123456"]


def test_a_prefix_makes_short_and_slow_codes_certain(prefixed: Filter) -> None:
    for text in ("A", "12345678"):
        prefixed.strike(F12)
        prefixed.scan(text, gap_s=0.2)
    assert prefixed.texts == ["A", "12345678"]
    assert prefixed.typed == []


def test_a_prefixed_burst_that_stops_or_is_mixed_with_typing_is_unreadable(prefixed: Filter) -> None:
    prefixed.strike(F12)
    prefixed.write("123")
    prefixed.tick(1.0)
    prefixed.strike(F12)
    prefixed.write("12")
    prefixed.strike(103)  # an arrow key
    prefixed.scan("3")
    prefixed.strike(F12)
    prefixed.strike(layouts.ENTER)
    assert [reading.why for reading in prefixed.readings] == [Fault.garbled, Fault.garbled, Fault.empty]
    assert prefixed.typed == []
    prefixed.strike(F12)
    prefixed.tick(1.0)
    assert len(prefixed.readings) == 3
    assert prefixed.decoder.due_at is None


def test_the_suffixs_release_does_not_press_a_button(desk: Filter) -> None:
    desk.write("123456")
    desk.press(layouts.ENTER)
    desk.tick(0.5)
    desk.release(layouts.ENTER)
    assert desk.typed == []


KEY = st.sampled_from([2, 3, 16, 30, 42, 29, 56, 27, 28, 15, 88, 103])


@given(
    st.sampled_from([None, F12]),
    st.lists(st.tuples(KEY, st.booleans(), st.sampled_from([0.0, 0.001, 0.04, 0.06, 0.7])), max_size=40),
)
def test_every_event_is_typed_or_dropped_once_and_in_order(
    prefix: int | None, events: list[tuple[int, bool, float]]
) -> None:
    desk = Filter(WedgeDecoder("wedge", WedgeSettings(prefix=prefix)))
    for code, pressed, gap_s in events:
        (desk.press if pressed else desk.release)(code)
        desk.tick(gap_s)
    desk.tick(5.0)
    assert desk.held == []
    assert desk.decoder.due_at is None
    remaining = iter(("press" if pressed else "release", code) for code, pressed, _ in events)
    assert all(event in remaining for event in desk.typed), "typed in another order than pressed"


@given(
    st.text(st.sampled_from(sorted(KEYS)), min_size=6, max_size=40).filter(
        lambda text: aim.split(text)[1].strip() != ""
    )
)
def test_any_code_fast_enough_comes_out_as_it_went_in(text: str) -> None:
    desk = Filter(WedgeDecoder("wedge", WedgeSettings()))
    desk.scan(text, gap_s=0.01)
    [scan] = desk.readings
    assert isinstance(scan, Scan)
    assert scan.aim + scan.text == text
    assert desk.typed == []


HAND = st.tuples(st.just("hand"), st.text(st.sampled_from("abcXYZ 0123456789-#"), min_size=1, max_size=6))
SCANNER = st.tuples(st.just("scanner"), st.text(st.sampled_from("ABC0123456789/-"), min_size=6, max_size=20))


@given(st.lists(st.one_of(HAND, SCANNER), max_size=8), st.sampled_from([0.06, 0.09, 0.15, 0.4]))
def test_a_hand_and_a_scanner_in_turn_are_kept_apart(turns: list[tuple[str, str]], pace_s: float) -> None:
    """Each with a blink between them: every key of the hand is typed, every code comes out, and nothing else does."""
    desk = Filter(WedgeDecoder("wedge", WedgeSettings()))
    typed: list[int] = []
    for who, text in turns:
        desk.tick(0.3)
        if who == "hand":
            desk.write(text, gap_s=pace_s)
            desk.strike(layouts.ENTER, gap_s=pace_s)
            typed += [*codes(text), layouts.ENTER]
        else:
            desk.scan(text)
    desk.tick(1.0)
    assert [code for code in desk.pressed if code != SHIFT] == typed
    assert desk.texts == [text for who, text in turns if who == "scanner"]
    assert len(desk.readings) == len(desk.texts)
    assert desk.held == []

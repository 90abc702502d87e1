"""Scanners that type: telling a scan from typing by key codes and time, so that no widget ever sees half a code.

Keys are decoded with the scanner's layout, not the computer's. A key programmed as prefix makes it certain; without
one, keys that follow each other faster than any hand are a scan. Keys are held until that is decided: then either
all are dropped and one reading comes out, or all are typed in their order. A burst that lost its beginning or its
end is dropped as unreadable: half a code is worse than none.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim, layouts
from devices.scanners.content import LONGEST_CODE, reading_of, unreadable
from devices.scanners.keys import KeyReader, Mute, composed

_LONGEST_TEXT = LONGEST_CODE + aim.SIZE


class Fate(StrEnum):
    """What the event filter does with key events."""

    hold = "hold"
    drop = "drop"
    type = "type"


@dataclass(frozen=True, slots=True)
class Decision:
    """First `held` for all events held so far, in order, then `this` for the present one; then post `reading`."""

    held: Fate
    this: Fate
    reading: Scan | Unreadable | None = None


@dataclass(frozen=True, slots=True)
class WedgeSettings:
    """How the scanner was programmed, and what is faster than a hand.

    `prefix` is a key code (input-event-codes.h) the scanner sends first, or None. Seen by an application, the gaps
    of real wedges stay below 15 ms; `unfinished_s` is how long a burst may hang before it is given up.
    """

    layout: layouts.Layout = field(default_factory=lambda: layouts.US)
    prefix: int | None = None
    suffixes: frozenset[int] = frozenset({layouts.ENTER, layouts.KEYPAD_ENTER, layouts.TAB})
    gap_s: float = 0.05
    # Two keys this close, or a key down this short, were no hand's; a computer that is busy may then stall once
    # without splitting the code.
    fast_s: float = 0.02
    stall_s: float = 0.15
    unfinished_s: float = 0.5
    # A code that begins so soon after typed keys may have lost its beginning to them.
    quiet_s: float = 0.25
    fewest_characters: int = 6  # a PIN rolled over the keys in a blink has four


class WedgeDecoder:
    """Key events in, decisions out. `at` is the event's own time, in seconds of one steady clock.

    After each decision ask `due_at`, and call `expire` when that time has come without another key.
    """

    def __init__(self, device: str, settings: WedgeSettings) -> None:
        self._device = device
        self._settings = settings
        self._keys = KeyReader(settings.layout)
        self._text: list[str] = []
        self._holding = False
        self._prefixed = False
        self._spoiled: Fault | None = None
        self._last_at = 0.0
        self._character_at = 0.0
        self._fast = self._stalled = False
        self._typed_at: float | None = None  # the last key of what `expire` let be typed
        self._down: set[int] = set()  # pressed keys whose fate is open
        self._dropped: set[int] = set()  # dropped presses whose release must be dropped too

    @property
    def due_at(self) -> float | None:
        """When to call `expire` if no key comes before, or None."""
        if not (self._holding or self._prefixed):
            return None
        if self._certain:
            return self._last_at + self._settings.unfinished_s
        patient = (self._fast or not self._text) and not self._stalled
        return self._last_at + (self._settings.stall_s if patient else self._settings.gap_s)

    def expire(self, at: float) -> Decision | None:
        """The time has come: what happens to the held events, or None when it is too early."""
        due_at = self.due_at
        if due_at is None or at <= due_at:
            return None
        if self._text and not self._certain:
            self._typed_at = self._last_at
        return Decision(*self._give_up(at))

    def claims(self, code: int) -> bool:
        """Whether a press of this key would be part of a scan that has begun, or begin one for sure."""
        begun = bool(self._text) and code in self._settings.layout
        return self._certain or begun or code == self._settings.prefix

    def lost_releases(self, down: AbstractSet[int]) -> None:
        """Say which modifiers are truly down, where the window knows: a key let go elsewhere is never released here.

        In the middle of a burst its own keys are believed.
        """
        if not (self._holding or self._prefixed):
            for code in self._keys.modifiers - down:
                self._keys.release(code)
                self._dropped.discard(code)

    def release(self, code: int, at: float) -> Decision:
        """A key was let go: it goes the way its press went, and may finish an Alt code."""
        made = self._keys.release(code)
        if self._holding or self._prefixed:
            self._add(made)
        if code in self._dropped:
            self._dropped.discard(code)
            return Decision(Fate.hold, Fate.drop)
        if code in self._down and at - self._last_at <= self._settings.fast_s:
            self._fast = True
        self._down.discard(code)
        return Decision(Fate.hold, Fate.hold if self._holding else Fate.type)

    def press(self, code: int, at: float, repeat: bool = False) -> Decision:
        """A key was pressed; `repeat` when the keyboard repeats a key that is held down."""
        late = self.expire(at)
        if late is None:
            return self._press(code, at, repeat)
        # The key belongs to whatever comes next; a burst given up before it is answered for here as well.
        decision = self._press(code, at, repeat)
        return Decision(late.held, decision.this, late.reading or decision.reading)

    def _press(self, code: int, at: float, repeat: bool) -> Decision:
        if not repeat:
            self._dropped.discard(code)  # its release went elsewhere
        if code == self._settings.prefix:
            held, _, reading = self._give_up(at)
            self._prefixed, self._last_at = True, at
            self._dropped.add(code)
            return Decision(held, Fate.drop, reading)
        made = self._keys.press(code)
        if self._prefixed:
            return self._prefixed_key(code, made, at, repeat)
        if code in self._settings.suffixes:
            return self._suffix(code, at, repeat)
        if repeat or made is Mute.other or code in layouts.WINDOW_KEYS:
            return self._typing(at)
        return self._collect(code, made, at)

    @property
    def _certain(self) -> bool:
        """Whether what is held is a scan for sure, finished or not."""
        return self._prefixed or len(self._text) >= self._settings.fewest_characters

    def _add(self, made: str | Mute) -> None:
        """Put a character to the code; never more than any code can hold."""
        if made is Mute.other:
            self._spoiled = self._spoiled or Fault.garbled
        elif isinstance(made, str) and len(self._text) < _LONGEST_TEXT:
            self._text.append(made)
        elif isinstance(made, str):
            self._spoiled = self._spoiled or Fault.too_long

    def _collect(self, code: int, made: str | Mute, at: float) -> Decision:
        if not self._holding and self._typed_at is not None:
            # What `expire` let be typed may have been the beginning of this burst, on a computer that stalled.
            self._spoiled = Fault.garbled if at - self._typed_at <= self._settings.quiet_s else None
            self._typed_at = None
        self._stalled |= self._holding and at - self._last_at > self._settings.gap_s
        self._holding = True
        if isinstance(made, str):
            self._fast = bool(self._text) and at - self._character_at <= self._settings.fast_s
            self._character_at = at
        self._add(made)
        self._down.add(code)
        self._last_at = at
        if not self._certain:
            return Decision(Fate.hold, Fate.hold)
        # Whatever comes next, none of it will be typed.
        self._dropped |= self._down
        self._down.clear()
        return Decision(Fate.drop, Fate.drop)

    def _prefixed_key(self, code: int, made: str | Mute, at: float, repeat: bool) -> Decision:
        self._dropped.add(code)
        self._last_at = at
        if code in self._settings.suffixes:
            return Decision(Fate.drop, Fate.drop, self._finish(at))
        self._add(Mute.other if repeat else made)
        return Decision(Fate.hold, Fate.drop)

    def _suffix(self, code: int, at: float, repeat: bool) -> Decision:
        if repeat or self._keys.modifiers or not self._certain:
            return self._typing(at)
        self._down.add(code)
        return Decision(Fate.drop, Fate.drop, self._finish(at))

    def _typing(self, at: float) -> Decision:
        """This key is no scanner's. What is held was typed, unless it was certainly a scan."""
        held, _, reading = self._give_up(at)
        return Decision(held, Fate.type, reading)

    def _finish(self, at: float) -> Scan | Unreadable:
        reading: Scan | Unreadable
        if self._spoiled is not None:
            reading = self._unreadable(self._spoiled, at)
        else:
            reading = reading_of(self._device, composed("".join(self._text)), at)
        self._forget(dropped=True)
        return reading

    def _give_up(self, at: float) -> tuple[Fate, Fate, Unreadable | None]:
        """Without a suffix it is no scan: typed if it is too short for one, else dropped and said."""
        if not self._certain:
            self._forget(dropped=False)
            return Fate.type, Fate.hold, None
        reading = self._unreadable(self._spoiled or Fault.garbled, at) if self._text else None
        self._forget(dropped=True)
        return Fate.drop, Fate.hold, reading

    def _unreadable(self, why: Fault, at: float) -> Unreadable:
        return unreadable(self._device, why, "".join(self._text).encode(), at)

    def _forget(self, dropped: bool) -> None:
        if dropped:
            self._dropped |= self._down
        self._down.clear()
        self._text.clear()
        self._keys.forget()
        self._holding = self._prefixed = self._fast = self._stalled = False
        self._spoiled = None

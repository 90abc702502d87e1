"""The review of a counted shift: each difference gets its reasons, what is lost is written off, then it is signed."""

from collections.abc import Mapping, Sequence

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.authority.facts import SignedOut
from station.authority.may import Close, Sign, may, needs_second
from station.facts import Recorded
from station.inputs import TYPED, Command
from station.known import Known
from station.outcome import Outcome
from station.records import Operator
from station.shifts.facts import (
    CountBegan,
    CountedAgain,
    DifferenceExplained,
    ItemWrittenOff,
    Seen,
    ShiftCountersigned,
    ShiftLocked,
    ShiftSigned,
    WriteOffAsked,
)
from station.shifts.findings import Lost
from station.shifts.lines import Line, off, signed, verdict
from station.shifts.parts import RULES
from station.state import Ask, Choice, State
from station.steps import pins
from station.steps.allowed import is_allowed
from station.steps.notices import accepted, attention, best, refused, warned
from station.words import DIFFERENCE_WORDS, GONE_WORDS, line_words

_REASONS = tuple(Choice(code, text) for code, text in DIFFERENCE_WORDS.items())
# So many have a key beside the other answers: two columns of four, or of three where each has two lines.
_UNITS_OFFERED, _LOST_OFFERED, _TITLE_SHOWN = 6, 4, 14
# So many plates have room in a sentence.
_GONE_SHOWN = 3
_TEXTS: Mapping[tuple[bool, bool], str] = {
    (False, False): mark("{rule}: {units}"),
    (True, False): mark("{rule}, {client}: {units}"),
    (False, True): mark("{rule}, {way}: {units}"),
    (True, True): mark("{rule}, {client}, {way}: {units}"),
}
_VERDICTS: Mapping[str, str] = {
    "balanced": mark("The shift adds up. It is signed and locked."),
    "explained": mark("Every difference has its reasons. The shift is signed and locked."),
    "open": mark("Closed with open items: facts wait to be sent. The shift is signed and locked."),
}


def key_of(line: Line) -> str:
    """Return what names a line among those of its shift."""
    return f"{line.rule}/{line.client}/{line.way}"


def words_of(line: Line) -> dict[str, str]:
    """Return what a sentence says of a line: the rule, whose, which way, and by how much it is still off."""
    return {
        "rule": RULES[line.rule],
        "client": line.client,
        "way": line_words(line.way),
        "units": f"{line.unexplained:+d}",
    }


def text_of(words: Mapping[str, str]) -> str:
    """Return the sentence for the words of a line; some lines are of no client, or go no way."""
    return _TEXTS[bool(words.get("client")), bool(words.get("way"))]


def unsettled(state: State, known: Known) -> tuple[Line, ...]:
    """Return the lines of the shift whose reasons do not add up to their difference yet."""
    return tuple(line for line in known.shift_lines(state.shift) if not line.is_settled)


def scan_at_review(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the shift is to be signed first"""
    return refused(mark("The shift is counted. A supervisor looks at its differences and signs."))


def choose_line(state: State, command: Command, known: Known) -> Outcome:
    """a line that differs asks for a reason"""
    if not is_allowed(state, Close(), known):
        return refused(mark("Only a supervisor explains a difference."))
    line = _named(command.value, unsettled(state, known))
    if line is None:
        return attention(mark("This line is settled. Choose one that differs."))
    choices = tuple(each for each in _REASONS if line.unexplained < 0 or each.value not in GONE_WORDS)
    return Outcome(ask=Ask("line-why", code=key_of(line), params=words_of(line), choices=choices))


def scan_before_reason(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: a reason is chosen first"""
    return refused(mark("Choose a reason first."))


def scan_before_choice(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: what shall be done is chosen first"""
    return refused(mark("Choose what shall be done, or press Esc to go on with parcels."))


def choose_why(state: State, command: Command, known: Known) -> Outcome:
    """a reason settles the one unit that differs; of several it is asked how many have it"""
    ask = state.ask or Ask("line-why")
    line = next((each for each in unsettled(state, known) if key_of(each) == ask.code), None)
    if line is None:
        return Outcome(ask=None)
    rest = abs(line.unexplained)
    if rest == 1:
        return _explained(state, line, command.value, line.unexplained)
    few = range(1, min(rest, _UNITS_OFFERED + 2))
    some = tuple(Choice(str(units), mark("{count} of them"), {"count": str(units)}) for units in few)
    choices = (*some, Choice(str(rest), mark("All {count}"), {"count": str(rest)}))
    return Outcome(ask=Ask("line-units", code=ask.code, value=command.value, params=words_of(line), choices=choices))


def choose_units(state: State, command: Command, known: Known) -> Outcome:
    """so many units have this reason; the others wait for theirs"""
    ask = state.ask or Ask("line-units")
    line = next((each for each in unsettled(state, known) if key_of(each) == ask.code), None)
    if line is None:
        return Outcome(ask=None)
    units = min(int(command.value), abs(line.unexplained))
    return _explained(state, line, ask.value, units if line.unexplained > 0 else -units)


def take_reasons_back(state: State, command: Command, known: Known) -> Outcome:
    """takes back every reason of the shift"""
    if not is_allowed(state, Close(), known):
        return refused(mark("Only a supervisor explains a difference."))
    given = [each for line in known.shift_lines(state.shift) for each in line.reasons]
    if not given:
        return attention(mark("No difference has a reason yet."))
    facts = tuple(DifferenceExplained(state.shift, each.rule, each.why, 0, each.client, each.way) for each in given)
    return Outcome(accepted(mark("All reasons are taken back.")), facts)


def count_again(state: State, command: Command, known: Known) -> Outcome:
    """a supervisor lets single bins be counted again; what the count showed so far stays named in the report"""
    if not is_allowed(state, Close(), known):
        return refused(mark("Only a supervisor has a bin counted again."))
    seen = tuple(Seen(each.kind, each.plate, each.bin, each.found) for each in known.shift_findings(state.shift))
    text = mark("Scan the bin to count again. The report names who had it counted again.")
    return Outcome(accepted(text), (CountedAgain(state.shift, seen), CountBegan(state.shift)))


def ask_sign(state: State, command: Command, known: Known) -> Outcome:
    """asks for a badge when each difference has its reasons; first, which units that are lost are written off"""
    if waiting := unsettled(state, known):
        text = mark("Differences without a reason: {count}. Choose each, and say why.")
        return refused(text, count=str(len(waiting)))
    return Outcome(ask=_ask_written_off(_lost(state, known), (), known.shift_lines(state.shift)))


def choose_written_off(state: State, command: Command, known: Known) -> Outcome:
    """a unit, or all, is written off: it is not expected any more; `others` shows more, `no` asks for the badge"""
    ask = state.ask or Ask("write-off")
    chosen, lost, lines = tuple(ask.value.split()), _lost(state, known), known.shift_lines(state.shift)
    if command.value == "no":
        return Outcome(ask=_ask_badge(ask.value, lines))
    if command.value == "others":
        return Outcome(ask=_ask_written_off(lost, chosen, lines, int(ask.params.get("next", "0"))))
    if command.value == "all":
        return Outcome(ask=_ask_badge(" ".join(each.plate for each in lost), lines))
    return Outcome(ask=_ask_written_off(lost, (*chosen, command.value), lines))


def _ask_badge(value: str, lines: tuple[Line, ...]) -> Ask:
    """Ask for the badge that signs, and say what it signs; with it the units whose plates are in `value` are lost."""
    params = {"verdict": verdict(lines), "count": str(off(lines))}
    return Ask("sign", value=value, params={**params, **({"gone": _named_few(value.split())} if value else {})})


def _named_few(plates: Sequence[str]) -> str:
    """Return how many units are written off, and the plates of the first of them."""
    more = ", …" if len(plates) > _GONE_SHOWN else ""
    return f"{len(plates)} ({', '.join(plates[:_GONE_SHOWN])}{more})" if plates else "0"


def _ask_written_off(lost: tuple[Lost, ...], chosen: tuple[str, ...], lines: tuple[Line, ...], first: int = 0) -> Ask:
    """Ask which more of the lost units are written off, `first` of them and the next; with none left, for the badge."""
    value, rest = " ".join(chosen), [each for each in lost if each.plate not in chosen]
    if not rest:
        return _ask_badge(value, lines)
    keep = mark("No more: the others are expected again") if chosen else mark("None: they are expected again")
    every = Choice("all", mark("All {count}"), {"count": str(len(lost))})
    is_long = len(rest) > _LOST_OFFERED
    until = first + _LOST_OFFERED - is_long
    others = (Choice("others", mark("Other units")),) if is_long else ()
    choices = (Choice("no", keep), *((every,) if len(lost) > 1 else ()), *map(_offered, rest[first:until]), *others)
    params = {"count": str(len(rest)), "next": str(until if until < len(rest) else 0)}
    return Ask("write-off", value=value, params=params, choices=choices)


def _offered(lost: Lost) -> Choice:
    title = lost.title if len(lost.title) <= _TITLE_SHOWN else f"{lost.title[: _TITLE_SHOWN - 1]}…"
    return Choice(lost.plate, "{plate} · {title}", {"plate": lost.plate, "title": title})


def _lost(state: State, known: Known) -> tuple[Lost, ...]:
    """Return the units that the count did not find, of lines that were explained by their being gone."""
    gone = {
        (line.client, line.way)
        for line in known.shift_lines(state.shift)
        if line.rule == 4 and any(each.why in GONE_WORDS for each in line.reasons)
    }
    return tuple(each for each in known.lost(state.shift) if (each.client, each.way) in gone)


def scan_signer(state: State, scan: Scan, known: Known) -> Outcome:
    """the badge of somebody who signs asks for its PIN; any other is refused, and so is one that was only typed"""
    ask = state.ask or Ask("sign")
    return _badge(state, scan, known, Sign(), {"units": ask.value})


def scan_second(state: State, scan: Scan, known: Known) -> Outcome:
    """another supervisor's badge asks for its PIN"""
    shift = state.ask.code if state.ask is not None else ""
    return _badge(state, scan, known, Sign(second=True), {"shift": shift})


def enter_pin(state: State, scan: Scan, known: Known) -> Outcome:
    """the right PIN signs and ends the shift; where much is off it is locked only when a second one signed too"""
    ask = state.ask or Ask("sign-pin")
    person = known.operator(ask.code)
    if person is None:
        return refused(mark("Nobody here has this badge. Ask a supervisor."), ask=None)
    if (stopped := pins.locked(state, person, known)) is not None:
        return stopped
    if not known.pin_is_right(person, scan.text):
        return pins.wrong(state, person, known, scan.text)
    shift = ask.params.get("shift", "")
    if shift:
        done = _countersigned(state, shift, person, known)
    else:
        done = _signed(state, person, ask.params.get("units", ""), known)
    return msgspec.structs.replace(done, facts=(*pins.right(state, person), *done.facts))


def _badge(state: State, scan: Scan, known: Known, act: Sign, more: dict[str, str]) -> Outcome:
    if scan.device == TYPED:
        return refused(mark("A supervisor's badge is scanned here, not typed."))
    badge = best(known.recognise(scan.text, scan.aim), "badge")
    person = known.operator(badge.value) if badge is not None else None
    if person is None or may(known.authority(), person.role, act) != "yes":
        return refused(mark("This needs the badge of a supervisor."))
    if (stopped := pins.locked(state, person, known)) is not None:
        return stopped
    if any(each.shift == more.get("shift") and each.badge == person.badge for each in state.half_signed):
        return refused(mark("{name} has signed already. Another supervisor signs too."), name=person.name)
    return Outcome(ask=Ask("sign-pin", code=person.badge, params={"name": person.name, **more}))


def _signed(state: State, person: Operator, units: str, known: Known) -> Outcome:
    lines = known.shift_lines(state.shift)
    if any(not line.is_settled for line in lines):
        return refused(mark("Something came meanwhile. Look at the differences again."), ask=None)
    gone = [each for each in _lost(state, known) if each.plate in units.split()]
    prices = [(each.currency, each.value_minor) for each in gone]
    second = needs_second(known.authority(), person.role, off(lines), prices)
    told = verdict(lines)
    facts: tuple[Recorded, ...] = (
        *(() if second else (_written_off(_asked(state.shift, each, person.badge)) for each in gone)),
        *known.found_again(state.shift),
        ShiftSigned(state.shift, told, known.head(), signed(lines), second, person.badge),
    )
    if second:
        facts = (*facts, *(_asked(state.shift, each, person.badge) for each in gone))
        text = mark("Signed. A second supervisor signs too, now or later with F11. The next shift can begin.")
        return Outcome(
            warned(text), (*facts, *_out(state)), ask=_second(state.shift, lines, [each.plate for each in gone])
        )
    return Outcome(accepted(_VERDICTS[told]), (*facts, ShiftLocked(state.shift), *_out(state)), ask=None)


def ask_second(state: State, shift: str, known: Known) -> Outcome:
    """Ask for the second signature of a shift, and say what it signs."""
    gone = [each.plate for each in _given_up(state, shift, known)]
    return Outcome(ask=_second(shift, known.shift_lines(shift), gone))


def _second(shift: str, lines: tuple[Line, ...], gone: Sequence[str]) -> Ask:
    return Ask("countersign", code=shift, params={"count": str(off(lines)), "gone": _named_few(gone)})


def _countersigned(state: State, shift: str, person: Operator, known: Known) -> Outcome:
    """Lock the shift; what should be given up is, but for what turned up meanwhile."""
    text = mark("Signed by two supervisors. Shift {shift} is locked.")
    gone = map(_written_off, _given_up(state, shift, known))
    facts: tuple[Recorded, ...] = (ShiftCountersigned(shift, person.badge), *gone, ShiftLocked(shift))
    return Outcome(accepted(text, shift=shift), facts, ask=None)


def _given_up(state: State, shift: str, known: Known) -> list[WriteOffAsked]:
    """Return what a second signature writes off: what the first one asked for, and nobody has found since."""
    asked = [fact for each in state.half_signed if each.shift == shift for fact in each.gone]
    lost = {each.item for each in known.lost(shift)} if asked else set()
    return [each for each in asked if each.item in lost]


def _asked(shift: str, lost: Lost, badge: str) -> WriteOffAsked:
    return WriteOffAsked(shift, lost.item, lost.plate, lost.bin, badge, lost.value_minor, lost.currency)


def _written_off(asked: WriteOffAsked) -> ItemWrittenOff:
    return ItemWrittenOff(*msgspec.structs.astuple(asked))


def _out(state: State) -> tuple[Recorded, ...]:
    """The shift is over; who signs in next opens the next one."""
    return (SignedOut(state.operator.badge),) if state.operator is not None else ()


def _explained(state: State, line: Line, why: str, units: int) -> Outcome:
    """Add the units to those that have this reason already."""
    had = sum(each.units for each in line.reasons if each.why == why)
    fact = DifferenceExplained(state.shift, line.rule, why, had + units, line.client, line.way)
    return Outcome(accepted(mark("The reason is noted.")), (fact,), ask=None)


def _named(value: str, lines: tuple[Line, ...]) -> Line | None:
    """Return the line that is meant, by its name or by its number among those that are offered."""
    if value.isascii() and value.isdecimal() and 1 <= int(value) <= len(lines):
        return lines[int(value) - 1]
    return next((each for each in lines if key_of(each) == value), None)

"""The figures of a shift beside its ten rules, as lines for a terminal and as rows of a table."""

from collections.abc import Iterable, Iterator

from resources.words import Translator, mark
from station.calibration.report import kappa
from station.calibration.report import rows as looks_rows
from station.exceptions.kinds import DECISION_WORDS
from station.safe_text import cell, shown
from station.shifts.figures import Carried, DecidedThere, Figures, Unit

Row = tuple[object, ...]


def span(seconds: float) -> str:
    """Return a time as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def rows(counted: Figures) -> Iterator[Row]:
    """Yield tables one under the other, an empty row between them; no cell of them is taken for a formula."""
    yield ("figure", "value")
    yield ("parcels finished", counted.parcels)
    yield ("items placed", counted.items)
    yield ("a parcel took, median (s)", round(counted.cycle_median_s, 1))
    yield ("a parcel took, 9 of 10 within (s)", round(counted.cycle_p90_s, 1))
    yield ("parcels without a time", counted.untimed)
    for head, values in _counts(counted):
        yield ()
        yield (head, "count")
        yield from ((cell(name), count) for name, count in values)
    yield ()
    yield ("defects of category", "zone", "kind", "units")
    for found in counted.defects:
        yield (*map(cell, (found.category, found.zone, found.kind)), found.units)
    yield ()
    yield ("person", "items", "an hour", "everyone, of this mix")
    yield from ((cell(each.badge), each.items, each.per_hour, each.mix_per_hour) for each in counted.people)
    yield ()
    yield ("units", "code", "what", "client", "count")
    for unit in counted.units:
        yield (*map(cell, (unit.kind, unit.code, unit.title, unit.client)), unit.units)
    yield ()
    yield CARRIED_HEAD
    yield from map(carried_row, counted.carried)
    yield ()
    yield from looks_rows(counted.looks)


def lines(counted: Figures) -> Iterator[str]:
    """Yield the figures for people."""
    took = f"a parcel took {span(counted.cycle_median_s)}, 9 of 10 within {span(counted.cycle_p90_s)}"
    yield f"Parcels finished {counted.parcels}, items placed {counted.items}; {took}."
    if counted.untimed:
        yield f"Parcels without a time {counted.untimed}: the clock was set back while they were open."
    for head, values in _counts(counted):
        if values:
            yield f"{head}: {_listed(values)}"
    if counted.defects:
        found = ((f"{each.category}, {each.zone}, {each.kind}", each.units) for each in counted.defects)
        yield f"defects by kind: {'; '.join(f'{shown(what)} {units}' for what, units in found)}"
    for each in counted.people:
        rate = f"{each.per_hour:.1f} an hour (everyone, of this mix: {each.mix_per_hour:.1f})"
        yield f"{shown(each.badge)}: {each.items} items, {rate}"
    for unit in counted.units:
        yield f"{unit.kind} {shown(unit.code)} {unit.units} {shown(unit.title)}".rstrip()
    letters = counted.looks.letters
    if letters.pairs:
        yield f"second looks: {letters.pairs}, {letters.agreed} alike, kappa {kappa(letters)}"
    yield from map(carried_line, counted.carried)


CARRIED_HEAD: Row = (
    *("carried over", "what", "client", "since", "owner", "about"),
    *("decided elsewhere", "by", "at", "where"),
)


def carried_row(left: Carried) -> Row:
    """Return what is carried over as a row under `CARRIED_HEAD`; no cell of it is taken for a formula."""
    there = left.there
    said = (there.decision, there.by, there.at, there.station) if there is not None else ("",) * 4
    return tuple(map(cell, (left.code, left.what, left.client, left.since, left.owner, left.about, *said)))


def carried_line(left: Carried) -> str:
    """Return one line about what is carried over, for a terminal."""
    what = f"carried over: {left.what} {shown(left.code)}"
    if left.about:
        told = f"{what} ({shown(left.about).replace('_', ' ')}) since {left.since}, owner {shown(left.owner)}"
        return f"{told}{_there(left.there)}"
    return f"{what} since {left.since}, begun by {shown(left.owner)}"


def _there(there: DecidedThere | None) -> str:
    if there is None:
        return ""
    decision = shown(there.decision).replace("_", " ")
    return f", decided elsewhere: {decision} at {shown(there.station)} by {shown(there.by)} at {there.at}"


def there_words(left: Carried, by: str, tr: Translator) -> str:
    """Return what another bench decided about an exception that is carried over, for people; empty for nothing."""
    there = left.there
    if there is None:
        return ""
    words = mark("decided at {station} by {by}, {at} UTC: {decision}")
    decision = tr.gettext(DECISION_WORDS.get(there.decision, there.decision))
    at = there.at[:16].replace("T", " ")
    return tr.format(words, station=there.station, by=by, at=at, decision=decision)


def title_of(unit: Unit, tr: Translator) -> str:
    """Return what a unit is, for people; of one that is short only its order and line are known."""
    return tr.format(mark("line {line}"), line=unit.title) if unit.kind == "short" else unit.title


def _counts(counted: Figures) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    """Yield what is only counted: under which head, by name."""
    yield "carried over, by age", counted.ages if counted.carried else ()
    yield "items placed by hour (UTC)", counted.hours
    yield "grades", counted.grades
    yield "where goods went", counted.ways
    yield "what grades rest on", counted.reasons
    yield "why customers sent it back", counted.returned_why


def _listed(values: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{shown(name)} {count}" for name, count in values)

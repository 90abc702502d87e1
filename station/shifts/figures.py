"""The figures of a shift beside its ten rules: how old, how quick, who, which grades and why, and what is carried over.

Rates are told within the mix of goods a person had: a grader of laptops is not slower than one of T-shirts.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median, quantiles

import msgspec
from sqlalchemy.engine import Connection

from resources.words import mark
from station.calibration.report import Calibration, of_shift
from station.exceptions.queue import Decided
from station.places import EARLIER, then
from station.shifts.counting import BenchShift
from station.statements import Statement

# Hours that something waits, the last without an end; exceptions are pressed for after 24, 48 and 72.
AGES = (4, 24, 48, 72)
# A longer pause on one item was no work on it.
_LONGEST_S = 1_800.0
UNIT_WORDS: Mapping[str, str] = {"over": mark("over"), "short": mark("short"), "damaged": mark("damaged")}
LEFT_WORDS: Mapping[str, str] = {
    "parcel": mark("parcel in work"),
    "item": mark("item in no bin"),
    "exception": mark("exception"),
}
_TOP = 8


class Person(msgspec.Struct, frozen=True):
    """What one person did: items placed, how many an hour of handling, and how many everyone would have of this mix."""

    badge: str
    items: int
    per_hour: float
    mix_per_hour: float


class DecidedThere(msgspec.Struct, frozen=True):
    """What another bench, `station`, decided about an exception, whose badge `by`, and when (UTC)."""

    station: str
    decision: str
    by: str
    at: str


class Carried(msgspec.Struct, frozen=True):
    """What is not done yet: a parcel in work, an item in no bin, or an exception that nobody decided; since when.

    `owner` is who began it, of an exception whoever sees to it: a badge, or a role when nobody does yet. `about` is the
    kind of an `exception`, and `code` then what it is about. `there` is what another bench decided, as far as it is
    known when it is asked for: the bench's own journal does not say it.
    """

    code: str
    what: str
    client: str
    since: str
    owner: str
    about: str = ""
    exception: str = ""
    there: DecidedThere | None = None


class Unit(msgspec.Struct, frozen=True):
    """One unit over, short or damaged: `kind` says which, `code` is a plate, item or order."""

    kind: str
    code: str
    title: str
    client: str
    units: int = 1


class Defects(msgspec.Struct, frozen=True):
    """How many units of a category have a defect of a kind in a zone, as `grading.defects` names both."""

    category: str
    zone: str
    kind: str
    units: int


class Figures(msgspec.Struct, frozen=True):
    """All of them. Times are seconds, `hours` count placed items by UTC hour; what is nobody's has no figure.

    `reasons` are what grades rest on, `defects` those of the placed items, the commonest first, `returned_why` the
    customers' reason codes by units declared in the finished parcels. `looks` are the second looks of the shift.
    `untimed` parcels took nobody knows how long, for the clock was set back meanwhile: no time rests on them.
    """

    parcels: int
    items: int
    cycle_median_s: float
    cycle_p90_s: float
    ages: tuple[tuple[str, int], ...]
    hours: tuple[tuple[str, int], ...]
    people: tuple[Person, ...]
    grades: tuple[tuple[str, int], ...]
    ways: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    defects: tuple[Defects, ...]
    returned_why: tuple[tuple[str, int], ...]
    untimed: int
    units: tuple[Unit, ...]
    carried: tuple[Carried, ...]
    looks: Calibration


def heard(left: Iterable[Carried], said: Mapping[str, Decided]) -> tuple[Carried, ...]:
    """Return what is carried over with what other benches decided, `said` of exceptions by name."""
    return tuple(
        msgspec.structs.replace(each, there=DecidedThere(found.station, found.decision, found.badge, found.decided_at))
        if (found := said.get(each.exception)) is not None
        else each
        for each in left
    )


def with_decisions(counted: Figures, said: Mapping[str, Decided]) -> Figures:
    """Return figures with what other benches decided about what is carried over."""
    return msgspec.structs.replace(counted, carried=heard(counted.carried, said)) if said else counted


def figures(connection: Connection, shift: BenchShift, at: str) -> Figures:
    """Return the figures of a bench's shift, with ages as of a moment (UTC), or of its signature if that is over.

    Raises the database's errors.
    """
    named = shift._asdict()
    at = str(_SIGNED.run(connection, named).scalar() or at)
    finished = [dict(row) for row in _FINISHED.run(connection, named).mappings()]
    placed = [dict(row) for row in _PLACED.run(connection, named).mappings()]
    left = carried(connection, shift)
    took = [_span(row["arrived_at"], row["finished_at"]) for row in finished]
    cycles = [each for each in took if each is not None]
    return Figures(
        parcels=len(finished),
        items=len(placed),
        cycle_median_s=median(cycles) if cycles else 0.0,
        cycle_p90_s=_ninetieth(cycles),
        ages=_ages(left, at),
        hours=tuple(sorted(Counter(row["placed_at"][:13] for row in placed).items())),
        people=_people(placed),
        grades=tuple(sorted(Counter(row["letter"] or "-" for row in placed).items())),
        ways=tuple(sorted(Counter(row["disposition"] for row in placed).items())),
        reasons=_reasons(placed),
        defects=_defects(placed),
        returned_why=_returned_why(finished),
        untimed=len(took) - len(cycles),
        units=tuple(Unit(**row) for row in _UNITS.run(connection, named).mappings()),
        carried=left,
        looks=of_shift(connection, *shift),
    )


def carried(connection: Connection, shift: BenchShift) -> tuple[Carried, ...]:
    """Return what a bench's shift left for the next one, the oldest first. Raises the database's errors."""
    named = shift._asdict()
    found = (Carried(**row) for each in (_CARRIED, _UNDECIDED) for row in each.run(connection, named).mappings())
    return tuple(sorted(found, key=lambda each: (each.since, each.code)))


def _ages(left: Iterable[Carried], at: str) -> tuple[tuple[str, int], ...]:
    """Return how many things wait since less than each age, and how many longer."""
    names = [f"< {hours} h" for hours in AGES] + [f"{AGES[-1]}+ h"]
    counts = Counter(
        next((place for place, hours in enumerate(AGES) if (_span(each.since, at) or 0.0) < hours * 3600), len(AGES))
        for each in left
    )
    return tuple((name, counts[place]) for place, name in enumerate(names))


def _people(placed: Sequence[Mapping[str, str]]) -> tuple[Person, ...]:
    """Return each person's rate, and what everyone together needed for goods of the same categories."""
    took: dict[str, list[tuple[str, float]]] = {}
    of_category: dict[str, list[float]] = {}
    for row in placed:
        span = _span(row["identified_at"], row["placed_at"])
        if span is None:
            continue
        seconds = min(max(span, 1.0), _LONGEST_S)
        took.setdefault(row["operator"], []).append((row["category"], seconds))
        of_category.setdefault(row["category"], []).append(seconds)
    mean = {category: sum(all_) / len(all_) for category, all_ in of_category.items()}
    return tuple(
        Person(
            badge,
            len(own),
            round(len(own) * 3600 / sum(seconds for _, seconds in own), 1),
            round(len(own) * 3600 / sum(mean[category] for category, _ in own), 1),
        )
        for badge, own in sorted(took.items())
    )


def _reasons(placed: Iterable[Mapping[str, str]]) -> tuple[tuple[str, int], ...]:
    """Return the reasons that grades rest on, the commonest first; a unit has each of its reasons once."""
    counts: Counter[str] = Counter()
    for row in placed:
        counts.update({_text(reason) for reason in json.loads(row["grade_reasons"] or "[]")})
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_TOP])


def _defects(placed: Iterable[Mapping[str, str]]) -> tuple[Defects, ...]:
    """Return every kind of defect with the units that have it; a unit has each once."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in placed:
        found = (json.loads(line) for line in row["defects"].split("\n")[:-1])
        counts.update({(row["category"], zone, kind) for zone, kind in found})
    return tuple(Defects(*what, units) for what, units in sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _returned_why(finished: Iterable[Mapping[str, str]]) -> tuple[tuple[str, int], ...]:
    """Return the customers' reasons for the units declared in the finished parcels, the commonest first."""
    counts: Counter[str] = Counter()
    for row in finished:
        counts.update(dict(json.loads(row["reasons"] or "[]")))
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_TOP])


def _text(reason: Mapping[str, object]) -> str:
    params = reason.get("params")
    text = str(reason.get("text", ""))
    for name, value in (params if isinstance(params, dict) else {}).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _ninetieth(values: Sequence[float]) -> float:
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else (values[0] if values else 0.0)


def _span(since: str, until: str) -> float | None:
    """Return the seconds between two moments; None where the clock was set back between them, or one is damaged."""
    try:
        seconds = (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


_HERE = "WITH here AS (SELECT station, n FROM shift WHERE station = :station AND shift = :shift) "
_FINISHED = Statement(
    f"{_HERE}SELECT p.arrived_at, p.finished_at, p.reasons FROM parcel p JOIN here h ON h.station = p.station"
    " AND p.finished_n = h.n WHERE p.finished_at <> ''"
)
_PLACED = Statement(
    f"{_HERE}SELECT i.operator, i.category, {then('letter')} AS letter, {then('disposition')} AS disposition,"
    f" {then('grade_reasons')} AS grade_reasons, {then('defects')} AS defects, i.identified_at, i.placed_at"
    f" FROM item i JOIN here h ON h.station = i.station AND i.placed_n = h.n {EARLIER} WHERE i.placed_at <> ''"
)
_CODE = f"CASE {then('plate')} WHEN '' THEN i.item ELSE {then('plate')} END"
# What is over and short of the shift's own parcels, and what can only be recycled: also what was found to be so in this
# shift, and came in an earlier one.
_UNITS = Statement(
    f"{_HERE}SELECT CASE {then('match')} WHEN 'matched' THEN 'damaged' ELSE 'over' END AS kind,"
    f" {_CODE} AS code, i.title, i.client, 1 AS units"
    f" FROM item i JOIN here h ON h.station = i.station AND i.shift_n = h.n {EARLIER}"
    f" WHERE {then('match')} <> 'matched' OR {then('letter')} = 'D'"
    f" UNION ALL SELECT 'damaged', {_CODE}, i.title, i.client, 1 FROM earlier_item b"
    " JOIN here h ON h.station = b.station AND b.until_n = h.n"
    f" JOIN item i ON i.station = b.station AND i.item = b.item {EARLIER}"
    f" WHERE b.letter <> 'D' AND {then('letter')} = 'D'"
    " UNION ALL SELECT 'short', m.rma, m.line, p.client, m.quantity FROM parcel p"
    " JOIN here h ON h.station = p.station AND p.finished_n = h.n"
    " JOIN missing_line m ON m.station = p.station AND m.parcel = p.parcel ORDER BY 1, 2, 3"
)
_CARRIED = Statement(
    f"{_HERE}SELECT p.code AS code, 'parcel' AS what, p.client, p.arrived_at AS since, p.operator AS owner"
    " FROM parcel p JOIN here h ON h.station = p.station AND p.shift_n <= h.n"
    " WHERE p.finished_n = 0 OR p.finished_n > h.n"
    f" UNION ALL SELECT {_CODE}, 'item', i.client, i.identified_at, i.operator"
    f" FROM item i JOIN here h ON h.station = i.station AND i.shift_n <= h.n {EARLIER}"
    " WHERE i.placed_n = 0 OR i.placed_n > h.n"
)
# Exceptions of this bench about which no decision of this bench stood when the shift ended; one that was raised in no
# shift goes by the moment.
_STANDS = "d.decided_n <= h.n AND (d.taken_back_at = '' OR d.taken_back_n > h.n)"
_UNDECIDED = Statement(
    "WITH here AS (SELECT station, n, signed_at FROM shift WHERE station = :station AND shift = :shift)"
    f" SELECT COALESCE(NULLIF({then('plate')}, ''), p.code, x.exception) AS code, 'exception' AS what,"
    " COALESCE(i.client, p.client, '') AS client, x.raised_at AS since, COALESCE((SELECT g.by FROM deed g"
    " WHERE g.station = x.station AND g.kind = 'taken' AND g.thing = x.exception AND g.shift_n <= h.n"
    " ORDER BY g.shift_n DESC, g.at DESC LIMIT 1), x.owner) AS owner, x.kind AS about, x.exception"
    " FROM exception x JOIN here h ON h.station = x.station AND x.shift_n <= h.n"
    f" LEFT JOIN item i ON i.station = x.station AND i.item = x.item {EARLIER}"
    " LEFT JOIN parcel p ON p.station = x.station AND p.parcel = x.parcel"
    " WHERE (x.shift_n > 0 OR h.signed_at = '' OR x.raised_at <= h.signed_at) AND x.exception IN"
    " (SELECT o.exception FROM exception o JOIN here h ON h.station = o.station AND o.waits = 1"
    " UNION SELECT d.exception FROM decision d JOIN here h ON h.station = d.station AND d.decided_n > h.n"
    " UNION SELECT d.exception FROM decision d JOIN here h ON h.station = d.station AND d.taken_back_n > h.n)"
    " AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.station = x.station AND d.exception = x.exception"
    f" AND {_STANDS})"
)
_SIGNED = Statement("SELECT signed_at FROM shift WHERE station = :station AND shift = :shift")

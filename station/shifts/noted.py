"""What the report of a shift names beside its lines: who answers for what, bins that left, and were counted again."""

from collections.abc import Iterator
from itertools import pairwise

import msgspec
from sqlalchemy.engine import Connection, RowMapping

from resources.words import Translator, mark
from station.exceptions.kinds import DECISION_WORDS
from station.places import EARLIER, then
from station.safe_text import cell, shown
from station.shifts.counting import BenchShift
from station.shifts.facts import Seen
from station.shifts.late import ABOUT_HERE
from station.shifts.parts import GIVEN_UP
from station.statements import Statement
from station.words import ACT_WORDS, DECIDED_WHY_WORDS, FOUND_WORDS, NOTED_WORDS, ROUTE_WORDS


class Noted(msgspec.Struct, frozen=True):
    """One thing that was done, by the badge `by`, at a moment (UTC).

    `kind` is `sheet_changed` (that of the carrier `plate` says `about`, it said `why` before, by `second`: delivered,
    refused and not found), `written_off` (the unit with the `plate`, missed in the `bin`), `override` (sent `about`),
    `step_up` (`about` is the act that the second person allowed), `taken_back` (`about` is the step), `decided` (about
    the exception of the `plate`: `about` is the decision), `weight` (out of its band: the parcel `plate`), `left` (the
    `bin` left the bench for the place `about`, with so many `units`) or `counted_again` (what the count had shown was
    seen before bins were counted again: `about` is the kind of the finding, empty when there was none; `plate`, and the
    `bin` it belongs to or was counted in). `value_minor` is None where nobody knows it, or nothing has one.
    """

    at: str
    kind: str
    bin: str
    plate: str = ""
    about: str = ""
    by: str = ""
    units: int = 0
    why: str = ""
    second: str = ""
    value_minor: int | None = None
    currency: str = ""


def noted(connection: Connection, shift: BenchShift) -> tuple[Noted, ...]:
    """Return what is to be named of a bench's shift, in order. Raises the database's errors."""
    return tuple(
        sorted(
            (said for each in (_left, _again, _done, _decisions, _sheets) for said in each(connection, shift)),
            key=lambda said: (*msgspec.structs.astuple(said)[:-2], said.value_minor or 0, said.currency),
        )
    )


def row(said: Noted) -> Iterator[str]:
    """Return it as a row under `Noted.__struct_fields__`, an unknown value empty; no cell is taken for a formula."""
    return (cell("" if value is None else str(value)) for value in msgspec.structs.astuple(said))


def line(said: Noted) -> str:
    """Return one line about it, for a terminal."""
    by = f"by {shown(said.by) or '-'} at {said.at}"
    if said.kind == "left":
        return f"left: {shown(said.bin)} with {said.units} to {shown(said.about) or '-'} {by}"
    if said.kind == "sheet_changed":
        was = f"{said.why} by {shown(said.second) or '-'}"
        return f"sheet changed: {shown(said.plate)}: {was}, now {said.about} (delivered / refused / not found) {by}"
    if said.kind in DEEDS:
        value = f", value {_value(said)}" if said.kind == "written_off" else ""
        why = f" because: {shown(said.why)}" if said.why else ""
        second = f", allowed by {shown(said.second)}" if said.second else ""
        what = " ".join(shown(part) for part in (said.about, said.plate, said.bin) if part)
        return f"{said.kind.replace('_', ' ')}: {what}{value} {by}{second}{why}"
    seen = " ".join(shown(part) for part in (said.about, said.plate, said.bin) if part)
    return f"counted again {by}, after the count had shown: {seen or 'nothing'}"


def words(said: Noted, tr: Translator, at: str) -> str:
    """Return the sentence about it for people, at a moment as they read it."""
    known: dict[str, str] = {
        **FOUND_WORDS,
        **DECISION_WORDS,
        **{str(route): each for route, each in ROUTE_WORDS.items()},
        **ACT_WORDS,
    }
    about = tr.gettext(known.get(said.about, said.about)) or "–"
    value = tr.money(said.value_minor, said.currency) if said.value_minor is not None else tr.gettext(mark("unknown"))
    told = {name: getattr(said, name) or "–" for name in ("bin", "plate", "by", "why", "second")}
    reason = told.pop("why")
    return tr.format(
        NOTED_WORDS.get(said.kind, said.kind),
        **told,
        why=tr.gettext(DECIDED_WHY_WORDS.get(reason, reason)),
        about=about,
        value=value,
        at=at,
        units=str(said.units),
    )


def _value(said: Noted) -> str:
    return f"{said.value_minor / 100:.2f} {said.currency}" if said.value_minor is not None else "unknown"


def _left(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    for row in _LEFT.run(connection, shift._asdict()).mappings():
        yield Noted(row["moved_at"], "left", row["bin"], "", row["moved_to"], row["moved_by"], int(row["units"]))


def _again(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    for row in _AGAIN.run(connection, shift._asdict()).mappings():
        seen = msgspec.json.decode(row["seen"], type=tuple[Seen, ...])
        for each in seen or (Seen(""),):
            yield Noted(row["at"], "counted_again", each.bin or each.found, each.plate, each.kind, row["operator"])


def _done(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    for row in _DONE.run(connection, shift._asdict()).mappings():
        is_lost, value = row["kind"] == "written_off", row["value_minor"] or None
        worth = (value, row["currency"] if value is not None else "")
        told = ("" if is_lost else row["about"], row["by"], int(is_lost), row["why"], row["second"])
        lost = row["about"] if is_lost else ""
        yield Noted(row["at"], row["kind"], lost, row["plate"], *told, *worth)
    for row in _WEIGHT.run(connection, shift._asdict()).mappings():
        yield Noted(row["raised_at"], "weight", "", row["code"], "", row["operator"])


def _decisions(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    for row in _DECIDED.run(connection, shift._asdict()).mappings():
        yield Noted(row["decided_at"], "decided", "", row["name"], row["decision"], row["badge"], 0, row["why"])


def _sheets(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    """Yield each change of what a sheet says that was said in this shift, of whichever shift the sheet is."""
    for before, row in pairwise(_SHEETS.run(connection, shift._asdict()).mappings().all()):
        is_same_sheet = (before["shift"], before["carrier"]) == (row["shift"], row["carrier"])
        was, now = _sums(before), _sums(row)
        if is_same_sheet and row["said_n"] == row["here_n"] and was != now:
            who = {"by": row["operator"], "why": was, "second": before["operator"]}
            yield Noted(row["said_at"], "sheet_changed", "", row["carrier"], now, **who)


def _sums(row: RowMapping) -> str:
    return f"{row['delivered']} / {row['refused']} / {row['not_found']}"


DEEDS = ("written_off", "decided", "override", "step_up", "taken_back", "weight")
_PLATE = then("plate")
# A step-up for a route is told with the route; the second person of a write-off is who signed the shift second.
_DONE = Statement(
    "SELECT g.kind, g.about, g.why, g.by, g.at, g.value_minor, g.currency,"
    " CASE g.kind WHEN 'written_off' THEN h.countersigned_by ELSE g.second END AS second,"
    f" CASE WHEN g.kind = 'taken_back' THEN '' ELSE COALESCE(NULLIF({_PLATE}, ''), g.thing)"
    " END AS plate FROM shift h JOIN deed g ON g.station = h.station AND g.shift_n = h.n AND g.shift_n > 0"
    f" LEFT JOIN item i ON i.station = g.station AND i.item = g.thing {EARLIER}"
    " WHERE h.station = :station AND h.shift = :shift AND NOT (g.kind = 'step_up' AND g.about = 'override')"
    " AND g.kind NOT IN ('reprinted', 'taken')"
    " AND (g.kind <> 'override' OR NOT EXISTS"
    " (SELECT 1 FROM undone u WHERE u.station = g.station AND u.txn = g.txn))"
)
_DECIDED = Statement(
    f"SELECT d.decided_at, {ABOUT_HERE} AS name, d.decision, d.badge, d.why FROM shift h"
    " JOIN decision d ON d.station = h.station AND d.decided_n = h.n WHERE h.station = :station AND h.shift = :shift"
)
_WEIGHT = Statement(
    "SELECT x.raised_at, x.operator, COALESCE(p.code, x.parcel) AS code FROM shift h"
    " JOIN exception x ON x.station = h.station AND x.shift_n = h.n AND x.kind = 'weight_out_of_band'"
    " LEFT JOIN parcel p ON p.station = x.station AND p.parcel = x.parcel"
    " WHERE h.station = :station AND h.shift = :shift"
)
_LEFT = Statement(
    f"SELECT m.bin, m.moved_to, m.moved_at, m.moved_by, (SELECT COUNT(*) FROM item i {EARLIER}"
    " WHERE i.station = m.station"
    f" AND i.bin = m.bin AND i.fill = m.fill - 1 AND i.moved_n = m.moved_n AND NOT {GIVEN_UP}) AS units"
    " FROM bin_move m JOIN shift h ON h.station = m.station AND h.n = m.moved_n"
    " WHERE h.station = :station AND h.shift = :shift"
)
_SUMS = (
    "w.shift AS shift, w.carrier AS carrier, w.said_n AS said_n, w.delivered, w.refused, w.not_found, w.operator,"
    " w.said_at, h.n AS here_n"
)
_OF_SHEET = (
    "JOIN delivery d ON d.station = h.station AND d.said_n = h.n"
    " JOIN {0} w ON w.station = d.station AND w.shift = d.shift AND w.carrier = d.carrier AND w.said_n <= h.n"
    " WHERE h.station = :station AND h.shift = :shift"
)
_SHEETS = Statement(
    f"SELECT {_SUMS}, 0 AS is_last, w.n AS nth FROM shift h {_OF_SHEET.format('earlier_sheet')}"
    f" UNION ALL SELECT {_SUMS}, 1, 0 FROM shift h {_OF_SHEET.format('delivery')}"
    " ORDER BY shift, carrier, said_n, is_last, nth"
)
_AGAIN = Statement("SELECT at, operator, seen FROM recount WHERE station = :station AND shift = :shift")

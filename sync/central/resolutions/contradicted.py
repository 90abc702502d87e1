"""What was decided and is contradicted by what came later: a review for each such line, as long as that is so.

Nothing that was begun is changed by it. A person is told, and says that it was seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, select, update

from station.moments import utc
from sync.central.resolutions import queue
from sync.central.resolutions.derive import Derived, Facts, Resolution, Stop
from sync.central.resolutions.queue import State
from sync.central.resolutions.rules import RuleSet
from sync.central.statements import Sql, ask
from sync.central.store import insert_once
from sync.central.tables import resolution, review

KIND = "contradiction"
# These hold whatever the rules are: what was decided by other rules than there are now is contradicted by them alone.
_BY_FACTS: Final = frozenset(
    {
        "withdrawn",
        "line_gone",
        "another_site",
        "beyond_quantity",
        "counted_for_another",
        "grades_differ",
        "lines_alike",
        "same_serial",
    }
)
_LOST: Final = Sql(
    "SELECT 1 FROM counted_unit AS counted LEFT JOIN item ON item.station = counted.station"
    " AND item.item = counted.item AND item.rma = counted.rma AND item.line = counted.line AND item.disposition <> ''"
    " WHERE counted.rma = :rma AND counted.line = :line AND item.item IS NULL LIMIT 1"
)
_TOLD: Final = Sql("SELECT line, why, detail FROM review WHERE kind = :kind AND rma = :rma")
_SAID: Final = ("kind", "amount_minor", "currency", "quantity")


class Contradiction(NamedTuple):
    """That a line was decided, or its goods received, and what came later says otherwise; `detail` is JSON."""

    line: str
    why: str
    detail: str


class Now(NamedTuple):
    """What the facts say of an order by now. `derived` is None for one that was withdrawn."""

    rma: str
    client: str
    derived: Derived | None
    rules: RuleSet

    def of(self, line: str) -> tuple[list[Resolution], Stop | None]:
        """Return what a line resolves to, or why a person must look."""
        if self.derived is None:
            return [], None
        wanted = [each for each in self.derived.resolutions if each.line == line]
        return wanted, next((each for each in self.derived.stops if each.line == line), None)

    def why(self, line: str) -> str:
        """Return the code of what stands against a decided line where it does not come to the same any more."""
        wanted, stop = self.of(line)
        if self.derived is None:
            return "withdrawn"
        if line not in self.derived.lines:
            return "line_gone"
        if stop is not None:
            return stop.why
        return "decides_otherwise" if wanted else "taken_back"


def annotate(connection: Connection, rows: Sequence[RowMapping], now: Now) -> Contradiction | None:
    """Put beside a decided line's rows what the facts say now, and return it; nothing where they still say the same."""
    line = rows[0]["line"]
    wanted, stop = now.of(line)
    by_kind = {each.kind: each for each in wanted}
    against = []
    for row in rows:
        other = not _is_same(row, by_kind.get(row["kind"])) and _is_held_against(connection, row, now)
        said = {"instead": [msgspec.to_builtins(each) for each in wanted], "stop": stop.why if stop else ""}
        later = msgspec.json.encode(said).decode() if other else ""
        if later != row["later"]:
            connection.execute(update(resolution).where(resolution.c.id == row["id"]).values(later=later))
        if other and row["state"] not in ("withdrawn", "closed"):
            against.append({"said": "decided"} | {name: row[name] for name in _SAID})
    if not against:
        return None
    instead = [{"said": "now"} | {name: getattr(each, name) for name in _SAID} for each in wanted]
    return Contradiction(line, now.why(line), msgspec.json.encode(against + instead).decode())


def _is_same(row: RowMapping, now: Resolution | None) -> bool:
    if now is None:
        return False
    # What was asked for before quantities were said has none.
    said = (row["amount_minor"], row["currency"], row["quantity"] or now.quantity)
    return (now.amount_minor, now.currency, now.quantity) == said


def _is_held_against(connection: Connection, row: RowMapping, now: Now) -> bool:
    """Whether facts contradict a decision: that there are other rules since does not."""
    rules = now.rules.name(now.rules.rules[0]).rpartition("#")[0]
    is_ruled = row["rule"].startswith("ruling by ")
    if is_ruled or row["rule"].rpartition("#")[0] == rules or row["client"] != now.client:
        return True
    why = now.why(row["line"])
    lost = why == "taken_back" and ask(connection, _LOST, {"rma": now.rma, "line": row["line"]})()
    return why in _BY_FACTS or bool(lost)


def unowned(facts: Facts, decided: Iterable[str]) -> list[Contradiction]:
    """Return the lines of a withdrawn order of which goods are here, and nobody decided anything."""
    settled = {line for line, ruling in facts.rulings.items() if ruling.then == "nothing"} | set(decided)
    units: dict[str, list[Mapping[str, str]]] = {}
    for unit in sorted(facts.units):
        units.setdefault(unit.line, []).append({"station": unit.station, "item": unit.item})
    found = {line: goods for line, goods in units.items() if line not in settled}
    if facts.arrived and not units and not settled:
        # Nobody looked into the parcel yet.
        found[""] = []
    return [Contradiction(line, "withdrawn", msgspec.json.encode(goods).decode()) for line, goods in found.items()]


def tell(connection: Connection, rma: str, found: Iterable[Contradiction], now: datetime) -> None:
    """Bring the reviews of an order up to what contradicts its decisions by now.

    What says something new takes the place of what it said before; who saw that is asked again.
    """
    known = {Contradiction(*row) for row in ask(connection, _TOLD, {"kind": KIND, "rma": rma})()}
    wanted = set(found)
    for gone in known - wanted:
        connection.execute(delete(review).where(*_at(rma, gone.line)))
    rows = [{"kind": KIND, "rma": rma, **each._asdict(), "opened_at": utc(now)} for each in sorted(wanted - known)]
    insert_once(connection, review, rows)


def settle(connection: Connection, id_: str, state: State, now: datetime, by: str, why: str) -> bool:
    """End what waits for a person; False where it does not. What was not done contradicts nothing any more."""
    done = queue.step(connection, id_, ("needs_person",), state, now, by, why)
    if done and state == "closed":
        of = select(resolution.c.rma, resolution.c.line).where(resolution.c.id == id_)
        rma, line = connection.execute(of).one()
        mine = (resolution.c.rma == rma, resolution.c.line == line)
        begun = select(resolution.c.id).where(*mine, resolution.c.state.not_in((*queue.OPEN, "closed")))
        if connection.execute(begun).first() is None:
            connection.execute(delete(review).where(*_at(rma, line)))
    return done


def _at(rma: str, line: str) -> tuple[ColumnElement[bool], ...]:
    return (review.c.kind == KIND, review.c.rma == rma, review.c.line == line)

"""The exceptions of a site's benches: one queue of them all, and what each bench is told of the others'."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from station.bins.facts import BinCheckBegan, BinChecked, BinCheckLeft, BinMerged, BinStepTakenBack, Carried
from station.bins.manifest import counted_blind
from station.entries import Entry
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.exceptions.kinds import Kinds
from station.exceptions.of_site import KIND, ExceptionNote
from station.exceptions.queue import Decided, Unsent, Waiting, queue, standing
from station.facts import Recorded, Undone
from station.places import LIES_IN
from station.receiving.facts import ExceptionRaised
from station.routing.facts import Placed
from station.shifts.facts import (
    BinMoved,
    CountBegan,
    CountCalledOff,
    CountEnded,
    ItemFoundAgain,
    ItemWrittenOff,
)
from station.words import EXCEPTION_WORDS, names_bin
from sync.central import tokens
from sync.central.feed import Change
from sync.central.statements import Rows, Sql, ask
from sync.central.tables import journal

_MOVING = (BinMoved, BinMerged, BinStepTakenBack)
# With these a station begins, or ends, to count blind.
_COUNTING = (CountBegan, CountEnded, CountCalledOff, BinCheckBegan, BinChecked, BinCheckLeft)
_NAMING = tuple(kind for kind in EXCEPTION_WORDS if names_bin(kind))
_SAID = (ExceptionTaken, ExceptionDecided, DecisionTakenBack)
# Two benches may decide at the same moment: the later one must see what the earlier one said.
_LOCK = Sql("SELECT last FROM site_head WHERE site = :site FOR UPDATE")
_OF_SITE = Sql(
    "SELECT exception.station, exception.exception FROM (SELECT CAST(:station AS text) AS station"
    " UNION SELECT station FROM enrolled_station WHERE site = :site) AS mine"
    " JOIN exception ON exception.station = mine.station AND exception.exception = ANY (:exceptions)"
)
_ASIDE = Sql(
    "SELECT epoch, seq, code, received_at FROM quarantine WHERE station = :station AND code <> 'came_later'"
    " ORDER BY received_at"
)
_OF_ITEMS = Sql("SELECT station, exception FROM exception WHERE station = ANY (:stations) AND item = ANY (:items)")
# Of what lies, or lay last, in these bins only what waits as far as its own bench knows has a note.
_OF_BINS = Sql(
    "SELECT station, exception FROM exception WHERE station = ANY (:stations) AND item = ANY (:items)"
    " UNION SELECT e.station, e.exception FROM exception e JOIN item i ON i.station = e.station AND i.item = e.item"
    " WHERE e.station = ANY (:stations) AND e.waits = 1 AND i.bin = ANY (:bins)"
    " UNION SELECT e.station, e.exception FROM exception e"
    " LEFT JOIN item i ON i.station = e.station AND i.item = e.item"
    " WHERE e.station = ANY (:counting) AND e.waits = 1 AND (i.bin <> '' OR e.kind = ANY (:naming))"
)


class Exceptions(msgspec.Struct, frozen=True):
    """What waits for a decision at a site: so many in all, and the first of them."""

    count: int
    exceptions: tuple[Waiting, ...]


def waiting(connection: Connection, site: str, kinds: Kinds, now: str) -> tuple[Waiting, ...]:
    """Return what waits at a site's benches, what is in conflict first, then the oldest; `bench` names the station.

    Facts that could not become part of the records are among it. Raises the database's errors.
    """
    found: list[Waiting] = []
    for station in tokens.stations_of(connection, site):
        aside = tuple(Unsent(*row) for row in ask(connection, _ASIDE, {"station": station})())
        here = queue(connection, station, kinds, now, aside)
        found += [msgspec.structs.replace(each, bench=station) for each in here]
    return tuple(sorted(found, key=lambda each: (not each.conflict, each.raised_at, each.exception)))


def decided_elsewhere(connection: Connection, station: str, names: Sequence[str]) -> dict[str, Decided]:
    """Return what other benches decided about a station's exceptions, by their names; of one with a conflict nothing.

    Raises the database's errors.
    """
    said: dict[str, list[Decided]] = {}
    for row in ask(connection, _ALL_DECIDED, {"exceptions": [*names]})() if names else ():
        said.setdefault(row[1], []).append(Decided(*row))
    found = ((name, standing(given)) for name, given in said.items())
    return {name: one[0] for name, one in found if len(one) == 1 and one[0].station != station}


def placed(connection: Connection, said: Mapping[str, Sequence[tuple[Entry, Recorded]]]) -> Callable[[], Rows]:
    """Ask which exceptions, each with its station, are about items that these stations put into a bin, or that left
    with it; where the goods lie is part of the evidence. While a station counts blind it is not: of all that lies in
    its bins it is told anew when that begins, and when it ends.

    The answer comes with that to the next question: asked for early, it costs no turn of its own.
    """
    told = [fact for facts in said.values() for _, fact in facts]
    items = [fact.item for fact in told if isinstance(fact, Placed | Carried | ItemFoundAgain | ItemWrittenOff)]
    bins = [fact.into if isinstance(fact, BinMerged) else fact.bin for fact in told if isinstance(fact, _MOVING)]
    counting = [station for station, here in said.items() if any(isinstance(fact, _COUNTING) for _, fact in here)]
    if bins or counting:
        named = {"bins": bins, "counting": counting, "naming": [*_NAMING]}
        return ask(connection, _OF_BINS, {"stations": [*said], "items": items, **named})
    return ask(connection, _OF_ITEMS, {"stations": [*said], "items": items}) if items else lambda: ()


def changes(
    connection: Connection, station: str, site: str, facts: Sequence[tuple[Entry, Recorded]], lying: Rows
) -> list[Change]:
    """Return what entries change about exceptions, as changes of the feed, which is appended to next.

    The entries must be in the tables already; `lying` is what `placed` asked for. What benches say of another site's
    exceptions is told to nobody.
    """
    raised = [fact.exception for _, fact in facts if isinstance(fact, ExceptionRaised)]
    gone = [each for _, fact in facts if isinstance(fact, Undone) for each in _undone(connection, station, fact)]
    named = dict.fromkeys((station, each) for each in (*raised, *gone, *(row[1] for row in lying if row[0] == station)))
    said = [fact.exception for _, fact in facts if isinstance(fact, _SAID)]
    if said:
        ask(connection, _LOCK, {"site": site})()
        rows = ask(connection, _OF_SITE, {"station": station, "site": site, "exceptions": said})()
        named |= dict.fromkeys((whose, exception) for whose, exception in rows)
    return [_change(connection, *each) for each in named]


def _change(connection: Connection, station: str, exception: str) -> Change:
    note = _note(connection, station, exception)
    return Change(KIND, f"{station}|{exception}", msgspec.json.encode(note) if note is not None else None)


def _note(connection: Connection, station: str, exception: str) -> ExceptionNote | None:
    """Return what the site's benches are told of an exception; None where none of them has to know."""
    named = {"station": station, "exception": exception}
    rows = ask(connection, _RAISED, named)()
    if not rows:
        return None
    given = tuple(Decided(*row) for row in ask(connection, _DECIDED, named)())
    stands = standing(given)
    if len(stands) == 1 and stands[0].station == station:
        return None
    *evidence, is_blind = rows[0]
    known = ExceptionNote(*evidence)
    if is_blind:
        known = msgspec.structs.replace(known, bin="", detail="" if names_bin(known.kind) else known.detail)
    taken = ask(connection, _TAKEN, named)()
    photos = ask(connection, _PHOTOS, {"station": station, "item": known.item or known.parcel})()
    by, at = taken[0] if taken else ("", "")
    return msgspec.structs.replace(
        known, photos=tuple(row[0] for row in photos), taken_by=by, taken_at=at, decisions=given
    )


def _undone(connection: Connection, station: str, undone: Undone) -> list[str]:
    """Return the exceptions that were raised in what was taken back."""
    query = select(journal.c.body).where(
        journal.c.station == station,
        journal.c.txn.in_(undone.txns),
        journal.c.type == ExceptionRaised.__name__,
        journal.c.status != "held",
    )
    return [msgspec.json.decode(row.body, type=ExceptionRaised).exception for row in connection.execute(query)]


# In the order of ExceptionNote's fields, and of Decided's.
_RAISED = Sql(
    "SELECT e.station, e.exception, e.kind, e.owner, e.raised_at, e.parcel, COALESCE(p.code, ''), e.item,"
    f" COALESCE(i.title, ''), COALESCE(i.plate, ''), COALESCE({LIES_IN}, ''), e.detail, e.operator,"
    f" COALESCE(i.weight_mg, p.weight_mg), EXISTS ({counted_blind('e.station')}) FROM exception e"
    " LEFT JOIN parcel p ON p.station = e.station AND p.parcel = e.parcel"
    " LEFT JOIN item i ON i.station = e.station AND i.item = e.item"
    " WHERE e.station = :station AND e.exception = :exception"
)
_SAYS = "SELECT station, exception, n, decision, decided_to, why, badge, decided_at, taken_back_at, parcel, item"
_DECIDED = Sql(f"{_SAYS} FROM decision WHERE exception = :exception ORDER BY station, n")
_ALL_DECIDED = Sql(f"{_SAYS} FROM decision WHERE exception = ANY (:exceptions) ORDER BY station, n")
_TAKEN = Sql("SELECT badge, taken_at FROM taken WHERE exception = :exception ORDER BY taken_at DESC, station LIMIT 1")
_PHOTOS = Sql("SELECT sha256 FROM photo WHERE station = :station AND item = :item AND sha256 <> '' ORDER BY taken_at")

"""The one queue of what a person must decide, told from the projected tables: nothing else knows what waits.

An exception waits until a decision about it stands. The first decision stands; where another station decided
otherwise about the same one, it waits again, as a conflict, until one of the two is taken back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import BindParameter, bindparam, text
from sqlalchemy.engine import Connection

from station.bins.manifest import is_counted_blind
from station.exceptions.kinds import DOUBT, HALF_SIGNED, LATE, REFUSED, Kinds
from station.moments import utc
from station.places import LIES_IN
from station.statements import Statement
from station.words import names_bin

_Name = TypeVar("_Name", str, int)
# So many names go into one question: each database has a limit of its own.
_AT_ONCE = 500


class Decided(msgspec.Struct, frozen=True, omit_defaults=True):
    """A decision about an exception: the station's `n`-th; `taken_back_at` is empty while it stands.

    `about` names the item or the parcel for people, where that is asked for.
    """

    station: str
    exception: str
    n: int
    decision: str
    to: str
    why: str
    badge: str
    decided_at: str
    taken_back_at: str = ""
    parcel: str = ""
    item: str = ""
    about: str = ""

    @property
    def says(self) -> tuple[str, str]:
        """What was decided, without who and when: two that say the same are no conflict."""
        return self.decision, self.to


class Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    """One exception that waits: what, about what, since when, who must act and who sees to it.

    `hours` is its age, `level` how many steps of its clock are over (0 to 3). `fitting` is what may be decided,
    `photos` the SHA-256 of the item's photos, `times` how often this station decided about it already. `conflict` are
    the decisions that contradict each other, the one that stands first. `bench` is the station that raised it, where
    that is another one of the site: its goods and photos are there.
    """

    station: str
    exception: str
    kind: str
    owner: str
    raised_at: str
    parcel: str = ""
    code: str = ""
    item: str = ""
    title: str = ""
    plate: str = ""
    bin: str = ""
    detail: str = ""
    operator: str = ""
    taken_by: str = ""
    hours: int = 0
    level: int = 0
    fitting: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    times: int = 0
    weight_mg: int | None = None
    conflict: tuple[Decided, ...] = ()
    bench: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Every code by which a scan can mean it."""
        codes = (self.exception, self.parcel, self.code, self.item, self.plate)
        return frozenset(each for each in codes if each)


class Unsent(msgspec.Struct, frozen=True):
    """A fact that central could not take as it was: its place in the journal, and central's word for why.

    `at` is when central heard of it, for one that is in no journal there.
    """

    epoch: str
    seq: int
    why: str
    at: str = ""


def hours_since(since: str, now: str) -> int:
    """Return the full hours between two moments as the journal writes them; never below 0."""
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(since)
    return max(0, int(passed / timedelta(hours=1)))


def level(hours: int, escalate_h: Sequence[int]) -> int:
    """Return how many steps of its clock an exception of this age has behind it."""
    return sum(hours >= each for each in escalate_h)


def standing(decisions: Iterable[Decided]) -> tuple[Decided, ...]:
    """Return what stands of the decisions about one exception: the first, then those that say something else.

    The order is that of the moments, then of stations: the same wherever it is worked out.
    """
    left = sorted(
        (each for each in decisions if not each.taken_back_at),
        key=lambda each: (each.decided_at, each.station, each.n),
    )
    return tuple(each for each in left if each is left[0] or each.says != left[0].says)


def _without_bin(told: Waiting) -> Waiting:
    """Return what waits for somebody who counts blind: in which bin it lies is not told."""
    return msgspec.structs.replace(told, bin="", detail="" if names_bin(told.kind) else told.detail)


def queue(
    connection: Connection,
    station: str,
    kinds: Kinds,
    now: str,
    unsent: Sequence[Unsent] = (),
    settled: Sequence[str] = (),
) -> tuple[Waiting, ...]:
    """Return all that waits at a station, what is in conflict first, then the oldest; `now` as in the journal.

    `settled` are exceptions of the station that others decided. An empty station means all there are, as central has
    them. Raises the database's errors.
    """
    named: dict[str, Any] = {
        "station": station,
        "late": _before(now, kinds.late_h),
        "doubt": _before(now, kinds.doubt_h),
        "settled": msgspec.json.encode(settled).decode(),
    }
    sorts = _AT_ONE if station and settled else _AT_STATION if station else _AT_ALL
    rows = [dict(row) for each in sorts for row in each.run(connection, named).mappings()]
    rows += _unsent(connection, station, unsent, now)
    about = _about(connection, rows)
    told = (_told(row, about, kinds, now) for row in rows)
    found = [each for each in told if each is not None]
    if station and is_counted_blind(connection, station):
        found = list(map(_without_bin, found))
    return tuple(sorted(found, key=lambda each: (not each.conflict, each.raised_at, each.exception)))


class _About(NamedTuple):
    """What is known of many exceptions, asked for at once: decisions and who sees to it by name, photos by item."""

    decisions: Mapping[str, Sequence[Decided]]
    taken: Mapping[str, str]
    photos: Mapping[tuple[str, str], Sequence[str]]


def _about(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> _About:
    if not rows:
        return _About({}, {}, {})
    names = sorted({row["exception"] for row in rows})
    items = sorted({_photographed(row) for row in rows} - {""})
    stations = sorted({row["station"] for row in rows})
    given: dict[str, list[Decided]] = {}
    taken: dict[str, str] = {}
    for some in _some(names):
        for decided in connection.execute(_DECIDED, {"names": some}).mappings():
            given.setdefault(decided["exception"], []).append(Decided(**decided))
        # The latest word stands: it comes last.
        taken |= {row.exception: row.badge for row in connection.execute(_TAKEN, {"names": some})}
    photos: dict[tuple[str, str], list[str]] = {}
    for some in _some(items):
        for station, item, sha256 in connection.execute(_PHOTOS, {"items": some, "stations": stations}):
            photos.setdefault((station, item), []).append(sha256)
    return _About(given, taken, photos)


def _some(names: Sequence[_Name]) -> Iterator[Sequence[_Name]]:
    """Yield as many names at a time as one question holds, and none for none: PostgreSQL takes those for numbers."""
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))


def _told(row: Mapping[str, Any], about: _About, kinds: Kinds, now: str) -> Waiting | None:
    """Return one exception with all that is known of it; None when a decision stands and none contradicts it."""
    given = about.decisions.get(row["exception"], ())
    stands = standing(given)
    if len(stands) == 1:
        return None
    hours = hours_since(row["raised_at"], now)
    return Waiting(
        **row,
        taken_by=about.taken.get(row["exception"], ""),
        hours=hours,
        level=level(hours, kinds.escalate_h),
        fitting=kinds.fitting(row["kind"]),
        photos=tuple(about.photos.get((row["station"], _photographed(row)), ())),
        times=max((each.n for each in given if each.station == row["station"]), default=0),
        conflict=stands,
    )


def _photographed(row: Mapping[str, Any]) -> str:
    """Return what the photos that bear on an exception are of: its item, or else its parcel as it was opened."""
    return str(row.get("item") or row.get("parcel") or "")


def decisions(connection: Connection, station: str, limit: int) -> tuple[Decided, ...]:
    """Return the latest decisions of a station that stand, the newest first."""
    rows = _MADE.run(connection, {"station": station, "limit": limit}).mappings()
    return tuple(Decided(**row) for row in rows)


def _before(now: str, hours: int) -> str:
    return utc(datetime.fromisoformat(now) - timedelta(hours=hours))


def _unsent(connection: Connection, station: str, unsent: Sequence[Unsent], now: str) -> Iterator[dict[str, Any]]:
    """Yield what central could not take, each with what the journal knows of it."""
    known: dict[tuple[str, int], Any] = {}
    for epoch in {each.epoch for each in unsent}:
        for some in _some([each.seq for each in unsent if each.epoch == epoch]):
            rows = connection.execute(_ENTRIES, {"station": station, "epoch": epoch, "seqs": some})
            known |= {(epoch, row.seq): row for row in rows}
    for each in unsent:
        row = known.get((each.epoch, each.seq))
        yield {
            "station": station,
            "exception": f"fact:{each.epoch}:{each.seq}",
            "kind": REFUSED,
            "owner": "supervisor",
            "raised_at": row.at if row is not None else each.at or now,
            "detail": f"{each.seq} {row.type if row is not None else ''}: {each.why}",
            "operator": row.operator if row is not None else "",
        }


_OPEN = (
    "(NOT EXISTS (SELECT 1 FROM decision d WHERE d.exception = {0} AND d.taken_back_at = '')"
    " OR EXISTS (SELECT 1 FROM decision a JOIN decision b ON b.exception = a.exception AND b.taken_back_at = ''"
    " WHERE a.exception = {0} AND a.taken_back_at = ''"
    " AND (a.decision <> b.decision OR a.decided_to <> b.decided_to)))"
)
_LATE_ID, _LABEL_ID = "('late:' || e.parcel)", "('label:' || e.plate)"
_RAISED = (
    "SELECT e.station, e.exception, e.kind, e.owner, e.raised_at, e.parcel, COALESCE(p.code, '') AS code, e.item,"
    " COALESCE(i.title, '') AS title, COALESCE(i.plate, '') AS plate,"
    f" COALESCE({LIES_IN}, '') AS bin, e.detail,"
    " e.operator, COALESCE(i.weight_mg, p.weight_mg) AS weight_mg FROM exception e"
    " LEFT JOIN parcel p ON p.station = e.station AND p.parcel = e.parcel"
    " LEFT JOIN item i ON i.station = e.station AND i.item = e.item"
    f" WHERE {{0}} AND {_OPEN.format('e.exception')}"
)
_LATE = (
    f"SELECT e.station, {_LATE_ID} AS exception, '{LATE}' AS kind, 'supervisor' AS owner,"
    " e.arrived_at AS raised_at, e.parcel, e.code, e.operator, e.weight_mg FROM parcel e"
    " WHERE {0} AND e.finished_n = 0 AND e.finished_at = '' AND e.arrived_at <= :late"
    f" AND {_OPEN.format(_LATE_ID)}"
)
_DOUBT = (
    f"SELECT e.station, {_LABEL_ID} AS exception, '{DOUBT}' AS kind, 'supervisor' AS owner,"
    " e.allotted_at AS raised_at, e.item, COALESCE(i.parcel, '') AS parcel, COALESCE(i.title, '') AS title, e.plate"
    " FROM plate e LEFT JOIN item i ON i.station = e.station AND i.item = e.item"
    " WHERE {0} AND e.confirmed_n = 0 AND e.voided_n = 0 AND e.confirmed_at = '' AND e.voided_at = ''"
    f" AND e.allotted_at <= :doubt AND {_OPEN.format(_LABEL_ID)}"
)
_HALF = (
    f"SELECT e.station, 'sign:' || e.shift AS exception, '{HALF_SIGNED}' AS kind, 'supervisor' AS owner,"
    " e.signed_at AS raised_at, e.shift AS code, e.signed_by AS operator FROM shift e"
    " WHERE {0} AND e.signed_at <> '' AND e.locked_at = ''"
)
_SORTS = (_RAISED, _LATE, _DOUBT, _HALF)
# With "any station" in one text with "this one", SQLite would use no index.
_THIS, _ANY = "e.station = :station", "1 = 1"
# The plus keeps SQLite from going through all that does not wait.
# What its own station's facts settled is passed over by an index, but for what other stations decided about too.
_SETTLED = (
    f"{_THIS} AND +e.waits = 0 AND e.exception IN (SELECT o.exception FROM decision o WHERE o.station < :station"
    " UNION ALL SELECT o.exception FROM decision o WHERE o.station > :station)"
)
# All that these read first lies in an index, which SQLite takes then.
_BEGUN = f"{_THIS} AND e.parcel IN (SELECT f.parcel FROM parcel f WHERE f.station = :station AND f.finished_n = 0)"
_UNPROVED = (
    f"{_THIS} AND e.plate IN (SELECT f.plate FROM plate f"
    " WHERE f.station = :station AND f.confirmed_n = 0 AND f.voided_n = 0)"
)
_OF_ONE = (f"{_THIS} AND e.waits = 1", _SETTLED)
_ONE = (
    *(_RAISED.format(which) for which in _OF_ONE),
    _LATE.format(_BEGUN),
    _DOUBT.format(_UNPROVED),
    _HALF.format(_THIS),
)
_AT_STATION = tuple(Statement(each) for each in _ONE)
# At a bench alone, which knows by notes what others decided; the list is read once.
_ELSEWHERE = f"{_THIS} AND e.waits = 1 AND e.exception NOT IN (SELECT value FROM json_each(:settled))"
_AT_ONE = (Statement(_RAISED.format(_ELSEWHERE)), *_AT_STATION[1:])
_AT_ALL = tuple(Statement(each.format(_ANY)) for each in _SORTS)
_COLUMNS = (
    'd.station, d.exception, d.n, d.decision, d.decided_to AS "to", d.why, d.badge, d.decided_at, d.taken_back_at,'
    " d.parcel, d.item"
)
_NAMES: BindParameter[Any] = bindparam("names", expanding=True)
_DECIDED = text(f"SELECT {_COLUMNS} FROM decision d WHERE d.exception IN :names").bindparams(_NAMES)
_TAKEN = text(
    "SELECT exception, badge FROM taken WHERE exception IN :names ORDER BY taken_at, station DESC"
).bindparams(_NAMES)
_MADE = Statement(
    f"SELECT {_COLUMNS}, COALESCE(i.title, p.code, d.exception) AS about FROM decision d"
    " LEFT JOIN item i ON i.station = d.station AND i.item = d.item"
    " LEFT JOIN parcel p ON p.station = d.station AND p.parcel = d.parcel"
    " WHERE d.station = :station AND d.taken_back_at = ''"
    " ORDER BY d.decided_at DESC, d.exception DESC LIMIT :limit"
)
_ENTRIES = text(
    "SELECT seq, at, type, operator FROM journal WHERE station = :station AND epoch = :epoch AND seq IN :seqs"
).bindparams(bindparam("seqs", expanding=True))
_PHOTOS = text(
    "SELECT station, item, sha256 FROM photo WHERE station IN :stations AND item IN :items AND sha256 <> ''"
    " ORDER BY taken_at"
).bindparams(bindparam("items", expanding=True), bindparam("stations", expanding=True))

"""The exceptions of a site's other benches, and what they decided about ours: records of central, kept in the copy.

What concerns the bench itself needs none of it: its own queue stands in its own tables, with or without a network.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from station.exceptions.kinds import MOVING, NOT_THERE, Kinds
from station.exceptions.queue import Decided, Unsent, Waiting, hours_since, level, queue, standing
from station.known import Lying
from station.records import Apart
from station.statements import Statement

KIND: Final = "exception"


class ExceptionNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """One exception as central has it: what the bench that raised it knew, and what any bench decided about it.

    `raised_at`, `taken_at` and those of `decisions` are UTC in ISO 8601. A record without an exception that was decided
    only where it was raised is withdrawn: nobody else has to know.
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
    weight_mg: int | None = None
    photos: tuple[str, ...] = ()
    taken_by: str = ""
    taken_at: str = ""
    decisions: tuple[Decided, ...] = ()


def queue_of_site(
    connection: Connection,
    station: str,
    kinds: Kinds,
    now: str,
    unsent: Sequence[Unsent] = (),
    notes: Sequence[ExceptionNote] = (),
) -> tuple[Waiting, ...]:
    """Return what waits at a station and, as far as `notes` tell, at the site's others; order as `queue`'s.

    What this station decided itself is newer in its own tables than in the notes. Raises the database's errors.
    """
    ours = sum(note.station == station and not _is_own(note) for note in notes)
    mine = {each.exception: each for each in queue(connection, station, kinds, now, unsent, ours)}
    said = _said(connection, station, notes)
    for note in notes:
        if note.station == station and _is_own(note):
            taken = said.taken_by(note)
            if note.exception in mine and taken != mine[note.exception].taken_by:
                mine[note.exception] = msgspec.structs.replace(mine[note.exception], taken_by=taken)
            continue
        found = _waiting(station, kinds, now, note, said, mine.pop(note.exception, None))
        if found is not None:
            mine[note.exception] = found
    return tuple(sorted(mine.values(), key=lambda each: (not each.conflict, each.raised_at, each.exception)))


def _is_own(note: ExceptionNote) -> bool:
    """Tell whether nobody but the bench that raised it decided about it."""
    return all(each.station == note.station for each in note.decisions)


class _Said(NamedTuple):
    """What this bench itself decided about the exceptions that the notes name, and who sees to them, since when."""

    decisions: Mapping[str, Sequence[Decided]]
    taken: Mapping[str, tuple[str, str]]

    def taken_by(self, note: ExceptionNote) -> str:
        """Return whose badge said last that they see to it, here or elsewhere."""
        badge, at = self.taken.get(note.exception, ("", ""))
        return badge if at and at >= note.taken_at else note.taken_by


def _said(connection: Connection, station: str, notes: Sequence[ExceptionNote]) -> _Said:
    """Ask for it at once, however many notes there are."""
    named = {"station": station, "names": msgspec.json.encode([note.exception for note in notes]).decode()}
    given: dict[str, list[Decided]] = {}
    for row in _DECIDED.run(connection, named).mappings() if notes else ():
        given.setdefault(row["exception"], []).append(Decided(**row))
    # The latest word stands: it comes last.
    rows = _TAKEN.run(connection, named).all() if notes else ()
    return _Said(given, {row.exception: (row.badge, row.taken_at) for row in rows})


def _waiting(
    station: str, kinds: Kinds, now: str, note: ExceptionNote, said: _Said, mine: Waiting | None
) -> Waiting | None:
    """Return a noted exception as it waits here; None when a decision stands and none contradicts it."""
    own = said.decisions.get(note.exception, ())
    stands = standing((*own, *(each for each in note.decisions if each.station != station)))
    if len(stands) == 1:
        return None
    about: dict[str, Any] = {"taken_by": said.taken_by(note), "times": max((each.n for each in own), default=0)}
    if mine is not None:
        return msgspec.structs.replace(mine, conflict=stands, **about)
    hours = hours_since(note.raised_at, now)
    told: dict[str, Any] = {name: getattr(note, name) for name in _SAME} | about
    is_ours = note.station == station
    fitting = tuple(each for each in kinds.fitting(note.kind) if is_ours or each in kinds.anywhere)
    bench = "" if is_ours else note.station
    return Waiting(
        **told, hours=hours, level=level(hours, kinds.escalate_h), fitting=fitting, conflict=stands, bench=bench
    )


def about_goods(notes: Iterable[ExceptionNote], station: str) -> Iterator[tuple[ExceptionNote, Decided]]:
    """Yield the exceptions of a station of which another bench decided where the goods go, with its last word.

    A decision that was taken back says that they wait again; where two contradict each other, neither is heard.
    """
    for note in notes:
        given = [each for each in note.decisions if each.decision in MOVING]
        others = [each for each in given if each.station != station]
        if note.station != station or not others or note.kind in NOT_THERE:
            continue
        stands = standing(note.decisions)
        last = max(others, key=lambda each: (not each.taken_back_at, each.decided_at))
        if (last in stands and len(stands) == 1) or not stands:
            yield note, last


def heard(lying: Lying, made: Decided) -> Lying | None:
    """Return an item as another bench's decision has it; None where that says nothing new, or it cannot be moved."""
    said = MOVING[made.decision]
    apart: Apart = "" if made.taken_back_at else said
    if lying.is_hazard or not lying.bin or lying.apart == apart or (not apart and lying.apart != said):
        return None
    return msgspec.structs.replace(lying, apart=apart, was_apart=lying.apart, heard=made.badge)


def readable(bodies: Iterable[bytes]) -> Iterator[ExceptionNote]:
    """Yield the notes that this program can read; one of a newer central is passed over."""
    return filter(None, map(read, bodies))


def read(body: bytes) -> ExceptionNote | None:
    """Return a note; None for one that this program cannot read."""
    try:
        return msgspec.json.decode(body, type=ExceptionNote)
    except msgspec.MsgspecError:
        return None


_SAME = (
    "station", "exception", "kind", "owner", "raised_at", "parcel", "code", "item", "title", "plate", "bin", "detail",
    "operator", "weight_mg", "photos",
)  # fmt: skip
_COLUMNS = 'station, exception, n, decision, decided_to AS "to", why, badge, decided_at, taken_back_at, parcel, item'
_NAMED = "exception IN (SELECT value FROM json_each(:names))"
_DECIDED = Statement(f"SELECT {_COLUMNS} FROM decision WHERE station = :station AND {_NAMED}")
_TAKEN = Statement(f"SELECT exception, badge, taken_at FROM taken WHERE {_NAMED} ORDER BY taken_at, station DESC")

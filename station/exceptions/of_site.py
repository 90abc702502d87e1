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
    said = _said(connection, station, notes)
    told = {note.exception: said.standing(note) for note in notes if note.station != station or not _is_own(note)}
    settled = {exception for exception, stands in told.items() if len(stands) == 1}
    found = queue(connection, station, kinds, now, unsent, sorted(settled))
    mine = {each.exception: each for each in found if each.exception not in settled}
    for note in notes:
        known = mine.get(note.exception)
        if note.exception not in told:
            if known is not None and (taken := said.taken_by(note)) != known.taken_by:
                mine[note.exception] = msgspec.structs.replace(known, taken_by=taken)
        elif len(stands := told[note.exception]) != 1:
            mine[note.exception] = _waiting(station, kinds, now, note, _Told(stands, said), known)
    return tuple(sorted(mine.values(), key=lambda each: (not each.conflict, each.raised_at, each.exception)))


def _is_own(note: ExceptionNote) -> bool:
    """Tell whether nobody but the bench that raised it decided about it."""
    return all(each.station == note.station for each in note.decisions)


class _Said(NamedTuple):
    """What this bench itself decided about the exceptions that the notes name, and who sees to them, since when."""

    station: str
    decisions: Mapping[str, Sequence[Decided]]
    taken: Mapping[str, tuple[str, str]]

    def standing(self, note: ExceptionNote) -> tuple[Decided, ...]:
        """Return what stands about it: by the note what others said, and its own word by its own tables."""
        own = self.decisions.get(note.exception, ())
        if not own and len(note.decisions) == 1 and note.decisions[0].station != self.station:
            return () if note.decisions[0].taken_back_at else note.decisions
        return standing((*own, *(each for each in note.decisions if each.station != self.station)))

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
    return _Said(station, given, {row.exception: (row.badge, row.taken_at) for row in rows})


class _Told(NamedTuple):
    stands: tuple[Decided, ...]
    said: _Said


def _waiting(station: str, kinds: Kinds, now: str, note: ExceptionNote, told: _Told, mine: Waiting | None) -> Waiting:
    """Return a noted exception as it waits here."""
    times = max((each.n for each in told.said.decisions.get(note.exception, ())), default=0)
    about: dict[str, Any] = {"taken_by": told.said.taken_by(note), "times": times, "conflict": told.stands}
    if mine is not None:
        return msgspec.structs.replace(mine, **about)
    hours = hours_since(note.raised_at, now)
    is_ours = note.station == station
    fitting = tuple(each for each in kinds.fitting(note.kind) if is_ours or each in kinds.anywhere)
    clock: dict[str, Any] = {"hours": hours, "level": level(hours, kinds.escalate_h)}
    same: dict[str, Any] = {name: getattr(note, name) for name in _SAME} | about | clock
    return Waiting(**same, fitting=fitting, bench="" if is_ours else note.station)


def decided_elsewhere(notes: Iterable[ExceptionNote], station: str) -> dict[str, Decided]:
    """Return what others decided about a station's exceptions, by their names; of one with a conflict nothing."""
    found = ((note.exception, standing(note.decisions)) for note in notes if note.station == station)
    return {name: one[0] for name, one in found if len(one) == 1 and one[0].station != station}


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

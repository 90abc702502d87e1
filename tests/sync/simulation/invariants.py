"""What must be true when all is calm again, whatever happened before: I1, I2, I4, I6 and I7 of a history."""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import closing

import msgspec
from sqlalchemy import insert, select, text

from station import projections
from station.database import open_memory
from station.entries import Entry, first_break, first_prev
from station.inspecting.facts import PhotoTaken
from station.schema import PROJECTIONS
from sync.central import feed
from sync.central.marks import CAME_LATER
from sync.central.tables import journal, metadata
from tests.sync.simulation.center import Center
from tests.sync.simulation.machine import Machine

# What a computer's journal must hold, by id.
Held = dict[str, Entry]
WITHDRAWN = b"null"


def problems(
    center: Center,
    machines: Sequence[Machine],
    held: Mapping[str, Held],
    said: Mapping[str, bytes],
    rotten: Set[str],
) -> list[str]:
    """Return in words whatever is not as it must be."""
    rows = _rows(center)
    found = [
        *(line for machine in machines for line in _kept(machine, held[machine.name], rotten)),
        *_at_central_once(center, rows, machines, held, said, rotten),
        *_effects_once(center, rows),
        *(line for machine in machines for line in _mirrored(center, machine)),
        *_photos(center, rows, frozenset().union(*(each.gone for each in machines))),
    ]
    return found[:20]


def not_as_told(center: Center, machine: Machine) -> Iterator[str]:
    """I4 at any moment: a bench's copy is what central said up to its cursor, while central goes back to no old state.

    Nothing can be said of a cursor below the floor: there only the newest are kept.
    """
    cursor = machine.db.cursor()
    with center.store.reading() as connection:
        floor = feed.ends(connection, machine.site)[1]
    if cursor >= floor and machine.records() != _standing(center, machine.site, cursor):
        yield f"I4 {machine.name}: at {cursor} its copy is not what it was told"


def left_alone(machine: Machine) -> Iterator[str]:
    """I7: a journal that nobody copied, put back or damaged goes on as it began: no salvage, and no new epoch."""
    if machine.salvages:
        yield f"I7 {machine.name} began anew {machine.salvages} times, though nobody else writes under its name"


def refused_though_whole(machine: Machine) -> Iterator[str]:
    """I1: where no disk damaged anything, nothing is set aside for damaged, which a person would have to look at."""
    for each in machine.db.refused():
        if each.code in ("chain_broken", "hash_wrong"):
            yield f"I1 {machine.name}: {each.seq} was refused for {each.code}, and is whole"


def end_state(center: Center) -> str:
    """Return as text all that central has in the end, but for dates, hashes, and the doubt in dates."""
    with center.store.reading() as connection:
        said = connection.execute(text("SELECT id, seq, epoch, type, body, status FROM journal ORDER BY id")).all()
        aside = connection.execute(text("SELECT id, code FROM quarantine ORDER BY id")).all()
        told = connection.execute(text("SELECT site, seq, kind, key FROM feed ORDER BY site, seq")).all()
        paid = connection.execute(text("SELECT id, state, amount_minor FROM resolution ORDER BY id")).all()
        tables = projections.rows(connection)
    undated = {
        name: sorted(repr(sorted((key, value) for key, value in row.items() if not key.endswith("at"))) for row in rows)
        for name, rows in tables.items()
    }
    return repr((said, aside, told, paid, undated))


def _rows(center: Center) -> list[dict[str, object]]:
    """Central's journal, in the order it came."""
    with center.store.reading() as connection:
        query = select(journal).order_by(text("rowid"))
        return [dict(row) for row in connection.execute(query).mappings()]


def _kept(machine: Machine, held: Held, rotten: Set[str]) -> Iterator[str]:
    """I7: the bench has all it recorded, unchanged."""
    entries = machine.journal.entries(0, 100_000)
    if {entry.id for entry in entries} - rotten != held.keys() - rotten:
        yield f"I7 {machine.name}: {len(entries)} facts are there of {len(held)}"
    changed = [entry.id for entry in entries if entry.id not in rotten and entry.body != held[entry.id].body]
    if changed:
        yield f"I7 {machine.name}: facts changed: {changed}"
    if not rotten and (broken := first_break(entries, 0, first_prev(machine.journal.epoch))):
        yield f"I7 {machine.name}: {broken}"


def _at_central_once(
    center: Center,
    rows: Sequence[Mapping[str, object]],
    machines: Sequence[Machine],
    held: Mapping[str, Held],
    said: Mapping[str, bytes],
    rotten: Set[str],
) -> Iterator[str]:
    """I1: each fact that a bench still has is at central, once, as it was said or set aside."""
    kept = {str(row["id"]): bytes(row["body"]) for row in rows}  # type: ignore[call-overload]
    with center.store.reading() as connection:
        query = text("SELECT id FROM quarantine WHERE code <> :later")
        aside = {str(row[0]) for row in connection.execute(query, {"later": CAME_LATER})}
    here = {id_ for machine in machines for id_ in held[machine.name]} - rotten
    lost = sorted(here - kept.keys() - aside)
    if lost:
        yield f"I1 lost: {[(id_[:6], said[id_][:60]) for id_ in lost[:5]]} of {len(lost)}"
    twice = sorted((kept.keys() & aside) - rotten)
    if twice:
        yield f"I1 in two places: {twice}"
    for id_ in sorted(kept):
        if kept[id_] != said.get(id_):
            yield f"I1 central has what nobody said: {id_} {kept[id_][:60]!r}"
    if len(kept) != len(rows):
        yield f"I1 central has {len(rows)} rows of {len(kept)} facts"


def _effects_once(center: Center, rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """I2: central's tables are the fold of its facts, each once; and so is what it tells of parcels."""
    names = Entry.__struct_fields__
    entries = [(str(row["station"]), msgspec.convert({name: row[name] for name in names}, Entry)) for row in rows]
    with closing(open_memory().connect()) as connection:
        metadata.create_all(connection)
        PROJECTIONS.create_all(connection)
        if rows:
            connection.execute(insert(journal), list(rows))
        projections.rebuild(connection, entries)
        should = projections.rows(connection)
    with center.store.reading() as reading:
        is_so = projections.rows(reading)
    for name, there in is_so.items():
        if there != should[name]:
            yield f"I2 {name}: {len(there)} rows, of which {sum(row not in should[name] for row in there)} are wrong"
    told = [key for site in ("north", "south") for kind, key in _standing(center, site) if kind == "receipt"]
    parcels = {(row["station"], row["parcel"]) for row in should["parcel"]}
    if {(key.split("|")[1], key.split("|")[2]) for key in told} != parcels:
        yield f"I2 receipts: {len(told)} are told, {len(parcels)} stand"


def _standing(center: Center, site: str, upto: int = 2**62) -> dict[tuple[str, str], bytes]:
    """What a site's feed says up to a record, by kind and key."""
    with center.store.reading() as connection:
        query = text("SELECT kind, key, body FROM feed WHERE site = :site AND seq <= :upto ORDER BY seq")
        rows = connection.execute(query, {"site": site, "upto": upto})
        newest = {(row.kind, row.key): bytes(row.body) for row in rows}
    return {name: body for name, body in newest.items() if body != WITHDRAWN}


def _mirrored(center: Center, machine: Machine) -> Iterator[str]:
    """I4: the bench's copy is what central says, and the feed has no gap."""
    with center.store.reading() as connection:
        last, floor = feed.ends(connection, machine.site)
        query = text("SELECT seq FROM feed WHERE site = :site AND seq > :floor ORDER BY seq")
        numbers = list(connection.execute(query, {"site": machine.site, "floor": floor}).scalars())
    if numbers != list(range(floor + 1, last + 1)):
        yield f"I4 the feed of {machine.site} has a gap above {floor}"
    if machine.db.cursor() != last:
        yield f"I4 {machine.name}: cursor {machine.db.cursor()}, the feed ends with {last}"
    should = _standing(center, machine.site)
    is_so = machine.records()
    if is_so != should:
        wrong = sorted(name for name in is_so.keys() | should.keys() if is_so.get(name) != should.get(name))
        yield f"I4 {machine.name}: records differ: {wrong[:5]}"


def _photos(center: Center, rows: Sequence[Mapping[str, object]], gone: Set[str]) -> Iterator[str]:
    """I6: each photo that a fact names is there, whole; but not one that went, unsent, with a disk put back."""
    for row in rows:
        if row["type"] == "PhotoTaken":
            sha256 = msgspec.json.decode(row["body"], type=PhotoTaken).sha256  # type: ignore[arg-type]
            if center.shelf.get(sha256) is None and sha256 not in gone:
                yield f"I6 no photo {sha256[:12]}"

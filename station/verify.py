"""Proves a data folder: the journal's chain, the tables against the journal, the photos against their hashes."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from station import projections, schema
from station.archive import entries_in_file, packs_after, unpack
from station.copy_marks import acked_in
from station.database import open_memory, open_sqlite
from station.entries import Entry, first_break, first_prev
from station.inspecting.facts import PICTURE_TYPES, PICTURES, Hinted
from station.journal_errors import JournalError, from_database
from station.local_copy import COPY_FILE
from station.opening import JOURNAL_FILE, PHOTOS_FOLDER, check_files
from station.photos import PhotoStore
from station.statements import insert

_PAGE = 2000
_INSERT = insert(schema.journal)
_SHOWN = 5


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it should be: damage, or only worth knowing. `code` is for programs."""

    code: str
    text: str
    is_damage: bool = True


def verify(folder: Path) -> list[Finding]:
    """Return all that is wrong with a data folder, damage first; nothing is changed, and the station may be running.

    An empty list means: no entry was changed, lost or doubled, every table says what the journal says, and every
    photo that a fact names is there as it was taken.
    """
    path = folder / JOURNAL_FILE
    try:
        check_files(path)
        if not path.exists():
            return [Finding("no_journal", f"There is no journal in {folder}.")]
        with closing(open_sqlite(path, read_only=True).connect()) as connection, connection.begin():
            found = list(_verify(connection, path))
    except DBAPIError as error:
        return [Finding("damaged", str(from_database(error, path)))]
    except JournalError as error:
        return [Finding(error.code, str(error))]
    return sorted(found, key=lambda finding: not finding.is_damage)


def _verify(connection: Connection, path: Path) -> Iterator[Finding]:
    for line in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})").scalars().all():
        if line != "ok":
            yield Finding("file", f"The file {path.name} is damaged: {line}.")
    meta = {row.name: row.value for row in connection.exec_driver_sql("SELECT name, value FROM meta")}
    if not {"station", "epoch"} <= meta.keys():
        yield Finding("meta", f"The journal {path.name} does not say whose it is.")
        return
    entries = list(_all(connection, path.parent))
    broken = first_break(entries, 0, first_prev(meta["epoch"]))
    if broken:
        yield Finding("chain", f"The chain of the journal is broken: {broken}.")
        return
    yield from _numbers(connection, entries, acked_in(path.with_name(COPY_FILE), meta["epoch"]))
    if len({entry.id for entry in entries}) < len(entries):
        yield Finding("ids", "Two entries of the journal have one id.")
    try:
        rebuilt = _rebuilt(meta["station"], entries)
        named = _photos_named(entries)
    except msgspec.MsgspecError as error:
        yield Finding("body", f"An entry's fact cannot be read: {error}.")
        return
    yield from _differences(projections.rows(connection), rebuilt)
    yield from _photos(PhotoStore(path.with_name(PHOTOS_FOLDER)), named)


def _numbers(connection: Connection, entries: list[Entry], acked: int) -> Iterator[Finding]:
    """Compare the journal's end with the highest number ever given, and with what central has."""
    ever = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").scalar()
    if (ever or 0) > len(entries):
        yield Finding("end", f"The journal ends with number {len(entries)}, but {ever} were written.")
    if acked > len(entries):
        yield Finding("end", f"Central has {acked} facts of this journal, which has only {len(entries)}.")


def _all(connection: Connection, folder: Path) -> Iterator[Entry]:
    """Yield every entry, packed ones first; raises JournalError when a pack is not whole."""
    after = 0
    for each in packs_after(connection, 0):
        yield from unpack(folder, each)
        after = each.last
    while page := entries_in_file(connection, after, _PAGE):
        yield from page
        after = page[-1].seq


def _rebuilt(station: str, entries: list[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Fold the whole journal again, in memory, and return the rows."""
    with closing(open_memory().connect()) as memory, memory.begin():
        schema.journal.create(memory)
        schema.PROJECTIONS.create_all(memory)
        write_entries(memory, station, entries)
        projections.rebuild(memory, ((station, entry) for entry in entries))
        return projections.rows(memory)


def write_entries(connection: Connection, station: str, entries: Iterable[Entry]) -> None:
    """Put entries into the table `journal` as they are."""
    rows = [msgspec.structs.asdict(entry) | {"station": station} for entry in entries]
    if rows:
        _INSERT.run_many(connection, rows)


def _differences(live: dict[str, list[dict[str, Any]]], rebuilt: dict[str, list[dict[str, Any]]]) -> Iterator[Finding]:
    for table in schema.PROJECTIONS.sorted_tables:
        keys = [column.name for column in table.primary_key]
        ours = {tuple(row[key] for key in keys): row for row in live[table.name]}
        true = {tuple(row[key] for key in keys): row for row in rebuilt[table.name]}
        wrong = [key for key in {**true, **ours} if ours.get(key) != true.get(key)]
        for key in wrong[:_SHOWN]:
            name = " ".join(str(part) for part in key[1:])
            yield Finding("table", f"The table {table.name} does not agree with the journal about {name}.")
        if len(wrong) > _SHOWN:
            more = len(wrong) - _SHOWN
            yield Finding("table", f"The table {table.name} does not agree with the journal in {more} more rows.")


def _photos_named(entries: list[Entry]) -> dict[str, int]:
    """Return the number of the first entry that names each photo, its copy without labels, or what it is shown beside.

    An undone photo is kept as evidence too.
    """
    named: dict[str, int] = {}
    for entry in entries:
        if entry.type in PICTURE_TYPES:
            fact = entry.fact()
            if isinstance(fact, PICTURES):
                for sha256 in filter(None, (fact.sha256, fact.shared_sha256)):
                    named.setdefault(sha256, entry.seq)
        elif entry.type == Hinted.__name__:
            fact = entry.fact()
            if isinstance(fact, Hinted) and fact.beside:
                named.setdefault(fact.beside, entry.seq)
    return named


def _photos(store: PhotoStore, named: dict[str, int]) -> Iterator[Finding]:
    released = store.released()
    for sha256, seq in named.items():
        try:
            if not store.has(sha256):
                if sha256 in released:
                    continue
                yield Finding("photo_missing", f"The photo {sha256} of entry {seq} is missing.")
            elif not store.is_whole(sha256):
                yield Finding("photo_damaged", f"The photo {sha256} of entry {seq} is damaged.")
        except ValueError:
            yield Finding("photo_missing", f"Entry {seq} names a photo by something that is no hash.")
    orphans = [sha256 for sha256 in store.all() if sha256 not in named]
    if orphans:
        text = f"{len(orphans)} photos are named by no fact: they were taken again, or the power was cut."
        yield Finding("photo_orphan", text, is_damage=False)

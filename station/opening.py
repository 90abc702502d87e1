"""Makes a new journal file, and examines an old one before anything is written to it."""

import uuid
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from station import schema
from station.archive import ARCHIVE_FOLDER, beginning, entries_in_file
from station.copy_marks import marks_in
from station.database import checkpoint, open_sqlite
from station.entries import first_break
from station.files import put_in_place
from station.journal_errors import JournalDamaged, JournalError
from station.local_copy import COPY_FILE
from station.moments import now
from station.statements import Statement
from station.upgrade import back_up, begin, knows, upgrade

JOURNAL_FILE = "station.sqlite"
PHOTOS_FOLDER = "photos"
DAMAGED_PREFIX = "damaged-"

_LAST_ENTRIES = 256
_WAL_HEADERS_BYTES = 32 + 24  # of the file, and of a frame (sqlite.org/fileformat2.html#walformat)

SET_META = Statement(
    "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


class Opened(msgspec.Struct, frozen=True):
    """What an examined journal says of itself. `skipped`: numbers that may have been used by facts that are
    lost.
    """

    epoch: str
    last_seq: int
    last_hash: bytes
    skipped: int
    revision: str


def check_files(path: Path) -> None:
    """Raise JournalDamaged when the file is empty, or gone from a folder that has seen work."""
    if path.is_file():
        if path.stat().st_size == 0:
            raise JournalDamaged(f"The journal {path.name} is empty: its contents are gone.")
        return
    folder = path.parent
    traces = [
        name for name in (f"{path.name}-wal", COPY_FILE, PHOTOS_FOLDER, ARCHIVE_FOLDER) if (folder / name).exists()
    ] + [found.name for found in folder.glob(f"{DAMAGED_PREFIX}*")]
    if path.exists() or traces:
        raise JournalDamaged(
            f"The journal {path.name} is missing, but there was one: the folder holds {', '.join(traces)}.",
            "missing",
        )


def create(path: Path, station: str) -> None:
    """Make an empty journal with a new epoch: under another name first, so that a power cut leaves all or
    nothing.
    """
    new = path.with_name(f"{path.name}.new")
    _remove_database(new)
    begin_file(new, station, uuid.uuid4().hex)
    put_in_place(new, path)


def begin_file(path: Path, station: str, epoch: str, skipped: int = 0) -> None:
    """Make a database at `path` with all tables and what a journal says of itself."""
    engine = open_sqlite(path)
    begin(engine)
    with engine.begin() as connection:
        for name, value in {
            "station": station,
            "epoch": epoch,
            "created_at": now(),
            "closed": "1",
            "skipped": str(skipped),
        }.items():
            SET_META.run(connection, {"name": name, "value": value})


def examine(path: Path, station: str) -> Opened:
    """Return what the journal says of itself, or raise JournalDamaged; quick enough for every start.

    Nothing is changed, so that a refused file stays as it was found. A run that did not close left a -wal
    file behind; if that is gone, facts that were said to be saved may be gone with it.
    """
    wal = path.with_name(f"{path.name}-wal")
    wal_bytes = wal.stat().st_size if wal.exists() else 0
    with closing(open_sqlite(path, read_only=True).connect()) as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""
        if revision != schema.REVISION:
            _check_known(path, revision)
        meta = {row.name: row.value for row in connection.exec_driver_sql("SELECT name, value FROM meta")}
        if not {"station", "epoch", "closed", "skipped"} <= meta.keys():
            raise JournalDamaged(f"The journal {path.name} does not say whose it is.")
        if meta["station"] != station:
            raise JournalError(
                "other_station", f"The data folder belongs to station {meta['station']}, not to {station}."
            )
        page_bytes = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        if meta["closed"] != "1":
            _examine_after_crash(connection, path, wal_bytes, page_bytes)
        elif wal_bytes == 0:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            if path.stat().st_size < pages * page_bytes:
                raise JournalDamaged(f"The end of the journal {path.name} is cut off.")
        last_seq, last_hash = _examine_end(connection, path, meta["epoch"])
    acked, ahead = marks_in(path.with_name(COPY_FILE), meta["epoch"])
    if ahead:
        raise JournalDamaged(
            f"Central has {ahead} other facts under the numbers of this journal: "
            "it is an old copy, or a second copy of it is in use."
        )
    if acked > last_seq:
        raise JournalDamaged(
            f"Central has {acked} facts of this journal, which ends with number {last_seq}: "
            "it is an old copy, or its end is lost."
        )
    return Opened(meta["epoch"], last_seq, last_hash, int(meta["skipped"]), revision)


def mark(connection: Connection, *, closed: bool) -> None:
    """Say in the main file whether the journal is closed; while it is not, its -wal must not be missing."""
    with connection.begin():
        SET_META.run(connection, {"name": "closed", "value": "1" if closed else "0"})
    checkpoint(connection, "TRUNCATE" if closed else "PASSIVE")


def bring_up_to_date(path: Path, revision: str) -> None:
    """Bring an older database to our tables, after a copy beside it."""
    back_up(path, path.with_name(f"{path.stem}.{revision}{path.suffix}"))
    upgrade(open_sqlite(path))


def _check_known(path: Path, revision: str) -> None:
    if not knows(revision):
        raise JournalError("newer", f"The journal {path.name} was written by a newer program ({revision}).")


def _examine_after_crash(connection: Connection, path: Path, wal_bytes: int, page_bytes: int) -> None:
    # The first thing a run writes goes through the -wal: there is a header and at least one frame in it.
    if wal_bytes < _WAL_HEADERS_BYTES + page_bytes:
        raise JournalDamaged(f"{path.name}-wal is gone: facts of the last run may be missing.")
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise JournalDamaged(f"The journal {path.name} is damaged: {found}.")


def _examine_end(connection: Connection, path: Path, epoch: str) -> tuple[int, bytes]:
    """Follow the hash chain through the last entries, up to the highest number ever given; return the end."""
    begin, hash_ = beginning(connection, epoch)
    last = connection.exec_driver_sql("SELECT COALESCE(MAX(seq), 0) FROM journal").scalar_one() or begin
    ever = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").scalar()
    if (ever or 0) > last:
        raise JournalDamaged(f"The journal {path.name} ends with number {last}, but {ever} were written.")
    after = max(begin, last - _LAST_ENTRIES)
    entries = entries_in_file(connection, max(begin, after - 1), _LAST_ENTRIES + 1)
    if after > begin and entries:
        seq, prev, entries = entries[0].seq, entries[0].hash, entries[1:]
    else:
        seq, prev = begin, hash_
    broken = first_break(entries, seq, prev)
    if broken:
        raise JournalDamaged(f"The journal {path.name} is damaged: {broken}.")
    return last, entries[-1].hash if entries else prev


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

"""Saves what can be read of a damaged journal into a new one, and keeps the damaged files for those who may do better.

Only entries whose hash fits are taken. They keep their ids, so central knows those it has; their numbers and their
chain begin anew, in a new epoch. Numbers of plates and the like that lost facts may have used are passed over, those of
earlier salvages too.
"""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from station import projections, schema
from station.archive import everything_in
from station.bins.facts import BinLabelled
from station.copy_marks import acked_in, highest_acked_in
from station.database import open_sqlite
from station.entries import Entry, first_prev, sealed
from station.files import put_in_place, sync_folder
from station.journal_errors import JournalError, from_database
from station.local_copy import COPY_FILE
from station.opening import DAMAGED_PREFIX, JOURNAL_FILE, begin_file
from station.ownership import LOCK_FILE, Ownership
from station.pages import rows_in
from station.plates import parse, parse_bin
from station.receiving.facts import ExceptionRaised, ItemIdentified, ParcelArrived
from station.routing.facts import PlateAllotted
from station.shifts.facts import ShiftOpened
from station.verify import write_entries

_SUFFIXES = ("-wal", "-shm", "")
_DONE_FILE, _DRAFT_FILE = "report.txt", "report.json"
_COLUMNS = tuple(str(column.name) for column in schema.journal.columns)

_NUMBERED = (
    (ParcelArrived, "parcel"),
    (ItemIdentified, "item"),
    (PlateAllotted, "plate"),
    (BinLabelled, "bin"),
    (ExceptionRaised, "exception"),
    (ShiftOpened, "shift"),
)

# What is lost at the end cannot be counted; no bench gives out more numbers than this before it syncs.
_MORE_SKIPPED = 1000


class Report(msgspec.Struct, frozen=True):
    """What a salvage did. `lost` are gaps in the old numbering, first and last of each.

    `unsent` counts saved facts that central had not confirmed; `aside` holds the damaged files.
    """

    station: str
    epoch: str
    saved: int
    unsent: int
    lost: tuple[tuple[int, int], ...]
    confirmed_but_lost: int
    aside: Path

    def __str__(self) -> str:
        lines = [
            f"{self.saved} facts were saved into a new journal; {self.unsent} of them had not reached central "
            "and will be sent."
        ]
        if self.lost:
            gaps = ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in self.lost)
            lines.append(f"Not readable: the facts with the old numbers {gaps}.")
        if self.confirmed_but_lost:
            lines.append(f"{self.confirmed_but_lost} of the facts that could not be read are safe at central.")
        if not self.lost:
            lines.append("No fact is known to be lost.")
        lines.append(f"The damaged files are kept in {self.aside}.")
        return "\n".join(lines)


def salvage(folder: Path, station: str = "") -> Report:
    """Begin a new journal in the folder with all that can be read of the old one, and return what was done.

    May be run again when it was interrupted. Raises JournalBusy while a station works on the folder, and JournalError
    when the new journal cannot be written, or nothing at all can be read and `station` does not say whose the new
    journal is to be; the old files are then as they were, or whole in the folder where they are kept.
    """
    ownership = Ownership.take(folder / LOCK_FILE)
    try:
        return _salvage(folder, station)
    except DBAPIError as error:
        raise from_database(error, folder / JOURNAL_FILE) from error
    except OSError as error:
        raise JournalError("disk_error", f"The journal cannot be salvaged: {error.strerror}.") from error
    finally:
        ownership.release()


def _salvage(folder: Path, station: str) -> Report:
    path = folder / JOURNAL_FILE
    aside = _unfinished(folder)
    report = _draft(aside) if aside is not None else None
    there = {entry.seq for _, entry in _whole_entries(path) if report is not None and entry.epoch == report.epoch}
    if report is not None and there:
        # It was cut off after the new journal had come to its place.
        _finish(report)
        if there == set(range(1, report.saved + 1)):
            return report
        aside = None
    aside = aside or folder / f"{DAMAGED_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    return _begin_anew(folder, path, aside, station)


def _begin_anew(folder: Path, path: Path, aside: Path, station: str) -> Report:
    found = _entries([path, aside / JOURNAL_FILE])
    entries = [entry for _, entry in found]
    station = found[0][0] if found else station
    if not station:
        raise JournalError("damaged", f"Nothing can be read of {path.name}: no entry is whole.")
    acked = acked_in(folder / COPY_FILE, entries[0].epoch) if entries else highest_acked_in(folder / COPY_FILE)
    epoch, lost = uuid.uuid4().hex, _gaps(entries, acked)
    skipped = _skipped_before([path, aside / JOURNAL_FILE], entries)
    skipped += sum(last - first + 1 for first, last in lost) + _MORE_SKIPPED
    new = path.with_name(f"{path.name}.new")
    _write(new, station, epoch, entries, skipped)
    _copy_aside(path, aside)
    report = Report(
        station=station,
        epoch=epoch,
        saved=len(entries),
        unsent=sum(entry.seq > acked for entry in entries),
        lost=lost,
        confirmed_but_lost=max(0, acked - sum(entry.seq <= acked for entry in entries)),
        aside=aside,
    )
    _write_draft(report)
    _replace(new, path)
    _finish(report)
    return report


def _entries(paths: list[Path]) -> list[tuple[str, Entry]]:
    """Return (station, entry) of every whole entry of the newest epoch, in order, packed ones too."""
    epochs: dict[str, dict[int, tuple[str, Entry]]] = {}
    for path in paths:
        for station, entry in _whole_entries(path):
            epochs.setdefault(entry.epoch, {})[entry.seq] = (station, entry)
    ends = {epoch: max(found) for epoch, found in epochs.items()}
    for station, entry in everything_in(paths[0].parent):
        # What was packed beyond the end of this journal is of another one, which this is an old copy of.
        if entry.seq <= ends.get(entry.epoch, entry.seq):
            epochs.setdefault(entry.epoch, {}).setdefault(entry.seq, (station, entry))
    newest = max(epochs.values(), key=lambda found: max(entry.at for _, entry in found.values()), default={})
    return [newest[seq] for seq in sorted(newest)]


def _whole_entries(path: Path) -> Iterator[tuple[str, Entry]]:
    for rowid, values in rows_in(path, len(_COLUMNS)):
        row = dict(zip(_COLUMNS, values, strict=True)) | {"seq": rowid}
        station = row.pop("station")
        try:
            entry = msgspec.convert(row, Entry)
        except msgspec.ValidationError:
            continue
        if isinstance(station, str) and entry.is_whole():
            yield station, entry


def _gaps(entries: list[Entry], acked: int) -> tuple[tuple[int, int], ...]:
    """Return the runs of numbers that are missing, up to what central has confirmed."""
    gaps, expected = [], 1
    for entry in entries:
        if entry.seq > expected:
            gaps.append((expected, entry.seq - 1))
        expected = entry.seq + 1
    if acked >= expected:
        gaps.append((expected, acked))
    return tuple(gaps)


def _skipped_before(paths: list[Path], entries: list[Entry]) -> int:
    """Return how many numbers the damaged journal passes over already; when it cannot say, the highest in any fact."""
    said = [value for path in paths for _, (name, value) in rows_in(path, 2) if name == "skipped"]
    known = [int(value) for value in said if isinstance(value, str) and value.isascii() and value.isdecimal()]
    return max(known) if known else max(map(_number_given, entries), default=0)


def _number_given(entry: Entry) -> int:
    """Return which number of this station's own an entry gave to a parcel, an item, a plate and the like; else 0."""
    try:
        fact = entry.fact()
    except (msgspec.MsgspecError, ValueError):
        return 0
    text = next((getattr(fact, name) for kind, name in _NUMBERED if isinstance(fact, kind)), "")
    label = parse(text) or parse_bin(text)
    count = text.rpartition("-")[2]
    if label is not None:
        return label.count
    return int(count) if count.isascii() and count.isdecimal() else 0


def _write(new: Path, station: str, epoch: str, entries: list[Entry], skipped: int) -> None:
    """Write a whole new journal, closed, with its projections."""
    for suffix in _SUFFIXES:
        new.with_name(f"{new.name}{suffix}").unlink(missing_ok=True)
    begin_file(new, station, epoch, skipped)
    again, prev = [], first_prev(epoch)
    for seq, entry in enumerate(entries, 1):
        again.append(sealed(msgspec.structs.replace(entry, seq=seq, epoch=epoch), prev))
        prev = again[-1].hash
    with closing(open_sqlite(new).connect()) as connection, connection.begin():
        write_entries(connection, station, again)
        for entry in again:
            projections.apply(connection, station, entry)


def _unfinished(folder: Path) -> Path | None:
    """Return the folder of a salvage that was interrupted, if there is one."""
    for aside in sorted(folder.glob(f"{DAMAGED_PREFIX}*"), reverse=True):
        if not (aside / _DONE_FILE).exists():
            return aside
    return None


def _draft(aside: Path) -> Report | None:
    """Return what an interrupted salvage was about to report, if it came so far."""
    try:
        content = (aside / _DRAFT_FILE).read_bytes()
        return msgspec.json.decode(content, type=Report, dec_hook=lambda kind, text: kind(text))
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def _write_draft(report: Report) -> None:
    new = report.aside / f"{_DRAFT_FILE}.part"
    new.write_bytes(msgspec.json.encode(report, enc_hook=str))
    put_in_place(new, report.aside / _DRAFT_FILE)


def _finish(report: Report) -> None:
    (report.aside / _DONE_FILE).write_text(f"{report}\n", encoding="utf-8")


def _copy_aside(path: Path, aside: Path) -> None:
    """Copy the damaged files; the database last and by renaming, so that it is there only when all are."""
    if (aside / path.name).exists():
        return
    aside.mkdir(exist_ok=True)
    for suffix in _SUFFIXES:
        file = path.with_name(f"{path.name}{suffix}")
        if file.exists():
            part = aside / f"{file.name}.part"
            shutil.copyfile(file, part)
            put_in_place(part, aside / file.name)


def _replace(new: Path, path: Path) -> None:
    """Put the new journal in the place of the damaged one, whose -wal must never lie beside another database."""
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    sync_folder(path.parent)
    put_in_place(new, path)

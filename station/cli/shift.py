"""`shift`: the report of a shift, as it stands; the bench may be at work. `prove`: whether a printed one is true."""

import sys
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import Connection

from resources.words import Translator
from station.archive import entries_after
from station.cli.find import reading
from station.cli.language import translator
from station.copy_marks import acked_in, notes_in, refused_in
from station.database import open_memory
from station.entries import Entry, first_break, first_prev
from station.exceptions.of_site import decided_elsewhere
from station.local_copy import COPY_FILE
from station.moments import now
from station.printed import shift_pdf
from station.safe_text import shown
from station.shifts.counting import BenchShift, Sent, sent_so_far
from station.shifts.figures import figures, with_decisions
from station.shifts.proof import VERSION, made_again, number_in, printed, version_in
from station.shifts.report import Report, as_csv, as_json, as_text, newest, report

FORMS = ("text", "json", "csv", "pdf")
_PAGE = 5_000


def show(data: Path, shift: str, form: str, with_things: bool, out: Path | None = None, language: str = "en") -> int:
    """Print the report of a shift, the latest when none is named, or write it to `out`; return 1 for no such shift.

    Raises JournalError when there is no journal, or when it cannot be read; SettingsError for a language we do not
    have; OSError when `out` cannot be written.
    """
    tr = translator(language)
    with reading(data) as (connection, station):
        named = shift or newest(connection, station)
        told = report(connection, BenchShift(station, named), _sent(connection, data), now())
        if told is None:
            sys.stderr.write(f"There is no shift {shown(shift)}.\n" if shift else "This bench has had no shift yet.\n")
            return 1
        content = _formed(connection, data, told, form, with_things, tr)
    if out is not None:
        out.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return 0


def _formed(connection: Connection, data: Path, told: Report, form: str, with_things: bool, tr: Translator) -> bytes:
    said = decided_elsewhere(notes_in(data / COPY_FILE), told.station)
    if form == "pdf":
        (head,) = entries_after(connection, data, _recorded(connection) - 1, 1)
        shift = BenchShift(told.station, told.shift)
        return shift_pdf.pdf(printed(connection, shift, told, head, said), tr)
    is_blind = bool(told.counting_at) and not told.reviewed_at
    counted = None
    if not is_blind:
        counted = with_decisions(figures(connection, BenchShift(told.station, told.shift), now()), said)
    if form == "json":
        return as_json(told, counted).encode()
    return (as_text(told, with_things, counted) if form == "text" else as_csv(told, counted, with_things)).encode()


def prove(data: Path, shift: str, code: str) -> int:
    """Say whether a printed report of a shift is what the journal says; return 1 when it is not.

    Raises JournalError when there is no journal, or when it cannot be read.
    """
    seq = number_in(code)
    if seq is None:
        sys.stderr.write("That is no proof of a report: it stands at the foot of each page, such as 120-0a1b…-2c3d….\n")
        return 1
    with reading(data) as (connection, station):
        entries = _entries(connection, data, seq)
        epoch = entries[0].epoch if entries else ""
    broken = first_break(entries, 0, first_prev(epoch)) if entries else "it has no such fact"
    if broken:
        sys.stdout.write(f"✘ The journal proves nothing: {shown(str(broken))}.\n")
        return 1
    if version_in(code) != VERSION:
        is_named = entries[-1].hash.hex().startswith(code.split("-")[1])
        said = f"Fact {seq} of the journal is {'' if is_named else 'not '}the one that it names"
        sys.stdout.write(f"✘ It is of version {version_in(code)} of reports, made here is version {VERSION}. {said}.\n")
        return 1
    with closing(open_memory().connect()) as memory, memory.begin():
        again = made_again(memory, BenchShift(station, shift), entries, seq)
    if again == code.strip().lower():
        sys.stdout.write(f"✔ The report is what the journal said at fact {seq}, {entries[-1].at}.\n")
        return 0
    sys.stdout.write(f"✘ The journal says something else: {again or 'it has no such shift by then'}.\n")
    return 1


def _entries(connection: Connection, data: Path, seq: int) -> list[Entry]:
    """Return every fact up to a number, packed ones too."""
    found: list[Entry] = []
    while page := entries_after(connection, data, len(found), min(_PAGE, seq - len(found))):
        found += page
    return found


def _sent(connection: Connection, data: Path) -> Sent:
    epoch = str(connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'epoch'").scalar())
    copy = data / COPY_FILE
    return sent_so_far(_recorded(connection), acked_in(copy, epoch), refused_in(copy))


def _recorded(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT MAX(seq) FROM journal").scalar() or 0)

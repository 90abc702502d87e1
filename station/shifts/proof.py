"""Proves a printed report: a short code names the journal's last fact and what the report said; both are made anew.

The code is the number of the fact, the beginning of its hash, the beginning of the SHA-256 of the report's own figures,
and the version of reports that made it. Whoever has the journal folds it up to that fact and finds the same code, or
the print was changed.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy.engine import Connection

from station import projections, schema
from station.entries import Entry
from station.exceptions.queue import Decided
from station.shifts.counting import BenchShift
from station.shifts.figures import Figures, figures, with_decisions
from station.shifts.report import Report, report
from station.verify import write_entries

# Rises when a report says more than it did, or says it otherwise: an older print cannot be made again then.
VERSION = 6
_SIGNS = 16
_CODE = re.compile(r"(\d{1,12})-([0-9a-f]{16})-([0-9a-f]{16})(?:-(\d{1,4}))?", re.ASCII)
# Which facts central has is no part of the journal, and may have changed a minute later.
_UNPROVED = (9,)


class Print(msgspec.Struct, frozen=True):
    """A report as it is printed: as of the fact `seq`, at its moment, with the code that proves it."""

    report: Report
    figures: Figures
    at: str
    seq: int
    code: str


def printed(connection: Connection, shift: BenchShift, told: Report, head: Entry, said: Mapping[str, Decided]) -> Print:
    """Return a report as of the journal's last fact, with its figures and its code.

    What other benches `said` of this one's exceptions is no part of its journal, nor of the code.
    """
    counted = figures(connection, shift, head.at)
    code = code_of(told, counted, head)
    return Print(told, with_decisions(counted, said), head.at, head.seq, code)


def code_of(told: Report, counted: Figures, head: Entry) -> str:
    """Return the code of a report and its figures as of a fact."""
    proved = msgspec.structs.replace(told, lines=tuple(line for line in told.lines if line.rule not in _UNPROVED))
    content = msgspec.json.encode((proved, counted), order="deterministic")
    return f"{head.seq}-{head.hash.hex()[:_SIGNS]}-{hashlib.sha256(content).hexdigest()[:_SIGNS]}-{VERSION}"


def number_in(code: str) -> int | None:
    """Return the number of the fact that a code names; None for what is no code."""
    match = _CODE.fullmatch(code.strip().lower())
    return int(match[1]) if match is not None else None


def version_in(code: str) -> int:
    """Return by which version of reports a code was made; the first one did not say so."""
    match = _CODE.fullmatch(code.strip().lower())
    return int(match[4] or 1) if match is not None else 0


def made_again(memory: Connection, shift: BenchShift, entries: Iterable[Entry], seq: int) -> str:
    """Fold the facts up to a number into an empty database, and return the code that the report has then.

    Empty when there was no such shift by then, or no such fact.
    """
    kept = [entry for entry in entries if entry.seq <= seq]
    schema.journal.create(memory)
    schema.PROJECTIONS.create_all(memory)
    write_entries(memory, shift.station, kept)
    projections.rebuild(memory, ((shift.station, entry) for entry in kept))
    told = report(memory, shift)
    if not kept or kept[-1].seq != seq or told is None:
        return ""
    return code_of(told, figures(memory, shift, kept[-1].at), kept[-1])

"""`resolve`: which return orders a parcel may belong to, and why; the bench may be at work."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from station.cli.find import reading
from station.database import open_sqlite
from station.fold import fold
from station.journal_errors import JournalError
from station.known import Received
from station.local_copy import COPY_FILE, LocalCopy
from station.receiving.parcel import Parcel
from station.resolver.gathering import evidence_of, likely
from station.resolver.ranking import Ranked, is_clear
from station.resolver.words import REASON_WORDS
from station.safe_text import shown
from station.search.story import story_of
from station.state import State
from station.statements import Statement

_SHOWN = 5
_PARCEL = Statement("SELECT parcel FROM parcel WHERE station = :station AND :code IN (parcel, code) LIMIT 1")
_RECEIVED = Statement("SELECT line, serial FROM item WHERE station = :station AND rma = :rma AND match = 'matched'")


def show(data: Path, code: str, zip_: str, form: str) -> int:
    """Print which orders a parcel may belong to, the likeliest first; return 1 when nothing speaks for any.

    Raises JournalError when there is no journal, or when it cannot be read.
    """
    copy_file = data / COPY_FILE
    with reading(data) as (connection, station):
        parcel = _parcel(connection, data, station, code)
        if parcel is None:
            sys.stderr.write(f"No parcel {shown(code)} was received here.\n")
            return 1
        if not copy_file.is_file():
            raise JournalError("missing", f"There is no copy of central's records in {data}.")

        def received(rma: str) -> tuple[Received, ...]:
            rows = _RECEIVED.run(connection, {"station": station, "rma": rma})
            return tuple(Received(row.line, row.serial or "") for row in rows)

        with closing(open_sqlite(copy_file, read_only=True).connect()) as records:
            ranked = likely(LocalCopy(records, "", copy_file), received, evidence_of(parcel, (zip_,) if zip_ else ()))
    sys.stdout.write(_as_json(ranked) if form == "json" else "".join(f"{line}\n" for line in _text(ranked)))
    return 0 if ranked else 1


def _parcel(connection: Connection, data: Path, station: str, code: str) -> Parcel | None:
    """Return a parcel as the bench knew it last: what was taken back is left out."""
    name = _PARCEL.run(connection, {"station": station, "code": code}).scalar()
    state, parcel = State(station, ""), None
    for line in story_of(connection, data, station, name) if name else ():
        if not line.undone:
            state = fold(state, line.entry.txn, [line.fact])
            parcel = state.parcel or parcel
    return parcel


def _as_json(ranked: tuple[Ranked, ...]) -> str:
    told = {"clear": is_clear(ranked), "orders": ranked}
    return msgspec.json.format(msgspec.json.encode(told).decode(), indent=2) + "\n"


def _text(ranked: tuple[Ranked, ...]) -> Iterator[str]:
    if not ranked:
        yield "Nothing that is known of this parcel speaks for any order."
        return
    yield "Likely this one:" if is_clear(ranked) else "Not clear; ask whoever knows:"
    for each in ranked[:_SHOWN]:
        yield f"{each.points:4} {shown(each.rma)} of {shown(each.client)}, order {shown(each.order)}"
        for reason in each.reasons:
            yield f"     +{reason.points} {shown(REASON_WORDS[reason.kind].format(what=reason.what))}"

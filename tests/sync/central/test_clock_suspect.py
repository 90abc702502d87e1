"""Dates that are not to be believed are marked at central, and what they date counts as any other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from station.entries import sealed
from station.moments import utc
from sync.central.clock_suspect import CODE
from sync.wire import Push

DAY = timedelta(days=1)


def codes(bench: Any) -> list[object]:
    return [row["code"] for row in bench.events()]


def dated(book: Any, *days: float) -> tuple[Any, ...]:
    """The book's entries with other dates: so many days from now."""
    entries, prev = [], b""
    for entry, each in zip(book.push().entries, days, strict=True):
        at = utc(datetime.now(UTC) + each * DAY)
        entries.append(sealed(msgspec.structs.replace(entry, at=at), prev or entry.prev))
        prev = entries[-1].hash
    return tuple(entries)


@pytest.mark.parametrize(("days", "expected"), [(-3652.0, CODE), (-1.1, CODE), (-0.9, ""), (0.9, ""), (1.1, CODE)])
def test_what_a_bench_sends_whose_clock_is_a_day_off_is_marked(
    bench: Any, book: Any, days: float, expected: str
) -> None:
    book.parcels(2)
    sent_at = utc(datetime.now(UTC) + days * DAY)
    answer = bench.client().push(Push(book.journal.epoch, 1, sent_at, dated(book, days, days)))
    assert (answer.acked, answer.results, codes(bench)) == (2, (), [expected, expected])


def test_of_what_waited_only_what_lies_ahead_is_marked(bench: Any, book: Any) -> None:
    """The clock was set right before it was sent; and weeks without a network are no fault of a clock."""
    book.parcels(3)
    entries = dated(book, 400.0, -30.0, 0.0)
    bench.client().push(Push(book.journal.epoch, 1, utc(datetime.now(UTC)), entries))
    assert codes(bench) == [CODE, "", ""]


@pytest.mark.parametrize("sent_at", ["", "yesterday", "2016-04-18", "2016-04-18T08:00:00"])
def test_a_bench_that_sends_no_date_is_believed(bench: Any, book: Any, sent_at: str) -> None:
    book.parcels(1)
    assert bench.client().push(Push(book.journal.epoch, 1, sent_at, dated(book, 0.0))).acked == 1
    assert codes(bench) == [""]

"""How long the printed report of a shift of 5,000 parcels at 20 benches takes: that of one bench, from rows to PDF."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from resources.words import Translator
from station.entries import Entry
from station.printed import shift_pdf
from station.shifts.proof import printed
from station.shifts.report import report
from tests.benchmarks.bench_shift import filled, shifts

LIMIT_S = 2.0
TIMES = 5
HEAD = Entry(1, "1", "t1", "e1", "2026-01-01T08:00:00Z", 0, "b", "", "", "ShiftOpened", 1, b"{}", b"", b"\0" * 32)


def measure() -> dict[str, dict[str, Any]]:
    """The median of five, the load of the library included in the first; processor time."""
    with filled(2) as connection:
        (shift, *_) = shifts(2)

        def made() -> bytes:
            told = report(connection, shift)
            if told is None:
                raise AssertionError("there is no such shift")
            return shift_pdf.pdf(printed(connection, shift, told, HEAD, {}), Translator("en"))

        took = [timed(made) for _ in range(TIMES)]
    return {
        "report_pdf_first_s": {"value": round(took[0], 3), "unit": "s", "baseline": LIMIT_S, "n": 1},
        "report_pdf_s": {"value": round(median(took), 3), "unit": "s", "baseline": LIMIT_S, "n": TIMES},
    }


def timed(work: Callable[[], bytes]) -> float:
    """Seconds of processor that the work takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    for name, told in measure().items():
        print(name, told)

"""Old pushes that come again in any order, clocks that are wrong by years, and a second process on one data folder."""

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from station.local_copy import LocalCopy
from tests.sync.faults.invariants import all_came, copy_is_the_feed, each_fact_is_there_once, head, tables_are_the_fold

ROOT = Path(__file__).parents[3]
TRIALS = 40


def test_old_pushes_that_come_again_in_any_order_change_nothing(
    bench: Any, book: Any, times: int, seed: int, tally: Any
) -> None:
    """As a proxy or a copied virtual machine would send them, days later."""
    chance = random.Random(seed)
    client = bench.client()
    store = bench.central.store
    pushes = []
    for number in range(6):
        first = book.journal.last_seq + 1
        book.item(f"RMA-{bench.station}-{number}", serial=f"SN{number}")
        pushes.append(book.push(first))
        client.push(pushes[-1])
    told = head(store, bench.site)
    for _ in range(TRIALS * times):
        old = chance.choice(pushes)
        first = chance.randint(old.first, old.first + len(old.entries) - 1)
        answer = client.push(book.push(first, chance.randint(first, book.journal.last_seq)))
        assert answer.acked == book.journal.last_seq
        assert {verdict.status for verdict in answer.results} == {"duplicate"}
    assert head(store, bench.site) == told
    each_fact_is_there_once(store, bench.station, list(book.push().entries))
    tables_are_the_fold(store, bench.station)
    tally(TRIALS * times, "old pushes again")


@pytest.mark.parametrize(
    "clock",
    [
        ["2016-04-18T08:00:00.000000Z"],
        ["2036-04-18T08:00:00.000000Z"],
        ["2026-04-18T08:00:00.000000Z", "2026-04-18T07:00:00.000000Z", "1970-01-01T00:00:00.000000Z"],
    ],
    ids=["ten_years_back", "ten_years_ahead", "set_back_at_work"],
)
def test_a_wrong_clock_changes_nothing_but_dates(
    clock: list[str], on_sqlite: Any, enrol_at: Any, book: Any, run_courier: Any, until: Any, monkeypatch: Any
) -> None:
    bench, store = enrol_at(on_sqlite), on_sqlite.store
    chance = iter(clock * 20)
    monkeypatch.setattr("station.journal.now", lambda: next(chance))
    for number in range(4):
        book.item(f"RMA-{bench.station}-{number}", serial=f"SN{number}")
    running = run_courier(book, bench)
    until(lambda: all_came(store, bench.station, book, running))
    each_fact_is_there_once(store, bench.station, list(book.push().entries))
    tables_are_the_fold(store, bench.station)
    with closing(LocalCopy.open(book.folder / "expected.sqlite")) as copy:
        until(lambda: copy.cursor() == head(store, bench.site))
        copy_is_the_feed(store, bench.site, copy)
    assert running.status.refused == 0


def test_a_second_process_on_the_folder_is_refused_and_changes_nothing(book: Any) -> None:
    book.parcels(2)
    before = book.push().entries
    script = "import sys, pathlib; from station.journal import Journal; Journal.open(pathlib.Path(sys.argv[1]), 'A01')"
    command = [sys.executable, "-c", script, str(book.journal.path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "JournalBusy" in ended.stderr
    book.parcels(1)
    assert book.push().entries[: len(before)] == before

"""The courier killed at its steps while the bench works on: after an answer, before and after each of its commits."""

import hashlib
import random
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from station.local_copy import LocalCopy
from station.verify import verify
from sync.central.tables import stored_photo
from sync.mirror import Mirror
from tests.sync.faults.invariants import copy_is_the_feed, each_fact_is_there_once, head, tables_are_the_fold

ROOT = Path(__file__).parents[3]
DEATHS = 6


def test_a_courier_that_dies_at_its_steps_loses_and_doubles_nothing(
    on_sqlite: Any, enrol_at: Any, book: Any, order: Any, times: int, seed: int, tally: Any
) -> None:
    bench = enrol_at(on_sqlite)
    chance = random.Random(seed)
    photos = []
    names = [str(book.folder), bench.central.url, bench.station, bench.token, bench.site]
    script = [sys.executable, "-m", "tests.sync.faults.dying_courier", *names, str(seed), str(DEATHS * times)]
    steps: Counter[str] = Counter()
    with subprocess.Popen(script, cwd=ROOT, stdout=subprocess.PIPE, text=True) as couriers:
        assert couriers.stdout is not None
        for _ in range(4):
            book.item(f"RMA-{bench.station}")
            bench.central.tell(bench.site, order())
        for line in couriers.stdout:
            steps[line.split()[1]] += 1
            expected = order()
            bench.central.tell(bench.site, expected)
            book.item(expected.rma)
            content = chance.randbytes(2000)
            book.photo(content)
            photos.append(hashlib.sha256(content).hexdigest())
    assert couriers.returncode == 0
    assert steps.total() == DEATHS * times
    store = bench.central.store
    each_fact_is_there_once(store, bench.station, list(book.push().entries))
    tables_are_the_fold(store, bench.station)
    with store.reading() as connection:
        here = connection.execute(select(stored_photo.c.sha256).where(stored_photo.c.station == bench.station))
        assert sorted(here.scalars()) == sorted(photos)
    with closing(LocalCopy.open(book.folder / "expected.sqlite")) as copy:
        assert copy.acked(book.journal.epoch) == book.journal.last_seq
        assert copy.refused() == ()
        assert copy.cursor() <= head(store, bench.site)
        pull_the_rest(bench, copy)
        copy_is_the_feed(store, bench.site, copy)
    assert verify(book.folder) == []
    tally(steps.total(), f"{dict(steps)}")


def pull_the_rest(bench: Any, copy: LocalCopy) -> None:
    """The last courier ended when nothing waited to go up; what came down meanwhile it may not have seen."""
    mirror = Mirror(bench.client(), copy, bench.site)
    while mirror.pull_some():
        pass

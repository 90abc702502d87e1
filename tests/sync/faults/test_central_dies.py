"""Central killed in the middle of pushes, at any statement, commit and answer: nothing lost, nothing doubled."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from station.local_copy import LocalCopy
from sync.central import tokens
from sync.central.store import Store
from tests.sync.conftest import Bench
from tests.sync.faults.invariants import all_came, copy_is_the_feed, each_fact_is_there_once, head, tables_are_the_fold

ROOT = Path(__file__).parents[3]
DEATHS = 8
SITE, STATION = "leeds", "S01"


class DyingCentral:
    """Centrals on one port and one database, each of which dies in its first push, and one at the end that lives."""

    def __init__(self, folder: Path, database: str, seed: int, deaths: int) -> None:
        self.store = Store(database)
        self._left = deaths
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        script = [sys.executable, "-m", "tests.sync.faults.dying_central", str(folder / "central"), database]
        with (folder / "central.log").open("w") as log:
            self._process = subprocess.Popen(
                [*script, str(seed), str(deaths), str(listener.fileno())],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[listener.fileno()],
            )
        listener.close()

    def deaths(self) -> Iterator[str]:
        """Yield where each central died, as soon as it did."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "died":
                self._left -= 1
                yield rest
                if not self._left:
                    return

    def close(self) -> int:
        self.store.close()
        self._process.communicate()
        return self._process.returncode


def test_a_central_that_dies_in_every_push_loses_and_doubles_nothing(
    database: str,
    tmp_path: Path,
    book: Any,
    run_courier: Callable[..., Any],
    until: Any,
    times: int,
    seed: int,
    tally: Any,
) -> None:
    central = DyingCentral(tmp_path, database, seed, DEATHS * times)
    bench = Bench(central, STATION, SITE, tokens.enrol(central.store, STATION, SITE, "2026-04-18T08:00:00Z"))
    book.parcels(3)
    running = run_courier(book, bench)
    died = []
    for point in central.deaths():
        died.append(point)
        book.item(f"RMA-{len(died)}", serial=f"SN{len(died)}")
        running.courier.wake()
    until(lambda: all_came(central.store, STATION, book, running))
    with closing(LocalCopy.open(book.folder / "expected.sqlite")) as copy:
        until(lambda: copy.cursor() == head(central.store, SITE))
        copy_is_the_feed(central.store, SITE, copy)
    assert len(died) == DEATHS * times
    each_fact_is_there_once(central.store, STATION, list(book.push().entries))
    tables_are_the_fold(central.store, STATION)
    assert running.status.refused == 0
    assert central.close() == 0
    tally(len(died), f"at {len(set(died))} different points")

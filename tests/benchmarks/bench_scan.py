"""How long a scan takes until its facts are durable, beside a bare commit of the same bytes on the same disk."""

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from big_site import Place, QuickHands, figure, open_place, p99, parcels

from devices.readings import Scan
from station.database import DRIVER
from station.inputs import Command
from station.stages import stage_of

PARCELS = 220
RATIO_TO_REACH = 3.0
# The first parcels fill caches, as the first minutes of a day do.
_WARM_UP = 10


class BareCommit:
    """A table of bytes with the journal's own settings and nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = DRIVER.connect(str(path), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.execute("CREATE TABLE fact (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    def time_of(self, bodies: list[bytes]) -> float:
        """The seconds that one durable commit of these bytes takes."""
        began = time.monotonic()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO fact (body) VALUES (?)", [(body,) for body in bodies])
        self._connection.execute("COMMIT")
        return time.monotonic() - began

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Watch:
    """Times what wrote facts, from its last byte, each beside a bare commit; scans and keys, by the stage they met."""

    def __init__(self, place: Place, bare: BareCommit) -> None:
        self._place, self._bare = place, bare
        self.on = False
        self.durable_s: list[float] = []
        self.bare_s: list[float] = []
        self.by_stage: dict[str, list[float]] = {}

    def take(self, word: Any) -> None:
        """Give one word to the desk."""
        bench = self._place.desk.bench
        stage, last_seq = str(stage_of(bench.state, bench.known)), bench.journal.last_seq
        at = word.at if isinstance(word, Scan) else time.monotonic()
        shown = self._place.desk.take(word)
        if not self.on or shown is None or not shown.facts or not isinstance(word, Scan | Command):
            return
        took_s = shown.durable_at - at
        bodies = [msgspec.json.encode(entry) for entry in bench.journal.entries(last_seq, 100)]
        self.durable_s.append(took_s)
        self.by_stage.setdefault(stage, []).append(took_s)
        self.bare_s.append(self._bare.time_of(bodies))


def measure() -> dict[str, dict[str, Any]]:
    """p99 of both, and their ratio; `n` is the number of scans and keys, each with its bare commit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = BareCommit(folder / "bare.sqlite")
        answers: list[Any] = []
        with open_place(folder, answers.append) as place:
            watch, finished = Watch(place, bare), 0
            for parcel in place.work(QuickHands(watch.take), parcels(PARCELS)):
                while answers:
                    place.desk.take(answers.pop(0))
                finished += parcel is not None
                watch.on = finished >= _WARM_UP
        bare.close()
    return _figures(watch)


def _figures(watch: Watch) -> dict[str, dict[str, Any]]:
    durable, bare, n = p99(watch.durable_s), p99(watch.bare_s), len(watch.durable_s)
    figures = {
        "scan_to_durable_p99_ratio": figure(durable / bare, "× bare commit", RATIO_TO_REACH, n),
        "scan_to_durable_p99_ms": figure(durable * 1000, "ms", round(bare * 1000, 4), n),
        "scan_to_durable_p50_ms": figure(
            median(watch.durable_s) * 1000, "ms", round(median(watch.bare_s) * 1000, 4), n
        ),
    }
    for stage, took_s in sorted(watch.by_stage.items()):
        figures[f"scan_at_{stage}_p50_ms"] = figure(median(took_s) * 1000, "ms", None, len(took_s))
    return figures

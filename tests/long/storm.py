"""Lets many simulated stations come back to central at once, each with a backlog; prints how long and how it went.

python -m tests.long.storm --postgres --stations 1000 --backlog 6000
python -m tests.long.storm --url http://127.0.0.1:8600 --database URL --stations 1000 --backlog 6000

Central and a durable PostgreSQL are started for it, or central runs by itself (`returns-central serve`); --database is
its own then, to let the stations in and to count at the end. With its --pid, its memory is printed too.

Two times are printed. That of a request is what central is asked for: how long it keeps a bench waiting that it let in.
From the first try to the ack is in it what a bench waited by itself because it was told to: no admission can make that
short, as so many benches with a push each wait for so many pushes a second (1000 at 20 a second: 50 s).
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psutil
import uuid_utils
from sqlalchemy import func, select

from station.entries import Entry, first_prev, sealed
from station.facts import encode
from station.receiving.facts import ParcelArrived
from sync.central import tokens
from sync.central.store import Store
from sync.central.tables import journal
from sync.wire import Push, Pushed
from tests.sync.conftest import Central
from tests.sync.postgres import Cluster

NOW = "2026-04-18T08:00:00.000000Z"
STATIONS_A_SITE = 20


@dataclass
class Storm:
    """What happened: answers by status; seconds from the first try of each push to its ack, and of each request.

    `memory` is what central's process had (bytes), five times a second.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    acks_s: list[float] = field(default_factory=list)
    requests_s: list[float] = field(default_factory=list)
    refusals_s: list[float] = field(default_factory=list)
    retry_after: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0
    memory: list[int] = field(default_factory=list)
    broken: int = 0


def below(times: Sequence[float], share: float) -> float:
    """The seconds that so many of these stayed below; 0 of none."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def backlog(count: int, at_once: int) -> Iterator[Push]:
    """The pushes of one station that was away, one after the other."""
    epoch, seq = uuid_utils.uuid7().hex, 0
    prev = first_prev(epoch)
    while seq < count:
        entries = []
        for number in range(seq + 1, min(seq + at_once, count) + 1):
            fact = ParcelArrived(f"P-{number}", f"T{uuid_utils.uuid7().hex}", "ups", "return", "none", ())
            txn = uuid_utils.uuid7().hex
            entry = Entry(
                number, uuid_utils.uuid7().hex, txn, epoch, NOW, number, "boot", "BDG-1", "S-1",
                "ParcelArrived", fact.VERSION, encode(fact), b"", b"",
            )  # fmt: skip
            entries.append(sealed(entry, prev))
            prev = entries[-1].hash
        yield Push(epoch, seq + 1, NOW, tuple(entries))
        seq += len(entries)


def packed(folder: Path, names: Iterable[str], count: int, at_once: int) -> None:
    """Write every push of these stations into a file named by its last entry.

    So the callers make nothing while the storm is on, and their processor is not what is measured.
    """
    for name in names:
        (folder / name).mkdir()
        for push in backlog(count, at_once):
            (folder / name / f"{push.first + len(push.entries) - 1:09}").write_bytes(msgspec.json.encode(push))


class Line:
    """One station's connection, HTTP in its barest form: a pool of a thousand costs a client more than central."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send a body; return status, headers and content. Raises OSError or EOFError when the line breaks."""
        try:
            self._ends = self._ends or await asyncio.open_connection(self._host, self._port)
            reader, writer = self._ends
            head = f"POST {path} HTTP/1.1\r\nHost: central\r\nAuthorization: Bearer {token}\r\n"
            kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write((head + kind).encode() + body)
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            content = await reader.readexactly(int(headers.get("content-length", "0")))
        except (OSError, EOFError):
            self.close()
            raise
        if headers.get("connection") == "close":
            self.close()
        return int(first.split()[1]), headers, content

    def close(self) -> None:
        """End the connection; the next request makes another."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


async def station(line: Line, name: str, token: str, pushes: Sequence[Path], storm: Storm) -> None:
    """Push until everything is acked, and wait as long as central says."""
    for file in pushes:
        body = file.read_bytes()
        begun = time.perf_counter()
        status = 0
        while status != 200:
            asked = time.perf_counter()
            try:
                status, headers, content = await line.post(f"/v1/stations/{name}/events", token, body)
            except (OSError, EOFError):
                # Nobody knows whether it was taken: again, as a bench does.
                storm.broken += 1
                continue
            storm.statuses[status] += 1
            times = storm.requests_s if status == 200 else storm.refusals_s
            times.append(time.perf_counter() - asked)
            if status == 429:
                storm.retry_after.append(headers["retry-after"])
                await asyncio.sleep(int(headers["retry-after"]))
            elif status != 200:
                await asyncio.sleep(1)
        pushed = msgspec.json.decode(content, type=Pushed)
        assert pushed.acked == int(file.name)
        storm.verdicts.update(each.status for each in pushed.results)
        storm.acks_s.append(time.perf_counter() - begun)
        if pushed.next and pushed.next.delay_ms:
            await asyncio.sleep(pushed.next.delay_ms / 1000)
    line.close()


def admit(store: Store, stations: int) -> dict[str, str]:
    """Let so many stations in, some to a site; return their tokens by name."""
    run = uuid_utils.uuid7().hex[-8:]
    names = [f"X{run}{number}" for number in range(stations)]
    return {
        name: tokens.enrol(store, name, f"storm-{run}-{number // STATIONS_A_SITE}", NOW)
        for number, name in enumerate(names)
    }


async def rage(url: str, stations: dict[str, str], count: int, at_once: int, pid: int = 0) -> Storm:
    """Let all of them come at once; return what happened."""
    storm = Storm()
    done = asyncio.Event()

    async def watch() -> None:
        while pid and not done.is_set():
            storm.memory.append(psutil.Process(pid).memory_info().rss)
            await asyncio.sleep(0.2)

    with tempfile.TemporaryDirectory(prefix="storm-") as packed_in:
        folder = Path(packed_in)
        packed(folder, stations, count, at_once)
        watching = asyncio.create_task(watch())
        begun = time.perf_counter()
        await asyncio.gather(
            *(
                station(Line(url), name, token, sorted((folder / name).iterdir()), storm)
                for name, token in stations.items()
            )
        )
        storm.took_s = time.perf_counter() - begun
    done.set()
    await watching
    return storm


def kept(store: Store, stations: dict[str, str]) -> tuple[int, int]:
    """How many facts of these stations central has, and how many different ones."""
    query = select(func.count(), func.count(journal.c.id.distinct())).where(journal.c.station.in_(list(stations)))
    with store.reading() as connection:
        count, different = connection.execute(query).one()
        return count, different


def told(storm: Storm) -> Iterator[str]:
    """What is printed of it."""
    yield f"answers {dict(storm.statuses)}, {storm.broken} broken off, verdicts but ok {dict(storm.verdicts)}"
    for what, times in (
        ("a request that was let in", storm.requests_s),
        ("a request that was told to come later", storm.refusals_s),
        ("from the first try to the ack, waits at the bench included", storm.acks_s),
    ):
        yield f"{what}: p50 {below(times, 0.5):.2f} s, p99 {below(times, 0.99):.2f} s, {len(times)} of them"
    if storm.memory:
        tenth = max(1, len(storm.memory) // 10)
        yield "central's memory at most, MB, by tenths of the time: " + " ".join(
            f"{max(storm.memory[at : at + tenth]) / 2**20:.0f}" for at in range(0, len(storm.memory), tenth)
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true", help="start central and a PostgreSQL for this")
    parser.add_argument("--url")
    parser.add_argument("--database")
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--backlog", type=int, default=6000)
    parser.add_argument("--at-once", type=int, default=500, help="facts in a push")
    parser.add_argument("--pid", type=int, default=0)
    asked = parser.parse_args()
    if not asked.postgres and not (asked.url and asked.database):
        parser.error("--postgres, or --url and --database")
    with ExitStack() as ends:
        if asked.postgres:
            folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="storm-")))
            cluster = ends.enter_context(closing(Cluster(is_durable=True)))
            central = ends.enter_context(closing(Central(folder / "central", cluster.new_database())))
            central.start()
            asked.url, asked.database, asked.pid = central.url, central.database, central.pid
        store = ends.enter_context(closing(Store(asked.database)))
        stations = admit(store, asked.stations)
        storm = asyncio.run(rage(asked.url, stations, asked.backlog, asked.at_once, asked.pid))
        facts, different = kept(store, stations)
    print(f"{facts} facts ({different} different) in {storm.took_s:.1f} s: {facts / storm.took_s:.0f} a second")
    print("\n".join(told(storm)))
    lost = facts != asked.stations * asked.backlog or facts != different
    return int(lost or any(status >= 500 for status in storm.statuses))


if __name__ == "__main__":
    sys.exit(main())

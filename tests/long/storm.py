"""Lets many simulated stations come back to central at once, each with a backlog; prints how long and how it went.

python -m tests.long.storm --url http://127.0.0.1:8600 --database URL --stations 1000 --backlog 6000

Central runs by itself (`returns-central serve`); --database is its own, to let the stations in and to count at the end.
With --pid, the most memory of central's process is printed too.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import msgspec
import psutil
import uuid_utils
from sqlalchemy import func, select

from station.entries import Entry, first_prev, sealed
from station.facts import ParcelArrived, encode
from sync.central import tokens
from sync.central.store import Store
from sync.central.tables import journal
from sync.wire import Push, Pushed

NOW = "2026-04-18T08:00:00.000000Z"
STATIONS_A_SITE = 20


@dataclass
class Storm:
    """What happened: answers by status, seconds from the first try of each push to its ack."""

    statuses: Counter[int] = field(default_factory=Counter)
    acks_s: list[float] = field(default_factory=list)
    retry_after: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0
    most_memory: int = 0

    def percentile_s(self, share: float) -> float:
        """The seconds that so many of the pushes stayed below."""
        return sorted(self.acks_s)[min(len(self.acks_s) - 1, int(share * len(self.acks_s)))]


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


async def station(http: httpx.AsyncClient, name: str, token: str, pushes: Iterator[Push], storm: Storm) -> None:
    """Push until everything is acked, and wait as long as central says."""
    headers = {"Authorization": f"Bearer {token}"}
    for push in pushes:
        body = msgspec.json.encode(push)
        begun = time.perf_counter()
        while True:
            answer = await http.post(f"/v1/stations/{name}/events", content=body, headers=headers)
            storm.statuses[answer.status_code] += 1
            if answer.status_code == 429:
                storm.retry_after.append(answer.headers["Retry-After"])
                await asyncio.sleep(int(answer.headers["Retry-After"]) * (0.5 + hash(name) % 100 / 100))
                continue
            if answer.status_code >= 500:
                await asyncio.sleep(1)
                continue
            break
        pushed = msgspec.json.decode(answer.content, type=Pushed)
        assert pushed.acked == push.first + len(push.entries) - 1
        storm.verdicts.update(each.status for each in pushed.results)
        storm.acks_s.append(time.perf_counter() - begun)
        if pushed.next and pushed.next.delay_ms:
            await asyncio.sleep(pushed.next.delay_ms / 1000)


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
    limits = httpx.Limits(max_connections=None)
    begun = time.perf_counter()
    done = asyncio.Event()

    async def watch() -> None:
        while pid and not done.is_set():
            storm.most_memory = max(storm.most_memory, psutil.Process(pid).memory_info().rss)
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=120, trust_env=False) as http:
        runs = (station(http, name, token, backlog(count, at_once), storm) for name, token in stations.items())
        await asyncio.gather(*runs)
    done.set()
    await watching
    storm.took_s = time.perf_counter() - begun
    return storm


def kept(store: Store, stations: dict[str, str]) -> tuple[int, int]:
    """How many facts of these stations central has, and how many different ones."""
    query = select(func.count(), func.count(journal.c.id.distinct())).where(journal.c.station.in_(list(stations)))
    with store.reading() as connection:
        count, different = connection.execute(query).one()
        return count, different


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--backlog", type=int, default=6000)
    parser.add_argument("--at-once", type=int, default=500, help="facts in a push")
    parser.add_argument("--pid", type=int, default=0)
    asked = parser.parse_args()
    store = Store(asked.database)
    stations = admit(store, asked.stations)
    storm = asyncio.run(rage(asked.url, stations, asked.backlog, asked.at_once, asked.pid))
    facts, different = kept(store, stations)
    store.close()
    print(f"{facts} facts ({different} different) in {storm.took_s:.1f} s: {facts / storm.took_s:.0f} a second")
    print(f"answers {dict(storm.statuses)}, verdicts but ok {dict(storm.verdicts)}")
    print(f"from the first try to the ack: p50 {storm.percentile_s(0.5):.2f} s, p99 {storm.percentile_s(0.99):.2f} s")
    if storm.most_memory:
        print(f"central's memory at most {storm.most_memory / 2**20:.0f} MB")
    lost = facts != asked.stations * asked.backlog or facts != different
    return int(lost or any(status >= 500 for status in storm.statuses))


if __name__ == "__main__":
    sys.exit(main())

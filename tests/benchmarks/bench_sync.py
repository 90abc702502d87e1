"""Measures central over HTTP on a private PostgreSQL: pushes large and small, the feed, and what size costs.

The baseline of a push is what the database cannot avoid: the same rows sent by bare psycopg, COPY into a temporary
table and an upsert from there, with the same constraints, one transaction a batch, in the same run.

Sizes by environment: SYNC_FACTS facts pushed (20000), SYNC_RECORDS what "1m" stands for (100000; the issue's own size
is 1000000), SYNC_IDLE how many stations listen for a minute (1000).
"""

import asyncio
import gc
import http.client
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
from bench_journal import figure, order, parcel, quantile
from own_postgres import make_database, plain, postgres
from sqlalchemy import text

from station.entries import Entry, first_prev, sealed
from station.facts import Recorded
from station.local_copy import LocalCopy, Record
from sync.ahead import Ahead
from sync.central import feed, tokens
from sync.central.store import Store
from sync.client import Client
from sync.errand import Timing
from sync.listener import WAIT_S
from sync.mirror import Mirror
from sync.wire import Push

ROOT = Path(__file__).parents[2]
NOW = "2026-04-18T08:00:00.000000Z"
FACTS = int(os.environ.get("SYNC_FACTS", "20000"))
RECORDS = int(os.environ.get("SYNC_RECORDS", "100000"))
FEW = 10_000
BATCH, SMALL = 500, 8
SMALL_PUSHES = 1_200
STATIONS = 4
PAGE = 2_000
# As many as there are cores here; a push is one process's work otherwise, whatever the machine has.
WORKERS = 2
# The number of the first station that only warms central up.
WARMING = 900
IDLE_STATIONS = int(os.environ.get("SYNC_IDLE", "1000"))
IDLE_S = 60.0
WRITTEN = ("journal", "parcel", "item", "photo", "answer", "plate", "story", "parcel_order", "order_lock", "feed")

Figures = dict[str, dict[str, Any]]


def measure() -> Figures:
    """Return the figures, by name."""
    folder = Path(tempfile.mkdtemp(prefix="bench-sync-"))
    try:
        with postgres() as cluster:
            return {
                **pushes(folder, cluster),
                **small_pushes(folder, cluster),
                **between_benches(folder, cluster),
                **pulls(folder, cluster),
                **idle(folder, cluster),
                **growth(folder, cluster),
                **station_growth(folder),
            }
    finally:
        shutil.rmtree(folder)


class Site:
    """A running central on a database of its own, of one worker or several, and benches that may speak to it."""

    def __init__(self, folder: Path, url: str, workers: int) -> None:
        self.url = url
        self.store = Store(url)
        command = [sys.executable, "-m", "sync.central", "serve", "--data", str(folder), "--database", url]
        self._processes = [
            subprocess.Popen(
                [*command, "--port", "0", "--with-parent"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(workers)
        ]
        self._addresses = [
            each.stdout.readline().split()[-1].removeprefix("http://")
            for each in self._processes
            if each.stdout is not None
        ]

    @property
    def address(self) -> str:
        """The first worker's."""
        return self._addresses[0]

    def address_for(self, number: int) -> str:
        """Return the worker that a proxy in front of them would give to a station."""
        return self._addresses[number % len(self._addresses)]

    def enrol(self, station: str, site: str = "leeds") -> str:
        """Return the token of a new station."""
        return tokens.enrol(self.store, station, site, NOW)

    def processor_s(self) -> float:
        """Return the processor time central has used by now; PostgreSQL's own is not in it."""
        return float(sum(sum(psutil.Process(each.pid).cpu_times()[:2]) for each in self._processes))

    def close(self) -> None:
        """Stop it and give everything back."""
        for each in self._processes:
            each.terminate()
            each.communicate()
        self.store.close()


@contextmanager
def central(folder: Path, cluster: str, name: str, workers: int = 1) -> Iterator[Site]:
    """Run a central on a new database."""
    site = Site(folder / name, make_database(cluster, name), workers)
    try:
        yield site
    finally:
        site.close()


def facts_of(number: int) -> Iterator[list[Recorded]]:
    """Yield what one station records, parcel by parcel, about orders that no other station names."""
    random.seed(number)
    n = number * 10_000_000
    while True:
        n += 1
        yield from parcel(n)


def journal(station: str, number: int, count: int) -> list[Entry]:
    """Return the first `count` entries of a station."""
    prev = first_prev(f"epoch-{station}")
    entries: list[Entry] = []
    for txn, facts in enumerate(facts_of(number)):
        for fact in facts:
            seq = len(entries) + 1
            name, body = type(fact).__name__, msgspec.json.encode(fact)
            made = Entry(
                seq, f"{number:08x}-{seq:012x}", f"{number:08x}-t{txn:012x}", f"epoch-{station}", NOW, seq * 900, "b",
                "BDG-1001", "S-1", name, fact.VERSION, body, b"", b"",
            )  # fmt: skip
            entries.append(sealed(made, prev))
            prev = entries[-1].hash
        if len(entries) >= count:
            return entries[:count]
    raise AssertionError


class Bench:
    """One station's connection to central and the pushes it will send, encoded beforehand."""

    def __init__(self, site: Site, number: int, facts: int, size: int, of: str = "leeds") -> None:
        self.station = f"{number:03}"
        self._head = {"Authorization": f"Bearer {site.enrol(self.station, of)}", "Content-Type": "application/json"}
        entries = tuple(journal(self.station, number, facts))
        runs = [entries[start : start + size] for start in range(0, facts, size)]
        self.bodies = [msgspec.json.encode(Push(f"epoch-{self.station}", run[0].seq, NOW, run)) for run in runs]
        self._http = http.client.HTTPConnection(site.address_for(number))
        self.times: list[float] = []

    def run(self) -> None:
        """Send every push, one after the other, and remember how long each took (s)."""
        for body in self.bodies:
            self.push(body)
        self._http.close()

    def push(self, body: bytes) -> None:
        """Send one push and insist on a clean answer."""
        began = time.perf_counter()
        self._http.request("POST", f"/v1/stations/{self.station}/events", body, self._head)
        answer = self._http.getresponse()
        said = answer.read()
        self.times.append(time.perf_counter() - began)
        if answer.status != 200 or b'"results":[]' not in said:
            raise AssertionError(said)


def all_at_once(benches: Sequence[Bench]) -> tuple[float, list[float]]:
    """Let all benches push; return the seconds it took and each push's own."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(benches)) as pool:
        for done in [pool.submit(bench.run) for bench in benches]:
            done.result()
    return time.perf_counter() - began, [each for bench in benches for each in bench.times]


def pushes(folder: Path, cluster: str) -> Figures:
    """Measure full batches against COPY of all rows they made, and of the journal's alone."""
    with central(folder, cluster, "pushes", WORKERS) as site:
        each = FACTS // STATIONS // BATCH * BATCH
        warm(site, BATCH)
        count = each * STATIONS
        benches = [Bench(site, number, each, BATCH) for number in range(STATIONS)]
        used = site.processor_s()
        took, times = all_at_once(benches)
        used = site.processor_s() - used
        copied = copy_again(cluster, site, WRITTEN, count // BATCH)
        alone = copy_again(cluster, site, WRITTEN[:1], count // BATCH)
        with site.store.reading() as connection:
            size = connection.execute(text("SELECT pg_total_relation_size('journal')::float / count(*) FROM journal"))
            bytes_each = float(size.scalar_one())
            items = connection.execute(text("SELECT count(*) FROM item WHERE " + _BY_STATION)).scalar_one()
    return {
        "push_facts_per_s": figure(count / took, "facts/s", 10_000, count),
        "push_p99_ms": figure(quantile(times, 0.99) * 1000, "ms", 250, len(times)),
        "push_processor_us_per_fact": figure(used / count * 1e6, "us of central a fact", 100, count),
        "received_items_per_s": figure(items / took, "items/s", 10_000 * items / count, items),
        "push_vs_copy_ratio": figure(took / copied, "x COPY + upsert of all rows", 2.5, count),
        "push_vs_copy_journal_ratio": figure(took / alone, "x COPY + upsert of the journal's rows", 2.5, count),
        "bytes_per_fact": figure(bytes_each, "bytes", 600, count),
    }


# What the benches that were measured said, not those that warmed central up.
_BY_STATION = f"station < '{WARMING}'"
_MEASURED = {"feed": "site = 'leeds'", "order_lock": f"rma IN (SELECT rma FROM item WHERE {_BY_STATION})"}


def warm(site: Site, size: int) -> None:
    """Let every worker take some pushes: what is loaded or prepared late is so now."""
    all_at_once([Bench(site, WARMING + n, 10 * size, size, "warm") for n in range(WORKERS)])


def copy_again(cluster: str, site: Site, tables: Sequence[str], batches: int) -> float:
    """Send what the tables hold into empty ones with the same constraints; return the seconds.

    As many connections as there were benches share the batches.
    """
    name = f"copy_{len(tables)}"
    Store(make_database(cluster, name)).close()
    with psycopg.connect(plain(site.url)) as source:
        rows = {
            table: source.execute(f'SELECT * FROM "{table}" WHERE {_MEASURED.get(table, _BY_STATION)}').fetchall()  # type: ignore[call-overload]
            for table in tables
        }
    parts: list[dict[str, list[Any]]] = [
        {table: list(islice(there, k, None, batches)) for table, there in rows.items()} for k in range(batches)
    ]
    shares = [parts[k::STATIONS] for k in range(STATIONS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(STATIONS) as pool:
        for done in [pool.submit(copy_share, plain(cluster % name), share) for share in shares]:
            done.result()
    return time.perf_counter() - began


def copy_share(url: str, parts: Sequence[dict[str, list[Any]]]) -> None:
    """Send some batches, each in one transaction."""
    with psycopg.connect(url, autocommit=True) as target:
        for table in parts[0]:
            target.execute(f'CREATE TEMP TABLE "t_{table}" (LIKE "{table}")')  # type: ignore[call-overload]
        for part in parts:
            with target.transaction(), target.cursor() as cursor:
                for table, there in part.items():
                    with cursor.copy(f'COPY "t_{table}" FROM STDIN') as copy:  # type: ignore[call-overload]
                        for row in there:
                            copy.write_row(row)
                    cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "t_{table}" ON CONFLICT DO NOTHING')  # type: ignore[call-overload]
                    cursor.execute(f'TRUNCATE "t_{table}"')  # type: ignore[call-overload]


def small_pushes(folder: Path, cluster: str) -> Figures:
    """Measure many benches that each send a few facts at a time."""
    with central(folder, cluster, "small", WORKERS) as site:
        each = SMALL_PUSHES // 8
        warm(site, SMALL)
        benches = [Bench(site, number, each * SMALL, SMALL) for number in range(8)]
        used = site.processor_s()
        took, times = all_at_once(benches)
        used = site.processor_s() - used
    return {
        "small_push_processor_ms": figure(used / len(times) * 1000, "ms of central a push", 1000 / 300, len(times)),
        "small_pushes_per_s": figure(len(times) / took, "pushes/s", 300, len(times)),
        "small_push_p99_ms": figure(quantile(times, 0.99) * 1000, "ms", 500, len(times)),
    }


def between_benches(folder: Path, cluster: str) -> Figures:
    """Measure how long after bench A's push of a parcel began bench B, which waits for it, has the record."""
    pushes_ = 60
    with central(folder, cluster, "between") as site:
        sender = Bench(site, 1, pushes_ * 2, 2)
        waiting = http.client.HTTPConnection(site.address)
        token = {"Authorization": f"Bearer {site.enrol('002')}"}
        times: list[float] = []
        after = 0
        for body in sender.bodies:
            if b"ParcelArrived" not in body:
                sender.push(body)
                continue
            waiting.request("GET", f"/v1/sites/leeds/feed?after={after}&wait=25", headers=token)
            began = time.perf_counter()
            sender.push(body)
            page = msgspec.json.decode(waiting.getresponse().read())
            times.append(time.perf_counter() - began)
            after = page["to"]
        waiting.close()
    return {"bench_to_bench_s": figure(quantile(times, 0.99), "s, p99 by long-poll", 1.0, len(times))}


def idle(folder: Path, cluster: str) -> Figures:
    """Measure what benches cost that have nothing to say: each holds a question, and looks by itself now and then."""
    with central(folder, cluster, "idle") as site:
        tell(site.store, 0, PAGE)
        names = [f"{n:04}" for n in range(IDLE_STATIONS)]
        with psycopg.connect(plain(site.url)) as connection:
            held = [site.enrol(name) for name in names]
            used, server = site.processor_s(), processor_s_of(connection)
            asyncio.run(stay_idle(site.address, held))
            used, server = site.processor_s() - used, processor_s_of(connection) - server
    each = len(names) / 1_000 * IDLE_S
    return {
        "idle_1000_cores": figure(used / each, "cores of central for 1,000 idle stations", 0.5, len(names)),
        "idle_1000_database_cores": figure(server / each, "cores of PostgreSQL beside it", 0.5, len(names)),
    }


def processor_s_of(connection: psycopg.Connection[Any]) -> float:
    """Return the processor time that all of a PostgreSQL has used by now."""
    row = connection.execute("SHOW data_directory").fetchone()
    pid = int((Path(str(row and row[0])) / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(pid)
    there = sum(sum(each.cpu_times()[:2]) for each in postmaster.children())
    return float(there + sum(postmaster.cpu_times()))


async def stay_idle(address: str, held: Sequence[str]) -> None:
    """Let stations with these tokens listen and look as the product's do, for a while, each from another moment on."""
    async with asyncio.TaskGroup() as group:
        for token in held:
            listening = f"/v1/sites/leeds/feed?after={PAGE}&limit=1&wait={WAIT_S}"
            group.create_task(ask_on(address, token, listening, 0.0))
            looking = f"/v1/sites/leeds/feed?after={PAGE}&limit={PAGE}"
            group.create_task(ask_on(address, token, looking, Timing().told_poll_s))


async def ask_on(address: str, token: str, path: str, every_s: float) -> None:
    """Ask the same over one connection again and again until the time is over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + IDLE_S
    await asyncio.sleep(random.uniform(0, min(every_s or WAIT_S, IDLE_S)))
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    asked = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    try:
        while loop.time() < end:
            writer.write(asked)
            async with asyncio.timeout_at(end):
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            if not head.startswith(b"HTTP/1.1 200"):
                raise AssertionError(head)
            await asyncio.sleep(every_s)
    except TimeoutError:
        pass  # what is held when the time is over
    finally:
        writer.close()


def pulls(folder: Path, cluster: str) -> Figures:
    """Measure a station that catches up: pages over HTTP, each applied durably."""
    count = 40_000
    with central(folder, cluster, "pulls") as site:
        tell(site.store, 0, count)
        client = Client(f"http://{site.address}", "001", site.enrol("001"))
        ahead = Ahead(client.twin(), "leeds")
        with closing(client), closing(ahead), closing(LocalCopy.open(folder / "pulled.sqlite")) as copy:
            client.health()  # what is loaded late is loaded now
            gc.freeze()  # as a bench does once it is open
            ours, theirs = time.process_time(), site.processor_s()
            mirror = Mirror(client, copy, "leeds", ahead=ahead)
            began = time.perf_counter()
            while mirror.pull_some():
                pass
            took = time.perf_counter() - began
            ours, theirs = time.process_time() - ours, site.processor_s() - theirs
    return {
        "pull_rows_per_s": figure(count / took, "rows/s", 25_000, count),
        "pull_station_us": figure(ours / count * 1e6, "us of the station a row", 25, count),
        "pull_central_us": figure(theirs / count * 1e6, "us of central a row", 15, count),
    }


def tell(store: Store, first: int, count: int) -> None:
    """Put orders into the feed of the site."""
    for start in range(first, first + count, PAGE):
        with store.writing() as connection:
            orders = [order(n) for n in range(start, start + PAGE)]
            feed.append(
                connection, "leeds", [feed.Change("order", each.rma, msgspec.json.encode(each)) for each in orders]
            )


def growth(folder: Path, cluster: str) -> Figures:
    """Measure a full push among few facts and among many."""
    with central(folder, cluster, "growth") as site:
        all_at_once([Bench(site, 900, FEW, BATCH)])
        few = middle(lambda number: Bench(site, number, 6 * BATCH, BATCH), 10)
        with psycopg.connect(plain(site.url), autocommit=True) as connection:
            for table, columns in MULTIPLIED.items():
                multiply(connection, table, columns, RECORDS // FEW)
            connection.execute("ANALYZE")
            connection.execute("CHECKPOINT")
        many = middle(lambda number: Bench(site, number, 6 * BATCH, BATCH), 20)
    return {"central_cost_1m_vs_10k": figure(many / few, f"x, {RECORDS} facts against {FEW}", 1.25, 18)}


def middle(bench_of: Callable[[int], Bench], first: int) -> float:
    """Return the median seconds of a push of three benches, one after the other."""
    times = [each for number in range(first, first + 3) for each in all_at_once([bench_of(number)])[1]]
    return quantile(times, 0.5)


# Which columns tell the copies of a station's rows apart.
MULTIPLIED = {
    "journal": ("station", "id"),
    "parcel": ("station",),
    "item": ("station", "rma"),
    "photo": ("station",),
    "answer": ("station",),
    "plate": ("station",),
    "story": ("station",),
    "parcel_order": ("station", "rma"),
    "order_lock": ("rma",),
}


def multiply(connection: psycopg.Connection[Any], table: str, told_apart: tuple[str, ...], times: int) -> None:
    """Fill a table with `times` as many rows, as if more stations had said the same of other orders."""
    names = [row[0] for row in connection.execute(f'SELECT * FROM "{table}" LIMIT 0').description or ()]  # type: ignore[call-overload]
    values = ", ".join(f"copy || '-' || \"{name}\"" if name in told_apart else f'"{name}"' for name in names)
    connection.execute(
        f'INSERT INTO "{table}" SELECT {values} FROM "{table}", generate_series(1, {times - 1}) AS copy'  # type: ignore[call-overload]
    )


def station_growth(folder: Path) -> Figures:
    """Measure a page applied to a small local copy and to a big one."""
    with closing(LocalCopy.open(folder / "grown.sqlite")) as copy:
        few: list[float] = []
        many: list[float] = []
        for start in range(0, RECORDS + 10 * PAGE, PAGE):
            records = [
                Record(n + 1, "order", f"RMA-{n:08}", msgspec.Raw(msgspec.json.encode(order(n))))
                for n in range(start, start + PAGE)
            ]
            began = time.perf_counter()
            copy.apply(start + 1, start + PAGE, records)
            took = time.perf_counter() - began
            if FEW <= start < FEW + 10 * PAGE:
                few.append(took)
            elif start >= RECORDS:
                many.append(took)
    ratio = quantile(many, 0.5) / quantile(few, 0.5)
    return {"station_apply_1m_vs_10k": figure(ratio, f"x, {RECORDS} records against {FEW}", 1.5, len(many))}

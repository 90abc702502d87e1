"""Measures the same job at central and at Tryton: a parcel with one item received, its condition recorded, routed.

python -m tests.long.beside_tryton --folder DIR [--items 2000] [--tryton-items 100] [--trials 100] [--tryton-trials 100]

Both on one PostgreSQL in one run, each through its own HTTP door, each one process. Tryton is installed below DIR from
PyPI. Counted is the processor time of the server and of PostgreSQL while the job is done, not the callers'.

Central's bench sends six facts a parcel: arrived, identified, answered, graded, routed, finished; one push for each
parcel, or as many in a push as it holds. Tryton's client makes a customer return with its move and the condition in its
reference, receives it, and puts it where it goes (three calls; `straight` takes the item in where it goes: two calls).
The last columns say how many times as many items a second, and how many times cheaper, than Tryton's three calls for
each parcel with as many clients.

Then the same receive is sent four times at once, many times over.
"""

import argparse
import http.client
import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psutil
import uuid_utils

from station.entries import Entry, first_prev, sealed
from station.facts import Recorded, encode, name_of, version_of
from station.inspecting.facts import Answered
from station.receiving.facts import Declared, ItemIdentified, ParcelArrived, ParcelFinished
from station.records import Product, ReturnLine, ReturnOrder
from station.routing.facts import Graded, Routed
from sync.wire import Push
from tests.long.tryton import Client, Refusal, Tryton
from tests.sync.conftest import NOW, Bench, Central
from tests.sync.postgres import Cluster

FACTS_A_PARCEL = 6
# The courier sends a parcel's facts 1 to 2 s after the first; after a while away more of them, at most 500 facts.
PARCELS_A_PUSH = (1, 8, 500 // FACTS_A_PARCEL)
PARCELS_A_CALL = 50
CLIENTS = (1, 8)
WARM = 4
AT_ONCE = 4
# How many times Tryton's cost an item central's is to be below, at a push for each parcel.
WANTED = 100


class Row(NamedTuple):
    """What one way of doing the job took."""

    side: str
    way: str
    clients: int
    items: int
    seconds: float
    server_s: float
    database_s: float

    @property
    def processor_ms(self) -> float:
        """Processor time of server and database for an item (ms)."""
        return (self.server_s + self.database_s) / self.items * 1000


def received(rma: str, number: int) -> list[Recorded]:
    """What a bench records of one parcel of an order with one item."""
    parcel, item = f"P-{number}", f"I-{number}"
    line = Declared(rma, "1", "SKU-1", "Thing", "home", "acme")
    return [
        ParcelArrived(parcel, f"1Z{rma}", "ups", "return", "one", (rma,), "acme", (line,)),
        ItemIdentified(parcel, item, "C", "matched", "Thing", "home", "acme", "SKU-1", rma=rma, line="1"),
        Answered(item, "worn", "lightly", "home/1"),
        Graded(item, "B", "B", "A", "home/1"),
        Routed(item, "resale", "default/2"),
        ParcelFinished(parcel, 1, 0),
    ]


class Caller:
    """One bench's connection and its pushes, encoded beforehand; the orders they are about are told to central."""

    def __init__(self, bench: Bench, parcels: int, a_push: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", bench.central.port)
        self._path = f"/v1/stations/{bench.station}/events"
        self._head = {"Authorization": f"Bearer {bench.token}", "Content-Type": "application/json"}
        self.rmas = [f"RMA-{uuid_utils.uuid7().hex}" for _ in range(parcels)]
        product = Product("SKU-1", "Thing", "home", "acme", "")
        for start in range(0, parcels, 1_000):
            some = self.rmas[start : start + 1_000]
            bench.central.tell(
                bench.site, *(ReturnOrder(rma, "acme", "O", (ReturnLine("1", product),)) for rma in some)
            )
        self.bodies = list(self._pushes(a_push))

    def _pushes(self, a_push: int) -> Iterator[bytes]:
        epoch, seq = uuid_utils.uuid7().hex, 0
        prev = first_prev(epoch)
        for start in range(0, len(self.rmas), a_push):
            first, entries = seq + 1, []
            for number in range(start, min(start + a_push, len(self.rmas))):
                txn = uuid_utils.uuid7().hex
                for fact in received(self.rmas[number], number):
                    seq += 1
                    about = (seq, uuid_utils.uuid7().hex, txn, epoch, NOW, seq, "boot", "B1", "S1")
                    made = Entry(*about, name_of(fact), version_of(fact), encode(fact), b"", b"")
                    entries.append(sealed(made, prev))
                    prev = entries[-1].hash
            yield msgspec.json.encode(Push(epoch, first, NOW, tuple(entries)))

    def send(self, body: bytes) -> dict[str, Any]:
        """Send one push, again where central asks for it; return the answer."""
        self._http.request("POST", self._path, body, self._head)
        answer = self._http.getresponse()
        said = answer.read()
        if answer.status == 429:
            time.sleep(float(answer.headers["Retry-After"]))
            return self.send(body)
        if answer.status != 200:
            raise AssertionError(said)
        pushed: dict[str, Any] = msgspec.json.decode(said)
        return pushed

    def send_all(self) -> None:
        """Send every push, one after the other."""
        for body in self.bodies:
            if self.send(body)["results"]:
                raise AssertionError("a push was not taken in clean")
        self._http.close()


def timed(works: Sequence[Callable[[], None]], pid: int, cluster: Cluster) -> tuple[float, float, float]:
    """Do these at once; return the seconds, and the processor time of the server and of the database meanwhile."""
    server = psutil.Process(pid)
    server_s, database_s, began = sum(server.cpu_times()[:2]), cluster.processor_s(), time.perf_counter()
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()
    took = time.perf_counter() - began
    return took, sum(server.cpu_times()[:2]) - server_s, cluster.processor_s() - database_s


def at_central(central: Central, cluster: Cluster, items: int) -> Iterator[Row]:
    """Measure central, by how many parcels are in a push."""
    for a_push in PARCELS_A_PUSH:
        way = f"{a_push} parcels a push" if a_push > 1 else "a push for each parcel"
        for clients in CLIENTS:
            benches = [central.enrol(f"S{uuid_utils.uuid7().hex[-10:]}", "leeds") for _ in range(clients)]
            Caller(benches[0], WARM, a_push).send_all()
            callers = [Caller(bench, items // clients, a_push) for bench in benches]
            took = timed([each.send_all for each in callers], central.pid, cluster)
            done = sum(len(each.rmas) for each in callers)
            counted = central.rows(
                "SELECT COUNT(*) AS n FROM item WHERE letter = 'B' AND disposition = 'resale' AND rma = ANY(:rmas)",
                rmas=[rma for each in callers for rma in each.rmas],
            )
            assert counted == [{"n": done}], counted
            yield Row("central", way, clients, done, *took)


def work(tryton: Tryton, session: Client, parcels: int, a_call: int, is_straight: bool) -> None:
    """Do the job for so many parcels, so many of them a call."""
    for start in range(0, parcels, a_call):
        tryton.receive(session, min(a_call, parcels - start), is_straight=is_straight)


def at_tryton(tryton: Tryton, cluster: Cluster, items: int) -> Iterator[Row]:
    """Measure Tryton, its own way and straight, a parcel a call and many."""
    ways = (("three calls for each parcel", False, 1), ("straight, two calls for each parcel", True, 1),
            (f"three calls for {PARCELS_A_CALL} parcels", False, PARCELS_A_CALL))  # fmt: skip
    for way, is_straight, a_call in ways:
        for clients in CLIENTS:
            sessions = [tryton.client() for _ in range(clients)]
            tryton.receive(sessions[0], WARM, is_straight=is_straight)
            before = tryton.done(sessions[0])
            each = max(1, items // clients) * (1 if a_call == 1 else 4)

            took = timed(
                [partial(work, tryton, one, each, a_call, is_straight) for one in sessions], tryton.pid, cluster
            )
            assert tryton.done(sessions[0]) - before == each * clients
            yield Row("Tryton", way, clients, each * clients, *took)
            for session in sessions:
                session.close()


def four_at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Do these four in the same moment; return what each answered."""
    together = threading.Barrier(AT_ONCE)

    def work(does: Callable[[], object]) -> object:
        together.wait()
        return does()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [done.result() for done in [pool.submit(work, does) for does in works]]


def four_at_central(central: Central, trials: int) -> str:
    """Send each parcel's push by four connections at once; say what came of it."""
    bench = central.enrol(f"S{uuid_utils.uuid7().hex[-10:]}", f"four-{uuid_utils.uuid7().hex[-10:]}")
    first = Caller(bench, trials, 1)
    callers = [first, *(Caller(bench, 0, 1) for _ in range(AT_ONCE - 1))]
    words: Counter[str] = Counter()
    different = 0
    for body in first.bodies:
        answers: list[Any] = four_at_once([partial(each.send, body) for each in callers])
        different += len({(each["epoch"], each["acked"]) for each in answers}) - 1
        words[", ".join(sorted("/".join({one["status"] for one in each["results"]}) or "ok" for each in answers))] += 1
    kept = {}
    for name, query in {
        "facts": "SELECT COUNT(*) AS n FROM journal WHERE station = :station",
        "items": "SELECT COUNT(*) AS n FROM item WHERE station = :station",
        "receipts": "SELECT COUNT(*) AS n FROM feed WHERE site = :site AND kind = 'receipt'",
        "different receipts": "SELECT COUNT(DISTINCT key) AS n FROM feed WHERE site = :site AND kind = 'receipt'",
    }.items():
        values = {"site": bench.site} if ":site" in query else {"station": bench.station}
        kept[name] = central.rows(query, **values)[0]["n"]
    assert kept["facts"] == FACTS_A_PARCEL * trials and kept["items"] == trials, kept
    assert kept["receipts"] == kept["different receipts"] == trials, kept
    assert different == 0
    return f"{trials} receives, each four times at once: {kept}; verdicts {dict(words)}; the same mark in each answer"


def answer(tryton: Tryton, session: Client, shipment: int) -> str:
    """Say of a return that it was received; return what Tryton says to that."""
    try:
        tryton.received(session, shipment)
    except Refusal as refusal:
        return re.sub(r'".*', "...", str(refusal).replace('"receive"', "receive"))
    return "taken"


def four_at_tryton(tryton: Tryton, trials: int) -> str:
    """Send a whole return by four sessions at once, and then only that one return was received."""
    sessions = [tryton.client() for _ in range(AT_ONCE)]
    made, moves = 0, 0
    answers: Counter[object] = Counter()
    for _ in range(trials):
        lists: list[Any] = four_at_once([partial(tryton.made, each, 1) for each in sessions])
        made += len({number for one in lists for number in one})
        (number,) = lists[0]

        answers.update(four_at_once([partial(answer, tryton, each, number) for each in sessions]))
        moves += tryton.moves(sessions[0], number)
    for session in sessions:
        session.close()
    return (
        f"{trials} returns made four times at once: {made} shipments; one of each received four times at once: "
        f"{moves} moves ({2 * trials} when none is doubled), answers {dict(answers)}"
    )


def line(row: Row, peer: Row) -> str:
    """A row as people read it, beside Tryton's own way with as many clients."""
    rate = row.items / row.seconds
    return (
        f"{row.side:8} {row.way:35} {row.clients:7} {row.items:6} {rate:8.2f} {row.server_s / row.items * 1000:10.2f} "
        f"{row.database_s / row.items * 1000:14.2f} {row.processor_ms:9.2f} {rate * peer.seconds / peer.items:9.1f} "
        f"{peer.processor_ms / row.processor_ms:9.1f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where Tryton is installed, and stays")
    parser.add_argument("--items", type=int, default=2_000, help="parcels at central for each line of the table")
    parser.add_argument("--tryton-items", type=int, default=100)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--tryton-trials", type=int, default=100)
    asked = parser.parse_args()
    with ExitStack() as ends:
        data = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="beside-")))
        cluster = ends.enter_context(closing(Cluster(is_durable=True)))
        tryton = ends.enter_context(closing(Tryton(asked.folder, cluster)))
        central = ends.enter_context(closing(Central(data / "central", cluster.new_database())))
        central.start()
        small = ends.enter_context(closing(Central(data / "small")))
        small.start()
        print(f"{'':44} clients  items  items/s  server ms  PostgreSQL ms  together    x rate    x cost", flush=True)
        peers: dict[int, Row] = {}
        is_reached = True
        for row in chain(at_tryton(tryton, cluster, asked.tryton_items), at_central(central, cluster, asked.items)):
            peer = peers.setdefault(row.clients, row)
            print(line(row, peer), flush=True)
            is_alone = row.side == "central" and row.way == "a push for each parcel"
            is_reached &= not is_alone or peer.processor_ms >= WANTED * row.processor_ms
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Tryton {tryton.version}", flush=True)
        print("central on PostgreSQL:", four_at_central(central, asked.trials), flush=True)
        print("central on SQLite:", four_at_central(small, asked.trials), flush=True)
        print("Tryton:", four_at_tryton(tryton, asked.tryton_trials), flush=True)
    return int(not is_reached)


if __name__ == "__main__":
    sys.exit(main())

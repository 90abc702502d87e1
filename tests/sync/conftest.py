"""Real centrals as processes on SQLite and PostgreSQL, real journals, and a proxy that breaks the line between them."""

import contextlib
import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psycopg
import pytest
import uuid_utils
from sqlalchemy import text

from station.facts import Recorded
from station.inspecting.facts import BoxPhotographed, PhotoTaken
from station.journal import Journal, read_entries
from station.photos import PhotoStore
from station.receiving.facts import (
    BoxFoundEmpty,
    Declared,
    ItemIdentified,
    LineMissing,
    ParcelArrived,
    ParcelFinished,
    SerialChecked,
)
from station.records import Product, ReturnLine, ReturnOrder
from sync.central import feed, tokens
from sync.central.store import Store
from sync.client import Client
from sync.courier import Courier
from sync.errand import Timing
from sync.pace import Backoff
from sync.wire import PART_BYTES, Push
from tests.ports import lasting_port
from tests.sync.postgres import PROGRAMS, Cluster

ROOT = Path(__file__).parents[2]
NOW = "2026-04-18T08:00:00.000000Z"


class Central:
    """One central service that can be started, stopped and killed; it keeps its port and its data."""

    def __init__(self, data: Path, database: str = "", more: tuple[str, ...] = ()) -> None:
        self.data = data
        self.database = database
        self._more = more
        self._process: subprocess.Popen[str] | None = None
        self._port = lasting_port()
        self._tokens: list[str] = []
        self.store: Store

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        command = [sys.executable, "-m", "sync.central", "serve", "--data", str(self.data), "--with-parent"]
        command += ["--port", str(self._port), *self._more]
        command += ["--database", self.database] if self.database else []
        log = (self.data.parent / f"{self.data.name}.log").open("a")
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        log.close()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "listening on http://" in line, self.log()
        if not hasattr(self, "store"):
            self.store = Store(self.database or f"sqlite:///{self.data / 'central.sqlite'}")

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._ended()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._ended()

    def close(self) -> None:
        if self.is_running:
            self.kill()
        if hasattr(self, "store"):
            self.store.close()
            said = self.log()
            assert not any(token in said for token in self._tokens), "central logged a token"

    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text()

    def enrol(self, station: str, site: str) -> "Bench":
        self._tokens.append(tokens.enrol(self.store, station, site, NOW))
        return Bench(self, station, site, self._tokens[-1])

    def rows(self, query: str, **values: object) -> list[dict[str, object]]:
        with self.store.reading() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]

    def tell(self, site: str, *orders: ReturnOrder) -> None:
        with self.store.writing() as connection:
            changes = [feed.Change("order", each.rma, msgspec.json.encode(each)) for each in orders]
            feed.append(connection, site, changes)

    def _ended(self) -> int:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        code = self._process.wait(60)
        self._process.stdin.close()
        self._process.stdout.close()
        return code


@dataclass
class Bench:
    """One station that may speak to a central."""

    central: Central
    station: str
    site: str
    token: str
    clients: list[Client] = field(default_factory=list)

    def client(self, url: str = "") -> Client:
        client = Client(url or self.central.url, self.station, self.token)
        self.clients.append(client)
        return client

    def send_photo(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        client = Client(self.central.url, self.station, self.token)
        answer = client.ask_photo(sha256, len(content))
        while answer.state == "parts":
            for number in answer.missing:
                part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
                client.put_part(sha256, len(content), number, part)
            answer = client.complete_photo(sha256, len(content))
        client.close()
        return sha256

    def has_photo(self, sha256: str) -> bool:
        client = Client(self.central.url, self.station, self.token)
        state = client.ask_photo(sha256, 1).state
        client.close()
        return state == "have"

    def events(self) -> list[dict[str, object]]:
        return self.central.rows(
            "SELECT epoch, seq, id, status, code, body FROM journal WHERE station = :station ORDER BY epoch, seq",
            station=self.station,
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of a private PostgreSQL on a socket of its own, with `%s` for the database's name."""
    if not (PROGRAMS / "initdb").exists():
        pytest.skip("no PostgreSQL on this computer: apt-get install postgresql")
    running = Cluster()
    yield running.url
    running.close()


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    """A central on SQLite that runs through all tests; each brings its own stations, site and returns."""
    running = Central(tmp_path_factory.mktemp("central") / "data")
    running.start()
    yield running
    running.close()


@pytest.fixture(scope="session")
def on_postgres(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    """The same on PostgreSQL."""
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE contract")
    running = Central(tmp_path_factory.mktemp("central-pg") / "data", cluster % "contract")
    running.start()
    yield running
    running.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def central(request: pytest.FixtureRequest) -> Central:
    """Central on either database."""
    name = "on_sqlite" if request.param == "sqlite" else "on_postgres"
    running: Central = request.getfixturevalue(name)
    return running


@pytest.fixture(scope="session")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    """Use `own_central`."""
    running = Central(tmp_path_factory.mktemp("mortal") / "data")
    yield running
    running.close()


@pytest.fixture
def own_central(mortal: Central) -> Central:
    """A running central on SQLite that a test may stop and kill; what earlier tests said is still in it."""
    if not mortal.is_running:
        mortal.start()
    return mortal


@pytest.fixture(scope="module")
def make_central() -> Iterator[Callable[..., Central]]:
    """Starts centrals of a module's own, with more words for `serve`."""
    made: list[Central] = []

    def one_more(data: Path, more: tuple[str, ...] = ()) -> Central:
        made.append(Central(data, more=more))
        made[-1].start()
        return made[-1]

    yield one_more
    for each in made:
        each.close()


@pytest.fixture
def site() -> str:
    """The name of a site no other test has."""
    return f"site-{uuid_utils.uuid7().hex[-12:]}"


@pytest.fixture
def enrol_at(site: str) -> Iterator[Callable[[Central], Bench]]:
    """Lets one more station of the test's site in; its code is new."""
    benches: list[Bench] = []

    def one_more(central: Central) -> Bench:
        benches.append(central.enrol(f"S{uuid_utils.uuid7().hex[-10:]}", site))
        return benches[-1]

    yield one_more
    for bench in benches:
        for client in bench.clients:
            client.close()


@pytest.fixture
def enrol(central: Central, enrol_at: Callable[[Central], Bench]) -> Callable[[], Bench]:
    """The same, at central on either database."""
    return lambda: enrol_at(central)


@pytest.fixture
def bench(enrol: Callable[[], Bench]) -> Bench:
    """A station of the test's site."""
    return enrol()


class Book:
    """A journal in its own folder, with short words for the facts the tests are about."""

    def __init__(self, folder: Path, station: str = "A01") -> None:
        self.folder = folder
        self.journal = Journal.open(folder / "station.sqlite", station)
        self.photos = PhotoStore(folder / "photos")
        self._count = 0

    def add(self, *facts: Recorded) -> str:
        return self.journal.append(facts, operator="BDG-1", shift="S-1").txn

    def parcels(self, count: int) -> None:
        for _ in range(count):
            self.add(self.arrival())

    def arrival(self, code: str = "", *rmas: str) -> ParcelArrived:
        self._count += 1
        parcel = f"P-{self._count}"
        match = "one" if rmas else "none"
        declared = tuple(Declared(rma, "1", "SKU", "Thing", "home", "Client") for rma in rmas)
        return ParcelArrived(
            parcel, code or f"T{uuid_utils.uuid7().hex}", "ups", "return", match, rmas, declared=declared
        )

    def item(self, rma: str, line: str = "1", serial: str = "") -> None:
        arrived = self.arrival("", rma)
        item = f"I-{self._count}"
        facts: list[Recorded] = [arrived]
        facts.append(ItemIdentified(arrived.parcel, item, "C", "matched", "Thing", "home", rma=rma, line=line))
        if serial:
            facts.append(SerialChecked(item, serial, "same"))
        self.add(*facts)

    def photo(self, content: bytes, shared: bytes = b"") -> str:
        sha256 = self.photos.put(content)
        copy = self.photos.put(shared) if shared else ""
        self.add(PhotoTaken(f"I-{self._count}", "whole", sha256, len(content), shared_sha256=copy))
        return sha256

    def empty_box(self, rma: str, content: bytes) -> str:
        """A parcel of a return order in which nothing was found, photographed as it was opened."""
        arrived, sha256 = self.arrival("", rma), self.photos.put(content)
        self.add(arrived)
        self.add(BoxFoundEmpty(arrived.parcel))
        photo = BoxPhotographed(arrived.parcel, sha256, len(content))
        self.add(photo, LineMissing(arrived.parcel, rma, "1", 1), ParcelFinished(arrived.parcel, 0, 1))
        return sha256

    def push(self, first: int = 1, last: int = 0) -> Push:
        entries = read_entries(self.journal.path, first - 1, (last or self.journal.last_seq) - first + 1)
        return Push(self.journal.epoch, first, NOW, tuple(entries))

    def close(self) -> None:
        self.journal.close()


@pytest.fixture
def new_book(tmp_path: Path) -> Iterator[Callable[[], Book]]:
    """Begins one more journal."""
    books: list[Book] = []

    def one_more() -> Book:
        books.append(Book(tmp_path / f"station-{len(books)}"))
        return books[-1]

    yield one_more
    for each in books:
        each.close()


@pytest.fixture
def book(new_book: Callable[[], Book]) -> Book:
    """A journal."""
    return new_book()


@pytest.fixture
def order() -> Callable[..., ReturnOrder]:
    """Makes a return order of one line, with an RMA no other test has."""

    def make(quantity: int = 1, serials: tuple[str, ...] = ()) -> ReturnOrder:
        product = Product("SKU", "Thing", "home", "Client")
        rma = f"RMA-{uuid_utils.uuid7().hex[-12:]}"
        return ReturnOrder(rma, "Client", f"O{rma}", (ReturnLine("1", product, quantity, serials),))

    return make


QUICK = Timing(Backoff(0.01, 0.2), poll_s=0.1, told_poll_s=0.1, coalesce_s=(0.01, 0.02))


class Courierer:
    """A courier on a book, and every status it posted."""

    def __init__(self, book: Book, bench: Bench, url: str = "", timing: Timing = QUICK) -> None:
        self.bench = bench
        self.statuses: list[object] = []
        self.courier = Courier(
            Client(url or bench.central.url, bench.station, bench.token),
            bench.site,
            book.journal.path,
            book.folder / "expected.sqlite",
            book.photos,
            PhotoStore(book.folder / "references"),
            self.statuses.append,
            timing=timing,
        )
        self.courier.start()

    @property
    def status(self):  # type: ignore[no-untyped-def]
        return self.statuses[-1] if self.statuses else None

    def is_through(self) -> bool:
        status = self.status
        return status is not None and status.online and not status.waiting and not status.photos_waiting


@pytest.fixture
def run_courier() -> Iterator[Callable[..., Courierer]]:
    """Starts couriers, and stops them at the end."""
    running: list[Courierer] = []

    def start(book: Book, bench: Bench, url: str = "", timing: Timing = QUICK) -> Courierer:
        running.append(Courierer(book, bench, url, timing))
        return running[-1]

    yield start
    for each in running:
        each.courier.stop()


class Proxy:
    """A line to central that can be cut, held and lied on; what it does is decided anew for each connection.

    `cut_after` bytes of a request the line breaks; `at_answer` is called when central answers, and the answer is
    thrown away; `replace` puts one text in the place of another as long; `fail_with` (a status and a marker) answers
    pushes that hold the marker, and does not pass them on.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.cut_after: int | None = None
        self.at_answer: Callable[[], None] | None = None
        self.fail_with: tuple[int, bytes] | None = None
        self.is_holding = False
        self.replace = (b"", b"")
        self.connections = 0
        self.failed = 0
        self.bytes_up = 0
        self.said: list[bytes] = []
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def break_all(self) -> None:
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.break_all()
        for thread in self._threads:
            thread.join(60)
        for each in self._open:
            each.close()

    def _start(self, work: Callable[..., None], *what: object) -> None:
        thread = threading.Thread(target=work, args=what, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                theirs = socket.create_connection(("127.0.0.1", self._port), 2)
            except OSError:
                ours.close()
                continue
            theirs.settimeout(None)
            self._open += [ours, theirs]
            self._start(self._carry_up, ours, theirs)
            self._start(self._carry_down, theirs, ours)

    def _carry_up(self, ours: socket.socket, theirs: socket.socket) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while data := self._request(ours):
                self.bytes_up += len(data)
                self.said.append(data)
                data = data.replace(*self.replace) if self.replace[0] else data
                if self.is_holding:
                    continue
                if self.fail_with is not None and self.fail_with[1] in data and b"/events" in data[:200]:
                    body = b'{"error":"fault"}'
                    head = f"HTTP/1.1 {self.fail_with[0]} No\r\nContent-Length: {len(body)}\r\n\r\n"
                    ours.sendall(head.encode() + body)
                    self.failed += 1
                    continue
                if self.cut_after is not None and sent + len(data) > self.cut_after:
                    theirs.sendall(data[: self.cut_after - sent])
                    break
                sent += len(data)
                theirs.sendall(data)
        self._end(ours, theirs)

    def _request(self, ours: socket.socket) -> bytes:
        """Read one whole HTTP request, or what there is of it."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = ours.recv(65536)
            if not part:
                return data
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        missing = (int(lengths[0].split(b":")[1]) if lengths else 0) - len(body)
        while missing > 0:
            part = ours.recv(65536)
            if not part:
                break
            data += part
            missing -= len(part)
        return data

    def _carry_down(self, theirs: socket.socket, ours: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := theirs.recv(65536):
                if self.at_answer is not None:
                    self.at_answer()
                    break
                ours.sendall(data)
        self._end(ours, theirs)

    def _end(self, *ends: socket.socket) -> None:
        for each in ends:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def new_proxy() -> Iterator[Callable[[Central], Proxy]]:
    """Puts a proxy in front of a central."""
    proxies: list[Proxy] = []

    def one_more(central: Central) -> Proxy:
        proxies.append(Proxy(central.port))
        return proxies[-1]

    yield one_more
    for each in proxies:
        each.close()

"""A station's standing with central: renewed by its key, shut out and let in again, over a line nobody listens to."""

import contextlib
import itertools
import os
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from station.local_copy import LocalCopy
from station.moments import now, utc
from station.photos import PhotoStore
from sync.central import enrolment, tokens
from sync.client import Client, is_secure
from sync.courier import Courier
from sync.errand import Timing
from sync.errors import Refused, Unreachable
from sync.identity import Identity, adopt, key_file, next_key, public_key, sign
from sync.pace import Backoff
from sync.photo_keeping import PhotoKeeping
from sync.photos import PhotoQueue
from sync.wire import PART_BYTES, Admission, Enrolment, enrolment_text

Until = Callable[..., None]


# A station's code has three signs, and no two tests may share one: their central is the same.
_NUMBERS = itertools.count()


class Station:
    """A bench's computer: its key and token on disk, its book, and couriers that come and go."""

    def __init__(self, central: Any, book: Any, name: str, site: str) -> None:
        self.central, self.book, self.name, self.site = central, book, name, site
        self.token_file = book.folder / "identity" / "token"
        self.statuses: list[Any] = []

    def enrol(self, code: str = "", lost: bool = False) -> Admission:
        written = code or enrolment.make_code(self.central.store, self.site, self.name, now())
        key = next_key(self.token_file)
        signature = sign(key, enrolment_text(written, self.name))
        client = Client(self.central.url, self.name, "")
        try:
            admission = client.enrol(Enrolment(written, self.name, public_key(key), signature))
        finally:
            client.close()
        if not lost:
            adopt(self.token_file, admission)
        return admission

    def client(self, **more: Any) -> Client:
        identity = Identity(self.token_file, **more)
        return Client(self.central.url, self.name, identity.token, identity)

    def begin(self) -> Courier:
        folder = self.book.folder
        courier = Courier(
            self.client(),
            self.site,
            self.book.journal.path,
            folder / "expected.sqlite",
            self.book.photos,
            PhotoStore(folder / "references"),
            self.statuses.append,
            timing=Timing(Backoff(0.01, 0.1), poll_s=0.1, told_poll_s=0.1, coalesce_s=(0.01, 0.02)),
        )
        courier.start()
        return courier

    @property
    def why(self) -> str:
        return self.statuses[-1].why if self.statuses else ""

    def is_through(self) -> bool:
        last = self.statuses[-1] if self.statuses else None
        return last is not None and last.online and not last.waiting and not last.photos_waiting and not last.why

    def end_tokens(self, days: int) -> None:
        """Let so many days pass at central, as far as this station's tokens go."""
        ended = utc(datetime.now(UTC) - timedelta(days=days))
        with self.central.store.writing() as connection:
            connection.exec_driver_sql(f"UPDATE station_token SET expires_at = '{ended}' WHERE station = '{self.name}'")

    def events(self) -> list[int]:
        rows = self.central.rows("SELECT seq FROM journal WHERE station = :name ORDER BY seq", name=self.name)
        return [row["seq"] for row in rows]


@pytest.fixture
def station(on_sqlite: Any, book: Any, site: str) -> Station:
    return Station(on_sqlite, book, f"Q{next(_NUMBERS):02}", site)


@pytest.fixture
def begin(station: Station) -> Iterator[Callable[[], Courier]]:
    """Begins couriers of the station, and stops them at the end."""
    running: list[Courier] = []

    def one() -> Courier:
        running.append(station.begin())
        return running[-1]

    yield one
    for each in running:
        each.stop()


def test_key_and_token_are_for_this_user_alone_and_the_token_is_not_in_the_log(
    station: Station, begin: Any, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    admission = station.enrol()
    for path in (station.token_file, key_file(station.token_file)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key_file(station.token_file).read_bytes()) == 32
    station.book.parcels(2)
    begin()
    until(station.is_through)
    assert admission.token not in caplog.text
    assert admission.token not in station.central.log()


def test_an_ended_token_is_renewed_in_the_middle_of_it_all(station: Station, begin: Any, until: Until) -> None:
    first = station.enrol()
    station.book.parcels(3)
    courier = begin()
    until(station.is_through)
    station.end_tokens(5)
    station.book.parcels(3)
    courier.wake()
    until(lambda: station.events() == [1, 2, 3, 4, 5, 6] and station.is_through())
    kept = Identity(station.token_file).token
    assert kept != first.token
    assert stat.S_IMODE(station.token_file.stat().st_mode) == 0o600


def test_a_token_is_renewed_before_it_ends(station: Station) -> None:
    first = station.enrol()
    client = station.client(clock=lambda: datetime.now(UTC) + timedelta(days=31))
    client.pull(station.site, 0, 10)
    client.close()
    assert Identity(station.token_file).token != first.token


def test_renewing_is_not_tried_again_and_again(station: Station, expect_log: Any) -> None:
    expect_log("the token could not be renewed: key_expired")
    station.enrol()
    station.end_tokens(91)
    client = station.client()
    for _ in range(3):
        with pytest.raises(Refused, match="token_expired"):
            client.pull(station.site, 0, 10)
    client.close()


@pytest.mark.parametrize("shut", ["revoked", "ended"])
def test_a_station_that_is_shut_out_loses_nothing_and_drains_when_it_is_let_in_again(
    station: Station, begin: Any, until: Until, expect_log: Any, shut: str
) -> None:
    word = "revoked" if shut == "revoked" else "token_expired"
    expect_log("could not be renewed")
    # Between central's word and the bench's file the old token is nobody's: a courier may meet that moment.
    expect_log(f"(push|pull|photos|references): ({word}|token_unknown)")
    station.enrol()
    station.book.parcels(3)
    courier = begin()
    until(station.is_through)
    if shut == "revoked":
        tokens.revoke(station.central.store, station.name, now())
    else:
        station.end_tokens(100)
    sha256 = station.book.photo(os.urandom(2 * PART_BYTES))
    station.book.parcels(5)
    courier.wake()
    until(lambda: station.why == word and station.statuses[-1].waiting == 6)
    assert station.events() == [1, 2, 3]
    assert len(list(station.book.photos.all())) == 1
    # The courier goes on by itself: nobody starts the program again.
    station.enrol()
    until(station.is_through)
    assert station.events() == list(range(1, 10))
    row = station.central.rows("SELECT sha256 FROM stored_photo WHERE sha256 = :sha256", sha256=sha256)
    assert row == [{"sha256": sha256}]


def test_shut_out_between_two_parts_of_a_photo(station: Station, expect_log: Any) -> None:
    expect_log("could not be renewed: revoked")
    station.enrol()
    sha256 = station.book.photo(os.urandom(3 * PART_BYTES))
    client, journal = station.client(), station.book.journal
    copy = LocalCopy.open(station.book.folder / "expected.sqlite")
    copy.set_acked(journal.epoch, client.push(station.book.push()).acked)
    keeping = PhotoKeeping(copy, journal.path, station.book.photos, journal.epoch)
    queue = PhotoQueue(client, copy, journal.path, station.book.photos, journal.epoch, keeping)
    assert queue.send_some() and queue.send_some()
    tokens.revoke(station.central.store, station.name, now())
    for _ in range(3):
        with pytest.raises(Refused, match="revoked"):
            queue.send_some()
    assert queue.done == 0
    station.enrol()
    while queue.send_some():
        pass
    assert (queue.done, copy.refused()) == (1, ())
    client.close()
    copy.close()
    assert station.central.rows("SELECT size FROM stored_photo WHERE sha256 = :sha256", sha256=sha256) == [
        {"size": 3 * PART_BYTES}
    ]


def test_an_enrolment_whose_answer_was_lost_is_asked_for_again(station: Station) -> None:
    written = enrolment.make_code(station.central.store, station.site, "", now())
    first, second = station.enrol(written, lost=True), station.enrol(written)
    assert first.token != second.token
    client = station.client()
    client.pull(station.site, 0, 10)
    client.close()


def test_each_enrolment_has_a_key_of_its_own_so_that_a_stolen_one_ends(station: Station) -> None:
    station.enrol()
    stolen = key_file(station.token_file).read_bytes()
    tokens.revoke(station.central.store, station.name, now())
    station.enrol()
    assert key_file(station.token_file).read_bytes() != stolen


def test_a_token_that_cannot_be_written_down_is_good_until_the_end(
    station: Station, expect_log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_log("the new token could not be written")
    station.enrol()
    client = station.client()
    station.end_tokens(1)
    station.token_file.with_name("token.new").mkdir()
    client.pull(station.site, 0, 10)
    client.pull(station.site, 0, 10)
    client.close()


@pytest.mark.parametrize("key", [b"x" * 31, b""])
def test_a_damaged_key_stops_nothing_while_the_token_is_good(station: Station, expect_log: Any, key: bytes) -> None:
    expect_log("the token could not be renewed")
    station.enrol()
    key_file(station.token_file).write_bytes(key)
    client = station.client(clock=lambda: datetime.now(UTC) + timedelta(days=59))
    client.pull(station.site, 0, 10)
    client.close()


def test_an_enrolment_that_was_cut_off_before_its_token_has_the_same_key_again(tmp_path: Path) -> None:
    token_file = tmp_path / "identity" / "token"
    key, admission = next_key(token_file), Admission("S01", "leeds", "token", "", "")
    (token_file.parent / "token.new").mkdir()
    with pytest.raises(OSError, match=r"token\.new"):
        adopt(token_file, admission)
    (token_file.parent / "token.new").rmdir()
    assert next_key(token_file) == key
    adopt(token_file, admission)
    assert key_file(token_file).read_bytes() == key != next_key(token_file)


def test_a_key_that_was_adopted_is_no_next_one(tmp_path: Path) -> None:
    token_file = tmp_path / "identity" / "token"
    key = next_key(token_file)
    adopt(token_file, Admission("S01", "leeds", "token", "", ""))
    # The last of all, that the draft goes, was cut off.
    token_file.with_name("token.next-key").write_bytes(key)
    assert next_key(token_file) != key


class TlsLine:
    """Central behind TLS: takes the encryption off and passes the bytes on."""

    def __init__(self, port: int, certificate: trustme.LeafCert) -> None:
        self._port = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.is_mute = False
        self.heard = b""
        self._begin(self._accept)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        for each in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        for each in [self._listener, *self._open]:
            each.close()

    def _begin(self, work: Callable[..., None], *what: Any) -> None:
        self._threads.append(threading.Thread(target=work, args=what))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                bare, _ = self._listener.accept()
            except OSError:
                return
            try:
                ours = self._context.wrap_socket(bare, server_side=True)
            except OSError:
                bare.close()
                continue
            theirs = socket.create_connection(("127.0.0.1", self._port))
            self._open += [ours, theirs]
            self._begin(self._carry, ours, theirs, True)
            self._begin(self._carry, theirs, ours, False)

    def _carry(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if up:
                    self.heard += data
                if not self.is_mute:
                    target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, Path]:
    ca = trustme.CA()
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return ca, path


@pytest.fixture
def tls(on_sqlite: Any, authority: Any) -> Iterator[TlsLine]:
    line = TlsLine(on_sqlite.port, authority[0].issue_cert("localhost"))
    yield line
    line.close()


def test_a_pinned_authority_proves_central(tls: TlsLine, authority: Any, on_sqlite: Any, enrol_at: Any) -> None:
    bench = enrol_at(on_sqlite)
    client = Client(f"https://localhost:{tls.port}", bench.station, bench.token, ca_file=str(authority[1]))
    assert client.health().service == "returns-central"
    assert client.pull(bench.site, 0, 10).head == 0
    client.close()


def test_who_cannot_prove_to_be_central_hears_nothing(
    tls: TlsLine, on_sqlite: Any, enrol_at: Any, tmp_path: Path
) -> None:
    bench = enrol_at(on_sqlite)
    other, nonsense = tmp_path / "other.pem", tmp_path / "nonsense.pem"
    trustme.CA().cert_pem.write_to_path(other)
    nonsense.write_text("no certificate")
    for url, ca_file in (
        (f"https://localhost:{tls.port}", ""),
        (f"https://localhost:{tls.port}", str(other)),
        (f"https://localhost:{tls.port}", str(nonsense)),
        (f"https://localhost:{tls.port}", str(tmp_path / "missing.pem")),
    ):
        client = Client(url, bench.station, bench.token, ca_file=ca_file)
        with pytest.raises(Unreachable) as raised:
            client.pull(bench.site, 0, 10)
        assert raised.value.code == "certificate_wrong"
        client.close()
    assert tls.heard == b""


def test_a_certificate_for_another_name_proves_nothing(tls: TlsLine, authority: Any) -> None:
    client = Client(f"https://127.0.0.1:{tls.port}", "A01", "t", ca_file=str(authority[1]))
    with pytest.raises(Unreachable) as raised:
        client.health()
    assert raised.value.code == "certificate_wrong"
    client.close()
    assert tls.heard == b""


def test_a_call_over_tls_can_be_broken_off(tls: TlsLine, authority: Any, until: Until) -> None:
    tls.is_mute = True
    client = Client(f"https://localhost:{tls.port}", "A01", "t", ca_file=str(authority[1]))
    codes: list[str] = []

    def call() -> None:
        try:
            client.health()
        except Unreachable as error:
            codes.append(error.code)

    thread = threading.Thread(target=call)
    thread.start()
    until(lambda: b"GET" in tls.heard)
    client.abort()
    thread.join()
    assert codes == ["stopped"]
    client.close()


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://central.example", True),
        ("http://central.example", False),
        ("http://192.168.1.20:8600", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
        ("http://127.0.0.1:8600", True),
        ("http://[::1]:8600", True),
        ("http://localhost:1", True),
        ("http://user@127.0.0.1:1@evil.example", False),
        ("HTTP://192.168.1.20", False),
    ],
)
def test_http_is_for_this_computer_alone(url: str, secure: bool) -> None:
    assert is_secure(url) is secure
    if not secure:
        client = Client(url, "A01", "t")
        with pytest.raises(Unreachable) as raised:
            client.health()
        assert raised.value.code == "not_secure"
        client.close()

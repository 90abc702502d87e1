"""Central's bounds: of what a body is, how large it gets, how long it takes, and who may listen in."""

import asyncio
import contextlib
import gzip
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import zstandard
from starlette.requests import Request

from sync.central import bodies, serving
from sync.central.__main__ import main
from sync.central.answers import RequestError
from sync.wire import Quarantine
from tests.sync.central.test_main import serve

MEGABYTE = 1024 * 1024


@pytest.fixture
def http(bench: Any) -> Iterator[httpx.Client]:
    """A bare HTTP client with the bench's token."""
    headers = {"Authorization": f"Bearer {bench.token}"}
    with httpx.Client(base_url=bench.central.url, headers=headers, trust_env=False, timeout=60) as client:
        yield client


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_a_push_may_come_packed(http: httpx.Client, bench: Any, book: Any, coding: str, pack: Any) -> None:
    book.parcels(3)
    path, body = f"/v1/stations/{bench.station}/events", msgspec.json.encode(book.push())
    answer = http.post(path, content=pack(body), headers={"Content-Encoding": coding})
    assert (answer.status_code, answer.json()["acked"]) == (200, 3)
    bomb = http.post(path, content=pack(b"\0" * (64 * MEGABYTE)), headers={"Content-Encoding": coding})
    assert (bomb.status_code, bomb.json()["error"]) == (413, "too_large")
    for broken in (body, pack(body)[:-9], b"", pack(body)[5:]):
        answer = http.post(path, content=broken, headers={"Content-Encoding": coding})
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    # Two pieces one after the other are one text, for both.
    halves = pack(body[:100]) + pack(body[100:])
    assert http.post(path, content=halves, headers={"Content-Encoding": coding}).json()["acked"] == 3


def test_what_is_put_away_raw_may_be_larger_than_a_push(bench: Any, book: Any) -> None:
    entry = Quarantine(book.journal.epoch, 1, "id", bytes(32), bytes(3_500_000))
    assert bench.client().put_away(entry).acked == 1


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_half_of_a_packed_body_is_no_body(coding: str, pack: Any) -> None:
    rows = b"".join(b'{"rma": "RMA-%d", "salt": "%s"}\n' % (n, os.urandom(16).hex().encode()) for n in range(20_000))
    packed = pack(rows)
    headers = [(b"content-encoding", coding.encode())]

    def read(content: bytes) -> bytes:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
        return asyncio.run(bodies.read(request, 2 * len(rows), bodies.ROWS))

    assert read(packed) == rows
    for cut in (len(packed) // 2, len(packed) - 1):
        with pytest.raises(RequestError) as no:
            read(packed[:cut])
        assert (no.value.status, no.value.problem.error) == (400, "malformed")


def test_what_is_of_another_kind_is_refused(http: httpx.Client, bench: Any) -> None:
    path = f"/v1/stations/{bench.station}/events"
    for coding in ("br", "gzip, gzip", "deflate", "x"):
        answer = http.post(path, content=b"{}", headers={"Content-Encoding": coding})
        assert (answer.status_code, answer.json()["error"]) == (415, "wrong_coding")
        assert answer.headers["accept-encoding"] == "gzip, zstd, identity"
    answer = http.post(path, content=b"{}", headers={"Content-Type": "text/xml; charset=utf-8"})
    assert (answer.status_code, answer.json()["error"], answer.headers["accept"]) == (
        415,
        "wrong_kind",
        "application/json",
    )
    part = f"/v1/photos/{'0' * 64}/parts/0?size=2"
    assert http.put(part, content=b"{}", headers={"Content-Encoding": "gzip"}).status_code == 415
    answer = http.delete(path)
    assert (answer.status_code, answer.json()["error"], answer.headers["allow"]) == (405, "not_allowed", "POST")


def test_a_body_that_dribbles_is_cut() -> None:
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(RequestError) as cut:
        asyncio.run(bodies.read(request, MEGABYTE, bodies.JSON, grace_s=0.2))
    assert (cut.value.status, cut.value.problem.error, cut.value.headers) == (408, "too_slow", {"Connection": "close"})
    assert sent > 1


@pytest.fixture
def door() -> Iterator[tuple[str, int]]:
    """The address of a server that answers everything with 204."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    listening = serving.listener("127.0.0.1", 0)
    server = serving.Server(app, lambda: None, 0.0, lambda: None, None)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join()
    listening.close()


def is_cut(line: socket.socket) -> bool:
    with contextlib.suppress(ConnectionResetError):
        return line.recv(4096) == b""
    return True


def test_a_head_that_dribbles_is_cut(monkeypatch: pytest.MonkeyPatch, door: tuple[str, int]) -> None:
    monkeypatch.setattr(serving, "_HEAD_S", 0.2)
    with socket.create_connection(door, 60) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        assert is_cut(line)
    with socket.create_connection(door, 60) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 204")
        line.sendall(b"GET / HTTP/1.1\r\nHost")
        assert is_cut(line)
    with socket.create_connection(door, 60) as line:
        # So is what is left of a body when its request was answered.
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        assert line.recv(4096).startswith(b"HTTP/1.1 204")
        line.sendall(b"-")
        assert is_cut(line)


def test_a_head_without_an_end_is_cut(door: tuple[str, int], expect_log: Any) -> None:
    expect_log("Invalid HTTP request received")
    with socket.create_connection(door, 60) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                line.sendall(b"x" * MEGABYTE)
            pytest.fail("64 MiB of a head were taken")
    # What is no HTTP at all is told so, and the next one is served.
    with socket.create_connection(door, 60) as line:
        line.sendall(b"\x16\x03\x01 no http\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 400")
    with socket.create_connection(door, 60) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 204")


def test_tokens_do_not_travel_in_the_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--data", str(tmp_path), "--host", "0.0.0.0", "--port", "0"]) == 1
    assert "--behind-proxy" in capsys.readouterr().err
    assert main(["serve", "--data", str(tmp_path), "--port", "0", "--tls-key", "key.pem"]) == 1
    assert "go together" in capsys.readouterr().err
    none = str(tmp_path / "none.pem")
    assert main(["serve", "--data", str(tmp_path), "--port", "0", "--tls-key", none, "--tls-cert", none]) == 1
    assert "cannot be used" in capsys.readouterr().err
    with (
        contextlib.suppress(OSError),
        serve(tmp_path, "--host", "0.0.0.0", "--behind-proxy", "--with-parent") as started,
    ):
        assert started.stdout is not None
        assert "listening on http://0.0.0.0:" in started.stdout.readline()
        assert started.communicate(timeout=60)[1] == ""


def test_it_speaks_tls(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    more = ("--tls-cert", str(certificate), "--tls-key", str(key), "--with-parent")
    with serve(tmp_path / "data", *more) as started:
        assert started.stdout is not None
        url = started.stdout.readline().split()[-1]
        assert url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(certificate))
        assert httpx.get(f"{url}/v1/health", verify=trusting, trust_env=False).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{url.replace('https', 'http')}/v1/health", trust_env=False)
        started.communicate(timeout=60)
        assert started.returncode == 0

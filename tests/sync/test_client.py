"""The client: every way in which central can fail to answer is one of two errors, and a call can be broken off."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sync.client import Client
from sync.errors import Refused, Unreachable


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], Client]]:
    """A client of a server that gives one answer, whatever it is asked."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []
    clients: list[Client] = []

    def serve(listener: socket.socket, answer: bytes) -> None:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line:
            line.recv(65536)
            line.sendall(answer)

    def client(answer: bytes) -> Client:
        listeners.append(socket.create_server(("127.0.0.1", 0)))
        threads.append(threading.Thread(target=serve, args=(listeners[-1], answer)))
        threads[-1].start()
        clients.append(Client(f"http://127.0.0.1:{listeners[-1].getsockname()[1]}", "A01", "token"))
        return clients[-1]

    yield client
    for each in clients:
        each.close()
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join()


def http(status: str, body: bytes, *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        (b"", "unreachable", 0),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "unreachable", 0),
        (http("200 OK", b"<html>Please sign in to the guest network</html>"), "not_central", 0),
        (http("302 Found", b"", "Location: http://hotel.example/"), "not_central", 302),
        (http("404 Not Found", b"<html>nginx</html>"), "not_central", 404),
        (http("500 Oops", b'{"error":"fault"}'), "fault", 500),
        (http("502 Bad Gateway", b"<html>nginx</html>"), "busy", 502),
        (http("200 OK", b'{"service":1}'), "not_central", 0),
        (http("200 OK", b"\xff\xfe"), "not_central", 0),
        (http("200 OK", b"{}")[:-1], "unreachable", 0),
    ],
)
def test_what_says_nothing_means_wait(
    answering: Callable[[bytes], Client], answer: bytes, code: str, status: int
) -> None:
    with pytest.raises(Unreachable) as raised:
        answering(answer).health()
    assert (raised.value.code, raised.value.status) == (code, status)


def test_central_may_ask_for_patience(answering: Callable[[bytes], Client]) -> None:
    with pytest.raises(Unreachable) as raised:
        answering(http("503 No", b'{"error":"database_away"}', "Retry-After: 5")).health()
    assert (raised.value.code, raised.value.retry_after_s) == ("busy", 5.0)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("401 No", b'{"error":"token_unknown"}'), "token_unknown"),
        (http("409 No", b'{"error":"fork"}'), "fork"),
        (http("413 No", b"<html>nginx</html>"), "too_large"),
    ],
)
def test_a_clear_no_means_a_person(answering: Callable[[bytes], Client], answer: bytes, code: str) -> None:
    with pytest.raises(Refused) as raised:
        answering(answer).health()
    assert raised.value.code == code


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{unused.getsockname()[1]}", "A01", "t")
        with pytest.raises(Unreachable, match="unreachable"):
            client.health()
        client.close()


@pytest.mark.parametrize("url", ["http://", "nonsense", "ftp://127.0.0.1"])
def test_an_address_nobody_can_be_at(url: str) -> None:
    client = Client(url, "A01", "t")
    with pytest.raises(Unreachable):
        client.health()
    client.close()


def test_an_address_that_is_none() -> None:
    with pytest.raises(ValueError, match="not an address"):
        Client("http://[::bad", "A01", "t")


def test_a_call_can_be_broken_off(until: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(f"http://127.0.0.1:{silent.getsockname()[1]}", "A01", "t")
        codes: list[str] = []

        def call() -> None:
            try:
                client.health()
            except Unreachable as error:
                codes.append(error.code)

        thread = threading.Thread(target=call)
        thread.start()
        line, _ = silent.accept()
        line.recv(10)
        client.abort()
        until(lambda: codes == ["stopped"])
        thread.join()
        line.close()
        with pytest.raises(Unreachable, match="stopped"):
            client.health()
        client.close()

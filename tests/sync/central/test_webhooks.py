"""Webhooks: signed, told again until taken, and never sent to an address that is of a network of one's own."""

import contextlib
import hashlib
import hmac
import http.server
import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from sync.central import integrators, webhook_sender, webhooks
from sync.central.__main__ import main
from sync.central.store import Store
from sync.central.tables import webhook, webhook_delivery
from sync.central.webhook_commands import work_due, work_one
from sync.central.webhook_sender import NotAllowed, checked, judge, looked_up, send, signature

START = datetime(2026, 11, 20, 8, tzinfo=UTC)


class Receiver:
    """A system that is told; `statuses` are its next answers, 204 when there are no more."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.told: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.append((dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.send_header("Location", f"{receiver.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def store(shared_store: Store) -> Store:
    """A database in which nobody is told of anything yet."""
    with shared_store.writing() as connection:
        for table in (webhook_delivery, webhook):
            connection.execute(delete(table))
    return shared_store


def tell(store: Store, *bodies: bytes, site: str = "leeds") -> None:
    with store.writing() as connection:
        webhooks.enqueue(connection, site, bodies, START)


def test_a_delivery_is_signed_and_told_once_it_is_taken(store: Store, receiver: Receiver) -> None:
    hook = webhooks.add(store, "leeds", "desk", f"{receiver.url}/told?a=1", START)
    assert hook is not None
    tell(store, b'{"rma":"RMA-1"}')
    tell(store, b"{}", site="york")
    assert work_one(store, lambda: START, loopback=True) == "delivered"
    assert work_one(store, lambda: START, loopback=True) == ""
    ((headers, body),) = receiver.told
    at, _, mac = headers["Returns-Signature"].removeprefix("t=").partition(",v1=")
    assert body == b'{"rma":"RMA-1"}'
    assert mac == hmac.new(hook.secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert at == str(int(START.timestamp()))
    assert headers["Host"] == receiver.url.removeprefix("http://")
    assert headers["Returns-Delivery"]


@pytest.mark.parametrize("status", [302, 307, 400, 404, 410, 500])
def test_what_is_not_taken_is_told_again_later_and_no_redirect_is_followed(
    store: Store, receiver: Receiver, status: int, expect_log: Any
) -> None:
    expect_log(f"attempt 1: HTTP {status}")
    webhooks.add(store, "leeds", "desk", receiver.url, START)
    tell(store, b"{}")
    receiver.statuses = [status]
    assert work_one(store, lambda: START, loopback=True) == "waiting"
    assert work_one(store, lambda: START, loopback=True) == ""
    assert work_one(store, lambda: START + timedelta(minutes=2), loopback=True) == "delivered"
    first, again = receiver.told
    assert first[1] == again[1]
    assert first[0]["Returns-Delivery"] == again[0]["Returns-Delivery"]


def test_who_does_not_answer_holds_up_nobody_else(store: Store, receiver: Receiver, until: Any) -> None:
    """A system that takes the connection and says nothing has twelve deliveries before those of one that answers."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        webhooks.add(store, "leeds", "mute", f"http://127.0.0.1:{mute.getsockname()[1]}", START)
        tell(store, *[b"{}"] * 12)
        webhooks.add(store, "york", "desk", receiver.url, START)
        tell(store, b"1", b"2", b"3", site="york")
        worker = threading.Thread(target=work_due, args=(store, lambda: START, stop), kwargs={"loopback": True})
        worker.start()
        until(lambda: len(receiver.told) == 3)
        stop.set()
        told_meanwhile, _ = mute.accept()
        told_meanwhile.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        worker.join()
        told_meanwhile.close()
    assert sorted(body for _, body in receiver.told) == [b"1", b"2", b"3"]


def test_nobody_is_told_for_ever(store: Store, expect_log: Any) -> None:
    expect_log(r"attempt \d+: ConnectError")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    webhooks.add(store, "leeds", "desk", url, START)
    tell(store, b"{}")
    moments, states = [START], []
    while state := work_one(store, lambda: moments[-1], loopback=True):
        states.append(state)
        moments.append(moments[-1] + timedelta(hours=7))
    assert set(states[:-1]) == {"waiting"}
    assert states[-1] == "given_up"
    assert timedelta(days=3) < moments[-2] - START < timedelta(days=4)


def test_a_worker_that_dies_leaves_its_delivery_to_the_next(store: Store) -> None:
    webhooks.add(store, "leeds", "desk", "https://example.com", START)
    tell(store, b"{}")
    first = webhooks.take(store, START)
    assert first is not None
    assert webhooks.take(store, START + timedelta(minutes=4)) is None
    second = webhooks.take(store, START + timedelta(minutes=6))
    assert second is not None
    assert (second["id"], second["attempts"]) == (first["id"], 2)
    webhooks.settle(store, second, START + timedelta(minutes=7), was_taken=True, chance=0.5)
    # The first one, if it was only slow, has nothing to say any more.
    webhooks.settle(store, first, START + timedelta(minutes=8), was_taken=False, chance=0.5)
    assert webhooks.take(store, START + timedelta(days=1)) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com", "//example.com", "https://", "https:///x", "x", "",
        "https://user:secret@example.com/", "https://example.com/#x", "https://exa mple.com", "https://example.com:x",
        "https://127.0.0.1/", "https://10.1.2.3", "https://192.168.0.1:8443", "https://172.16.9.9", "https://0.0.0.0",
        "https://169.254.169.254/latest/meta-data", "https://100.64.0.1", "https://224.0.0.1", "https://255.255.255.255",
        "https://[::1]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://[ff02::1]/",
        "https://[::10.0.0.1]/", "https://[::ffff:0:10.0.0.1]/", "https://[fec0::1]/",
        "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://[::]/", "https://localhost", "http://localhost",
        "https://db.internal", "https://printer.local", "https://example.com\r\nX: y", "https://" + "a" * 2000 + ".com",
    ],
)  # fmt: skip
def test_an_address_of_ones_own_network_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        checked(url)


@pytest.mark.parametrize("url", ["https://example.com", "https://hooks.example.com:8443/a?b=c", "https://8.8.8.8/x"])
def test_an_address_that_everybody_can_reach_is_allowed(url: str) -> None:
    assert checked(url).geturl() == url


@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f.1", "localhost", "017700000001"])
def test_a_name_that_leads_home_is_not_followed(name: str) -> None:
    """What the system's resolver makes of a name is judged, however it was written."""
    with pytest.raises(NotAllowed):
        looked_up(webhook_sender.urlsplit(f"https://{name}/"))
    with pytest.raises(NotAllowed):
        send(f"https://{name}/", "s", "id", b"{}", 1)


@given(st.ip_addresses())
def test_only_what_is_global_is_told(ip: Any) -> None:
    try:
        judge(str(ip))
    except NotAllowed:
        return
    assert ip.is_global
    assert not (ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified)


def test_who_answers_a_byte_at_a_time_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def dribble() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 204 No\r\nX: ")
                # Each byte comes before any read has waited long; it would never end.
                while connection.send(b"a") and not ended.wait(0.05):
                    pass
            ended.set()

        slow = threading.Thread(target=dribble)
        slow.start()
        with pytest.raises(httpx.HTTPError):
            send(f"http://127.0.0.1:{listener.getsockname()[1]}/", "s", "id", b"{}", 1, loopback=True, within_s=0.2)
        ended.set()
        slow.join()


def test_two_bodies_or_moments_never_have_one_signature() -> None:
    assert len({signature("s", body, at) for body in (b"1.x", b"x", b".x") for at in (1, 11)}) == 6


def test_the_worker_tells_and_ends(tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    hook = webhooks.add(store, "leeds", "desk", receiver.url, START)
    assert hook is not None
    tell(store, b"1", b"2")
    store.close()
    with caplog.at_level(logging.DEBUG):
        assert main(["work-webhooks", "--data", str(tmp_path), "--until-idle", "--allow-loopback"]) == 0
    assert sorted(body for _, body in receiver.told) == [b"1", b"2"]
    assert hook.secret not in caplog.text


def test_hooks_are_made_listed_and_removed_by_the_sites_own_systems(central: Any, site: str) -> None:
    token = integrators.admit(central.store, "desk", site, "2026-11-20T08:00:00Z", ["resolutions"])
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/v1/sites/{site}/webhooks"
    with httpx.Client(base_url=central.url, headers=headers, trust_env=False, timeout=60) as http:
        refused = http.post(path, json={"url": "https://169.254.169.254/"})
        assert (refused.status_code, refused.json()["error"]) == (422, "not_allowed")
        made = [http.post(path, json={"url": f"https://example.com/{n}"}) for n in range(webhooks.MOST_AT_A_SITE + 1)]
        assert [each.status_code for each in made] == [200] * webhooks.MOST_AT_A_SITE + [409]
        listed = http.get(path).json()["webhooks"]
        assert [each["id"] for each in listed] == [each.json()["id"] for each in made[:-1]]
        assert made[0].json()["secret"] not in json.dumps(listed)
        assert http.delete(f"{path}/{listed[0]['id']}").status_code == 204
        assert http.delete(f"{path}/{listed[0]['id']}").status_code == 404
        assert len(http.get(path).json()["webhooks"]) == webhooks.MOST_AT_A_SITE - 1

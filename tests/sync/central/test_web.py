"""Central's doors: whatever comes in, the answer is JSON with a word for the problem, and never a fault of its own."""

import base64
import hashlib
import itertools
import json
import socket
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from station.inspecting.facts import PhotoTaken
from station.records import ReturnOrder
from sync.central import tokens
from tests.sync.conftest import NOW

GARBAGE = (
    b"",
    b"{}",
    b"null",
    b"[]",
    b"\x00\xff\xfe",
    b"[" * 100_000,
    b'{"epoch":1,"first":"x","sent_at":null,"entries":{}}',
    b'{"epoch":"","first":1,"sent_at":"","entries":[]}',
    b'{"epoch":"e\\u0000","first":1,"sent_at":"","entries":[]}',
    b'{"epoch":"e","first":0,"sent_at":"","entries":[]}',
    b'{"epoch":"e","first":-5,"sent_at":"","entries":[]}',
    b'{"epoch":"e","first":99999999999999999999999,"sent_at":"","entries":[]}',
    b'{"epoch":"e","first":9223372036854775807,"sent_at":"","entries":[]}',
    b'{"epoch":"e","first":1,"sent_at":"","entries":[{}]}',
    b'{"epoch":"' + b"e" * 5000 + b'","first":1,"sent_at":"","entries":[]}',
    b'{"epoch":"e","seq":1,"id":"\\u0000","hash":"","raw":""}',
    b'{"epoch":"e","seq":-1,"id":"x","hash":"","raw":""}',
    b'{"epoch":"e","seq":1,"id":"x","hash":"?","raw":"?"}',
)
ODD = ("x", "%00", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "';DROP TABLE journal;--", "A" * 3000, "%ff")


@pytest.fixture
def http(bench: Any) -> Any:
    """A bare HTTP client with the bench's token."""
    with httpx.Client(
        base_url=bench.central.url, headers={"Authorization": f"Bearer {bench.token}"}, trust_env=False, timeout=60
    ) as client:
        yield client


def is_a_plain_no(answer: httpx.Response) -> bool:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.request.url, answer.text[:200])
    if answer.request.method != "HEAD":
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["error"]
        assert "Traceback" not in answer.text
    return True


def test_garbage_in_every_door(http: Any, bench: Any, central: Any) -> None:
    before = len(central.log())
    posts = [f"/v1/stations/{bench.station}/{door}" for door in ("events", "quarantine")]
    for path, body in itertools.product(posts, GARBAGE):
        assert is_a_plain_no(http.post(path, content=body))
    for odd in ODD:
        assert is_a_plain_no(http.post(f"/v1/stations/{odd}/events", content=b"{}"))
        assert is_a_plain_no(http.get(f"/v1/sites/{odd}/feed"))
        assert is_a_plain_no(http.get(f"/v1/returns/{odd}"))
        assert is_a_plain_no(http.get(f"/v1/sites/{bench.site}/feed?after={odd}"))
        assert is_a_plain_no(http.get(f"/v1/sites/{bench.site}/feed?limit={odd}"))
        assert is_a_plain_no(http.get(f"/v1/events?after={odd}"))
        for method in ("GET", "PUT", "HEAD"):
            assert is_a_plain_no(http.request(method, f"/v1/photos/{odd}", content=b"x" if method == "PUT" else None))
    for number in ("-1", "1.5", "99999999999999999999", "٣", ""):
        assert is_a_plain_no(http.get("/v1/events", params={"after": number}))
    for path in ("/", "/v1", "/v2/health", "/docs", "/redoc", "/v1/stations", "/v1/health/"):
        assert is_a_plain_no(http.get(path))
    assert is_a_plain_no(http.delete("/v1/health"))
    assert central.log()[before:] == ""
    assert http.get("/v1/health").status_code == 200


def test_no_door_but_health_opens_without_a_token(bench: Any, central: Any) -> None:
    doors = (
        ("POST", f"/v1/stations/{bench.station}/events"),
        ("POST", f"/v1/stations/{bench.station}/quarantine"),
        ("GET", f"/v1/sites/{bench.site}/feed"),
        ("PUT", f"/v1/photos/{'0' * 64}"),
        ("PUT", f"/v1/photos/{'0' * 64}/parts/0"),
        ("POST", f"/v1/photos/{'0' * 64}/complete"),
        ("GET", f"/v1/photos/{'0' * 64}"),
        ("GET", "/v1/returns/RMA-1"),
        ("GET", "/v1/events"),
    )
    for header in ({}, {"Authorization": ""}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
        for method, path in doors:
            answer = httpx.request(method, central.url + path, headers=header, trust_env=False)
            assert answer.status_code == 401
            assert answer.json()["error"] == "no_token"
    assert httpx.get(f"{central.url}/v1/health", trust_env=False).json()["service"] == "returns-central"


def test_what_is_too_large_is_refused_and_not_read(http: Any, bench: Any) -> None:
    answer = http.post(f"/v1/stations/{bench.station}/events", content=b"x" * (5 * 1024 * 1024))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_bytes_that_are_no_http_at_all(central: Any) -> None:
    for noise in (b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"A" * 70_000, b"\x16\x03\x01\x02\x00"):
        with socket.create_connection(("127.0.0.1", central.port), 5) as line:
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
    assert httpx.get(f"{central.url}/v1/health", trust_env=False).status_code == 200


def test_photos_are_kept_by_what_they_are(http: Any, bench: Any, central: Any) -> None:
    content = b"\xff\xd8 not really a picture " + bench.station.encode()
    name = hashlib.sha256(content).hexdigest()
    assert not bench.has_photo(name)
    bench.send_photo(content)
    bench.send_photo(content)
    assert bench.has_photo(name)
    assert http.get(f"/v1/photos/{name}").content == content
    assert (central.data / "photos" / name[:2] / name[2:4] / f"{name}.jpg").read_bytes() == content


def test_the_record_of_a_return_has_what_was_expected_and_found(
    http: Any, bench: Any, book: Any, order: Callable[..., Any]
) -> None:
    expected = order(serials=("SN7",))
    bench.central.tell(bench.site, expected)
    book.item(expected.rma, serial="SN7")
    content = uuid.uuid4().bytes  # central has other tests' photos, each once
    sha256 = book.photo(content)
    client = bench.client()
    client.push(book.push())
    found = http.get(f"/v1/returns/{expected.rma}").json()
    assert msgspec.convert(found["order"], ReturnOrder) == expected
    assert [each["parcel"] for each in found["parcels"]] == ["P-1"]
    assert [each["serial"] for each in found["items"]] == ["SN7"]
    assert found["items"][0]["photos"][0] | {"taken_at": ""} == {
        "shot": "whole",
        "sha256": sha256,
        "size": len(content),
        "verdict": "good",
        "skipped_why": "",
        "taken_at": "",
        "shared_sha256": "",
        "arrived": False,
    }
    assert [each["bench"] for each in found["receipts"]] == [bench.station]
    assert (found["missing"], found["exceptions"], found["reviews"]) == ([], [], [])
    bench.send_photo(content)
    assert http.get(f"/v1/returns/{expected.rma}").json()["items"][0]["photos"][0]["arrived"] is True
    assert http.get("/v1/returns/RMA-nobody").status_code == 404


def test_a_photo_with_a_label_in_it_is_there_when_its_copy_is(
    http: Any, bench: Any, book: Any, order: Callable[..., Any]
) -> None:
    expected = order()
    bench.central.tell(bench.site, expected)
    book.item(expected.rma)
    original, copy = uuid.uuid4().bytes, uuid.uuid4().bytes
    sha256 = book.photo(original, copy)
    client = bench.client()
    client.push(book.push())
    client.push(book.push())  # again is the same as once

    def shown() -> Any:
        return http.get(f"/v1/returns/{expected.rma}").json()["items"][0]["photos"][0]

    shared = hashlib.sha256(copy).hexdigest()
    assert (shown()["sha256"], shown()["shared_sha256"], shown()["arrived"]) == (sha256, shared, False)
    bench.send_photo(copy)
    assert shown()["arrived"] is True
    assert http.get(f"/v1/photos/{shared}").content == copy
    assert http.get(f"/v1/photos/{sha256}").status_code == 404


@pytest.mark.parametrize("apart", [False, True])
def test_the_photo_of_an_empty_parcel_stands_with_the_parcel(
    http: Any, bench: Any, book: Any, order: Callable[..., Any], apart: bool
) -> None:
    expected = order()
    bench.central.tell(bench.site, expected)
    content = uuid.uuid4().bytes
    sha256 = book.empty_box(expected.rma, content)
    client = bench.client()
    if apart:
        client.push(book.push(last=2))
    client.push(book.push(first=3) if apart else book.push())
    client.push(book.push())  # again is the same as once
    bench.send_photo(content)
    found = http.get(f"/v1/returns/{expected.rma}").json()
    (parcel,) = found["parcels"]
    (photo,) = parcel["photos"]
    assert (photo["shot"], photo["sha256"], photo["arrived"]) == ("open_box", sha256, True)
    assert (parcel["missing"], found["items"]) == (1, [])


@pytest.mark.parametrize("odd", ["\0", "x", "AB" * 32])
def test_a_copy_that_has_no_right_name_holds_up_nothing(bench: Any, book: Any, odd: str) -> None:
    sha256 = book.photo(uuid.uuid4().bytes)
    book.add(PhotoTaken("I-1", "back", sha256, 1, shared_sha256=odd))
    book.parcels(1)
    assert bench.client().push(book.push()).acked == 3


def test_a_journal_is_read_back_at_its_own_site_alone(bench: Any, book: Any, enrol: Any) -> None:
    book.parcels(1)
    bench.client().push(book.push())
    store = bench.central.store
    elsewhere = tokens.enrol(store, f"E{bench.station}", f"york-{bench.site}", NOW)
    for token, status in ((enrol().token, 200), (elsewhere, 403)):
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(
            f"{bench.central.url}/v1/events", params={"station": bench.station}, headers=headers, trust_env=False
        )
        assert answer.status_code == status, answer.text
    assert answer.json()["error"] == "other_site"


def test_a_return_is_shown_where_it_is_expected_and_where_it_was_received(
    http: Any, bench: Any, book: Any, order: Callable[..., Any]
) -> None:
    expected, york = order(), f"york-{bench.site}"
    bench.central.tell(york, expected)
    token = tokens.enrol(bench.central.store, f"E{bench.station}", york, NOW)

    path, theirs = f"/v1/returns/{expected.rma}", {"Authorization": f"Bearer {token}"}
    there = httpx.get(bench.central.url + path, headers=theirs, trust_env=False)
    assert (there.status_code, http.get(path).status_code) == (200, 404)
    book.item(expected.rma)
    bench.client().push(book.push())
    assert http.get(path).status_code == 200


def test_events_can_be_read_back(http: Any, bench: Any, book: Any) -> None:
    book.parcels(3)
    bench.client().push(book.push())
    rows = http.get("/v1/events", params={"after": 1, "limit": 1}).json()
    assert [(row["seq"], row["type"], row["body"]["t"]) for row in rows] == [(2, "ParcelArrived", "ParcelArrived")]


def test_an_entry_that_cannot_be_written_down_is_still_answered(http: Any, bench: Any, book: Any) -> None:
    """Texts of a megabyte, and every field that JSON can carry and a database cannot."""
    book.parcels(1)
    entry = msgspec.to_builtins(book.push().entries[0]) | {"operator": "B" * 1_000_000, "txn": "\0", "id": "\0\0"}
    push = {"epoch": book.journal.epoch, "first": 1, "sent_at": "", "entries": [entry]}
    answer = http.post(f"/v1/stations/{bench.station}/events", content=json.dumps(push))
    assert (answer.status_code, answer.json()["acked"]) == (200, 1)
    assert [each["status"] for each in answer.json()["results"]] == ["quarantined"]
    raw = base64.b64encode(b"raw").decode()
    away = {"epoch": book.journal.epoch, "seq": 2, "id": "i", "hash": raw, "raw": raw}
    assert http.post(f"/v1/stations/{bench.station}/quarantine", content=json.dumps(away)).json()["acked"] == 2

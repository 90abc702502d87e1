"""Photos in parts: each goes again at will, the whole is hashed before it is told of, and no other site reads it."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.central import pattern_commands, photo_parts, tokens
from sync.central.__main__ import main
from sync.central.photo_parts import WrongPartError
from sync.central.photos import PhotoShelf, WrongPhotoError, open_shelf
from sync.central.resolutions import books
from sync.central.service import Service
from sync.central.store import Store
from sync.central.tokens import Caller
from sync.central.web import make_app
from sync.wire import PART_BYTES, PhotoAnswer, Push

NOW = "2026-04-18T08:00:00.000000Z"
A, B = Caller("A01", "leeds"), Caller("B01", "york")
PIECES = (os.urandom(PART_BYTES), os.urandom(PART_BYTES), os.urandom(1000))
PHOTO = b"".join(PIECES)
SHA256, SIZE = hashlib.sha256(PHOTO).hexdigest(), len(PHOTO)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = Store(f"sqlite:///{(tmp_path / 'central.sqlite').as_posix()}")
    yield opened
    opened.close()


@pytest.fixture(params=["", "memory:"])
def shelf(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> PhotoShelf:
    """A shelf in a folder, and one in memory."""
    return open_shelf(request.param, tmp_path, store)


def put(shelf: PhotoShelf, number: int, part: bytes, caller: Caller = A) -> None:
    photo_parts.put(shelf, caller, SHA256, SIZE, number, part, hashlib.sha256(part).digest())


def ask(shelf: PhotoShelf, caller: Caller = A) -> PhotoAnswer:
    return photo_parts.ask(shelf, caller, SHA256, SIZE, True, NOW)


def complete(shelf: PhotoShelf, caller: Caller = A) -> PhotoAnswer:
    return photo_parts.complete(shelf, caller, SHA256, SIZE, NOW)


def test_parts_on_slow_lines_take_no_place_of_a_push_and_few_of_photos(store: Store, tmp_path: Path) -> None:
    tokens_ = {name: tokens.enrol(store, name, "leeds", NOW) for name in ("A01", "A02")}
    rules = (pattern_commands.read(tmp_path), books.read(tmp_path))
    app = make_app(Service(store, "test"), open_shelf("memory:", tmp_path, store), *rules)

    async def ask() -> None:
        go_on = asyncio.Event()

        inside = 0

        async def slow() -> AsyncIterator[bytes]:
            nonlocal inside
            inside += 1
            yield PHOTO[:1]
            await go_on.wait()

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://central") as http:
            doors = f"/v1/photos/{SHA256}/parts/0?size={SIZE}"
            begun: list[asyncio.Task[httpx.Response]] = []

            def send(station: str) -> asyncio.Task[httpx.Response]:
                headers = {"Authorization": f"Bearer {tokens_[station]}"}
                begun.append(asyncio.create_task(http.put(doors, content=slow(), headers=headers)))
                return begun[-1]

            for _ in range(2):
                send("A01")
            while inside < 2:
                await asyncio.sleep(0.01)
            third, other = await send("A01"), send("A02")
            assert (third.status_code, third.json()["error"]) == (429, "busy")
            push = msgspec.json.encode(Push("E-1", 1, NOW, ()))
            headers = {"Authorization": f"Bearer {tokens_['A01']}"}
            assert (await http.post("/v1/stations/A01/events", content=push, headers=headers)).status_code == 200
            assert not other.done()
            go_on.set()
            for each in begun:
                assert (await each).status_code in (422, 429)
            assert (await send("A01")).status_code == 422, "the places are free again"

    asyncio.run(ask())


@settings(max_examples=10)
@given(st.lists(st.sampled_from([0, 1, 2, "ask", "complete"]), max_size=12))
def test_in_whatever_order_parts_come_and_however_often(tmp_path_factory: Any, deeds: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("shelf")
    store = Store(f"sqlite:///{folder / 'central.sqlite'}")
    shelf = open_shelf("memory:", folder, store)
    there: set[int] = set()
    for deed in deeds:
        if isinstance(deed, int):
            put(shelf, deed, PIECES[deed])
            there.add(deed)
            continue
        answer = ask(shelf) if deed == "ask" else complete(shelf)
        whole = shelf.has(SHA256)
        assert answer == (photo_parts.HAVE if whole else PhotoAnswer("parts", tuple({0, 1, 2} - there)))
        assert not whole or shelf.get(SHA256) == PHOTO
        assert whole or deed == "ask" or len(there) < 3
    store.close()


def test_a_part_that_is_not_what_it_says_is_not_kept(shelf: PhotoShelf) -> None:
    for number, part, digest in (
        (0, PIECES[0], PIECES[1]),
        (0, PIECES[0][:-1], PIECES[0][:-1]),
        (2, PIECES[0], PIECES[0]),
        (3, b"", b""),
        (2, PIECES[2] + b"x", PIECES[2] + b"x"),
    ):
        with pytest.raises(WrongPartError):
            photo_parts.put(shelf, A, SHA256, SIZE, number, part, hashlib.sha256(digest).digest())
    assert ask(shelf) == PhotoAnswer("parts", (0, 1, 2))


def test_parts_that_are_another_picture_are_dropped_and_go_again(shelf: PhotoShelf) -> None:
    for number, part in enumerate((PIECES[1], PIECES[0], PIECES[2])):
        put(shelf, number, part)
    with pytest.raises(WrongPhotoError):
        complete(shelf)
    assert not shelf.has(SHA256) and shelf.get(SHA256) is None
    assert ask(shelf) == PhotoAnswer("parts", (0, 1, 2))
    for number, part in enumerate(PIECES):
        put(shelf, number, part)
    assert complete(shelf) == photo_parts.HAVE
    assert [each.name for each in shelf.place.below("parts")] == []


def test_no_station_spoils_what_another_sends(shelf: PhotoShelf) -> None:
    for number, part in enumerate(PIECES):
        put(shelf, number, part)
        put(shelf, number, part[::-1], B)
    assert complete(shelf) == photo_parts.HAVE
    assert shelf.get(SHA256) == PHOTO
    assert ask(shelf, B) == photo_parts.HAVE


def test_what_lies_wrong_in_the_place_is_replaced(shelf: PhotoShelf) -> None:
    name = f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}.jpg"
    shelf.place.put(name, b"torn")
    assert ask(shelf) == PhotoAnswer("parts", (0, 1, 2))
    shelf.place.put(name, b"torn")
    shelf.put(SHA256, PHOTO, "A01", NOW)
    assert shelf.get(SHA256) == PHOTO


def test_a_photo_whose_last_answer_was_lost_is_there(shelf: PhotoShelf) -> None:
    shelf.place.put(f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}.jpg", PHOTO)
    assert not shelf.has(SHA256)
    assert ask(shelf) == photo_parts.HAVE
    assert shelf.station_of(SHA256) == "A01"


def test_the_check_names_what_is_missing_and_what_is_wrong(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf = open_shelf("", tmp_path, store)
    hashes = []
    for content in (b"good", b"gone", b"bad"):
        hashes.append(hashlib.sha256(content).hexdigest())
        shelf.put(hashes[-1], content, "A01", NOW)
    assert main(["photos", "check", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "3 photos, 0 missing or wrong\n"
    files = [tmp_path / "photos" / each[:2] / each[2:4] / f"{each}.jpg" for each in hashes]
    files[1].unlink()
    files[2].write_bytes(b"BAD")
    photo_parts.put(shelf, A, SHA256, SIZE, 2, PIECES[2], hashlib.sha256(PIECES[2]).digest())
    for path in (tmp_path / "photos" / "parts").rglob("0*"):
        os.utime(path, (0, 0))
    assert main(["photos", "check", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert sorted(said[:2]) == [f"missing  {hashes[1]}  A01", f"wrong  {hashes[2]}  A01"]
    assert said[2] == "3 photos, 2 missing or wrong, 1 abandoned parts removed"


def test_a_place_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    for url in ("ftp://there", "file://host/x", "s3:///no", "nonsense"):
        assert main(["photos", "check", "--data", str(tmp_path), "--photos", url]) == 1
        assert "photos are kept in" in capsys.readouterr().err


def test_every_photo_door_says_plainly_what_is_wrong(bench: Any) -> None:
    headers = {"Authorization": f"Bearer {bench.token}"}
    name = f"/v1/photos/{SHA256}"
    digest = {"Content-Digest": "sha-256=:" + base64.b64encode(hashlib.sha256(b"x").digest()).decode() + ":"}
    wrong: list[tuple[str, str, bytes, dict[str, str], int]] = [
        ("PUT", name, b"\xff\xd8 a whole photo, as it was once", {}, 400),
        ("PUT", name, b'{"size":0}', {}, 400),
        ("PUT", name, b'{"size":-1}', {}, 400),
        ("PUT", name, b'{"size":33554433}', {}, 400),
        ("PUT", name, b"x" * 2000, {}, 413),
        ("PUT", "/v1/photos/../x", b'{"size":1}', {}, 404),
        ("PUT", "/v1/photos/%2e%2e", b'{"size":1}', {}, 400),
        ("PUT", f"{name}/parts/0?size=1", b"x", {}, 422),
        ("PUT", f"{name}/parts/0?size=1", b"x", {"Content-Digest": "md5=:x:"}, 422),
        ("PUT", f"{name}/parts/0?size=1", b"y", digest, 422),
        ("PUT", f"{name}/parts/1?size=1", b"x", digest, 422),
        ("PUT", f"{name}/parts/x?size=1", b"x", digest, 400),
        ("PUT", f"{name}/parts/0?size=", b"x", digest, 400),
        ("PUT", f"{name}/parts/0?size=99999999999", b"x", digest, 400),
        ("PUT", f"{name}/parts/64?size=33554432", b"x", digest, 400),
        ("PUT", f"{name}/parts/0?size=600000", b"x" * (PART_BYTES + 1), digest, 413),
        ("POST", f"{name}/complete", b"", {}, 400),
        ("GET", name, b"", {}, 404),
    ]
    with httpx.Client(base_url=bench.central.url, headers=headers, trust_env=False, timeout=60) as http:
        for method, path, body, more, status in wrong:
            answer = http.request(method, path, content=body or None, headers=more)
            assert (answer.status_code, bool(answer.json()["error"])) == (status, True), (method, path)


def test_another_site_does_not_read_a_photo(bench: Any, enrol_at: Callable[..., Any], central: Any) -> None:
    sha256 = bench.send_photo(os.urandom(99))
    stranger = central.enrol("X77", "elsewhere-" + bench.site)
    neighbour = enrol_at(central)
    found = {
        each.station: httpx.get(
            f"{central.url}/v1/photos/{sha256}", headers={"Authorization": f"Bearer {each.token}"}, trust_env=False
        ).status_code
        for each in (bench, neighbour, stranger)
    }
    assert found == {bench.station: 200, neighbour.station: 200, "X77": 404}


def test_a_photo_is_on_the_disk_with_its_name_before_it_is_listed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library leaves it to the system; after a power cut the database would tell of a file that is empty."""
    shelf = open_shelf("", tmp_path, store)
    made_to_last: list[int] = []
    really = os.fsync

    def noted(descriptor: int) -> None:
        assert not shelf.has(SHA256)
        made_to_last.append(os.fstat(descriptor).st_ino)
        really(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", noted)
        shelf.place.put(f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}.jpg", PHOTO)
    assert shelf.adopt(SHA256, "A01", NOW)
    file = tmp_path / "photos" / SHA256[:2] / SHA256[2:4] / f"{SHA256}.jpg"
    assert {path.stat().st_ino for path in (file, *list(file.parents)[:3])} <= set(made_to_last)

"""Which rules pay: a version says one thing for good, all workers go by the same, and new ones reach every order."""

import hashlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.central.__main__ import main
from sync.central.resolutions import books, commands
from sync.central.resolutions.follow import follow
from sync.central.resolutions.rules import BadRules, Book, book_of
from sync.central.store import Store
from sync.central.tables import resolution, review
from tests.sync.central.resolutions.histories import START, cheap, shipped, tell

ASKS = b"""
id = "house"
version = 1
currency = "USD"
[[rules]]
number = 1
section = "rest"
text = "A person decides"
then = "person"
at = "instant"
"""
_CHEAP = b"""[[rules]]
number = 2
section = "all"
text = "Cheap"
then = "refund"
at = "instant"
most_minor = 2500
[[rules]]"""
PAYS = ASKS.replace(b"version = 1", b"version = 2").replace(b"[[rules]]", _CHEAP)

# By id and version, how the SHA-256 of each file in resources/resolutions begins.
SHIPPED = {
    ("default", 1): "73cfa69915f078c8",
    ("tallowby", 1): "39d0a2d8be7c8961",
}


def book(*files: bytes) -> Book:
    return book_of({str(n): toml for n, toml in enumerate(files)})


def take(store: Store, wanted: Book) -> bool:
    with store.writing() as connection:
        return books.take(connection, wanted, START)


def test_new_rules_reach_the_orders_that_stand(store: Store) -> None:
    tell(store, cheap("RMA-1"), cheap("RMA-2", 9900))
    assert take(store, book(ASKS))
    follow(store, book(ASKS), START)
    with store.reading() as connection:
        assert set(connection.execute(select(review.c.rma)).scalars()) == {"RMA-1", "RMA-2"}
    assert take(store, book(PAYS))
    follow(store, book(PAYS), START)
    with store.reading() as connection:
        asked = connection.execute(select(resolution.c.rma, resolution.c.rule)).all()
        assert [tuple(each) for each in asked] == [("RMA-1", "house@2#2")]
        assert list(connection.execute(select(review.c.rma)).scalars()) == ["RMA-2"]
    assert not take(store, book(PAYS)), "it is in force"


def test_a_version_says_one_thing_for_good_and_a_book_never_goes_back(store: Store) -> None:
    take(store, book(ASKS))
    with pytest.raises(
        BadRules, match=r"house@1 says something else than when it came into force .* raise its version"
    ):
        take(store, book(ASKS.replace(b"A person decides", b"Somebody decides")))
    take(store, book(PAYS))
    with pytest.raises(BadRules, match="other rules came into force after these"):
        take(store, book(ASKS))
    with store.reading() as connection:
        in_force = books.in_force(connection)
        assert in_force is not None
        assert in_force.every.version == 2
        assert (books.said(connection, "house", 1), books.said(connection, "house", 9)) == (ASKS, None)
        assert [names for _, names in books.history(connection)] == [["house@2"], ["house@1"]]


class Nobody:
    """A provider whom nobody asks."""


def test_a_worker_goes_by_rules_that_change_under_it_and_waits_for_bad_ones(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reading is the next of these: whoever copies a file in is not done at the third."""
    monkeypatch.setattr(commands, "_POLL_S", 0.0)
    readings = iter([ASKS, ASKS, b"id = ", PAYS, PAYS, PAYS])
    stop = threading.Event()
    seen: list[str] = []

    def read() -> Book:
        toml = next(readings, None)
        if toml is None:
            stop.set()
            toml = PAYS
        with store.reading() as connection:
            now = books.in_force(connection)
        seen.append("" if now is None else f"{now.every.id}@{now.every.version}")
        return book(toml)

    commands.work(store, read, Nobody(), "w", stop, lambda: START + timedelta(0), False)  # type: ignore[arg-type]
    assert seen == ["", "", "house@1", "house@1", "house@1", "house@2", "house@2"]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Nothing is decided before that is mended" in said


def test_the_commands_tell_what_came_into_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def say(*words: str) -> int:
        return main(["resolutions", *words, "--data", str(tmp_path)])

    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    take(store, shipped())
    store.close()
    assert say("rules") == 0
    assert "default@" in capsys.readouterr().out
    assert say("rules", f"default@{shipped().every.version}#70") == 0
    assert 'id = "default"' in capsys.readouterr().out
    for name in ("default@99", "default", "default@x", "@"):
        assert say("rules", name) == 1
        assert f"{name} never was in force" in capsys.readouterr().err


def test_a_shipped_version_says_what_it_always_said() -> None:
    """Else a central that knows it decides nothing after an upgrade: raise the version, and add its sum."""
    sums = {name: hashlib.sha256(toml).hexdigest()[:16] for name, toml in shipped().texts.items()}
    assert sums == SHIPPED

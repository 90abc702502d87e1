"""Who pushed before is known by memory; a token that is void meanwhile is void for the very next push."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from station.facts import Undone
from sync.central import tokens
from sync.central.store import Store
from sync.errors import Refused
from tests.sync.conftest import NOW


def shut_out(store: Store, station: str) -> None:
    assert tokens.revoke(store, station, NOW)


def let_in_anew(store: Store, station: str) -> None:
    tokens.enrol(store, station, "leeds", NOW)


def end(store: Store, station: str) -> None:
    with store.writing() as connection:
        query = text("UPDATE station_token SET expires_at = '2000-01-01T00:00:00.000000Z' WHERE station = :station")
        connection.execute(query, {"station": station})


@pytest.mark.parametrize(
    ("make_void", "said"), [(shut_out, "revoked"), (let_in_anew, "token_unknown"), (end, "token_expired")]
)
@pytest.mark.parametrize("in_turn", [False, True])
def test_a_token_that_was_good_for_the_last_push_is_void_for_the_next(
    bench: Any, book: Any, make_void: Callable[[Store, str], None], said: str, in_turn: bool
) -> None:
    book.parcels(1)
    client = bench.client()
    assert client.push(book.push()).acked == 1
    book.parcels(1)
    assert client.push(book.push(2)).acked == 2, "by memory"
    make_void(bench.central.store, bench.station)
    book.parcels(1)
    book.add(Undone((book.push(3).entries[0].txn,), "arrival"))
    with pytest.raises(Refused) as refused:
        client.push(book.push(3, 0 if in_turn else 3))
    assert refused.value.code == said
    assert [row["seq"] for row in bench.events()] == [1, 2]

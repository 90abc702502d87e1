"""Resolutions at the doors: systems of the right site and role see and settle them, benches hear of each step."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import delete, select, text, update

from station.moments import utc
from sync.central import feed, integrators, orders, pattern_commands, tokens, webhooks
from sync.central.__main__ import main
from sync.central.order_rows import read_json
from sync.central.photos import open_shelf
from sync.central.resolutions import queue, told
from sync.central.resolutions.follow import follow
from sync.central.service import Service
from sync.central.store import Store
from sync.central.tables import resolution, webhook
from sync.central.web import make_app
from tests.sync.central.resolutions.histories import START, cheap, shipped, tell

Ask = Callable[..., httpx.Response]
_LINE = {"line": "1", "sku": "TB-TS-M", "title": "Tee", "category": "apparel"}
SAID = {"as": "confirmed", "by": "Ana", "why": "The provider shows it"}


@pytest.fixture
def ask(store: Store, tmp_path: Path) -> Ask:
    """Asks central's application on this database: `ask(method, path, token, json=…)`."""
    app = make_app(Service(store, "test"), open_shelf("", tmp_path, store), pattern_commands.read(tmp_path), shipped())

    def one(method: str, path: str, token: str, **more: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://central") as http:
                return await http.request(method, path, headers={"Authorization": f"Bearer {token}"}, **more)

        return asyncio.run(run())

    return one


@pytest.fixture
def desk(store: Store) -> str:
    """A token that may see and settle what there is at leeds: an order whose refund waits for a person."""
    tell(store, cheap("RMA-1"))
    follow(store, shipped(), START)
    with store.writing() as connection:
        connection.execute(update(resolution).where(resolution.c.kind == "refund").values(state="needs_person"))
    return integrators.admit(store, "desk", "leeds", utc(START), ["resolutions"])


def heard(store: Store, site: str) -> list[told.OfOrder]:
    with store.reading() as connection:
        return [
            msgspec.json.decode(each.body, type=told.OfOrder) for each in feed.every(connection, site, "resolution")
        ]


def test_what_waits_for_a_person_is_listed_shown_and_settled(ask: Ask, desk: str, store: Store) -> None:
    path = "/v1/sites/leeds/resolutions"
    (waits, *_) = ask("GET", path, desk).json()["resolutions"]
    assert (waits["kind"], waits["state"], waits["currency"]) == ("refund", "needs_person", "USD")
    assert [step["state"] for step in waits["history"]] == ["requested"]
    assert "claim" not in waits
    shown = ask("GET", f"{path}/{waits['id']}", desk)
    assert shown.json() == waits
    settled = ask("POST", f"{path}/{waits['id']}/settle", desk, json=SAID)
    assert (settled.status_code, settled.json()["state"]) == (200, "confirmed")
    assert settled.json()["history"][-1] | {"at": ""} == {
        "state": "confirmed",
        "at": "",
        "by": "Ana (desk)",
        "why": "The provider shows it",
    }
    again = ask("POST", f"{path}/{waits['id']}/settle", desk, json=SAID)
    assert (again.status_code, again.json()["error"]) == (409, "not_waiting")
    assert ask("GET", path, desk, params={"state": "confirmed"}).json()["resolutions"] == [settled.json()]
    # Benches of the site are told, of this order last.
    newest = heard(store, "leeds")[-1]
    assert newest.rma == waits["rma"]
    assert {each.kind: each.state for each in newest.resolutions}["refund"] == "confirmed"


def test_another_site_that_was_told_of_the_same_order_sees_and_settles_nothing(
    ask: Ask, desk: str, store: Store
) -> None:
    (waits, *_) = ask("GET", "/v1/sites/leeds/resolutions", desk).json()["resolutions"]
    dear = msgspec.json.encode(cheap("RMA-1", 9_999_900))
    with store.writing() as connection:
        feed.append(connection, "york", [feed.Change("order", rma, dear) for rma in ("Y-1", "Y-2", "RMA-1")])
    york = integrators.admit(store, "desk", "york", utc(START), ["resolutions"])
    path = "/v1/sites/york/resolutions"
    assert ask("GET", path, york, params={"state": "all"}).json()["resolutions"] == []
    assert ask("GET", f"{path}/{waits['id']}", york).status_code == 404
    assert ask("POST", f"{path}/{waits['id']}/settle", york, json=SAID).status_code == 404
    follow(store, shipped(), START)
    told.publish(store, START)
    (same, *_) = ask("GET", "/v1/sites/leeds/resolutions", desk).json()["resolutions"]
    assert (same["state"], same["amount_minor"]) == ("needs_person", waits["amount_minor"])
    assert heard(store, "york") == []


def test_an_order_that_is_handed_over_takes_its_resolutions_with_it(ask: Ask, desk: str, store: Store) -> None:
    told.publish(store, START)
    york = integrators.admit(store, "desk", "york", utc(START), ["resolutions"])
    moved = msgspec.json.encode(
        msgspec.to_builtins(cheap("RMA-1"), str_keys=True)
        | {"version": 1, "withdrawn": True, "moved_to": "york", "lines": [_LINE]}
    )
    (answer,) = orders.take_in(store, "leeds", [read_json(1, moved)])
    assert answer.status == "created", answer
    assert told.publish(store, START) == 1
    assert [each.rma for each in heard(store, "york")] == ["RMA-1"]
    assert ask("GET", "/v1/sites/york/resolutions", york).json()["resolutions"] != []
    assert ask("GET", "/v1/sites/leeds/resolutions", desk).json()["resolutions"] == []
    with store.reading() as connection:
        assert bytes(feed.every(connection, "leeds", "resolution")[-1].body) == b"null"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_that_tell_of_one_order_at_once_the_last_tells_the_newest(
    store: Store, until: Callable[..., None]
) -> None:
    def waiting() -> int:
        with store.reading() as connection:
            return int(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())

    tell(store, cheap("RMA-1"))
    follow(store, shipped(), START)
    hook = webhooks.add(store, "leeds", "desk", "https://hook.example", START)
    assert hook is not None
    publishers = [threading.Thread(target=told.publish, args=(store, START)) for _ in range(2)]
    with store.writing() as held:
        # The first has read what it will tell, and cannot go on; the second has no hook to write to.
        held.execute(text("LOCK TABLE webhook_delivery IN EXCLUSIVE MODE"))
        publishers[0].start()
        until(lambda: waiting() == 1)
        with store.writing() as connection:
            connection.execute(delete(webhook).where(webhook.c.id == hook.id))
            refund = select(resolution.c.id).where(resolution.c.kind == "refund")
            assert queue.claim(connection, connection.execute(refund).scalar_one(), "w", START) is not None
        publishers[1].start()
        until(lambda: waiting() == 2 or not publishers[1].is_alive())
    for each in publishers:
        each.join()
    newest = {each.kind: each.state for each in heard(store, "leeds")[-1].resolutions}
    assert newest["refund"] == "claimed"


def test_pages_go_on_after_the_last(ask: Ask, desk: str) -> None:
    found: list[str] = []
    while True:
        more = {"state": "all", "limit": 1, "after": found[-1] if found else ""}
        page = ask("GET", "/v1/sites/leeds/resolutions", desk, params=more).json()["resolutions"]
        if not page:
            break
        found += [each["id"] for each in page]
    assert found == sorted(set(found))
    whole = ask("GET", "/v1/sites/leeds/resolutions", desk, params={"state": "all"}).json()["resolutions"]
    assert [each["id"] for each in whole] == found
    assert len(found) >= 2


def test_another_sites_resolutions_are_not_there(ask: Ask, desk: str, store: Store) -> None:
    (waits, *_) = ask("GET", "/v1/sites/leeds/resolutions", desk).json()["resolutions"]
    york = integrators.admit(store, "desk", "york", utc(START), ["resolutions"])
    assert ask("GET", "/v1/sites/york/resolutions", york).json() == {"resolutions": []}
    for method, more in (("GET", ""), ("POST", "/settle")):
        answer = ask(method, f"/v1/sites/york/resolutions/{waits['id']}{more}", york, json=SAID)
        assert (answer.status_code, answer.json()["error"]) == (404, "no_resolution")
        assert ask(method, f"/v1/sites/leeds/resolutions/{waits['id']}{more}", york, json=SAID).status_code == 403
    assert heard(store, "york") == []


def test_what_is_asked_wrongly_is_named(ask: Ask, desk: str) -> None:
    answer = ask("GET", "/v1/sites/leeds/resolutions", desk, params={"state": "paid", "limit": 0})
    assert (answer.status_code, answer.json()["error"]) == (422, "malformed")
    assert {"query.state", "query.limit"} <= {part.partition(":")[0] for part in answer.json()["detail"].split("; ")}
    for said in ({}, SAID | {"as": "paid"}, SAID | {"why": ""}, SAID | {"minor": 5}, SAID | {"by": "A\0"}):
        answer = ask("POST", "/v1/sites/leeds/resolutions/RES-1/settle", desk, json=said)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_the_record_of_a_return_shows_what_it_resolves_to(ask: Ask, desk: str, store: Store) -> None:
    token = tokens.enrol(store, "A01", "leeds", utc(START))
    found = ask("GET", "/v1/returns/RMA-1", token).json()["resolutions"]
    assert {each["rma"] for each in found} == {"RMA-1"}
    assert "refund" in {each["kind"] for each in found}


def test_benches_are_told_once_of_what_changed(desk: str, store: Store) -> None:
    assert told.publish(store, START) == 1
    assert [each.rma for each in heard(store, "leeds")] == ["RMA-1"]
    assert told.publish(store, START) == 0
    with store.writing() as connection:
        # What is rolled back was never said.
        queue.step(
            connection, heard(store, "leeds")[0].resolutions[-1].id, ("needs_person",), "closed", START, "A", "w"
        )
        connection.rollback()
    assert told.publish(store, START) == 0


def test_the_role_is_given_at_the_command_line(
    ask: Ask, store: Store, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--site", "leeds", "--data", str(tmp_path), "--database", database)
    for more, status in ((("--may", "resolutions"), 200), ((), 403)):
        assert main(["integrator", "admit", "desk", *more, *where]) == 0
        token = capsys.readouterr().out.strip()
        assert ask("GET", "/v1/sites/leeds/resolutions", token).status_code == status

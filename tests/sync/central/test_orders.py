"""Return orders of other systems: whatever comes twice, late or in another order, the newest delivery stands, once."""

import threading
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uuid_utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from station.local_copy import LocalCopy
from sync.central import feed, integrators, orders
from sync.central.order_rows import Answer, Told, read_json
from sync.central.tables import order_owner
from sync.mirror import Mirror
from tests.sync.central.order_texts import as_json, sent

NOW = "2026-04-18T08:00:00Z"


@pytest.fixture
def system(central: Any, site: str) -> Any:
    """A system that may send the site's orders in: a function that sends a body and returns the answer."""
    token = integrators.admit(central.store, "shop", site, NOW)

    def send(body: bytes, to: str = site, with_token: str = token, method: str = "PUT") -> httpx.Response:
        headers = {"Authorization": f"Bearer {with_token}"} if with_token else {}
        return httpx.request(method, f"{central.url}/v1/sites/{to}/orders", content=body, headers=headers)

    return send


def feed_of(central: Any, site: str) -> list[dict[str, object]]:
    query = "SELECT key, body FROM feed WHERE site = :site AND kind = 'order' ORDER BY seq"
    return list(central.rows(query, site=site))


def told(*given: dict[str, Any]) -> list[Told | Answer]:
    return [read_json(row, as_json(each)) for row, each in enumerate(given, 1)]


def statuses(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [each["status"] for each in response.json()["rows"]]


def test_a_batch_that_comes_twice_is_in_the_feed_once(system: Any, central: Any, site: str) -> None:
    body = b"\n".join(as_json(sent(f"{site}-{number}")) for number in range(5))
    assert statuses(system(body)) == ["created"] * 5
    answer = system(b"[" + body.replace(b"\n", b",") + b"]", method="POST")
    assert statuses(answer) == ["same"] * 5
    assert answer.json()["counts"] == {"same": 5}
    assert [row["key"] for row in feed_of(central, site)] == [f"{site}-{number}" for number in range(5)]


def test_the_newer_delivery_wins_and_an_older_one_is_called_stale(system: Any, central: Any, site: str) -> None:
    for version, title, status in ((2, "Two", "created"), (1, "One", "stale"), (3, "Three", "updated")):
        assert statuses(system(as_json(sent(f"{site}-1", version=version, title=title)))) == [status]
    assert statuses(system(as_json(sent(f"{site}-1", version=4, withdrawn=True)))) == ["updated"]
    bodies = [bytes(row["body"]) for row in feed_of(central, site)]  # type: ignore[call-overload]
    assert [b"Two" in bodies[0], b"Three" in bodies[1], bodies[2]] == [True, True, b"null"]


def test_moments_are_compared_whatever_their_zone(system: Any, site: str) -> None:
    later = sent(f"{site}-1", version=0) | {"updated_at": "2026-04-18T10:30:00+02:00"}
    earlier = sent(f"{site}-1", version=0, title="Old") | {"updated_at": "2026-04-18T08:29:59Z"}
    assert statuses(system(as_json(later))) == ["created"]
    assert statuses(system(as_json(earlier))) == ["stale"]


def test_two_contents_under_one_version_are_told_of(system: Any, site: str) -> None:
    system(as_json(sent(f"{site}-1", title="This")))
    row = system(as_json(sent(f"{site}-1", title="That"))).json()["rows"][0]
    assert row["status"] == "conflict"
    assert "higher version" in row["why"]


def test_a_good_row_goes_in_beside_bad_ones_which_are_named(system: Any, central: Any, site: str) -> None:
    bad = sent(f"{site}-2") | {"customer": "Maria Lopez"}
    alike = sent(f"{site}-4")
    alike["lines"] = [alike["lines"][0] | {"line": name} for name in ("A1", "2", "a 01")]
    rows = [as_json(sent(f"{site}-1")), b'{"rma": "RMA-9"', as_json(bad), as_json(sent(f"{site}-3")), as_json(alike)]
    answer = system(b"\n".join(rows)).json()
    assert [each["status"] for each in answer["rows"]] == ["created", "refused", "refused", "created", "refused"]
    assert (answer["rows"][4]["field"], answer["rows"][4]["why"]) == (
        "lines[2].line",
        "line a 01 stands there twice: A1 means the same line.",
    )
    assert (answer["rows"][2]["row"], answer["rows"][2]["rma"], answer["rows"][2]["field"]) == (
        3,
        f"{site}-2",
        "customer",
    )
    assert [row["key"] for row in feed_of(central, site)] == [f"{site}-1", f"{site}-3"]


def test_only_the_sites_own_integrator_may_send(system: Any, bench: Any, central: Any, site: str) -> None:
    body = as_json(sent(f"{site}-1"))
    assert system(body, with_token="").status_code == 401
    assert system(body, with_token="x").status_code == 401
    assert system(body, with_token=bench.token).status_code == 401
    assert system(body, to="elsewhere").status_code == 403
    assert feed_of(central, site) == []


def test_an_integrator_may_do_nothing_else(central: Any, site: str) -> None:
    token = integrators.admit(central.store, "shop", site, NOW)
    headers = {"Authorization": f"Bearer {token}"}
    for path in (f"/v1/sites/{site}/feed", "/v1/returns/RMA-1", "/v1/events"):
        assert httpx.get(central.url + path, headers=headers).status_code == 401


def test_an_order_is_one_sites_and_no_other_site_changes_it(central: Any, site: str) -> None:
    other = f"{site}-b"
    orders.take_in(central.store, site, told(sent(f"{site}-1")))
    (answer,) = orders.take_in(central.store, other, told(sent(f"{site}-1", version=9, title="Dear")))
    assert (answer.status, answer.field) == ("refused", "rma")
    assert "another site's" in answer.why
    assert feed_of(central, other) == []
    with central.store.reading() as connection:
        assert b"Thing" in feed.latest(connection, "order", [f"{site}-1"])[f"{site}-1"]


def test_what_was_told_to_another_site_before_decides_nothing(central: Any, site: str) -> None:
    for at, title in ((site, "Mine"), (f"{site}-b", "Theirs")):
        body = as_json(sent(f"{site}-1", title=title))
        with central.store.writing() as connection:
            # The other site's record has the higher number.
            more = [feed.Change("order", f"{at}-{n}", body) for n in range(2 if at != site else 0)]
            feed.append(connection, at, [*more, feed.Change("order", f"{site}-1", body)])
    with central.store.reading() as connection:
        assert b"Mine" in feed.latest(connection, "order", [f"{site}-1"])[f"{site}-1"]


def test_an_order_moves_when_its_own_site_hands_it_over(central: Any, site: str) -> None:
    other, rma = f"{site}-b", f"{site}-1"
    integrators.admit(central.store, "shop", other, NOW)

    def deliver(at: str, **more: Any) -> str:
        (answer,) = orders.take_in(central.store, at, told(sent(rma) | more))
        return f"{answer.status} {answer.field}".strip()

    assert deliver(site) == "created"
    assert deliver(site, version=2, moved_to=other) == "refused moved_to", "it stands on"
    assert deliver(site, version=2, withdrawn=True, moved_to=f"{site}-no") == "refused moved_to", "no such site"
    assert deliver(site, version=2, withdrawn=True, moved_to=site) == "refused moved_to", "it is there"
    assert deliver(other, version=3) == "refused rma", "not yet"
    assert deliver(site, version=2, withdrawn=True, moved_to=other) == "updated"
    assert deliver(other, version=1, lines=[sent(rma, title="There")["lines"][0]]) == "created"
    assert deliver(site, version=2, withdrawn=True, moved_to=other) == "same", "twice is once"
    assert deliver(site, version=4) == "refused rma", "it is the other's now"
    with central.store.reading() as connection:
        assert b"There" in feed.latest(connection, "order", [rma])[rma]


def test_a_site_may_withdraw_what_its_benches_still_expect_whosever_it_is(central: Any, site: str) -> None:
    other, rma = f"{site}-b", f"{site}-1"
    orders.take_in(central.store, other, told(sent(rma)))
    with central.store.writing() as connection:
        connection.execute(update(order_owner).where(order_owner.c.rma == rma).values(site=site))
    (answer,) = orders.take_in(central.store, other, told(sent(rma, version=2, withdrawn=True)))
    assert answer.status == "updated"
    assert [bytes(row["body"]) for row in feed_of(central, other)][-1] == b"null"


def test_a_dismissed_system_is_refused(system: Any, central: Any, site: str) -> None:
    assert integrators.dismiss(central.store, "shop", site)
    assert system(as_json(sent(f"{site}-1"))).status_code == 401


def test_what_is_no_batch_is_refused_as_a_whole(system: Any) -> None:
    assert system(b"[1,").status_code == 400
    assert system(b"[" * 100_000).status_code == 400
    assert system(b"{}\n" * 2_001).status_code == 413
    assert system(b" " * (8 * 1024 * 1024 + 1)).status_code == 413
    assert statuses(system(b"\xff\xfe\n[1]\nnull")) == ["refused"] * 3
    assert statuses(system(b"")) == []


def test_a_bench_finds_what_came_in(system: Any, bench: Any, tmp_path: Path, site: str) -> None:
    system(as_json(sent(f"{site}-1") | {"trackings": ["1ZE2N61W0306291461"]}))
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    Mirror(bench.client(), copy, bench.site).pull_some()
    assert [each.rma for each in copy.orders("1ZE2N61W0306291461")] == [f"{site}-1"]
    copy.close()


DELIVERIES = st.builds(
    sent,
    st.sampled_from(["RMA-1", "RMA-2", "RMA-3"]),
    version=st.integers(1, 3),
    title=st.sampled_from(["This", "That"]),
    withdrawn=st.booleans(),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), deliveries=st.lists(DELIVERIES, min_size=1, max_size=8))
def test_in_any_order_and_any_chunks_the_same_stands(central: Any, data: Any, deliveries: list[dict[str, Any]]) -> None:
    for _ in range(2):
        site = f"site-{uuid_utils.uuid7().hex}"
        # Each site has RMAs of its own.
        mine = [each | {"rma": f"{site}{each['rma']}"} for each in deliveries]
        again = data.draw(st.permutations(mine + data.draw(st.lists(st.sampled_from(mine), max_size=3))))
        size = data.draw(st.integers(1, len(again)))
        for start in range(0, len(again), size):
            orders.take_in(central.store, site, told(*again[start : start + size]))
        rows = feed_of(central, site)
        before = len(rows)
        orders.take_in(central.store, site, told(*again))
        assert len(feed_of(central, site)) == before
        # In the order in which one stands over another, so that the last is the one that stands.
        read = sorted((each for each in told(*mine) if isinstance(each, Told)), key=lambda each: each[2:4] + each[5:6])
        wanted = {each.order.rma: each.body or b"null" for each in read}
        assert {row["key"]: bytes(row["body"]) for row in rows} == wanted  # type: ignore[call-overload]


def test_two_systems_at_once_leave_one_order(central: Any, site: str) -> None:
    given = told(*(sent(f"{site}-{number}") for number in range(40)))
    answers: list[Answer] = []

    def deliver(rows: list[Told | Answer]) -> None:
        answers.extend(orders.take_in(central.store, site, rows))

    threads = [threading.Thread(target=deliver, args=(rows,)) for rows in (given, given[::-1], given, given[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers].count("created") == 40
    assert [answer.status for answer in answers].count("same") == 120
    assert len(feed_of(central, site)) == 40


def test_a_rehearsal_changes_nothing(central: Any, site: str) -> None:
    rows = told(sent(f"{site}-1"), sent(f"{site}-1", version=2))
    assert [each.status for each in orders.take_in(central.store, site, rows, rehearse=True)] == ["created", "updated"]
    assert feed_of(central, site) == []
    assert central.rows("SELECT * FROM return_order WHERE site = :site", site=site) == []


TEXT = st.text(max_size=70)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(field=st.sampled_from([*sent("RMA-1"), "lines", "trackings"]), value=ANY)
def test_whatever_a_field_holds_it_is_taken_or_named(field: str, value: Any) -> None:
    read = read_json(7, msgspec.json.encode(sent("RMA-1") | {field: value}))
    assert read.row == 7
    if isinstance(read, Answer):
        assert read.status == "refused"
        assert read.field.startswith(field)
        assert read.why.isprintable()
        assert read.why.endswith(".")
    else:
        msgspec.json.encode(read.order).decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rma", "RMA\n1"),
        ("rma", "RMA-1\n"),
        ("rma", "A|B"),
        ("rma", "\u202eRMA"),
        ("rma", ""),
        ("order", "=HYPERLINK(1)"),
        ("order", "x" * 65),
        ("customer", "maria.lopez"),
        ("customer", "m@example.org"),
        ("customer", "15551234567"),
        ("version", -1),
        ("version", 2**63),
        ("updated_at", "2026-04-18T08:00:00"),
        ("updated_at", "0001-01-01T00:00:00+14:00"),
        ("updated_at", "9999-12-31T23:59:59-14:00"),
        ("lines", []),
        ("colour", "red"),
    ],
)
def test_hostile_and_nameless_values_are_refused_by_field(field: str, value: object) -> None:
    read = read_json(1, msgspec.json.encode(sent("RMA-1") | {field: value}))
    assert isinstance(read, Answer)
    assert read.field == field


def test_a_field_within_a_line_is_named_by_its_place() -> None:
    line = sent("RMA-1")["lines"][0]
    for lines, field in (
        ([line, line | {"line": "2", "quantity": 0}], "lines[1].quantity"),
        ([line, line], "lines[1].line"),
        ([{"line": "1"}], "lines[0].sku"),
        ([line | {"gtin": "12"}], "lines[0].gtin"),
        ([line | {"currency": "XXX"}], "lines[0].currency"),
        ([line, line | {"line": "2", "price_minor": 4500}], "lines[1].currency"),
    ):
        read = read_json(1, msgspec.json.encode(sent("RMA-1") | {"lines": lines}))
        assert isinstance(read, Answer)
        assert read.field == field


def test_a_price_is_taken_in_its_own_currency_alone() -> None:
    line = sent("RMA-1")["lines"][0]
    bare = read_json(1, as_json(sent("RMA-1") | {"lines": [line | {"price_minor": 4500}]}))
    assert isinstance(bare, Answer)
    assert bare.why == "a price needs its currency: three capital letters, such as EUR or USD."
    gone = read_json(1, as_json(sent("RMA-1", withdrawn=True) | {"lines": [line | {"price_minor": 4500}]}))
    assert isinstance(gone, Told), "what pays nothing may always be withdrawn"
    priced = read_json(1, as_json(sent("RMA-1") | {"lines": [line | {"price_minor": 4500, "currency": "EUR"}]}))
    assert isinstance(priced, Told)
    assert priced.order.lines[0].product.currency == "EUR"
    assert isinstance(read_json(1, as_json(sent("RMA-1"))), Told), "no price, no currency"


def test_whoever_wrote_a_value_is_told_what_to_write() -> None:
    line = sent("RMA-1")["lines"][0]
    for changes, why in (
        ({"withdrawn": "yes"}, "it must be true or false (in JSON without quotation marks)."),
        ({"lines": [line | {"quantity": 10**9}]}, "it must be at most 10,000."),
        ({"lines": [line | {"quantity": 0}]}, "it must be at least 1."),
        ({"lines": [line | {"quantity": 1.5}]}, "it must be a whole number, in digits alone (in JSON without quota"),
        ({"lines": [line] * 201}, "there may be at most 200 of them."),
        ({"lines": []}, "it must not be empty."),
        ({"rma": ""}, "it must not be empty."),
        ({"rma": "R" * 65}, "it must have at most 64 characters."),
        ({"rma": 7}, "it must be text (in JSON in quotation marks)."),
        ({"trackings": "1Z"}, "it must be a list, in square brackets."),
        ({"updated_at": "18.04.2026"}, "it must be a date and a time with their zone, such as 2026-04-18T08:00:00Z."),
        ({"updated_at": "2026-04-18T08:00:00"}, "it must be a date and a time with their zone, such as 2026-04-18T"),
        ({"kind": "returned"}, "it must be one of return, exchange, warranty, repair, undelivered."),
    ):
        read = read_json(1, msgspec.json.encode(sent("RMA-1") | changes))
        assert isinstance(read, Answer)
        assert read.why.startswith(why)
    assert isinstance(row := read_json(1, b"[]"), Answer) and "curly brackets" in row.why


def test_an_order_without_version_and_moment_is_refused() -> None:
    read = read_json(1, as_json(sent("RMA-1", version=0)))
    assert isinstance(read, Answer)
    assert read.field == "version"


def test_a_pseudonym_is_kept() -> None:
    read = read_json(1, as_json(sent("RMA-1") | {"customer": "c-8f2a91"}))
    assert isinstance(read, Told)
    assert read.order.customer == "c-8f2a91"

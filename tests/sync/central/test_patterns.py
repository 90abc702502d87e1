"""Customers' patterns: counted from distinct facts, told to the benches that expect them, switched off by client."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import sqlalchemy
import uuid_utils
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resources import find
from station.entries import Entry, first_prev, sealed
from station.facts import Recorded, Undone, encode, version_of
from station.local_copy import LocalCopy
from station.receiving.facts import ExceptionRaised, ItemIdentified, ItemWeighed, ParcelArrived, SerialChecked
from station.records import Pattern, PatternSign, ReturnOrder, pattern_key
from sync.central import customers, feed, patterns
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.central.intake import take_in
from sync.central.pattern_rule import Bound, Counted, Rule, Sign, SignKind, level, parse
from sync.central.store import Store
from sync.mirror import Mirror
from sync.wire import Push

NOW = "2026-11-20T08:00:00.000000Z"
SHIPPED = parse(find.read("patterns.toml"))


def of_customer(order: ReturnOrder, customer: str, client: str = "Client") -> ReturnOrder:
    return msgspec.structs.replace(order, customer=customer, client=client)


def received(book: Any, rma: str, match: str = "matched", *more: Recorded) -> str:
    """One parcel of an order with one item in it."""
    arrived = book.arrival("", rma)
    item = f"I-{arrived.parcel}"
    named = ItemIdentified(arrived.parcel, item, "C", match, "Thing", "home", rma=rma, line="1")  # type: ignore[arg-type]
    return str(book.add(arrived, named, *more))


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    yield copy
    copy.close()


@pytest.fixture
def customer() -> str:
    """A pseudonym no other test has."""
    return f"c-{uuid_utils.uuid7().hex[-12:]}"


def told(copy: LocalCopy, customer: str) -> Pattern | None:
    body = copy.kept("pattern", pattern_key("Client", customer))
    return msgspec.json.decode(body, type=Pattern) if body is not None else None


def test_counts_reach_the_bench_that_expects_another_return_and_follow_the_facts(
    bench: Any,
    enrol: Callable[[], Any],
    new_book: Callable[[], Any],
    copy: LocalCopy,
    order: Callable[..., ReturnOrder],
    customer: str,
) -> None:
    orders = [of_customer(order(), customer) for _ in range(4)]
    bench.central.tell(bench.site, *orders)
    mirror = Mirror(bench.client(), copy, bench.site)
    first, second = new_book(), new_book()
    other = enrol()
    received(first, orders[0].rma, "wrong")
    received(first, orders[1].rma)
    bench.client().push(first.push())
    while mirror.pull_some():
        pass
    assert told(copy, customer) is None, "two returns are no pattern"
    txn = received(second, orders[2].rma, "wrong")
    for _ in range(2):  # an answer that was lost brings the push again
        other.client().push(second.push())
    mirror.pull_some()
    seen = told(copy, customer)
    assert seen is not None and (seen.level, seen.returns, seen.ask) == ("look", 3, ())
    assert seen.signs == (PatternSign("another_product", 2, 3),)
    third = received(second, orders[3].rma, "wrong")
    other.client().push(second.push(first=2))
    mirror.pull_some()
    worse = told(copy, customer)
    assert worse is not None and (worse.level, worse.ask) == ("care", ("photo_all", "photo_serial"))
    assert worse.signs == (PatternSign("another_product", 3, 4),)
    second.add(Undone((third,), "item scan"))
    second.add(Undone((txn,), "item scan"))
    other.client().push(second.push(first=3))
    mirror.pull_some()
    assert told(copy, customer) is None


def test_a_site_is_told_of_the_customers_it_expects_and_no_others(
    bench: Any,
    book: Any,
    copy: LocalCopy,
    order: Callable[..., ReturnOrder],
    customer: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    orders = [of_customer(order(), customer) for _ in range(3)]
    bench.central.tell(bench.site, *orders)
    elsewhere = bench.central.enrol(f"E{uuid_utils.uuid7().hex[-10:]}", f"{bench.site}-far")
    client = elsewhere.client()
    try:
        for each in orders:
            received(book, each.rma, "wrong")
        bench.client().push(book.push())
        assert [each.kind for each in client.pull(elsewhere.site, 0, 100).records] == []
        # What the site here was told helps the other as soon as it expects something of the customer.
        fresh = of_customer(order(), customer)
        bench.central.tell(elsewhere.site, fresh)
        assert [each.kind for each in client.pull(elsewhere.site, 0, 100).records] == ["order", "pattern"]
        where = ["--data", str(bench.central.data)]
        where += ["--database", bench.central.database] if bench.central.database else []
        assert main(["patterns", "list", "--site", elsewhere.site, *where]) == 0
        assert f"Client  {customer}  care  another_product 3 of 3  until " in capsys.readouterr().out
        with bench.central.store.writing() as connection:
            feed.append(connection, elsewhere.site, [Change("order", fresh.rma, None)])
        gone = client.pull(elsewhere.site, 2, 100).records
        assert [(each.kind, bytes(each.body)) for each in gone] == [("order", b"null"), ("pattern", b"null")]
    finally:
        client.close()


def test_who_is_far_behind_gets_what_there_is_first(
    bench: Any, enrol: Callable[[], Any], book: Any, order: Callable[..., ReturnOrder], customer: str
) -> None:
    orders = [of_customer(order(), customer) for _ in range(3)]
    bench.central.tell(bench.site, *orders)
    for each in orders:
        received(book, each.rma, "wrong")
    bench.client().push(book.push())
    late = enrol().client()
    there = bench.client().pull(bench.site, 0, 1).head
    assert late.pull(bench.site, 0, there - 1).head == there, "nobody looked for patterns yet"
    kinds = [each.kind for each in late.pull(bench.site, there - 1, 100).records]
    assert kinds[1:] == ["pattern"]


# -- the count ----------------------------------------------------------------------------------------------------

RMAS = [f"RMA-{number}" for number in range(6)]
STATIONS = ["A01", "B02"]
RULES = parse(
    b"window_days = 300\nmin_returns = 2\n"
    + b"".join(
        f'[[sign]]\nkind = "{kind}"\nlook = {{count = 1, percent = 1}}\ncare = {{count = 2, percent = 40}}\n'.encode()
        for kind in get_args(SignKind)
    )
)
# A parcel: its order, how its item is matched (none: nothing in it), the serial's verdict, whether its weight fits.
PARCEL = st.tuples(
    st.sampled_from(RMAS),
    st.sampled_from(["matched", "wrong", "undeclared", ""]),
    st.sampled_from(["", "same", "different"]),
    st.sampled_from([None, True, False]),
    st.booleans(),
)


def story(number: int, parcel: tuple[Any, ...]) -> tuple[list[Recorded], bool]:
    rma, match, verdict, fits, undone = parcel
    name, item = f"P-{number}", f"I-{number}"
    facts: list[Recorded] = [ParcelArrived(name, f"T{number}", "ups", "return", "one", (rma,))]
    if match:
        facts.append(ItemIdentified(name, item, "C", match, "Thing", "home", rma=rma if match != "undeclared" else ""))
        facts += [SerialChecked(item, f"S{number}", verdict)] if verdict else []
        facts += [ItemWeighed(item, 5, 9, fits)] if fits is not None else []
    else:
        facts.append(ExceptionRaised(f"X-{number}", "empty_parcel", "supervisor", parcel=name))
    return facts, undone


def journal_of(station: str, parcels: list[tuple[Any, ...]], at: str = "2026-11-01T10:00:00.000000Z") -> list[Entry]:
    """One transaction a parcel, and one that takes it back where it was undone."""
    said: list[tuple[str, Recorded]] = []
    for number, parcel in enumerate(parcels):
        facts, undone = story(number, parcel)
        said += [(f"{station}-t{number}", fact) for fact in facts]
        said += [(f"{station}-u{number}", Undone((f"{station}-t{number}",), "x"))] if undone else []
    entries: list[Entry] = []
    for seq, (txn, fact) in enumerate(said, 1):
        raw = Entry(
            seq=seq, epoch=station, id=f"{station}-{seq}", txn=txn, at=at,
            mono_ms=seq, boot="b", operator="O", shift="S", type=type(fact).__name__, v=version_of(fact),
            body=encode(fact), prev=b"", hash=b"",
        )  # fmt: skip
        entries.append(sealed(raw, entries[-1].hash if entries else first_prev(station)))
    return entries


def expected(books: list[list[tuple[Any, ...]]]) -> Counted:
    """The same counts, straight from what happened."""
    kept = [parcel for parcels in books for parcel in parcels if not parcel[4]]
    items = [each for each in kept if each[1] in ("matched", "wrong")]
    signs = {
        "another_product": sum(each[1] == "wrong" for each in items),
        "serial_differs": sum(each[2] == "different" for each in items),
        "weight": sum(each[3] is False for each in items),
        "empty_box": sum(not each[1] for each in kept),
    }
    return Counted(len({each[0] for each in kept}), len(items), {kind: n for kind, n in signs.items() if n})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('central') / 'central.sqlite'}")
    yield store
    store.close()


WRONG = [(rma, "wrong", "", None, undone) for undone in (False, True) for rma in RMAS[:3]]


@example((WRONG, WRONG[:2]), [(0, 0, 3), (1, 0, 9), (1, 2, 2)], 0)
@example((WRONG[3:], [(rma, "matched", "", None, False) for rma in RMAS]), [(1, 0, 12), (0, 0, 8)], 0)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.tuples(*(st.lists(PARCEL, min_size=2, max_size=6) for _ in STATIONS)),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(1, 12)), max_size=10),
    st.sampled_from([0, 0, 2, 99]),
)
def test_the_counts_are_a_fold_over_distinct_facts_whatever_comes_again_or_in_which_order(
    store: Store, books: tuple[list[Any], list[Any]], pushes: list[tuple[int, int, int]], orders_after: int
) -> None:
    mark = uuid_utils.uuid7().hex
    site, customer = f"site-{mark}", f"c-{mark}"
    named = {rma: f"{rma}-{mark}" for rma in RMAS}
    parcels = [[(named[each[0]], *each[1:]) for each in book] for book in books]
    journals = [journal_of(f"{name}-{mark}", book) for name, book in zip(STATIONS, parcels, strict=True)]
    acked = [0, 0]

    def push(which: int, back: int, size: int) -> None:
        start = max(0, acked[which] - back)
        part = journals[which][start : start + size]
        if not part:
            return
        station = part[0].epoch
        take_in(store, station, site, Push(part[0].epoch, part[0].seq, NOW, tuple(part)), NOW)
        acked[which] = max(acked[which], part[-1].seq)
        patterns.follow(store, RULES, site, NOW)

    def tell_orders() -> None:
        with store.writing() as connection:
            orders = [ReturnOrder(rma, "Client", "O", (), customer=customer) for rma in named.values()]
            feed.append(connection, site, [Change("order", each.rma, msgspec.json.encode(each)) for each in orders])

    for number, each in enumerate(pushes):
        if number == orders_after:
            tell_orders()
            patterns.follow(store, RULES, site, NOW)
        push(*each)
    if orders_after >= len(pushes):
        tell_orders()
    for which in (1, 0):
        while acked[which] < len(journals[which]):
            push(which, 0, 50)
    patterns.follow(store, RULES, site, NOW)
    with store.reading() as connection:
        found = patterns.count(connection, set(named.values()), "2026-01-01")
        standing = patterns.standing(connection, site)
    wanted = expected(parcels)
    assert (found.returns, found.items, dict(found.signs)) == (wanted.returns, wanted.items, dict(wanted.signs))
    levels = {sign.kind: level(RULES.every, sign, wanted) for sign in RULES.every.sign}
    said = {sign.kind for each in standing for sign in each.signs}
    assert said == {kind for kind, reached in levels.items() if reached is not None}
    assert [each.level for each in standing] == (["care" if "care" in levels.values() else "look"] if said else [])


def told_of_two(store: Store, at: str) -> tuple[str, str, list[str]]:
    """A site, another, and two customers of the first; the goods of the first customer came in at a moment `at`."""
    mark = uuid_utils.uuid7().hex
    site, names = f"site-{mark}", [f"c1-{mark}", f"d2-{mark}"]
    for name, when in zip(names, (at, "2026-11-01T10:00:00.000000Z"), strict=True):
        rmas = [f"{name}-{n}" for n in range(3)]
        orders = [ReturnOrder(rma, "Client", "O", (), customer=name) for rma in rmas]
        with store.writing() as connection:
            feed.append(connection, site, [Change("order", each.rma, msgspec.json.encode(each)) for each in orders])
        entries = journal_of(name, [(rma, "wrong", "", None, False) for rma in rmas], when)
        take_in(store, name, site, Push(name, 1, NOW, tuple(entries)), NOW)
    return site, f"{site}-b", names


@pytest.mark.parametrize("at", ["9999-12-31T00:00:00.000000Z", "soon"])
def test_a_moment_that_is_none_stops_no_pull(store: Store, at: str) -> None:
    site, other, names = told_of_two(store, at)
    for each in (site, other):
        patterns.follow(store, RULES, each, NOW)
    with store.reading() as connection:
        told = {each.customer: each.until for each in patterns.standing(connection, site)}
    assert told == {names[0]: "", names[1]: "2027-08-28"}


def test_a_customer_that_cannot_be_counted_stops_no_pull_and_is_counted_when_something_new_is_said(
    store: Store, expect_log: Callable[[str], None]
) -> None:
    expect_log("a customer cannot be counted: DecodeError")
    site, other, names = told_of_two(store, "2026-11-01T10:00:00.000000Z")
    broken = sqlalchemy.text("UPDATE parcel SET orders = :orders WHERE station = :station")
    station = f"{names[0]}-b"
    entries = journal_of(station, [(f"{names[0]}-0", "", "", None, False)])
    take_in(store, station, site, Push(station, 1, NOW, tuple(entries)), NOW)
    with store.writing() as connection:
        connection.execute(broken, {"orders": "[", "station": station})
    for each in (other, site):
        patterns.follow(store, RULES, each, NOW)
    with store.reading() as connection:
        assert [each.customer for each in patterns.standing(connection, site)] == names[1:]
    with store.writing() as connection:
        connection.execute(broken, {"orders": "[]", "station": station})
        customers.make_due(connection, [customers.Customer("Client", names[0])])
    patterns.follow(store, RULES, site, NOW)
    with store.reading() as connection:
        assert [each.customer for each in patterns.standing(connection, site)] == names


def test_a_customer_may_have_more_orders_than_a_statement_has_parameters(central: Any) -> None:
    with central.store.reading() as connection:
        found = patterns.count(connection, {f"RMA-{number}-none" for number in range(70_000)}, "2026-01-01")
    assert (found.returns, found.items) == (0, 0)


# -- the rule -----------------------------------------------------------------------------------------------------

BOUNDS = st.tuples(st.integers(1, 9), st.integers(1, 100), st.integers(0, 9), st.integers(0, 50))
_RANK = {None: 0, "look": 1, "care": 2}


@given(BOUNDS, st.integers(2, 5), st.integers(0, 12), st.integers(0, 12), st.integers(0, 20))
def test_one_sign_more_never_lowers_a_level(
    bounds: tuple[int, int, int, int], least: int, returns: int, signs: int, others: int
) -> None:
    count, percent, more, higher = bounds
    sign = Sign("weight", Bound(count, percent), Bound(count + more, min(100, percent + higher)))
    rule = Rule(300, least, (sign,))

    def reached(signs: int, items: int, returns: int) -> int:
        return _RANK[level(rule, sign, Counted(returns, items, {"weight": signs}))]

    items = signs + others
    before = reached(signs, items, returns)
    assert reached(signs + 1, items + 1, returns) >= before
    assert reached(signs + 1, items + 1, returns + 1) >= before
    if others:
        assert reached(signs + 1, items, returns) >= before
    if returns < least:
        assert before == 0


def test_a_client_has_its_own_numbers_or_none_at_all() -> None:
    own = parse(find.read("patterns.toml") + b"[client.Tallowby]\non = false\n[client.Lumenfold]\nmin_returns = 9\n")
    counted = Counted(8, 8, {"another_product": 8})
    sign = own.every.sign[0]
    assert level(own.of("Hearthwick"), sign, counted) == "care"
    assert level(own.of("TALLOWBY"), sign, counted) is level(own.of("Lumenfold"), sign, counted) is None
    assert own.of("Lumenfold").sign == SHIPPED.every.sign


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("", "window_days"),
        ("window_days = 9\nmin_returns = 1\nsign = []", "min_returns"),
        ("window_days = 9\nmin_returns = 2\nsign = []\ncolour = 1", "colour"),
        ('[[sign]]\nkind = "liar"', "patterns cannot be read"),
        ("\udcff", "patterns cannot be read"),
        ("x = " + "[" * 200_000, "brackets lie too deep"),
    ],
)
def test_a_rule_that_cannot_be_used_says_what_is_wrong(
    toml: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "patterns.toml"
    file.write_bytes(toml.encode("utf-8", "surrogateescape"))
    assert main(["patterns", "check", str(file), "--data", str(tmp_path / "central")]) == 1
    assert says in capsys.readouterr().err


def test_signs_named_twice_or_upside_down_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sign = '[[sign]]\nkind = "weight"\nlook = {count = 3, percent = 9}\ncare = {count = %d, percent = 9}\n'
    head = "window_days = 9\nmin_returns = 2\n"
    for text, says in ((sign % 3 * 2, "twice"), (sign % 2, "care before look")):
        with pytest.raises(ValueError, match=says):
            parse((head + text).encode())
    good = tmp_path / "patterns.toml"
    good.write_text(head + sign % 4)
    assert main(["patterns", "check", str(good), "--data", str(tmp_path / "central")]) == 0
    assert "sound" in capsys.readouterr().out


def test_time_takes_counts_away_and_a_name_is_no_pseudonym(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "central"
    data.mkdir()
    store = Store(f"sqlite:///{data / 'central.sqlite'}")
    try:
        for customer in ("c-000001", "Anna Example", "anna@example.org"):
            rmas = [f"{customer}-{number}" for number in range(3)]
            orders = [ReturnOrder(rma, "Client", "O", (), customer=customer) for rma in rmas]
            with store.writing() as connection:
                feed.append(connection, "leeds", [Change("order", o.rma, msgspec.json.encode(o)) for o in orders])
            entries = journal_of(customer, [(rma, "wrong", "", None, False) for rma in rmas])
            take_in(store, customer, "leeds", Push(customer, 1, NOW, tuple(entries)), NOW)
            patterns.follow(store, SHIPPED, "leeds", NOW)
        with store.reading() as connection:
            (standing,) = patterns.standing(connection, "leeds")
        assert (standing.customer, standing.until) == ("c-000001", "2027-11-01")
        # Withdrawn orders still count, until the window has gone over them.
        with store.writing() as connection:
            feed.append(connection, "leeds", [Change("order", "c-000001-0", None)])
        patterns.follow(store, SHIPPED, "leeds", NOW)
        assert patterns.recount(store, SHIPPED, NOW) == 1
        with store.reading() as connection:
            assert patterns.standing(connection, "leeds") == [standing]
        patterns.recount(store, SHIPPED, "2027-12-01T00:00:00.000000Z")
        with store.reading() as connection:
            assert patterns.standing(connection, "leeds") == []
        assert main(["patterns", "recount", "--data", str(data)]) == 0
        assert "counted anew: 1 customers" in capsys.readouterr().out
        (data / "patterns.toml").write_text("[")
        assert main(["patterns", "recount", "--data", str(data)]) == 1
        assert main(["serve", "--data", str(data), "--port", "0"]) == 1
        assert capsys.readouterr().err.count("the patterns cannot be read") == 2
    finally:
        store.close()

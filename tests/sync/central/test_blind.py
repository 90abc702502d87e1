"""Blind receipts: kept as they are, and what they may belong to is suggested to a supervisor, once."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from station.receiving.facts import ItemIdentified, SerialChecked
from sync.central import orders
from sync.central.__main__ import main
from sync.central.order_rows import Told, read_json
from tests.conftest import HUNG_S
from tests.sync.central.order_texts import as_json, sent

Enrol = Callable[[], Any]
NewBook = Callable[[], Any]


def suggestions(central: Any, line: str) -> list[dict[str, Any]]:
    rows = central.rows(
        "SELECT rma, why, detail FROM review WHERE kind = 'merge_suggestion' AND line = :line", line=line
    )
    return [row | {"detail": [each["station"] for each in msgspec.json.decode(row["detail"])]} for row in rows]


def test_a_blind_parcel_with_the_number_of_another_is_suggested_whichever_comes_first(
    enrol: Enrol, new_book: NewBook, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    benches, books = [enrol(), enrol(), enrol()], [new_book(), new_book(), new_book()]
    code = f"T-{site}"
    books[0].add(books[0].arrival(code))
    benches[0].client().push(books[0].push())
    central = benches[0].central
    assert suggestions(central, code) == [], "one alone may belong to nothing"
    books[1].add(books[1].arrival(code, f"RMA-{site}"))
    for _ in range(2):  # an answer that was lost brings the push again
        assert {each.status for each in benches[1].client().push(books[1].push()).results} <= {"duplicate"}
    both = [bench.station for bench in benches[:2]]
    assert suggestions(central, code) == [{"rma": f"RMA-{site}", "why": "same_tracking", "detail": both}]
    books[2].add(books[2].arrival(code))
    benches[2].client().push(books[2].push())
    (found,) = suggestions(central, code)
    assert len(found["detail"]) == 3
    where = ["--data", str(central.data)]
    where += ["--database", central.database] if central.database else []
    assert main(["reviews", *where]) == 0
    assert f"merge_suggestion  same_tracking  RMA-{site}  {code}\n" in capsys.readouterr().out


def test_parcels_that_are_all_known_are_no_suggestion(enrol: Enrol, new_book: NewBook, site: str) -> None:
    code = f"T-{site}"
    for _ in range(2):
        book, bench = new_book(), enrol()
        book.add(book.arrival(code, f"RMA-{site}"))
        bench.client().push(book.push())
    assert suggestions(bench.central, code) == []


def test_a_unit_without_an_order_whose_serial_another_has_is_suggested(
    enrol: Enrol, new_book: NewBook, site: str
) -> None:
    serial = f"SN-{site}"
    for rma in (f"RMA-{site}", ""):
        book, bench = new_book(), enrol()
        arrived = book.arrival("", *([rma] if rma else []))
        named = ItemIdentified(arrived.parcel, "I-1", "C", "matched", "Thing", "home", rma=rma, line="1" if rma else "")
        book.add(arrived, named)
        book.add(SerialChecked("I-1", serial, "same"))
        bench.client().push(book.push())
    (found,) = suggestions(bench.central, serial)
    assert (found["rma"], found["why"], len(found["detail"])) == (f"RMA-{site}", "same_serial", 2)


@pytest.mark.parametrize("begin", ["[", '["'])
def test_an_rma_that_begins_like_a_list_is_a_name_all_the_same(
    enrol: Enrol, new_book: NewBook, site: str, begin: str
) -> None:
    serial, order = f"SN-{site}", f'{begin}RMA-{site}"]'
    for rma in (order, ""):
        book, bench = new_book(), enrol()
        arrived = book.arrival("", *([rma] if rma else []))
        named = ItemIdentified(arrived.parcel, "I-1", "C", "matched", "Thing", "home", rma=rma, line="1" if rma else "")
        book.add(arrived, named, SerialChecked("I-1", serial, "same"))
        assert bench.client().push(book.push()).results == ()
    (found,) = suggestions(bench.central, serial)
    assert found["rma"] == order


def test_two_benches_at_the_same_moment_are_seen(enrol: Enrol, new_book: NewBook, site: str) -> None:
    benches, books = [enrol(), enrol()], [new_book(), new_book()]
    codes = [f"T-{site}-{n}" for n in range(10)]
    for book in books:
        for code in codes:
            book.add(book.arrival(code))
    batches = [[book.push(seq, seq) for seq in range(1, len(codes) + 1)] for book in books]
    together = threading.Barrier(2, timeout=HUNG_S)

    def push(which: int) -> None:
        client = benches[which].client()
        for batch in batches[which]:
            together.wait()
            client.push(batch)

    threads = [threading.Thread(target=push, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(suggestions(benches[0].central, code)) for code in codes] == [1] * len(codes)


def announced(rma: str, *trackings: str, serials: tuple[str, ...] = (), version: int = 1, gone: bool = False) -> Told:
    order = sent(rma, version, withdrawn=gone) | {"trackings": trackings}
    order["lines"][0]["serials"] = serials
    told = read_json(1, as_json(order))
    assert isinstance(told, Told), told
    return told


def blind_parcel(bench: Any, book: Any, code: str, *rmas: str) -> None:
    book.add(book.arrival(code, *rmas))
    bench.client().push(book.push())


@pytest.mark.parametrize("order_first", [True, False])
@pytest.mark.parametrize("named", ["T-{}", "RMA-{}", "O-RMA-{}"])
def test_a_blind_parcel_that_an_order_announces_is_suggested_whichever_comes_first(
    enrol: Enrol, new_book: NewBook, site: str, order_first: bool, named: str
) -> None:
    site = site.upper()
    bench, book, code = enrol(), new_book(), named.format(site)
    store, rma = bench.central.store, f"RMA-{site}"
    if not order_first:
        blind_parcel(bench, book, code)
        assert suggestions(bench.central, code) == []
    # As it stands on a paper: a scanner reads no blanks.
    orders.take_in(store, site, [announced(rma, f"T - {site}")])
    if order_first:
        blind_parcel(bench, book, code)
    wanted = [{"rma": rma, "why": "announced_tracking", "detail": [bench.station]}]
    assert suggestions(bench.central, code) == wanted
    orders.take_in(store, site, [announced(rma, f"T - {site}")])
    bench.client().push(book.push())
    assert suggestions(bench.central, code) == wanted


def test_a_unit_whose_serial_an_order_announces_is_suggested_whichever_comes_first(
    enrol: Enrol, new_book: NewBook, site: str
) -> None:
    bench, book = enrol(), new_book()
    for n, order_first in enumerate((True, False)):
        told = announced(f"RMA-{site}-{n}", serials=("SN-0", f"SN-{site}-{n}"))
        if order_first:
            orders.take_in(bench.central.store, site, [told])
        arrived, item = book.arrival(), f"I-{site}-{n}"
        named = ItemIdentified(arrived.parcel, item, "C", "undeclared", "Thing", "home")
        book.add(arrived, named, SerialChecked(item, f"SN-{site}-{n}", "not_known"))
        bench.client().push(book.push())
        if not order_first:
            orders.take_in(bench.central.store, site, [told])
        (found,) = suggestions(bench.central, f"SN-{site}-{n}")
        assert (found["rma"], found["why"]) == (f"RMA-{site}-{n}", "announced_serial")


def test_what_an_order_announces_no_more_or_has_already_is_no_suggestion(
    enrol: Enrol, new_book: NewBook, site: str
) -> None:
    bench, book = enrol(), new_book()
    store = bench.central.store
    orders.take_in(store, site, [announced(f"RMA-{site}-1", f"T1-{site}"), announced(f"RMA-{site}-2", f"T2-{site}")])
    orders.take_in(store, site, [announced(f"RMA-{site}-1", version=2)])
    orders.take_in(store, site, [announced(f"RMA-{site}-2", f"T2-{site}", version=2, gone=True)])
    for code in (f"T1-{site}", f"T2-{site}", f"T3-{site}"):
        blind_parcel(bench, book, code.upper())
        assert suggestions(bench.central, code.upper()) == []
    blind_parcel(bench, book, f"T3-{site}".upper(), f"RMA-{site}-3")
    orders.take_in(store, site, [announced(f"RMA-{site}-3", f"T3-{site}")])
    (found,) = suggestions(bench.central, f"T3-{site}".upper())
    assert (found["rma"], found["why"]) == (f"RMA-{site}-3", "same_tracking")


def test_an_order_and_its_blind_parcel_at_the_same_moment_find_each_other(
    enrol: Enrol, new_book: NewBook, site: str
) -> None:
    bench, book = enrol(), new_book()
    codes = [f"T-{site}-{n}".upper() for n in range(10)]
    for code in codes:
        book.add(book.arrival(code))
    batches = [book.push(seq, seq) for seq in range(1, len(codes) + 1)]
    together = threading.Barrier(2, timeout=HUNG_S)

    def push() -> None:
        client = bench.client()
        for batch in batches:
            together.wait()
            client.push(batch)

    def tell() -> None:
        for n, code in enumerate(codes):
            together.wait()
            orders.take_in(bench.central.store, site, [announced(f"RMA-{site}-{n}", code)])

    threads = [threading.Thread(target=each) for each in (push, tell)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(suggestions(bench.central, code)) for code in codes] == [1] * len(codes)

"""Blind receipts: kept as they are, and what they may belong to is suggested to a supervisor, once."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from station.facts import ItemIdentified, SerialChecked
from sync.central.__main__ import main
from tests.conftest import HUNG_S

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

"""Receipts of a parcel's code: those of exactly this code, until their arrival was taken back."""

from typing import Any

from station.facts import Undone
from sync.central import receipts


def test_receipts_are_those_of_this_code_and_no_other(central: Any, bench: Any, book: Any, site: str) -> None:
    code = f"1Z_{site}"
    txn = book.add(book.arrival(code))
    for other in (code.lower(), f"{code}|x", f"1Zx{site}", f"{code}0"):
        book.add(book.arrival(other))
    client = bench.client()
    client.push(book.push())

    def known(*codes: str) -> list[str]:
        with central.store.reading() as connection:
            return [each.code for each in receipts.known(connection, codes)]

    assert known(code) == [code]
    assert known(code, f"{code}0", "\0", "none") == [code, f"{code}0"]
    assert known() == []
    book.add(Undone((txn,), "wrong parcel"))
    client.push(book.push(book.journal.last_seq))
    assert known(code) == []

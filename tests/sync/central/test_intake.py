"""What central makes of a push: every entry has a verdict, nothing is lost or doubled, on both databases."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from station.entries import Entry, first_prev, hash_of, sealed
from station.facts import Undone
from station.records import Receipt, ReturnOrder
from sync.central.marks import CAME_LATER
from sync.client import Gap
from sync.errors import Refused
from sync.wire import Digest, Push, Quarantine, digest_of

NewBook = Callable[[], Any]
Enrol = Callable[[], Any]


def changed(push: Push, place: int, **changes: Any) -> Push:
    """The push with one entry changed and the chain after it made whole again."""
    entries = list(push.entries)
    entries[place] = msgspec.structs.replace(entries[place], **changes)
    for number in range(place, len(entries)):
        prev = entries[number - 1].hash if number else entries[0].prev
        entries[number] = sealed(entries[number], prev)
    return msgspec.structs.replace(push, entries=tuple(entries))


def salvaged(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries as a salvaged journal says them: in a new epoch, numbered and chained anew."""
    epoch, again = "f" * 32, []
    prev = first_prev(epoch)
    for seq, entry in enumerate(entries, start=1):
        again.append(sealed(msgspec.structs.replace(entry, seq=seq, epoch=epoch), prev))
        prev = again[-1].hash
    return tuple(again)


def aside(bench: Any) -> list[tuple[int, str]]:
    rows = bench.central.rows("SELECT seq, code FROM quarantine WHERE station = :station", station=bench.station)
    return [(row["seq"], row["code"]) for row in rows]


def digest_of_entries(entries: Sequence[Entry]) -> Digest:
    return digest_of(int.from_bytes(entry.hash[:8], "big") for entry in entries)


def test_what_was_pushed_is_there_byte_for_byte(bench: Any, book: Any) -> None:
    book.parcels(7)
    answer = bench.client().push(book.push())
    assert (answer.acked, answer.results) == (7, ())
    kept = bench.events()
    assert [row["seq"] for row in kept] == list(range(1, 8))
    assert [bytes(row["body"]) for row in kept] == [entry.body for entry in book.push().entries]
    assert {row["status"] for row in kept} == {"ok"}


def test_the_same_again_is_a_duplicate_and_changes_nothing(bench: Any, book: Any) -> None:
    book.parcels(5)
    client = bench.client()
    client.push(book.push())
    before = bench.central.rows("SELECT * FROM parcel WHERE station = :station ORDER BY parcel", station=bench.station)
    for first, last in ((1, 5), (2, 3), (5, 5)):
        answer = client.push(book.push(first, last))
        assert answer.acked == 5
        assert [verdict.status for verdict in answer.results] == ["duplicate"] * (last - first + 1)
    book.parcels(2)
    answer = client.push(book.push(4, 7))
    assert (answer.acked, [verdict.seq for verdict in answer.results]) == (7, [4, 5])
    after = bench.central.rows("SELECT * FROM parcel WHERE station = :station ORDER BY parcel", station=bench.station)
    assert after[:5] == before
    assert len(after) == 7


def test_batches_out_of_order_are_sent_back_to_the_mark(bench: Any, book: Any) -> None:
    book.parcels(9)
    client = bench.client()
    assert client.push(book.push(4, 6)) == Gap(0)
    assert client.push(book.push(1, 3)).acked == 3
    assert client.push(book.push(7, 9)) == Gap(3)
    assert client.push(book.push(4, 9)).acked == 9
    assert len(bench.events()) == 9


def test_an_empty_push_asks_for_the_mark(bench: Any, book: Any) -> None:
    book.parcels(2)
    client = bench.client()
    client.push(book.push())
    assert client.push(Push(book.journal.epoch, 3, "", ())).acked == 2


def test_another_entry_under_an_old_number_is_a_fork(bench: Any, new_book: NewBook) -> None:
    book, other = new_book(), new_book()
    book.parcels(3)
    other.parcels(3)
    client = bench.client()
    client.push(book.push())
    copy = msgspec.structs.replace(other.push(), epoch=book.journal.epoch)
    with pytest.raises(Refused, match="fork") as refused:
        client.push(copy)
    assert refused.value.code == "fork"
    assert len(bench.events()) == 3


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"type": "ParcelBlessed", "body": b'{"t":"ParcelBlessed"}'}, "held", "type_unknown"),
        ({"v": 99}, "held", "type_unknown"),
        ({"body": b"{}"}, "quarantined", "body_invalid"),
        ({"body": b"\xff\xfe"}, "quarantined", "body_invalid"),
        ({"body": b'{"t":"SignedOut","badge":"B"}'}, "quarantined", "type_differs"),
        ({"epoch": "another"}, "quarantined", "epoch_differs"),
        ({"mono_ms": 2**63}, "quarantined", "cannot_be_applied"),
        (
            {
                "type": "LineMissing",
                "body": b'{"t":"LineMissing","parcel":"P","rma":"R","line":"1","quantity":-99}',
            },
            "quarantined",
            "body_invalid",
        ),
        ({"operator": "BDG\0-1"}, "quarantined", "text_invalid"),
    ],
)
def test_a_strange_entry_gets_its_verdict_and_holds_up_nobody(
    bench: Any, book: Any, changes: dict[str, Any], status: str, code: str
) -> None:
    book.parcels(5)
    answer = bench.client().push(changed(book.push(), 2, **changes))
    assert answer.acked == 5
    assert [(verdict.seq, verdict.status, verdict.code) for verdict in answer.results] == [(3, status, code)]
    kept = {row["seq"]: row["status"] for row in bench.events()}
    aside = bench.central.rows("SELECT seq, code, raw FROM quarantine WHERE station = :station", station=bench.station)
    assert {seq for seq, each in kept.items() if each == "ok"} == {1, 2, 4, 5}
    if status == "held":
        assert (kept[3], aside) == ("held", [])
    else:
        assert [(row["seq"], row["code"]) for row in aside] == [(3, code)]
        assert msgspec.json.decode(bytes(aside[0]["raw"]))["seq"] == 3
    again = bench.client().push(changed(book.push(), 2, **changes))
    assert [each.status for each in again.results] == ["duplicate", "duplicate", status, "duplicate", "duplicate"]


def test_a_changed_entry_is_set_aside_and_the_chain_goes_on(bench: Any, book: Any) -> None:
    book.parcels(4)
    push = book.push()
    entries = list(push.entries)
    entries[1] = msgspec.structs.replace(entries[1], operator="BDG-9")
    answer = bench.client().push(msgspec.structs.replace(push, entries=tuple(entries)))
    assert [(each.seq, each.code) for each in answer.results] == [(2, "hash_wrong")]
    entries[1] = msgspec.structs.replace(entries[1], hash=hash_of(entries[1]))
    assert answer.acked == 4
    assert [row["seq"] for row in bench.events()] == [1, 3, 4]


def test_a_torn_chain_is_seen(bench: Any, book: Any) -> None:
    book.parcels(3)
    first, second, third = book.push().entries
    torn = sealed(second, b"\1" * 32)
    answer = bench.client().push(Push(book.journal.epoch, 1, "", (first, torn, sealed(third, torn.hash))))
    assert [(each.seq, each.code) for each in answer.results] == [(2, "chain_broken")]
    assert [row["seq"] for row in bench.events()] == [1, 3]


def test_an_entry_that_follows_another_than_centrals_last_is_a_fork(bench: Any, book: Any) -> None:
    """A copy of the journal lacks what the other one sent last; all that it says comes again in a new epoch."""
    book.parcels(3)
    client = bench.client()
    client.push(book.push(1, 1))
    other = sealed(book.push(2, 2).entries[0], b"\1" * 32)
    with pytest.raises(Refused, match="fork") as refused:
        client.push(Push(book.journal.epoch, 2, "", (other,)))
    assert (refused.value.code, refused.value.acked) == ("fork", 1)
    assert aside(bench) == []
    assert client.push(book.push(2, 3)).acked == 3


def test_what_is_put_away_though_central_has_it_is_no_second_fact(bench: Any, book: Any) -> None:
    """A salvaged journal says it again, and central fails at it this time, or the line to it does."""
    book.parcels(2)
    client = bench.client()
    client.push(book.push())
    first, second = salvaged(book.push().entries)
    away = Quarantine(first.epoch, 1, first.id, first.hash, msgspec.json.encode(first))
    assert [each.status for each in client.put_away(away).results] == ["duplicate"]
    assert client.put_away(away).acked == 1
    assert aside(bench) == []
    assert client.push(Push(first.epoch, 2, "", (second,))).acked == 2
    assert client.journal_digest(first.epoch, 0, 2).digest == digest_of_entries([first, second])


def test_what_was_put_away_and_comes_again_is_kept_and_needs_nobody(bench: Any, book: Any) -> None:
    book.parcels(3)
    client = bench.client()
    first, second, third = book.push().entries
    away = Quarantine(first.epoch, 1, first.id, first.hash, msgspec.json.encode(first))
    client.put_away(away)
    client.push(book.push(2, 3))
    assert aside(bench) == [(1, "central_failed")]
    again = salvaged((first, second, third))
    answer = client.push(Push(again[0].epoch, 1, "", again))
    assert [(each.seq, each.status) for each in answer.results] == [(2, "duplicate"), (3, "duplicate")]
    assert sorted(row["id"] for row in bench.events()) == sorted(each.id for each in again)
    assert aside(bench) == [(1, CAME_LATER)]
    assert [each.status for each in client.push(book.push()).results] == ["duplicate"] * 3
    assert client.journal_digest(first.epoch, 0, 3).digest == digest_of_entries([first, second, third])


def test_an_id_used_again_with_other_words_is_set_aside(bench: Any, book: Any) -> None:
    book.parcels(3)
    push = book.push()
    first = push.entries[0].id
    answer = bench.client().push(changed(push, 2, id=first))
    assert [(each.seq, each.code) for each in answer.results] == [(3, "id_reused")]
    assert [row["seq"] for row in bench.events()] == [1, 2]


def test_what_was_taken_stays_taken_when_another_comes_under_its_number(bench: Any, book: Any) -> None:
    book.parcels(2)
    push, client = book.push(), bench.client()
    client.push(push)
    other = sealed(msgspec.structs.replace(push.entries[1], operator="BDG-9"), push.entries[0].hash)
    forged = Push(push.epoch, 2, "", (other,))
    for _ in range(2):
        assert [(each.seq, each.code) for each in client.push(forged).results] == [(2, "id_reused")]
        assert {(each.status, each.code) for each in client.push(push).results} == {("duplicate", "")}


def test_a_salvaged_journal_says_again_what_central_has_and_nothing_is_doubled(bench: Any, book: Any) -> None:
    """A salvage begins a new epoch and sends every entry again under its old id, but for those that were lost."""
    book.parcels(4)
    client = bench.client()
    client.push(book.push(1, 3))
    entries = salvaged([book.push().entries[place] for place in (0, 2, 3)])
    again = Push(entries[0].epoch, 1, "", entries)
    answer = client.push(again)
    assert (answer.acked, [(each.seq, each.status) for each in answer.results]) == (
        3,
        [(1, "duplicate"), (2, "duplicate")],
    )
    assert [row["id"] for row in bench.events()] == [entry.id for entry in book.push().entries]
    answer = client.push(again)
    assert {each.status for each in answer.results} == {"duplicate"}
    assert len(bench.events()) == 4


def test_a_text_that_only_one_database_can_hold_never_stops_the_rest(bench: Any, book: Any) -> None:
    book.parcels(3)
    nul = book.push().entries[1].body.replace(b'"carrier":"ups"', b'"carrier":"u\\u0000s"')
    answer = bench.client().push(changed(book.push(), 1, body=nul))
    assert answer.acked == 3
    assert {1, 3} <= {row["seq"] for row in bench.events() if row["status"] == "ok"}


def test_raw_bytes_can_be_put_away_and_the_next_entry_comes(bench: Any, book: Any) -> None:
    book.parcels(3)
    client = bench.client()
    client.push(book.push(1, 1))
    poison = book.push(2, 2).entries[0]
    raw = Quarantine(book.journal.epoch, 2, poison.id, poison.hash, b"\x00raw\xff")
    assert client.put_away(raw).acked == 2
    assert client.put_away(raw).acked == 2
    assert client.push(book.push(3, 3)).acked == 3
    assert [row["seq"] for row in bench.events()] == [1, 3]


def test_a_station_speaks_for_itself_only(bench: Any, enrol: Enrol, book: Any) -> None:
    book.parcels(1)
    other = enrol()
    other.token = bench.token
    with pytest.raises(Refused, match="other_station"):
        other.client().push(book.push())
    other.token = "made up"
    with pytest.raises(Refused, match="token_unknown"):
        other.client().push(book.push())


def test_arrivals_are_told_to_the_other_benches_and_taken_back(bench: Any, book: Any, site: str) -> None:
    client = bench.client()
    txn = book.add(book.arrival("1Z999"))
    book.add(book.arrival("1Z888"))
    client.push(book.push())
    page = client.pull(site, 0, 100)
    told = [msgspec.json.decode(record.body, type=Receipt) for record in page.records]
    assert [(each.code, each.parcel, each.bench) for each in told] == [
        ("1Z999", "P-1", bench.station),
        ("1Z888", "P-2", bench.station),
    ]
    book.add(Undone((txn,), "parcel scan"))
    client.push(book.push(3, 3))
    after = client.pull(site, page.to_seq, 100)
    assert [(record.key, bytes(record.body)) for record in after.records] == [(page.records[0].key, b"null")]


def test_two_benches_on_one_line_are_both_kept_and_reviewed_once(
    enrol: Enrol, new_book: NewBook, order: Callable[..., ReturnOrder], site: str
) -> None:
    first, second, expected = enrol(), enrol(), order()
    first.central.tell(site, expected)
    books = [new_book(), new_book()]
    for each in books:
        each.item(expected.rma)
    assert first.client().push(books[0].push()).results == ()
    answer = second.client().push(books[1].push())
    assert [(each.seq, each.status, each.code) for each in answer.results] == [(2, "conflict", "duplicate_receipt")]
    books[1].item(expected.rma)
    second.client().push(books[1].push(3, 4))
    reviews = first.central.rows("SELECT line, why FROM review WHERE rma = :rma", rma=expected.rma)
    assert reviews == [{"line": "1", "why": "beyond_quantity"}]
    assert len(first.central.rows("SELECT item FROM item WHERE rma = :rma", rma=expected.rma)) == 3


def test_two_benches_within_the_quantity_are_no_conflict(
    enrol: Enrol, new_book: NewBook, order: Callable[..., ReturnOrder], site: str
) -> None:
    expected = order(quantity=2)
    benches = [enrol(), enrol()]
    benches[0].central.tell(site, expected)
    for bench in benches:
        book = new_book()
        book.item(expected.rma)
        assert bench.client().push(book.push()).results == ()


def test_one_serial_at_two_benches_is_reviewed(
    enrol: Enrol, new_book: NewBook, order: Callable[..., ReturnOrder], site: str
) -> None:
    expected = order(quantity=5, serials=("SN1",))
    benches = [enrol(), enrol()]
    benches[0].central.tell(site, expected)
    for bench in benches:
        book = new_book()
        book.item(expected.rma, serial="SN1")
        bench.client().push(book.push())
    reviews = benches[0].central.rows("SELECT why FROM review WHERE rma = :rma", rma=expected.rma)
    assert reviews == [{"why": "same_serial"}]


def test_benches_at_the_same_moment_are_reviewed_too(
    enrol: Enrol, new_book: NewBook, order: Callable[..., ReturnOrder], site: str
) -> None:
    """One unit came before; two more at once are one too many, though each bench alone would be in its right."""
    expected = [order(quantity=2) for _ in range(12)]
    benches = [enrol(), enrol(), enrol()]
    benches[0].central.tell(site, *expected)
    clients = [bench.client() for bench in benches]
    books = [new_book() for _ in benches]
    for book in books:
        for each in expected:
            book.item(each.rma)
    clients[0].push(books[0].push())
    together = threading.Barrier(2)

    def push(number: int) -> None:
        for seq in range(1, 2 * len(expected), 2):
            batch = books[number].push(seq, seq + 1)
            together.wait()
            clients[number].push(batch)

    threads = [threading.Thread(target=push, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    central = benches[0].central
    for each in expected:
        assert len(central.rows("SELECT item FROM item WHERE rma = :rma", rma=each.rma)) == 3
        assert central.rows("SELECT why FROM review WHERE rma = :rma", rma=each.rma) == [{"why": "beyond_quantity"}]

"""What benches of a site are told of each other's exceptions, and what each of them then shows."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uuid_utils
from hypothesis import given, settings
from hypothesis import strategies as st

from station import facts as f
from station.bins.facts import BinCheckBegan, BinChecked, BinCheckLeft, BinMerged, BinStepTakenBack
from station.exceptions import of_site
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.exceptions.kinds import read_kinds
from station.exceptions.of_site import queue_of_site
from station.exceptions.queue import Waiting
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.moments import now, utc
from station.shifts.facts import BinMoved, CountBegan, CountCalledOff, CountEnded
from sync.central import exceptions, feed, integrators, tokens
from sync.central.__main__ import main
from sync.central.intake import put_away, take_in
from sync.central.store import Store
from sync.wire import Push, Quarantine

KINDS = read_kinds()
AT = "2026-11-20T08:00:00.000000Z"


class Bench:
    """A bench without a person or a courier: a journal, a copy of the site's feed, and central beside it."""

    def __init__(self, folder: Path, store: Store, site: str, station: str, stack: ExitStack) -> None:
        folder.mkdir()
        self.station, self._store, self.site = station, store, site
        self.journal = stack.enter_context(Journal.open(folder / "station.sqlite", station))
        self.copy = LocalCopy.open(folder / "expected.sqlite")
        stack.callback(self.copy.close)
        self._pushed = 0
        tokens.enrol(store, station, site, AT)

    def say(self, *facts: f.Recorded, badge: str = "BDG-9001") -> str:
        return self.journal.append(facts, operator=badge, shift="S-1").txn

    def push(self) -> None:
        entries = self.journal.entries(self._pushed, 500)
        if entries:
            self._pushed = entries[-1].seq
            push = Push(self.journal.epoch, entries[0].seq, now(), tuple(entries))
            answer = take_in(self._store, self.station, self.site, push, now())
            assert answer.results == ()

    def pull(self) -> None:
        with self._store.reading() as connection:
            page = feed.page(connection, self.site, self.copy.cursor(), 1000, AT)
        records = [Record(each.seq, each.kind, each.key, each.body) for each in page.records]
        self.copy.apply(page.from_seq, page.to_seq, records)

    def waiting(self) -> tuple[Waiting, ...]:
        notes = tuple(of_site.readable(self.copy.kept_below(of_site.KIND, "")))
        with self.journal.reading() as connection:
            return queue_of_site(connection, self.station, KINDS, now(), (), notes)

    def shows(self) -> list[tuple[str, bool]]:
        return sorted((each.exception, bool(each.conflict)) for each in self.waiting())


Site = Callable[..., list[Bench]]


@pytest.fixture
def benches(tmp_path: Path, shared_store: Store) -> Iterator[Site]:
    """Makes benches of one site; a second call makes another site's."""
    with ExitStack() as stack:

        def make(*names: str) -> list[Bench]:
            site = f"site-{uuid_utils.uuid7().hex[-12:]}"
            return [Bench(tmp_path / f"{site}-{each}", shared_store, site, _own(each), stack) for each in names]

        yield make


def _own(name: str) -> str:
    """A station's name that no other test has: the database is shared."""
    return f"{name}-{uuid_utils.uuid7().hex[-12:]}"


def together(*benches: Bench) -> None:
    for each in benches:
        each.push()
    for each in benches:
        each.pull()


def raised(bench: Bench, n: int = 1) -> str:
    """A parcel with an item on hold in a bin; returns the exception's name."""
    exception, parcel, item = f"E-{bench.station}-{n}", f"P-{bench.station}-{n}", f"I-{bench.station}-{n}"
    bench.say(f.ParcelArrived(parcel, "1Z1", "ups", "unknown", "none"))
    bench.say(f.ItemIdentified(parcel, item, "c", "undeclared", "Shoe", "footwear"))
    bench.say(f.PhotoTaken(item, "front", "ab" * 32, 9), f.PlateAllotted(item, f"LPN{bench.station}"))
    bench.say(f.ExceptionRaised(exception, "held", "client", parcel, item))
    return exception


def test_what_waits_at_one_bench_is_seen_at_the_others_with_its_evidence(benches: Site) -> None:
    a, b = benches("A", "B")
    exception = raised(a)
    together(a, b)
    (here,), (there,) = a.waiting(), b.waiting()
    assert (here.bench, there.bench) == ("", a.station)
    same = ("exception", "kind", "owner", "code", "title", "plate", "photos", "raised_at", "hours")
    assert [getattr(here, name) for name in same] == [getattr(there, name) for name in same]
    assert "release" in here.fitting and set(there.fitting) <= set(KINDS.anywhere), "the goods are not here"
    a.say(f.Placed(here.item, here.plate, "BIN-HOLD-01"))
    together(a, b)
    assert b.waiting()[0].bin == "BIN-HOLD-01"
    a.say(ExceptionTaken(exception, "BDG-9002"))
    together(a, b)
    assert b.waiting()[0].taken_by == "BDG-9002"
    b.say(ExceptionTaken(exception, "BDG-9003"))
    assert b.waiting()[0].taken_by == "BDG-9003", "its own word is later than what it was told"
    together(a, b)
    assert a.waiting()[0].taken_by == "BDG-9003"


def test_where_goods_lie_follows_their_bin_when_it_is_emptied_or_leaves_and_back(benches: Site) -> None:
    a, b = benches("A", "B")
    raised(a)
    (here,) = a.waiting()
    a.say(f.BinOpened("BIN-1", "hold"), f.BinOpened("BIN-2", "hold"))
    a.say(f.Placed(here.item, here.plate, "BIN-1"))

    def lies() -> set[str]:
        together(a, b)
        return {bench.waiting()[0].bin for bench in (a, b)}

    assert lies() == {"BIN-1"}
    merged = a.say(BinMerged("BIN-1", 0, "BIN-2", 0, 1))
    assert lies() == {"BIN-2"}
    a.say(BinStepTakenBack("merged", merged, "BIN-1"))
    assert lies() == {"BIN-1"}
    moved = a.say(BinMoved("BIN-1", 1, "DOCK"))
    assert lies() == {""}, "it left with its bin"
    a.say(BinStepTakenBack("moved", moved, "BIN-1", 1))
    assert lies() == {"BIN-1"}


def test_nobody_is_told_where_goods_lie_while_their_bench_counts_blind(benches: Site, shared_store: Store) -> None:
    a, b = benches("A", "B")
    raised(a)
    (here,) = a.waiting()
    a.say(f.ShiftOpened("S-1", "Bench"), f.BinOpened("BIN-1", "hold"), f.Placed(here.item, here.plate, "BIN-1"))
    a.say(f.ExceptionRaised(f"E-{a.station}-2", "bin_differs", "supervisor", detail="BIN-1 | LPN1 | - | -"))

    def told() -> list[set[tuple[str, bool]]]:
        together(a, b)
        with shared_store.reading() as connection:
            at_central = exceptions.waiting(connection, a.site, KINDS, now())
        lists = (a.waiting(), b.waiting(), at_central)
        return [{(each.bin, bool(each.detail)) for each in one} for one in lists]

    seen, hidden = {("BIN-1", False), ("", True)}, {("", False)}
    assert told() == [seen] * 3
    for begin, end in (
        (BinCheckBegan("BIN-1", 1), BinChecked("BIN-1", 1, 1)),
        (BinCheckBegan("BIN-1", 2), BinCheckLeft("BIN-1", 2)),
        (CountBegan("S-1"), CountCalledOff("S-1")),
        (CountBegan("S-1"), CountEnded("S-1")),
    ):
        a.say(begin)
        assert told() == [hidden] * 3
        a.say(end)
        assert told() == [seen] * 3


def test_what_others_decided_hides_nothing_that_waits(benches: Site) -> None:
    """A bench of which much is decided elsewhere still shows what came later."""
    a, b = benches("A", "B")
    first = [f.ExceptionRaised(f"E-{a.station}-{n}", "held", "client") for n in range(201)]
    a.say(*first)
    together(a, b)
    b.say(*(ExceptionDecided(each.exception, 1, "accept", "seen", "BDG-9001") for each in first))
    together(a, b)
    a.say(f.ExceptionRaised(f"E-{a.station}-last", "held", "client"))
    together(a, b)
    assert a.shows() == b.shows() == [(f"E-{a.station}-last", False)]


def test_a_decision_counts_at_every_bench_wherever_it_was_made(benches: Site) -> None:
    a, b, c = benches("A", "B", "C")
    first, second = raised(a), raised(a, 2)
    together(a, b, c)
    b.say(ExceptionDecided(first, 1, "accept", "seen", "BDG-9001"))
    a.say(ExceptionDecided(second, 1, "release", "seen", "BDG-9001", "resale"))
    together(a, b, c)
    assert [each.waiting() for each in (a, b, c)] == [(), (), ()]
    b.say(DecisionTakenBack(first, 1, "BDG-9001"))
    together(a, b, c)
    assert [each.shows() for each in (a, b, c)] == [[(first, False)]] * 3


def test_benches_that_decide_otherwise_while_away_both_see_the_conflict(benches: Site) -> None:
    a, b = benches("A", "B")
    exception = raised(a)
    together(a, b)
    a.say(ExceptionDecided(exception, 1, "release", "seen", "BDG-9001", "resale"))
    b.say(ExceptionDecided(exception, 1, "reject", "seen", "BDG-9002"))
    assert (a.shows(), b.shows()) == ([], [])
    together(a, b)
    together(a, b)
    assert a.shows() == b.shows() == [(exception, True)]
    assert [each.decision for each in a.waiting()[0].conflict] == ["release", "reject"], "the first stands first"
    b.say(DecisionTakenBack(exception, 1, "BDG-9002"))
    together(a, b)
    assert (a.shows(), b.shows()) == ([], [])


def test_an_exception_that_was_undone_is_gone_everywhere(benches: Site) -> None:
    a, b = benches("A", "B")
    a.say(f.ParcelArrived("P1", "1Z1", "ups", "unknown", "none"))
    txn = a.say(f.ExceptionRaised("E1", "unknown_parcel", "supervisor", "P1"))
    together(a, b)
    assert b.shows() == [("E1", False)]
    a.say(f.Undone((txn,), "wrong parcel"))
    together(a, b)
    assert b.shows() == []


def test_another_site_hears_and_decides_nothing(benches: Site) -> None:
    (a,), (far,) = benches("A"), benches("B")
    exception = raised(a)
    a.push()
    far.say(ExceptionDecided(exception, 1, "accept", "seen", "BDG-9001"))
    together(a, far)
    assert (a.shows(), far.shows()) == ([(exception, False)], [])


def test_a_record_of_a_newer_central_is_passed_over(benches: Site) -> None:
    a, b = benches("A", "B")
    raised(a)
    together(a, b)
    bodies = b.copy.kept_below(of_site.KIND, "")
    assert len(list(of_site.readable([b'{"kind":3}', *bodies, b"null"]))) == 1


def test_central_has_one_queue_of_all_benches_with_what_nobody_raised_and_what_it_set_aside(
    benches: Site, shared_store: Store
) -> None:
    a, b = benches("A", "B")
    (far,) = benches("C")
    exception = raised(a)
    raised(far)
    b.say(f.ParcelArrived("P9", "1Z9", "ups", "unknown", "none"), f.PlateAllotted("I9", "LPN9"))
    for each in (a, b, far):
        each.push()
    put_away(shared_store, b.station, Quarantine(b.journal.epoch, 3, "x", b"h", b"raw"), AT)
    later = utc(datetime.now(UTC) + timedelta(hours=30))
    with shared_store.reading() as connection:
        found = exceptions.waiting(connection, a.site, KINDS, later)
    assert [each.raised_at for each in found] == sorted(each.raised_at for each in found)
    assert sorted((each.bench, each.kind) for each in found) == [
        *((a.station, kind) for kind in ("held", "late_parcel", "printer_doubt")),
        *((b.station, kind) for kind in ("fact_refused", "late_parcel", "printer_doubt")),
    ]
    assert exception in {each.exception for each in found}
    assert found[0].raised_at == AT, "its clock runs from when it came"


def test_the_queue_is_printed_for_people_machines_and_spreadsheets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'central.sqlite'}")) as store, ExitStack() as stack:
        bench = Bench(tmp_path / "a", store, "leeds", "A01", stack)
        bench.say(f.ExceptionRaised("E-A01-1", "unknown_parcel", "supervisor", detail="=1+1"))
        bench.push()
    for form, says in (("text", "at A01"), ("json", '"bench": "A01"'), ("csv", "A01,'=1+1")):
        assert main(["exceptions", "--site", "leeds", "--form", form, "--data", str(tmp_path)]) == 0
        assert says in capsys.readouterr().out
    assert main(["exceptions", "--site", "york", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Nothing waits for a decision.\n"


def test_a_system_of_the_site_reads_the_queue_at_the_door(central: Any, bench: Any, book: Any, site: str) -> None:
    book.add(f.ExceptionRaised("E-A01-1", "unknown_parcel", "supervisor", detail="1Z1"))
    book.add(f.ExceptionRaised("E-A01-2", "unknown_parcel", "supervisor", detail="1Z2"))
    bench.client().push(book.push())
    token = integrators.admit(central.store, "board", site, AT, ["supervise"])
    found = httpx.get(
        f"{central.url}/v1/sites/{site}/exceptions?limit=1", headers={"Authorization": f"Bearer {token}"}
    ).json()
    assert (found["count"], [each["detail"] for each in found["exceptions"]]) == (2, ["1Z1"])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_time_is_no_fault_of_ours(central: Any, site: str, day: str) -> None:
    token = integrators.admit(central.store, "board", site, AT, ["supervise"])
    asked = httpx.get(f"{central.url}/v1/sites/{site}/shift?day={day}", headers={"Authorization": f"Bearer {token}"})
    assert (asked.status_code, asked.json()["error"]) == (400, "malformed")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "reject", "back", "take", "push", "pull"]), st.integers(0, 2), st.integers(0, 1)
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Bench]]:
    """Three benches with what earlier examples left there: each example is about exceptions of its own."""
    folder = tmp_path_factory.mktemp("three")
    with ExitStack() as stack:
        store = Store(f"sqlite:///{folder / 'central.sqlite'}")
        stack.callback(store.close)
        yield [Bench(folder / name, store, "leeds", name, stack) for name in ("A01", "B01", "C01")]


_COUNT = count(1)


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_whatever_benches_decide_in_whatever_order_all_show_the_same_at_the_end(three: Any, steps: Any) -> None:
    number = next(_COUNT)
    exceptions = [raised(each, number) for each in three[:2]]
    together(*three)
    stands: dict[tuple[int, int], list[str]] = {}
    for what, whose, which in steps:
        bench, exception, mine = three[whose], exceptions[which], stands.setdefault((whose, which), [])
        if what in ("accept", "reject"):
            mine.append(what)
            bench.say(ExceptionDecided(exception, len(mine), what, "seen", "BDG-9001"))
        elif what == "back" and mine and mine[-1]:
            mine[-1] = ""
            bench.say(DecisionTakenBack(exception, len(mine), "BDG-9001"))
        elif what == "take":
            bench.say(ExceptionTaken(exception, f"BDG-{whose}"))
        elif what == "push":
            bench.push()
        elif what == "pull":
            bench.pull()
    together(*three)
    said = [{one for (_, of), made in stands.items() if of == which for one in made if one} for which in (0, 1)]
    wanted = {exception: len(each) > 1 for exception, each in zip(exceptions, said, strict=True) if len(each) != 1}
    for bench in three:
        assert {each: wrong for each, wrong in bench.shows() if each in exceptions} == wanted

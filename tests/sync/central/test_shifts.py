"""A site's day at central: the lines of all benches together, what has arrived, what was paid, what nobody may see."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uuid_utils
from sqlalchemy import insert

from station import facts as f
from station.journal import Journal
from station.moments import now, utc
from station.receiving.facts import Declared
from station.shifts import facts as s
from station.shifts.counting import BenchShift, reconcile
from station.shifts.figures import figures
from station.shifts.late import Late
from sync.central import shifts, tokens
from sync.central.__main__ import main
from sync.central.heard import Heard
from sync.central.intake import take_in
from sync.central.store import Store
from sync.central.tables import resolution, stored_photo
from sync.wire import Push

RESALE = "BIN-RESALE-01"
TODAY = datetime.now().astimezone().date()


class Bench:
    """A bench of a site without a person: its journal, and central beside it."""

    def __init__(self, folder: Path, store: Store, site: str, stack: ExitStack) -> None:
        self.station = f"S{uuid_utils.uuid7().hex[-10:]}"
        self.shift, self._store, self._site, self._pushed = f"S-{self.station}-1", store, site, 0
        (folder / self.station).mkdir()
        path = folder / self.station / "station.sqlite"
        self.journal = stack.enter_context(Journal.open(path, self.station))
        tokens.enrol(store, self.station, site, now())

    def say(self, *facts: f.Recorded) -> None:
        self.journal.append(facts, operator="BDG-1001", shift=self.shift)

    def push(self) -> None:
        entries = tuple(self.journal.entries(self._pushed, 500))
        push = Push(self.journal.epoch, entries[0].seq, now(), entries)
        assert take_in(self._store, self.station, self._site, push, now()).results == ()
        self._pushed = entries[-1].seq

    def work(self, rma: str, *plates: str) -> None:
        """A parcel of so many units, each photographed and put into a bin."""
        name = f"P-{rma}-{self.station}"
        line = Declared(rma, "1", "SKU", "Shoe", "footwear", "Northwind", quantity=len(plates))
        self.say(f.ShiftOpened(self.shift, "Bench"), f.BinOpened(RESALE, "resale"))
        self.say(f.ParcelArrived(name, name, "ups", "return", "one", (rma,), "Northwind", (line,)))
        for plate in plates:
            item = f"I-{plate}"
            self.say(f.ItemIdentified(name, item, "c", "matched", "Shoe", "footwear", "Northwind", rma=rma, line="1"))
            self.say(f.PhotoTaken(item, "front", photo_of(plate), 9), f.Routed(item, "resale", "r/1"))
            self.say(f.PlateAllotted(item, plate), f.PlateConfirmed(item, plate), f.Placed(item, plate, RESALE))
        self.say(f.ParcelFinished(name, len(plates), 0))

    def count(self, *plates: str) -> None:
        """The bin is counted, whatever is in it."""
        self.say(s.CountBegan(self.shift), s.BinCountBegan(self.shift, RESALE, 1, "resale"))
        self.say(*(s.PlateCounted(self.shift, RESALE, 1, each) for each in plates))

    def review(self, count: int) -> None:
        self.say(s.BinCounted(self.shift, RESALE, 1, count), s.CountEnded(self.shift))


def photo_of(plate: str) -> str:
    return plate.encode().hex().ljust(64, "0")[:64]


@pytest.fixture
def site() -> str:
    return f"site-{uuid_utils.uuid7().hex[-12:]}"


@pytest.fixture
def benches(tmp_path: Path, shared_store: Store, site: str) -> Any:
    with ExitStack() as stack:
        yield [Bench(tmp_path, shared_store, site, stack) for _ in range(2)]


@pytest.fixture
def told(shared_store: Store, site: str) -> Callable[[], shifts.SiteShift]:
    def tell() -> shifts.SiteShift:
        with shared_store.reading() as connection:
            return shifts.of_day(connection, site, TODAY)

    return tell


def line(told: shifts.SiteShift, rule: int, way: str = "") -> Any:
    return next((each for each in told.lines if (each.rule, each.way) == (rule, way)), None)


def parts(found: Any) -> dict[str, int]:
    return {part.name: part.units for part in found.parts}


def test_the_lines_of_all_benches_are_added_together(benches: list[Bench], told: Any, site: str) -> None:
    a, b = benches
    a.work(f"R-{site}", f"{site}1", f"{site}2")
    b.work(f"Q-{site}", f"{site}3")
    a.count(f"{site}1")
    a.review(1)
    b.count(f"{site}3", "NOT-OURS")
    b.review(2)
    for each in benches:
        each.push()
    found = told()
    assert [each.station for each in found.benches] == sorted([a.station, b.station])
    resale = next(each for each in found.lines if (each.rule, each.client, each.way) == (4, "Northwind", "resale"))
    assert (resale.expected, resale.actual, resale.difference) == (3, 2, -1)
    behind = {part.name: sorted(thing.id for thing in part.behind) for part in resale.parts}
    assert behind["counted in bins"] == [f"{site}1", f"{site}3"], "the very plates, of both benches"
    assert sorted((each.kind, each.plate) for each in found.findings) == [
        ("foreign", "NOT-OURS"),
        ("missing", f"{site}2"),
    ]
    recorded = sum(each.journal.last_seq for each in benches)
    assert parts(line(found, 9)) == {
        "recorded": recorded,
        "confirmed by central": recorded,
        "waiting": 0,
        "refused by central": 0,
    }
    assert {(each.rule, each.way) for each in found.lines if each.as_of} == {(6, "arrived"), (9, "")}, "never signed"
    assert f"     as of {line(found, 9).as_of}: no signature fixes this line\n" in shifts.as_text(found)


def test_one_benchs_lines_are_those_that_it_sees_itself(benches: list[Bench], told: Any, site: str) -> None:
    a, _ = benches
    a.work(f"R-{site}", f"{site}1", f"{site}2")
    a.count(f"{site}1")
    a.review(1)
    a.push()
    with a.journal.reading() as connection:
        own = reconcile(connection, [BenchShift(a.station, a.shift)])
    at_central = [each for each in told().lines if each.rule != 9 and each.way != "arrived"]
    key = ("rule", "client", "way", "expected", "actual", "explained")
    assert [[getattr(each, name) for name in key] for each in at_central] == [
        [getattr(each, name) for name in key] for each in own
    ]


def test_nobody_sees_what_a_blind_count_should_find(benches: list[Bench], told: Any, site: str) -> None:
    a, b = benches
    a.work(f"R-{site}", f"{site}1")
    b.work(f"Q-{site}", f"{site}2")
    a.push()
    b.push()
    assert line(told(), 4, "resale") is None, "nor before the count what lies in bins"
    assert line(told(), 2).expected == 2
    a.count()
    a.push()
    found = told()
    assert line(found, 2).expected == 1, "of the bench that counts there is nothing"
    assert line(found, 4, "resale") is None and found.findings == ()


def test_what_one_bench_misses_and_another_found_is_misplaced_once(benches: list[Bench], told: Any, site: str) -> None:
    a, b = benches
    a.work(f"R-{site}", f"{site}1", f"{site}2")
    b.work(f"Q-{site}", f"{site}3", f"{site}4")
    a.count(f"{site}1")
    a.review(1)
    b.count(f"{site}3", f"{site}2")
    b.review(2)
    for each in benches:
        each.push()
    assert sorted((each.kind, each.plate, each.bin, each.found) for each in told().findings) == [
        ("misplaced", f"{site}2", f"{RESALE} ({a.station})", f"{RESALE} ({b.station})"),
        ("missing", f"{site}4", RESALE, ""),
    ]


def test_the_reasons_of_a_difference_stand_beside_it(benches: list[Bench], told: Any, site: str) -> None:
    a, _ = benches
    a.work(f"R-{site}", f"{site}1", f"{site}2")
    a.count(f"{site}1")
    a.review(1)
    a.say(s.DifferenceExplained(a.shift, 4, "stolen", -1, "Northwind", "resale"))
    a.push()
    assert "because: stolen -1" in shifts.as_text(told())
    rows = list(csv.reader(io.StringIO(shifts.as_csv(told()))))
    (resale,) = (row for row in rows if row[:1] == ["4"])
    assert resale[-2].strip("'").startswith("stolen -1")


def test_a_shift_over_midnight_belongs_to_both_days_and_who_was_not_heard_of_is_named(
    benches: list[Bench], shared_store: Store, site: str
) -> None:
    a, b = benches
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("station.journal.now", lambda: utc(yesterday))
        a.say(f.ShiftOpened(a.shift, "Bench"))
    a.say(s.CountBegan(a.shift), s.CountEnded(a.shift))
    a.push()
    day_of = yesterday.astimezone().date()

    def of(day: date) -> shifts.SiteShift:
        with shared_store.reading() as connection:
            return shifts.of_day(connection, site, day)

    assert [each.shift for each in of(TODAY).benches] == [a.shift], "still open today"
    a.say(s.ShiftSigned(a.shift, "balanced", ""), s.ShiftLocked(a.shift))
    a.push()
    heard = Heard(shared_store)
    heard.note(a.station, now())
    heard.note(b.station, utc(yesterday))
    heard.write()
    found = of(TODAY)
    assert [(each.shift, each.verdict) for each in found.benches] == [(a.shift, "balanced")], "closed today"
    assert f"opened {found.benches[0].opened_at}, before this day" in shifts.as_text(found)
    assert found.silent == (shifts.Silent(b.station, utc(yesterday)),)
    assert f"{b.station}: not heard of on this day, last at {utc(yesterday)}" in shifts.as_text(found)
    assert [b.station, utc(yesterday)] in list(csv.reader(io.StringIO(shifts.as_csv(found))))
    before = of(day_of)
    assert [each.shift for each in before.benches] == [a.shift] and "before this day" not in shifts.as_text(before)
    assert [of(day_of + timedelta(days=days)).benches for days in (-1, 7)] == [(), ()]


def test_photos_count_as_uploaded_when_they_have_arrived(
    benches: list[Bench], told: Any, site: str, shared_store: Store
) -> None:
    a, _ = benches
    a.work(f"R-{site}", f"{site}1", f"{site}2")
    a.push()
    assert (line(told(), 6, "arrived").expected, line(told(), 6, "arrived").actual) == (2, 0)
    row = {"sha256": photo_of(f"{site}1"), "size": 9, "station": a.station, "received_at": now()}
    with shared_store.writing() as connection:
        connection.execute(insert(stored_photo), [row])
    arrived = line(told(), 6, "arrived")
    assert (arrived.expected, arrived.actual, arrived.difference) == (2, 1, -1)


def test_what_is_late_or_overdue_at_any_bench_is_named(benches: list[Bench], told: Any, site: str) -> None:
    a, b = benches
    a.work(f"R-{site}", f"{site}1")
    raised = f"E-{a.station}-1"
    a.say(f.ExceptionRaised(raised, "item_weight", "supervisor", f"P-R-{site}-{a.station}", f"I-{site}1"))
    a.count(f"{site}1")
    a.review(1)
    a.say(s.ShiftSigned(a.shift, "balanced", ""), s.ShiftLocked(a.shift))
    a.shift = f"S-{a.station}-2"
    a.say(f.ShiftOpened(a.shift, "Bench"), f.PlateVoided(f"{site}1", "torn"))
    b.say(f.ShiftOpened(b.shift, "Bench"), f.ExceptionDecided(raised, 1, "accept", "seen", "BDG-9001"))
    yesterday = utc(datetime.now(UTC) - timedelta(hours=25))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("station.journal.now", lambda: yesterday)
        b.say(f.ParcelArrived("P-old", f"1Z-{site}", "ups", "return", "one"))
        b.say(f.ItemIdentified("P-old", "I-old", "c", "matched", "Shoe", "footwear"), f.PlateAllotted("I-old", "N-old"))
    for each in benches:
        each.push()
    found = told()
    first = f"S-{a.station}-1"
    assert found.late == (
        Late(first, "decision", raised, about="accept"),
        Late(first, "void", f"{site}1", about="torn"),
    )
    assert [(each.kind, each.name, each.station) for each in found.overdue] == [
        ("late_parcel", f"1Z-{site}", b.station),
        ("printer_doubt", "N-old", b.station),
    ]
    # The second shift of the bench leaves what its first one had left, and its own journal knows of no decision.
    exception = next(each for each in found.carried if each.what == "exception")
    assert (exception.code, exception.about, exception.owner) == (f"{site}1", "item_weight", "supervisor")
    left = sorted((each.what, each.code) for each in found.carried)
    assert left == [("exception", f"{site}1"), ("item", "N-old"), ("parcel", f"1Z-{site}")]
    with a.journal.reading() as connection:
        own = figures(connection, BenchShift(a.station, a.shift), now()).carried
    there = exception.there
    assert there is not None and (there.decision, there.by, there.station) == ("accept", "BDG-9001", b.station)
    mine = {**msgspec.structs.asdict(own[0]), "there": there}
    assert (len(own), shifts.Left(**mine, station=a.station)) == (1, exception)
    said = shifts.as_text(found)
    assert (
        f"carried over: exception {site}1 (item weight) since {exception.since}, owner supervisor,"
        f" decided elsewhere: accept at {b.station} by BDG-9001 at {there.at} at {a.station}\n"
    ) in said
    assert f"late: decision {raised} of {first} (accept)" in said
    assert f"overdue: late parcel 1Z-{site} at {b.station} since {yesterday}" in said
    rows = list(csv.reader(io.StringIO(shifts.as_csv(found))))
    assert ["void", first, f"{site}1", "0", "0", "0", "torn"] in rows
    decided = ("accept", "BDG-9001", there.at, b.station)
    about = (f"{site}1", "exception", "Northwind", exception.since, "supervisor", "item_weight")
    assert [*about, *decided, a.station] in rows
    assert ["printer_doubt", b.station, "N-old", yesterday] in rows


def a_resolution(rma: str, line_: str, kind: str, state: str, sent_at: str = "") -> dict[str, Any]:
    texts = {"currency": "USD", "rule": "", "why": "", "parts": "", "claim": "", "fingerprint": "", "later": "[]"}
    about = {"client": "Northwind", "role": "customer", "amount_minor": 100, "steps": 1, "attempts": 1}
    named = {"rma": rma, "line": line_, "kind": kind, "id": f"{rma}/{kind}", "state": state}
    return {**texts, **about, **named, "not_before": "", "first_sent_at": sent_at, "reference": ""}


def test_money_is_released_held_or_rejected_and_counted_once_though_two_benches_have_units_of_the_line(
    benches: list[Bench], told: Any, site: str, shared_store: Store
) -> None:
    a, b = benches
    rma, other = f"R-{site}", f"Q-{site}"
    before = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    with shared_store.writing() as connection:
        rows = [a_resolution(rma, "1", "refund", "sent", before), a_resolution(other, "1", "refund", "needs_person")]
        connection.execute(insert(resolution), rows)
    a.work(rma, f"{site}1")
    b.work(rma, f"{site}2")
    b.say(f.ParcelArrived(f"X-{site}", f"X-{site}", "ups", "return", "none"))
    about = ("c", "matched", "Shoe", "footwear", "Northwind")
    b.say(f.ItemIdentified(f"X-{site}", f"IX-{site}", *about, rma=other, line="1"))
    a.push()
    b.push()
    money = line(told(), 7, "refund")
    assert parts(money) == {"decided": 2, "released": 1, "held": 1, "released before grading": 1}
    assert money.difference == 0
    assert [thing.id for part in money.parts if part.name == "held" for thing in part.behind] == [f"{other}/refund"]


def test_the_day_is_printed_for_people_machines_and_spreadsheets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'central.sqlite'}")) as store, ExitStack() as stack:
        bench = Bench(tmp_path, store, "leeds", stack)
        bench.work("=1+1", "LPN1")
        bench.push()
    asked = ["shift", "--site", "leeds", "--data", str(tmp_path)]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert f"{bench.station} Bench" in said and "at work" in said and "taken" in said
    assert main([*asked, "--behind"]) == 0
    assert "I-LPN1" in capsys.readouterr().out
    assert main([*asked, "--form", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["benches"][0]["station"] == bench.station
    assert main([*asked, "--form", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert not any(each.startswith("=") for row in rows for each in row)
    assert main([*asked, "--day", "2020-01-01"]) == 0
    assert "No bench had a shift then." in capsys.readouterr().out

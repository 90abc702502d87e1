"""The queue: what waits, since when, and what of many benches' decisions stands."""

import csv
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.words import Translator
from station import facts as f
from station import projections
from station.cli import exceptions as command
from station.entries import Entry
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.exceptions.kinds import read_kinds
from station.exceptions.queue import Decided, Unsent, Waiting, hours_since, level, queue, standing
from station.exceptions.report import as_csv, as_json, as_text
from station.journal import Journal
from station.local_copy import COPY_FILE, LocalCopy, Refusal
from station.moments import now, utc
from sync.central.store import Store

KINDS = read_kinds()
HOSTILE = '=1+1\u202e\n"x'


def after(hours: float) -> str:
    return utc(datetime.now(UTC) + timedelta(hours=hours))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    with Journal.open(tmp_path / "station.sqlite", "A01") as made:
        yield made


def say(journal: Journal, *facts: f.Recorded, operator: str = "BDG-1001") -> None:
    journal.append(facts, operator=operator, shift="S-A01-1")


def arrive(journal: Journal, parcel: str, code: str) -> None:
    say(journal, f.ParcelArrived(parcel, code, "ups", "unknown", "none"))


def waiting(journal: Journal, at: str = "", unsent: tuple[Unsent, ...] = ()) -> tuple[Waiting, ...]:
    with journal.reading() as connection:
        return queue(connection, "A01", KINDS, at or now(), unsent)


def test_an_empty_parcel_waits_with_the_photo_of_its_open_box(journal: Journal) -> None:
    arrive(journal, "P1", "1Z1")
    say(journal, f.BoxFoundEmpty("P1"))
    photo = f.BoxPhotographed("P1", "cd" * 32, 9)
    say(journal, photo, f.ExceptionRaised("E1", "empty_parcel", "supervisor", "P1"), f.ParcelFinished("P1", 0, 1))
    assert [(each.exception, each.photos) for each in waiting(journal)] == [("E1", ("cd" * 32,))]


def test_what_is_raised_waits_with_its_evidence_until_it_is_decided(journal: Journal) -> None:
    arrive(journal, "P1", "1Z1")
    say(journal, f.ParcelWeighed("P1", 2_310_000, 2_280_000, in_band=False))
    say(journal, f.ExceptionRaised("E1", "unknown_parcel", "supervisor", "P1", detail="1Z1"))
    say(journal, f.ItemIdentified("P1", "I1", "c", "undeclared", "Shoe", "footwear"))
    say(journal, f.PhotoTaken("I1", "front", "ab" * 32, 9), f.PlateAllotted("I1", "LPN1"))
    say(journal, f.PlateConfirmed("I1", "LPN1"), f.ExceptionRaised("E2", "held", "client", "P1", "I1"))
    say(journal, ExceptionTaken("E2", "BDG-9001"), f.ParcelFinished("P1", 1, 0))
    one, two = waiting(journal, after(30))
    assert (one.exception, one.code, one.weight_mg, one.hours, one.level) == ("E1", "1Z1", 2_310_000, 30, 1)
    assert one.fitting == KINDS.decisions["unknown_parcel"]
    assert (two.title, two.plate, two.photos, two.taken_by) == ("Shoe", "LPN1", ("ab" * 32,), "BDG-9001")
    assert two.names == {"E2", "P1", "1Z1", "I1", "LPN1"}
    say(journal, ExceptionDecided("E1", 1, "accept", "seen", "BDG-9001"))
    assert [each.exception for each in waiting(journal)] == ["E2"]
    say(journal, DecisionTakenBack("E1", 1, "BDG-9001"))
    back = waiting(journal)[0]
    assert (back.exception, back.times) == ("E1", 1), "the next decision is the second one"


def test_however_much_waits_nothing_of_it_is_left_out(journal: Journal) -> None:
    """Neither what came last, nor one of six hundred facts that central refused."""
    names = [f"E{n}" for n in range(600)]
    say(journal, *(f.ExceptionRaised(each, "unknown_parcel", "supervisor", detail=each) for each in names))
    hazard = f.ExceptionRaised("H", "hazard", "safety", "P1", "I1")
    say(journal, f.ItemIdentified("P1", "I1", "c", "undeclared", "Drill", "tools"), f.PlateAllotted("I1", "LPN1"))
    say(journal, hazard, f.PhotoTaken("I1", "front", "ab" * 32, 9), ExceptionTaken("H", "BDG-9001"))
    first, *_, last = found = waiting(journal)
    assert len(found) == 601 and {*names, "H"} == {each.exception for each in found}
    assert (first.exception, last.exception, last.taken_by, last.photos) == ("E0", "H", "BDG-9001", ("ab" * 32,))
    assert "LPN1" in last.names, "its plate is scanned, and it is found"
    unsent = tuple(Unsent(journal.epoch, seq, "bad_body") for seq in range(1, 601))
    refused = [each.operator for each in waiting(journal, unsent=unsent) if each.kind == "fact_refused"]
    assert refused == ["BDG-1001"] * 600


def test_what_nobody_raised_follows_from_how_things_stand(journal: Journal) -> None:
    arrive(journal, "P1", "1Z1")
    say(journal, f.ItemIdentified("P1", "I1", "c", "undeclared", "Shoe", "footwear"), f.PlateAllotted("I1", "LPN1"))
    assert waiting(journal) == ()
    (label,) = waiting(journal, after(2))
    assert (label.exception, label.kind, label.title) == ("label:LPN1", "printer_doubt", "Shoe")
    assert [each.kind for each in waiting(journal, after(25))] == ["late_parcel", "printer_doubt"]
    say(journal, ExceptionDecided("label:LPN1", 1, "accept", "seen", "BDG-9001"))
    say(journal, f.ParcelFinished("P1", 1, 0))
    assert waiting(journal, after(25)) == ()


def test_a_fact_that_central_refused_waits_too(journal: Journal) -> None:
    arrive(journal, "P1", "1Z1")
    refused = (Unsent(journal.epoch, 1, "bad_body"),)
    (one,) = waiting(journal, unsent=refused)
    assert (one.kind, one.operator, one.detail) == ("fact_refused", "BDG-1001", "1 ParcelArrived: bad_body")
    say(journal, ExceptionDecided(one.exception, 1, "accept", "other", "BDG-9001"))
    assert waiting(journal, unsent=refused) == ()


def test_an_exception_whose_step_was_taken_back_waits_no_more(journal: Journal) -> None:
    arrive(journal, "P1", "1Z1")
    say(journal, f.ExceptionRaised("E1", "weight_out_of_band", "supervisor", "P1"))
    last = journal.entries(0, 10)[-1]
    say(journal, f.Undone((last.txn,), "weight"))
    assert waiting(journal) == ()


def decided(station: str, at: int, decision: str, to: str = "", n: int = 1, back: bool = False) -> Decided:
    return Decided(station, "E1", n, decision, to, "seen", "B", f"2026-01-01T{at:02d}", "later" if back else "")


made = st.builds(
    decided,
    st.sampled_from(("A01", "B01", "C01")),
    st.integers(0, 3),
    st.sampled_from(("accept", "reject", "match")),
    st.sampled_from(("", "R1")),
    st.integers(1, 3),
    st.booleans(),
)


@given(st.lists(made, unique_by=lambda each: (each.station, each.n)), st.randoms())
def test_what_stands_is_the_same_in_whatever_order_the_facts_came(all_: list[Decided], random: object) -> None:
    stands = standing(all_)
    mixed = list(all_)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert standing(mixed) == stands
    held = [each for each in all_ if not each.taken_back_at]
    assert bool(stands) == bool(held)
    if stands:
        assert stands[0].decided_at == min(each.decided_at for each in held)
        assert {each.says for each in stands} == {each.says for each in held}
        assert all(each.says != stands[0].says for each in stands[1:])


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_clock_only_goes_up(one: int, more: int) -> None:
    since, then = "2026-03-28T20:00:00.000000Z", datetime(2026, 3, 28, 20, tzinfo=UTC)
    first, later = (utc(then + timedelta(minutes=each)) for each in (one, one + more))
    hours = hours_since(since, first)
    assert hours == one // 60, "a clock that is put forward in the night changes nothing"
    assert level(hours, KINDS.escalate_h) == sum(one >= each * 60 for each in (24, 48, 72))
    assert level(hours, KINDS.escalate_h) <= level(hours_since(since, later), KINDS.escalate_h)
    assert hours_since(first, since) == 0


def entry(seq: int, at: str, fact: f.Recorded) -> Entry:
    about = (seq, f"id{seq}", f"t{seq}", "e1", at, 0, "boot", "BDG-1", "S-A01-1", f.name_of(fact), 1)
    return Entry(*about, f.encode(fact), b"", b"")


def test_central_merges_what_benches_decided(tmp_path: Path) -> None:
    """The first stands and the same again is none the worse; another one is shown, until one is taken back."""
    day = "2026-01-01T{:02d}:00:00.000000Z".format
    told: list[tuple[str, f.Recorded]] = [
        ("A01", f.ExceptionRaised("E1", "held", "client", "P1")),
        ("B01", ExceptionDecided("E1", 1, "release", "seen", "B2", "resale")),
        ("C01", ExceptionDecided("E1", 1, "release", "client", "B3", "resale")),
        ("A01", ExceptionDecided("E1", 1, "reject", "seen", "B1")),
        ("A01", DecisionTakenBack("E1", 1, "B1")),
        ("A01", ExceptionDecided("E1", 2, "release", "seen", "B1", "resale")),
        ("A01", f.ExceptionRaised("E2", "held", "client", "P1")),
        ("A01", ExceptionDecided("E2", 1, "accept", "seen", "B1")),
        ("B01", ExceptionDecided("E2", 1, "reject", "seen", "B2")),
    ]
    seen, of_one = [], []
    with closing(Store(f"sqlite:///{tmp_path / 'central.sqlite'}")) as store:
        for hour, (station, fact) in enumerate(told, start=8):
            with store.writing() as connection:
                projections.apply(connection, station, entry(hour, day(hour), fact))
            with store.reading() as connection:
                seen.append(queue(connection, "", KINDS, day(23)))
                of_one.append(queue(connection, "A01", KINDS, day(23)))
        with store.writing() as connection:
            for n in range(201):
                older = f.ExceptionRaised(f"O{n}", "held", "client")
                projections.apply(connection, "A01", entry(100 + n, day(1), older))
            crowded = queue(connection, "A01", KINDS, day(23))
    assert [len(each) for each in seen] == [1, 0, 0, 1, 0, 0, 1, 0, 1]
    assert of_one == seen, "also of one station, which others decided about"
    assert (len(crowded), crowded[0]) == (202, seen[-1][0]), "a conflict comes first, however much waits longer"
    (conflict,) = seen[3]
    assert [(each.station, each.decision) for each in conflict.conflict] == [("B01", "release"), ("A01", "reject")]
    assert "release resale (B01" in as_text(seen[3])


def test_the_queue_is_told_as_text_json_and_csv(
    tmp_path: Path, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.show(tmp_path, "text") == 0
    assert capsys.readouterr().out == "Nothing waits for a decision.\n"
    arrive(journal, "P1", HOSTILE)
    say(journal, f.ExceptionRaised("E1", "unknown_parcel", "supervisor", "P1", detail=HOSTILE))
    copy = LocalCopy.open(tmp_path / COPY_FILE)
    copy.set_acked(journal.epoch, 1, [Refusal(journal.epoch, 1, "quarantined", "bad")])
    copy.close()
    for form in ("text", "json", "csv"):
        assert command.show(tmp_path, form) == 0
    told = capsys.readouterr().out
    assert "\u202e" not in as_text(waiting(journal)) + as_csv(waiting(journal))
    assert "'=1+1" in as_csv(waiting(journal))
    assert "Parcel nobody announced" in told and "Fact refused by central" in told
    weighed = Waiting("A01", "E2", "item_weight", "supervisor", "2026-11-28T09:00:00Z", detail="5315000|284000")
    assert "Expected 5.315 kg, weighed 284 g; may be" in as_text([weighed]), "in the words of page Exceptions"
    (one,) = json.loads(as_json(waiting(journal)))
    assert (one["exception"], one["detail"], one["conflict"]) == ("E1", HOSTILE, [])
    assert msgspec.convert(one, Waiting).kind == "unknown_parcel"
    spanish = Translator("es")
    row, *_ = csv.DictReader(as_csv([weighed], spanish).splitlines())
    assert (row["kind"], row["kind_words"]) == ("item_weight", "La unidad no pesa lo que su artículo")
    assert (row["owner"], row["owner_words"]) == ("supervisor", spanish.gettext("A supervisor decides"))
    assert (row["detail"], row["detail_words"]) == ("5315000|284000", "Se esperaba 5,315 kg, pesó 284 g")
    said = json.loads(as_json([msgspec.structs.replace(weighed, fitting=("accept", "secret"))], spanish))[0]["words"]
    assert said["may_be"] == f"{spanish.gettext('Accept as is')}, secret" and said["kind"] == row["kind_words"]
    assert said["decided"] == ""
    unseen = msgspec.structs.replace(weighed, kind="photo_left_out", detail="open_box")
    row, *_ = csv.DictReader(as_csv([unseen], spanish).splitlines())
    assert (row["detail"], row["detail_words"]) == ("open_box", spanish.gettext("open box"))
    assert "open_box" not in as_text([unseen]) and "a_site_s_own" in as_text(
        [msgspec.structs.replace(unseen, detail="a_site_s_own")]
    )

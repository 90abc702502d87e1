"""A supervisor decides about exceptions at a real bench, input by input."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station import facts as f
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.inputs import TYPED, Command, Do
from station.journal import Journal
from station.outcome import Tone
from station.rules import Rules
from station.stages import Stage
from station.steps.settle import OFFERED
from tests.station.shifts.closed import PLATES, RECEIVER, SECOND, STATION, SUPERVISOR, Floor, opened, work

HELD, UNKNOWN = "E-A01-000001", "E-A01-000002"


@pytest.fixture
def floor(tmp_path: Path, rules: Rules) -> Iterator[Floor]:
    with Journal.open(tmp_path / "station.sqlite", STATION) as journal:
        work(journal)
        journal.append(
            (
                f.Graded("I3", "", "B", "untested", "footwear@1"),
                f.ExceptionRaised(HELD, "held", "client", "P1", "I3"),
                f.ExceptionRaised(UNKNOWN, "unknown_parcel", "supervisor", "P1", detail="1Z1"),
            ),
            operator=RECEIVER[0],
            shift="S-A01-1",
        )
    with opened(tmp_path, rules) as made:
        made.sign_in(SUPERVISOR)
        yield made


def waits(floor: Floor) -> list[str]:
    return [each.exception for each in floor.bench.known.exceptions_waiting()]


def test_what_is_on_hold_is_released_to_a_way_with_a_reason_and_leaves_the_queue(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    assert floor.stage == Stage.EXCEPTION
    floor.choose(HELD)
    assert [each.command.value for each in floor.bench.prompt.buttons[:2]] == ["release", "regrade"]
    floor.choose("release")
    assert floor.stage == Stage.DECISION_TO
    assert "hold" not in {each.command.value for each in floor.bench.prompt.buttons}
    floor.choose("resale")
    floor.do(Do.CHOOSE, "client")
    # Nobody knows what it is worth: another supervisor allows it.
    floor.scan(SECOND[0])
    shown = floor.scan(SECOND[1], TYPED)
    assert shown.facts[-2:] == (
        ExceptionDecided(HELD, 1, "release", "client", SUPERVISOR[0], "resale", parcel="P1", item="I3"),
        f.RouteOverridden("I3", "hold", "resale", "released", SUPERVISOR[0]),
    )
    assert waits(floor) == [UNKNOWN]
    assert floor.stage == Stage.EXCEPTION, "the next one is offered at once"
    floor.do(Do.CANCEL)
    assert floor.stage == Stage.IDLE
    told = floor.history.seek("1Z1", floor.bench.known.recognise).story
    assert any(isinstance(each.fact, ExceptionDecided) for each in told), "the parcel's story tells of it"


def test_a_parcel_is_matched_to_a_return_order_that_is_scanned(floor: Floor) -> None:
    order = floor.bench.known.orders("1ZE2N61W0306291461")[0].rma
    floor.do(Do.DECIDE)
    floor.choose(UNKNOWN, "match")
    assert floor.scan("NO-SUCH-ORDER").notice.tone is Tone.REFUSED
    assert (floor.stage, floor.bench.prompt.entry) == (Stage.DECISION_ORDER, "code")
    floor.scan(order)
    (fact,) = floor.do(Do.CHOOSE, "papers").facts
    assert (fact.decision, fact.to, fact.why) == ("match", order, "papers")


def test_a_scan_of_the_parcel_or_of_a_plate_leads_to_what_waits_about_it(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.scan(PLATES[3])
    assert (floor.stage, floor.bench.state.ask.code) == (Stage.DECISION, HELD)
    floor.scan("1Z1")
    assert {each.value for each in floor.bench.state.ask.choices} == {HELD, UNKNOWN}, "both are about the parcel"
    assert floor.scan(PLATES[0]).notice.tone is Tone.REFUSED


def test_only_what_fits_the_kind_can_be_decided(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.choose(UNKNOWN)
    before = floor.bench.state
    floor.choose("release")
    assert floor.bench.state == before
    assert floor.bench.notice.tone is Tone.ATTENTION


def test_who_takes_an_exception_is_its_owner(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.choose(HELD)
    assert floor.do(Do.CHOOSE, "take").facts == (ExceptionTaken(HELD, SUPERVISOR[0], "P1", "I3"),)
    one = floor.bench.known.exceptions_waiting()[0]
    assert (one.exception, one.taken_by) == (HELD, SUPERVISOR[0])
    floor.do(Do.DECIDE)
    floor.choose(HELD)
    assert "take" not in {each.value for each in floor.bench.state.ask.choices}


def test_a_decision_is_taken_back_by_a_new_fact_and_then_made_again(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.choose(UNKNOWN, "reject", "seen")
    floor.do(Do.UNDO)
    assert floor.stage == Stage.DECIDED
    assert floor.do(Do.CHOOSE, "1").facts[0] == DecisionTakenBack(UNKNOWN, 1, SUPERVISOR[0], "P1")
    assert waits(floor) == [HELD, UNKNOWN]
    floor.do(Do.DECIDE)
    floor.choose(UNKNOWN, "accept")
    (fact,) = floor.do(Do.CHOOSE, "seen").facts
    assert fact.n == 2
    floor.do(Do.CANCEL)
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    assert [each.value for each in floor.bench.state.ask.choices] == [f"{UNKNOWN}/2"]


def test_each_exception_is_decided_once_however_late_the_answer(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.choose(UNKNOWN, "accept")
    why = floor.bench.state
    floor.choose("seen")
    written = floor.bench.journal.last_seq
    floor.bench.state = why
    assert floor.do(Do.CHOOSE, "other").facts == ()
    assert floor.bench.journal.last_seq == written


def test_only_a_supervisor_decides_and_never_while_a_parcel_is_open(floor: Floor) -> None:
    floor.do(Do.SIGN_OUT)
    floor.sign_in(RECEIVER)
    assert floor.do(Do.DECIDE).notice.tone is Tone.REFUSED
    assert floor.stage == Stage.IDLE
    floor.do(Do.SIGN_OUT)
    floor.sign_in(SUPERVISOR)
    floor.scan("1ZE2N61W0306291461")
    shown = floor.do(Do.DECIDE)
    assert (shown.notice.tone, floor.stage) == (Tone.ATTENTION, Stage.WEIGH)


def test_a_bench_where_nothing_waits_says_so(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    assert floor.do(Do.UNDO).notice.tone is Tone.ATTENTION, "nothing was decided yet"
    floor.choose(UNKNOWN, "accept", "seen", HELD, "reject", "other")
    assert floor.stage == Stage.IDLE
    floor.do(Do.DECIDE)
    assert (floor.stage, floor.bench.state.ask.choices) == (Stage.EXCEPTION, ())
    floor.do(Do.UNDO)
    assert len(floor.bench.state.ask.choices) == 2


def test_more_than_the_keys_can_offer_wait_and_each_is_reached_by_scan(floor: Floor) -> None:
    raised = tuple(
        f.ExceptionRaised(f"E{number}", "lines_missing", "supervisor", f"P{number}") for number in range(10, 25)
    )
    floor.bench.journal.append(raised, operator="", shift="S-A01-1")
    floor.do(Do.DECIDE)
    assert len(floor.bench.state.ask.choices) == OFFERED
    assert floor.bench.prompt.params["count"] == "17"
    floor.scan("P24", TYPED)
    assert floor.bench.state.ask.code == "E24"


def test_only_a_supervisor_is_shown_the_key_for_it(floor: Floor) -> None:
    assert Command(Do.DECIDE) in [each.command for each in floor.bench.prompt.buttons]
    floor.do(Do.SIGN_OUT)
    floor.sign_in(RECEIVER)
    assert floor.stage == Stage.IDLE
    assert Command(Do.DECIDE) not in [each.command for each in floor.bench.prompt.buttons]

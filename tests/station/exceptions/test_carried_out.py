"""What a supervisor decides is carried out at the bench: released goods are carried, doubted ones graded again."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest

from resources.words import Translator
from station import facts as f
from station.authority.facts import StepUpGiven
from station.bins.facts import Carried
from station.exceptions.facts import DecisionTakenBack
from station.inputs import TYPED, Do, PhotoChecked
from station.journal import Journal
from station.outcome import Tone
from station.projections import rows
from station.rules import Rules
from station.stages import Stage, next_shot, question_due
from tests.station.shifts.closed import (
    HOLD,
    PLATES,
    RECEIVER,
    RESALE,
    SECOND,
    STATION,
    SUPERVISOR,
    Floor,
    opened,
    work,
)

HELD, RECALLED = "E-A01-000001", "E-A01-000002"
SHIFT = "S-A01-1"
HELD_PLATE = PLATES[3]


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Path:
    """The folder of a bench with a unit on hold and one that was recalled, a supervisor signed in."""
    folder = tmp_path_factory.mktemp("decided")
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        work(journal)
        raised = (
            f.Graded("I3", "B", "B", "A", "footwear@1"),
            f.ExceptionRaised(HELD, "held", "client", "P1", "I3"),
            f.ExceptionRaised(RECALLED, "recall_placed", "supervisor", "P1", "I0"),
            f.ExceptionRaised("E-A01-000003", "held", "supervisor", "P1", "I0"),
        )
        journal.append(raised, operator=RECEIVER[0], shift=SHIFT)
    with opened(folder, rules) as floor:
        floor.sign_in(SUPERVISOR)
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """The folder for one test."""
    return copytree(made_once, tmp_path / "worked")


@pytest.fixture
def floor(folder: Path, rules: Rules) -> Iterator[Floor]:
    with opened(folder, rules) as made:
        yield made


def decide(floor: Floor, exception: str, *chosen: str):
    floor.do(Do.DECIDE)
    floor.choose(exception, *chosen[:-1])
    shown = floor.do(Do.CHOOSE, chosen[-1])
    if floor.stage == Stage.SUPERVISOR:  # nobody knows what the goods are worth
        floor.scan(SECOND[0])
        shown = floor.scan(SECOND[1], TYPED)
    floor.do(Do.CANCEL)
    return shown


def item(floor: Floor, name: str) -> dict[str, Any]:
    with floor.bench.journal.reading() as connection:
        return next(row for row in rows(connection)["item"] if row["item"] == name)


def count_all(floor: Floor) -> None:
    """Close the shift as far as its review, every bin counted as the bench has it."""
    floor.close()
    for bin_ in floor.bench.known.bins_with_goods():
        floor.count(bin_.code, *floor.bench.known.plates_in(bin_.code))
    floor.do(Do.FINISH)
    assert floor.stage == Stage.REVIEW


def adds_up(floor: Floor) -> bool:
    count_all(floor)
    fine = floor.history.shift_findings(SHIFT) == ()
    return fine and all(line.difference == 0 for line in floor.history.shift_lines(SHIFT))


def examine(floor: Floor) -> None:
    """Photograph and answer, the first option each time, until there is a result."""
    while floor.stage in (Stage.PHOTO, Stage.INSPECT, Stage.SERIAL):
        if floor.stage == Stage.SERIAL:
            floor.do(Do.SKIP)
            continue
        unit, known = floor.bench.state.item, floor.bench.known
        assert unit is not None
        if floor.stage == Stage.PHOTO:
            request = floor.do(Do.SHOOT).capture
            assert request is not None and next_shot(unit, known) is not None
            photo = PhotoChecked(request.request, "ab" * 32, 100, sharpness_milli=900, brightness_milli=500)
            floor.bench.handle(msgspec.structs.replace(photo, repeat_of="I3"))
            continue
        question = question_due(unit, known)
        assert question is not None
        floor.do(Do.CHOOSE, question.options[0].id)


def test_what_is_released_is_expected_where_it_lies_until_it_is_carried(floor: Floor) -> None:
    *_, allowed, _, sent = decide(floor, HELD, "release", "resale", "client").facts
    assert (allowed.act, allowed.allowed_by, allowed.item) == ("decide", SECOND[0], "I3")
    assert sent == f.RouteOverridden("I3", "hold", "resale", "released", SUPERVISOR[0])
    assert (item(floor, "I3")["disposition"], item(floor, "I3")["way"]) == ("resale", "hold")
    assert adds_up(floor)


def test_released_goods_are_carried_by_plate_and_bin_and_only_into_a_right_one(folder: Path, rules: Rules) -> None:
    with opened(folder, rules) as floor:
        decide(floor, HELD, "release", "resale", "client")
    with opened(folder, rules) as floor:
        floor.scan(HELD_PLATE)
        assert floor.stage == Stage.CARRY
        assert floor.bench.prompt.params["goes_to"] == "Resale"
        for wrong in (HOLD, "BIN-RESTOCK-LUM", "BIN-NOWHERE", PLATES[0]):
            assert floor.scan(wrong).notice.tone is Tone.REFUSED
        shown = floor.scan(RESALE)
        assert shown.facts[0] == Carried("I3", HELD_PLATE, RESALE, "resale", HOLD)
        assert [(each.template, each.fields["disposition"]) for each in shown.labels] == [("plate", "resale")]
        assert set(floor.bench.known.plates_in(RESALE)) == set(PLATES[:4])
        assert floor.scan(HELD_PLATE).notice.tone is Tone.ATTENTION, "now it lies where it goes"
        assert floor.stage == Stage.IDLE
        floor.do(Do.UNDO)
        assert floor.bench.known.plates_in(HOLD) == (HELD_PLATE,)
        floor.scan(HELD_PLATE)
        floor.scan(RESALE)
        assert adds_up(floor)


def test_a_shift_that_is_over_keeps_its_figures_when_goods_are_carried_later(floor: Floor) -> None:
    count_all(floor)
    before = floor.history.shift_lines(SHIFT)
    floor.do(Do.CONFIRM)
    floor.scan(SUPERVISOR[0])
    floor.scan(SUPERVISOR[1], TYPED)
    floor.sign_in(SUPERVISOR)
    assert floor.bench.state.shift != SHIFT
    decide(floor, HELD, "release", "resale", "client")
    floor.scan(HELD_PLATE)
    floor.scan(RESALE)
    assert [line for line in floor.history.shift_lines(SHIFT) if line.rule == 4] == [
        line for line in before if line.rule == 4
    ]
    assert floor.history.shift_findings(SHIFT) == ()


def test_what_was_recalled_nobody_releases(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.choose("E-A01-000003")
    written = floor.bench.journal.last_seq
    assert floor.do(Do.CHOOSE, "release").notice.tone is Tone.REFUSED
    assert (floor.bench.journal.last_seq, floor.stage) == (written, Stage.DECISION)


def test_a_release_that_is_taken_back_sends_the_goods_back_to_hold(floor: Floor) -> None:
    decide(floor, HELD, "release", "resale", "client")
    floor.scan(HELD_PLATE)
    floor.scan(RESALE)
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    back, sent = floor.do(Do.CHOOSE, "1").facts
    assert (type(back), sent.disposition) == (DecisionTakenBack, "hold")
    floor.scan(HELD_PLATE)
    assert floor.stage == Stage.CARRY
    floor.scan(HOLD)
    assert floor.bench.known.plates_in(HOLD) == (HELD_PLATE,)
    assert adds_up(floor)


def test_what_is_graded_again_is_opened_by_its_plate_and_both_grades_are_kept(folder: Path, rules: Rules) -> None:
    """The bench is started anew in the midst of it."""
    with opened(folder, rules) as floor:
        decide(floor, HELD, "regrade", "seen")
        (hold,) = (each for each in floor.history.bins() if each.bin == HOLD)
        (lying,) = floor.history.manifest(HOLD).items
        assert (hold.leaving, lying.is_doubted) == (1, True), "page Bins names what is to be fetched"
        first = item(floor, "I3")
        floor.scan(HELD_PLATE)
        assert floor.stage == Stage.PHOTO
    with opened(folder, rules) as floor:
        assert floor.stage == Stage.PHOTO
        examine(floor)
        assert floor.stage == Stage.RESULT
        assert item(floor, "I3") == first, "until it is put back, its first grade holds"
        way = floor.bench.state.item.disposition
        shown = floor.do(Do.CONFIRM)
        assert [label.fields["plate"] for label in shown.labels] == [HELD_PLATE]
        while floor.stage == Stage.PREP:
            floor.do(Do.CONFIRM)
        floor.scan(HELD_PLATE)
        assert floor.stage == Stage.PLACE
        # No bin of the site takes this client's goods that way: a new one is labelled.
        (labelled,) = floor.do(Do.BIN_FULL).facts
        target = labelled.bin
        regraded = floor.scan(target).facts[0]
        assert isinstance(regraded, f.Regraded)
        assert (regraded.item, regraded.n, regraded.was_letter, regraded.was_disposition) == ("I3", 2, "B", "hold")
        assert (floor.stage, floor.bench.state.steps) == (Stage.IDLE, ())
        now = item(floor, "I3")
        assert (now["letter"], now["disposition"], now["bin"]) == (regraded.graded.letter, way, target)
        with floor.bench.journal.reading() as connection:
            told = rows(connection)
        assert [(row["n"], row["was_letter"], row["letter"]) for row in told["regrade"]] == [(2, "B", now["letter"])]
        assert {row["item"] for row in told["item"]} == {"I0", "I1", "I2", "I3"}
        assert floor.scan(HELD_PLATE).notice.tone is Tone.ATTENTION
        assert floor.stage == Stage.IDLE, "it is graded again once"
        story = floor.history.seek(HELD_PLATE, floor.bench.known.recognise).story
        assert {f.Graded, f.Regraded} <= {type(each.fact) for each in story}
        assert adds_up(floor)


def test_every_step_of_a_second_inspection_is_undone_and_the_first_one_stands(floor: Floor) -> None:
    decide(floor, HELD, "regrade", "seen")
    before = item(floor, "I3")
    floor.scan(HELD_PLATE)
    examine(floor)
    floor.do(Do.CONFIRM)
    while floor.stage != Stage.IDLE:
        assert len(floor.do(Do.UNDO).facts) > 0
    assert floor.bench.state.parcel is None
    assert item(floor, "I3") == before
    floor.scan(HELD_PLATE)
    assert floor.stage == Stage.PHOTO


def test_a_parcel_that_is_matched_has_its_units_tied_to_the_lines_and_untied_again(floor: Floor) -> None:
    """Two units of what the order wants one of, and a stranger: one is tied; taken back, it is what it was."""
    order = floor.bench.known.orders("1ZE2N61W0306291461")[0]
    line = order.lines[0]
    floor.bench.journal.append(
        (
            f.ParcelArrived("P9", "MYSTERY-9", "", "unknown", "none"),
            f.ExceptionRaised("E9", "unknown_parcel", "supervisor", "P9", detail="MYSTERY-9"),
            *(
                f.ItemIdentified("P9", name, code, "undeclared", "Thing", "home", sku=sku)
                for name, code, sku in (
                    ("I91", "x", "NOT-IT"),
                    ("I92", "x", line.product.sku),
                    ("I93", "x", line.product.sku),
                )
            ),
            f.ParcelFinished("P9", 3, 0),
        ),
        operator=RECEIVER[0],
        shift=SHIFT,
    )

    def links() -> list[tuple[str, str, str]]:
        return [
            (row["match"], row["rma"], row["line"]) for row in (item(floor, name) for name in ("I91", "I92", "I93"))
        ]

    loose = ("undeclared", "", "")
    floor.do(Do.DECIDE)
    floor.scan("MYSTERY-9")
    floor.choose("match")
    floor.scan(order.rma)
    shown = floor.do(Do.CHOOSE, "papers")
    floor.do(Do.CANCEL)
    assert shown.facts[1:] == (f.ItemRelinked("I92", order.rma, line.line, line.serials),)
    assert links() == [loose, ("matched", order.rma, line.line), loose]
    assert [each.line for each in floor.bench.known.received(order.rma)] == [line.line]
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    assert floor.do(Do.CHOOSE, "1").facts[1:] == (f.ItemUnlinked("I92", "undeclared"),)
    assert links() == [loose, loose, loose]
    assert floor.bench.known.received(order.rma) == ()


def test_a_unit_is_taken_from_its_order_only_with_another_supervisors_badge_and_both_orders_are_named(
    floor: Floor,
) -> None:
    """Of unknown price it is above any limit; the story and the report tell who asked and who allowed it."""
    order = floor.bench.known.orders("1ZE2N61W0306291461")[0]
    line = order.lines[0]
    told = ("matched", "Thing", "home")
    floor.bench.journal.append(
        (
            f.ParcelArrived("P9", "MYSTERY-9", "", "return", "one"),
            f.ItemIdentified("P9", "I91", "x", *told, sku=line.product.sku, rma="RMA-OTHER", line="7"),
            f.ExceptionRaised("E9", "serial_differs", "supervisor", "P9", "I91", detail="SN-1"),
            f.ParcelFinished("P9", 1, 0),
        ),
        operator=RECEIVER[0],
        shift=SHIFT,
    )
    floor.do(Do.DECIDE)
    floor.scan("MYSTERY-9")
    floor.choose("match")
    floor.scan(order.rma)
    assert floor.do(Do.CHOOSE, "papers").facts == ()
    assert floor.stage == Stage.SUPERVISOR
    told = Translator("en").format(floor.bench.prompt.reason, **floor.bench.prompt.params)
    assert told.startswith(f"Thing, from RMA-OTHER to {order.rma}. "), "who allows it reads what they allow"
    floor.scan(SECOND[0])
    facts = floor.scan(SECOND[1], TYPED).facts[-3:]
    assert facts[0] == StepUpGiven("relink", SUPERVISOR[0], SECOND[0], "I91", order.rma, "papers")
    assert facts[2] == f.ItemRelinked("I91", order.rma, line.line, line.serials, "RMA-OTHER", "7")
    floor.do(Do.CANCEL)
    (named,) = (each for each in floor.history.noted(SHIFT) if each.about == "relink")
    assert (named.by, named.second) == (SUPERVISOR[0], SECOND[0])
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    assert floor.do(Do.CHOOSE, "1").facts[1:] == (f.ItemUnlinked("I91", "matched", "RMA-OTHER", "7"),)


def test_a_parcel_of_several_orders_is_split_each_unit_to_its_own_and_joined_again(floor: Floor) -> None:
    one, other = (floor.bench.known.orders(code)[0] for code in ("1ZE2N61W0306291461", "1ZNA0HTV6849790669"))
    units = [
        f.ItemIdentified("P9", f"I9{n}", "x", "undeclared", "Thing", "home", sku=order.lines[0].product.sku)
        for n, order in enumerate((other, one))
    ]
    arrived = f.ParcelArrived("P9", "MYSTERY-9", "", "unknown", "none")
    raised = f.ExceptionRaised("E9", "unknown_parcel", "supervisor", "P9", detail="MYSTERY-9")
    floor.bench.journal.append(
        (arrived, raised, *units, f.ParcelFinished("P9", 2, 0)), operator=RECEIVER[0], shift=SHIFT
    )
    floor.do(Do.DECIDE)
    floor.scan("MYSTERY-9")
    floor.choose("split")
    floor.scan(one.rma)
    assert [each.command.value for each in floor.bench.prompt.buttons if each.command.value] == [], (
        "one is none to split"
    )
    floor.scan(other.rma)
    floor.choose("no-more")
    shown = floor.do(Do.CHOOSE, "papers")
    floor.do(Do.CANCEL)
    assert shown.facts[0].to == " + ".join(sorted((one.rma, other.rma)))
    assert {(each.item, each.rma) for each in shown.facts[1:]} == {("I90", other.rma), ("I91", one.rma)}
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    undone = floor.do(Do.CHOOSE, "1").facts[1:]
    assert set(undone) == {f.ItemUnlinked("I90", "undeclared"), f.ItemUnlinked("I91", "undeclared")}


def test_above_a_value_a_decision_is_written_only_when_another_supervisor_allowed_it(floor: Floor) -> None:
    floor.do(Do.DECIDE)
    floor.choose(HELD, "release", "resale")
    written = floor.bench.journal.last_seq
    floor.do(Do.CHOOSE, "client")
    assert floor.stage == Stage.SUPERVISOR
    for wrong in (SUPERVISOR[0], RECEIVER[0]):
        assert floor.scan(wrong).notice.tone is Tone.REFUSED, "neither oneself nor who decides nothing"
    floor.do(Do.CANCEL)
    assert (floor.bench.journal.last_seq, item(floor, "I3")["disposition"]) == (written, "hold")
    facts = decide(floor, HELD, "release", "resale", "client").facts
    assert [f.name_of(each) for each in facts] == ["StepUpGiven", "ExceptionDecided", "RouteOverridden"]
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    assert floor.do(Do.CHOOSE, "1").facts[1].disposition == "hold"


def test_what_was_stopped_a_decision_sends_no_further_than_to_recycling_until_it_is_graded_without_the_stop(
    floor: Floor,
) -> None:
    """As at the result of the bench itself; the words say how a stop is cleared."""
    stopped = f.Graded("I3", "", "B", "works", "footwear@1", stops=("data", "serial"))
    floor.bench.journal.append((stopped,), operator=RECEIVER[0], shift=SHIFT)
    floor.do(Do.DECIDE)
    floor.choose(HELD, "release")
    prompt = floor.bench.prompt
    assert [each.command.value for each in prompt.buttons if not each.aside] == ["recycle"]
    assert "grade it again" in prompt.params["stopped"] and "{stopped}" in prompt.reason
    floor.choose("restock")
    assert floor.stage == Stage.DECISION_TO, "nor is it taken when it is not offered"
    floor.do(Do.CANCEL)
    clear = f.Graded("I3", "B", "B", "works", "footwear@1")
    values = (("resale", 1185), ("recycle", -42))
    again = f.Regraded("I3", "P1", 2, clear, f.Routed("I3", "hold", "r/1", values=values), "hold", "", "hold")
    floor.bench.journal.append((again,), operator=RECEIVER[0], shift=SHIFT)
    floor.do(Do.DECIDE)
    floor.choose(HELD, "release")
    offered = {each.command.value: each.text.format(**each.params) for each in floor.bench.prompt.buttons}
    assert offered["restock"] == "Restock: value not known" and offered["recycle"] == "Recycle: -0.42 USD"
    assert (offered["resale"], offered.get("hold", "Hold")) == ("Resale: 11.85 USD", "Hold")
    assert "stopped" not in floor.bench.prompt.params

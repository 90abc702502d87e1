"""A defect marked on a photo: evidence beside the answers, checked, and taken back by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import facts as f
from station.inputs import DefectDrawn, Do
from station.outcome import Tone
from station.stages import Stage, question_due
from station.steps.marks import _makes_sense
from station.steps.plate import care

PHOTO = "ab" * 32


def drawn(**changes: object) -> DefectDrawn:
    values = {"sha256": PHOTO, "start": (100, 200), "end": (400, 200), "zone": "cloth", "kind": "stain", "severity": 2}
    return DefectDrawn(**{**values, **changes})


def at_result(walk, **answers: str):
    return walk.arrive("tee").item("tee").examine({"packaging": "tagged", **answers})


def test_a_mark_is_kept_and_the_grade_stays(walk) -> None:
    at_result(walk)
    graded = walk.state.item.graded
    walk.give(drawn())
    assert walk.last.facts == (f.DefectMarked("I-A01-1", 1, PHOTO, 100, 200, 400, 200, "cloth", "stain", 2),)
    assert walk.state.item.graded == graded
    assert walk.give(drawn()).state.item.marks[1].mark == 2


def test_the_grade_names_each_defect_of_answers_and_marks_once(walk) -> None:
    walk.arrive("tee").item("tee").examine_until("stains", packaging="tagged").give(drawn(kind="hole", severity=1))
    walk.give(drawn(severity=3)).examine({"stains": "small"})
    assert walk.state.item.graded.defects == (("cloth", "stain"), ("cloth", "hole"))


def test_the_worst_without_an_answer_stops_the_item_before_its_label_is_printed(walk) -> None:
    at_result(walk).give(drawn(severity=4))
    assert (walk.stage, walk.state.item.stops_found) == (Stage.INTERLOCK, ("marked",))
    assert walk.last.notice.tone is Tone.STOPPED
    walk.do(Do.CONFIRM)
    item = walk.state.item
    assert (walk.stage, item.disposition) == (Stage.RESULT, "hold")
    assert item.routed.reasons[0].text == "A defect that spoils it is marked, and no answer tells of it"
    assert "marked" not in [value for each in item.graded.reasons for value in each.params.values()]


@pytest.mark.parametrize("at", [Stage.INSPECT, Stage.RESULT])
def test_a_mark_of_what_only_a_stop_tells_of_stops_as_that_answer_does_however_faint(walk, at: Stage) -> None:
    walk.arrive("locked").item("locked")
    if at is Stage.INSPECT:
        walk.examine_until("lock", packaging="opened")
    else:
        walk.examine({"packaging": "opened"})
    walk.give(drawn(zone="battery", kind="swollen", severity=1))
    stop = walk.state.item.open_interlock
    assert (walk.stage, stop.code, stop.owner) == (Stage.INTERLOCK, "hazard", "safety")
    assert walk.do(Do.CONFIRM).stage is Stage.INTERLOCK, "the fire-safe box is to be scanned"
    walk.acknowledge()
    item = walk.state.item
    assert item.is_hazard and item.graded.stops == ("hazard",)
    assert walk.stage is Stage.RESULT, "and nothing more is asked of it"
    assert walk.state.parcel.exceptions[-1].kind == "hazard"
    walk.do(Do.UNDO).do(Do.UNDO)
    assert (walk.state.item.marks, walk.state.item.interlocks) == ((), ())


@pytest.mark.parametrize("kind", ["mould", "pests"])
def test_mouldy_goods_and_those_with_insects_do_not_go_on_their_way(walk, kind: str) -> None:
    at_result(walk).give(drawn(kind=kind, severity=2))
    assert walk.state.item.stops_found == (kind,)
    walk.acknowledge()
    assert walk.state.item.disposition in ("hold", "recycle")
    assert walk.state.item.graded.reasons[0].code == f"evidence:{kind}", "in words of its own"
    (label,) = walk.do(Do.CONFIRM).last.labels
    shut = {"mould": "Mould: leave the bag shut", "pests": "Insects: leave the film shut"}
    assert label.fields["care"] == shut[kind], "whoever takes it up next knows"
    assert care((kind, "hazard"), walk.known) == "Danger: it may burn or leak", "before all else"
    assert care(("locked",), walk.known) == ""


@pytest.mark.parametrize(("stains", "stage"), [("none", Stage.INTERLOCK), ("large", Stage.RESULT)])
def test_a_mark_before_its_question_waits_for_the_answer(walk, stains: str, stage: Stage) -> None:
    walk.arrive("tee").item("tee").examine_until("stains", packaging="tagged").give(drawn(severity=4))
    assert walk.last.notice.text == "Marked. Answer so that the grade tells of it, or it is held."
    while walk.stage in (Stage.INSPECT, Stage.PHOTO):
        due = question_due(walk.state.item, walk.known)
        if walk.stage is Stage.PHOTO:
            walk.photo()
        else:
            walk.do(Do.CHOOSE, stains if due.id == "stains" else due.options[0].id)
    assert walk.stage is stage
    if stage is Stage.INTERLOCK:
        walk.do(Do.UNDO)
        assert walk.stage is not Stage.INTERLOCK and walk.state.item.marks != ()


def test_the_worst_that_an_answer_tells_of_is_just_marked(walk) -> None:
    at_result(walk, stains="large").give(drawn(severity=4))
    assert walk.last.notice.tone is Tone.ACCEPTED


def test_undo_takes_a_mark_back_by_name(walk) -> None:
    before = at_result(walk).state.parcel
    walk.give(drawn()).do(Do.UNDO)
    assert walk.last.facts[0].step == "mark on the photo"
    assert walk.state.parcel == before


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "cd" * 32},
        {"start": (-1, 0)},
        {"end": (0, 1001)},
        {"zone": "moon"},
        {"kind": "ugly"},
        {"severity": 5},
    ],
)
def test_what_makes_no_sense_is_not_marked(walk, changes: dict[str, object]) -> None:
    at_result(walk).give(drawn(**changes))
    assert (walk.last.facts, walk.last.notice.tone) == ((), Tone.ATTENTION)


@given(st.tuples(*[st.integers(-2, 1002)] * 4), st.integers(-1, 6))
def test_only_points_of_the_picture_make_sense(points: tuple[int, ...], severity: int) -> None:
    sensible = _makes_sense(drawn(start=points[:2], end=points[2:], severity=severity))
    assert sensible == (all(0 <= p <= 1000 for p in points) and 1 <= severity <= 4)

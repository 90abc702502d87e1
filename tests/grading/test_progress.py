"""What is still to come, and what one answer may say of all the rest: invariants over every shipped rubric."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.progress import rest, still_to_come
from grading.rubric import Rubric, chosen, next_question, parse

FOLDER = Path(__file__).parents[2] / "resources" / "rubrics"
RUBRICS = [parse(path.read_bytes()) for path in sorted(FOLDER.glob("*.toml"))]


@st.composite
def begun(draw: st.DrawFn) -> tuple[Rubric, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """An inspection that stopped somewhere, answered at random."""
    rubric = draw(st.sampled_from(RUBRICS))
    parts = draw(st.sampled_from([(), ("charger",), ("left", "right")]))
    answers: tuple[tuple[str, str], ...] = ()
    for _ in range(draw(st.integers(0, 8))):
        due = next_question(rubric, answers, parts)
        if due is None:
            break
        answers = (*answers, (due.id, draw(st.sampled_from([option.id for option in due.options]))))
    return rubric, answers, parts


@given(begun())
def test_what_is_to_come_begins_with_what_is_due_and_asks_nothing_twice(case) -> None:
    rubric, answers, parts = case
    ahead = [question.id for question in still_to_come(rubric, answers, parts)]
    due = next_question(rubric, answers, parts)
    assert ahead[:1] == ([due.id] if due is not None else [])
    assert len(ahead) == len(set(ahead))
    assert not set(ahead) & {question.id for question, _ in chosen(rubric, answers, parts)}


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda each: each.name)
def test_what_is_to_come_counts_the_goods_as_opened(rubric: Rubric) -> None:
    """The count of the first question is the one that an opened unit without a fault comes to."""
    answers: tuple[tuple[str, str], ...] = ()
    first = still_to_come(rubric, answers, ())
    while (due := next_question(rubric, answers, ())) is not None:
        answers = (*answers, (due.id, next(option.id for option in due.options if not option.sealed)))
    assert [each.id for each in first] == [name for name, _ in answers]


@given(begun())
def test_the_rest_tells_of_no_defect_no_function_and_no_stop(case) -> None:
    rubric, answers, parts = case
    for question, option in rest(rubric, answers, parts):
        assert question.kind == "inspection"
        assert option is question.options[0]
        assert option.defect is None
        assert not any(each.functional or each.stop or each.sealed for each in question.options)
        assert not question.id.startswith("part:")


@given(begun())
def test_after_the_rest_only_what_must_be_tried_is_asked(case) -> None:
    rubric, answers, parts = case
    said = rest(rubric, answers, parts)
    if said:
        given_ = (*answers, *((question.id, option.id) for question, option in said))
        asked = {question.id for question, _ in chosen(rubric, given_, parts)}
        assert asked >= {question.id for question, _ in said}
        before = {question.id for question in still_to_come(rubric, answers, parts)}
        after = {question.id for question in still_to_come(rubric, given_, parts)}
        assert after == before - {question.id for question, _ in said}


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.id)
def test_no_rest_is_offered_while_a_stop_or_the_packaging_is_open(rubric: Rubric) -> None:
    answers: tuple[tuple[str, str], ...] = ()
    due = next_question(rubric, answers, ())
    while due is not None and due.kind != "inspection":
        assert rest(rubric, answers, ()) == ()
        option = next(option for option in reversed(due.options) if not option.stop)
        answers = (*answers, (due.id, option.id))
        due = next_question(rubric, answers, ())

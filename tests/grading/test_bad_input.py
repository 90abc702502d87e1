"""Rubrics and answers that nobody should write: a clear word, nothing lost, and an end in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.explain import explain, sentences
from grading.grade import grade
from grading.rubric import MOST_BYTES, RubricError, defects, next_question, parse, prep_needed
from grading.soundness import check
from grading.toml_text import text_fault

QUESTION = """
[[questions]]
id = "{name}"
kind = "inspection"
text = "{text}"
hint = "Look."
{when}
options = [
    {{ id = "good", key = 1, text = "Good", word = "Good", cap = "A" }},
    {{ id = "bad", key = 2, text = "Bad", word = "Bad", cap = "D" }},
]
"""


def with_more(goods, *questions: str) -> bytes:
    """The rubric of media with questions of a careless hand."""
    head, mark, tail = goods.toml("media").partition("[[prep]]")
    return (head + "".join(questions) + mark + tail).encode()


def question(name: str, when: str = "", text: str = "Is it good?") -> str:
    return QUESTION.format(name=name, when=f"when = [{when}]" if when else "", text=text)


def test_questions_that_wait_for_each_other_end_and_are_found(goods) -> None:
    ring = [question("one", '{ two = ["good"] }'), question("two", '{ one = ["good"] }')]
    rubric = parse(with_more(goods, *ring, question("own", '{ own = ["good"] }')))
    answers = goods.best(rubric)
    assert {"one", "two", "own"}.isdisjoint(dict(answers))
    assert {problem.place for problem in check(rubric)} >= {"questions.one", "questions.two", "questions.own"}
    assert grade(rubric, answers, goods.matched).letter == "A"


@pytest.mark.parametrize("count", [40, 500, 10_000])
def test_more_questions_than_a_person_answers_are_refused_before_anything_is_walked(goods, count: int) -> None:
    toml = with_more(goods, *(question(f"more_{number}") for number in range(count)))
    with pytest.raises(RubricError, match="ask fewer questions" if len(toml) > MOST_BYTES else "questions: Expected"):
        parse(toml)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Is it {thing}?", "nothing fills the place {thing}"),
        ("Is it {?", "braces do not match"),
        ("Is it {0}?", "nothing fills the place {0}"),
        ("Is it {thing:9999999999}?", "nothing fills the place {thing}"),
        ("Is it\\u202e good?", "a character that cannot be shown"),
        ("Is it\\u0000 good?", "a character that cannot be shown"),
        ("Is it\\n good?", "a character that cannot be shown"),
    ],
)
def test_a_sentence_that_cannot_be_shown_is_found(goods, text: str, says: str) -> None:
    rubric = parse(with_more(goods, question("odd", text=text)))
    assert [problem for problem in check(rubric) if problem.place == "questions.odd" and says in problem.text]


def test_a_width_costs_nothing_even_where_the_name_is_known() -> None:
    assert text_fault("{part:999999999999}", {"part": "lid"}) == "nothing fills the place {part}"
    assert text_fault("{part}", {"part": "lid"}) == ""


def test_an_id_that_looks_like_a_kits_part_is_found(goods) -> None:
    found = check(parse(with_more(goods, question("part:lid"))))
    assert ("questions.part:lid", "only the questions made for a kit's parts have such an id") in [
        (problem.place, problem.text) for problem in found
    ]


def said(text: str, **params: str) -> str:
    return text.format(**params)


_word = st.one_of(st.text(max_size=8), st.sampled_from(["packaging", "disc", "opened", "none", "part:lid", "missing"]))


@settings(deadline=None)
@given(st.lists(st.tuples(_word, _word), max_size=30), st.booleans())
def test_answers_of_any_kind_order_and_number_never_raise_and_never_invent_a_letter(
    goods, answers: list[tuple[str, str]], twice: bool
) -> None:
    rubric = goods.rubric("media")
    given_ = tuple(answers * 2 if twice else answers)
    result = grade(rubric, given_, goods.matched)
    known = {question.id for question in rubric.questions}
    if any(name not in known for name, _ in given_):
        assert result.letter == "" or result.stops
    assert next_question(rubric, given_, ()) is None or not result.letter
    sentences(explain(rubric, given_, goods.matched), said)
    defects(rubric, given_, ())
    prep_needed(rubric, given_, ())


@settings(deadline=None)
@given(st.data())
def test_the_order_of_the_answers_does_not_change_the_grade(goods, data: st.DataObject) -> None:
    rubric = goods.rubric("media")
    answers = data.draw(goods.walks(rubric))
    mixed = tuple(data.draw(st.permutations(answers)))
    plain, other = grade(rubric, answers, goods.matched), grade(rubric, mixed, goods.matched)
    assert (plain.letter, plain.functional, set(plain.stops), plain.scores) == (
        other.letter,
        other.functional,
        set(other.stops),
        other.scores,
    )
    assert grade(rubric, answers + answers, goods.matched) == plain

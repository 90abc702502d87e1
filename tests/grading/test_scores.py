"""Sub-scores explain a grade: a worse answer never raises one, and none ever decides the letter."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.grade import grade
from grading.rubric import parse
from grading.soundness import check

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))


@pytest.mark.parametrize(
    ("answers", "scores"),
    [
        ({}, (100, 100, 100, 100)),
        ({"screen": "near"}, (100, 90, 100, 97)),
        ({"screen": "near", "body": "catches"}, (100, 60, 100, 88)),
        ({"functions": "one", "health": "no"}, (60, 100, 70, 74)),
        ({"starts": "no", "screen": "cracked", "body": "broken", "liquid": "red"}, (0, 0, 30, 6)),
        ({"packaging": "sealed"}, (100, 100, 100, 100)),
        ({"packaging": "no_box"}, (100, 100, 90, 98)),
    ],
)
def test_each_finding_takes_its_points_off(goods, answers: dict[str, str], scores: tuple[int, ...]) -> None:
    shipped = goods.rubric("electronics")
    result = grade(shipped, goods.best(shipped, **answers), goods.matched)
    assert result.scores == tuple(zip(("function", "cosmetic", "completeness", "total"), scores, strict=True))


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_missing_is_never_a_matter_of_looks(goods, category: str) -> None:
    """A full score of completeness beside "packaging: missing" would be a riddle."""
    shipped = goods.rubric(category)
    for question in shipped.questions:
        for option in question.options:
            if option.defect is not None and option.defect.kind == "missing" and not option.stop:
                scores = dict(grade(shipped, goods.best(shipped, **{question.id: option.id}), goods.matched).scores)
                assert (scores["cosmetic"], min(scores["completeness"], scores["function"]) < 100) == (100, True)


def test_a_missing_part_counts_once_wherever_it_is_known_from(goods) -> None:
    shipped = goods.rubric("electronics")
    asked = goods.best(shipped, ("cable",), **{"part:cable": "missing"})
    parts = {"parts": ("cable",)}
    assert dict(grade(shipped, asked, goods.matched | parts).scores)["completeness"] == 70
    assert dict(grade(shipped, asked, goods.matched | parts | {"missing": ["cable"]}).scores)["completeness"] == 70
    told = grade(shipped, goods.best(shipped), goods.matched | {"missing": ["cable"]})
    assert dict(told.scores)["completeness"] == 70


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES), st.sampled_from([(), ("charger", "cable")]))
def test_a_worse_answer_never_raises_a_score(goods, data: st.DataObject, category: str, parts: tuple[str, ...]) -> None:
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped, parts))
    evidence = goods.matched | {"parts": parts}
    before = grade(shipped, answers, evidence)
    at = data.draw(st.integers(0, len(answers) - 1))
    name, was = answers[at]
    ids = ("yes", "missing")
    if not name.startswith("part:"):
        ids = tuple(o.id for q in shipped.questions if q.id == name for o in q.options)
    worse = data.draw(st.sampled_from(ids[ids.index(was) :]))
    after = grade(shipped, (*answers[:at], (name, worse), *answers[at + 1 :]), evidence)
    assert all(0 <= score <= 100 for _, score in before.scores)
    assert bool(before.scores) == (bool(before.letter) and not before.stops)
    if before.scores and after.scores:
        assert all(dict(after.scores)[axis] <= score for axis, score in before.scores)


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_the_letter_is_the_same_without_scores(goods, data: st.DataObject, category: str) -> None:
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped))
    scored = grade(shipped, answers, goods.matched)
    plain = grade(msgspec.structs.replace(shipped, scores=None), answers, goods.matched)
    assert plain.scores == ()
    assert msgspec.structs.replace(scored, scores=()) == plain


@pytest.mark.parametrize(
    ("search", "replacement", "place", "text"),
    [
        ("function = 50", "function = 60", "scores", "100 together"),
        ("[scores.cosmetic]\nB = 10", "[scores.cosmetic]\nB = 40", "questions.screen.far", "fewer points"),
    ],
)
def test_points_that_do_not_add_up_are_found(goods, search: str, replacement: str, place: str, text: str) -> None:
    whole = goods.toml("electronics")
    assert search in whole
    found = check(parse(whole.replace(search, replacement, 1).encode()))
    assert [each for each in found if each.place == place and text in each.text], found

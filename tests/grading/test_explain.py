"""What a grade hangs on is found by trying: without the finding it is another, with the better answer a better one."""

from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from grading.explain import Explanation, explain, sentences
from grading.grade import best_letter, grade
from grading.reasons import Reason
from grading.rubric import Answers, Rubric, next_question

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))


def said(text: str, **params: str) -> str:
    """A sentence in the source language."""
    return text.format(**params)


def told(goods, category: str, evidence: dict[str, object] | None = None, **answers: str) -> tuple[str, ...]:
    shipped = goods.rubric(category)
    given_ = goods.best(shipped, **answers)
    return sentences(explain(shipped, given_, goods.matched | (evidence or {})), said)


def test_one_finding_that_decided_is_named_with_what_it_cost(goods) -> None:
    assert told(goods, "apparel", stains="small", cloth="pull") == (
        "One stain smaller than a fingertip: this alone made it C; without it: B.",
        "One better answer would make it B: “Gone after the lint roller” to “Is there any stain, make-up or hair?”",
    )


def test_findings_of_which_each_alone_decides_are_named_together(goods) -> None:
    assert told(goods, "apparel", stains="small", washed="balls") == (
        "Each of these alone makes it C: One stain smaller than a fingertip; Worn or washed many times.",
    )


def test_that_nobody_could_try_it_is_no_advice_for_what_does_not_work(goods) -> None:
    dead = told(goods, "appliances", starts="no")
    assert "Does not switch on: this alone made it D; without it: A." in dead
    assert not [each for each in dead if "Cannot be tested here" in each]


def test_a_stop_answer_and_a_faultless_item_say_so(goods) -> None:
    assert told(goods, "apparel", hygiene="broken") == ("Hygiene strip broken: this alone stopped the questions.",)
    assert told(goods, "apparel") == ("Nothing took anything off.",)


def test_a_part_known_to_be_missing_is_a_near_miss(goods) -> None:
    assert told(goods, "electronics", {"missing": ("cable",)}) == (
        "Part is missing: cable: this alone made it C; without it: A.",
        "With cable there, it would be A.",
    )


def test_nothing_is_explained_where_there_is_no_grade(goods) -> None:
    shipped = goods.rubric("apparel")
    assert explain(shipped, (), goods.matched) == explain(shipped, (), {"match": "?"}) == Explanation("")


def alone(rubric: Rubric, answers: Answers, kept: Reason, explained: Explanation) -> Answers:
    """The answers with the best instead of each that limits the letter, but for one; what is asked then, too."""
    others = {each.code.partition(":")[0] for each in explained.each if each.code != kept.code}
    given: Answers = ()
    while (question := next_question(rubric, given, ())) is not None:
        best = min((each for each in question.options if not each.stop), key=partial(best_letter, rubric)).id
        given = (*given, (question.id, best if question.id in others else dict(answers).get(question.id, best)))
    return given


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_what_is_said_to_decide_decides_and_what_is_near_is_near(goods, data: st.DataObject, category: str) -> None:
    shipped = goods.rubric(category)
    answers: Answers = data.draw(goods.walks(shipped))
    bare = goods.matched
    evidence = bare | data.draw(st.sampled_from([{}, {"missing": ["cable"]}]))
    graded = grade(shipped, answers, evidence)
    explained = explain(shipped, answers, evidence)
    assert explained.letter == graded.letter
    if graded.letter in ("B", "C", "D") and not graded.stops:
        assert bool(explained.decisive) != bool(explained.each)
        for why in explained.each:
            again = grade(shipped, alone(shipped, answers, why, explained), evidence if "missing" in why.code else bare)
            assert again.letter == graded.letter or why.code not in {each.code for each in again.reasons}
    for miss in explained.near:
        assert miss.letter < graded.letter
        if miss.question is not None and miss.option is not None:
            better = tuple({**dict(answers), miss.question.id: miss.option.id}.items())
            assert grade(shipped, better, evidence).letter == miss.letter
    for each in explained.decisive:
        if each.without:
            assert each.without < graded.letter
            assert all(miss.letter >= each.without for miss in explained.near)
    assert all("{" not in sentence for sentence in sentences(explained, said))

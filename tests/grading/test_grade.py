"""A grade is the worst that was found, names why, and is never invented."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.grade import Grade, grade
from grading.rubric import Answers, Rubric, defects, parse
from grading.soundness import endings

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))

PARTS = ("charger", "cable")


def badness(result: Grade) -> int:
    """A is 0, D is 3, no letter is 4."""
    return "ABCD".index(result.letter) if result.letter else 4


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES), st.sampled_from([(), PARTS]))
def test_every_way_ends_in_a_letter_with_reasons_or_in_a_stop(
    goods, data: st.DataObject, category: str, parts: tuple[str, ...]
) -> None:
    evidence = data.draw(goods.evidence)
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped, parts))
    result = grade(shipped, answers, evidence | {"parts": parts})
    assert result.rule == shipped.name
    assert (result.letter in tuple("ABCD")) or result.stops
    assert result.reasons
    for why in result.reasons:
        if not why.code.startswith("evidence:"):
            assert (why.params["question"], why.params["answer"]) in answers
    if result.functional == "works":
        options = {(q.id, o.id): o for q in shipped.questions for o in q.options}
        said = {options[pair].functional for pair in answers if pair in options}
        assert "works" in said and not said & {"partly", "untested", "faulty"}


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_a_worse_answer_never_gives_a_better_letter(goods, data: st.DataObject, category: str) -> None:
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped, PARTS))
    evidence = goods.matched | {"parts": PARTS}
    before = grade(shipped, answers, evidence)
    at = data.draw(st.integers(0, len(answers) - 1))
    name, was = answers[at]
    ids = ("yes", "missing")
    if not name.startswith("part:"):
        ids = tuple(o.id for q in shipped.questions if q.id == name for o in q.options)
    worse = data.draw(st.sampled_from(ids[ids.index(was) :]))
    after = grade(shipped, (*answers[:at], (name, worse), *answers[at + 1 :]), evidence)
    assert badness(after) >= badness(before) or after.stops


def test_no_cosmetics_are_graded_better_because_a_worse_box_spares_a_question(goods) -> None:
    """What was answered and is not asked any more counts no more; what is asked now as well is answered at its best."""
    ranks = ("sealed", "works", "partly", "untested", "faulty")
    shipped = goods.rubric("cosmetics")
    for answers in endings(shipped):
        before = grade(shipped, answers, goods.matched)
        given = dict(answers)
        for name, worse in _worse_packaging(shipped, given):
            after = grade(shipped, goods.best(shipped, **given | {name: worse}), goods.matched)
            assert badness(after) >= badness(before) or after.stops, (answers, worse)
            assert ranks.index(after.functional) >= ranks.index(before.functional) or after.stops, (answers, worse)


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_sealed_goods_stand_behind_any_that_are_not(goods, category: str) -> None:
    """An inspection that is skipped finds nothing."""
    for question in goods.rubric(category).questions:
        sealed = [option.sealed for option in question.options]
        assert sealed == sorted(sealed, reverse=True), question.id


def _worse_packaging(rubric: Rubric, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The worse answers to the questions about the packaging, by question."""
    for question in rubric.questions:
        ids = [option.id for option in question.options]
        if question.kind == "packaging" and question.id in given:
            yield from ((question.id, worse) for worse in ids[ids.index(given[question.id]) + 1 :])


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_a_grade_is_never_better_than_any_reason_allows(goods, data: st.DataObject, category: str) -> None:
    """Leaving out the first reason's answer is the only way to a better letter: it decided."""
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped))
    result = grade(shipped, answers, goods.matched)
    if result.stops or result.letter in ("A", ""):
        return
    decided = result.reasons[0].params["question"]
    perfect = dict(goods.best(shipped))
    if decided not in perfect:
        return
    alone = grade(shipped, tuple((perfect | {decided: dict(answers)[decided]}).items()), goods.matched)
    if alone.letter:
        assert alone.letter == result.letter


@pytest.mark.parametrize("category", [category for category in CATEGORIES if category != "cosmetics"])
def test_faultless_goods_are_a(goods, category: str) -> None:
    shipped = goods.rubric(category)
    result = grade(shipped, goods.best(shipped), goods.matched)
    assert (result.letter, result.cosmetic, result.functional) == ("A", "A", "works")


@pytest.mark.parametrize(
    ("answers", "letter", "functional", "first"),
    [
        ({"screen": "near"}, "B", "works", "screen:near"),
        ({"screen": "near", "body": "catches"}, "C", "works", "body:catches"),
        ({"starts": "untested"}, "C", "untested", "starts:untested"),
        ({"starts": "no", "screen": "cracked"}, "D", "faulty", "starts:no"),
        ({"functions": "one"}, "C", "partly", "functions:one"),
        ({"health": "no"}, "C", "works", "health:no"),
        ({"liquid": "red"}, "D", "works", "liquid:red"),
        ({"packaging": "sealed"}, "A", "sealed", "packaging:sealed"),
    ],
)
def test_the_worst_floor_wins_and_comes_first(
    goods, answers: dict[str, str], letter: str, functional: str, first: str
) -> None:
    shipped = goods.rubric("electronics")
    result = grade(shipped, goods.best(shipped, **answers), goods.matched)
    assert (result.letter, result.functional, result.reasons[0].code) == (letter, functional, first)


@pytest.mark.parametrize(("cloth", "letter"), [("rolled", "B"), ("stain", "C"), ("torn", "D")])
def test_cloth_of_the_home_is_looked_at_for_hair_stains_and_smell(goods, cloth: str, letter: str) -> None:
    shipped = goods.rubric("home")
    result = grade(shipped, goods.best(shipped, cloth=cloth), goods.matched)
    assert (result.letter, result.reasons[0].code) == (letter, f"cloth:{cloth}")


@pytest.mark.parametrize("category", ["phones", "laptops", "electronics", "audio"])
def test_only_a_lock_that_nobody_could_see_is_said_not_to_be_checked(goods, category: str) -> None:
    shipped = goods.rubric(category)
    words = {
        seen: [
            why.text for why in grade(shipped, goods.best(shipped, lock="dark", lock_now=seen), goods.matched).reasons
        ]
        for seen in ("no", "unseen")
    }
    unseen = "The activation lock could not be checked"
    assert unseen not in words["no"] and words["unseen"] == [unseen]


@pytest.mark.parametrize(
    ("category", "answers", "stop", "letter"),
    [
        ("electronics", {"battery": "yes"}, "hazard", ""),
        ("electronics", {"battery": "unsure"}, "hazard", ""),
        ("electronics", {"lock": "yes"}, "locked", ""),
        ("apparel", {"hygiene": "broken"}, "hygiene", "D"),
        ("footwear", {"pair": "no"}, "mismatch", ""),
        ("home", {"recall": "yes"}, "recall", ""),
        ("home", {"broken": "yes"}, "broken", "D"),
        ("cosmetics", {"recall": "unread"}, "batch_unread", ""),
        ("cosmetics", {"packaging": "broken"}, "hygiene", "D"),
        ("cosmetics", {"expiry": "no"}, "expired", "D"),
        ("media", {"mould": "yes"}, "mould", "D"),
        ("phones", {"lock": "data"}, "data", ""),
        # It did not start when the lock was asked about, and starts now: asked again, and before anything else.
        ("phones", {"lock_now": "data", "lock": "dark"}, "data", ""),
        ("phones", {"starts": "no", "lock": "dark"}, "lock_unseen", ""),
        ("laptops", {"starts": "untested", "lock": "dark"}, "lock_unseen", ""),
        ("electronics", {"starts_now": "no", "lock": "dark"}, "lock_unseen", ""),
        ("audio", {"lock_now": "unseen", "lock": "dark"}, "lock_unseen", ""),
        ("apparel", {"pests": "insects"}, "pests", "D"),
        ("home", {"pests": "mould"}, "mould", "D"),
        ("laptops", {"lock_now": "yes", "lock": "dark"}, "locked", ""),
        ("electronics", {"lock_now": "yes", "lock": "dark"}, "locked", ""),
        ("audio", {"lock_now": "yes", "lock": "dark"}, "locked", ""),
        ("electronics", {"lock": "data"}, "data", ""),
        ("electronics", {"lock_now": "data", "lock": "dark"}, "data", ""),
        ("audio", {"ear": "wax"}, "hygiene", "D"),
        ("home", {"cable": "damaged"}, "hazard", ""),
        ("appliances", {"cable": "damaged"}, "hazard", ""),
        ("bags", {"genuine": "unsure"}, "counterfeit", ""),
        ("bags", {"genuine": "differs"}, "counterfeit", ""),
        ("toys", {"cells": "screw"}, "open_cells", ""),
        ("toys", {"loose": "yes"}, "small_part", "D"),
        ("furniture", {"pests": "insects"}, "pests", "D"),
        ("furniture", {"pests": "mould"}, "mould", "D"),
        ("furniture", {"cartons": "some"}, "incomplete", ""),
    ],
)
def test_a_stop_answer_ends_it(goods, category: str, answers: dict[str, str], stop: str, letter: str) -> None:
    shipped = goods.rubric(category)
    given = goods.best(shipped, **answers)
    assert given[-1] == next(iter(answers.items()))
    result = grade(shipped, given, goods.matched)
    assert (result.stops, result.letter) == ((stop,), letter)
    assert result.reasons[0].code == f"{given[-1][0]}:{given[-1][1]}"
    # Nobody saw it work before it was stopped; but that it does not start was seen.
    is_dead = any((each.zone, each.kind) == ("all", "dead") for _, each in defects(shipped, given, ()))
    assert result.functional == ("faulty" if is_dead else "untested")


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_insects_and_mould_stop_is_a_defect_that_can_be_marked(goods, category: str) -> None:
    stopped = [option for _, option in goods.rubric(category).pairs.values() if option.stop in ("mould", "pests")]
    assert [option.defect.kind for option in stopped] == [option.stop for option in stopped]


def test_screws_are_asked_about_once_as_a_listed_part_or_by_their_count(goods) -> None:
    shipped = goods.rubric("furniture")
    assert dict(goods.best(shipped, hardware="short"))["hardware"] == "short"
    listed = goods.best(shipped, PARTS)
    assert "hardware" not in dict(listed) and grade(shipped, listed, {**goods.matched, "parts": PARTS}).letter == "A"


def test_a_missing_part_is_named_and_limits_the_letter(goods) -> None:
    shipped = goods.rubric("electronics")
    answers = goods.best(shipped, PARTS, **{"part:cable": "missing"})
    result = grade(shipped, answers, goods.matched | {"parts": list(PARTS)})
    assert (result.letter, result.missing) == ("C", ("cable",))
    assert result.reasons[0].text.format(**result.reasons[0].params) == "Part is missing: cable"
    elsewhere = grade(shipped, goods.best(shipped), goods.matched | {"missing": ["cable"]})
    assert (elsewhere.letter, elsewhere.missing, elsewhere.reasons[0].code) == ("C", ("cable",), "evidence:missing")


@pytest.mark.parametrize(
    ("category", "question", "option"),
    [("china", "set", "missing"), ("media", "inserts", "booklet"), ("furniture", "hardware", "short")]
    + [("toys", "pieces", "some"), ("tools", "accessories", "one"), ("bags", "accessories", "one")]
    + [(category, "accessories", "more") for category in ("appliances", "audio", "laptops", "phones")],
)
def test_what_an_answer_says_is_missing_counts_as_missing(goods, category: str, question: str, option: str) -> None:
    shipped = goods.rubric(category)
    answers = (*goods.best(shipped, **{question: option}), ("part:cable", "missing"))
    result = grade(shipped, answers, goods.matched | {"parts": PARTS})
    assert sorted(result.missing) == sorted([question, "cable"])
    again = grade(shipped, answers, goods.matched | {"parts": PARTS, "missing": ["lid", question]})
    assert again.missing == (*result.missing, "lid")
    assert grade(shipped, goods.best(shipped), goods.matched).missing == ()


def test_what_the_bench_measured_is_a_reason_but_no_letter(goods) -> None:
    shipped = goods.rubric("apparel")
    odd = {"match": "undeclared", "serial": "different", "weight_in_band": False}
    result = grade(shipped, goods.best(shipped), odd)
    assert result.letter == "A"
    assert {why.code for why in result.reasons} > {
        "evidence:match_undeclared",
        "evidence:serial_different",
        "evidence:weight",
    }


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_no_letter_while_a_question_is_open(goods, data: st.DataObject, category: str) -> None:
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped))
    fewer = answers[: data.draw(st.integers(0, len(answers) - 1))]
    result = grade(shipped, fewer, goods.matched)
    assert result.letter == ""
    assert result.reasons[0].code == "incomplete"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((("screen", "perhaps"),), "unknown_answer"),
        ((("weather", "fine"),), "unknown_answer"),
        ((("part:hat", "missing"),), "unknown_answer"),
    ],
)
def test_no_letter_for_an_answer_nobody_understands(goods, answers: Answers, code: str) -> None:
    shipped = goods.rubric("electronics")
    result = grade(shipped, (*goods.best(shipped), *answers), goods.matched)
    assert (result.letter, result.reasons[0].code) == ("", code)


def test_no_letter_for_an_answer_without_outcome(goods) -> None:
    silent = parse(goods.toml("media").replace('cap = "B"\n', "", 1).encode())
    result = grade(silent, goods.best(silent, inserts="booklet"), goods.matched)
    assert (result.letter, result.reasons[0].code) == ("", "no_outcome")


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["match", "serial", "weight_in_band", "parts", "missing", "other"]),
        st.one_of(
            st.none(), st.integers(), st.sampled_from(["matched", "same", "x", ""]), st.lists(st.just("x"), max_size=2)
        ),
    )
)
def test_evidence_of_any_kind_never_raises_and_never_invents_a_letter(goods, evidence: dict[str, object]) -> None:
    shipped = goods.rubric("apparel")
    result = grade(shipped, goods.best(shipped), evidence)
    if evidence.get("match") not in ("matched", "undeclared", "wrong"):
        assert (result.letter, result.reasons[0].code) == ("", "evidence:unreadable")


def test_a_grade_can_be_written_and_read(goods) -> None:
    shipped = goods.rubric("home")
    result = grade(shipped, goods.best(shipped, chips="small"), goods.matched)
    assert msgspec.json.decode(msgspec.json.encode(result), type=Grade) == result


@pytest.mark.parametrize("category", ["phones", "laptops", "electronics", "audio"])
def test_a_lock_that_was_checked_later_is_not_said_to_be_unchecked(goods, category: str) -> None:
    shipped = goods.rubric(category)
    evidence = {"match": "matched", "serial": "same"}
    late_answers = goods.best(shipped, lock="dark", starts="yes", lock_now="no")
    late = grade(shipped, late_answers, evidence)
    assert (late.letter, defects(shipped, late_answers, ())) == ("A", ()), "a flat battery is no fault"
    never = grade(shipped, goods.best(shipped, lock="dark", starts="no", starts_now="no"), evidence)
    assert (never.letter, never.stops) == ("", ("lock_unseen",))
    assert [why.text for why in never.reasons] == ["Does not switch on"]

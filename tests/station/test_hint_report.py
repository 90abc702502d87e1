"""Hints are judged by what people said of the items, and only when there are enough of them."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.rubric import Answers, next_question
from station import facts as f
from station.__main__ import main
from station.calibration.agreement import wilson
from station.hint_report import ENOUGH, Precision, RubricOf, precision
from station.journal import Journal
from station.rules import Rules, read_rules

NAMES = {category: each.name for category, each in read_rules().rubrics.items()}


def story(
    number: int,
    answers: Answers,
    kind: str = "damage_area",
    category: str = "electronics",
    parts: tuple[str, ...] = (),
    *more: f.Recorded,
) -> list[tuple[str, f.Recorded]]:
    item = f"I-A01-{number}"
    facts: list[f.Recorded] = [
        f.ItemIdentified("P1", item, "x", "matched", "Phone", category, components=parts),
        f.Hinted(item, "front", "ab" * 32, kind, 640),
        *(f.Answered(item, *answer, NAMES[category]) for answer in answers),
        *more,
    ]
    return [(f"t{number}-{place}", fact) for place, fact in enumerate(facts)]


def questions(rules: Rules) -> RubricOf:
    return lambda category, name: rules.versions.get(name) or rules.rubrics.get(category)


def judged(told: list[tuple[str, f.Recorded]], rules: Rules) -> Precision:
    (found,) = precision(told, questions(rules))
    return found


def answered(
    rules: Rules, category: str = "electronics", parts: tuple[str, ...] = (), **answers: str
) -> tuple[tuple[str, str], ...]:
    """The answers of someone who finds nothing in an opened box, but for what is told."""
    given: Answers = ()
    while (question := next_question(rules.rubrics[category], given, parts)) is not None:
        best = next(option.id for option in question.options if not option.sealed)
        given = (*given, (question.id, answers.get(question.id, best)))
    assert answers.items() <= dict(given).items()
    return given


def an_answer(rules: Rules, with_defect: bool) -> Answers:
    """The answers of someone who finds a scratch, or nothing."""
    return answered(rules, screen="near") if with_defect else answered(rules)


def test_a_damage_hint_is_right_when_an_answer_names_a_defect(rules: Rules) -> None:
    told = story(1, an_answer(rules, True)) + story(2, an_answer(rules, False)) + story(3, ())
    found = judged(told, rules)
    assert (found.kind, found.category, found.shown, found.agreed) == ("damage_area", "electronics", 2, 1)
    assert found.verdict == "too_few"


def test_what_was_undone_does_not_count(rules: Rules) -> None:
    told = story(1, an_answer(rules, True))
    undone = ("t9", f.Undone(tuple(txn for txn, fact in told if isinstance(fact, f.Answered)), "answer"))
    assert precision([*told, undone], questions(rules)) == ()


@pytest.mark.parametrize(("right", "verdict"), [(80, "useful"), (20, "not_useful"), (50, "unclear")])
def test_the_interval_decides_and_not_the_share(rules: Rules, right: int, verdict: str) -> None:
    good, bad = an_answer(rules, True), an_answer(rules, False)
    told = [fact for number in range(ENOUGH) for fact in story(number, good if number < right else bad)]
    assert judged(told, rules).verdict == verdict


@pytest.mark.parametrize(("match", "agreed"), [("wrong", 1), ("matched", 0)])
def test_another_article_is_judged_by_what_the_item_was_taken_for(rules: Rules, match: str, agreed: int) -> None:
    named, *rest = story(1, an_answer(rules, False), "wrong_item")
    told = [(named[0], msgspec.structs.replace(named[1], match=match)), *rest]
    assert (judged(told, rules).shown, judged(told, rules).agreed) == (1, agreed)


def test_another_article_seen_after_the_scan_agrees_with_the_hint(rules: Rules) -> None:
    told = [*story(1, an_answer(rules, False), "wrong_item"), ("t9", f.ItemFoundWrong("I-A01-1", "article", "Tee"))]
    assert judged(told, rules).agreed == 1


MUGS = ("mug, oat", "mug, rust")
CRACK = f.DefectMarked("I-A01-1", 1, "ab" * 32, 10, 10, 20, 20, "screen", "crack", 4)


@pytest.mark.parametrize(
    ("kind", "category", "parts", "answers", "marks", "outcome"),
    [
        ("missing_part", "china", MUGS, {"part:mug, rust": "missing"}, (), "agreed"),
        ("missing_part", "china", MUGS, {}, (), "wrong"),
        ("missing_part", "electronics", (), {"battery": "yes"}, (), "unjudged"),
        ("damage_area", "phones", (), {"lock": "yes"}, (), "unjudged"),
        ("damage_area", "phones", (), {"screen": "near"}, (), "agreed"),
        ("damage_area", "phones", (), {}, (CRACK,), "agreed"),
        ("damage_area", "phones", (), {}, (), "wrong"),
        ("damage_area", "phones", (), {"packaging": "no_box"}, (), "wrong"),
        ("damage_area", "electronics", (), {"starts": "no"}, (), "wrong"),
    ],
)
def test_a_hint_is_judged_only_by_what_was_asked_of_such_a_thing(
    rules: Rules,
    kind: str,
    category: str,
    parts: tuple[str, ...],
    answers: dict[str, str],
    marks: tuple[f.DefectMarked, ...],
    outcome: str,
) -> None:
    """Neither a box of its own that is not there nor what does not work is damage that a photo shows."""
    given = answered(rules, category, parts, **answers)
    found = judged(story(1, given, kind, category, parts, *marks), rules)
    counted = {"agreed": (1, 1, 0), "wrong": (1, 0, 0), "unjudged": (0, 0, 1)}[outcome]
    assert (found.shown, found.agreed, found.unjudged) == counted


def test_while_questions_are_open_no_hint_is_wrong(rules: Rules) -> None:
    """An item that is still on the bench: a scratch that is not found yet may be, and one that was found stands."""
    whole = answered(rules, screen="near")
    scratch = whole.index(("screen", "near"))
    for until in range(1, len(whole)):
        found = judged(story(1, whole[:until]), rules)
        assert (found.agreed, found.unjudged) == ((0, 1) if until <= scratch else (1, 0)), whole[:until]


def test_an_unusual_place_is_right_when_an_answer_names_a_defect(rules: Rules) -> None:
    told = [*story(1, an_answer(rules, True), "unusual_area"), *story(2, an_answer(rules, False), "unusual_area")]
    assert (judged(told, rules).shown, judged(told, rules).agreed) == (2, 1)


@pytest.mark.parametrize("kind", ["photo_reused", "same_item_again", "mood"])
def test_what_no_answer_can_judge_is_neither_right_nor_wrong(rules: Rules, kind: str) -> None:
    told = [fact for number in range(ENOUGH) for fact in story(number, an_answer(rules, True), kind)]
    raised = f.ExceptionRaised("X1", "photo_repeat", "supervisor", item="I-A01-1")
    found = judged([*told, ("t-doubt", raised)], rules)
    assert (found.shown, found.agreed, found.unjudged, found.verdict) == (0, 0, ENOUGH, "unjudged")


def test_an_answer_is_understood_by_the_version_it_was_given_to(rules: Rules) -> None:
    """Another version may call the same defect otherwise; where the version is not known, nothing is said."""
    told = story(1, an_answer(rules, True))
    other = msgspec.structs.replace(rules.rubrics["electronics"], questions=rules.rubrics["media"].questions)
    asked = {NAMES["electronics"]: rules.rubrics["electronics"]}
    (found,) = precision(told, lambda _category, name: asked.get(name, other))
    assert (found.shown, found.agreed) == (1, 1)
    (unknown,) = precision(told, lambda _category, _name: None)
    assert (unknown.shown, unknown.unjudged, unknown.verdict) == (0, 1, "unjudged")


def test_each_month_is_told_by_itself(rules: Rules) -> None:
    right, wrong = story(1, an_answer(rules, True)), story(2, an_answer(rules, False))
    months = {right[0][0]: "2026-10", wrong[0][0]: "2026-11"}
    found = precision(right + wrong, questions(rules), months)
    assert [(each.month, each.shown, each.agreed) for each in found] == [("2026-10", 1, 1), ("2026-11", 1, 0)]


@given(st.integers(1, 10_000).flatmap(lambda shown: st.tuples(st.integers(0, shown), st.just(shown))))
def test_the_interval_holds_the_share_and_narrows(counts: tuple[int, int]) -> None:
    agreed, shown = counts
    low, high = wilson(agreed, shown)
    assert 0 <= low <= agreed / shown + 1e-9 and agreed / shown - 1e-9 <= high <= 1
    wider_low, wider_high = wilson(agreed * 4, shown * 4)
    assert wider_high - wider_low < high - low


def test_the_command_prints_what_the_journal_says(tmp_path: Path, rules: Rules, capsys) -> None:
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        journal.append((f.ParcelArrived("P1", "1Z1", "ups", "return", "one"),), operator="B", shift="S")
        for _, fact in story(1, an_answer(rules, True)):
            journal.append((fact,), operator="B", shift="S")
        for _, fact in story(2, an_answer(rules, True), "photo_reused"):
            journal.append((fact,), operator="B", shift="S")
    assert main(["hints", "report", str(tmp_path)]) == 0
    assert "damage_area" in (said := capsys.readouterr().out) and "too few" in said and "judges it" in said
    assert main(["hints", "report", str(tmp_path), "--by-month"]) == 0
    assert re.search(r"^damage_area +electronics +\d{4}-\d\d +1 +1 +0 ", capsys.readouterr().out, re.MULTILINE)
    assert main(["hints", "report", str(tmp_path), "--json"]) == 0
    line, reused = json.loads(capsys.readouterr().out)
    assert (line["shown"], line["agreed"], line["unjudged"]) == (1, 1, 0)
    assert (reused["shown"], reused["unjudged"], reused["verdict"]) == (0, 1, "unjudged")
    assert main(["hints", "report", str(tmp_path / "nowhere")]) == 1
    assert "no journal" in capsys.readouterr().err

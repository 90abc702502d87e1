"""The shipped rubrics have no problem, and each kind of problem is found."""

from pathlib import Path

import pytest

from grading.rubric import parse
from grading.soundness import check

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_shipped_rubric_has_no_problem(goods, category: str) -> None:
    assert check(goods.rubric(category)) == []


@pytest.mark.parametrize(
    ("search", "replacement", "place", "text"),
    [
        ('id = "health"', 'id = "liquid"', "questions.liquid", "twice"),
        ('id = "label"', 'id = "whole"', "shots.whole", "twice"),
        ('id = "unsure"', 'id = "yes"', "questions.battery.yes", "twice"),
        ("key = 2", "key = 1", "questions.battery", "keys"),
        ('functional = "untested"\n', "", "questions.starts.untested", "no outcome"),
        ('starts = ["yes"]', 'starts = ["perhaps"]', "questions.functions", "no option perhaps"),
        ('screen = ["far", "cracked"]', 'glass = ["far"]', "shots.defect", "glass has no option"),
        ('cosmetic = "D"', 'cosmetic = "A"', "questions.screen", "best answer to the worst"),
        ('cosmetic = "B"', "sealed = true", "questions.screen.near", "only a packaging question"),
        ('stop = "hazard"', 'stop = "hazard"\ncap = "B"', "questions.battery.unsure", "letter D or none"),
        ('functional = "untested"', 'cap = "C"', "questions.starts", "either all its answers"),
    ],
)
def test_a_problem_in_the_data_is_found(goods, search: str, replacement: str, place: str, text: str) -> None:
    whole = goods.toml("electronics")
    # The packaging has a cosmetic B of its own, before the screen's.
    head, tail = whole.split('id = "screen"') if "cosmetic" in search else ("", whole)
    assert search in tail
    changed = tail.replace(search, replacement, 1)
    problems = check(parse((f'{head}id = "screen"{changed}' if head else changed).encode()))
    assert [(p.place, text in p.text) for p in problems if p.place == place] == [(place, True)], problems


def test_a_question_no_way_leads_to_is_found(goods) -> None:
    text = goods.toml("electronics").replace('starts = ["yes"]', 'starts = ["yes"], lock = ["yes"]', 1)
    assert ("questions.functions", "no way through the answers leads here") in [
        (problem.place, problem.text) for problem in check(parse(text.encode()))
    ]


def test_a_letter_no_way_ends_in_is_found(goods) -> None:
    text = (
        goods.toml("media")
        .replace('cosmetic = "D"', 'cosmetic = "C"')
        .replace('faulty = "D"', 'faulty = "C"')
        .replace('cap = "D"', "")
    )
    assert ("grades", "no way through the answers ends in D") in [
        (problem.place, problem.text) for problem in check(parse(text.encode()))
    ]


def test_a_way_that_never_asks_whether_it_works_is_found(goods) -> None:
    text = goods.toml("apparel")
    start = text.index('[[questions]]\nid = "closures"')
    end = text.index('[[questions]]\nid = "washed"')
    text = (text[:start] + text[end:]).replace('{ closures = ["one", "more"] },', "")
    assert "a way ends here: No question asked whether it works" in [
        problem.text for problem in check(parse(text.encode()))
    ]

"""What a replay costs: items a second on one core, no two answered alike, and as a bench sees them."""

import random
import time
from itertools import cycle
from typing import Any

from big_site import figure

from grading import route, rubric
from grading.grade import grade
from grading.replay import Judge, Judged, report
from resources import find

ITEMS = 20_000
LIMIT_PER_S = 20_000.0
PRICES = (1_990, 2_990, 4_900, 9_900, 24_900, 59_900)
# Of a hundred articles; most goods come back as they went, and the day's fill changes from item to item.
CLEAN = 0.7
# In the corpus where no two have the same answers: how often a question may end all others, and each how many-th item
# lacks a part.
STOPPED = 0.02
KITS = 10


def measure() -> dict[str, dict[str, Any]]:
    """Judging and the report; reading the journal is not in it."""
    rubrics = {each.category: each for each in map(rubric.parse, rubric_files())}
    table = route.parse(find.read("routes/default.toml"))
    sets = {
        "replay_distinct_per_s": distinct(rubrics, table),
        "replay_realistic_per_s": realistic(rubrics, table),
    }
    return {name: figure(timed(items, rubrics, table), "items/s", LIMIT_PER_S, ITEMS) for name, items in sets.items()}


def rubric_files() -> list[bytes]:
    """The rubrics that came with the program."""
    return [find.read(name) for name in find.names("rubrics") if name.endswith(".toml")]


def timed(items: list[Judged], rubrics: dict[str, rubric.Rubric], table: route.RouteTable) -> float:
    """Items judged each second of the processor's time, by a judge that starts with nothing remembered."""
    judge = Judge(lambda category, _: rubrics[category], lambda _: table)
    began = time.process_time()
    told = report(map(judge.again, items))
    took = time.process_time() - began
    assert told.unchanged == told.items == ITEMS
    return len(items) / took


def distinct(rubrics: dict[str, rubric.Rubric], table: route.RouteTable) -> list[Judged]:
    """Items of which no two have the same answers: what is remembered of one helps no other. No two prices either.

    Of each category as many as any other, until its ways are used up: cosmetics has hardly fifty.
    """
    chance = random.Random(1)
    found: dict[object, Judged] = {}
    kinds = cycle(rubrics.values())
    while len(found) < ITEMS:
        one = next(kinds)
        answers = walk(one, chance, 0.0, STOPPED)
        if (one.id, answers) not in found:
            number = len(found)
            kit = () if number % KITS else (f"part {number}",)
            found[(one.id, answers)] = judged(one, table, answers, 1_000 + number, number % 50, kit)
    return list(found.values())


def realistic(rubrics: dict[str, rubric.Rubric], table: route.RouteTable) -> list[Judged]:
    """Items as they come: most without a fault, of a few hundred articles."""
    chance = random.Random(2)
    kinds = list(rubrics.values())
    return [
        judged(one, table, walk(one, chance, CLEAN), chance.choice(PRICES), chance.randrange(40), ())
        for one in (chance.choice(kinds) for _ in range(ITEMS))
    ]


def walk(one: rubric.Rubric, chance: random.Random, clean: float, ended: float = 1.0) -> rubric.Answers:
    """A way through the questions: faultless, or at every question any answer; `ended` is how often any of those counts
    that end the questions at once (a stop, sealed goods).
    """
    answers: rubric.Answers = ()
    faultless = chance.random() < clean
    while (question := rubric.next_question(one, answers, ())) is not None:
        going = [each for each in question.options if not (each.stop or each.sealed)]
        options = going if going and chance.random() >= ended else question.options
        option = question.options[0] if faultless else chance.choice(options)
        answers = (*answers, (question.id, option.id))
    return answers


def judged(
    one: rubric.Rubric,
    table: route.RouteTable,
    answers: rubric.Answers,
    price: int,
    waiting: int,
    missing: tuple[str, ...],
) -> Judged:
    """The item as it was recorded."""
    evidence = {"match": "matched", "serial": "same", "weight_in_band": True, "parts": (), "missing": missing}
    facts = {
        **evidence,
        "category": one.category,
        "client": "",
        "kind": "return",
        "price_minor": price,
        "currency": "USD",
        "today": "2026-11-26",
        "waiting": {"refurb": waiting},
    }
    graded = grade(one, answers, evidence)
    prep_s = sum(step.seconds for step in rubric.prep_needed(one, answers, ()))
    return Judged("LPN", "", answers, evidence, facts, graded, route.route(table, graded, {**facts, "prep_s": prep_s}))

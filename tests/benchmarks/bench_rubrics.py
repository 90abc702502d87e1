"""What the rubrics cost: reading all of them at the start, checking one, grading and routing an item."""

import random
import time
from statistics import median
from typing import Any

from big_site import figure, p99

from grading import route, rubric, soundness
from grading.grade import grade
from resources import find

READ_LIMIT_MS = 50.0
JUDGE_LIMIT_MS = 2.0
READS = 15
ITEMS = 500
EVIDENCE = {"match": "matched", "serial": "same", "weight_in_band": True}
ARTICLE = {"client": "", "kind": "return", "price_minor": 9_900, "currency": "USD"}


def measure() -> dict[str, dict[str, Any]]:
    """Reading is of the processor's time: the start is timed as a whole by `bench_start`."""
    names = [name for name in find.names("rubrics") if name.endswith(".toml")]
    read_s = []
    for _ in range(READS):
        began = time.process_time()
        rubrics = [rubric.parse(find.read(name)) for name in names]
        read_s.append(time.process_time() - began)
    table = route.parse(find.read("routes/default.toml"))
    checked_s = [timed_check(each, table) for each in rubrics]
    judged_s = [timed_item(each, table, seed) for each in rubrics for seed in range(ITEMS // len(rubrics))]
    return {
        f"rubrics_read_ms_{len(names)}": figure(median(read_s) * 1000, "ms", READ_LIMIT_MS, READS),
        "rubric_check_slowest_ms": figure(max(checked_s) * 1000, "ms", 2000.0, len(checked_s)),
        "grade_and_route_ms": figure(p99(judged_s) * 1000, "ms", JUDGE_LIMIT_MS, len(judged_s)),
    }


def timed_check(shown: rubric.Rubric, table: route.RouteTable) -> float:
    """The seconds to check one rubric."""
    began = time.perf_counter()
    assert not soundness.check(shown)
    assert not soundness.unmapped(shown, table)
    return time.perf_counter() - began


def timed_item(shown: rubric.Rubric, table: route.RouteTable, seed: int) -> float:
    """The seconds to grade and route one item whose questions are all answered."""
    chance = random.Random(seed)
    answers: rubric.Answers = ()
    while (question := rubric.next_question(shown, answers, ())) is not None:
        answers = (*answers, (question.id, chance.choice(question.options).id))
    began = time.perf_counter()
    graded = grade(shown, answers, EVIDENCE)
    route.route(table, graded, {**EVIDENCE, **ARTICLE, "category": shown.category})
    return time.perf_counter() - began

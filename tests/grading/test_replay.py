"""Judging again: the same versions say the same to the letter, others are told by figure with the items behind each."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.grade import grade
from grading.replay import Again, Judge, Judged, is_of_versions, is_same, report
from grading.route import RouteTable, parse, route
from grading.rubric import Answers, Rubric, next_question, prep_needed
from grading.rubric import parse as parse_rubric

EVIDENCE = ("match", "serial", "weight_in_band", "missing", "stops_found")


def judged(name: str, rubric: Rubric, table: RouteTable, answers: Answers, facts: dict[str, object]) -> Judged:
    evidence = {key: facts[key] for key in EVIDENCE if key in facts}
    result = grade(rubric, answers, evidence)
    prep_s = sum(step.seconds for step in prep_needed(rubric, answers, ()))
    return Judged(
        name, name, answers, evidence, facts, result, route(table, result, {**facts, "prep_s": prep_s}), table.name
    )


def judge(rubric: Rubric, table: RouteTable) -> Judge:
    return Judge(lambda _category, _client: rubric, lambda _client: table)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_same_versions_say_the_same_to_the_letter(goods, data: st.DataObject) -> None:
    rubric = goods.rubric(data.draw(st.sampled_from(goods.categories)))
    table = goods.routes(data.draw(st.sampled_from(["", "hearthwick", "lumenfold", "tallowby"])))
    by = judge(rubric, table)
    for _ in range(3):
        odd = data.draw(goods.evidence) | {"price_minor": data.draw(st.sampled_from([0, 900, 90_000]))}
        odd["today"] = data.draw(st.sampled_from(["2026-04-01", "soon"]))
        odd["waiting"] = {"refurb": data.draw(st.integers(0, 3))}
        answers = data.draw(goods.walks(rubric))
        answers = answers[: data.draw(st.integers(0, len(answers)))]  # answers taken as they stand, fitting or not
        item = judged("LPN1", rubric, table, answers, goods.facts(rubric.category, **odd))
        again = by.again(item)
        assert is_of_versions(item, rubric, table)
        assert is_same(again)
        assert report([again]) == report([by.again(item)])
        assert report([again]).unchanged == 1


ODD: dict[str, tuple[object, ...]] = {
    "match": (*["matched"] * 8, "wrong"),
    "serial": (*["same"] * 8, "unread", "different"),
    "weight_in_band": (True, False, None),
    "missing": ((), (), ("cable",), ("cable", "lid")),
    "stops_found": (*[()] * 8, ("recall",), ("serial",)),
    "price_minor": (0, 900, 12_345, 90_000),
    "currency": (*["USD"] * 8, "EUR", "XXX"),
    "today": ("2026-04-01", "2026-11-26"),
    "season": (*[""] * 4, "winter"),
    "kind": ("return", "warranty"),
    "client": ("", "lumenfold"),
}


@settings(deadline=None, max_examples=4)
@given(st.integers(0, 10**6))
def test_a_judge_that_saw_other_items_says_what_a_fresh_one_says(goods, seed: int) -> None:
    chance = random.Random(seed)
    rubrics = {name: goods.rubric(name) for name in ("phones", "apparel")}
    # Here even goods with a part missing may be like new, and only the route keeps them from being restocked.
    lenient = msgspec.structs.replace(rubrics["phones"].grades, missing_part="A")
    rubrics["phones"] = msgspec.structs.replace(rubrics["phones"], grades=lenient)
    tables = {name: goods.routes(name) for name in ("", "lumenfold")}
    by = Judge(lambda category, _client: rubrics[category], lambda client: tables[client])
    for _ in range(250):
        category = chance.choice(tuple(rubrics))
        odd = {name: chance.choice(values) for name, values in ODD.items()}
        facts = goods.facts(category, **odd, waiting={"refurb": chance.randrange(400)})
        answers = walk(rubrics[category], chance)
        item = judged("LPN1", rubrics[category], tables[str(facts["client"])], answers, facts)
        assert is_same(by.again(item))


def walk(rubric: Rubric, chance: random.Random) -> Answers:
    """Mostly faultless answers, so that items are alike in some things and differ in others."""
    given: Answers = ()
    while (question := next_question(rubric, given, ())) is not None:
        options = question.options if chance.random() < 0.1 else [each for each in question.options if not each.sealed]
        given = (*given, (question.id, (chance.choice(options) if chance.random() < 0.2 else options[0]).id))
    return given


def test_what_another_table_changes_is_told_with_its_items(goods) -> None:
    rubric, table = goods.rubric("phones"), goods.routes()
    other = parse(goods.routes_toml().replace("B = 50\nC = 30", "B = 40\nC = 35").encode())
    items = [
        judged(f"LPN{n}", rubric, table, goods.best(rubric, screen=screen), goods.facts("phones", price_minor=price))
        for n, (screen, price) in enumerate([("none", 9_900), ("near", 20_000), ("far", 10_400), ("far", 500_000)])
    ]
    told = report(map(judge(rubric, other).again, items))
    assert (told.items, told.unchanged) == (4, 2)
    changes = [(each.figure, each.was, each.now, each.items) for each in told.changes]
    assert changes == [
        ("route", "refurb", "resale", ("LPN2",)),
        ("value", "resale", "less", ("LPN1",)),
        ("value", "resale", "more", ("LPN2",)),
    ]
    assert told.after["USD"] - told.before["USD"] == sum(
        each.minor["USD"] for each in told.changes if each.figure == "value"
    )


def test_who_must_act_on_a_hold_is_part_of_its_route(goods) -> None:
    rubric, table = goods.rubric("phones"), goods.routes()
    laxer = parse(goods.routes_toml().replace('owner = "safety"', 'owner = "supervisor"', 1).encode())
    item = judged("LPN1", rubric, table, (("battery", "yes"),), goods.facts("phones"))
    told = report([judge(rubric, laxer).again(item)])
    assert told.unchanged == 0
    assert [(each.figure, each.was, each.now) for each in told.changes] == [
        ("route", "hold (safety)", "hold (supervisor)")
    ]


def test_a_rubric_that_grades_harder_is_told_by_letter(goods) -> None:
    rubric, table = goods.rubric("electronics"), goods.routes()
    text = goods.toml("electronics").replace("version = ", "version = 9", 1)
    harder = parse_rubric(text.replace('untested = "C"', 'untested = "D"').encode())
    item = judged("LPN1", rubric, table, goods.best(rubric, starts="untested"), goods.facts("electronics"))
    (change, *_) = report([judge(harder, table).again(item)]).changes
    assert (change.figure, change.was, change.now, change.items) == ("grade", "C", "D", ("LPN1",))


def test_answers_that_do_not_fit_are_told_apart_by_what_would_have_to_be_asked(goods) -> None:
    rubric, table = goods.rubric("phones"), goods.routes()
    text = goods.toml("phones").replace("version = ", "version = 9", 1)
    renamed = parse_rubric(text.replace("health", "charge").encode())
    item = judged("LPN1", rubric, table, goods.best(rubric), goods.facts("phones"))
    again = judge(renamed, table).again(item)
    assert (again.asks, again.grade) == ("charge", None)
    assert report([again]).asks == {"charge": ("LPN1",)}
    assert not is_of_versions(item, renamed, table)
    assert not is_same(again)


def test_what_another_rubric_would_not_have_asked_is_left_out(goods) -> None:
    rubric, table = goods.rubric("toys"), goods.routes()
    fewer = msgspec.structs.replace(rubric, version=99, questions=rubric.questions[:-1])
    item = judged("LPN1", rubric, table, goods.best(rubric), goods.facts("toys"))
    again = judge(fewer, table).again(item)
    assert again.grade is not None
    assert rubric.questions[-1].id not in {why.params.get("question") for why in again.grade.reasons}
    assert all(why.code != "unknown_answer" for why in again.grade.reasons)


def test_a_category_without_rubric_is_told(goods) -> None:
    rubric, table = goods.rubric("toys"), goods.routes()
    item = judged("LPN1", rubric, table, goods.best(rubric), goods.facts("toys"))
    assert Judge(lambda *_: None, lambda _: table).again(item) == Again(item, asks="no rubric for toys")


@pytest.mark.parametrize(("table", "is_it"), [("", True), ("default@9", True), ("default@2", False)])
def test_versions_are_told_by_the_table_or_by_the_rule(goods, table: str, is_it: bool) -> None:
    rubric = goods.rubric("toys")
    item = judged("LPN1", rubric, goods.routes(), goods.best(rubric), goods.facts("toys"))
    assert is_of_versions(msgspec.structs.replace(item, table=table), rubric, goods.routes()) is is_it

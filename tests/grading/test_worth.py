"""The worth of each way: parts that add up, rounding against us, and worse goods that never bring in more."""

from datetime import date
from itertools import pairwise, product
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.grade import Grade
from grading.route import Router, parse, route
from grading.worth import WAYS, Capacity, Figures, Goods, Season, Worth, override_cost, worths

FIGURES = Figures(
    recovery={"resale": {"A": 65, "B": 50}, "refurb": {"A": 60}, "recycle": {"A": 5, "B": 4}},
    handling_minor={"USD": {"resale": 250, "refurb": 900, "recycle": 60}},
    labour_minor={"USD": 2400},
    prepared=("resale", "refurb"),
    days={"resale": 21},
    weekly_permille={"phones": 10},
    seasons=(Season("winter", "09-15", "02-15", 40), Season("summer", "03-15", "08-15", 50)),
    capacity={"refurb": Capacity(5, {"USD": 20})},
)
CATEGORIES = tuple(sorted(file.stem for file in (Path(__file__).parents[2] / "resources" / "rubrics").glob("*.toml")))
CLIENTS = ("", "hearthwick", "lumenfold", "tallowby")
FUNCTIONS = ("works", "partly", "untested", "faulty")
RANKS = {"restock": 3, "resale": 2, "refurb": 1, "recycle": 0}


def worth(way: str, **goods: object) -> Worth:
    told = {"letter": "A", "category": "phones", "price_minor": 10_001, "currency": "USD", **goods}
    return next(each for each in worths(FIGURES, Goods(**told)) if each.way == way)


def test_each_part_is_told_and_rounded_against_us() -> None:
    # 65 % of 10001 is 6500.65; 10 per mille a week for 3 weeks of 6500 is 195; 100 s at 24.00 an hour are 66.67.
    assert worth("resale", prep_s=100) == Worth("resale", 5988, price=6500, prep=67, handling=250, decay=195)
    assert worth("recycle", prep_s=100) == Worth("recycle", 440, price=500, handling=60)


@pytest.mark.parametrize(
    ("season", "today", "lost"),
    [
        ("winter", "2026-04-10", 2522),
        ("winter", "2026-12-24", 0),
        ("winter", "2026-01-25", 0),
        ("winter", "2026-01-26", 2522),
        ("summer", "2026-02-22", 0),
        ("summer", "2026-12-31", 3153),
        ("ski", "2026-04-10", 0),
        ("", "2026-04-10", 0),
        ("winter", "9999-12-31", 0),
    ],
)
def test_goods_sold_out_of_their_season_bring_in_less(season: str, today: str, lost: int) -> None:
    """What counts is the day they are sold: three weeks from today."""
    assert worth("resale", season=season, today=date.fromisoformat(today)).season == lost


def test_who_waits_costs_the_next_and_a_full_way_is_refused() -> None:
    waiting = worth("refurb", waiting={"refurb": 4})
    assert (waiting.minor, waiting.capacity, waiting.refused) == (6000 - 900 - 80, 80, None)
    full = worth("refurb", waiting={"refurb": 5})
    assert full.refused is not None
    assert (full.refused.code, full.refused.params) == ("no_room", {"waiting": "5"})


@pytest.mark.parametrize(
    ("goods", "code"),
    [
        ({"letter": ""}, "no_letter"),
        ({"price_minor": 0}, "no_price"),
        ({"letter": "C"}, "no_percentage"),
        ({"currency": "XXX"}, "no_costs"),
        ({"currency": ""}, "no_costs"),
    ],
)
def test_what_is_not_known_has_no_worth_and_says_why(goods: dict[str, object], code: str) -> None:
    each = worth("resale", **goods)
    assert (each.minor, each.refused and each.refused.code) == (None, code)


def test_without_an_hourly_cost_only_what_needs_no_work_has_a_worth() -> None:
    figures = msgspec.structs.replace(FIGURES, labour_minor={})
    found = {each.way: each.minor for each in worths(figures, Goods("A", "phones", 10_000, "USD", prep_s=1))}
    assert found == {"resale": None, "refurb": None, "recycle": 440}


@given(
    price=st.integers(1, 10**9),
    prep=st.integers(0, 3600),
    category=st.sampled_from(["phones", "toys"]),
    day=st.dates(),
    season=st.sampled_from(["", "winter", "summer"]),
    waiting=st.integers(0, 1000),
)
def test_the_parts_add_up_and_no_loss_is_more_than_the_price(
    price: int, prep: int, category: str, day: date, season: str, waiting: int
) -> None:
    goods = Goods("A", category, price, "USD", prep, day, season, {"refurb": waiting})
    found = worths(FIGURES, goods)
    assert {each.way for each in found} == {"resale", "refurb", "recycle"}
    for each in found:
        assert each.minor is not None
        assert each.minor == each.price - each.prep - each.handling - each.decay - each.season - each.capacity
        assert 0 <= each.decay + each.season <= each.price <= price


def route_of(goods, client: str, letter: str, functional: str, missing: int, stop: str, facts: dict[str, object]):
    grade = Grade(letter, letter, functional, (), "g@1", (stop,) if stop else (), ("part",) * missing)
    return route(goods.routes(client), grade, {**goods.facts(""), **facts})


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(CLIENTS))
def test_worse_goods_never_fare_better(goods, data: st.DataObject, client: str) -> None:
    """The order is restock, resale, refurb, recycle: how much of the goods' worth is kept (grading.worth.WAYS).

    A hold is beside it: somebody else decides. No way's value, and so not the best value, rises with a defect.
    """
    rubric = goods.rubric(data.draw(st.sampled_from(goods.categories)))
    facts = data.draw(
        st.fixed_dictionaries(
            {
                "category": st.just(rubric.category),
                "price_minor": st.one_of(st.integers(0, 20_000), st.integers(0, 10**7)),
                "currency": st.sampled_from(["USD", "EUR", "GBP", "XXX"]),
                "prep_s": st.integers(0, 600),
                "today": st.dates().map(date.isoformat),
                "season": st.sampled_from(["", "winter", "christmas"]),
                "waiting": st.fixed_dictionaries({"refurb": st.integers(0, 200)}),
                "kind": st.sampled_from(["return", "exchange", "repair"]),
            }
        )
    )
    one, two = (
        data.draw(
            st.tuples(
                st.sampled_from("ABCD"),
                st.sampled_from(FUNCTIONS),
                st.integers(0, 1),
                st.sampled_from(["", "hygiene", "broken", "hazard", "odd"]),
            )
        )
        for _ in range(2)
    )
    worse = (
        max(one[0], two[0]),
        max(one[1], two[1], key=FUNCTIONS.index),
        max(one[2], two[2]),
        one[3] or two[3],
    )
    floor = max(getattr(rubric.grades, one[1]), rubric.grades.missing_part if one[2] else "A", one[0])
    first = route_of(goods, client, floor, one[1], one[2], one[3] if one[3] == worse[3] else "", facts)
    lower = max(getattr(rubric.grades, worse[1]), rubric.grades.missing_part if worse[2] else "A", worse[0], floor)
    second = route_of(goods, client, lower, *worse[1:], facts)
    if "hold" not in (first.disposition, second.disposition):
        assert RANKS[second.disposition] <= RANKS[first.disposition], (first, second)
    values = dict(first.values)
    for way, minor in second.values:
        assert minor <= values[way], (first, second)


@settings(deadline=None, max_examples=50)
@given(
    st.fixed_dictionaries(
        {
            "category": st.sampled_from(CATEGORIES),
            "price_minor": st.one_of(st.integers(0, 3_000), st.integers(0, 10**7)),
            "currency": st.sampled_from(["USD", "EUR", "GBP"]),
            "prep_s": st.integers(0, 600),
            "today": st.dates().map(date.isoformat),
            "season": st.sampled_from(["", "winter", "christmas"]),
            "waiting": st.fixed_dictionaries({"refurb": st.integers(0, 200)}),
        }
    ),
    st.sampled_from(FUNCTIONS),
)
def test_a_missing_part_never_raises_what_goods_bring(goods, facts: dict[str, object], functional: str) -> None:
    """By every shipped table, of every letter: not the chosen value, and not the way it is chosen for."""
    for client, letter in product(CLIENTS, "BCD"):
        found = [route_of(goods, client, letter, functional, lacks, "", facts) for lacks in (0, 1, 3)]
        for complete, lacking in pairwise(found):
            if lacking.disposition == "hold":
                continue
            assert complete.disposition != "hold", (client, complete, lacking)
            assert RANKS[lacking.disposition] <= RANKS[complete.disposition], (client, complete, lacking)
            before, after = (dict(each.values).get(each.disposition, 0) for each in (complete, lacking))
            assert after <= before, (client, complete, lacking)


def test_what_a_missing_part_takes_is_told_and_is_of_the_whole_price(goods) -> None:
    facts = goods.facts("laptops", client="Lumenfold", price_minor=99_900, prep_s=130)
    one = route_of(goods, "lumenfold", "B", "works", 1, "", facts)
    assert (one.disposition, one.rule, one.runner_up) == ("resale", "default@9:38", "refurb")
    assert {each.way: each.missing for each in one.breakdown} == {
        "restock": 0,
        "resale": 7992,
        "refurb": 7992,
        "recycle": 0,
    }
    two = route_of(goods, "lumenfold", "B", "works", 2, "", facts)
    assert dict(one.values)["resale"] - dict(two.values)["resale"] == 7992


def test_what_an_override_costs(goods) -> None:
    facts = goods.facts("electronics", price_minor=20_000)
    decided = route(goods.routes(), Grade("B", "B", "works", (), "g@1"), facts)
    assert decided.values == (("resale", 9570), ("refurb", 8800), ("recycle", 740))
    assert override_cost(decided, "refurb") == 770
    assert override_cost(decided, "resale", "refurb") == -770
    assert override_cost(decided, "restock") is None
    assert override_cost(decided, "hold") is None


def test_the_way_refused_says_why(goods) -> None:
    decided = route(goods.routes(), Grade("B", "B", "works", (), "g@1"), goods.facts("electronics"))
    refused = {each.way: each.refused.code for each in decided.breakdown if each.refused}
    assert refused == {"restock": "not_like_new"}


def test_a_way_that_is_barred_for_another_reason_than_the_grade_does_not_blame_the_grade(goods) -> None:
    grade = Grade("A", "A", "works", (), "t@1")
    for evidence in ({"serial": "unread"}, {"match": "undeclared"}):
        decided = route(goods.routes(), grade, {**goods.facts("tools"), **evidence})
        ways = {each.way: each.refused.code for each in decided.breakdown if each.refused}
        assert ways["restock"] == "not_clear"
    assert {each.way for each in decided.breakdown} == set(WAYS)
    stopped = route(goods.routes(), Grade("D", "", "works", (), "g@1", ("hygiene",)), goods.facts("apparel"))
    refused = {each.way: each.refused.code for each in stopped.breakdown if each.refused}
    assert refused == {"restock": "after_stop", "resale": "after_stop", "refurb": "after_stop"}
    locked = Grade("D", "", "works", (), "g@1", ("hygiene", "locked"))
    router = Router(goods.routes())
    for grade, way in ((Grade("D", "", "works", (), "g@1", ("hygiene",)), None), (locked, "must_look")):
        (recycled,) = (each for each in router.route(grade, goods.facts("apparel")).breakdown if each.way == "recycle")
        assert (recycled.refused and recycled.refused.code) == way


def test_a_full_way_is_never_chosen_and_a_rule_that_names_it_holds(goods) -> None:
    full = goods.routes_toml() + "[capacity.resale]\nroom = 10\n"
    table = parse(full.encode())
    facts = goods.facts("electronics", price_minor=20_000, waiting={"resale": 10})
    cheap = goods.facts("electronics", price_minor=5_000, waiting={"resale": 9})
    clear = Grade("C", "C", "works", (), "g@1")
    assert route(table, clear, cheap).disposition == "resale"
    assert route(table, clear, {**cheap, "waiting": {"resale": 10}}).disposition == "refurb"
    held = route(table, Grade("B", "B", "works", (), "g@1"), facts)
    assert (held.disposition, held.owner, [why.code for why in held.reasons]) == (
        "hold", "supervisor", ["rule:36", "no_room"],
    )  # fmt: skip
    assert dict(held.values)["resale"] == 9570


def test_a_category_nobody_wrote_routes_for_is_held(goods) -> None:
    held = route(goods.routes(), Grade("B", "B", "works", (), "g@1"), goods.facts("boats"))
    assert (held.disposition, held.owner, held.reasons[0].code) == ("hold", "supervisor", "no_category")
    stopped = route(goods.routes(), Grade("D", "", "works", (), "g@1", ("hygiene",)), goods.facts("boats"))
    assert (stopped.disposition, stopped.rule) == ("recycle", "default@9:8")


@pytest.mark.parametrize("odd", [{"today": "tomorrow"}, {"waiting": {"moon": 1}}, {"prep_s": -1}, {"season": 3}])
def test_circumstances_that_make_no_sense_hold(goods, odd: dict[str, object]) -> None:
    held = route(goods.routes(), Grade("A", "A", "works", (), "g@1"), goods.facts("apparel", **odd))
    assert (held.disposition, held.reasons[0].code) == ("hold", "facts_unreadable")

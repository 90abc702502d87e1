"""Every outcome has one code in each list, or a word why it has none; nothing unclear is ever called sellable."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.grade import grade
from grading.mappings import UNMAPPED_TEXTS, CodeBook, Outcome, codes, outcome_of, outcomes, parse, unmapped
from grading.route import route
from grading.rubric import RubricError

RESOURCES = Path(__file__).parents[2] / "resources"
CATEGORIES = tuple(sorted(file.stem for file in (RESOURCES / "rubrics").glob("*.toml")))
MAPPINGS = {file.stem: parse(file.read_bytes()) for file in sorted((RESOURCES / "mappings").glob("*.toml"))}
HEAD = 'id = "x"\nversion = 1\ntitle = "X"\nsource = "ours"\n[[lists]]\nname = "code"\n'


def code(mapping: str, at: int = 0, **outcome: object) -> str:
    clear: dict[str, object] = {"category": "phones", "letter": "A", "cosmetic": "A", "functional": "works"}
    clear |= {"disposition": "resale", "answers": ("health:yes",)}
    return codes(MAPPINGS[mapping], Outcome(**clear | outcome))[at].code


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_outcome_of_every_shipped_rubric_is_mapped(goods, category: str) -> None:
    made = set(outcomes(goods.rubric(category), goods.routes()))
    assert len(made) > 50
    assert [sentence for each in MAPPINGS.values() for sentence in unmapped(each, made)][:3] == []


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_any_walk_with_any_evidence_is_mapped_and_only_clear_goods_are_sellable(
    goods, data: st.DataObject, category: str
) -> None:
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped))
    evidence = data.draw(goods.evidence)
    graded = grade(shipped, answers, evidence)
    facts = goods.facts(category, price_minor=data.draw(st.sampled_from([0, 500, 50_000]))) | evidence
    way = route(goods.routes(), graded, facts).disposition
    liability = data.draw(st.sampled_from(["", "customer", "carrier", "warehouse", "vendor"]))
    outcome = outcome_of(category, graded, way, str(evidence["match"]), liability, answers)
    for mapping in MAPPINGS.values():
        for each, coded in zip(mapping.lists, codes(mapping, outcome), strict=True):
            assert coded.word != UNMAPPED_TEXTS["unmapped"], outcome
            assert bool(coded.code) != bool(coded.word)
            if coded.code in each.sellable:
                assert graded.letter and not graded.stops and way != "hold" and outcome.match == "matched"


@pytest.mark.parametrize("category", ["phones", "laptops", "electronics", "audio"])
def test_goods_whose_lock_nobody_could_see_are_sold_in_no_list(goods, category: str) -> None:
    shipped = goods.rubric(category)
    answers = goods.best(shipped, lock="dark", lock_now="unseen")
    graded = grade(shipped, answers, goods.matched)
    assert graded.stops == ("lock_unseen",)
    way = route(goods.routes(), graded, goods.facts(category)).disposition
    outcome = outcome_of(category, graded, way, "matched", "", answers)
    told = [
        (each, coded)
        for mapping in MAPPINGS.values()
        for each, coded in zip(mapping.lists, codes(mapping, outcome), strict=True)
    ]
    assert (way, [coded.code for each, coded in told if coded.code in each.sellable]) == ("hold", [])


def test_a_payer_hears_of_a_piece_that_a_question_says_is_missing(goods) -> None:
    answers = goods.best(goods.rubric("china"), set="missing")
    graded = grade(goods.rubric("china"), answers, goods.matched)
    outcome = outcome_of("china", graded, "resale", "matched", "", answers)
    assert codes(MAPPINGS["paypal"], outcome)[0].code == "MISSING_ITEMS"


@pytest.mark.parametrize("category", CATEGORIES)
def test_amazon_sells_as_new_only_what_our_route_restocks_and_nobody_used(goods, category: str) -> None:
    shipped, opened = goods.rubric(category), {"appliances", "audio", "cosmetics", "electronics", "laptops", "phones"}
    answers = goods.best(shipped)
    graded = grade(shipped, answers, goods.matched)
    way = route(goods.routes(), graded, goods.facts(category)).disposition
    coded = codes(MAPPINGS["amazon"], outcome_of(category, graded, way, "matched", "", answers))[0]
    assert (coded.code == "SELLABLE") == (category not in opened)
    assert (way == "restock") == (category not in opened)


@pytest.mark.parametrize(
    ("mapping", "outcome", "expected"),
    [
        ("amazon", {"category": "apparel", "disposition": "restock"}, "SELLABLE"),
        ("amazon", {"category": "apparel"}, ""),
        ("amazon", {"functional": "sealed", "disposition": "restock"}, "SELLABLE"),
        ("amazon", {}, ""),
        ("amazon", {"disposition": "restock"}, ""),
        ("amazon", {"letter": "B"}, ""),
        ("amazon", {"letter": "B", "liability": "carrier"}, "CARRIER_DAMAGED"),
        ("amazon", {"letter": "D", "liability": "customer"}, "CUSTOMER_DAMAGED"),
        ("amazon", {"letter": "D", "functional": "faulty", "liability": "customer"}, "CUSTOMER_DAMAGED"),
        ("amazon", {"letter": "C", "functional": "partly", "liability": "carrier"}, "CARRIER_DAMAGED"),
        ("amazon", {"letter": "C", "functional": "partly", "liability": "warehouse"}, "DAMAGED"),
        ("amazon", {"letter": "D", "functional": "faulty", "liability": "vendor"}, "DEFECTIVE"),
        ("amazon", {"letter": "D", "functional": "faulty"}, "DEFECTIVE"),
        ("amazon", {"letter": "D", "stops": ("expired",), "disposition": "recycle"}, "EXPIRED"),
        ("ebay", {"category": "apparel"}, "1000"),
        ("ebay", {"category": "media"}, "2750"),
        ("ebay", {}, "1500"),
        ("ebay", {"letter": "C"}, "3000"),
        ("ebay", {"letter": "D", "functional": "faulty"}, "7000"),
        ("back_market", {"letter": "B"}, "Good"),
        ("back_market", {"letter": "B", "answers": ("health:yes", "screen:near")}, "Fair"),
        ("back_market", {"letter": "B", "answers": ("health:unread",)}, ""),
        ("back_market", {"answers": ("screen:none",)}, ""),
        ("amazon_renewed", {"answers": ()}, ""),
        ("amazon_renewed", {}, "Excellent"),
        ("amazon_renewed", {"functional": "sealed", "answers": ()}, "Excellent"),
        ("ctia", {"answers": ()}, ""),
        ("back_market", {"category": "audio", "answers": ("battery:no",)}, ""),
        ("back_market", {"category": "appliances", "answers": ()}, "Excellent"),
        ("back_market", {"category": "apparel"}, ""),
        ("ctia", {}, "0"),
        ("ctia", {"functional": "partly"}, ""),
        ("ctia", {"letter": "D", "answers": ("liquid:red",)}, ""),
        ("r2v3", {}, "F3"),
        ("loop", {"match": "wrong", "disposition": "hold"}, "incorrect_item"),
        ("shopify", {"disposition": "hold"}, "PROCESSING_REQUIRED"),
        ("two_boxes", {"disposition": "hold"}, "Exception"),
        ("paypal", {"match": "missing"}, "ITEM_NOT_RECEIVED"),
        ("paypal", {"missing": "yes"}, "MISSING_ITEMS"),
    ],
)
def test_the_codes_are_those_the_lists_mean(mapping: str, outcome: dict[str, object], expected: str) -> None:
    assert code(mapping, **outcome) == expected


@pytest.mark.parametrize(
    ("outcome", "function", "cosmetic"),
    [
        ({}, "0", "A"),
        ({"functional": "partly", "letter": "C", "cosmetic": "B"}, "", "B"),
        ({"functional": "sealed"}, "", ""),
        ({"functional": "untested", "letter": "C"}, "", ""),
        ({"answers": ("health:unread",)}, "", ""),
        ({"stops": ("locked",), "letter": "", "disposition": "hold"}, "", ""),
    ],
)
def test_ctia_grades_only_what_is_wiped_unlocked_and_charged(
    outcome: dict[str, object], function: str, cosmetic: str
) -> None:
    assert (code("ctia", 0, **outcome), code("ctia", 1, **outcome)) == (function, cosmetic)


def test_a_careless_row_cannot_call_held_goods_sellable() -> None:
    toml = HEAD + 'sellable = ["NEW"]\nrows = [{ code = "NEW", when = { category = ["phones"] } }]'
    mapping: CodeBook = parse(toml.encode())
    clear = Outcome("phones", "A", "A", "works", disposition="restock")
    assert codes(mapping, clear)[0].code == "NEW"
    for changes in ({"disposition": "hold"}, {"stops": ("hazard",)}, {"match": "wrong"}, {"letter": ""}):
        coded = codes(mapping, msgspec.structs.replace(clear, **changes))[0]
        assert (coded.code, coded.word) == ("", UNMAPPED_TEXTS["unmapped"])
    assert list(unmapped(mapping, [clear])) == []
    assert "no row fits" in next(unmapped(mapping, [Outcome("hats")]))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ('rows = [{ code = "A", word = "B", when = { letter = ["A"] } }]', "either a code, or a word"),
        ('rows = [{ when = { letter = ["A"] } }]', "either a code, or a word"),
        ('rows = [{ code = "A", when = {} }]', "length >= 1"),
        ('rows = [{ code = "A", when = { letter = [] } }]', "names no value"),
        ('rows = [{ code = "A", when = { colour = ["red"] } }]', "colour"),
        ('sellable = ["B"]\nrows = [{ code = "A", when = { letter = ["A"] } }]', "sellable names B"),
        ("rows = 1", "rows"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(rows: str, says: str) -> None:
    with pytest.raises(RubricError, match=says):
        parse((HEAD + rows).encode())

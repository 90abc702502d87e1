"""What an order resolves to: the same from the same facts in any order, and nothing where benches disagree."""

import random
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.records import Product, ReturnLine, ReturnOrder
from sync.central.resolutions.derive import Facts, Missing, Ruling, Unit, derive
from sync.central.resolutions.rules import OUTCOMES, Then
from tests.sync.central.resolutions.histories import cheap, shipped

BOOK = shipped()
RULES = BOOK.every
PRICE = 10_000


def order(reason: str = "changed_mind", quantity: int = 1, asked: str = "refund", **more: Any) -> ReturnOrder:
    product = Product("SKU", "Thing", "home", "Client", price_minor=more.pop("price", PRICE), currency="USD")
    line = ReturnLine("1", product, quantity, reason=reason)
    return ReturnOrder("RMA-1", "Client", "O-1", (line,), asked=asked, **more)


def unit(number: int = 1, **more: Any) -> Unit:
    given = {"letter": "A", "functional": "works", "grade_rule": "home@1", "photos": 2, "is_routed": True}
    return Unit("A01", f"I-{number}", "1", **(given | more))


def kinds(order: ReturnOrder, facts: Facts) -> dict[str, int]:
    return {each.kind: each.amount_minor for each in derive(order, facts, RULES).resolutions}


def stop(order: ReturnOrder, facts: Facts) -> str:
    derived = derive(order, facts, RULES)
    assert not derived.resolutions
    return derived.stops[0].why


UNITS = st.builds(
    Unit,
    st.sampled_from(["A01", "B07"]),
    st.sampled_from(["I-1", "I-2", "I-3"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["matched", "wrong"]),
    st.sampled_from(["", "S1", "S2"]),
    st.sampled_from(["", "same", "different"]),
    st.sampled_from(["", "A", "B", "C", "D"]),
    st.sampled_from(["sealed", "works", "partly", "untested", "faulty", ""]),
    st.just("home@1"),
    st.integers(0, 2),
    st.booleans(),
)
FACTS = st.builds(
    Facts,
    st.booleans(),
    st.lists(UNITS, max_size=4),
    st.lists(
        st.builds(Missing, st.just("A01"), st.just("P-1"), st.sampled_from(["1", "2"]), st.integers(-3, 2)), max_size=2
    ),
)
RULINGS = st.dictionaries(
    st.just("1"),
    st.builds(Ruling, st.sampled_from(get_args(Then)), st.integers(-5, 3 * PRICE), st.just("Ana"), st.just("Agreed")),
)
ORDERS = st.builds(
    order,
    st.sampled_from(["changed_mind", "defective", "Damaged", "too_small", "damagd"]),
    st.integers(1, 3),
    st.sampled_from(["refund", "exchange", "repair", "none"]),
    kind=st.sampled_from(["return", "exchange", "warranty", "repair", "undelivered"]),
    price=st.sampled_from([-999, 0, 1, 999, PRICE]),
)


@settings(max_examples=50)
@given(ORDERS, FACTS, st.sampled_from(["", "Tallowby"]), st.randoms(use_true_random=False))
def test_the_same_facts_say_the_same_in_any_order(
    order: ReturnOrder, facts: Facts, client: str, chance: random.Random
) -> None:
    rules = BOOK.of(client)
    once = derive(order, facts, rules)
    shuffled = [*facts.units, *facts.units]
    chance.shuffle(shuffled)
    again = derive(order, Facts(facts.arrived, shuffled, facts.missing[::-1]), rules)
    assert once == again == derive(order, facts, rules)


@settings(max_examples=100)
@given(ORDERS, FACTS, RULINGS, st.sampled_from(["", "Tallowby"]))
def test_a_line_has_one_outcome_and_no_refund_beyond_its_price(
    order: ReturnOrder, facts: Facts, rulings: dict[str, Ruling], client: str
) -> None:
    derived = derive(order, msgspec.structs.replace(facts, rulings=rulings), BOOK.of(client))
    assert sum(each.kind in OUTCOMES for each in derived.resolutions) <= 1
    line = order.lines[0]
    if not any("no price of it is known" in each.why for each in derived.resolutions):
        assert sum(each.amount_minor for each in derived.resolutions) <= max(
            0, line.product.price_minor * line.quantity
        )
    else:
        assert rulings and line.product.price_minor <= 0
    for each in derived.resolutions:
        assert 0 <= each.quantity <= line.quantity
        assert each.amount_minor == sum(part.minor for part in each.parts)
        assert each.amount_minor >= 0
        assert (each.amount_minor > 0) == (each.kind == "refund")
        assert all(part.evidence for part in each.parts if part.minor < 0)
    named = {each.line for each in derived.resolutions}
    assert not named & {each.line for each in derived.stops}


@settings(max_examples=40)
@given(ORDERS, FACTS, st.sampled_from(["same serial", "too many"]))
def test_no_money_moves_while_benches_disagree(order: ReturnOrder, facts: Facts, how: str) -> None:
    doubled = [unit(8, serial="S9"), unit(9, serial="S9")]
    more = doubled if how == "same serial" else [unit(each) for each in range(20, 24)]
    derived = derive(order, Facts(facts.arrived, [*facts.units, *more], facts.missing), RULES)
    assert not derived.resolutions
    assert derived.stops[0].why in ("same_serial", "beyond_quantity", "grades_differ")


def test_each_grade_has_its_price() -> None:
    paid = {letter: kinds(order(), Facts(True, [unit(letter=letter)])) for letter in "ABCD"}
    assert [paid[letter]["refund"] for letter in "ABCD"] == [9000, 9000, 7000, 4000]
    assert kinds(order("damaged"), Facts(True, [unit(letter="D")])) == {"refund": PRICE}


@pytest.mark.parametrize("spelt", ["Damaged", " DAMAGED ", "damaged"])
def test_what_the_customer_said_counts_however_it_is_spelt(spelt: str) -> None:
    assert kinds(order(spelt, asked="Refund"), Facts(True, [unit(letter="C")])) == {"refund": PRICE}
    assert kinds(order("TOO_SMALL"), Facts(True, [unit()])) == {"refund": 9000}


def test_a_reason_that_nobody_knows_costs_nothing_by_itself() -> None:
    assert stop(order("damagd"), Facts(True, [unit()])) == "reason_unknown"
    fault = Facts(True, [unit(functional="faulty", letter="D")])
    assert kinds(order("damagd", kind="undelivered"), fault) == {"refund": PRICE}, "nothing is kept back"
    assert kinds(order(""), Facts(True, [unit()])) == {"refund": 9000}, "none is no slip of the pen"
    # Where no rule pays more for any reason, and no fee looks at one, it makes no difference.
    rules = [msgspec.structs.replace(each, reasons=()) for each in RULES.rules if each.number in (70, 99)]
    fees = {"restocking": msgspec.structs.replace(RULES.fees["restocking"], unless_reasons=())}
    same = msgspec.structs.replace(RULES, rules=tuple(rules), fees=fees)
    (paid,) = derive(order("damagd"), Facts(True, [unit(letter="C")]), same).resolutions
    assert paid.amount_minor == 7000


def test_kinds_of_outcome() -> None:
    faulty = Facts(True, [unit(functional="faulty", letter="D")])
    assert kinds(order("defective"), faulty) == {"refund": PRICE, "vendor_return": 0}
    assert kinds(order(asked="exchange"), Facts(True, [unit()])) == {"exchange": 0}
    assert kinds(order(kind="warranty", asked="repair"), faulty) == {"repair": 0}
    assert kinds(order(kind="warranty", asked="repair"), Facts(True, [unit()])) == {"ship_back": 0}
    assert kinds(order(), Facts(True, [unit(match="wrong", letter="")])) == {"ship_back": 0}
    assert kinds(order(kind="undelivered"), Facts(True)) == {"refund": PRICE}


@pytest.mark.parametrize("other", ["01", "1 ", "\uff11", "1"])
def test_two_lines_that_mean_one_pay_nothing_by_themselves(other: str) -> None:
    (line,) = order().lines
    both = msgspec.structs.replace(order(), lines=(line, msgspec.structs.replace(line, line=other)))
    here = Facts(True, [unit(), msgspec.structs.replace(unit(2), line=other)])
    derived = derive(both, here, RULES)
    assert not derived.resolutions
    assert {each.why for each in derived.stops} == {"lines_alike"}
    ruled = msgspec.structs.replace(here, rulings={"1": Ruling("refund", 4500, "Ana", "One line, written twice")})
    assert [each.amount_minor for each in derive(both, ruled, RULES).resolutions] == ([] if other == "1" else [4500])


def test_instant_and_kept() -> None:
    derived = derive(cheap("R"), Facts(), BOOK.of("Tallowby"))
    assert {each.kind: each.amount_minor for each in derived.resolutions} == {"refund": 1900, "keep_item": 0}
    assert {each.rule for each in derived.resolutions} == {"tallowby@1#5"}
    assert derive(cheap("R", 2501), Facts(), BOOK.of("Tallowby")).waiting == (("1", "grade"),)
    # A price nobody knows is not a low one.
    assert derive(cheap("R", 0), Facts(), BOOK.of("Tallowby")).waiting == (("1", "grade"),)


def test_only_what_came_is_exchanged_repaired_or_sent_back() -> None:
    gone = [Missing("A01", "P-1", "1", 1)]

    def of(order: ReturnOrder, facts: Facts, client: str = "") -> list[tuple[str, int]]:
        return [(each.kind, each.quantity) for each in derive(order, facts, BOOK.of(client)).resolutions]

    for asked, kind, letter, then in (
        ("exchange", "exchange", "A", "exchange"),
        ("repair", "warranty", "D", "repair"),
        ("refund", "return", "A", "refund"),
    ):
        two = order(quantity=2, asked=asked, kind=kind)
        functional = "faulty" if letter == "D" else "works"
        one_came = Facts(True, [unit(letter=letter, functional=functional)], gone)
        assert of(two, one_came) == [(then, 1)]
    # Released when the parcel is here: all that nobody missed yet, and nothing where all is missing.
    small = order("too_small", 2, "exchange")
    assert of(small, Facts(True), "Tallowby") == [("exchange", 2)]
    assert of(small, Facts(True, [], gone), "Tallowby") == [("exchange", 1)]
    none_came = Facts(True, [], [Missing("A01", "P-1", "1", 2)])
    assert derive(small, none_came, BOOK.of("Tallowby")).stops[0].why == "nothing_left"
    ruled = Facts(True, [unit()], gone, {"1": Ruling("exchange", 0, "Ana", "As agreed")})
    assert of(small, ruled) == [("exchange", 1)]


def test_a_line_waits_until_every_unit_is_known() -> None:
    two = order(quantity=2)
    assert derive(two, Facts(True, [unit()]), RULES).waiting == (("1", "grade"),)
    assert derive(two, Facts(True, [unit(), unit(2, is_routed=False)]), RULES).waiting == (("1", "grade"),)
    gone = Facts(True, [unit()], [Missing("A01", "P-1", "1", 1)])
    assert kinds(two, gone) == {"refund": 9000}
    parts = derive(two, gone, RULES).resolutions[0].parts
    assert [(each.name, each.minor) for each in parts] == [
        ("price", 20_000),
        ("missing", -10_000),
        ("fee restocking", -1000),
    ]
    assert parts[1].evidence == ("A01/P-1: 1 confirmed missing",)


def test_diminished_value_names_its_evidence() -> None:
    part = derive(order(), Facts(True, [unit(letter="C")]), RULES).resolutions[0].parts[1]
    assert part.evidence == ("A01/I-1: grade C by home@1", "A01/I-1: 2 photos")


@pytest.mark.parametrize(
    ("of", "facts", "why"),
    [
        (order(), Facts(True, [unit(letter="C", photos=0)]), "no_evidence"),
        (order(price=0), Facts(True, [unit()]), "price_unknown"),
        (order(), Facts(True, [unit(letter="")]), "rule_asks"),
        (order(), Facts(True, [unit(serial_verdict="different")]), "rule_asks"),
        (order(), Facts(True, [], [Missing("A01", "P-1", "1", 1)]), "rule_asks"),
        (order(quantity=2), Facts(True, [unit(), unit(2, match="wrong")]), "units_differ"),
        (order(), Facts(True, [unit(), unit(2)]), "beyond_quantity"),
        (order(quantity=2), Facts(True, [unit(serial="S"), unit(2, serial="S")]), "same_serial"),
        (order(), Facts(True, [unit(serial="S"), unit(2, serial="S", letter="D")]), "grades_differ"),
    ],
)
def test_a_person_is_asked(of: ReturnOrder, facts: Facts, why: str) -> None:
    assert stop(of, facts) == why


def test_a_ruling_takes_the_rules_place() -> None:
    both = Facts(True, [unit(), unit(2)])
    ruled = msgspec.structs.replace(
        both, rulings={"1": Ruling("refund", 4500, "Ana", "The second was another order's")}
    )
    assert kinds(order(), ruled) == {"refund": 4500}
    nothing = msgspec.structs.replace(both, rulings={"1": Ruling("nothing", 0, "Ana", "Settled by telephone")})
    assert derive(order(), nothing, RULES) == ((), (), (), frozenset({"1"}))

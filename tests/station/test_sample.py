"""The sample site holds together: codes are what they claim, answers fit their questions, every case is there."""

from collections import Counter
from collections.abc import Callable

import msgspec
import pytest
from argon2 import PasswordHasher

from grading import rubric
from resources import find
from station import sample
from station.codes import Candidate, gtin_form, read_patterns, recognise, tracking_form
from station.record_codes import code_of
from station.records import DISPOSITIONS, ReturnOrder

CATEGORIES = {
    "apparel",
    "audio",
    "china",
    "cosmetics",
    "electronics",
    "footwear",
    "furniture",
    "home",
    "media",
    "phones",
}


@pytest.fixture(scope="module")
def read() -> Callable[[str, str], tuple[Candidate, ...]]:
    """Recognises codes as a bench does."""
    patterns = read_patterns(find.read("carriers.toml"))
    return lambda text, aim: recognise(text, aim, patterns)


def orders_by_code() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for order in sample.orders():
        for code in (order.rma, order.order, *order.trackings):
            found.setdefault(code_of(code), set()).add(order.rma)
    return found


def test_there_is_enough_of_everything() -> None:
    products, orders, parcels = sample.products(), sample.orders(), sample.parcels()
    assert len({product.client for product in products}) == 3
    assert {product.category for product in products} == CATEGORIES
    assert len(products) >= 30
    assert len(orders) >= 40
    assert {order.kind for order in orders} == {"return", "exchange", "warranty", "repair", "undelivered"}
    for values in (
        [product.sku for product in products],
        [product.gtin for product in products],
        [order.rma for order in orders],
        [parcel.key for parcel in parcels],
        [parcel.code for parcel in parcels],
    ):
        assert not [value for value, count in Counter(values).items() if count > 1]
    assert {bin_.disposition for bin_ in sample.bins()} == set(DISPOSITIONS)
    # Whatever is decided, for whichever client, there is a bin to put it into.
    for client in {product.client for product in products}:
        fitting = {bin_.disposition for bin_ in sample.bins() if bin_.client in ("", client)}
        assert fitting == set(DISPOSITIONS)


def test_numbers_have_right_check_digits(read: Callable[[str, str], tuple[Candidate, ...]]) -> None:
    for product in sample.products():
        assert gtin_form(product.gtin), product
        assert product.weight_mg > 0
        assert product.price_minor > 0
    patterns = read_patterns(find.read("carriers.toml"))
    for order in sample.orders():
        for tracking in order.trackings:
            assert tracking_form(tracking, patterns) == tracking
            assert {"tracking", "sscc"} & {each.kind for each in read(tracking, "")}, tracking


@pytest.mark.parametrize("parcel", sample.parcels(), ids=lambda parcel: parcel.key)
def test_a_parcels_code_leads_to_its_orders(
    parcel: sample.SampleParcel, read: Callable[[str, str], tuple[Candidate, ...]]
) -> None:
    known = orders_by_code()
    found = {rma for each in read(parcel.code, parcel.aim) for rma in known.get(code_of(each.value), ())}
    if parcel.key.startswith("unknown"):
        assert not found
    else:
        assert found == set(parcel.orders)


@pytest.mark.parametrize("parcel", sample.parcels(), ids=lambda parcel: parcel.key)
def test_the_truth_about_a_parcel_can_be_true(
    parcel: sample.SampleParcel, read: Callable[[str, str], tuple[Candidate, ...]]
) -> None:
    articles = {product.sku: product for product in sample.products()}
    assert parcel.weight_mg > sum(item.weight_mg for item in parcel.items)
    for item in parcel.items:
        if not item.sku:
            assert gtin_form(item.code) not in {gtin_form(each.gtin) for each in articles.values()}
            continue
        article = articles[item.sku]
        named = {each.gtin or each.value for each in read(item.code, item.aim)}
        assert gtin_form(article.gtin) in named
        assert set(item.missing_parts) <= set(article.components)
        questions = {each.id: {option.id for option in each.options} for each in rubric_of(article.category).questions}
        for question, option in item.answers.items():
            assert option in questions[question], (question, option)


def rubric_of(category: str) -> rubric.Rubric:
    return rubric.parse(find.read(f"rubrics/{category}.toml"))


def test_every_awkward_case_is_there() -> None:
    parcels = {parcel.key: parcel for parcel in sample.parcels()}
    orders = {order.rma: order for order in sample.orders()}
    clients = [{orders[rma].client for rma in parcel.orders} for parcel in parcels.values()]
    assert any(len(each) > 1 for each in clients)
    assert any(len(parcel.orders) > 2 for parcel in parcels.values())
    assert any(not parcel.orders and not parcel.key.startswith("stranger") for parcel in parcels.values())
    assert any(not parcel.items for parcel in parcels.values())
    assert any(item.missing_parts for parcel in parcels.values() for item in parcel.items)
    assert any(item.photo != "good" for parcel in parcels.values() for item in parcel.items)
    received = {receipt.code for receipt in sample.receipts()}
    assert parcels["again"].code in received
    titles = " ".join(product.title for product in sample.products())
    assert all(text in titles for text in ("^XZ", "=cmd|", "DROP TABLE", "../", "<script>", "雨", "مصباح", "Платье"))
    assert max(len(product.title) for product in sample.products()) >= 250
    declared = sum(line.quantity for order in orders.values() for line in order.lines)
    assert declared > len(orders)


def test_the_ambiguous_number_is_ambiguous(read: Callable[[str, str], tuple[Candidate, ...]]) -> None:
    code = next(parcel.code for parcel in sample.parcels() if parcel.key == "ambiguous")
    assert {"tracking", "gtin"} <= {each.kind for each in read(code, "")}


@pytest.mark.parametrize("person", sample.people(), ids=lambda person: person.badge)
def test_the_pins_open_their_hashes(person: sample.SamplePerson) -> None:
    assert person.badge.startswith("BDG-")
    assert PasswordHasher().verify(person.pin_hash, person.pin)
    assert "m=19456,t=2,p=1" in person.pin_hash


def test_people_of_every_role_and_no_pin_leaves_the_file() -> None:
    assert {person.role for person in sample.people()} == {"receiver", "grader", "supervisor"}
    assert not any("pin" in msgspec.structs.asdict(person) for person in sample.operators())


def test_made_up_orders_are_the_same_for_a_seed_and_never_clash(
    read: Callable[[str, str], tuple[Candidate, ...]],
) -> None:
    first, again, other = (list(sample.many_orders(500, seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    codes = [code_of(code) for order in first for code in (order.rma, order.order, *order.trackings)]
    assert len(set(codes)) == 3 * len(first)
    assert not set(codes) & set(orders_by_code())
    for order in first:
        assert read(order.trackings[0], "")[0].value == order.trackings[0]
        assert {line.product.client for line in order.lines} == {order.client}


def test_a_plain_parcel_holds_what_was_declared() -> None:
    order: ReturnOrder
    for order in sample.many_orders(200, 3):
        parcel = sample.plain_parcel(order, 3)
        assert parcel.code == order.trackings[0]
        declared = Counter({line.product.sku: line.quantity for line in order.lines})
        assert Counter(item.sku for item in parcel.items) == declared
        assert parcel.weight_mg > sum(item.weight_mg for item in parcel.items)
        assert parcel == sample.plain_parcel(order, 3)

"""The ranking of orders for an unknown parcel: reasons add up, fitting evidence never harms, nothing is invented."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.receiving.facts import Declared
from station.records import ReturnOrder
from station.resolver.ranking import APART, CLEAR, POINTS, Evidence, Open, is_clear, is_near, rank

SKUS = ("SHOE", "LAMP", "PHONE")
SERIALS = tuple(f"SN{number}" for number in range(6))
NUMBERS = ("1Z999AA10123456784", "1Z999AA10123456748", "1Z999AA1012345678", "773012345678", "RMA-10042")
ZIPS = ("90210", "10115")
CLIENTS = ("Northwind", "Contoso")


def line(sku: str, quantity: int = 1, serials: tuple[str, ...] = (), weight_mg: int = 300_000) -> Declared:
    return Declared("R", "1", sku, sku.title(), "home", "c", quantity=quantity, serials=serials, weight_mg=weight_mg)


def order(rma: str, *lines: Declared, trackings: tuple[str, ...] = (), zip_: str = "", client: str = "c") -> Open:
    return Open(ReturnOrder(rma, client, f"#{rma}", (), trackings=trackings, zip=zip_), lines)


lines = st.builds(
    line,
    st.sampled_from(SKUS),
    st.integers(1, 3),
    st.lists(st.sampled_from(SERIALS), max_size=2, unique=True).map(tuple),
    st.sampled_from((0, 300_000)),
)
orders = st.lists(
    st.builds(
        lambda number, lines, trackings, zip_, client: order(
            f"RMA-{number:05d}", *lines, trackings=tuple(trackings), zip_=zip_, client=client
        ),
        st.integers(0, 99_999),
        st.lists(lines, min_size=1, max_size=3),
        st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True),
        st.sampled_from(("", *ZIPS)),
        st.sampled_from(CLIENTS),
    ),
    max_size=6,
    unique_by=lambda each: each.order.rma,
)
evidences = st.builds(
    Evidence,
    st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(SERIALS), max_size=4, unique=True).map(tuple),
    st.lists(st.sampled_from(SKUS).map(lambda sku: (sku,)), max_size=4).map(tuple),
    st.lists(st.sampled_from(ZIPS), max_size=2, unique=True).map(tuple),
    st.sampled_from((0, 400_000, 9_000_000)),
    st.sampled_from(("", *CLIENTS)),
    st.just(()),
    st.lists(st.tuples(st.sampled_from(SERIALS), st.sampled_from(SKUS).map(lambda sku: (sku,))), max_size=3).map(tuple),
)


@given(evidences, orders)
def test_points_are_the_sum_of_reasons_and_nothing_is_invented(evidence: Evidence, orders: list[Open]) -> None:
    ranked = rank(evidence, orders)
    assert {each.rma for each in ranked} <= {each.order.rma for each in orders}
    assert len({each.rma for each in ranked}) == len(ranked)
    for each in ranked:
        assert each.points == sum(reason.points for reason in each.reasons) > 0
        assert all(reason.points >= POINTS[reason.kind] for reason in each.reasons)
        assert {reason.kind for reason in each.reasons} != {"client"}
    assert [each.points for each in ranked] == sorted((each.points for each in ranked), reverse=True)


@given(evidences, orders, st.randoms(use_true_random=False))
def test_the_ranking_does_not_hang_on_the_order_of_things(
    evidence: Evidence, orders: list[Open], draw: random.Random
) -> None:
    shuffled = {name: tuple(draw.sample(getattr(evidence, name), len(getattr(evidence, name)))) for name in TUPLES}
    other = msgspec.structs.replace(evidence, **shuffled)
    assert rank(evidence, orders) == rank(other, draw.sample(orders, len(orders)))


TUPLES = ("numbers", "serials", "articles", "zips", "read_on")


@given(evidences, orders, st.data())
def test_evidence_that_fits_never_lowers_an_order(evidence: Evidence, orders: list[Open], data: st.DataObject) -> None:
    if not orders:
        return
    chosen = data.draw(st.sampled_from(orders))
    fits: dict[str, object] = {
        "numbers": (*evidence.numbers, *chosen.order.trackings),
        "serials": (*evidence.serials, *(serial for line in chosen.lines for serial in line.serials)),
        "articles": (*evidence.articles, (data.draw(st.sampled_from(chosen.lines)).sku,)),
        "zips": (*evidence.zips, *filter(None, (chosen.order.zip,))),
        "client": chosen.order.client,
    }
    name = data.draw(st.sampled_from(sorted(fits)))
    before, after = (
        {each.rma: each.points for each in rank(told, orders)}.get(chosen.order.rma, 0)
        for told in (evidence, msgspec.structs.replace(evidence, **{name: fits[name]}))
    )
    assert after >= before


def test_two_that_are_near_each_other_are_asked_and_one_far_ahead_is_clear() -> None:
    one = order("RMA-1", line("SHOE", serials=("SN1",)))
    other = order("RMA-2", line("SHOE", serials=("SN2",)))
    shoe = Evidence(articles=(("SHOE",),))
    assert [each.rma for each in rank(shoe, (other, one))] == ["RMA-1", "RMA-2"]
    assert not is_clear(rank(shoe, (one, other)))
    # Even alone: an article says which goods, not whose.
    assert not is_clear(rank(shoe, (one,)))
    with_serial = rank(msgspec.structs.replace(shoe, serials=("SN2",)), (one, other))
    assert with_serial[0].rma == "RMA-2" and is_clear(with_serial)
    assert with_serial[0].points >= CLEAR and with_serial[0].points - with_serial[1].points >= APART
    both = rank(msgspec.structs.replace(shoe, serials=("SN1", "SN2")), (one, other))
    assert not is_clear(both)
    assert not is_clear(())


def test_a_serial_number_on_another_article_is_not_the_orders() -> None:
    lamp = order("RMA-1", line("LAMP", serials=("0001234",)))
    phone = Evidence(serials=("0001234",), articles=(("PHONE",),), client="Contoso", read_on=(("0001234", ("PHONE",)),))
    assert rank(phone, (lamp,)) == ()
    # Read on the lamp, on both, or on nobody knows what, it is.
    for read_on in ((("LAMP",),), (("PHONE",), ("LAMP",)), ()):
        told = msgspec.structs.replace(phone, read_on=tuple(("0001234", codes) for codes in read_on))
        assert rank(told, (lamp,))[0].points == POINTS["serial"]


def test_each_reason_says_what_it_rests_on() -> None:
    told = Evidence(
        ("1Z999AA10123456748", "773012345678"), ("SN1",), (("SHOE",), ("LAMP",)), ("90210",), 900_000, "Northwind"
    )
    (found,) = rank(
        told,
        [
            order(
                "RMA-1",
                line("SHOE", serials=("SN1",)),
                line("LAMP"),
                trackings=("1Z999AA10123456784",),
                zip_="90210",
                client="Northwind",
            )
        ],
    )
    assert [(each.kind, each.what) for each in found.reasons] == [
        ("serial", "SN1"),
        ("near_number", "1Z999AA10123456784"),
        ("contents", "2/2"),
        ("complete", "2"),
        ("zip", "90210"),
        ("weight", "900000"),
        ("client", "Northwind"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("1Z999AA10123456784", "1Z999AA10123456734", True),
        ("1Z999AA10123456784", "1Z999AA10123456748", True),
        ("1Z999AA10123456784", "1Z999AA1012345678", True),
        ("1Z999AA10123456784", "Z999AA10123456784", True),
        ("1Z999AA10123456784", "1Z999AA10123456784", False),
        ("1Z999AA10123456784", "1Z999AA10123456033", False),
        ("1Z999AA10123456784", "1Z999AA101234567", False),
        ("SN12345", "SN12346", False),
        ("RMA-1046", "RMA-1045", False),
        ("RETURN-1046", "RETURN-1064", False),
    ],
)
def test_one_wrong_sign_is_near_and_two_are_not(one: str, other: str, near: bool) -> None:
    assert is_near(one, other) == is_near(other, one) == near

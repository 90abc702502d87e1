"""Which weights may be used: settled, stable, and only after the platform was empty."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Weight, WeightState
from devices.scales.acceptance import Acceptance, AcceptanceRule

RULE = AcceptanceRule(frames=3, settle_s=0.5, zero_band_mg=2_000)
STABLE, MOVING = WeightState.stable, WeightState.moving


def weight(grams: int, state: WeightState = STABLE, at: float = 0.0) -> Weight:
    if state is STABLE and grams == 0:
        state = WeightState.stable_zero
    return Weight("scale", state, Decimal(grams), "g", "unknown", b"", at)


def accepted(*weights: Weight, every_s: float = 0.1, memory: Acceptance | None = None) -> list[int]:
    """Feed weights at a steady pace and list what was accepted, in grams."""
    memory = memory or Acceptance(RULE)
    out = []
    for number, each in enumerate(weights):
        stamped = Weight(each.device, each.state, each.value, each.unit, each.basis, each.raw, number * every_s)
        memory, taken = memory.see(stamped)
        if taken:
            out.append(taken.weight_mg // 1000)
    return out


def test_an_article_already_there_at_start_is_read_once() -> None:
    assert accepted(*[weight(500)] * 20) == [500]


def test_two_articles_of_the_same_weight_are_two_readings() -> None:
    article = [weight(500)] * 4
    assert accepted(*article, weight(0), *article) == [500, 500]


def test_an_article_put_beside_an_accepted_one_is_not_read() -> None:
    assert accepted(*[weight(500)] * 4, *[weight(900)] * 9) == [500]


def test_moving_weights_count_for_nothing() -> None:
    assert accepted(*[weight(500, MOVING)] * 20) == []
    assert accepted(weight(500), weight(500), weight(500, MOVING), weight(500), weight(500)) == []


def test_equal_frames_or_time_settle_it() -> None:
    assert accepted(weight(500), weight(500)) == []
    assert accepted(weight(500), weight(500), every_s=0.6) == [500]
    assert accepted(weight(500), weight(501), weight(500), weight(501)) == []


def test_near_zero_is_empty_and_below_zero_waits_for_zero() -> None:
    assert accepted(*[weight(2)] * 9, *[weight(500)] * 3) == [500]
    tared_and_gone = [weight(-200)] * 5
    assert accepted(weight(0), *tared_and_gone, *[weight(300)] * 9) == []
    assert accepted(weight(0), *tared_and_gone, weight(1), *[weight(300)] * 9) == [300]


def test_states_and_units_that_are_no_weight() -> None:
    for state in set(WeightState) - {STABLE, WeightState.stable_zero}:
        assert accepted(*[weight(500, state)] * 9) == []
    assert accepted(*[Weight("scale", STABLE, Decimal(5), "stone", "unknown", b"", 0.0)] * 9) == []


def test_a_reconnect_starts_the_run_over_and_keeps_an_accepted_article_accepted() -> None:
    memory = Acceptance(RULE)
    for at in (0.0, 0.1):
        memory, taken = memory.see(weight(500, at=at))
    memory, taken = memory.interrupted().see(weight(500, at=0.2))
    assert taken is None
    for at in (0.3, 0.4):
        memory, taken = memory.see(weight(500, at=at))
    assert taken is not None
    assert accepted(*[weight(500)] * 9, memory=memory.interrupted()) == []


def test_a_scale_that_never_says_zero_is_armed_by_its_silence_and_only_where_the_rule_says_so() -> None:
    for rule, second in ((AcceptanceRule(frames=1, silence_arms=True), True), (AcceptanceRule(frames=1), False)):
        memory, taken = Acceptance(rule).see(weight(500))
        assert taken is not None
        memory, taken = memory.see(weight(500))  # the same label's next line
        assert taken is None
        memory, taken = memory.silent().see(weight(500))
        assert (taken is not None) is second


@given(st.lists(st.tuples(st.sampled_from([0, 1, 100, 200, -50]), st.sampled_from([STABLE, MOVING])), max_size=60))
def test_never_more_weights_than_articles(shown: list[tuple[int, WeightState]]) -> None:
    """Between two accepted weights the scale has shown a stable empty platform."""
    memory = Acceptance(RULE)
    empty_since = True
    for number, (grams, state) in enumerate(shown):
        reading = weight(grams, state, at=number * 0.1)
        memory, taken = memory.see(reading)
        if taken is not None:
            assert empty_since
            assert state is STABLE
            assert taken.weight_mg == grams * 1000 > 2_000
            empty_since = False
        if abs(grams) <= 2 and reading.state is not MOVING:
            empty_since = True

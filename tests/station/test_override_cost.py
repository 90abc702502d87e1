"""What a result records for a replay, and what sending an item elsewhere costs: shown beside each way, and recorded."""

import msgspec

from station import facts
from station.inputs import Do
from station.judge import route_facts
from station.known import Day
from station.lookups import Lookups
from station.prompt import prompt
from station.records import DISPOSITIONS
from station.routing.facts import Routed, RouteOverridden
from station.stages import Stage
from station.steps.arrive import declared


def at_result(walk):
    return walk.arrive("tee").item("tee").examine()


def test_a_result_records_the_day_the_table_and_what_each_value_is_made_of(walk, site_known: Lookups) -> None:
    at_result(walk)
    routed = walk.state.item.routed
    table = site_known.routes(walk.state.item.identified.client)
    assert (routed.today, routed.table) == (site_known.day().date, table.name)
    assert {each.way for each in routed.breakdown} == set(DISPOSITIONS) - {"hold"}
    assert dict(routed.values) == {each.way: each.minor for each in routed.breakdown if each.minor is not None}
    assert facts.decode("Routed", 1, facts.encode(routed)) == routed
    old = msgspec.json.decode(facts.encode(routed), type=dict)
    read = facts.decode(
        "Routed", 1, msgspec.json.encode({k: v for k, v in old.items() if k not in ("breakdown", "table")})
    )
    assert isinstance(read, Routed)
    assert (read.breakdown, read.table) == ((), "")


def test_the_season_of_an_article_reaches_its_worth(walk, site_known: Lookups) -> None:
    """How much a season costs, and when, is in tests/grading/test_worth.py."""
    coat = site_known.product("TB-CT-L")
    walk.arrive("tee").scan(coat.sku)
    assert walk.stage is Stage.WHICH
    walk.do(Do.CHOOSE, "none")
    item = walk.state.item
    assert (item.identified.sku, item.identified.season) == (coat.sku, "winter")
    assert route_facts(item, "return", Day("2026-04-10"), 0)["season"] == "winter"


def test_the_size_of_an_article_is_frozen_into_what_was_declared_and_identified(walk, site_known: Lookups) -> None:
    (headphones,) = declared(site_known.orders("RMA-1044"), site_known.received)
    assert headphones.size_mm == (190, 170, 80)
    walk.arrive("tee").scan("LF-PH-610").do(Do.CHOOSE, "none")
    assert walk.state.item.identified.size_mm == (158, 74, 8)


def test_each_way_says_what_it_would_cost_and_the_choice_records_it(walk) -> None:
    at_result(walk)
    values = dict(walk.state.item.routed.values)
    was = walk.state.item.disposition
    choices = {each.value: each for each in walk.do(Do.OVERRIDE).state.ask.choices}
    assert set(choices) == set(DISPOSITIONS) - {was}
    for way, minor in values.items():
        if way != was:
            lost = values[was] - minor
            assert choices[way].text.endswith("{amount} less" if lost >= 0 else "{amount} more")
            assert choices[way].params == {"amount": f"{abs(lost) / 100:.2f} USD"}
    assert (choices["hold"].text, choices["hold"].params) == ("Hold", {})
    walk.do(Do.CHOOSE, "recycle").do(Do.CHOOSE, "no_room").scan("BDG-9001").scan("9999", device="keyboard")
    (fact,) = [each for each in walk.facts if isinstance(each, RouteOverridden)]
    assert fact.cost_minor == values[was] - values["recycle"]
    back = {each.value: each for each in walk.do(Do.OVERRIDE).state.ask.choices}
    assert back[was].text.endswith("{amount} more")


def test_a_way_without_a_price_says_so(walk) -> None:
    walk.arrive("tee").item("tee").examine({"packaging": "tagged", "stains": "small"})
    values, was = dict(walk.state.item.routed.values), walk.state.item.disposition
    unpriced = set(DISPOSITIONS) - {*values, was, "hold"}
    choices = {each.value: each.text for each in walk.do(Do.OVERRIDE).state.ask.choices}
    assert was != "hold" and unpriced & choices.keys()
    assert all(choices[way].endswith(": cost not known") for way in unpriced & choices.keys())


def reasons(walk, way: str) -> set[str]:
    return {each.value for each in walk.do(Do.OVERRIDE).do(Do.CHOOSE, way).state.ask.choices}


def test_only_reasons_that_can_be_are_offered(walk, walk_from) -> None:
    """An answer that was wrong is taken back, not put up with; and what is not on hold has nothing to be cleared."""
    at_result(walk)
    held = walk_from(walk.state).do(Do.ANOTHER).do(Do.CHOOSE, "size")
    assert reasons(held, "recycle") == {"not_asked", "client_asked", "no_room", "cleared"}
    assert reasons(walk, "recycle") == {"not_asked", "client_asked", "no_room"}
    assert "take it back with U" in prompt(walk.state, walk.known).reason
    walk.do(Do.CANCEL).do(Do.UNDO)
    assert walk.stage in (Stage.PHOTO, Stage.INSPECT)


def test_a_changed_route_says_who_changed_it_and_why(walk) -> None:
    at_result(walk).do(Do.OVERRIDE).do(Do.CHOOSE, "hold").do(Do.CHOOSE, "client_asked")
    shown = prompt(walk.state, walk.known)
    assert shown.reason == "{name} sent it there instead of {was}: {why}"
    said = {"name": "Ayla Demir", "was": "Restock", "why": "The client asked for it"}
    assert said.items() <= shown.params.items()

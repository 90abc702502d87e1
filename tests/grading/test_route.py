"""Routes: what is not clear is held, nothing reaches restock by default, and no table can change that."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.grade import Grade, grade
from grading.route import Route, RouteError, RouteTable, parse, route
from grading.rubric import parse as parse_rubric
from station.rules import read_rules

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))
DISPOSITIONS = ("restock", "refurb", "resale", "recycle", "hold")
PARTS = ("charger", "cable")


def routed(goods, table: RouteTable, category: str, changes: dict[str, object], **answers: str) -> Route:
    rubric = goods.rubric(category)
    facts = goods.facts(category, **changes)
    return route(table, grade(rubric, goods.best(rubric, **answers), facts), facts)


def table_of(*rules: str, section: str = "grade") -> RouteTable:
    """A table that knows nothing but these conditions, all of which say restock."""
    text = 'id = "bad"\nversion = 1\n'
    for number, when in enumerate(rules, 1):
        quoted = when.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\0", "\\u0000")
        text += f'[[rules]]\nnumber = {number}\nsection = "{section}"\nwhen = "{quoted}"\n'
        text += 'to = "restock"\ntext = "Because"\n'
    return parse(text.encode())


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES), st.sampled_from([(), PARTS]))
def test_every_way_ends_in_a_route_and_only_clear_ones_in_restock(
    goods, data: st.DataObject, category: str, parts: tuple[str, ...]
) -> None:
    rubric = goods.rubric(category)
    answers = data.draw(goods.walks(rubric, parts))
    evidence = data.draw(goods.evidence)
    price = data.draw(st.sampled_from([0, 1, 500, 9_900, 250_000]))
    client = data.draw(st.sampled_from(["", "hearthwick"]))
    facts = goods.facts(category, **evidence, price_minor=price)
    result = grade(rubric, answers, facts | {"parts": parts})
    decided = route(goods.routes(client), result, facts)
    again = grade(parse_rubric(goods.toml(category).encode()), tuple(dict(answers).items()), facts | {"parts": parts})
    assert msgspec.json.encode(again) == msgspec.json.encode(result)
    assert msgspec.json.encode(route(goods.routes(client), again, facts)) == msgspec.json.encode(decided)
    assert decided.reasons
    assert (decided.disposition == "hold") == bool(decided.owner)
    assert decided.values == tuple(sorted(decided.values, key=lambda each: -each[1]))
    assert decided.runner_up != decided.disposition
    clear = facts["match"] == "matched" and facts["serial"] in ("same", "not_known")
    if not clear:
        assert decided.disposition == "hold"
    if result.stops:
        assert decided.disposition in ("hold", "recycle")
    if decided.disposition == "restock":
        assert clear
        assert result.letter == "A"
        assert not result.missing
        assert result.functional in ("works", "sealed")
    if result.functional in ("untested", "faulty", "partly"):
        assert decided.disposition != "restock"


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES), st.sampled_from([(), PARTS]))
def test_while_anything_is_unknown_it_is_held(
    goods, data: st.DataObject, category: str, parts: tuple[str, ...]
) -> None:
    rubric = goods.rubric(category)
    answers = data.draw(goods.walks(rubric, parts))
    unknown = data.draw(st.integers(0, len(answers) - 1))
    said = answers[unknown][0]
    partial = (*answers[:unknown], (said, "perhaps")) if data.draw(st.booleans()) else answers[:unknown]
    facts = goods.facts(category)
    decided = route(goods.routes(), grade(rubric, partial, facts | {"parts": parts}), facts)
    assert (decided.disposition, decided.owner) == ("hold", "supervisor")


@pytest.mark.parametrize(
    ("category", "changes", "answers", "disposition", "rule", "owner"),
    [
        ("electronics", {}, {"battery": "yes"}, "hold", 1, "safety"),
        ("electronics", {"match": "wrong"}, {"battery": "yes"}, "hold", 1, "safety"),
        ("home", {}, {"recall": "yes"}, "hold", 17, "supervisor"),
        ("home", {"recall_owner": "safety"}, {"recall": "yes"}, "hold", 2, "safety"),
        ("home", {"recall_owner": "client"}, {"recall": "yes"}, "hold", 16, "client"),
        ("home", {"stops_found": ("recall_part",)}, {}, "hold", 18, "supervisor"),
        ("home", {"stops_found": ("serial",)}, {}, "hold", 19, "supervisor"),
        ("media", {"match": "wrong"}, {}, "hold", 3, "client"),
        ("media", {"match": "undeclared"}, {}, "hold", 4, "supervisor"),
        ("electronics", {"serial": "different"}, {}, "hold", 5, "supervisor"),
        ("electronics", {"serial": "unread"}, {}, "hold", 6, "supervisor"),
        ("electronics", {}, {"lock": "yes"}, "hold", 7, "client"),
        ("apparel", {}, {"hygiene": "broken"}, "recycle", 8, ""),
        ("cosmetics", {}, {"packaging": "broken"}, "recycle", 8, ""),
        ("cosmetics", {"match": "undeclared"}, {"packaging": "broken"}, "hold", 4, "supervisor"),
        ("cosmetics", {}, {"expiry": "no"}, "recycle", 9, ""),
        ("home", {}, {"broken": "yes"}, "recycle", 10, ""),
        ("media", {}, {"mould": "yes"}, "recycle", 10, ""),
        ("laptops", {}, {"lock": "data"}, "hold", 14, "supervisor"),
        ("furniture", {}, {"cartons": "some"}, "hold", 15, "supervisor"),
        ("footwear", {}, {"pair": "no"}, "hold", 11, "supervisor"),
        ("toys", {"price_minor": 90_000}, {"cells": "screw"}, "hold", 21, "supervisor"),
        ("toys", {}, {"loose": "yes"}, "recycle", 22, ""),
        ("bags", {}, {"genuine": "differs"}, "hold", 23, "supervisor"),
        ("bags", {}, {"genuine": "no_picture"}, "resale", 36, ""),
        ("furniture", {}, {"pests": "insects"}, "recycle", 24, ""),
        ("tools", {"price_minor": 90_000}, {"guard": "stiff"}, "refurb", 37, ""),
        ("tools", {"price_minor": 900}, {"guard": "stiff"}, "recycle", 37, ""),
        ("electronics", {"weight_in_band": False}, {"packaging": "sealed"}, "hold", 13, "supervisor"),
        ("electronics", {"weight_in_band": False}, {}, "resale", 32, ""),
        ("electronics", {"kind": "warranty"}, {}, "hold", 20, "client"),
        ("electronics", {"kind": "undelivered"}, {"packaging": "sealed"}, "restock", 30, ""),
        ("cosmetics", {}, {"packaging": "sealed"}, "restock", 30, ""),
        ("cosmetics", {}, {"packaging": "dented"}, "resale", 36, ""),
        ("cosmetics", {}, {"packaging": "torn"}, "recycle", 33, ""),
        ("apparel", {}, {}, "restock", 31, ""),
        ("toys", {}, {}, "restock", 31, ""),
        ("audio", {}, {}, "resale", 32, ""),
        ("electronics", {}, {"starts": "untested"}, "refurb", 35, ""),
        ("electronics", {"price_minor": 900}, {"starts": "no"}, "recycle", 37, ""),
        ("electronics", {}, {"screen": "near"}, "resale", 36, ""),
        ("electronics", {"price_minor": 900}, {"screen": "far"}, "resale", 50, ""),
        ("electronics", {"price_minor": 90_000}, {"screen": "far"}, "refurb", 50, ""),
        ("media", {"price_minor": 90_000}, {"disc": "cracked"}, "refurb", 51, ""),
    ],
)
def test_the_shipped_table(
    goods,
    category: str,
    changes: dict[str, object],
    answers: dict[str, str],
    disposition: str,
    rule: int,
    owner: str,
) -> None:
    decided = routed(goods, goods.routes(), category, changes, **answers)
    assert (decided.disposition, decided.rule, decided.owner) == (disposition, f"default@9:{rule}", owner)


def test_a_code_that_is_used_is_as_much_missing_as_a_booklet(goods) -> None:
    for inserts in ("booklet", "used"):
        facts = {"client": "Hearthwick"}
        decided = routed(goods, goods.routes("hearthwick"), "media", facts, inserts=inserts)
        assert (decided.disposition, decided.owner) == ("hold", "client"), inserts


@pytest.mark.parametrize(
    ("category", "answers", "letter", "says"),
    [
        ("audio", {"packaging": "no_box"}, "B", "Good, but not like new: sold at a lower price"),
        ("cosmetics", {"packaging": "dented"}, "B", "Good, but not like new: sold at a lower price"),
        ("media", {"packaging": "no_case"}, "C", "Fair: the way with the best value"),
        ("electronics", {"starts": "no"}, "D", "Does not work as it should: never sold as it is"),
        ("electronics", {"starts": "untested"}, "C", "Not known to work: never sold as it is"),
        ("toys", {"pieces": "some"}, "D", "Poor: repaired where it pays"),
    ],
)
def test_the_words_of_a_rule_are_true_of_each_item_it_decides(
    goods, category: str, answers: dict[str, str], letter: str, says: str
) -> None:
    """None has a mark, and none was used: what was found on it, the reasons of its grade say."""
    decided = routed(goods, goods.routes(), category, {}, **answers)
    found = grade(goods.rubric(category), goods.best(goods.rubric(category), **answers), goods.facts(category))
    assert (found.letter, decided.reasons[0].text) == (letter, says)


def test_every_rule_of_the_shipped_table_is_reached(goods) -> None:
    """A rule no item can reach is a rule nobody can trust."""
    table, reached = goods.routes(), set()
    for category in CATEGORIES:
        rubric = goods.rubric(category)
        faults = [{}, {"kind": "repair"}, {"match": "wrong"}, {"match": "undeclared"}]
        faults += [{"serial": "different"}, {"serial": "unread"}, {"weight_in_band": False}]
        faults += [{"recall_owner": "safety"}, {"recall_owner": "client"}]
        faults += [{"stops_found": (code,)} for code in ("recall_part", "serial", "weight", "marked")]
        ways = [{q.id: o.id} for q in rubric.questions for o in q.options]
        for changes in faults:
            for way in ways:
                reached.add(routed(goods, table, category, changes, **way).rule)
        partial = grade(rubric, (), goods.facts(category))
        reached.add(route(table, partial, goods.facts(category)).rule)
        incomplete = goods.facts(category, missing=["cable"])
        reached.add(route(table, grade(rubric, goods.best(rubric), incomplete), incomplete).rule)
    assert {name for name, _, _ in table.rules} <= reached


def test_the_values_are_price_times_recovery_less_handling(goods) -> None:
    decided = routed(goods, goods.routes(), "electronics", {"price_minor": 20_000}, screen="near")
    assert decided.values == (("resale", 9570), ("refurb", 8800), ("recycle", 740))
    assert decided.runner_up == "refurb"
    assert [why.code for why in decided.reasons] == ["rule:36", "screen:near"]


@pytest.mark.parametrize("changes", [{"price_minor": 0}, {"currency": "XXX"}])
def test_without_a_value_ways_are_not_compared(goods, changes: dict[str, object]) -> None:
    held = routed(goods, goods.routes(), "electronics", changes, screen="far")
    assert (held.disposition, held.owner, held.values) == ("hold", "supervisor", ())
    assert [why.code for why in held.reasons] == ["rule:50", "no_value"]
    fixed = routed(goods, goods.routes(), "electronics", changes, screen="near")
    assert fixed.disposition == "resale"


def test_a_clients_contract_comes_after_the_stops_and_before_the_grade(goods) -> None:
    table = goods.routes("hearthwick")
    rubric = goods.rubric("home")
    incomplete = goods.facts("home", missing=["lid"])
    answers = goods.best(rubric)
    held = route(table, grade(rubric, answers, incomplete), incomplete)
    assert (held.rule, held.owner) == ("hearthwick@3:1", "client")
    broken = goods.best(rubric, broken="yes")
    assert route(table, grade(rubric, broken, incomplete), incomplete).rule == "default@9:10"
    repair = incomplete | {"kind": "repair"}
    assert route(table, grade(rubric, answers, repair), repair).rule == "hearthwick@3:1"
    assert table.name == "default@9+hearthwick@3"


def test_poor_goods_are_not_sold_because_something_is_missing_too(goods) -> None:
    """Between 32 and 54 USD selling as it is brings more than repair, and only incomplete goods could go that way."""
    complete = routed(goods, goods.routes(), "toys", {"price_minor": 4_000}, stains="stays")
    lacking = routed(goods, goods.routes(), "toys", {"price_minor": 4_000}, stains="stays", pieces="some")
    assert (complete.disposition, lacking.disposition) == ("recycle", "recycle")


def test_a_client_who_sends_missing_parts_is_asked_for_a_piece_of_a_set(goods) -> None:
    """The question told of it, not a kit's part: version 3 of china had it recycled."""
    held = routed(goods, goods.routes("hearthwick"), "china", {"client": "Hearthwick"}, set="missing")
    assert (held.disposition, held.rule, held.owner) == ("hold", "hearthwick@3:1", "client")
    assert routed(goods, goods.routes(), "china", {}, set="missing").rule.endswith(":34")


@pytest.mark.parametrize("name", ["match", "serial", "category", "client", "kind"])
def test_a_fact_left_out_or_of_the_wrong_kind_holds(goods, name: str) -> None:
    rubric = goods.rubric("apparel")
    good = grade(rubric, goods.best(rubric), goods.matched)
    facts = goods.facts("apparel")
    for odd in ({k: v for k, v in facts.items() if k != name}, facts | {name: 3}, facts | {name: None}):
        decided = route(goods.routes(), good, odd)
        assert (decided.disposition, decided.reasons[0].code) == ("hold", "facts_unreadable")


def test_a_rule_that_asks_for_a_fact_nobody_gave_holds(goods) -> None:
    rubric = goods.rubric("electronics")
    good = grade(rubric, goods.best(rubric, packaging="sealed"), goods.matched)
    facts = goods.facts("electronics")
    del facts["weight_in_band"]
    decided = route(goods.routes(), good, facts)
    assert (decided.disposition, decided.rule, decided.owner) == ("hold", "default@9:13", "supervisor")
    assert decided.reasons[0].code == "rule_failed"
    assert "weight_in_band" in decided.reasons[0].params["detail"]


def test_no_rule_means_hold(goods) -> None:
    assert routed(goods, table_of("false"), "apparel", {}).disposition == "hold"


@pytest.mark.parametrize("condition", ["price_minor", "category < 3", "missing in category", "!category"])
def test_a_rule_that_cannot_be_decided_holds(goods, condition: str) -> None:
    decided = routed(goods, table_of(condition, "true"), "apparel", {})
    assert (decided.disposition, decided.rule, decided.reasons[0].code) == ("hold", "bad@1:1", "rule_failed")


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_a_table_that_restocks_everything_still_cannot(goods, data: st.DataObject, category: str) -> None:
    """Worst case: someone ships `true -> restock`. Only what is clear gets there."""
    rubric = goods.rubric(category)
    answers = data.draw(goods.walks(rubric))
    facts = goods.facts(category, **data.draw(goods.evidence))
    result = grade(rubric, answers, facts)
    decided = route(table_of("true", section="stop"), result, facts)
    clear = facts["match"] == "matched" and facts["serial"] in ("same", "not_known") and not result.missing
    spotless = result.letter == "A" and not result.stops and result.functional in ("works", "sealed")
    assert decided.disposition == ("restock" if clear and spotless else "hold")
    if decided.disposition == "hold":
        assert decided.reasons[-1].code == "not_allowed"


@pytest.mark.parametrize("price_minor", [9900, 0])
def test_a_way_that_the_clients_own_figures_close_to_the_grade_is_held(goods, price_minor: int) -> None:
    """Its rule says resale, and its figures have no resale of grade C: nobody knows what is meant."""
    own = b"""id = "acme"
version = 1
rules = [{ number = 1, section = "contract", when = 'letter in ["B", "C"]', to = "resale", text = "Good and fair" }]
recovery = { resale = { A = 65, B = 50 } }
"""
    table = parse(goods.routes_toml().encode(), own)
    facts = {"client": "Acme", "price_minor": price_minor}
    held = routed(goods, table, "apparel", facts, stains="small")
    assert (held.disposition, held.rule, held.owner) == ("hold", "acme@1:1", "supervisor")
    assert [each.code for each in held.reasons] == ["rule:1", "no_percentage"]
    assert routed(goods, table, "apparel", facts, cloth="pull").disposition == "resale"


@pytest.mark.parametrize(
    ("category", "changes", "answers", "reached"),
    [
        ("electronics", {}, {}, {"restock", "resale", "refurb", "recycle"}),
        ("electronics", {}, {"packaging": "sealed"}, {"restock", "resale", "refurb", "recycle"}),
        ("electronics", {}, {"screen": "near"}, {"resale", "refurb", "recycle"}),
        ("electronics", {}, {"starts": "untested"}, {"resale", "refurb", "recycle"}),
        ("electronics", {"missing": ["cable"]}, {}, {"resale", "refurb", "recycle"}),
        ("electronics", {}, {"battery": "yes"}, set()),
        ("electronics", {}, {"lock": "yes"}, set()),
        ("phones", {}, {"lock": "data"}, set()),
        ("toys", {}, {"recall": "yes"}, set()),
        ("apparel", {"stops_found": ("recall",)}, {"hygiene": "broken"}, set()),
        ("apparel", {}, {"hygiene": "broken"}, {"recycle"}),
        ("apparel", {"match": "wrong"}, {"hygiene": "broken"}, set()),
        ("electronics", {"match": "undeclared"}, {}, set()),
        ("electronics", {"serial": "different"}, {}, set()),
        ("electronics", {"serial": "unread"}, {"screen": "near"}, set()),
    ],
)
def test_how_far_a_table_can_go_wrong(
    goods, category: str, changes: dict[str, object], answers: dict[str, str], reached: set[str]
) -> None:
    """A table of one rule that sends everything one way, for each way."""
    for disposition in DISPOSITIONS[:-1]:
        text = f'id="x"\nversion=1\n[[rules]]\nnumber=1\nsection="stop"\nwhen="true"\nto="{disposition}"\ntext="-"'
        decided = routed(goods, parse(text.encode()), category, changes, **answers)
        assert decided.disposition == (disposition if disposition in reached else "hold")


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(CATEGORIES))
def test_no_table_sends_what_somebody_must_look_at_anywhere_but_hold(goods, data: st.DataObject, category: str) -> None:
    """Whatever the rules: only goods all of whose stops say that nobody can use them may be destroyed."""
    rule = st.tuples(
        st.sampled_from(["stop", "contract", "grade", "value"]),
        st.sampled_from(["true", "stops != []", '"hazard" in stops', 'letter == ""', "missing == 0"]),
        st.one_of(
            st.sampled_from(DISPOSITIONS[:-1]).map(lambda way: f'to = "{way}"'),
            st.lists(st.sampled_from(DISPOSITIONS[:-1]), min_size=1).map(lambda ways: f"among = {json.dumps(ways)}"),
        ),
    )
    text = goods.routes_toml()
    figures = text[text.index("[recovery.restock]") : text.index("[[override_reasons]]")]
    rules = "".join(
        f'[[rules]]\nnumber = {number}\nsection = "{section}"\nwhen = \'{when}\'\n{to}\ntext = "-"\n'
        for number, (section, when, to) in enumerate(data.draw(st.lists(rule, min_size=1, max_size=4)), 1)
    )
    codes = ["hazard", "recall", "recall_part", "locked", "data", "serial", "batch_unread", "mismatch", "a_site_s_own"]
    kept = data.draw(st.sampled_from(codes))
    worthless = data.draw(st.lists(st.sampled_from(["hygiene", "expired", "broken", "mould", "pests", "small_part"])))
    stops = tuple(data.draw(st.permutations([kept, *worthless])))
    graded = Grade(data.draw(st.sampled_from(["", "D"])), "", "untested", (), "x@1", stops)
    table = parse(f'id = "x"\nversion = 1\n{rules}{figures}'.encode())
    decided = route(table, graded, goods.facts(category))
    assert decided.disposition == "hold"
    assert all(worth.refused is not None for worth in decided.breakdown)


def test_a_missing_part_bars_restock_even_where_a_rubric_forgives_it(goods) -> None:
    lenient = parse_rubric(goods.toml("electronics").replace('missing_part = "C"', 'missing_part = "A"').encode())
    facts = goods.facts("electronics", missing=["cable"])
    result = grade(lenient, goods.best(lenient), facts)
    assert result.letter == "A"
    assert route(table_of("true"), result, facts).disposition == "hold"


def test_an_ungradable_item_is_held_whatever_the_table_says(goods) -> None:
    nothing = Grade("", "", "untested", (), "none@1")
    for disposition in DISPOSITIONS[:-1]:
        text = f'id="x"\nversion=1\n[[rules]]\nnumber=1\nsection="stop"\nwhen="true"\nto="{disposition}"\ntext="-"'
        assert route(parse(text.encode()), nothing, goods.facts("apparel")).disposition == "hold"


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "letter ==",
        "letter",
        '["a"].exists(x, x == letter)',
        "stops.all(x, x == x)",
        "stops.map(x, stops.map(y, stops.map(z, z)))",
        "stops . filter ( x , true )",
        "has(stops.x)",
        "cel.bind(x, true, x)",
        'category.matches("(a+)+$")',
        "size(stops) > 0",
        "price_minor * price_minor > 0",
        "price_minor + 1 == 2",
        '"a" + category == "b"',
        "stops[0] == 'hazard'",
        "duration('1s') > duration('0s')",
        "{'a': true}.a",
        "nothing == 1",
        "__import__ == 1",
        "letter == 'A' // stops",
        "(" * 400 + "true" + ")" * 400,
        "!" * 3000 + "true",
        "missing in [" + "1," * 100_000 + "1]",
        "true" + " && true" * 100_000,
        "letter == '\\u0041'",
        'letter == """A"""',
        "\0",
        "true \N{ZERO WIDTH SPACE}",
    ],
)
def test_a_condition_that_does_more_than_compare_is_refused_when_read(condition: str) -> None:
    if condition == "letter":
        # Whether it is a yes or no is known only when it is asked.
        assert table_of(condition).rules
        return
    with pytest.raises(RouteError, match="bad: rule 1: when: "):
        table_of(condition)


@settings(deadline=None)
@given(st.text("()[]{}.,?:!&|=<>+-*/%'\"\\ abcxin01\n\t\0é`@#$^~;r\"'letterstops", max_size=60))
def test_a_condition_of_any_text_is_a_rule_or_a_route_error(condition: str) -> None:
    try:
        table_of(condition)
    except RouteError as error:
        assert "bad: rule 1: when: " in str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = 3", "id: "),
        ("id = 'x'\nversion = 1\ncolour = 2", "colour"),
        ("id = 'x'\nversion =", "not TOML"),
        (
            "id='x'\nversion=1\n[[rules]]\nnumber=4\nsection='stop'\nwhen='true'\ntext='{word}'\nto='recycle'",
            "x: rule 4: text: nothing fills the place {word}",
        ),
        (
            "id='x'\nversion=1\n[[override_reasons]]\ncode='asked'\ntext='The client {name} asked'",
            "x: reason asked: text: nothing fills the place {name}",
        ),
        ("id='x'\nversion=1\n[[override_reasons]]\ncode='asked'\ntext='}'", "x: reason asked: text: its braces"),
        ("\xff", "not UTF-8"),
        ("deep = " + "[" * 100_000, "too deep"),
        ("[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'", "`to` or `among`"),
        ("[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'\nto='hold'", "`owner`"),
        ("[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'\nto='resale'\nowner='client'", "`owner`"),
        ("[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'\namong=['hold']", "no hold"),
        ("[[rules]]\nnumber=1\nsection='late'\nwhen='true'\ntext='-'\nto='resale'", "section"),
        (
            "[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'\nto='resale'\n"
            "[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'\nto='resale'",
            "there twice",
        ),
    ],
)
def test_a_damaged_table_names_the_place_and_what_to_mend(text: str, says: str) -> None:
    head = "" if text.startswith(("id", "\xff")) else "id = 'x'\nversion = 1\n"
    with pytest.raises(RouteError, match=says):
        parse((head + text).encode("latin-1"))


@pytest.mark.parametrize(
    "own",
    [
        "[[rules]]\nnumber=1\nsection='stop'\nwhen='true'\ntext='-'\nto='resale'",
        "[[authority]]\nrole='receiver'\nfrom=['hold']\nto=['restock']",
        "[[override_reasons]]\ncode='x'\ntext='y'",
    ],
)
def test_a_client_cannot_come_before_the_stops_nor_give_authority(goods, own: str) -> None:
    with pytest.raises(RouteError, match="contract rules and values only"):
        parse(goods.routes_toml().encode(), f"id = 'x'\nversion = 1\n{own}".encode())


def test_override_reasons_are_few_and_in_words(goods) -> None:
    reasons = goods.routes().override_reasons
    assert 3 <= len(reasons) <= 6
    assert all(reason.code and reason.text for reason in reasons)


SELLS = """id = "x"
version = 1
[[rules]]
number = 1
section = "contract"
when = '{when}'
to = "resale"
text = "Good, but not like new"
"""


def test_a_contract_sells_no_unsafe_goods_unless_it_names_how_they_work(goods) -> None:
    default = goods.routes_toml().encode()
    saw = grade(goods.rubric("tools"), goods.best(goods.rubric("tools"), guard="missing"), goods.matched)
    assert saw.functional == "faulty"
    facts = goods.facts("tools", client="x") | goods.matched

    def rule(when: str) -> str:
        return route(parse(default, SELLS.replace("{when}", when).encode()), saw, facts).rule

    assert rule('letter != "A" && letter != ""') == "default@9:37"
    assert rule('letter != "" && functional == "faulty"') == "x@1:1"
    with pytest.raises(RouteError, match="only the routes of all say what guards"):
        parse(default, (SELLS.replace("{when}", "true") + 'guards = "functional"').encode())


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"rim": "small"}, "hearthwick@3:2"),
        ({"stamp": "none"}, "hearthwick@3:3"),
        ({"ring": "lid"}, "hearthwick@3:3"),
        ({"ring": "untested"}, "hearthwick@3:3"),
    ],
)
def test_only_marked_china_is_destroyed_for_its_marks(goods, answers: dict[str, str], rule: str) -> None:
    china = read_rules().rubric("china", "Hearthwick")
    graded = grade(china, goods.best(china, **answers), goods.matched)
    facts = goods.facts("china", client="Hearthwick") | goods.matched
    assert route(read_rules().table("Hearthwick"), graded, facts).rule == rule

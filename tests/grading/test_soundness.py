"""The shipped rubrics have no problem, and each kind of problem is found."""

from pathlib import Path

import msgspec
import pytest

from grading.route import parse as parse_routes
from grading.rubric import parse
from grading.soundness import check, unmapped, untranslated

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_shipped_rubric_has_no_problem(goods, category: str) -> None:
    assert check(goods.rubric(category)) == []


@pytest.mark.parametrize(
    ("search", "replacement", "place", "text"),
    [
        ('id = "health"', 'id = "liquid"', "questions.liquid", "twice"),
        ('id = "label"', 'id = "whole"', "shots.whole", "twice"),
        ('id = "unsure"', 'id = "yes"', "questions.battery.yes", "twice"),
        ("key = 2", "key = 1", "questions.battery", "keys"),
        ('text = "Unbroken"', 'text = "Opened, own box"', "questions.packaging.sealed", "the same text"),
        ('functional = "untested"\n', "", "questions.starts.untested", "no outcome"),
        ('[{ starts = ["yes"]', '[{ starts = ["perhaps"]', "questions.functions", "no option perhaps"),
        ('screen = ["far", "cracked"]', 'glass = ["far"]', "shots.defect", "glass has no option"),
        ('cosmetic = "D"', 'cosmetic = "A"', "questions.screen", "best answer to the worst"),
        ('cosmetic = "B"', 'cosmetic = "B"\nsealed = true', "questions.screen.near", "only a packaging question"),
        ('stop = "hazard"', 'stop = "hazard"\ncap = "B"', "questions.battery.unsure", "letter D or none"),
        ('functional = "untested"', 'cap = "C"', "questions.starts", "either all its answers"),
        ("sealed = true", 'cosmetic = "A"', "questions.packaging", "says that the goods are sealed"),
        (
            'kind = "packaging"',
            'kind = "packaging"\nwhen = [{ starts = ["yes"] }]',
            "questions.packaging",
            "cannot wait for starts",
        ),
        ("sealed = true", "sealed = true\nmissing = true", "questions.packaging.sealed", "cannot lack anything"),
        ('cap = "A"', 'cap = "A"\nmissing = true', "questions.battery.no", "no letter better than B"),
        ('packaging = ["opened", "no_box"]', 'body = ["none"]', "questions.article", "stop question comes first"),
    ],
)
def test_a_problem_in_the_data_is_found(goods, search: str, replacement: str, place: str, text: str) -> None:
    whole = goods.toml("electronics")
    # The packaging has a cosmetic B of its own, before the screen's.
    head, tail = whole.split('id = "screen"') if "cosmetic" in search else ("", whole)
    assert search in tail
    changed = tail.replace(search, replacement, 1)
    problems = check(parse((f'{head}id = "screen"{changed}' if head else changed).encode()))
    assert [(p.place, text in p.text) for p in problems if p.place == place] == [(place, True)], problems


def test_a_category_without_a_question_about_packaging_says_that_its_goods_have_none(goods) -> None:
    text = (
        goods.toml("media").replace('kind = "packaging"', 'kind = "inspection"').replace("sealed = true", 'cap = "A"')
    )
    assert ("questions", True) in [(each.place, "loose = true" in each.text) for each in check(parse(text.encode()))]
    assert "questions" not in [each.place for each in check(parse(f"loose = true\n{text}".encode()))]


def test_a_question_no_way_leads_to_is_found(goods) -> None:
    asked = 'when = [{ starts = ["yes"] }, { starts_now = ["yes"] }]'
    text = goods.toml("electronics").replace(asked, 'when = [{ starts = ["yes"], lock = ["yes"] }]', 1)
    assert ("questions.functions", "no way through the answers leads here") in [
        (problem.place, problem.text) for problem in check(parse(text.encode()))
    ]


@pytest.mark.parametrize(("category", "question"), [("electronics", "functions"), ("audio", "link")])
def test_asking_what_works_of_goods_that_do_not_start_is_found(goods, category: str, question: str) -> None:
    shipped = goods.rubric(category)
    always = tuple(
        msgspec.structs.replace(each, when=()) if each.id == question else each for each in shipped.questions
    )
    found = check(msgspec.structs.replace(shipped, questions=always))
    text = "it may say that it works after starts = no said that nothing does"
    assert [(each.place, each.text) for each in found] == [(f"questions.{question}", text)]


@pytest.mark.parametrize(
    ("search", "replacement", "place", "text"),
    [
        (
            'when = [{ lock = ["dark"] }]\n',
            "",
            "questions.starts.no",
            "it is offered after lock = no, and nobody can give both",
        ),
        (
            'rules_out = { starts = ["no"] }',
            'rules_out = { starts = ["dead"] }',
            "questions.lock.no",
            "rules_out: starts has no option dead",
        ),
        (
            'rules_out = { starts = ["no"] }',
            "rules_out = { glass = [] }",
            "questions.lock.no",
            "rules_out: glass has no option (none named)",
        ),
        (  # said by the later of the two answers it holds just as well
            'id = "red"',
            'id = "red"\nrules_out = { accessories = ["all"] }',
            "questions.liquid.red",
            "it is offered after accessories = all, and nobody can give both",
        ),
    ],
)
def test_answers_that_nobody_can_give_together_are_found(
    goods, search: str, replacement: str, place: str, text: str
) -> None:
    whole = goods.toml("phones")
    assert search in whole
    found = check(parse(whole.replace(search, replacement, 1).encode()))
    assert (place, text) in [(each.place, each.text) for each in found]


def test_what_a_client_took_away_is_ruled_out_no_more(goods) -> None:
    shipped = goods.rubric("phones")
    kept = tuple(each for each in shipped.questions if each.id != "starts")
    text = "rules_out: starts has no option no"
    for over, found in (("", [("questions.lock.no", text)]), ("x@1", [])):
        changed = msgspec.structs.replace(shipped, questions=kept, over=over)
        assert [(each.place, each.text) for each in check(changed) if "rules_out" in each.text] == found


def test_a_letter_no_way_ends_in_is_found(goods) -> None:
    text = (
        goods.toml("media")
        .replace('cosmetic = "D"', 'cosmetic = "C"')
        .replace('faulty = "D"', 'faulty = "C"')
        .replace('cap = "D"', "")
        .replace("severity = 4", "severity = 3")
    )
    assert ("grades", "no way through the answers ends in D") in [
        (problem.place, problem.text) for problem in check(parse(text.encode()))
    ]


def test_a_way_that_never_asks_whether_it_works_is_found(goods) -> None:
    text = goods.toml("apparel")
    start = text.index('[[questions]]\nid = "closures"')
    end = text.index('[[questions]]\nid = "washed"')
    text = (text[:start] + text[end:]).replace('{ closures = ["one", "more"] },', "")
    assert "a way ends here: No question asked whether it works" in [
        problem.text for problem in check(parse(text.encode()))
    ]


@pytest.mark.parametrize(
    ("category", "search", "replacement", "place", "text"),
    [
        (
            "phones",
            'kind = "scratch", severity = 2',
            'kind = "scratch", severity = 3',
            "questions.screen.near",
            "than C",
        ),
        ("phones", 'id = "rebag"', 'id = "wipe"', "prep.wipe", "twice"),
        ("audio", '{ ear = ["cushions"] }', '{ ear = ["wax"] }', "prep.cushions", "gives ear = wax"),
        ("phones", '{ liquid = ["red"] },', '{ starts = ["no"], radio = ["one"] },', "shots.defect", "radio = one"),
        ("phones", '{ liquid = ["red"] },', "{},", "shots.defect", "names no question"),
        ("tools", '{ guard = ["holds"] }', '{ runs = ["yes"] }', "questions.runs", "answers leads here"),
    ],
)
def test_a_dead_branch_or_a_defect_at_odds_with_its_letter_is_found(
    goods, category: str, search: str, replacement: str, place: str, text: str
) -> None:
    whole = goods.toml(category)
    assert search in whole
    found = check(parse(whole.replace(search, replacement, 1).encode()))
    assert [problem for problem in found if problem.place == place and text in problem.text], found


def test_questions_that_hang_together_too_much_to_be_walked_are_refused_in_time(goods) -> None:
    text = goods.toml("media")
    for number in range(12):
        text += f"""
[[questions]]
id = "more_{number}"
kind = "inspection"
text = "Same?"
hint = "Look."
options = [{", ".join(f'{{id = "o{n}", key = {n}, text = "x{n}", word = "x", cap = "A"}}' for n in range(1, 10))}]
"""
    joint = ", ".join(f'more_{number} = ["o1"]' for number in range(12))
    text = text.replace('{ cover = ["torn"] },', f"{{ {joint} }},")
    assert [problem.place for problem in check(parse(text.encode()))] == ["questions"]


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_outcome_of_a_shipped_rubric_has_a_route(goods, category: str) -> None:
    assert unmapped(goods.rubric(category), goods.routes()) == []


def test_outcomes_without_a_rule_are_named_with_an_answer_that_leads_there(goods) -> None:
    unknown = parse(goods.toml("phones").replace('category = "phones"', 'category = "gadgets"').encode())
    assert [(each.place, each.text) for each in unmapped(unknown, goods.routes())] == [
        ("category", "the route table default@9 does not say what gadgets loses each week")
    ]
    rules = goods.routes_toml()
    start = rules.index("[[rules]]\nnumber = 51")
    shorter = parse_routes((rules[:start] + rules[rules.index("# Percentages") :]).encode())
    found = unmapped(goods.rubric("footwear"), shorter)
    assert {each.text for each in found} >= {"letter D, works: No rule fits this item (default@9:none)"}
    assert all(each.place.startswith("questions.") and each.place.count(".") == 2 for each in found)


def test_an_outcome_whose_ways_have_no_value_is_unmapped(goods) -> None:
    poor = parse_routes(goods.routes_toml().replace("D = 20", "").replace("D = 2\n", "").encode())
    found = {each.text for each in unmapped(goods.rubric("media"), poor)}
    assert (
        "letter D, works: The value of the item is not known, so its routes cannot be compared (default@9:51)" in found
    )


def test_each_sentence_without_translation_is_named(goods) -> None:
    shipped = goods.rubric("phones")
    assert untranslated(shipped, lambda sentence: True) == []
    found = untranslated(shipped, lambda sentence: sentence not in ("It is cracked", "Switch it off", "Unbroken"))
    assert [(each.place, each.text) for each in found] == [
        ("questions.packaging.sealed", "not translated: Unbroken"),
        ("questions.screen.cracked", "not translated: It is cracked"),
        ("prep.power_off", "not translated: Switch it off"),
    ]

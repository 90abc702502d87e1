"""A client's override says what it changes in which version, and never makes a hard stop softer."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import overrides
from grading.grade import grade
from grading.overrides import apply, described, is_override
from grading.route import route
from grading.rubric import MOST_BYTES, Rubric, RubricError, parse
from grading.soundness import check, unmapped

CLIENTS = Path(__file__).parents[2] / "resources" / "rubrics" / "clients"
FILES = tuple(sorted(CLIENTS.glob("*.toml")))

HEAD = 'id = "northwind"\nversion = 1\nclient = "Northwind"\noverrides = "apparel@7"\n'
QUESTION = """
id = "{id}"
kind = "{kind}"
text = "Is it ironed?"
hint = "Look."
options = [
    {{ id = "yes", key = 1, text = "Yes", word = "Ironed", cosmetic = "A" }},
    {{ id = "no", key = 2, text = "No", word = "Not ironed", cosmetic = "B"{more} }},
]
"""


def question(name: str, kind: str = "inspection", more: str = "") -> str:
    return QUESTION.format(id=name, kind=kind, more=more)


def with_override(goods, toml: str, category: str = "apparel") -> Rubric:
    return apply(goods.rubric(category), overrides.parse((HEAD + toml).encode()))


def shipped_with(goods, file: Path) -> Rubric:
    override = overrides.parse(file.read_bytes())
    return apply(goods.rubric(override.overrides.partition("@")[0]), override)


def test_what_is_changed_is_changed_and_the_rest_stays(goods) -> None:
    toml = """
[grades]
untested = "D"
[[options]]
question = "stains"
option = "small"
cosmetic = "D"
[remove]
questions = ["washed"]
prep = ["roll"]
[[replace.shots]]
id = "whole"
text = "Photograph both sides"
hint = "Twice."
[[add.questions]]
""" + question("ironed")
    base = goods.rubric("apparel")
    changed = with_override(goods, toml)
    assert changed.name == "apparel@7+northwind@1"
    assert (changed.grades.untested, changed.grades.faulty) == ("D", "D")
    assert [each.id for each in changed.questions] == [
        *(each.id for each in base.questions if each.id != "washed"),
        "ironed",
    ]
    assert [each.id for each in changed.prep] == ["fold"]
    assert changed.shots[0].text == "Photograph both sides" and changed.shots[1:] == base.shots[1:]
    assert check(changed) == [] == unmapped(changed, goods.routes())
    result = grade(changed, goods.best(changed, stains="small"), goods.matched)
    assert (result.letter, result.rule) == ("D", "apparel@7+northwind@1")
    assert described(base, overrides.parse((HEAD + toml).encode())) == [
        "untested: the best letter is D, not C",
        "question stains, answer small: cosmetic is D, not C",
        "question ironed is added: Is it ironed?",
        "photo whole is replaced: Photograph both sides",
        "question washed is not asked",
        "prep step roll is left out",
    ]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('[remove]\nquestions = ["hygiene"]', "question hygiene can stop an item"),
        ("[[replace.questions]]" + question("hygiene", "stop"), "question hygiene can stop an item"),
        (
            '[[options]]\nquestion = "hygiene"\noption = "broken"\ncap = "A"',
            "broken of question hygiene stops the item",
        ),
        ("[[add.questions]]" + question("film", "packaging", ", sealed = true"), "cannot call more goods sealed"),
        ('[remove]\nquestions = ["collar"]', "apparel@7 has no collar"),
        ("[[add.questions]]" + question("stains"), "stains is there already"),
        ('[[options]]\nquestion = "stains"\noption = "tiny"\ncap = "A"', "no answer tiny to question stains"),
        ("", "changes nothing"),
        ('[remove]\nprep = ["roll", "roll"]', "named twice"),
        ('[remove]\nshots = ["whole", "label", "defect"]', "shots"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(goods, toml: str, says: str) -> None:
    with pytest.raises(RubricError, match=says):
        with_override(goods, toml)


def test_a_question_that_leads_to_a_stop_question_stays(goods) -> None:
    toml = b'[remove]\nquestions = ["packaging"]'
    override = overrides.parse(HEAD.replace("apparel@7", "electronics@13").encode() + toml)
    with pytest.raises(RubricError, match="packaging leads to a stop question"):
        apply(goods.rubric("electronics"), override)


@pytest.mark.parametrize(
    ("base", "toml", "says"),
    [
        ("electronics@13", '[grades]\nuntested = "A"', "untested allows C at best"),
        ("electronics@13", '[grades]\npartly = "B"', "partly allows C at best"),
        ("electronics@13", '[grades]\nfaulty = "C"', "faulty allows D at best"),
        ("electronics@13", '[grades]\nmissing_part = "B"', "missing part allows C at best"),
        (
            "audio@13",
            '[[options]]\nquestion = "ear"\noption = "cushions"\ncap = "A"',
            "cushions of question ear: cap A is better than C, and the question can stop an item",
        ),
        (
            "electronics@13",
            '[[options]]\nquestion = "lock"\noption = "dark"\nfunctional = "works"',
            "function works is better than none",
        ),
        (
            "tools@10",
            '[[options]]\nquestion = "runs"\noption = "untested"\nfunctional = "works"',
            "untested of question runs: function works is better than untested, and the question tells whether it",
        ),
        (
            "cosmetics@6",
            '[[options]]\nquestion = "packaging"\noption = "torn"\ncosmetic = "A"',
            "torn of question packaging: cosmetic A is better than C",
        ),
        ("china@7", "[[replace.questions]]" + question("packaging", "packaging"), "packaging leads to a stop question"),
        (
            "apparel@7",
            "[[replace.questions]]" + question("stains", "packaging", ", sealed = true"),
            "cannot call more goods sealed",
        ),
        (
            "phones@14",
            '[remove]\nquestions = ["accessories"]',
            "question accessories tells what is missing: a client can",
        ),
        (
            "phones@14",
            '[remove]\nquestions = ["health"]',
            "question health caps the letter: a client can neither remove",
        ),
        ("toys@10", '[remove]\nquestions = ["pieces"]', "question pieces tells what is missing"),
        ("laptops@13", "[[replace.questions]]" + question("liquid"), "question liquid caps the letter"),
        (
            "laptops@13",
            '[[options]]\nquestion = "liquid"\noption = "traces"\ncap = "A"',
            "traces of question liquid: cap A is better than",
        ),
        ("tools@10", '[remove]\nquestions = ["guard"]', "question guard tells whether it works"),
        ("tools@10", "[[replace.questions]]" + question("runs"), "question runs tells whether it works"),
    ],
)
def test_no_client_sells_what_nobody_found_to_work(goods, base: str, toml: str, says: str) -> None:
    override = overrides.parse((HEAD.replace("apparel@7", base) + toml).encode())
    with pytest.raises(RubricError, match=says):
        apply(goods.rubric(base.partition("@")[0]), override)


def test_a_question_that_leads_by_another_to_one_of_function_stays(goods) -> None:
    text = goods.toml("media").replace(
        'id = "plays"', 'id = "plays"\nwhen = [{ cover = ["clean"] }]\n'
    ).replace('id = "cover"', 'id = "cover"\nwhen = [{ writing = ["none"] }]\n')  # fmt: skip
    base = parse(text.encode())
    override = overrides.parse((HEAD.replace("apparel@7", base.name) + '[remove]\nquestions = ["writing"]').encode())
    with pytest.raises(RubricError, match="question writing leads to a question that tells whether it works"):
        apply(base, override)


def test_a_client_can_be_stricter_about_all_and_free_about_looks(goods) -> None:
    toml = """
[grades]
sealed = "B"
untested = "D"
[[options]]
question = "lock"
option = "dark"
cap = "D"
[[options]]
question = "starts"
option = "untested"
functional = "faulty"
[[options]]
question = "packaging"
option = "no_box"
cap = "C"
[[options]]
question = "body"
option = "smooth"
cosmetic = "A"
"""
    changed = apply(
        goods.rubric("electronics"), overrides.parse((HEAD.replace("apparel@7", "electronics@13") + toml).encode())
    )
    assert grade(changed, goods.best(changed, starts="untested"), goods.matched).functional == "faulty"
    assert grade(changed, goods.best(changed, packaging="no_box"), goods.matched).letter == "C"
    assert grade(changed, goods.best(changed, body="smooth"), goods.matched).letter == "A"


def test_another_version_than_the_one_named_is_refused(goods) -> None:
    override = overrides.parse((HEAD.replace("@7", "@2") + '[grades]\nfaulty = "D"').encode())
    with pytest.raises(RubricError, match=r"it is for apparel@2, not for apparel@7"):
        apply(goods.rubric("apparel"), override)


def test_a_plain_file_cannot_pretend_to_be_overridden(goods) -> None:
    with pytest.raises(RubricError, match="over: only a client's override"):
        parse(b'over = "northwind@1"\n' + goods.toml("apparel").encode())


@pytest.mark.parametrize(
    "toml",
    [b"", b"\xff", b"id = 1", HEAD.encode() + b"colour = 1", HEAD.replace("apparel@7", "apparel").encode()],
)
def test_a_damaged_override_is_an_error(toml: bytes) -> None:
    with pytest.raises(RubricError):
        overrides.parse(toml)


def test_what_overrides_says_so(goods) -> None:
    assert is_override(FILES[0].read_bytes())
    assert not is_override(goods.toml("apparel").encode())
    assert not is_override(b"\xff")


def test_a_file_of_any_length_is_refused_before_it_is_read() -> None:
    with pytest.raises(RubricError, match="ask fewer questions"):
        parse(b"#" * (MOST_BYTES + 1))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_override_is_sound_and_called_by_its_client_and_category(goods, file: Path) -> None:
    override = overrides.parse(file.read_bytes())
    changed = shipped_with(goods, file)
    assert check(changed) == [] == unmapped(changed, goods.routes())
    assert file.name == f"{override.id}.{changed.category}.toml"


@settings(deadline=None)
@given(st.data(), st.sampled_from(FILES))
def test_with_an_override_a_worse_answer_never_gives_a_better_letter_or_score(
    goods, data: st.DataObject, file: Path
) -> None:
    changed = shipped_with(goods, file)
    answers = data.draw(goods.walks(changed))
    before = grade(changed, answers, goods.matched)
    at = data.draw(st.integers(0, len(answers) - 1))
    name, was = answers[at]
    ids = tuple(o.id for q in changed.questions if q.id == name for o in q.options)
    worse = data.draw(st.sampled_from(ids[ids.index(was) :]))
    after = grade(changed, (*answers[:at], (name, worse), *answers[at + 1 :]), goods.matched)
    assert before.letter or before.stops
    assert after.stops or not after.letter or after.letter >= before.letter
    if before.scores and after.scores:
        assert all(dict(after.scores)[axis] <= score for axis, score in before.scores)
    decided = route(goods.routes(), before, goods.facts(changed.category))
    assert before.letter or decided.disposition == "hold"

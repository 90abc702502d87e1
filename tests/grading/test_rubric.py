"""The shipped rubrics are sound, ask in the right order, and a damaged one says what to mend."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.rubric import RubricError, chosen, defects, next_question, parse, prep_needed, shots_needed
from grading.soundness import endings

RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
CATEGORIES = tuple(sorted(file.stem for file in RUBRICS.glob("*.toml")))

PARTS = ("charger", "cable", "ear pads")


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_shipped_rubric_is_in_words_and_short(goods, category: str) -> None:
    shipped = goods.rubric(category)
    assert shipped.name == f"{category}@{shipped.version}"
    assert shipped.category == category
    assert len(shipped.shots) >= 2
    sold = [each for each in endings(shipped) if not any(option.stop for _, option in chosen(shipped, each, ()))]
    assert max(len(shots_needed(shipped, each)) for each in sold) <= 4
    for question in shipped.questions:
        assert question.text.endswith("?"), question.id
        assert len(question.text) <= 80, question.id
        assert len(question.options) <= 5, question.id
    for shot in shipped.shots:
        assert shot.text.startswith("Photograph ")


@pytest.mark.parametrize("category", CATEGORIES)
def test_faultless_goods_take_at_most_twelve_questions_and_others_few_more(goods, category: str) -> None:
    shipped = goods.rubric(category)
    usual = len(goods.best(shipped))
    longest = max(map(len, endings(shipped)))
    assert 4 <= usual <= 12
    # Longer only by what is asked of goods that did not start at first, or bear no tag of their own.
    later = {each.id for each in shipped.questions if any("dark" in when.get("lock", ()) for when in each.when)}
    assert longest <= usual + len(later | ({"article"} - dict(goods.best(shipped)).keys()))


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_whole_item_is_photographed_first_and_a_defect_only_when_reported(goods, category: str) -> None:
    shipped = goods.rubric(category)
    before = [shot.id for shot in shots_needed(shipped, ())]
    assert before[0] == "whole"
    assert "defect" not in before
    faultless = [shot.id for shot in shots_needed(shipped, goods.best(shipped))]
    assert faultless[: len(before)] == before
    assert "defect" not in faultless


def test_a_reported_crack_demands_the_photo_of_it(goods) -> None:
    shipped = goods.rubric("electronics")
    cracked = goods.best(shipped, screen="cracked")
    assert [shot.id for shot in shots_needed(shipped, cracked)] == ["whole", "label", "defect"]


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_missing_is_told_apart_by_place(goods, category: str) -> None:
    """A grade names each place and kind once: its box and its charger are two defects, not one."""
    found = {
        (question.id, option.defect.zone)
        for question in goods.rubric(category).questions
        for option in question.options
        if option.defect is not None and option.defect.kind == "missing" and not option.stop
    }
    zones = [zone for _, zone in found]
    assert len(zones) == len(set(zones)), found


def test_a_laptop_without_box_and_charger_lacks_both(goods) -> None:
    shipped = goods.rubric("laptops")
    told = defects(shipped, goods.best(shipped, packaging="no_box", accessories="more"), ())
    assert [(each.zone, each.kind, each.severity) for _, each in told] == [
        ("accessories", "missing", 3),
        ("packaging", "missing", 2),
    ]


@settings(deadline=None)
@given(st.data(), st.sampled_from(CATEGORIES), st.sampled_from([(), PARTS]))
def test_every_way_asks_stops_then_packaging_then_parts_then_the_rest(
    goods, data: st.DataObject, category: str, parts: tuple[str, ...]
) -> None:
    shipped = goods.rubric(category)
    answers = data.draw(goods.walks(shipped, parts))
    kinds = {question.id: question.kind for question in shipped.questions}
    asked = ["part" if name.startswith("part:") else kinds[name] for name, _ in answers]
    if "part" in asked and "inspection" in asked:
        assert max(i for i, k in enumerate(asked) if k == "part") < asked.index("inspection")
    if "packaging" in asked:
        at = asked.index("packaging")
        assert set(asked[:at]) <= {"stop"}
        # After the packaging only the stops that needed an opened box may come before the rest.
        rest = [kind for kind in asked[at + 1 :] if kind != "stop"]
        assert asked[at + 1 :][-len(rest) :] == rest or not rest
    assert len(dict(answers)) == len(answers), "nothing is asked twice"
    options = {(q.id, o.id): o for q in shipped.questions for o in q.options}
    chosen = [options[pair] for pair in answers if pair in options]
    assert not any(option.stop for option in chosen[:-1]), "a stop answer is the last"
    if any(option.sealed for option in chosen):
        assert "inspection" not in asked
        assert "part" not in asked


def test_only_wide_categories_are_offered_and_they_fit_on_nine_keys(goods) -> None:
    wide = [category for category in CATEGORIES if goods.rubric(category).kind_of is None]
    assert len(wide) <= 9
    assert {goods.rubric(category).kind_of for category in CATEGORIES} <= {None, *wide}


def test_prep_follows_the_answers_and_nothing_is_touched_after_a_stop(goods) -> None:
    shipped = goods.rubric("audio")
    worn = goods.best(shipped, ear="cushions")
    assert [(step.id, step.seconds) for step in prep_needed(shipped, worn, ())] == [
        ("wipe", 40),
        ("cushions", 120),
        ("rebag", 30),
    ]
    assert [step.id for step in prep_needed(shipped, goods.best(shipped), ())] == ["wipe", "rebag"]
    assert prep_needed(shipped, goods.best(shipped, packaging="sealed"), ()) == ()
    assert prep_needed(shipped, goods.best(shipped, ear="wax"), ()) == ()


def test_defects_are_told_the_worst_first(goods) -> None:
    shipped = goods.rubric("phones")
    found = defects(shipped, goods.best(shipped, screen="near", body="broken"), ())
    assert [(name, each.zone, each.kind, each.severity) for name, each in found] == [
        ("body", "body", "dent", 4),
        ("screen", "screen", "scratch", 2),
    ]


def test_a_kit_is_asked_for_each_part_once(goods) -> None:
    shipped = goods.rubric("electronics")
    answers = goods.best(shipped, ("charger", "cable", "cable"))
    assert [name for name, _ in answers if name.startswith("part:")] == ["part:charger", "part:cable"]
    question = next_question(shipped, answers[:4], ("charger",))
    assert question is not None
    assert question.text.format(**question.params) == "Is this part there: charger?"
    assert [(option.id, option.key) for option in question.options] == [("yes", 1), ("missing", 2)]


def test_answers_nobody_understands_leave_the_question_open(goods) -> None:
    shipped = goods.rubric("media")
    first = next_question(shipped, (), ())
    assert first is not None
    assert next_question(shipped, ((first.id, "perhaps"), ("weather", "fine")), ()) == first
    assert next_question(shipped, ((first.id, "perhaps"), (first.id, "opened")), ()) != first, "the later answer holds"


@pytest.mark.parametrize(
    ("search", "replacement", "place"),
    [
        ('cap = "A"', 'cap = "E"', r"questions\[0\]\.options\[0\]\.cap"),
        ("key = 1", 'key = "one"', r"questions\[0\]\.options\[0\]\.key"),
        ("version = 13", "version = 0", "version"),
        ("version = 13", f"version = {10**26}", "version: Expected `int` <= 999999999"),
        ("version = 13", f"version = {'9' * 5000}", "not TOML: Exceeds the limit"),
        ('kind = "stop"', 'kind = "maybe"', r"questions\[0\]\.kind"),
        ("[[shots]]", "[[shots]]\ncolour = 'red'", r"shots\[0\]: .*colour"),
        ('works = "A"', "", "grades: .*works"),
        ('id = "electronics"', "id = electronics", "not TOML"),
        ("[grades]", "[grades", "not TOML"),
        ("[grades]", "deep = " + "[" * 100_000 + "\n[grades]", "too deep"),
        ("[grades]", ".".join("a" * 30_000) + " = 1\n[grades]", "a key has too many parts"),
        (
            "[grades]",
            "[" + " . ".join(['"a b"'] * 40) + "]\n[grades]",
            r"line \d+: not TOML of ours: a key has too many",
        ),
    ],
)
def test_a_damaged_rubric_names_the_place_and_what_to_mend(goods, search: str, replacement: str, place: str) -> None:
    text = goods.toml("electronics")
    assert search in text
    with pytest.raises(RubricError, match=place) as caught:
        parse(text.replace(search, replacement, 1).encode())
    assert re.search("mend", str(caught.value))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_a_rubric_error(content: bytes) -> None:
    with pytest.raises(RubricError):
        parse(content)


BATTERIES = ("appliances", "audio", "electronics", "laptops", "phones", "tools", "toys")


@pytest.mark.parametrize("category", BATTERIES)
def test_a_battery_is_asked_about_before_anything_else(goods, category: str) -> None:
    """Warm, bulging or leaking: nobody switches on, opens or weighs such a thing before the answer."""
    rubric = goods.rubric(category)
    first = next_question(rubric, (), ())
    assert first is not None and first.kind == "stop" and not first.when and first.at_once
    asked = f"{first.text} {' '.join(option.text for option in first.options)}".casefold()
    assert all(any(word in asked for word in words) for words in (("warm",), ("bulg",), ("leak", "liquid")))
    stopping = [option for option in first.options if option.stop == "hazard"]
    seen = [option for option in stopping if option.id != "unsure"]
    assert seen and all(option.defect and option.defect.zone == "battery" for option in seen)
    assert [option.defect for option in stopping if option.id == "unsure"] in ([], [None]), "nobody saw a defect"

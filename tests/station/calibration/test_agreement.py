"""Kappa and drift, against figures of others and against what must hold for any looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.calibration.agreement import ENOUGH, Pair, agreement, by_letter, by_question, drifts

# By statsmodels 0.14 (`cohens_kappa`): the table, kappa, and its interval.
TABLES = [
    ([[20, 5], [10, 15]], 0.4, 0.151092290, 0.648907709),
    ([[44, 5, 1], [7, 20, 3], [9, 5, 6]], 0.491525424, 0.350158201, 0.632892646),
    ([[58, 6, 1, 0], [8, 41, 9, 2], [1, 7, 22, 5], [0, 1, 4, 11]], 0.644330134, 0.555223674, 0.733436594),
]


def pair(grader: str, category: str, first: str, second: str, rubric: str = "r@1") -> Pair:
    return Pair("I", category, rubric, grader, "S", first, second)


@pytest.mark.parametrize(("table", "kappa", "low", "high"), TABLES)
def test_kappa_and_its_interval_are_those_of_another_program(
    table: list[list[int]], kappa: float, low: float, high: float
) -> None:
    pairs = [
        ("ABCD"[first], "ABCD"[second])
        for first, row in enumerate(table)
        for second, count in enumerate(row)
        for _ in range(count)
    ]
    found = agreement(pairs)
    assert (found.kappa, found.low, found.high) == pytest.approx((kappa, low, high), abs=1e-7)
    assert found.agreed == sum(row[at] for at, row in enumerate(table))


@pytest.mark.parametrize(("alike", "of"), [(0, 1), (1, 1), (2, 2), (39, 40), (40, 40)])
def test_the_interval_of_a_share_is_never_a_point_and_ends_where_a_score_test_would_refuse(alike: int, of: int) -> None:
    found = agreement([("A", "A")] * alike + [("A", "B")] * (of - alike))
    assert found.share_low < found.share_high
    for end in (found.share_low, found.share_high):
        away = 0.0 if end in (0.0, 1.0) else 1.959964
        assert abs(alike - of * end) == pytest.approx(away * (of * end * (1 - end)) ** 0.5, abs=1e-6)


# Letters of both looks, kappa, and why it has no interval: 39 of 40 of one letter, one pair, two of two, all of forty.
HELD_BACK = [
    ([("A", "A")] * 39 + [("A", "B")], 0.0, "one_answer"),
    ([("A", letter) for letter in "AABB" * 10], 0.0, "one_answer"),
    ([("A", "A")] * 38 + [("A", "B"), ("B", "A")], -0.025641, "one_answer"),
    ([("A", "A")] * 40, None, "one_answer"),
    ([("A", "B")], 0.0, "too_few"),
    ([("A", "A"), ("B", "B")], 1.0, "too_few"),
    ([("A", "A"), ("B", "B")] * 20, 1.0, "all_alike"),
]


@pytest.mark.parametrize(("letters", "kappa", "why"), HELD_BACK)
def test_where_kappa_cannot_say_how_sure_it_is_it_says_why(
    letters: list[tuple[str, str]], kappa: float | None, why: str
) -> None:
    found = agreement(letters)
    assert (found.low, found.high, found.no_interval) == (None, None, why)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa, abs=1e-6))
    assert str(found.kappa) != "-0.0" and (kappa or found.kappa in (None, 0.0)), "nothing is exactly nothing"


def test_where_nothing_could_differ_by_chance_there_is_no_kappa() -> None:
    assert agreement([]).kappa is None
    alike = agreement([("A", "A")] * 9)
    assert (alike.kappa, alike.share) == (None, 1.0)


LETTERS = st.sampled_from("ABCD")


@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=60))
def test_kappa_stays_in_its_bounds_and_does_not_care_who_looked_first(pairs: list[tuple[str, str]]) -> None:
    found, turned = agreement(pairs), agreement([(second, first) for first, second in pairs])
    assert found.kappa == pytest.approx(turned.kappa) if found.kappa is not None else turned.kappa is None
    assert found.share_low <= found.share <= found.share_high and found.share_high - found.share_low > 0.05
    assert (found.low is None) == (found.no_interval is not None)
    if found.kappa is not None and found.low is not None and found.high is not None:
        assert found.low < found.high
        assert -1 <= found.low <= found.kappa + 1e-9 <= found.high + 2e-9 <= 1 + 2e-9
    if found.agreed == found.pairs:
        assert found.kappa in (None, pytest.approx(1.0))


def test_questions_and_letters_are_told_each_by_itself_the_least_alike_first() -> None:
    pairs = [
        Pair("1", "apparel", "a@1", "G1", "G2", "A", "A", answers=(("tag", "yes", "yes"), ("stain", "no", "no"))),
        Pair("2", "apparel", "a@1", "G1", "G2", "A", "B", answers=(("tag", "yes", "yes"), ("stain", "no", "small"))),
    ]
    questions = by_question(pairs)
    assert list(questions) == ["stain", "tag"]
    assert (questions["stain"].agreed, questions["stain"].pairs) == (1, 2)
    assert {name: each.agreed for name, each in by_letter(pairs).items()} == {"A": 1, "B": 1}


def test_who_has_the_harder_goods_does_not_look_worse_for_it() -> None:
    """Phones are hard for all alike: half of the looks agree. One grader has nothing else."""
    phones = [pair(who, "phone", "A", letter) for who in ("hard", "both") for letter in "AB" * 20]
    shirts = [pair("both", "apparel", "A", "A") for _ in range(40)]
    hard, both = sorted(drifts(phones + shirts, lambda each: each.grader), key=lambda each: -each.pairs)[::-1]
    assert hard.name == "hard"
    assert (hard.difference, both.difference) == (pytest.approx(0), pytest.approx(0))
    assert not hard.stands_out and not both.stands_out


def test_who_alone_grades_such_goods_is_compared_with_nobody_in_them() -> None:
    phones = [pair("alone", "phone", "A", letter) for letter in "AB" * 15]
    (alone,) = drifts(phones, lambda each: each.grader)
    assert (alone.compared, alone.expected, alone.difference, alone.stands_out) == (0, None, None, False)
    # In goods that others grade too the same person stands out, however many of the first there are.
    shirts = [pair("alone", "apparel", "A", letter) for letter in "AB" * 15]
    usual = [pair("usual", "apparel", "A", "A") for _ in range(90)]
    found = drifts(phones * 9 + shirts + usual, lambda each: each.grader)[0]
    assert (found.name, found.pairs, found.compared, found.stands_out) == ("alone", 300, 30, True)
    assert found.difference == pytest.approx(0.5 - 105 / 120)


def test_who_differs_from_all_within_the_same_goods_stands_out_and_it_is_said_which_way() -> None:
    others = [pair("usual", "phone", "A", letter) for letter in "A" * 76 + "B" * 4]
    mild = [pair("mild", "phone", "A", letter) for letter in "A" * 20 + "B" * 20]
    found = drifts(others + mild, lambda each: each.grader)
    assert [each.name for each in found] == ["mild", "usual"], "the most wanting first"
    assert found[0].stands_out and (found[0].difference or 0) < 0
    assert (found[0].milder, found[0].stricter) == (20, 0), "a better letter than the second look"
    few = drifts(others + mild[-10:], lambda each: each.grader)
    assert few[0].name == "mild" and few[0].pairs < ENOUGH and not few[0].stands_out, "of so few nothing is said"


@pytest.mark.parametrize(
    ("stricter", "milder", "way"),
    [(5, 5, ""), (6, 4, ""), (5, 0, ""), (6, 0, "stricter"), (0, 6, "milder"), (9, 1, "stricter"), (0, 0, "")],
)
def test_no_way_is_named_that_chance_would_go_too(stricter: int, milder: int, way: str) -> None:
    mine = [pair("who", "phone", "B", letter) for letter in "A" * stricter + "C" * milder + "B" * 10]
    assert [each.way for each in drifts(mine, lambda each: each.grader)] == [way]


@given(
    st.lists(
        st.builds(pair, st.sampled_from("xyz"), st.sampled_from(["phone", "apparel"]), LETTERS, LETTERS), max_size=60
    )
)
def test_all_differences_weighed_by_their_looks_cancel_out(pairs: list[Pair]) -> None:
    found = drifts(pairs, lambda each: each.grader)
    assert sum((each.difference or 0) * each.compared for each in found) == pytest.approx(0, abs=1e-9)
    assert sum(each.pairs for each in found) == len(pairs)

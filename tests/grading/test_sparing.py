"""Work that a better answer asks for is not spared by a worse one, and so no worse answer brings goods a better way."""

from bisect import bisect_left
from itertools import pairwise
from pathlib import Path

import pytest

from grading.grade import Grade, Grader
from grading.route import Router
from grading.rubric import Rubric, parse
from grading.soundness import check

CATEGORIES = tuple(sorted(file.stem for file in (Path(__file__).parents[2] / "resources" / "rubrics").glob("*.toml")))
CLIENTS = ("", "hearthwick", "lumenfold", "tallowby")
RANKS = {"restock": 3, "resale": 2, "refurb": 1, "recycle": 0}
PRICES = (*range(100, 8_000, 400), 10_000, 20_000, 50_000, 100_000, 10**6)
Outcome = tuple[Grade, int]


@pytest.mark.parametrize(
    ("category", "changes", "place", "spares"),
    [
        ("tools", {'used = ["wiped", "stay"]': 'used = ["wiped"]'}, "prep.brush", "used = stay"),
        (
            "apparel",
            {'"rolled", "small", "large"] }]\n\n[[prep]]': '"rolled"] }]\n\n[[prep]]'},
            "prep.roll",
            "stains = ",
        ),
        (  # what is asked of a whole guard only is not asked of a missing one
            "tools",
            {
                'seconds = 30\nwhen = [{ packaging = ["opened", "no_box"] }]': (
                    'seconds = 30\nwhen = [{ runs = ["yes", "slow", "untested", "no"] }]'
                )
            },
            "prep.battery_out",
            "guard = missing",
        ),
        (  # goods that stay sealed are spared too
            "cosmetics",
            {
                'id = "leak"\nkind = "packaging"': 'id = "leak"\nkind = "inspection"',
                'word = "Seal unbroken, box torn"': 'word = "Seal unbroken, box torn"\nsealed = true',
            },
            "prep.wipe_dry",
            "packaging = torn",
        ),
    ],
)
def test_prep_that_a_worse_answer_spares_is_found(
    goods, category: str, changes: dict[str, str], place: str, spares: str
) -> None:
    whole = goods.toml(category)
    for search, replacement in changes.items():
        assert search in whole
        whole = whole.replace(search, replacement, 1)
    found = [(each.place, each.text) for each in check(parse(whole.encode())) if "may not spare this work" in each.text]
    assert {where for where, _ in found} == {place}
    assert any(text.startswith(spares) for _, text in found), found


class _Sold:
    """Where the goods of one client go at every price, worked out once for goods that are graded alike."""

    def __init__(self, goods, rubric: Rubric, client: str, currency: str) -> None:
        self._router = Router(goods.routes(client))
        self._facts = goods.facts(rubric.category, client=client, currency=currency)
        self._turns: dict[object, frozenset[int]] = {}

    def rank(self, outcome: Outcome, price: int) -> int | None:
        """How good the way is that they go at a price; None for a hold."""
        graded, prep_s = outcome
        routed = self._router.route(graded, {**self._facts, "prep_s": prep_s, "price_minor": price})
        return RANKS.get(routed.disposition)

    def turns(self, outcome: Outcome) -> frozenset[int]:
        """The prices from which on these goods go another way."""
        key = alike(outcome)
        if key not in self._turns:
            ranks = [self.rank(outcome, price) for price in PRICES]
            self._turns[key] = frozenset(
                low + bisect_left(range(low, high), True, key=lambda price, was=was: self.rank(outcome, price) != was)
                for (low, was), (high, now) in pairwise(zip(PRICES, ranks, strict=True))
                if was != now
            )
        return self._turns[key]


def alike(outcome: Outcome) -> object:
    """What of an outcome decides where the goods go."""
    graded, prep_s = outcome
    return graded.letter, graded.cosmetic, graded.functional, len(graded.missing), prep_s


def pairs(goods, rubric: Rubric) -> list[tuple[Outcome, Outcome, str]]:
    """What a better and the next worse answer to each question end in, beside one fault of any other question."""
    grader = Grader(rubric)
    found = {}
    for fault in ((question.id, option.id) for question in rubric.questions for option in question.options):
        ended = {}
        for question in rubric.questions:
            options = [option.id for option in question.options if not option.stop and question.id != fault[0]]
            going_on = [goods.best(rubric, **{fault[0]: fault[1], question.id: option}) for option in options]
            for answers in going_on:
                if answers not in ended:
                    ended[answers] = grader.grade_and_prep(answers, goods.matched)
            for better, worse in pairwise(going_on):
                one, two = ended[better], ended[worse]
                # A fault that is looked for on the better goods alone is no reason to find them worse.
                if (fault in better) != (fault in worse):
                    continue
                if one[0].letter and two[0].letter and not (one[0].stops or two[0].stops):
                    said = f"{dict(set(better) - set(worse))} -> {dict(set(worse) - set(better))} beside {fault}"
                    found.setdefault((alike(one), alike(two)), (one, two, said))
    return list(found.values())


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_worse_answer_brings_goods_a_better_way_at_any_price(goods, category: str) -> None:
    """At each price from which on one of the two goes another way: what is better goes as good a way, or is held."""
    rubric = goods.rubric(category)
    both = pairs(goods, rubric)
    assert len(both) > 5
    for client, currency in (*((client, "USD") for client in CLIENTS), ("", "GBP")):
        sold = _Sold(goods, rubric, client, currency)
        for better, worse, said in both:
            for turn in sold.turns(better) | sold.turns(worse):
                for price in (turn - 1, turn):
                    high, low = sold.rank(better, price), sold.rank(worse, price)
                    assert None in (high, low) or low <= high, (said, client, currency, price)

"""How often hints were right, by what the graders themselves said of the items: per kind and category, with a bound."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from grading.rubric import Rubric, chosen
from station.facts import Recorded, Undone, Unknown
from station.inspecting.facts import Answered, Hinted
from station.receiving.facts import ItemIdentified

ENOUGH = 100
"""Below so many hints nothing is said of a kind: the interval is too wide to act on."""
USEFUL = 0.5
"""A kind is of use when at least every second hint of it is right; the interval's lower end decides."""
_Z = 1.96

Told = tuple[str, Recorded | Unknown]
"""A fact and the transaction it was written in."""


class Precision(msgspec.Struct, frozen=True):
    """How often a kind was right in a category: of `shown` hints that people's answers judge they agreed with `agreed`.

    `unjudged` hints no answer speaks of: they are neither right nor wrong. `low` and `high` are the 95 % interval
    (Wilson 1927) as shares; `verdict` is `too_few`, `useful`, `not_useful`, `unclear`, or `unjudged` where nothing a
    person can say judges the kind. A person switches kinds off; nothing here does. `month` is that in which the items
    were named (`2026-11`, UTC), empty for all of them together.
    """

    kind: str
    category: str
    shown: int
    agreed: int
    low: float
    high: float
    verdict: str
    unjudged: int = 0
    month: str = ""


RubricOf = Callable[[str, str], Rubric | None]
"""Gives the questions of a category by the version that was asked; None where nobody knows them any more."""


class _Item:
    """What is known of one item while its facts are read."""

    def __init__(self, identified: ItemIdentified, month: str) -> None:
        self.identified = identified
        self.month = month
        self.rubric = ""
        self.answers: list[tuple[str, str]] = []
        self.hints: dict[tuple[str, str, str], Hinted] = {}


def precision(told: Iterable[Told], rubric_of: RubricOf, months: Mapping[str, str] = {}) -> tuple[Precision, ...]:
    """Count hints and agreement over facts in the order they were written; what was undone does not count.

    An item without an answer of a person (it was held before, or is still on the bench) says nothing and is left out.
    Where `months` tells that of a transaction, each month is counted by itself.
    """
    told = tuple(told)
    undone = {txn for _, fact in told if isinstance(fact, Undone) for txn in fact.txns}
    items: dict[str, _Item] = {}
    for txn, fact in told:
        if txn not in undone:
            _note(items, fact, months.get(txn, ""))
    counts: dict[tuple[str, str, str], list[int]] = {}
    for each in items.values():
        if each.answers:
            rubric = rubric_of(each.identified.category, each.rubric)
            for hint in each.hints.values():
                tally = counts.setdefault((hint.kind, each.identified.category, each.month), [0, 0, 0])
                tally[_place(hint, each, rubric)] += 1
    return tuple(_judged(key, *tally) for key, tally in sorted(counts.items()))


def _note(items: dict[str, _Item], fact: Recorded | Unknown, month: str) -> None:
    if isinstance(fact, ItemIdentified):
        items[fact.item] = _Item(fact, month)
        return
    item = items.get(getattr(fact, "item", ""))
    if item is None:
        return
    if isinstance(fact, Answered):
        item.answers.append((fact.question, fact.option))
        item.rubric = fact.rubric
    elif isinstance(fact, Hinted):
        # Several hints of one kind in one photo are one look of the grader.
        item.hints[fact.kind, fact.shot, fact.sha256] = fact


_AGREED, _WRONG, _UNJUDGED = 0, 1, 2


def _place(hint: Hinted, item: _Item, rubric: Rubric | None) -> int:
    """Whether what people said of the item is what the hint hinted at, as a place in a tally."""
    agrees = _AGREES.get(hint.kind)
    if agrees is None or rubric is None:
        return _UNJUDGED
    return _AGREED if agrees(item, rubric) else _WRONG


def _has_defect(item: _Item, rubric: Rubric, kinds: frozenset[str] = frozenset()) -> bool:
    """Whether any answer names a defect; of the `kinds` given, if any are."""
    options = (option for _, option in chosen(rubric, tuple(item.answers), item.identified.components))
    found = [option.defect for option in options if option.defect is not None]
    return any(not kinds or defect.kind in kinds for defect in found)


# No question asks whether a photo was used, or a piece seen, before, so that `photo_reused` and `same_item_again` are
# not here: an exception `photo_repeat` comes from the same look, and would only agree with itself.
_AGREES: Mapping[str, Callable[[_Item, Rubric], bool]] = {
    "damage_area": _has_defect,
    "unusual_area": _has_defect,
    "missing_part": lambda item, rubric: _has_defect(item, rubric, frozenset({"missing"})),
    "wrong_item": lambda item, _: item.identified.match == "wrong",
    "wrong_colour": lambda item, _: item.identified.match == "wrong",
    "wrong_size": lambda item, _: item.identified.match == "wrong",
}


def wilson(agreed: int, shown: int) -> tuple[float, float]:
    """Return the 95 % interval of a share; (0, 1) of none."""
    if not shown:
        return 0.0, 1.0
    share, square = agreed / shown, _Z * _Z
    middle = share + square / (2 * shown)
    spread = _Z * ((share * (1 - share) + square / (4 * shown)) / shown) ** 0.5
    over = 1 + square / shown
    return max(0.0, (middle - spread) / over), min(1.0, (middle + spread) / over)


def _judged(key: tuple[str, str, str], agreed: int, wrong: int, unjudged: int) -> Precision:
    kind, category, month = key
    shown = agreed + wrong
    low, high = wilson(agreed, shown)
    if not shown:
        verdict = "unjudged"
    elif shown < ENOUGH:
        verdict = "too_few"
    elif low >= USEFUL:
        verdict = "useful"
    else:
        verdict = "not_useful" if high < USEFUL else "unclear"
    return Precision(kind, category, shown, agreed, round(low, 3), round(high, 3), verdict, unjudged, month)

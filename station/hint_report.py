"""How often hints were right, by what the graders themselves said of the items: per kind and category, with a bound."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from grading.rubric import Option, Rubric, chosen, next_question
from station.calibration.agreement import wilson
from station.facts import Recorded, Undone, Unknown
from station.inspecting.facts import Answered, DefectMarked, Hinted
from station.receiving.facts import ItemFoundWrong, ItemIdentified
from station.receiving.parcel import as_found

ENOUGH = 100
"""Below so many hints nothing is said of a kind: the interval is too wide to act on."""
USEFUL = 0.5
"""A kind is of use when at least every second hint of it is right; the interval's lower end decides."""

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
        self.marked: set[str] = set()
        self.hints: dict[tuple[str, str, str], Hinted] = {}


def precision(told: Iterable[Told], rubric_of: RubricOf, months: Mapping[str, str] = {}) -> tuple[Precision, ...]:
    """Count hints and agreement over facts in the order they were written; what was undone does not count.

    An item without an answer of a person (it was held before, or has just come to the bench) is left out. One of which
    no question asked what was hinted at, or not all of them yet, judges no hint to be wrong.
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
    if isinstance(fact, ItemFoundWrong):
        item.identified = as_found(item.identified, fact)
    elif isinstance(fact, Answered):
        item.answers.append((fact.question, fact.option))
        item.rubric = fact.rubric
    elif isinstance(fact, DefectMarked):
        item.marked.add(fact.kind)
    elif isinstance(fact, Hinted):
        # Several hints of one kind in one photo are one look of the grader.
        item.hints[fact.kind, fact.shot, fact.sha256] = fact


_AGREED, _WRONG, _UNJUDGED = 0, 1, 2


def _place(hint: Hinted, item: _Item, rubric: Rubric | None) -> int:
    """Whether what people said of the item is what the hint hinted at, as a place in a tally."""
    says = _SAYS.get(hint.kind)
    if says is None or rubric is None:
        return _UNJUDGED
    agrees = says(item, rubric)
    return _UNJUDGED if agrees is None else _AGREED if agrees else _WRONG


def _is_damage(option: Option) -> bool:
    """Whether an answer tells of something that a photo shows, and that is there."""
    return option.defect is not None and option.defect.kind not in _UNSEEN


def _is_lack(option: Option) -> bool:
    return option.missing or (option.defect is not None and option.defect.kind == _LACKS)


def _is_damaged(item: _Item, rubric: Rubric) -> bool | None:
    return True if item.marked - _UNSEEN else _answered(item, rubric, _is_damage)


def _is_incomplete(item: _Item, rubric: Rubric) -> bool | None:
    return True if _LACKS in item.marked else _answered(item, rubric, _is_lack)


def _answered(item: _Item, rubric: Rubric, tells: Callable[[Option], bool]) -> bool | None:
    """Whether any answer tells of it; None where none does, and no inspection asked for it, or it has not ended."""
    answers, parts = tuple(item.answers), item.identified.components
    given = chosen(rubric, answers, parts)
    if any(tells(option) for _, option in given):
        return True
    asked = any(question.kind == "inspection" and any(map(tells, question.options)) for question, _ in given)
    return False if asked and next_question(rubric, answers, parts) is None else None


_LACKS = "missing"
_UNSEEN = frozenset({_LACKS, "dead", "noise", "smell", "expired"})
# No question asks whether a photo was used, or a piece seen, before, so that `photo_reused` and `same_item_again` are
# not here: an exception `photo_repeat` comes from the same look, and would only agree with itself.
_SAYS: Mapping[str, Callable[[_Item, Rubric], bool | None]] = {
    "damage_area": _is_damaged,
    "unusual_area": _is_damaged,
    "missing_part": _is_incomplete,
    "wrong_item": lambda item, _: item.identified.match == "wrong",
    "wrong_colour": lambda item, _: item.identified.match == "wrong",
    "wrong_size": lambda item, _: item.identified.match == "wrong",
}


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

"""How far two looks at the same items agree, beyond what chance would do, and who differs from whom.

Shares have the score interval of Wilson (Journal of the American Statistical Association 22, 1927), right of few looks
too, and where all are alike. Cohen's kappa (Educational and Psychological Measurement 20, 1960) has the large-sample
standard error of Fleiss, Cohen and Everitt (Psychological Bulletin 72, 1969), the one that holds also where people do
agree. It shrinks to nothing where there is nothing to estimate it by, so there no interval is given: `NoInterval`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import comb, sqrt
from typing import Literal

import msgspec

# Two-sided, 95 of 100.
_Z, _BY_CHANCE = 1.959964, 0.05
# Under so many pairs an interval says little, and nothing is said of a person.
ENOUGH = 20
# So many pairs must hold another word than the most frequent: the least count of Cochran (Biometrics 10, 1954).
_OTHERS = 5

NoInterval = Literal["too_few", "one_answer", "all_alike"]
"""Why kappa has no interval: under ENOUGH pairs; one person said one word alone, or nearly all pairs hold the same one;
or no pair differed, of which the share's interval says how much that is worth."""


class Agreement(msgspec.Struct, frozen=True):
    """`agreed` of `pairs` looks were alike, with the share's 95 % interval; `kappa`, with its own.

    Of kappa 1 is always alike, 0 is what chance does, below 0 less than that; it is None where nothing could differ by
    chance. Where `low` and `high` are None, `no_interval` says why.
    """

    pairs: int
    agreed: int
    share_low: float = 0.0
    share_high: float = 1.0
    kappa: float | None = None
    low: float | None = None
    high: float | None = None
    no_interval: NoInterval | None = None

    @property
    def share(self) -> float:
        """How many of a hundred were alike, as a fraction."""
        return self.agreed / self.pairs if self.pairs else 0.0


class Pair(msgspec.Struct, frozen=True):
    """One item that was looked at twice: who graded it, who looked again without seeing that, and what each said.

    `answers` are those questions that both were asked: the question, the first answer, the second. `rubric` is the
    version that the first look was made by, and `looked_at` (UTC) when the second was.
    """

    item: str
    category: str
    rubric: str
    grader: str
    second: str
    first_letter: str
    second_letter: str
    looked_at: str = ""
    answers: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_alike(self) -> bool:
        """Whether both gave the same letter."""
        return self.first_letter == self.second_letter


class Drift(msgspec.Struct, frozen=True):
    """How often second looks agreed with a person (or a rule), and how often they did with all for such goods.

    `compared` looks are at goods of categories in which others have looks too: of the rest this one alone is all.
    `expected` is what would be agreed of them if it were with this one as with everybody in each category: so nobody
    looks bad for the harder goods. Without any there is nothing expected, and no difference. `low` and `high` are the
    95 % interval of the difference of the two shares. `stricter` of the looks that differed gave a worse letter than
    the second, `milder` a better one; `way` is which of these is more than chance does, and empty where neither is.
    """

    name: str
    pairs: int
    agreed: int
    compared: int = 0
    expected: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    stricter: int = 0
    milder: int = 0
    way: Literal["stricter", "milder", ""] = ""

    @property
    def stands_out(self) -> bool:
        """Whether the difference is more than chance, over enough pairs."""
        if self.low is None or self.high is None:
            return False
        return self.compared >= ENOUGH and not self.low <= 0 <= self.high


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return how alike two looks are; each pair is the first word and the second."""
    n = len(pairs)
    agreed = sum(first == second for first, second in pairs)
    if n == 0:
        return Agreement(0, 0)
    share = wilson(agreed, n)
    counts = Counter(pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(count * seconds[word] for word, count in firsts.items())
    held_back = _no_interval(counts, firsts, seconds)
    if by_chance == n * n:
        return Agreement(n, agreed, *share, no_interval=held_back)
    # Of whole numbers, so that what is nothing is exactly that.
    kappa = (n * agreed - by_chance) / (n * n - by_chance)
    if held_back is not None:
        return Agreement(n, agreed, *share, kappa, no_interval=held_back)
    cells = {words: count / n for words, count in counts.items()}
    error = _standard_error(cells, by_chance / n**2, kappa, n)
    return Agreement(n, agreed, *share, kappa, max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error))


def wilson(agreed: int, shown: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson (1927); (0, 1) of none."""
    if not shown:
        return 0.0, 1.0
    share, square = agreed / shown, _Z * _Z
    middle = share + square / (2 * shown)
    spread = _Z * ((share * (1 - share) + square / (4 * shown)) / shown) ** 0.5
    over = 1 + square / shown
    # At its ends it is what the formula says of them, not what is left of it by rounding.
    low, high = (middle - spread) / over, (middle + spread) / over
    return (low if agreed else 0.0), (high if agreed < shown else 1.0)


def by_question(pairs: Iterable[Pair]) -> Mapping[str, Agreement]:
    """Return how alike the answers to each question are, the least alike first."""
    said: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        for question, first, second in pair.answers:
            said.setdefault(question, []).append((first, second))
    found = {question: agreement(each) for question, each in said.items()}
    return dict(sorted(found.items(), key=lambda each: (each[1].share, each[0])))


def by_letter(pairs: Iterable[Pair]) -> Mapping[str, Agreement]:
    """Return for each letter of the first look how often it was this letter, and not, for both alike."""
    letters = [(pair.first_letter, pair.second_letter) for pair in pairs]
    names = sorted({letter for pair in letters for letter in pair})
    return {name: agreement([(str(first == name), str(second == name)) for first, second in letters]) for name in names}


def drifts(pairs: Sequence[Pair], whose: Callable[[Pair], str]) -> tuple[Drift, ...]:
    """Return how each person (or rule) differs from all within the same categories, the most wanting first."""
    mine: dict[str, list[Pair]] = {}
    for pair in pairs:
        mine.setdefault(whose(pair), []).append(pair)
    people: dict[str, set[str]] = {}
    for name, each in mine.items():
        for pair in each:
            people.setdefault(pair.category, set()).add(name)
    alike = {category: share for category, share in _shares(pairs).items() if len(people[category]) > 1}
    found = (_drift(name, each, alike) for name, each in mine.items())
    return tuple(sorted(found, key=lambda each: (each.difference or 0.0, each.name)))


def _no_interval(
    counts: Mapping[tuple[str, str], int], firsts: Mapping[str, int], seconds: Mapping[str, int]
) -> NoInterval | None:
    n = sum(counts.values())
    if n < ENOUGH:
        return "too_few"
    most = max(counts.get((word, word), 0) for word in firsts)
    if min(len(firsts), len(seconds)) == 1 or n - most < _OTHERS:
        return "one_answer"
    return "all_alike" if all(first == second for first, second in counts) else None


def _margin(cells: Mapping[tuple[str, str], float], side: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for words, share in cells.items():
        found[words[side]] = found.get(words[side], 0.0) + share
    return found


def _standard_error(
    cells: Mapping[tuple[str, str], float],
    by_chance: float,
    kappa: float,
    n: int,
) -> float:
    """The standard error that does not suppose that people agree by chance only."""
    firsts, seconds = _margin(cells, 0), _margin(cells, 1)
    rest = 1 - kappa
    same = sum(
        share * (1 - (firsts[first] + seconds[second]) * rest) ** 2
        for (first, second), share in cells.items()
        if first == second
    )
    other = rest**2 * sum(
        share * (seconds.get(first, 0.0) + firsts.get(second, 0.0)) ** 2
        for (first, second), share in cells.items()
        if first != second
    )
    variance = (same + other - (kappa - by_chance * rest) ** 2) / (n * (1 - by_chance) ** 2)
    return sqrt(max(0.0, variance))


def _shares(pairs: Iterable[Pair]) -> Mapping[str, tuple[int, int]]:
    """Return for each category how many looks were alike, and how many there are."""
    found: dict[str, tuple[int, int]] = {}
    for pair in pairs:
        agreed, count = found.get(pair.category, (0, 0))
        found[pair.category] = (agreed + pair.is_alike, count + 1)
    return found


def _drift(name: str, mine: Sequence[Pair], alike: Mapping[str, tuple[int, int]]) -> Drift:
    agreed = sum(pair.is_alike for pair in mine)
    stricter = sum(pair.first_letter > pair.second_letter for pair in mine)
    milder = sum(pair.first_letter < pair.second_letter for pair in mine)
    told = Drift(name, len(mine), agreed, stricter=stricter, milder=milder, way=_way(stricter, milder))
    beside = [pair for pair in mine if pair.category in alike]
    if not beside:
        return told
    n, shares = len(beside), [alike[pair.category][0] / alike[pair.category][1] for pair in beside]
    expected = sum(shares) / n
    difference = sum(pair.is_alike for pair in beside) / n - expected
    # Each look is alike or not with its category's share: the variance of their sum, a Poisson binomial.
    spread = _Z * sqrt(sum(share * (1 - share) for share in shares)) / n
    return msgspec.structs.replace(
        told,
        compared=n,
        expected=expected,
        difference=difference,
        low=difference - spread,
        high=difference + spread,
    )


def _way(stricter: int, milder: int) -> Literal["stricter", "milder", ""]:
    """Return the way of looks that differ, by the exact sign test (McNemar, Psychometrika 12, 1947), 95 of 100."""
    n, fewer = stricter + milder, min(stricter, milder)
    by_chance = 2 * sum(comb(n, k) for k in range(fewer + 1)) / 2**n
    if by_chance > _BY_CHANCE:
        return ""
    return "stricter" if stricter > milder else "milder"

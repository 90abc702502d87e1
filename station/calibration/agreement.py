"""How far two looks at the same items agree, beyond what chance would do, and who differs from whom.

Cohen's kappa (Educational and Psychological Measurement 20, 1960) with the large-sample standard error of Fleiss, Cohen
and Everitt (Psychological Bulletin 72, 1969), the one that holds also where people do agree.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt

import msgspec

# Two-sided, 95 of 100.
_Z = 1.959964
# Under so many pairs an interval says little, and nothing is said of a person.
ENOUGH = 20


class Agreement(msgspec.Struct, frozen=True):
    """`agreed` of `pairs` looks were alike; `kappa` with its 95 % interval, None where nothing could differ by chance.

    1 is always alike, 0 is what chance does, below 0 less than that.
    """

    pairs: int
    agreed: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None

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

    `expected` is what would be agreed if it were with this one as with everybody in each category: so nobody looks bad
    for the harder goods. `low` and `high` are the 95 % interval of the difference of the two shares. `stricter` of the
    looks that differed gave a worse letter than the second, `milder` a better one.
    """

    name: str
    pairs: int
    agreed: int
    expected: float
    difference: float
    low: float
    high: float
    stricter: int = 0
    milder: int = 0

    @property
    def stands_out(self) -> bool:
        """Whether the difference is more than chance, over enough pairs."""
        return self.pairs >= ENOUGH and not self.low <= 0 <= self.high


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return how alike two looks are; each pair is the first word and the second."""
    n = len(pairs)
    agreed = sum(first == second for first, second in pairs)
    if n == 0:
        return Agreement(0, 0)
    cells = {each: count / n for each, count in Counter(pairs).items()}
    firsts, seconds = _margin(cells, 0), _margin(cells, 1)
    by_chance = sum(share * seconds.get(word, 0.0) for word, share in firsts.items())
    if by_chance >= 1.0:
        return Agreement(n, agreed)
    kappa = (agreed / n - by_chance) / (1 - by_chance)
    error = _standard_error(cells, firsts, seconds, by_chance, kappa, n)
    return Agreement(n, agreed, kappa, max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error))


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
    alike = _shares(pairs)
    found = (_drift(name, each, alike) for name, each in mine.items())
    return tuple(sorted(found, key=lambda each: (each.difference, each.name)))


def _margin(cells: Mapping[tuple[str, str], float], side: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for words, share in cells.items():
        found[words[side]] = found.get(words[side], 0.0) + share
    return found


def _standard_error(
    cells: Mapping[tuple[str, str], float],
    firsts: Mapping[str, float],
    seconds: Mapping[str, float],
    by_chance: float,
    kappa: float,
    n: int,
) -> float:
    """The standard error that does not suppose that people agree by chance only."""
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
    n, agreed = len(mine), sum(pair.is_alike for pair in mine)
    shares = [alike[pair.category][0] / alike[pair.category][1] for pair in mine]
    expected = sum(shares) / n
    difference = agreed / n - expected
    # Each look is alike or not with its category's share: the variance of their sum, a Poisson binomial.
    spread = _Z * sqrt(sum(share * (1 - share) for share in shares)) / n
    stricter = sum(pair.first_letter > pair.second_letter for pair in mine)
    milder = sum(pair.first_letter < pair.second_letter for pair in mine)
    return Drift(name, n, agreed, expected, difference, difference - spread, difference + spread, stricter, milder)

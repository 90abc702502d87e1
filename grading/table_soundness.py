"""Finds what is wrong with a route table that reads well: gaps, rules never reached, worse goods that fare better.

Every grade that the rubrics can give is tried with every fact that the conditions tell apart, those that one rule
asks for together in all their combinations.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Literal

import msgspec

from grading.grade import Grade
from grading.route import RouteTable, Section, Tried, route_by, tries
from grading.rubric import Floors, Functional, Letter
from grading.soundness import Problem
from grading.worth import WAYS, Disposition

LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")
FUNCTIONS: tuple[Functional, ...] = ("works", "partly", "untested", "faulty")
"""From the better to the worse; sealed goods stand beside, nobody knows how they work."""

_MOST_SITUATIONS = 20_000
_NOT_DECIDED = frozenset({"no_rule", "rule_failed", "not_allowed", "no_percentage"})
_JUDGED: tuple[Section, ...] = ("grade", "value")
_ANOMALIES: Mapping[str, tuple[object, ...]] = {
    "match": ("matched", "undeclared", "wrong"),
    "serial": ("same", "not_known", "different", "unread"),
    "weight_in_band": (True, False, None),
    "kind": ("return",),
    "client": ("",),
    "stops": ("",),
    "recall_owner": ("", "supervisor", "client", "safety"),
    "currency": ("USD",),
    "price_minor": (10_000, 0, 100, 1_000, 3_000, 100_000, 10_000_000),
}
# A hold is no rank: it says that somebody else must decide.
_RANKS: Mapping[Disposition, int] = {way: rank for rank, way in enumerate(reversed(WAYS))}


class Situation(msgspec.Struct, frozen=True):
    """What one imagined item is: its grade, its category and what is strange about it (`odd`, by fact).

    `looks` is its cosmetic letter; empty where that is the letter.
    """

    letter: Letter | str
    functional: Functional
    missing: bool
    category: str
    odd: tuple[tuple[str, object], ...] = ()
    looks: Letter | Literal[""] = ""

    def words(self) -> str:
        """Return the situation as a person would say it."""
        grade = f"letter {self.letter}" if self.letter else "no letter"
        grade += f", looks {self.looks}" if self.looks else ""
        strange = "".join(f", {name} {value!r}" for name, value in self.odd)
        return f"{self.category}, {grade}, {self.functional}{', a part missing' * self.missing}{strange}"


def check(table: RouteTable, floors: Mapping[str, Floors]) -> list[Problem]:
    """Return what is to be mended in a table, for the grades that rubrics of these floors, by category, can give."""
    problems = [*_figures(table)]
    situations = list(_situations(table, floors))
    if len(situations) > _MOST_SITUATIONS:
        text = (
            f"its conditions tell more than {_MOST_SITUATIONS} situations apart; let fewer rules ask for much at once"
        )
        return [*problems, Problem("rules", text)]
    found = {each: _outcome(table, each) for each in situations}
    problems += _unreached(table, list(found.values()))
    problems += _undecided(found)
    problems += _worse_fares_better(found)
    return problems


class _Outcome(msgspec.Struct, frozen=True):
    hits: tuple[Tried, ...]
    to: Disposition
    section: Section | str
    rule: str
    code: str
    words: str


def _outcome(table: RouteTable, situation: Situation) -> _Outcome:
    odd = dict(situation.odd)
    stop = odd.pop("stops", "")
    grade = Grade(
        situation.letter,  # type: ignore[arg-type]  # a letter or none, as the situations are made
        situation.looks or situation.letter,  # type: ignore[arg-type]
        situation.functional,
        (),
        "check@1",
        (str(stop),) if stop else (),
        ("a part",) if situation.missing else (),
    )
    plain = {name: values[0] for name, values in _ANOMALIES.items() if name != "stops"}
    facts = {**plain, **odd, "category": situation.category}
    tried = tries(table, grade, facts)
    hits = tuple(each for each in tried if each.holds or each.failed)
    first = hits[0] if hits else None
    decided = route_by(table, grade, facts, first)
    why = decided.reasons[-1]
    section = first.rule.section if first is not None else ""
    return _Outcome(hits, decided.disposition, section, decided.rule, why.code, why.text.format(**why.params))


def _situations(table: RouteTable, floors: Mapping[str, Floors]) -> Iterator[Situation]:
    categories = _alike(table, floors)
    for category, function, missing in product(categories, ("sealed", *FUNCTIONS), (False, True)):
        given: Floors = floors[category]
        # A kit's part that is missing allows no more than `missing_part`; an answer that says so may allow B.
        best = max(getattr(given, function), "B" if missing else "A")
        for odd in _oddities(table):
            letters = [letter for letter in LETTERS if letter >= best]
            stopped = dict(odd).get("stops")
            for letter in ("", "D") if stopped else (*letters, ""):
                yield Situation(letter, function, missing, category, odd)
                if letter > "A" and not odd and "cosmetic" in table.asks:
                    yield Situation(letter, function, missing, category, odd, "A")


def _alike(table: RouteTable, floors: Mapping[str, Floors]) -> list[str]:
    """One category for all that stand in the same rules and whose rubrics have the same floors."""
    kinds: dict[object, str] = {}
    for category, given in floors.items():
        rules = tuple(f'"{category}"' in condition.text.replace("'", '"') for _, _, condition in table.rules)
        kinds.setdefault((rules, msgspec.structs.astuple(given)), category)
    return list(kinds.values())


def _oddities(table: RouteTable) -> list[tuple[tuple[str, object], ...]]:
    """Nothing strange, each strange fact alone, and together those that one rule asks for together."""
    found: dict[tuple[tuple[str, object], ...], None] = {(): None}
    values = {name: _values(table, name) for name in _ANOMALIES}
    asked: list[tuple[str, ...]] = [(name,) for name in _ANOMALIES]
    asked += [tuple(sorted(condition.names & _ANOMALIES.keys())) for _, _, condition in table.rules]
    for names in dict.fromkeys(asked):
        for combination in product(*(values[name] for name in names)):
            odd = ((name, value) for name, value in zip(names, combination, strict=True))
            found[tuple((name, value) for name, value in odd if value != _ANOMALIES[name][0])] = None
    return list(found)


def _values(table: RouteTable, name: str) -> tuple[object, ...]:
    """The values of a fact that the conditions may tell apart, the usual one first."""
    known = _ANOMALIES[name]
    asking = [condition for _, _, condition in table.rules if name in condition.names]
    if name == "price_minor":
        edges = {edge + by for condition in asking for edge in condition.numbers() for by in (-1, 0, 1)}
        return (*known, *sorted(edges - {*known} - {-1}))
    if len(known) > 1:
        return known
    literals = {each for condition in asking for each in condition.literals()}
    other = ("something else",) if name in ("stops", "currency") else ()
    return (*known, *sorted(literals - {str(each) for each in known}), *other)


def _figures(table: RouteTable) -> Iterator[Problem]:
    """Figures that let worse goods bring in more, and ways that rules compare without any."""
    figures = table.figures
    for way, percent in figures.recovery.items():
        for better, worse in pairwise(LETTERS):
            if percent.get(worse, 0) > percent.get(better, 0):
                yield Problem(f"recovery.{way}", f"{worse} brings in more than {better}")
    compared = {way for _, rule, _ in table.rules for way in rule.among}
    for way in WAYS:
        if way in compared and way not in figures.recovery:
            yield Problem(f"recovery.{way}", "rules compare this way, but nothing says what it brings in")
        for currency, costs in figures.handling_minor.items():
            if way in compared and way not in costs:
                yield Problem(f"handling_minor.{currency}", f"rules compare {way}, but nothing says what it costs")
    for upper, lower in pairwise(WAYS):
        if figures.missing_part.get(lower, 0) > figures.missing_part.get(upper, 100):
            # Else a missing part would lead to a better way.
            yield Problem(f"missing_part.{lower}", f"a missing part takes more there than from {upper}")
    for currency in figures.handling_minor:
        if figures.prepared and currency not in figures.labour_minor:
            yield Problem("labour_minor", f"nothing says what an hour costs in {currency}")


def _unreached(table: RouteTable, outcomes: Sequence[_Outcome]) -> Iterator[Problem]:
    """Rules that never hold, and rules before which another one always decides; of a client's table, its own only."""
    own = table.name.rpartition("+")[2]
    deciding = {each.hits[0].name for each in outcomes if each.hits}
    for name, _, _ in table.rules:
        if name in deciding or not name.startswith(f"{own}:"):
            continue
        before = {each.hits[0].name: None for each in outcomes if any(hit.name == name for hit in each.hits)}
        if before:
            yield Problem(f"rule {name}", f"is never reached: before it always decides {', '.join(before)}")
        else:
            yield Problem(f"rule {name}", "holds for no item that the rubrics and the other facts can give")


def _undecided(found: Mapping[Situation, _Outcome]) -> Iterator[Problem]:
    """Situations that no rule decides, or one that may not; one for each rule and reason."""
    said: dict[tuple[str, str, str], Situation] = {}
    for situation, outcome in found.items():
        if outcome.to == "hold" and outcome.code in _NOT_DECIDED:
            said.setdefault((outcome.rule, outcome.code, outcome.words), situation)
    for (rule, _, words), situation in said.items():
        yield Problem(f"rule {rule}", f"{situation.words()}: {words}")


def _worse_fares_better(found: Mapping[Situation, _Outcome]) -> Iterator[Problem]:
    """Pairs of which the worse goods go the better way; one for each pair of rules."""
    said: dict[tuple[str, str], str] = {}
    for situation, outcome in found.items():
        for worse in _worse(situation):
            other = found.get(worse)
            if other is not None and _is_better(other, outcome):
                text = f"{situation.words()} goes to {outcome.to}, but {worse.words()} to {other.to}"
                said.setdefault((outcome.rule, other.rule), text)
    yield from (Problem(f"rule {other}", text) for (_, other), text in said.items())


def _is_better(worse: _Outcome, than: _Outcome) -> bool:
    """Whether the worse goods fare better; a hold of what was judged counts as the worst, any other is beside."""
    if worse.to == "hold":
        return False
    if than.to == "hold":
        return than.section in _JUDGED and than.code.startswith("rule:")
    return _RANKS[worse.to] > _RANKS[than.to]


def _worse(situation: Situation) -> Iterator[Situation]:
    """What is one step worse in one respect."""
    replace = msgspec.structs.replace
    if situation.letter in LETTERS[:-1]:
        yield replace(situation, letter=LETTERS[LETTERS.index(situation.letter) + 1])
    if situation.functional in FUNCTIONS[:-1]:
        yield replace(situation, functional=FUNCTIONS[FUNCTIONS.index(situation.functional) + 1])
    if not situation.missing:
        yield replace(situation, missing=True)
    if situation.looks:
        yield replace(situation, looks="")

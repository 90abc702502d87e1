"""Writes ten items of each category as stories a person can read: `python tests/long/record_stories.py`.

The texts are in `tests/grading/stories/`. Of many ways through the questions those ten are told that show most: every
letter, stop and route a category can end in. Run it again when questions, routes or codes have changed, and read what
became different.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from grading import mappings  # noqa: E402 (the path to it is set one line above)
from grading.defects import DEFECT_TEXTS, ZONE_TEXTS  # noqa: E402
from grading.explain import explain, sentences  # noqa: E402
from grading.grade import Grade, grade  # noqa: E402
from grading.reasons import Reason  # noqa: E402
from grading.route import OWNER_TEXTS, Route, route  # noqa: E402
from grading.rubric import Answers, Rubric, chosen, defects, next_question, prep_needed, shots_needed  # noqa: E402
from grading.scores import SCORE_TEXTS  # noqa: E402
from station.marketplaces import read_mappings  # noqa: E402
from station.rules import Rules, read_rules  # noqa: E402

STORIES = ROOT / "tests" / "grading" / "stories"
ITEMS = 10
TRIES = 800
CLIENTS = ("", "", "", "Hearthwick", "Tallowby")
MATCHES = ("matched",) * 8 + ("undeclared", "wrong")
PRICES = (900, 4_900, 19_900, 79_900)
# A part that goods of the kind may have; a cable, where none is named.
PARTS = {
    "apparel": "belt",
    "bags": "shoulder strap",
    "china": "lid",
    "cosmetics": "brush",
    "footwear": "second pair of laces",
    "furniture": "bag of 12 screws",
    "home": "lid",
    "media": "booklet",
    "tools": "battery",
    "toys": "dice",
}
ARRIVED = {
    "matched": "It was announced.",
    "undeclared": "Nobody had announced it.",
    "wrong": "Another item had been announced.",
}


class Told(msgspec.Struct, frozen=True):
    """One item: whose it is, what was found and what became of it."""

    rubric: Rubric
    client: str
    price_minor: int
    match: str
    parts: tuple[str, ...]
    answers: Answers
    graded: Grade
    routed: Route

    @property
    def shows(self) -> set[object]:
        """What there is to see in this story: letter, stops, way, rubric, and how it came."""
        ending = (self.graded.letter, self.routed.disposition)
        # A stop is rare, so it counts twice.
        stops = {*self.graded.stops, *(("stop", stop) for stop in self.graded.stops)}
        return stops | {self.graded.letter, self.routed.disposition, ending, self.rubric.name, self.match}

    @property
    def evidence(self) -> dict[str, object]:
        """What the bench found besides the answers."""
        return {"match": self.match, "serial": "not_known", "weight_in_band": True, "parts": self.parts}


def stories(rules: Rules, category: str) -> list[Told]:
    """Ten items of a category: each the one of many that shows most of what was not shown yet."""
    chance = random.Random(category)
    tried = [one(rules, category, chance) for _ in range(TRIES)]
    told: list[Told] = []
    seen: set[object] = set()
    while len(told) < ITEMS:
        best = max(tried, key=lambda each: len(each.shows - seen))
        tried.remove(best)
        told.append(best)
        seen |= best.shows
    return told


def one(rules: Rules, category: str, chance: random.Random) -> Told:
    """One item by chance; good answers are likelier, or every story would end badly."""
    client, match, price = chance.choice(CLIENTS), chance.choice(MATCHES), chance.choice(PRICES)
    rubric = rules.rubric(category, client)
    assert rubric is not None
    parts = chance.choice(((), (), (PARTS.get(category, "cable"),)))
    answers: Answers = ()
    while (question := next_question(rubric, answers, parts)) is not None:
        options = [option for option in question.options if not option.sealed or chance.random() < 0.3]
        often = min(int(chance.expovariate(1.9)), len(options) - 1)
        at = chance.randrange(len(options)) if chance.random() < 0.15 else often
        answers = (*answers, (question.id, options[at].id))
    evidence = {"match": match, "serial": "not_known", "weight_in_band": True, "parts": parts}
    graded = grade(rubric, answers, evidence)
    facts = {"category": category, "client": client, "kind": "return", "price_minor": price, "currency": "EUR"}
    table = rules.routes.get(client.casefold()) or rules.routes[""]
    return Told(rubric, client, price, match, parts, answers, graded, route(table, graded, {**evidence, **facts}))


def story(number: int, told: Told) -> Iterator[str]:
    """The lines of one item."""
    whose = f"{told.client}'s" if told.client else "Of a client without rules of their own"
    yield f"{number}. {whose}, worth {told.price_minor / 100:.2f} EUR. {ARRIVED[told.match]}"
    if told.parts:
        yield f"   A kit of which each of these was asked for: {', '.join(told.parts)}."
    for shot in shots_needed(told.rubric, told.answers):
        yield f"   Photo: {shot.text}."
    for question, option in chosen(told.rubric, told.answers, told.parts):
        yield f"   {said(question.text, **question.params)} {said(option.text, **option.params)}."
    for step in prep_needed(told.rubric, told.answers, told.parts):
        yield f"   Done to it: {step.text} ({step.seconds} s)."
    for _, defect in defects(told.rubric, told.answers, told.parts):
        where, what = ZONE_TEXTS[defect.zone], DEFECT_TEXTS[defect.kind]
        yield f"   Defect: {where}, {what}, severity {defect.severity} of 4."
    yield from ending(told)
    yield ""


def ending(told: Told) -> Iterator[str]:
    """The lines of the grade, the route and the codes."""
    graded, routed = told.graded, told.routed
    yield f"   Grade {graded.letter or 'none'} by {graded.rule}, function: {graded.functional}."
    yield from (f"     because: {reason(why)}" for why in graded.reasons)
    if graded.scores:
        yield "     of 100: " + ", ".join(f"{SCORE_TEXTS[axis]} {score}" for axis, score in graded.scores)
    yield from (f"     {sentence}" for sentence in sentences(explain(told.rubric, told.answers, told.evidence), said))
    owner = f" {OWNER_TEXTS[routed.owner]}." if routed.owner else ""
    yield f"   It goes to {routed.disposition} by {routed.rule}: {reason(routed.reasons[0])}.{owner}"
    if routed.values:
        yield "     worth: " + ", ".join(f"{way} {minor / 100:.2f}" for way, minor in routed.values)
    outcome = mappings.outcome_of(told.rubric.category, graded, routed.disposition, told.match, "", told.answers)
    for book in read_mappings():
        for coded in mappings.codes(book, outcome):
            yield f"   {book.title}, {coded.list}: {coded.code or f'none ({coded.word})'}"


def said(text: str, **params: str) -> str:
    """A sentence in the source language."""
    return text.format(**params)


def reason(why: Reason) -> str:
    """A reason in the source language."""
    return said(why.text, **why.params)


def text(rules: Rules, category: str) -> str:
    """All stories of a category."""
    lines = [f"Ten items of the category {category}", ""]
    for number, told in enumerate(stories(rules, category), 1):
        lines += story(number, told)
    return "\n".join(lines)


def main() -> int:
    """Write them all."""
    STORIES.mkdir(exist_ok=True)
    rules = read_rules()
    for category in sorted(rules.rubrics):
        (STORIES / f"{category}.txt").write_text(text(rules, category), encoding="utf-8")
    print(f"{len(rules.rubrics)} categories told in {STORIES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

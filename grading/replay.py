"""Judges recorded items again, by other rubrics and route tables, and tells what would change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from grading.grade import Grade, Grader
from grading.route import Route, Router, RouteTable
from grading.rubric import Answers, Rubric, chosen, next_question

Rubrics = Callable[[str, str], Rubric | None]
Tables = Callable[[str], RouteTable]
Figure = Literal["grade", "route", "value"]


class Judged(msgspec.Struct, frozen=True, gc=False):
    """One item as it was judged: what was answered and known, and what came of it.

    `name` is what people find it by (its plate). `evidence` is `grade`'s, `facts` are `route`'s but for `prep_s`, which
    the rubric tells. `table` is the route table's name, empty where it was not recorded.
    """

    name: str
    title: str
    answers: Answers
    evidence: Mapping[str, object]
    facts: Mapping[str, object]
    grade: Grade
    route: Route
    table: str = ""

    @property
    def category(self) -> str:
        """The item's category."""
        return str(self.facts.get("category", ""))

    @property
    def client(self) -> str:
        """Whose goods it is."""
        return str(self.facts.get("client", ""))


class Again(msgspec.Struct, frozen=True, gc=False):
    """An item judged again. Where its answers do not fit, `asks` names the question that would have to be asked."""

    item: Judged
    grade: Grade | None = None
    route: Route | None = None
    asks: str = ""


class Change(msgspec.Struct, frozen=True):
    """Items of which one figure went from one value to another; `minor` is what that brings in more, by currency."""

    figure: Figure
    was: str
    now: str
    items: tuple[str, ...]
    minor: dict[str, int] = {}


class Report(msgspec.Struct, frozen=True):
    """What would change. `unchanged` items keep grade, route and values; `asks` are the items by open question.

    `before` and `after` are the values of the ways taken, by currency, over the items that go a way of known value both
    times.
    """

    items: int
    unchanged: int
    changes: tuple[Change, ...]
    asks: dict[str, tuple[str, ...]]
    before: dict[str, int]
    after: dict[str, int]


class Judge:
    """Judges items, each grader and router once made for all of them. Use from one thread.

    `rubrics` finds by category and client, `tables` by client.
    """

    def __init__(self, rubrics: Rubrics, tables: Tables) -> None:
        self._rubrics = rubrics
        self._tables = tables
        self._known: dict[tuple[str, str], tuple[Rubric, Grader, Router] | None] = {}

    def again(self, item: Judged) -> Again:
        """Judge an item again. Answers are taken as they stand under the version that was asked, and walked anew
        under another: what that one would not have asked is left out.
        """
        facts = item.facts
        found = self._of(item.category, item.client)
        if found is None:
            return Again(item, asks=f"no rubric for {item.category}")
        rubric, grader, router = found
        evidence = item.evidence
        answers = item.answers
        if rubric.name != item.grade.rule:
            parts = tuple(evidence.get("parts", ()))  # type: ignore[arg-type, var-annotated]  # recorded component names
            fitting, asks = _walked(rubric, answers, parts)
            if asks:
                return Again(item, asks=asks)
            answers = fitting
        graded, prep_s = grader.grade_and_prep(answers, evidence)
        return Again(item, graded, router.route(graded, {**facts, "prep_s": prep_s}))

    def _of(self, category: str, client: str) -> tuple[Rubric, Grader, Router] | None:
        """What judges a client's goods of a category; None where no rubric does."""
        key = (category, client)
        if key not in self._known:
            rubric = self._rubrics(category, client)
            self._known[key] = None if rubric is None else (rubric, Grader(rubric), Router(self._tables(client)))
        return self._known[key]


def is_same(again: Again) -> bool:
    """Tell whether judging again said to the letter what was recorded; a breakdown is compared where one was."""
    if again.grade is None or again.route is None:
        return False
    now = again.route
    if not again.item.route.breakdown:
        now = msgspec.structs.replace(now, breakdown=())
    return _canonical(again.grade) == _canonical(again.item.grade) and _canonical(now) == _canonical(again.item.route)


def is_of_versions(item: Judged, rubric: Rubric | None, table: RouteTable) -> bool:
    """Tell whether an item was judged by just these versions; a table that was not recorded is told by its rule."""
    if rubric is None or rubric.name != item.grade.rule:
        return False
    if item.table:
        return item.table == table.name
    return item.route.rule.rpartition(":")[0] in (table.name, *table.name.split("+"))


def report(judged: Iterable[Again]) -> Report:
    """Return what changed over all items."""
    count = unchanged = 0
    changed: dict[tuple[Figure, str, str], tuple[list[str], dict[str, int]]] = {}
    asks: dict[str, list[str]] = {}
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for each in judged:
        count += 1
        item = each.item
        if each.asks or each.grade is None or each.route is None:
            asks.setdefault(each.asks, []).append(item.name)
            continue
        was, now = _value(item.route), _value(each.route)
        currency = str(item.facts.get("currency", ""))
        if was is not None and now is not None:
            before[currency] = before.get(currency, 0) + was
            after[currency] = after.get(currency, 0) + now
        more = now - was if was is not None and now is not None else 0
        steps = list(_steps(each, was, now))
        unchanged += not steps
        for step in steps:
            names, minor = changed.setdefault(step, ([], {}))
            names.append(item.name)
            minor[currency] = minor.get(currency, 0) + more
    changes = tuple(
        Change(figure, was, now, tuple(names), {each: by for each, by in minor.items() if by})
        for (figure, was, now), (names, minor) in sorted(changed.items(), key=lambda pair: pair[0])
    )
    return Report(count, unchanged, changes, {name: tuple(each) for name, each in asks.items()}, before, after)


def _canonical(value: Grade | Route) -> bytes:
    """The bytes as the journal writes them: the order of a reason's parameters says nothing."""
    return msgspec.json.encode(value, order="deterministic")


def _steps(again: Again, was: int | None, now: int | None) -> Iterator[tuple[Figure, str, str]]:
    """The figures that changed for one item."""
    if again.grade is None or again.route is None:
        return
    item = again.item
    letter, now_letter = item.grade.letter or "none", again.grade.letter or "none"
    if letter != now_letter:
        yield "grade", letter, now_letter
    goes, goes_now = _way(item.route), _way(again.route)
    if goes != goes_now:
        yield "route", goes, goes_now
    if was != now:
        way = again.route.disposition
        yield "value", way, "unknown" if now is None else "known" if was is None else "more" if now > was else "less"


def _way(decided: Route) -> str:
    """Where it goes, and of a hold who must act: a hazard that another person clears goes another way."""
    return f"{decided.disposition} ({decided.owner})" if decided.owner else decided.disposition


def _value(decided: Route) -> int | None:
    for way, minor in decided.values:
        if way == decided.disposition:
            return minor
    return None


def _walked(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> tuple[Answers, str]:
    """The answers this rubric would have been given, in its order, or the question nobody answered for it."""
    given: Answers = ()
    said = {question.id: option.id for question, option in chosen(rubric, answers, parts)}
    while (question := next_question(rubric, given, parts)) is not None:
        if question.id not in said:
            return given, question.id
        given = (*given, (question.id, said[question.id]))
    return given, ""

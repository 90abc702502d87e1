"""Finds the words for what a fact names by codes: the question and its answer, the reason that was given."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grading.rubric import chosen
from station import facts
from station.known import Known
from station.state import Choice
from station.steps.arrive import SKIP_WEIGHT
from station.steps.pictures import SKIP_PHOTO
from station.steps.plate import REPRINT_WHY
from station.steps.prep import SKIP_PREP
from station.steps.settle import REASONS as SETTLE_WHY
from station.steps.settle import route_reason

if TYPE_CHECKING:
    from station.search.story import Told

Words = Mapping[str, tuple[str, dict[str, str]]]


def words_for(fact: object, told: "Sequence[Told]", known: Known) -> Words:
    """Return words with parameters by the fact's field; what nobody has words for is left out.

    `told` is the whole story: what an item or a line is, an earlier fact of it says.
    """
    find = _FINDERS.get(type(fact))
    return find(fact, [each.fact for each in told], known) if find is not None else {}


def _answered(fact: facts.Answered, story: list[Any], known: Known) -> Words:
    """Look in the version that was asked, or else in the one in force: a question keeps its id."""
    item = _item(fact.item, story)
    in_force = known.rubric(item.category, item.client) if item is not None else None
    rubric = known.rubric_version(fact.rubric) or in_force
    if item is None or rubric is None:
        return {}
    given = chosen(rubric, ((fact.question, fact.option),), item.components)
    return {
        name: (words.text, words.params)
        for question, option in given
        for name, words in (("question", question), ("option", option))
    }


def _prepared(fact: facts.PrepDone | facts.PrepSkipped, story: list[Any], known: Known) -> Words:
    item = _item(fact.item, story)
    rubric = known.rubric(item.category, item.client) if item is not None else None
    steps = {each.id: each.text for each in rubric.prep} if rubric is not None else {}
    said = {"prep": (steps[fact.prep], {})} if fact.prep in steps else {}
    if isinstance(fact, facts.PrepSkipped):
        return {**said, **_chosen(SKIP_PREP)(fact, story, known)}
    return said


def _stopped(fact: facts.InterlockRaised | facts.InterlockAcknowledged, _story: list[Any], known: Known) -> Words:
    return {"code": (known.interlock(fact.code).text, {})}


def _missing(fact: facts.LineMissing, story: list[Any], _known: Known) -> Words:
    arrived = (each for each in story if isinstance(each, facts.ParcelArrived))
    declared = (line for each in arrived for line in each.declared)
    titles = (line.title for line in declared if (line.rma, line.line) == (fact.rma, fact.line))
    title = next(titles, "")
    return {"line": (title, {})} if title else {}


def _changed(fact: facts.RouteOverridden, story: list[Any], known: Known) -> Words:
    item = _item(fact.item, story)
    return {"why": (route_reason(fact.why, known.routes(item.client if item is not None else "")), {})}


def _chosen(choices: tuple[Choice, ...]) -> Callable[[Any, list[Any], Known], Words]:
    """Return a finder of the reason that was chosen among these."""
    texts = {each.value: each.text for each in choices}
    return lambda fact, _story, _known: {"why": (texts[fact.why], {})} if fact.why in texts else {}


def _item(item: str, story: list[Any]) -> facts.ItemIdentified | None:
    return next((each for each in story if isinstance(each, facts.ItemIdentified) and each.item == item), None)


_FINDERS: Mapping[type, Callable[[Any, list[Any], Known], Words]] = {
    facts.Answered: _answered,
    facts.InterlockRaised: _stopped,
    facts.InterlockAcknowledged: _stopped,
    facts.LineMissing: _missing,
    facts.RouteOverridden: _changed,
    facts.WeighingSkipped: _chosen(SKIP_WEIGHT),
    facts.PhotoSkipped: _chosen(SKIP_PHOTO),
    facts.BoxNotPhotographed: _chosen(SKIP_PHOTO),
    facts.PrepDone: _prepared,
    facts.PrepSkipped: _prepared,
    facts.PlateReprintAsked: _chosen(REPRINT_WHY),
    facts.ExceptionDecided: _chosen(SETTLE_WHY),
}

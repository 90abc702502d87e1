"""The one question of the moment: what a state asks of the person, in words, with the keys that answer it."""

from collections.abc import Callable, Mapping

from resources.words import mark
from station.inputs import Do
from station.known import Known
from station.prompts.about import params
from station.prompts.asked import asked
from station.prompts.plain import PLAIN
from station.prompts.question import Prompt, not_it, undo
from station.prompts.review import review
from station.prompts.unit import (
    interlock,
    next_item,
    open_box,
    photo,
    prep,
    question,
    reading,
    refresher,
    result,
    second_look,
)
from station.stages import Stage, stage_of
from station.state import State
from station.steps.allowed import decides

_MADE: Mapping[Stage, Callable[[State, Known], Prompt]] = {
    Stage.PHOTO: photo,
    Stage.OPEN_BOX: lambda state, _: open_box(state),
    Stage.INSPECT: question,
    Stage.SECOND_LOOK: second_look,
    Stage.REFRESHER: refresher,
    Stage.PREP: prep,
    Stage.READING: lambda state, _: reading(state),
    Stage.RESULT: result,
    Stage.ITEM: lambda state, _: next_item(state),
    Stage.REVIEW: review,
}


def prompt(state: State, known: Known) -> Prompt:
    """Return what the bench asks for now: one question, the reason in one line, and every way to answer it."""
    stage = stage_of(state, known)
    if stage is Stage.INTERLOCK:
        return interlock(state, known)
    if state.ask is not None:
        return asked(state, state.ask, stage)
    made = _MADE.get(stage)
    if made is not None:
        return made(state, known)
    title, reason, picture, buttons = PLAIN[stage]
    if stage is Stage.PLACE and state.item is not None and state.item.is_hazard:
        title = mark("Put it into the fire-safe box and scan the box")
    if not decides(state, known):
        buttons = tuple(each for each in buttons if each.command.do is not Do.DECIDE)
    # A check of a bin takes back its own plates.
    back = undo(state) if stage is not Stage.CHECK else ()
    if stage in (Stage.SERIAL, Stage.LABEL):
        back = (*not_it(state), *back)
    return Prompt(str(stage), title, reason, params(state, known), (*buttons, *back), "code", picture)

"""The one question of the moment: what a state asks of the person, in words, with the keys that answer it."""

from resources.words import mark
from station.inputs import Do
from station.known import Known
from station.prompts.about import params
from station.prompts.asked import asked
from station.prompts.plain import PLAIN
from station.prompts.question import Prompt, undo
from station.prompts.review import review
from station.prompts.unit import interlock, next_item, photo, prep, question, reading, refresher, result, second_look
from station.stages import Stage, stage_of
from station.state import State
from station.steps.allowed import decides


def prompt(state: State, known: Known) -> Prompt:
    """Return what the bench asks for now: one question, the reason in one line, and every way to answer it."""
    stage = stage_of(state, known)
    if stage is Stage.INTERLOCK:
        return interlock(state, known)
    if state.ask is not None:
        return asked(state, state.ask, stage)
    if stage is Stage.PHOTO:
        return photo(state, known)
    if stage is Stage.INSPECT:
        return question(state, known)
    if stage is Stage.SECOND_LOOK:
        return second_look(state, known)
    if stage is Stage.REFRESHER:
        return refresher(state, known)
    if stage is Stage.PREP:
        return prep(state, known)
    if stage is Stage.READING:
        return reading(state)
    if stage is Stage.RESULT:
        return result(state, known)
    if stage is Stage.ITEM:
        return next_item(state)
    if stage is Stage.REVIEW:
        return review(state, known)
    title, reason, picture, buttons = PLAIN[stage]
    if stage is Stage.PLACE and state.item is not None and state.item.is_hazard:
        title = mark("Put it into the fire-safe box and scan the box")
    if not decides(state, known):
        buttons = tuple(each for each in buttons if each.command.do is not Do.DECIDE)
    # A check of a bin takes back its own plates.
    back = undo(state) if stage is not Stage.CHECK else ()
    return Prompt(str(stage), title, reason, params(state, known), (*buttons, *back), "code", picture)

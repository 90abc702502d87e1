"""What a supervisor is asked of a counted shift."""

from resources.words import mark
from station.inputs import Command, Do
from station.known import Known
from station.prompts.question import SIGN_OUT, Button, Prompt, button
from station.stages import Stage
from station.state import State
from station.steps.close import key_of, text_of, unsettled, words_of

_LINES_OFFERED = 8


def review(state: State, known: Known) -> Prompt:
    """Return what a supervisor decides of a counted shift: why each line differs, and at last the signature."""
    open_ = unsettled(state, known)
    lines = tuple(
        Button(str(number), text_of(words_of(line)), Command(Do.CHOOSE, key_of(line)), words_of(line))
        for number, line in enumerate(open_[:_LINES_OFFERED], start=1)
    )
    aside = (
        button("U", mark("Take reasons back"), Do.UNDO),
        button("Esc", mark("Count a bin again"), Do.CANCEL),
        SIGN_OUT,
    )
    if open_:
        title, reason = (
            mark("Why does it differ?"),
            mark("Lines without a reason: {count}. Page Shift shows them all."),
        )
    else:
        title, reason = (
            mark("Sign the shift"),
            mark("Every line adds up or has its reasons. Page Shift shows them all."),
        )
        lines = (button("Enter", mark("Sign"), Do.CONFIRM, main=True),)
    return Prompt(str(Stage.REVIEW), title, reason, {"count": str(len(open_))}, (*lines, *aside), "none", "")

"""A question to the person at the bench, and the keys that answer it."""

from pathlib import Path

import msgspec

from grading.rubric import Option, Question
from resources.words import mark
from station.inputs import Command, Do
from station.known import Known
from station.references import picture_of
from station.state import State


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that can be done: the key that does it, the words on it, the command it gives.

    `main` marks the expected answer (Enter); `aside` marks what is offered small, under the answers.
    `picture` is the path of a reference picture that shows what is meant.
    """

    key: str
    text: str
    command: Command
    params: dict[str, str] = {}
    main: bool = False
    aside: bool = False
    picture: str = ""


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question. `title` and `reason` are English message ids with `params`; `picture` names a drawing.

    `entry` tells what is typed here: a code, a PIN (shown as dots), a number, an address (no key is then an answer), or
    none.
    """

    stage: str
    title: str
    reason: str = ""
    params: dict[str, str] = {}
    buttons: tuple[Button, ...] = ()
    entry: str = "code"
    picture: str = ""


def button(key: str, text: str, do: Do, main: bool = False) -> Button:
    """Return a key that gives a command: the expected answer, or one of those offered small."""
    return Button(key, text, Command(do), main=main, aside=not main)


NO_SCALE = button("S", mark("It cannot be weighed"), Do.SKIP)
REPRINT = button("R", mark("Print again"), Do.REPRINT)
SIGN_OUT = button("F12", mark("Sign out"), Do.SIGN_OUT)


def options(
    question: Question, category: str, client: str, known: Known, article: Path | None = None
) -> tuple[Button, ...]:
    """Return the answers of a rubric's question, each under the key of its own, beside a picture of what it means.

    `article` is the picture of a good unit that the goods are compared with: what the best answer means.
    """

    def picture(option: Option) -> Path | None:
        like = article if option is question.options[0] else None
        return like or known.photograph(category, question.id, option.id, client) or picture_of(option)

    return tuple(
        Button(
            str(option.key),
            option.text,
            Command(Do.CHOOSE, option.id),
            option.params,
            picture=str(picture(option) or ""),
        )
        for option in question.options
    )


def not_it(state: State) -> tuple[Button, ...]:
    """Return the key that says that another article is in hand than its code says; none for a wrong item."""
    item = state.item
    if item is None or item.identified.match == "wrong":
        return ()
    return (button("W", mark("Wrong item"), Do.ANOTHER),)


def undo(state: State) -> tuple[Button, ...]:
    """Return the key that takes the last step back; none while there is nothing to take back."""
    if not state.steps:
        return ()
    return (Button("U", mark("Undo: {step}"), Command(Do.UNDO), {"step": state.steps[-1].name}, aside=True),)

"""The one question of the moment: what a state asks of the person, in words, with the keys that answer it."""

import msgspec

from station.inputs import Command


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that can be done: the key that does it, the words on it, the command it gives.

    `main` marks the expected answer (Enter); `aside` marks what is offered small, under the answers.
    """

    key: str
    text: str
    command: Command
    params: dict[str, str] = {}
    main: bool = False
    aside: bool = False


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question. `title` and `reason` are English message ids with `params`; `picture` names a drawing.

    `entry` tells what is typed here: a code, a PIN (shown as dots), or nothing.
    """

    stage: str
    title: str
    reason: str = ""
    params: dict[str, str] = {}
    buttons: tuple[Button, ...] = ()
    entry: str = "code"
    picture: str = ""

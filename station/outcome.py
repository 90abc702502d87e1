"""What the workflow answers: facts to write, what to show and sound, what to print and photograph."""

from enum import StrEnum
from typing import Literal

import msgspec

from station.facts import Recorded
from station.state import Ask


class Tone(StrEnum):
    """What a notice means; each has its own colour, symbol and sound."""

    ACCEPTED = "accepted"
    ATTENTION = "attention"
    REFUSED = "refused"
    FINISHED = "finished"
    STOPPED = "stopped"

    @property
    def stands(self) -> bool:
        """Whether its notice stays until the person does something: no device takes it off the screen."""
        return self in (Tone.REFUSED, Tone.STOPPED)


class Notice(msgspec.Struct, frozen=True):
    """A sentence to the person: an English message id with parameters. A refusal stays until acknowledged."""

    tone: Tone
    text: str
    params: dict[str, str] = {}


class Label(msgspec.Struct, frozen=True):
    """A label to print: `template` under resources/labels, its fields, and the job id that comes back."""

    job: str
    template: str
    fields: dict[str, str]


class Capture(msgspec.Struct, frozen=True):
    """A still to take: `request` comes back with it."""

    request: str
    shot: str


class Outcome(msgspec.Struct, frozen=True):
    """The whole answer to one input: *write it, show it, print it, send it*, in this order.

    `ask` is what is being asked from now on: another question, None for none, or the same as before.
    """

    notice: Notice | None = None
    facts: tuple[Recorded, ...] = ()
    ask: Ask | Literal["same"] | None = "same"
    labels: tuple[Label, ...] = ()
    cancel_jobs: tuple[str, ...] = ()
    capture: Capture | None = None

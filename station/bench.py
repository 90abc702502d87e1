"""The bench: keeps the state, lets the workflow decide, writes the facts, and only then shows what happened."""

import time
from collections.abc import Callable

import msgspec

from devices.readings import NotPrinted, Printed, PrintWaiting
from station.facts import Recorded
from station.fold import fold
from station.inputs import Input, PhotoCompared
from station.journal import Journal
from station.known import Known
from station.outcome import Capture, Label, Notice, Outcome
from station.prompt import prompt
from station.prompts.question import Prompt
from station.state import State
from station.steps.plate import WAITS
from station.workflow import step


class Shown(msgspec.Struct, frozen=True):
    """What one input did, after it was written: for the screen, the printer and the camera.

    `durable_at` is `time.monotonic()` when the facts were on disk, or when it was clear that there were none.
    """

    notice: Notice | None
    facts: tuple[Recorded, ...]
    labels: tuple[Label, ...]
    cancel_jobs: tuple[str, ...]
    capture: Capture | None
    durable_at: float


class Bench:
    """One bench with its journal. Not thread-safe: one thread owns it, as it owns the journal.

    `training` tells that this journal is the practice one, which never leaves this computer.
    """

    def __init__(
        self,
        journal: Journal,
        known: Known,
        initial: State,
        training: bool = False,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self.journal = journal
        self.known = known
        self.training = training
        self.state = journal.resume(initial)
        self.notice: Notice | None = None
        self._on_commit = on_commit

    @property
    def prompt(self) -> Prompt:
        """What is asked of the person now."""
        return prompt(self.state, self.known)

    @property
    def last_step(self) -> str:
        """The name of what Undo would take back; empty when there is nothing."""
        return self.state.steps[-1].name if self.state.steps else ""

    def handle(self, given: Input) -> Shown:
        """Decide, write, then change the state. Raises JournalError with nothing written and nothing changed."""
        outcome = step(self.state, given, self.known)
        state = self._write(outcome)
        durable_at = time.monotonic()
        if outcome.ask != "same":
            state = msgspec.structs.replace(state, ask=outcome.ask)
        self.state = state
        self._notice(given, outcome)
        if outcome.facts:
            self._on_commit()
        return Shown(outcome.notice, outcome.facts, outcome.labels, outcome.cancel_jobs, outcome.capture, durable_at)

    def acknowledge(self) -> None:
        """Take the notice off the screen: the person has seen it."""
        self.notice = None

    def _write(self, outcome: Outcome) -> State:
        if not outcome.facts:
            return self.state
        after = fold(self.state, "", outcome.facts)
        idle = msgspec.structs.replace(after, ask=None) if after.parcel is None else None
        operator = after.operator or self.state.operator
        appended = self.journal.append(
            outcome.facts,
            operator=operator.badge if operator is not None else "",
            shift=after.shift or self.state.shift,
            snapshot=idle,
        )
        return fold(self.state, appended.txn, outcome.facts)

    def _notice(self, given: Input, outcome: Outcome) -> None:
        """Show what was said. A refusal or a stop stays until the person does something; no printer takes it off."""
        if isinstance(given, PhotoCompared):
            return
        if (
            self.notice is not None
            and self.notice.tone.stands
            and isinstance(given, Printed | PrintWaiting | NotPrinted)
        ):
            return
        came_out = isinstance(given, Printed) and self.notice is not None and self.notice.text == WAITS
        if outcome.notice is not None or outcome.facts or outcome.ask != "same" or came_out:
            self.notice = outcome.notice

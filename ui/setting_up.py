"""Sets up one device of a running bench: asks, tries each answer on the device itself, and keeps what is saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from devices.cameras.controls import Control
from devices.ports import candidates
from devices.printers.models import queues
from devices.readings import AcceptedWeight, Down, Scan
from devices.scanners.self_test import Mend, layout_of
from resources.words import Translator, mark
from station.inputs import Command, Do
from station.own_codes import TEST_CODE
from station.settings import Settings, SettingsError
from station.weights import weight_words
from ui import setup
from ui.setup import KEYBOARD, TEST_LABEL, Setup
from ui.setup_prompt import keyed


@dataclass(frozen=True, slots=True)
class Bench:
    """What setting up may do to the running bench.

    `use` puts the changed devices of other settings in place (SettingsError when it cannot be), `keep` writes them,
    `print_test` prints a label with TEST_CODE, `watch` asks for the live pictures of a camera, `controls` tells how
    the controls of all cameras stand, `advice` what the printer will want soon.
    """

    settings: Callable[[], Settings]
    use: Callable[[Settings], None]
    keep: Callable[[Settings], None]
    print_test: Callable[[], None]
    watch: Callable[[str | None], None]
    controls: Callable[[], Mapping[str, tuple[Control, ...]]] = dict
    advice: Callable[[], tuple[str, ...]] = tuple


class SettingUp:
    """Holds the questions asked so far. A class, for the device that is tried must be put back when it is left."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.trouble = ""
        self.now: Setup = setup.begin(bench.settings(), candidates(), queues())

    @property
    def is_over(self) -> bool:
        """Whether the last question was answered, or the page was left."""
        return not self.now.steps

    def press(self, command: Command) -> None:
        """Take an answer."""
        if self.now.step == "prove" and command.value == TEST_LABEL:
            self._bench.print_test()
            return
        self._go(setup.answer(self.now, command))

    def type(self, text: str) -> None:
        """Take a typed address, or the key of one that is shown."""
        choice = keyed(self.now, text)
        self._go(setup.typed(self.now, text) if choice is None else setup.answer(self.now, choice))

    def hear(self, value: object, tr: Translator) -> None:
        """Look whether a reading proves the device that is set up."""
        if self.now.kind == KEYBOARD and isinstance(value, Scan):
            self._hear_keyboard(value.text, tr)
            return
        if isinstance(value, Down):
            lost = value.device == self.now.name
            self.now = setup.prove(self.now, "") if lost else self.now
            return
        proof = _proof(self.now, value, tr)
        if proof:
            self.trouble, self.now = "", setup.prove(self.now, proof)
        elif isinstance(value, Scan):
            self.trouble = tr.gettext(mark("A device is being set up. To work on, leave with Esc, then scan again."))

    def _hear_keyboard(self, text: str, tr: Translator) -> None:
        """Take the layout from the code that tells it, whatever the station was set to."""
        verdict = layout_of(text, self.now.tried.keyboard.layout)
        if verdict.mend is Mend.turn_case:
            self.trouble = tr.gettext(
                mark("The scanner turns small and capital letters round: its handbook tells how to mend that.")
            )
        elif verdict.layout:
            asked = replace(self.now, steps=("device", "layout"))
            self._go(setup.answer(asked, Command(Do.CHOOSE, verdict.layout)))
            self.now = setup.prove(self.now, tr.gettext(mark("It types the keyboard that is set here")))

    def leave(self) -> None:
        """Leave without saving: what was tried is put back."""
        if not self.is_over:
            self._bench.use(self.now.before)
            self._bench.watch(None)

    def _go(self, after: Setup) -> None:
        self.trouble = setup.refusal(after)
        if self.trouble:
            return
        if after.step == "prove" or after.tried != self.now.tried or not after.steps:
            try:
                self._bench.use(after.tried if after.steps else after.before)
            except SettingsError as error:
                self.trouble = str(error)
                return
        self.trouble, self.now = "", after
        self._bench.watch(after.name if after.kind == "camera" and after.step == "prove" else None)
        if after.saved:
            self._bench.keep(after.before)


def _proof(now: Setup, value: object, tr: Translator) -> str:
    """Return in words what a reading proves; empty when nothing."""
    match now.kind, value:
        case "scanner", Scan(device=device, text=text, aim=aim) if device == now.name:
            return tr.format(mark("It read {code}"), code=f"{aim} {text}".strip())
        case "scale", AcceptedWeight(weight_mg=weight_mg):
            return tr.format(mark("It weighed {weight}"), weight=weight_words(tr, weight_mg))
        case "printer", Scan(text=text) if text == TEST_CODE:
            return tr.gettext(mark("The test label came out and can be read"))
    return ""

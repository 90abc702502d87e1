"""One station on the screen: brings what people do to the desk, and what the desk shows to the window.

Long because each thing the window wants is carried out here, and they share what is opened.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from devices.readings import AcceptedWeight, Down, Frame, Scan, Weight, WeightState
from devices.worker import Worker
from resources.words import mark
from station.inputs import TYPED, Command, Do, FrameJudged, PhotoReady
from station.outcome import Tone
from station.own_codes import COMMAND_PREFIX, command_in
from station.prompts.question import Button
from station.stages import Stage
from ui.examined import Explainer
from ui.photos import PhotoDecoded
from ui.screen import Manner, Opened, look
from ui.searching import Searched
from ui.setting_up import Bench, SettingUp
from ui.simulator import SimulatorPanel
from ui.told import SupportWritten
from ui.view import PAGES, SETUP, SIMULATOR, View, may_open
from ui.window import Window

if TYPE_CHECKING:
    from station.desk import Desk
    from station.history import Figures, History
    from station.print_ledger import Copy

_log = logging.getLogger(__name__)

_TICK_MS = 1000
# Figures are counted after the picture of a scan is on the screen, never before it.
_COUNT_AFTER_MS = 40
_READINGS_KEPT = 20
_PAGE_PREFIX = f"{COMMAND_PREFIX}PAGE:"
# Pages on which a scan is looked at and not worked with, and pages that show what a scan does.
_LOOKING = ("search", "devices")
_WORKING = ("receive", "bins")


class Session(QObject):
    """Lives as long as one station is shown. `broken` says that not even the page for faults can be shown, `forked`
    that the journal turned out to be an old copy and this is a quiet moment to begin it anew.
    """

    broken, forked = Signal(), Signal()

    def __init__(
        self,
        *,
        desk: "Desk",
        history: "History",
        workers: Mapping[str, Worker],
        window: Window,
        panel: SimulatorPanel | None,
        manner: Callable[[], Manner],
        play: Callable[[Tone], None],
        bench: Bench,
        support: Callable[[], None],
        decode: Callable[[str], None],
        find: Callable[[str, Collection[str] | None], None],
    ) -> None:
        super().__init__()
        self._desk, self._history, self._workers = desk, history, workers
        self._window, self._panel = window, panel
        self._manner = manner
        self._bench, self._support, self._decode = bench, support, decode
        self._find = find
        self._opened, self._explainer = Opened(), Explainer()
        self._stage = ""
        self._setting_up: SettingUp | None = None
        self._proof: AcceptedWeight | None = None
        self._labels: tuple[Copy, ...] = ()
        self._figures: Figures = history.figures(datetime.now(UTC))
        self._readings: deque[str] = deque(maxlen=_READINGS_KEPT)
        self._tick, self._count = QTimer(self), QTimer(self)
        self._tick.timeout.connect(self._count_anew)
        self._tick.timeout.connect(self._use_the_quiet)
        self._count.setSingleShot(True)
        self._count.timeout.connect(self._count_anew)
        self._listen(window)
        desk.on_change, desk.on_sound = self.render, play

    def _listen(self, window: Window) -> None:
        """Do what the window wants."""
        window.pressed.connect(self._press)
        window.submitted.connect(self._submit)
        window.acknowledged.connect(self._desk.acknowledge)
        window.page_wanted.connect(self._turn_to)
        window.searched.connect(self._search)
        window.line_wanted.connect(self._open_line)
        window.support_wanted.connect(self._write_support)
        window.retry_wanted.connect(self._try_central)
        window.photo_wanted.connect(self._look_into)
        window.bin_wanted.connect(self._look_into_bin)
        window.enlarge_wanted.connect(self._enlarge)
        window.marked.connect(self.take)
        window.trouble_answered.connect(self._go_on)

    def begin(self) -> None:
        """Show the station, and keep the clock going."""
        self.render()
        self._tick.start(_TICK_MS)

    def end(self) -> None:
        """Let go of desk and window; nothing is shown any more."""
        if self._setting_up is not None:
            self._setting_up.leave()
        self._desk.on_change, self._desk.on_sound = _nothing, _nothing
        for timer in (self._tick, self._count):
            timer.stop()
        for signal in (
            self._window.pressed,
            self._window.submitted,
            self._window.acknowledged,
            self._window.page_wanted,
            self._window.searched,
            self._window.line_wanted,
            self._window.support_wanted,
            self._window.retry_wanted,
            self._window.photo_wanted,
            self._window.bin_wanted,
            self._window.enlarge_wanted,
            self._window.marked,
            self._window.trouble_answered,
        ):
            signal.disconnect()

    def take(self, value: object) -> None:
        """Take what came through the door."""
        if isinstance(value, SupportWritten | PhotoDecoded | Searched):
            self._show_done(value)
            return
        if not isinstance(value, Frame | FrameJudged | Weight) and self._desk.bench.prompt.entry != "pin":
            self._remember(value)
        if isinstance(value, Scan | Command | AcceptedWeight) and (self._desk.cannot_save or self._opened.failed):
            self._take_in_trouble(value)
            return
        page = page_in(value.text) if isinstance(value, Scan) else ""
        if page:
            self._turn_by_scan(page)
            return
        if self._setting_up is not None and self._set_up(value):
            return
        looking = self._opened.page in _LOOKING or self._opened.line
        if isinstance(value, Scan) and looking and command_in(value.text) is None:
            self._look_at(value)
            return
        if self._opened.page == "search" and (hit := self._hit_of(value)):
            self._search(hit)
            return
        if isinstance(value, Scan) and self._is_deciding(value):
            self._desk.take(Command(Do.DECIDE))
        if isinstance(value, Scan | Command) and self._opened.page not in _WORKING:
            self._open("receive")
        if isinstance(value, Scan | Command) and value != Command(Do.UNDO):
            self._opened = replace(self._opened, photo="", read=None, enlarged=False)  # the work goes on
        if isinstance(value, PhotoReady) and (self._opened.page != "receive" or self._opened.failed):
            return  # nobody sees what would be photographed
        shown = self._desk.take(value)  # type: ignore[arg-type]
        self._follow(shown is not None and bool(shown.facts))

    def _follow(self, is_written: bool) -> None:
        if self._opened.page == "bins" and self._desk.bench.state.ask is not None:
            self._turn_to("receive")  # a question is answered there
        if is_written:
            self._count.start(_COUNT_AFTER_MS)

    def _is_deciding(self, scan: Scan) -> bool:
        """Whether a code is scanned on the page of the exceptions, to decide what waits about it."""
        bench = self._desk.bench
        here = self._opened.page == "exceptions" and may_open("exceptions", bench.state)
        return here and bench.prompt.stage == Stage.IDLE and command_in(scan.text) is None

    def render(self) -> None:
        """Show the desk as it is now."""
        was, self._stage = self._stage, self._desk.bench.prompt.stage
        if self._stage == Stage.INTERLOCK != was:
            self._opened = replace(self._opened, photo="", read=None, enlarged=False)  # a stop is seen at once
        self._window.render(self._view())

    def fail(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Show that the program failed, and that the parcel is safe; the log has the rest."""
        _log.critical("failed after %s", list(self._readings), exc_info=(kind, error, trace))
        failed_before = self._opened.failed
        self._opened = replace(self._opened, failed=f"{kind.__name__}: {error}")
        if failed_before:
            self.broken.emit()
        else:
            self.render()

    def _view(self) -> View:
        demo = self._panel is not None
        return look(
            self._desk,
            self._figures,
            self._manner(),
            self._opened,
            history=self._history,
            workers=self._workers,
            demo=demo,
            controls=self._bench.controls(),
            advice=self._bench.advice(),
            labels=self._labels,
            setting_up=self._setting_up,
            explainer=self._explainer,
        )

    def _show_done(self, value: SupportWritten | PhotoDecoded | Searched) -> None:
        """Show what long work beside the screen came to."""
        match value:
            case SupportWritten():
                self._tell(value.words(self._manner().tr))
            case PhotoDecoded():
                self._show_photo(value)
            case Searched():
                self._show_found(value)

    def _take_in_trouble(self, value: Scan | Command | AcceptedWeight) -> None:
        """Nothing is accepted behind the page for trouble, and who scans without looking hears it."""
        given = command_in(value.text) if isinstance(value, Scan) else value
        if isinstance(given, Command) and given.do is Do.CONFIRM:
            self._go_on()
        elif isinstance(value, Scan | Command):
            self._desk.on_sound(Tone.REFUSED)

    def _remember(self, value: object) -> None:
        """Keep the last readings for the log; what is typed may be a PIN and is not kept."""
        typed = isinstance(value, Scan) and value.device == "keyboard"
        self._readings.append("typed" if typed else repr(value)[:200])

    def _look_at(self, scan: Scan) -> None:
        if self._opened.page == "shift":
            self._open("search")
        if self._opened.page == "search":
            self._search(scan.text)
        else:
            self._opened = replace(self._opened, proved=f"{scan.aim} {scan.text}".strip())
            self.render()

    def _look_into(self, sha256: str) -> None:
        """Open a photo, or put it away: its pixels are not kept longer than they are seen."""
        self._opened = replace(self._opened, photo=sha256, read=None)
        if sha256:
            self._decode(str(self._desk.photo_path(sha256)))
        self.render()

    def _enlarge(self, enlarged: bool) -> None:
        """Show the reference pictures of the answers large, or as they were."""
        self._opened = replace(self._opened, enlarged=enlarged)
        self.render()

    def _show_photo(self, read: PhotoDecoded) -> None:
        if self._opened.photo and read.path == str(self._desk.photo_path(self._opened.photo)):
            self._opened = replace(self._opened, read=read)
            self.render()

    def _write_support(self) -> None:
        self._tell(self._manner().tr.gettext(mark("The support bundle is being written ...")))
        self._support()

    def _use_the_quiet(self) -> None:
        """Do between two parcels what nobody shall wait for."""
        self._desk.rest()
        if self._desk.sync.why == "fork" and self._desk.is_quiet:
            self.forked.emit()

    def _try_central(self) -> None:
        """A person knows that central is there again, or wants to see it: no pause is waited for."""
        self._tell(self._manner().tr.gettext(mark("Central is tried now ...")))
        self._desk.retry_sync()

    def _tell(self, words: str) -> None:
        self._opened = replace(self._opened, told=words)
        self.render()

    def _look_into_bin(self, code: str) -> None:
        self._opened = replace(self._opened, bin=code)
        self.render()

    def _press(self, button: Button) -> None:
        self.take(button.command)

    def _submit(self, text: str) -> None:
        self.take(Scan("keyboard", text, "", time.monotonic()))

    def _search(self, text: str) -> None:
        """Look a code up, or the hit whose number was typed; a person sees their own hours, a supervisor everyone's."""
        code = self._numbered(text.strip()) or text.strip()
        self._opened = replace(self._opened, searched=code, search=None, photo="", read=None)
        person = self._desk.bench.state.operator
        own = frozenset((person.badge,) if person is not None else ())
        if code:
            self._find(code, None if person is not None and person.role == "supervisor" else own)
        self.render()

    def _open_line(self, line: str) -> None:
        """Show what is behind a line of the shift, or all lines again."""
        self._opened = replace(self._opened, line=line)
        self.render()

    def _show_found(self, search: Searched) -> None:
        if search.text == self._opened.searched:
            self._opened = replace(self._opened, search=search)
            self.render()

    def _hit_of(self, value: object) -> str:
        """Return the code of the hit that a command barcode or a button chooses by its number; empty for none."""
        command = command_in(value.text) if isinstance(value, Scan) else value
        chosen = isinstance(command, Command) and command.do is Do.CHOOSE
        return self._numbered(command.value) if chosen else ""

    def _numbered(self, number: str) -> str:
        found = self._opened.search.found if self._opened.search is not None else None
        hits = found.hits if found is not None else ()
        is_one = number.isascii() and number.isdecimal() and len(number) < 4 and 0 < int(number) <= len(hits)
        return hits[int(number) - 1].code if is_one else ""

    def _turn_to(self, page: str) -> None:
        if page == SIMULATOR:
            self._turn_panel()
            return
        self._open(page)
        self.render()

    def _turn_panel(self) -> None:
        """Show the hands of a demonstration, or put them away."""
        if self._panel is None:
            return
        if self._panel.isVisible():
            self._window.put_away(self._panel)
        else:
            self._panel.render(self._view())
            self._window.show_beside(self._panel)

    def _turn_by_scan(self, page: str) -> None:
        """A barcode opens what its key would open; whoever has not the page hears it."""
        if may_open(page, self._desk.bench.state):
            self._turn_to(page)
        else:
            self._desk.on_sound(Tone.REFUSED)

    def _open(self, page: str) -> None:
        """Open a page; the page of the devices wants to see live pictures."""
        if self._setting_up is not None:
            self._setting_up.leave()
        self._setting_up = SettingUp(self._bench) if page == SETUP else None
        if self._setting_up is None:
            self._weigh_what_lies_there()
        self._opened = replace(self._opened, page=page, line="")
        self._desk.watch("" if page == "devices" else None)
        self._labels = self._find_labels()

    def _find_labels(self) -> "tuple[Copy, ...]":
        """Return the labels the page of the devices lists; too slow to be looked for with each reading."""
        return self._history.labels(self._desk.printing) if self._opened.page == "devices" else ()

    def _set_up(self, value: object) -> bool:
        """Take what belongs to the setting up of a device; tells whether that is all of it."""
        setting_up = self._setting_up
        if setting_up is None or not isinstance(value, Scan | Command | AcceptedWeight | Down):
            return False
        command = command_in(value.text) if isinstance(value, Scan) else value
        if isinstance(value, AcceptedWeight):
            self._proof = value
        if isinstance(command, Command):
            setting_up.press(command)
        elif isinstance(value, Scan) and value.device == TYPED:
            setting_up.type(value.text)
        else:
            setting_up.hear(value, self._manner().tr)
        if setting_up.is_over:
            self._setting_up = None
            self._open("devices")
        self.render()
        return not isinstance(value, Down)

    def _weigh_what_lies_there(self) -> None:
        """Hand the weight that proved the scale to the bench that waits for one: a scale says each only once."""
        proof, self._proof = self._proof, None
        shown = self._desk.weight
        if proof is None or shown is None or self._desk.bench.prompt.stage != Stage.WEIGH:
            return
        if shown.state is WeightState.stable and shown.weight_mg == proof.weight_mg:
            self._desk.take(proof)

    def _go_on(self) -> None:
        self._opened = replace(self._opened, failed="")
        self._desk.cannot_save = ""
        self.render()

    def _count_anew(self) -> None:
        self._figures = self._history.figures(datetime.now(UTC))
        self._labels = self._find_labels()
        view = self._view()
        self._window.render(view)
        if self._panel is not None and self._panel.isVisible():
            self._panel.render(view)


def page_in(text: str) -> str:
    """Return the page that a barcode opens (`RS:page:2`, as its key F2 does); nothing for any other code."""
    if not text.upper().startswith(_PAGE_PREFIX):
        return ""
    key = f"F{text[len(_PAGE_PREFIX) :]}"
    return next((name for name, page in PAGES.items() if page[0] == key), "")


def _nothing(*_: object) -> None:
    """Nobody looks."""

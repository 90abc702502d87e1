"""Runs the screen: the application, its window, the door for the devices, and the end of it all in the right order."""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication

from devices.cameras.controls import Control
from devices.scanners.layouts import LAYOUTS
from devices.scanners.wedge import WedgeSettings
from devices.simulators.bench import SimulatedBench
from devices.worker import Worker
from resources.words import SOURCE_LANGUAGE, Own, Translator, languages, mark, none_of_its_own
from station.outcome import Tone
from station.sample import SampleParcel
from station.settings import KeyboardSettings, ReadingSettings, Settings
from ui.inbox import Inbox
from ui.pages.settings import SettingsPage
from ui.pages.trouble import ENTER, ESCAPE, TroublePage, cannot_open_words
from ui.photos import Decoder
from ui.screen import Manner
from ui.searching import Finder
from ui.session import Session
from ui.setting_up import Bench
from ui.simulator import SimulatorPanel
from ui.sound import Sounds
from ui.theme import THEMES, Theme, font, stylesheet
from ui.view import SIMULATOR
from ui.wedge import WedgeFilter
from ui.window import Window

if TYPE_CHECKING:
    from station.desk import Desk
    from station.errors import JournalError
    from station.history import History

_TONE_MS = 900
# Qt would keep 10 MiB of pictures it has drawn; a bench shows a photo for a minute and never again.
_PICTURES_KEPT_KIB = 2048
_INTERRUPTED = 130
SALVAGE = mark("Save the unsent facts")
CLOSE = mark("Close")


def _nothing() -> None:
    """Nobody helps from elsewhere."""


def _nobody_shoots(_wanted: bool) -> None:
    """There is no bench yet, or no longer."""


def _nobody_reads(_wanted: ReadingSettings) -> None:
    """There is no bench yet, or no longer."""


class Station(Protocol):
    """What the screen needs of an open station."""

    desk: "Desk"
    history: "History"
    workers: dict[str, Worker]
    settings: Settings

    def controls(self) -> dict[str, tuple[Control, ...]]:
        """Return how the controls of each camera stand."""

    def advice(self) -> tuple[str, ...]:
        """Return what the printer says will be wanted soon."""

    def use(self, settings: Settings) -> None:
        """Put the devices of these settings in the places of those that are set otherwise."""


class App:
    """The application. Make it first: `post` is the door that a station's devices are opened with.

    `save` keeps changed settings. `run` may be called again with another station, for training and back: the window
    stays. `training_wanted` tells after a run which of the two comes next; None when the window was closed.
    `renewal_wanted` tells that the same one is to be opened again, with its journal begun anew.
    """

    def __init__(self, settings: Settings, save: Callable[[Settings], None] = lambda settings: None) -> None:
        present = QApplication.instance()
        self.qt = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
        self.training_wanted: bool | None = None
        self.renewal_wanted = self._renewed = False
        self._settings, self._save = settings, save
        self._let_shoot: Callable[[bool], None] = _nobody_shoots
        self._let_read: Callable[[ReadingSettings], None] = _nobody_reads
        language = settings.language if settings.language in languages() else SOURCE_LANGUAGE
        self._own: Own = none_of_its_own
        self._tr = Translator(language, self._say_own)
        QPixmapCache.setCacheLimit(_PICTURES_KEPT_KIB)
        self._inbox, self._sounds = Inbox(), Sounds()
        self._wedge = WedgeFilter(self.post, _wedge_settings(settings.keyboard))
        self._dress()
        self._settings_page = SettingsPage(languages())
        self._settings_page.changed.connect(self._change)
        self._settings_page.training_wanted.connect(self._train)
        self._settings_page.sound_tried.connect(self._try_sounds)
        self.window = Window(self._settings_page)

    def post(self, value: object) -> None:
        """Bring a reading to the screen's thread, from any thread."""
        self._inbox.post(value)

    def run(
        self,
        station: Station,
        simulated: SimulatedBench | None = None,
        next_step: Callable[[SampleParcel], None] | None = None,
        usable: Callable[[], None] | None = None,
        support: Callable[[], None] = _nothing,
    ) -> int:
        """Show a station until the window is closed, or training begins or ends; return the exit code.

        `usable` is called once, when the first picture of the bench is on the screen. `next_step` does the one thing
        the bench asks for with a sample parcel, in a demonstration. `support` begins to write a support bundle and
        posts `SupportWritten` when it is done.
        """
        self.training_wanted, self.renewal_wanted = None, False
        panel = SimulatorPanel(simulated, next_step) if simulated is not None else None
        decoder, finder = Decoder(self.post), self._finder(station)
        session = Session(
            desk=station.desk,
            history=station.history,
            workers=station.workers,
            window=self.window,
            panel=panel,
            manner=self._manner,
            play=self._play,
            bench=self._bench(station),
            support=support,
            decode=decoder.want,
            find=finder.want,
        )
        self._own, self._let_shoot = station.desk.bench.known.said, station.desk.let_shoot
        self._let_shoot(self._settings.auto_shutter)
        self._let_read = lambda reading: station.use(msgspec.structs.replace(station.settings, reading=reading))
        self._settings_page.changed.connect(session.render)
        hook, sys.excepthook = sys.excepthook, self._hook(session)
        self.qt.installEventFilter(self._wedge)
        try:
            self._begin(session, panel, usable)
            return int(self.qt.exec())
        finally:
            for each in (self._inbox, decoder, finder):
                each.close()
            self.qt.removeEventFilter(self._wedge)
            sys.excepthook = hook
            self._let_shoot, self._let_read, self._own = _nobody_shoots, _nobody_reads, none_of_its_own
            session.end()
            self._settings_page.changed.disconnect(session.render)
            session.deleteLater()
            if panel is not None:
                self.window.put_away(panel)
                panel.deleteLater()

    def close(self) -> None:
        """Close the window and fall silent; the last thing, after every device has been stopped."""
        self._sounds.close()
        self.window.close()

    def show_cannot_open(self, error: "JournalError", salvage: Callable[[], str] | None = None) -> int:
        """Say that the journal cannot be opened; offer to save unsent facts where that may help; return 1.

        `salvage` returns a sentence (an English message id) that says what came of it.
        """
        page, theme = TroublePage(), self._theme
        title, what, detail = cannot_open_words(self._tr, error.code, str(error))
        waiting = salvage if error.code == "damaged" else None
        close = (ESCAPE, self._tr.gettext(CLOSE))
        first = close if waiting is None else (ENTER, self._tr.gettext(SALVAGE))

        def choose() -> None:
            nonlocal waiting
            if waiting is None:
                page.close()
                return
            said, waiting = self._tr.gettext(waiting()), None
            page.show_trouble(theme, (title, said, detail), close)

        page.chosen.connect(choose)
        page.setWindowTitle(title)
        page.show_trouble(theme, (title, what, detail), first)
        page.setMinimumSize(1024, 640)
        page.show()
        self.qt.exec()
        return 1

    def _finder(self, station: Station) -> Finder:
        known, history = station.desk.bench.known, station.history
        return Finder(self.post, lambda text, badges: history.seek(text, known.recognise, badges))

    def _begin(self, session: Session, panel: SimulatorPanel | None, usable: Callable[[], None] | None) -> None:
        if usable is not None and self.window.isVisible():
            QTimer.singleShot(0, usable)
        elif usable is not None:
            self.window.shown_first(usable)
        session.broken.connect(lambda: self.qt.exit(1))
        session.forked.connect(self._renew)
        session.begin()
        room = self.qt.primaryScreen().availableGeometry()
        if not self.window.isVisible():
            self.window.setGeometry(room)
            self.window.showMaximized()
            self.window.show()
        # On a small screen the bench comes first: the simulator is a key away.
        if panel is not None and self.window.has_room_for(panel):
            self.window.page_wanted.emit(SIMULATOR)
        self.window.activateWindow()
        self._inbox.open(session.take)

    def _hook(self, session: Session) -> Callable[..., None]:
        """Return what is done with an error nobody caught: shown, but for the Ctrl+C of who started the program."""

        def failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if issubclass(kind, KeyboardInterrupt):
                self.qt.exit(_INTERRUPTED)
            else:
                session.fail(kind, error, trace)

        return failed

    def _manner(self) -> Manner:
        now = datetime.now().astimezone().strftime("%H:%M")
        return Manner(self._tr, self._settings, now, self._sounds.trouble, time.monotonic())

    def _bench(self, station: Station) -> Bench:
        """Return what setting up a device may do to a station and to what this application keeps of it."""

        def use(settings: Settings) -> None:
            wedge = WedgeFilter(self.post, _wedge_settings(settings.keyboard))
            station.use(settings)
            self.qt.removeEventFilter(self._wedge)
            self._wedge = wedge
            self.qt.installEventFilter(wedge)

        desk = station.desk
        return Bench(
            lambda: station.settings, use, self._keep, desk.print_test, desk.watch, station.controls, station.advice
        )

    def _keep(self, settings: Settings) -> None:
        """Keep the devices of these settings for the next start."""
        fields = ("keyboard", "scanners", "scale", "cameras", "printer")
        self._settings = msgspec.structs.replace(self._settings, **{each: getattr(settings, each) for each in fields})
        self._save(self._settings)

    def _say_own(self, language: str, sentence: str) -> str:
        """Say a sentence of the rules of the station that is shown; there may be none yet."""
        return self._own(language, sentence)

    def _play(self, tone: Tone) -> None:
        if self._settings.sound:
            self._sounds.play(tone)

    def _change(self, name: str, value: object) -> None:
        """Change one setting of the screen, now and for the next start."""
        self._settings = msgspec.structs.replace(self._settings, **{name: value})
        self._tr = Translator(self._settings.language, self._say_own)
        self._save(self._settings)
        self._let_shoot(self._settings.auto_shutter)
        if name == "reading":
            self._let_read(self._settings.reading)
        self._dress()

    def _try_sounds(self) -> None:
        """Sound the tones one after the other."""
        for place, tone in enumerate(Tone):
            QTimer.singleShot(place * _TONE_MS, lambda tone=tone: self._sounds.play(tone))

    def _train(self, wanted: bool) -> None:
        self.training_wanted = wanted
        # quit() would close the window as well.
        self.qt.exit(0)

    def _renew(self) -> None:
        """Once only: where that does not help, a person is asked to start the station again, and sees what is wrong."""
        if not self._renewed:
            self._renewed = self.renewal_wanted = True
            self.qt.exit(0)

    @property
    def _theme(self) -> Theme:
        return THEMES["dark" if self._settings.theme == "dark" else "light"]

    def _dress(self) -> None:
        sheet = stylesheet(self._theme)
        if self.qt.styleSheet() != sheet:
            self.qt.setFont(font())
            self.qt.setStyleSheet(sheet)


def _wedge_settings(keyboard: KeyboardSettings) -> WedgeSettings:
    return WedgeSettings(LAYOUTS[keyboard.layout], keyboard.prefix or None)

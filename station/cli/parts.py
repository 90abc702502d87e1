"""Builds the parts of one station from its settings and ties them together; closes them in the right order."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devices.cameras.stream import Camera, CameraSettings
from devices.printers.tcp import TcpPrinter
from devices.scales.models import MODELS
from devices.scales.models import session as scale_session
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.worker import Session, Worker
from resources.words import SOURCE_LANGUAGE, Translator, languages
from station.bench import Bench
from station.cli.equipment import Equipment
from station.desk import Desk
from station.history import History
from station.journal import Journal
from station.local_copy import LocalCopy
from station.lookups import Lookups, read_rules
from station.photos import PhotoStore
from station.settings import Settings
from station.state import State
from sync.client import Client
from sync.courier import Courier

_log = logging.getLogger(__name__)

JOURNAL_FILE = "station.sqlite"
COPY_FILE = "expected.sqlite"
PHOTOS_FOLDER = "photos"
TRAINING_FOLDER = "training"

Post = Callable[[object], None]


class Station:
    """One assembled station: its desk, the workers of its devices, its past, and the courier to central."""

    def __init__(
        self, settings: Settings, desk: Desk, workers: dict[str, Worker], history: History, courier: Courier | None
    ) -> None:
        self.settings = settings
        self.desk = desk
        self.workers = workers
        self.history = history
        self._courier = courier

    def begin(self) -> None:
        """Let the devices and the courier work. Until then the station can be shown, and used by keyboard."""
        for worker in self.workers.values():
            worker.start()
        if self._courier is not None:
            self._courier.start()
        # A station that stopped at a photo goes on there, with a live picture.
        self.desk.watch(False)


@contextmanager
def open_station(folder: Path, settings: Settings, post: Post, training: bool = False) -> Iterator[Station]:
    """Open a station in its folder and close it again; `post` brings what devices say to the desk's thread.

    Raises JournalError when the journal cannot be used, with nothing opened. In training there is no courier:
    what is practised never leaves this computer.
    """
    with ExitStack() as stack:
        home = folder / TRAINING_FOLDER if training else folder
        journal = stack.enter_context(Journal.open(home / JOURNAL_FILE, settings.station))
        copy = LocalCopy.open(folder / COPY_FILE)
        stack.callback(copy.close)
        history = History(journal)
        store = PhotoStore(home / PHOTOS_FOLDER)
        sessions = sessions_of(settings)
        equipment = Equipment(post, store, _printer(sessions), _camera(sessions), history.fingerprints())
        stack.callback(equipment.close)
        courier = _courier(folder, settings, post) if not training else None
        if courier is not None:
            stack.callback(courier.stop)
        wake = courier.wake if courier is not None else _nobody
        known = Lookups(read_rules(), copy, history)
        bench = Bench(journal, known, State(settings.station, settings.bench), training, wake)
        desk = Desk(bench, equipment, store.path, settings.printer.dpi, _words(settings).gettext)
        workers = {name: Worker(name, session, post) for name, session in sessions.items()}
        for worker in workers.values():
            stack.callback(worker.stop)
        yield Station(settings, desk, workers, history, courier)


def _words(settings: Settings) -> Translator:
    """Return the sentences in the bench's language, or in English when there is no such language."""
    return Translator(settings.language if settings.language in languages() else SOURCE_LANGUAGE)


def _nobody() -> None:
    """Wake nobody: there is no courier."""


def _courier(folder: Path, settings: Settings, post: Post) -> Courier | None:
    central = settings.central
    if not central.url:
        return None
    token = Path(central.token_file).read_text(encoding="utf-8").strip()
    client = Client(central.url, settings.station, token)
    photos = PhotoStore(folder / PHOTOS_FOLDER)
    return Courier(client, central.site, folder / JOURNAL_FILE, folder / COPY_FILE, photos, post)


def sessions_of(settings: Settings) -> dict[str, Session]:
    """Return a session for each device that the settings name; nothing else is ever opened."""
    sessions: dict[str, Session] = {}
    if settings.scanner.port:
        sessions["scanner"] = SerialScanner("scanner", LineSettings(settings.scanner.port, settings.scanner.baud))
    if settings.scale.port:
        model, scale = MODELS["mt-sics"], settings.scale
        sessions["scale"] = scale_session(model, "scale", scale.port, baud=scale.baud)
    if settings.camera.source:
        sessions["camera"] = Camera("camera", CameraSettings(settings.camera.source))
    if settings.printer.host:
        sessions["printer"] = TcpPrinter("printer", settings.printer.host, settings.printer.port)
    return sessions


def _printer(sessions: dict[str, Session]) -> TcpPrinter | None:
    found = sessions.get("printer")
    return found if isinstance(found, TcpPrinter) else None


def _camera(sessions: dict[str, Session]) -> Camera | None:
    found = sessions.get("camera")
    return found if isinstance(found, Camera) else None

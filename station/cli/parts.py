"""Builds the parts of one station from its settings and ties them together; closes them in the right order."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from devices.cameras import stream as cameras
from devices.cameras.codes import CodeSettings
from devices.cameras.controls import Control
from devices.cameras.stream import Camera
from devices.hotplug import Hotplug
from devices.printers import models as printers
from devices.printers.models import LabelPrinter
from devices.printers.queue import QueuePrinter
from devices.printers.tcp import TcpPrinter
from devices.scales import models as scales
from devices.scanners import models as scanners
from devices.scanners.duplicates import DuplicateWindow
from devices.worker import BACKOFF_S, NETWORK_BACKOFF_S, Record, Session, Worker
from grading import text
from resources.words import SOURCE_LANGUAGE, Translator, languages
from station.article_pictures import ArticlePictures
from station.bench import Bench
from station.calibration.past import TRAINING_FOLDER, Past
from station.cli import unusual
from station.cli.equipment import Equipment
from station.codes import is_of_a_parcel
from station.comparing import Comparing
from station.delivered_pictures import DeliveredPictures
from station.desk import Desk
from station.disk_room import is_short, room
from station.history import History
from station.journal import Journal
from station.labels import load
from station.local_copy import LocalCopy
from station.lookups import Lookups
from station.photo_index import PhotoIndex
from station.photos import PhotoStore
from station.references import FOLDER, AnswerPictures
from station.retention import Keep
from station.rules import read_rules
from station.settings import (
    PRINTER,
    CameraSettings,
    DeviceSettings,
    PrinterSettings,
    ScaleSettings,
    ScannerSettings,
    Settings,
    SettingsError,
)
from station.state import State
from sync.client import Client
from sync.courier import Courier
from sync.identity import Identity

_log = logging.getLogger(__name__)

JOURNAL_FILE = "station.sqlite"
COPY_FILE = "expected.sqlite"
PHOTOS_FOLDER = "photos"
REFERENCES_FOLDER = "references"

Post = Callable[[object], None]


class Station:
    """One assembled station: its desk, the workers of its devices, its past, and the courier to central."""

    def __init__(
        self,
        desk: Desk,
        equipment: Equipment,
        history: History,
        courier: Courier | None,
        post: Post,
        record: Record | None,
    ) -> None:
        self.settings = Settings()
        self.desk = desk
        self.workers: dict[str, Worker] = {}
        self.history = history
        self.equipment = equipment
        self._courier = courier
        self._post, self._record = post, record
        self._sessions: dict[str, Session] = {}
        self._hotplug: Hotplug | None = None

    def begin(self) -> None:
        """Let the devices and the courier work. Until then the station can be shown, and used by keyboard."""
        for worker in self.workers.values():
            worker.start()
        self._watch_plugs()
        if self._courier is not None:
            self._courier.start()
        # A station that stopped at a photo goes on there, with a live picture.
        self.desk.watch(None)

    def use(self, settings: Settings) -> None:
        """Put the devices of these settings in the places of those that are set otherwise; all others go on.

        Raises SettingsError, with nothing changed, when one of them cannot be what the settings say.
        """
        wanted, present = settings.devices, self.settings.devices
        changed = {name for name in {*wanted, *present} if wanted.get(name) != present.get(name)}
        fresh = {name: session_of(name, each) for name, each in wanted.items() if name in changed}
        for name in changed & self.workers.keys():
            self.workers.pop(name).stop()
            self.desk.forget(name)
            for reading in _left_by(self._sessions[name]):
                self._post(reading)
        kept = {**self._sessions, **fresh}
        self._sessions = {name: kept[name] for name in wanted}
        for name, session in fresh.items():
            pause_s = BACKOFF_S if plug_of(wanted[name]).startswith("/") else NETWORK_BACKOFF_S
            self.workers[name] = Worker(name, session, self._post, pause_s, self._record)
            if self._hotplug is not None:
                self.workers[name].start()
        for name in wanted:  # in the order of the settings, which is that of the lamps
            self.workers[name] = self.workers.pop(name)
        self.settings = settings
        self.equipment.use(*_used(self._sessions, settings))
        self.equipment.mat_scale = settings.mat.scale
        self.equipment.reads_text = settings.reading.text and text.is_available()
        self.desk.dpi, self.desk.stock = settings.printer.dpi, settings.printer.stock
        self.desk.layout = settings.keyboard.layout
        self.desk.duplicates = DuplicateWindow(of={each.name: each.repeat_s for each in settings.scanners})
        if self._hotplug is not None:
            self._watch_plugs()

    def advice(self) -> tuple[str, ...]:
        """Return what the printer says will be wanted soon, as codes of `station.words.ADVICE_WORDS`."""
        printer = self._sessions.get(PRINTER)
        return tuple(map(str, printer.advice)) if isinstance(printer, TcpPrinter) else ()

    def controls(self) -> dict[str, tuple[Control, ...]]:
        """Return the controls of each camera, as they stand now."""
        return {name: each.controls for name, each in self._sessions.items() if isinstance(each, Camera)}

    def stop_devices(self) -> None:
        """Stop every device and wait for its thread."""
        if self._hotplug is not None:
            self._hotplug.stop()
        for worker in self.workers.values():
            worker.stop()

    def _watch_plugs(self) -> None:
        """Wake a driver as soon as its device is plugged in."""
        if self._hotplug is not None:
            self._hotplug.stop()
        present = self.settings.devices
        self._hotplug = Hotplug([(plug_of(present[name]), worker.nudge) for name, worker in self.workers.items()])
        self._hotplug.start()


@contextmanager
def open_station(
    folder: Path, settings: Settings, post: Post, training: bool = False, record: Record | None = None
) -> Iterator[Station]:
    """Open a station in its folder and close it again; `post` brings what devices say to the desk's thread.

    `record` is given every byte of every device.

    Raises JournalError when the journal cannot be used, with nothing opened. In training there is no courier:
    what is practised never leaves this computer.
    """
    with ExitStack() as stack:
        home = folder / TRAINING_FOLDER if training else folder
        journal = stack.enter_context(Journal.open(home / JOURNAL_FILE, settings.station))
        copy = LocalCopy.open(folder / COPY_FILE)
        stack.callback(copy.close)
        history = History(journal)
        store = PhotoStore(home / PHOTOS_FOLDER, has_room=lambda where: not is_short(*room(where)))
        rules = read_rules()
        index = PhotoIndex(home / PHOTOS_FOLDER)
        references = PhotoStore(folder / REFERENCES_FOLDER)
        told = ArticlePictures(folder / COPY_FILE, references)
        comparing = Comparing(index, store, journal.path, settings.station, settings.hints, told, unusual.look)
        equipment = Equipment(post, store, comparing, partial(is_of_a_parcel, patterns=rules.patterns), journal.path)
        stack.callback(equipment.close)
        courier = _courier(folder, settings, post) if not training else None
        if courier is not None:
            stack.callback(courier.stop)
        wake = courier.wake if courier is not None else _nobody
        past = Past(folder / JOURNAL_FILE, PhotoStore(folder / PHOTOS_FOLDER)) if training else None
        beside = AnswerPictures(folder / FOLDER, DeliveredPictures(copy.kept, references).of, references)
        known = Lookups(rules, copy, history, beside, past)
        bench = Bench(journal, known, State(settings.station, settings.bench), training, wake)
        desk = Desk(
            bench,
            equipment,
            partial(_picture, (store, PhotoStore(folder / PHOTOS_FOLDER)), told),
            settings.printer.dpi,
            _words(settings).gettext,
        )
        desk.retry_sync = courier.retry if courier is not None else _nobody
        station = Station(desk, equipment, history, courier, post, record)
        stack.callback(station.stop_devices)
        station.use(settings)
        yield station


def _words(settings: Settings) -> Translator:
    """Return the sentences in the bench's language, or in English when there is no such language."""
    return Translator(settings.language if settings.language in languages() else SOURCE_LANGUAGE)


def _picture(stores: tuple[PhotoStore, ...], told: ArticlePictures, sha256: str) -> Path:
    """Return where a photo of the bench lies, in training one of the past too, or a picture of central's."""
    own = next((path for path in (each.path(sha256) for each in stores) if path.is_file()), stores[0].path(sha256))
    return told.path(sha256) if told.has(sha256) and not own.is_file() else own


def _nobody() -> None:
    """Wake nobody: there is no courier."""


def _courier(folder: Path, settings: Settings, post: Post) -> Courier | None:
    central = settings.central
    if not central.url:
        return None
    identity = Identity(Path(central.token_file))
    client = Client(central.url, settings.station, identity.token, identity, central.ca_file)
    photos = PhotoStore(folder / PHOTOS_FOLDER)
    references = PhotoStore(folder / REFERENCES_FOLDER)
    files = (folder / JOURNAL_FILE, folder / COPY_FILE, photos, references)
    keep = Keep(settings.facts.keep_days)
    days = settings.photos.keep_days
    return Courier(client, central.site, *files, post, keep_photos_days=days, keep_facts=keep)


def sessions_of(settings: Settings) -> dict[str, Session]:
    """Return a session for each device that the settings name; nothing else is ever opened."""
    return {name: session_of(name, each) for name, each in settings.devices.items()}


def session_of(name: str, settings: DeviceSettings) -> Session:
    """Return the session of one device; raises SettingsError when there is no such model or connection."""
    try:
        match settings:
            case ScannerSettings():
                baud, layout = settings.baud, settings.layout
                return scanners.session(settings.connection, name, settings.port, baud=baud, layout=layout)
            case ScaleSettings():
                model = scales.named(settings.model)
                line = (settings.baud, settings.data_bits, settings.parity, settings.stop_bits)
                return scales.session(model, name, settings.port, settings.dialect, *line)
            case CameraSettings():
                codes = CodeSettings() if settings.reads_codes else None
                return Camera(name, cameras.CameraSettings(settings.source, controls=settings.controls, codes=codes))
            case PrinterSettings(connection=connection, host=host, port=port, queue=queue):
                # A label that does not fit its stock would be refused only when somebody waits for it.
                load("plate", settings.stock)
                return printers.session(connection, name, host=host, port=port, queue=queue)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error


def plug_of(settings: DeviceSettings) -> str:
    """Return the path, or pattern of paths, at which a device appears; what is on the network appears at none."""
    match settings:
        case ScannerSettings(port=port) | ScaleSettings(port=port) | CameraSettings(source=port):
            return "/dev/hidraw*" if port.startswith("hid:") else port
    return ""


def _left_by(session: Session) -> tuple[object, ...]:
    """Return what became of the labels and stills that a device which is replaced still owed."""
    return session.leave() if isinstance(session, TcpPrinter | QueuePrinter | Camera) else ()


def _used(
    sessions: dict[str, Session], settings: Settings
) -> tuple[LabelPrinter | None, dict[str, Camera], dict[str, str]]:
    """Return the printer and the cameras among the sessions, and the camera of each shot that has one."""
    pictures = {name: each for name, each in sessions.items() if isinstance(each, Camera)}
    shots = {shot: each.name for each in settings.cameras if each.name in pictures for shot in each.shots}
    return cast("LabelPrinter | None", sessions.get(PRINTER)), pictures, shots

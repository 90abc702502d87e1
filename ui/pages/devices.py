"""The devices of the bench, live: what each says now, what to do about a fault, and its last raw frames."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from devices.cameras.controls import Control
from devices.worker import RawFrame
from resources.words import Translator, mark
from station.settings import PRINTER
from station.weights import weight_words
from station.words import ADVICE_WORDS
from ui import sync_words, wording
from ui.parts.buttons import aside
from ui.parts.card import Card
from ui.parts.lamp_line import LampLine
from ui.parts.preview import Preview
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text
from ui.theme import S4, S12, S16
from ui.view import View

if TYPE_CHECKING:
    from station.print_ledger import Copy

RAW_SHOWN = 4
LABELS_SHOWN = 4


class DevicesPage(QWidget):
    """A card for each device, and the live picture.

    `setup_wanted` says that a device shall be set up, `support_wanted` that someone who helps needs a support bundle,
    `retry_wanted` that what failed with central is to be tried now.
    """

    setup_wanted = Signal()
    support_wanted = Signal()
    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title = Text("prompt")
        self._devices = Rows(DeviceCard, S12)
        self._labels_title, self._labels = Text("head"), Rows(Text, S4)
        self._setup = aside()
        self._setup.clicked.connect(self.setup_wanted)
        self._support, self._told = aside(), Text("small", quiet=True)
        self._support.clicked.connect(self.support_wanted)
        self._retry, self._version = aside(), ""
        self._retry.clicked.connect(self.retry_wanted)
        self._preview_title, self._preview = Text("head"), Preview()
        self._proved, self._hint = Text("head"), Text("body", quiet=True)
        self._scroll = Scroll()
        self._scroll.column.addWidget(self._devices)
        self._scroll.column.addStretch(1)
        side = Card()
        side.column.addWidget(self._preview_title)
        side.column.addWidget(self._preview, 1)
        for widget in (
            self._labels_title,
            self._labels,
            self._proved,
            self._hint,
            self._setup,
            self._retry,
            self._support,
            self._told,
        ):
            side.column.addWidget(widget)
        columns = QHBoxLayout()
        columns.setSpacing(S12)
        for panel, share in ((self._scroll, 55), (side, 45)):
            panel.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            columns.addWidget(panel, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        column.addWidget(self._title)
        column.addLayout(columns, 1)

    def press(self, key: str) -> bool:
        """Press the button with this key; tells whether there is one."""
        button = {"S": self._setup, "R": self._retry, "B": self._support}.get(key.upper())
        if button is None or button.isHidden():
            return False
        button.click()
        return True

    def render(self, view: View) -> None:
        """Show the devices of a view."""
        tr = view.tr
        self._version = self._version or version("returns-station")
        self._scroll.setAccessibleName(tr.gettext(mark("Devices")))
        self._title.show_text(tr.gettext(mark("Devices")))
        self._preview_title.show_text(tr.gettext(mark("Live picture")))
        self._preview.render(view)
        self._proved.show_text(tr.format(mark("Scanned: {code}"), code=view.proved) if view.proved else "")
        self._hint.show_text(tr.gettext(mark("To prove a device: scan any code, put something on the scale.")))
        shown = view.labels[:LABELS_SHOWN]
        self._labels_title.show_text(tr.gettext(mark("Labels without proof")) if shown else "")
        for row, copy in zip(self._labels.show_rows(len(shown)), shown, strict=True):
            row.show_text(_label(copy, view))
        self._setup.show_button("S", tr.gettext(mark("Set up a device")))
        self._setup.setVisible(view.may_set_up)
        self._retry.show_button("R", tr.gettext(mark("Try central again now")))
        self._retry.setVisible(not view.training)
        self._support.show_button("B", tr.gettext(mark("Write a support bundle")))
        self._told.show_text(view.told)
        for card, lamp in zip(self._devices.show_rows(len(view.lamps)), view.lamps, strict=True):
            card.lamp.render(lamp, view)
            card.render_live(lamp.device, view)
            card.render_sync(sync_words.all_of_it(view, self._version) if lamp.device == "sync" else ())


class DeviceCard(Card):
    """One device: its lamp, its live reading, its last `shown` raw frames."""

    def __init__(self, shown: int = RAW_SHOWN) -> None:
        super().__init__()
        self._shown = shown
        self.lamp = LampLine()
        self._live, self._controls, self._advice = Text("head"), Text("small", quiet=True), Text("small")
        self._raw, self._sync = Rows(_RawLine, S4), Rows(_SyncLine, S4)
        for widget in (self.lamp, self._live, self._advice, self._controls, self._sync, self._raw):
            self.column.addWidget(widget)

    def render_live(self, device: str, view: View) -> None:
        self._live.show_text(_live(device, view))
        advice = view.advice if device == PRINTER else ()
        self._advice.show_text(" ".join(wording.word(view.tr, ADVICE_WORDS, each) for each in advice))
        self._controls.show_text(" · ".join(_control(each, view) for each in view.controls.get(device, ())))
        frames = view.raw.get(device, ())[-self._shown :]
        newest = frames[-1].at if frames else 0.0
        for row, frame in zip(self._raw.show_rows(len(frames)), reversed(frames), strict=True):
            row.render(view.tr, frame, newest)

    def render_sync(self, lines: Iterable[str]) -> None:
        """Show sentences about the sync; none on the card of a device."""
        said = list(lines)
        for row, line in zip(self._sync.show_rows(len(said)), said, strict=True):
            row.show_text(line)


class _SyncLine(Text):
    """One sentence about the sync."""

    def __init__(self) -> None:
        super().__init__("small")


class _RawLine(QWidget):
    """One raw frame: how long before the newest, and its bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._age, self._bytes = Text("small", quiet=True, wrap=False), Text("small", quiet=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.addWidget(self._age, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._bytes, 0, 1)
        grid.setColumnMinimumWidth(0, 72)
        grid.setColumnStretch(1, 1)

    def render(self, tr: Translator, frame: RawFrame, newest: float) -> None:
        self._age.show_text(f"−{tr.figure(f'{newest - frame.at:.1f}')} s")
        self._bytes.show_text(repr(frame.raw[:64])[2:-1])


def _label(copy: "Copy", view: View) -> str:
    """Return where a label is, and why it does not come."""
    where = f"{copy.plate}: {wording.word(view.tr, wording.LABELS, copy.stage)}"
    return f"{where} ({wording.word(view.tr, wording.FAULTS, copy.why)})" if copy.why else where


def _control(control: Control, view: View) -> str:
    """Return how one control of a camera stands, with the value it read back."""
    name = wording.word(view.tr, wording.CONTROLS, control.name)
    state = wording.word(view.tr, wording.CONTROL_STATES, control.state)
    return f"{name} {state}" if control.value is None else f"{name} {state} ({control.value:g})"


def _live(device: str, view: View) -> str:
    """Return the reading a device proves itself with."""
    if device == "scale" and view.weight is not None:
        state = wording.word(view.tr, wording.WEIGHTS, str(view.weight.state))
        figure = view.weight.weight_mg
        return state if figure is None else f"{weight_words(view.tr, figure)} · {state}"
    return ""

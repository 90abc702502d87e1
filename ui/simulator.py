"""The hands of a demonstration: buttons that do to the simulated devices what a person does to real ones."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from devices.simulators.bench import SimulatedBench
from devices.simulators.process import SimulatorError
from resources.words import mark
from station import preview, sample
from station.outcome import Notice, Tone
from station.sample import SampleItem, SampleParcel, bins
from station.steps.place import right_bins, takes
from ui.parts.buttons import KeyButton, aside
from ui.parts.scroll import Scroll
from ui.parts.text import Text, short
from ui.theme import S8, S12
from ui.view import View

_log = logging.getLogger(__name__)
_DEVICES = (
    ("scanner", mark("Scanner")),
    ("scale", mark("Scale")),
    ("camera", mark("Camera")),
    ("printer", mark("Printer")),
)
_WIDTH, _LEAST_HEIGHT = 420, 480
# As much as the smallest bench screen has beside the bench at its least; there the buttons stand under each other.
_LEAST_WIDTH, _ONE_COLUMN = 256, 360
# The scroll bar, and what a label has around it.
_BAR = 40

Deed = Callable[[], None]


class SimulatorPanel(QWidget):
    """Stands beside the bench, and never takes the keyboard from it: a wedge types into what has the focus.

    `next_step` does the one thing the bench asks for, with the chosen parcel.
    """

    def __init__(self, devices: SimulatedBench, next_step: Callable[[SampleParcel], None] | None) -> None:
        super().__init__()
        self.setObjectName("page")
        # The bench closed is the end, whatever else is open.
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self._devices = devices
        self._next_step = next_step
        self._parcels = sample.parcels()
        self._view: View | None = None
        self._notice: Notice | None = None
        self._buttons: list[tuple[KeyButton, str]] = []
        self._grids: list[tuple[QGridLayout, int, list[KeyButton]]] = []
        self._titles: list[tuple[Text, str]] = []
        self._says, self._item_says, self._error = Text("small", quiet=True), Text("small", quiet=True), Text("small")
        self._error.setProperty("lamp", "down")
        self._parcel, self._item = QComboBox(), QComboBox()
        for choice in (self._parcel, self._item):
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(12)
            choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._label, self._printed, self._drawn = QLabel(), Path(), QPixmap()
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        for parcel in self._parcels:
            self._parcel.addItem(parcel.key)
        self._parcel.currentIndexChanged.connect(self._choose)
        self._item.currentIndexChanged.connect(self._choose_item)
        self._choose()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_LEAST_WIDTH, _LEAST_HEIGHT)
        self._place_buttons()

    def render(self, view: View) -> None:
        """Show the words of a view, and the last label that came out."""
        self._view = view
        tr = view.tr
        self.setWindowTitle(tr.gettext(mark("Simulated devices")))
        for button, words in self._buttons:
            button.show_button("", tr.gettext(words))
        for title, words in self._titles:
            title.show_text(tr.gettext(words))
        self._parcel.setAccessibleName(tr.gettext(mark("Sample parcel")))
        self._item.setAccessibleName(tr.gettext(mark("Item of the parcel")))
        self._label.setAccessibleName(tr.gettext(mark("The last label")))
        if view.notice is not self._notice:
            self._notice = view.notice
            if view.notice is not None and view.notice.tone is Tone.FINISHED:
                self._parcel.setCurrentIndex((self._parcel.currentIndex() + 1) % len(self._parcels))
        labels = self._devices.printer.labels()
        if labels and labels[-1] != self._printed:
            self._printed = labels[-1]
            self._drawn = _picture(labels[-1].read_bytes(), view.settings.printer.dpi)
            self._show_label()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the buttons and the label out for the width there is."""
        super().resizeEvent(event)
        self._place_buttons()
        self._show_label()

    def sizeHint(self) -> QSize:
        """As wide as two buttons beside each other want it."""
        return QSize(_WIDTH, super().sizeHint().height())

    @property
    def error(self) -> str:
        """What the simulator said that did not obey; empty while all did."""
        return self._error.text()

    def _arrange(self) -> None:
        scroll = Scroll(S8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(S12, S12, S12, S12)
        outer.addWidget(scroll)
        column = scroll.column
        self._title(column, mark("Parcel"))
        for widget in (self._parcel, self._says):
            column.addWidget(widget)
        if self._next_step is not None:
            self._grid(column, ((mark("Do the next thing"), self._do_next),), 1)
        self._grid(
            column,
            (
                (mark("Scan this parcel"), self._scan_parcel),
                (mark("Put it on the scale"), self._weigh_parcel),
                (mark("Take it off"), self._devices.scale.remove),
                (mark("Wobble"), self._devices.scale.wobble),
            ),
        )
        self._title(column, mark("Item"))
        for widget in (self._item, self._item_says):
            column.addWidget(widget)
        self._grid(
            column,
            (
                (mark("Scan the product"), self._scan_item),
                (mark("Scan the serial number"), self._scan_serial),
                (mark("Put the item on the scale"), self._weigh_item),
                (mark("Lay it under the camera"), lambda: self._look("sharp")),
                (mark("Scan the plate back"), self._scan_plate),
                (mark("Scan the right bin"), lambda: self._scan_bin(True)),
                (mark("Scan a wrong bin"), lambda: self._scan_bin(False)),
                (mark("Sign in"), self._sign_in),
            ),
        )
        self._arrange_faults(column)
        column.addWidget(self._error)
        self._title(column, mark("The last label"))
        column.addWidget(self._label)
        column.addStretch(1)

    def _arrange_faults(self, column: QVBoxLayout) -> None:
        camera, printer = self._devices.camera, self._devices.printer
        self._title(column, mark("Camera"))
        self._grid(
            column,
            (
                (mark("Blurred"), lambda: self._look("blurred")),
                (mark("Dark"), lambda: self._look("dark")),
                (mark("Empty"), lambda: self._look("empty")),
                (mark("Freeze"), camera.freeze),
                (mark("No pictures"), camera.stall),
                (mark("Well again"), camera.thaw),
            ),
            3,
        )
        self._title(column, mark("Printer"))
        self._grid(
            column,
            (
                (mark("Media out"), printer.media_out),
                (mark("Refill"), printer.refill),
                (mark("Pause"), printer.pause),
                (mark("Resume"), printer.resume),
                (mark("Head open"), printer.head_open),
                (mark("Head closed"), printer.head_close),
            ),
            2,
        )
        self._title(column, mark("Garbage"))
        self._grid(
            column,
            (
                (mark("From the scanner"), self._devices.scanner.garbage),
                (mark("From the scale"), self._devices.scale.garbage),
            ),
        )
        for title, deed in ((mark("Unplug"), self._devices.unplug), (mark("Plug in"), self._devices.plug)):
            self._title(column, title)
            deeds = tuple((words, lambda name=name, deed=deed: deed(name)) for name, words in _DEVICES)
            self._grid(column, deeds)

    def _title(self, column: QVBoxLayout, words: str) -> None:
        title = Text("body", strong=True)
        self._titles.append((title, words))
        column.addWidget(title)

    def _grid(self, column: QVBoxLayout, deeds: tuple[tuple[str, Deed], ...], columns: int = 2) -> None:
        grid, buttons = QGridLayout(), []
        grid.setSpacing(S8)
        for words, deed in deeds:
            button = aside()
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, deed=deed: self._try(deed))
            self._buttons.append((button, words))
            buttons.append(button)
        self._grids.append((grid, columns, buttons))
        column.addLayout(grid)

    def _place_buttons(self) -> None:
        """Stand the buttons beside each other where there is room for their words."""
        narrow = self.width() < _ONE_COLUMN
        for grid, columns, buttons in self._grids:
            across = 1 if narrow else columns
            for place, button in enumerate(buttons):
                grid.removeWidget(button)
                grid.addWidget(button, place // across, place % across)
            for each in range(columns):
                grid.setColumnStretch(each, 1 if each < across else 0)

    def _show_label(self) -> None:
        if not self._drawn.isNull():
            wide = self.width() - 2 * S12 - _BAR
            self._label.setPixmap(self._drawn.scaledToWidth(wide, Qt.TransformationMode.SmoothTransformation))

    def _try(self, deed: Deed) -> None:
        """Do something to a simulator; one that does not answer says so here and nowhere else."""
        try:
            deed()
        except (SimulatorError, OSError) as error:
            _log.info("the simulator refused: %s", error)
            self._error.show_text(str(error))
        else:
            self._error.show_text("")

    def _choose(self) -> None:
        parcel = self._chosen()
        self._says.show_text(parcel.says)
        self._item.clear()
        for item in parcel.items:
            self._item.addItem(item.sku or short(item.code))

    def _choose_item(self) -> None:
        """Say below the box, which is narrow, what can be scanned of the item: it tells two alike apart."""
        item = self._chosen_item()
        self._item_says.show_text(" · ".join(part for part in (item.code, item.serial) if part) if item else "")

    def _chosen(self) -> SampleParcel:
        return self._parcels[max(0, self._parcel.currentIndex())]

    def _chosen_item(self) -> SampleItem | None:
        place = self._item.currentIndex()
        return self._chosen().items[place] if 0 <= place < len(self._chosen().items) else None

    def _do_next(self) -> None:
        if self._next_step is not None:
            self._next_step(self._chosen())

    def _sign_in(self) -> None:
        self._devices.scanner.scan(sample.people()[0].badge)

    def _scan_parcel(self) -> None:
        parcel = self._chosen()
        self._devices.scanner.scan(parcel.code, parcel.aim)

    def _weigh_parcel(self) -> None:
        self._devices.scale.place(self._chosen().weight_mg)

    def _scan_item(self) -> None:
        item = self._chosen_item()
        if item is not None and item.code:
            self._devices.scanner.scan(item.code, item.aim)

    def _scan_serial(self) -> None:
        item = self._chosen_item()
        if item is not None and item.serial:
            self._devices.scanner.scan(item.serial)

    def _weigh_item(self) -> None:
        item = self._chosen_item()
        if item is not None:
            self._devices.scale.place(item.weight_mg)

    def _look(self, look: str) -> None:
        item = self._view.state.item if self._view is not None else None
        category = item.identified.category if item is not None else "electronics"
        seed = 1 + len(item.photos) + self._view.state.items * 7 if item is not None and self._view is not None else 1
        self._devices.camera.scene(category, seed, look, mat=True)

    def _scan_plate(self) -> None:
        item = self._view.state.item if self._view is not None else None
        if item is not None and item.plate:
            self._devices.scanner.scan(item.plate)

    def _scan_bin(self, right: bool) -> None:
        item = self._view.state.item if self._view is not None else None
        if self._view is None or item is None:
            return
        opened = right_bins(self._view.state, item)
        if right and opened:
            self._devices.scanner.scan(opened[0].code)
            return
        chosen = [each for each in bins() if takes(each, item) is right]
        if chosen:
            self._devices.scanner.scan(chosen[0].code)


def _picture(zpl: bytes, dpi: int) -> QPixmap:
    """Return a label as it came out."""
    drawn = preview.draw(zpl, dpi).convert("L")
    width, height = drawn.size
    image = QImage(drawn.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(image)

"""Setting up a device: one question beside what the device says at this moment."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resources.words import mark
from ui.pages.devices import DeviceCard
from ui.panels.now import NowPanel
from ui.parts.card import Card
from ui.parts.preview import Preview
from ui.parts.text import Text
from ui.theme import S12, S16
from ui.view import View

_RAW_SHOWN = 12
# More answers than these need the whole width to be read on the lowest screen.
_FEW = 6


class SetupPage(QWidget):
    """The same signals as the bench page."""

    pressed = Signal(object)
    submitted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.now = NowPanel()
        self._device = DeviceCard(_RAW_SHOWN)
        self._preview, self._hint = Preview(), Text("body", quiet=True)
        self._side = side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S12)
        empty = Card()
        empty.column.addWidget(self._hint)
        self._empty = empty
        column.addWidget(self._device)
        column.addWidget(self._preview, 1)
        column.addWidget(empty)
        column.addStretch(0)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(S16, S12, S16, S12)
        columns.setSpacing(S12)
        side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        columns.addWidget(self.now, 60)
        columns.addWidget(side, 40)
        self.now.pressed.connect(self.pressed)
        self.now.submitted.connect(self.submitted)

    def render(self, view: View) -> None:
        """Show the question, and the device it is about."""
        self._side.setVisible(len(view.prompt.buttons) <= _FEW)
        self.now.render(view)
        name = view.setting_up.name if view.setting_up is not None else ""
        lamp = next((each for each in view.lamps if each.device == name), None)
        self._device.setVisible(lamp is not None)
        if lamp is not None:
            self._device.lamp.render(lamp, view)
            self._device.render_live(name, view)
        camera = lamp is not None and view.setting_up is not None and view.setting_up.kind == "camera"
        self._preview.setVisible(camera)
        if camera:
            self._preview.render(view)
        self._empty.setVisible(lamp is None)
        self._hint.show_text(view.tr.gettext(mark("What the device says is shown here as soon as it can be reached.")))

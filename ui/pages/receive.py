"""The bench page: the parcel, the one question of the moment, and the evidence, side by side."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.panels.evidence import EvidencePanel
from ui.panels.now import NowPanel
from ui.panels.parcel import ParcelPanel
from ui.theme import S12, S16
from ui.view import View


class ReceivePage(QWidget):
    """Signals carry what the person did: a button pressed, a code typed."""

    pressed = Signal(object)
    submitted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._parcel, self.now, self._evidence = ParcelPanel(), NowPanel(), EvidencePanel()
        columns = QHBoxLayout()
        columns.setSpacing(S12)
        for panel, share in ((self._parcel, 29), (self.now, 44), (self._evidence, 27)):
            # The columns keep their shares whatever they hold: nothing a scan brings moves the question sideways.
            panel.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            columns.addWidget(panel, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        column.addLayout(columns, 1)
        self.now.pressed.connect(self.pressed)
        self.now.submitted.connect(self.submitted)

    def render(self, view: View) -> None:
        """Show the bench of a view."""
        self._parcel.render(view)
        self.now.render(view)
        self._evidence.render(view)

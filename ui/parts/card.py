"""The sheet a column or a section lies on."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.theme import S12, S16


class Card(QFrame):
    """A surface with an outline; what is put on it stands under each other in `column`."""

    def __init__(self, margin: int = S16, spacing: int = S12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(spacing)


def rule() -> QFrame:
    """Return a thin line between two sections."""
    line = QFrame()
    line.setObjectName("rule")
    return line

"""What central counted in earlier returns of a parcel's customers: a plain sentence each, with the counts."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.patterns import words
from ui.parts.rows import Rows
from ui.parts.text import Text
from ui.theme import S8
from ui.view import View
from ui.wording import say


class Counted(QWidget):
    """The counts that came with the parcel on the bench; takes no room where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = Rows(lambda: Text("small"), S8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._rows)

    def render(self, view: View) -> None:
        """Show the counts of a view's parcel."""
        patterns = view.state.parcel.patterns if view.state.parcel is not None else ()
        said = [found for each in patterns for sign in each.signs if (found := words(sign)) is not None]
        sentences = list(dict.fromkeys(say(view.tr, text, params) for text, params in said))
        self.setVisible(bool(sentences))
        for row, sentence in zip(self._rows.show_rows(len(sentences)), sentences, strict=True):
            row.show_text(sentence)

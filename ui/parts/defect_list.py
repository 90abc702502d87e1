"""The defects an inspection has found, in words all categories share: what, where, how bad."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from grading.defects import DEFECT_TEXTS, ZONE_TEXTS, Defect
from resources.words import Translator, mark
from ui.parts.rows import Rows
from ui.parts.severity import Severity
from ui.parts.text import Text
from ui.theme import S4, S8
from ui.view import View


class DefectList(QWidget):
    """One line for each defect, the worst first; it says so when there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text("small", quiet=True)
        self._rows = Rows(_Row, S4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._title)
        column.addWidget(self._rows)

    def render(self, view: View) -> None:
        """Show the defects of a view's item; while questions are asked they stand with the answers."""
        inspection = view.inspection if view.prompt.stage != "inspect" else None
        found = inspection.defects if inspection is not None else ()
        self.setVisible(inspection is not None and bool(inspection.answered))
        self._title.show_text(view.tr.gettext(mark("Defects found") if found else mark("No defect found")))
        for row, defect in zip(self._rows.show_rows(len(found)), found, strict=True):
            row.render(defect, view)


class _Row(QWidget):
    """One defect."""

    def __init__(self) -> None:
        super().__init__()
        self._severity, self._words = Severity(), Text("small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S8)
        row.addWidget(self._severity, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)

    def render(self, defect: Defect, view: View) -> None:
        self._severity.show_severity(defect.severity, view)
        self._words.show_text(defect_words(view.tr, defect.zone, defect.kind))


def defect_words(tr: Translator, zone: str, kind: str) -> str:
    """Return what a defect is and where, as in "screen: scratch"; codes without words are shown as they are."""
    zones = {str(name): text for name, text in ZONE_TEXTS.items()}
    kinds = {str(name): text for name, text in DEFECT_TEXTS.items()}
    return tr.format(
        mark("{zone}: {kind}"), zone=tr.gettext(zones.get(zone, zone)), kind=tr.gettext(kinds.get(kind, kind))
    )

"""The defects an inspection has found, in words all categories share: what, where, how bad."""

from grading.defects import DEFECT_TEXTS, ZONE_TEXTS
from resources.words import Translator, mark
from ui.parts.severity import Severity
from ui.parts.table import Table
from ui.parts.text import Text
from ui.parts.titled import Titled
from ui.theme import S4, S8
from ui.view import View

_Cells = tuple[Severity, Text]


class DefectList(Titled):
    """One line for each defect, the worst first; it says so when there are none."""

    def __init__(self) -> None:
        self._table: Table[_Cells] = Table(_cells, (0, 1), (S8, S4))
        super().__init__(self._table)

    def render(self, view: View) -> None:
        """Show the defects of a view's item; while questions are asked they stand with the answers."""
        inspection = view.inspection if view.prompt.stage != "inspect" else None
        found = inspection.defects if inspection is not None else ()
        # Before all was looked at, or after a stop, nobody knows that there is none.
        nothing = mark("No defect found") if inspection is not None and inspection.is_over else ""
        self.show_title(view.tr.gettext(mark("Defects found") if found else nothing))
        for (severity, words), defect in zip(self._table.show_rows(len(found)), found, strict=True):
            severity.show_severity(defect.severity, view)
            words.show_text(defect_words(view.tr, defect.zone, defect.kind))


def _cells() -> _Cells:
    return Severity(), Text("small")


def defect_words(tr: Translator, zone: str, kind: str) -> str:
    """Return what a defect is and where, as in "screen: scratch"; codes without words are shown as they are."""
    zones = {str(name): text for name, text in ZONE_TEXTS.items()}
    kinds = {str(name): text for name, text in DEFECT_TEXTS.items()}
    return tr.format(
        mark("{zone}: {kind}"), zone=tr.gettext(zones.get(zone, zone)), kind=tr.gettext(kinds.get(kind, kind))
    )

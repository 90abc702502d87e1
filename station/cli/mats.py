"""`returns-station mat-sheet`: the mat that items lie on, by which photos have millimetres and true colours."""

import sys
from pathlib import Path

from grading.mat_sheets import SHEETS
from resources.words import mark
from station import mat_sheet
from station.cli.language import translator

WORDS = (
    mark("Print at full size (100 %, no fitting), matt paper, lying on its long side."),
    mark("Then measure this bar: it is 100 mm. If it is not, write what you measured into the settings:"),
)
_SETTING = "[mat]  scale_bar_mm = 100.0"


def write(out: Path, paper: str, language: str) -> int:
    """Write the sheet as PDF and say what to do with it; raises SettingsError for a language we do not have."""
    tr = translator(language)
    out.write_bytes(mat_sheet.pdf(SHEETS[paper], [*(tr.gettext(words) for words in WORDS), _SETTING]))
    sys.stdout.write(
        f"{out} is written. Print it at full size (100 %), measure the bar (100 mm), and fix it under the camera.\n"
    )
    return 0

"""`returns-station command-sheet`: the sheet that hangs at a bench, so that all of the job can be done by scanning."""

import sys
from collections.abc import Mapping
from pathlib import Path

from devices.scanners.self_test import SELF_TEST
from resources.words import mark
from station import command_sheet
from station.cli.language import translator
from station.inputs import Do
from station.words import PAGE_WORDS

ANSWERS = 9
_WORDS: Mapping[Do, str] = {
    Do.CONFIRM: mark("Yes, go on"),
    Do.UNDO: mark("Undo the last step"),
    Do.CANCEL: mark("Back"),
    Do.REST: mark("Nothing found on the rest"),
    Do.SHOOT: mark("Take the photo"),
    Do.SKIP: mark("It cannot be done"),
    Do.NO_CODE: mark("It has no code"),
    Do.ANOTHER: mark("Wrong item"),
    Do.FINISH: mark("Finish the parcel"),
    Do.OVERRIDE: mark("Send it elsewhere"),
    Do.REPRINT: mark("Print again"),
    Do.BIN_FULL: mark("Bin is full, or a new bin"),
    Do.SIGN_OUT: mark("Sign out"),
    Do.CLOSE_SHIFT: mark("The shift"),
    Do.MOVE_BIN: mark("A bin has left"),
    Do.DECIDE: mark("Decide exceptions"),
    Do.SECOND_LOOK: mark("Second look"),
    Do.BINS: mark("Do something with a bin"),
}


def write(out: Path, language: str) -> int:
    """Write the sheet as PDF and say what to do with it; raises SettingsError for a language we do not have."""
    tr = translator(language)
    commands = [(str(do), tr.gettext(words)) for do, words in _WORDS.items()]
    answers = [(f"{Do.CHOOSE}:{key}", tr.format(mark("Answer {key}"), key=str(key))) for key in range(1, ANSWERS + 1)]
    pages = [(f"page:{key}", tr.gettext(words)) for key, words in enumerate(PAGE_WORDS.values(), start=1)]
    codes = [(SELF_TEST, tr.gettext(mark("Which keyboard does this scanner type?")))]
    out.write_bytes(command_sheet.pdf([*commands, *answers, *pages], tr.gettext(mark("Commands by scan")), codes))
    sys.stdout.write(f"{out} is written. Print it at full size (100 %) and hang it where the scanner reaches it.\n")
    return 0

"""Codes that are ours and no parcel's, wherever they are scanned: commands, and what proves a printer or a scanner."""

from collections.abc import Mapping

from devices.scanners.self_test import SELF_TEST, Mend, layout_of
from resources.words import mark
from station.inputs import Command, Do
from station.outcome import Notice, Tone

COMMAND_PREFIX = "RS:"
# On the label that proves a printer.
TEST_CODE = "TEST-LABEL"
_LAYOUT_NOTICES: Mapping[Mend, Notice] = {
    Mend.nothing: Notice(Tone.ACCEPTED, mark("The scanner types the keyboard that is set here.")),
    Mend.choose_layout: Notice(
        Tone.ATTENTION, mark("The scanner types another keyboard than is set here: ask IT to set it up (F6).")
    ),
    Mend.turn_case: Notice(
        Tone.ATTENTION, mark("The scanner turns small and capital letters round: its handbook tells how to mend that.")
    ),
}


def command_in(text: str) -> Command | Notice | None:
    """Return the command of a command barcode (`RS:confirm`, `RS:choose:2`); None for any other code."""
    if not text.upper().startswith(COMMAND_PREFIX):
        return None
    name, _, value = text[len(COMMAND_PREFIX) :].partition(":")
    try:
        return Command(Do(name.lower()), value)
    except ValueError:
        return Notice(Tone.REFUSED, mark("This command barcode is not one of ours."))


def proof_in(text: str, layout: str) -> Notice | None:
    """Say what a test code proves at a station that is set to a keyboard layout; None for any other code."""
    if text == TEST_CODE:
        return Notice(Tone.ACCEPTED, mark("The test label can be read."))
    mend = layout_of(text, layout).mend if len(text) == len(SELF_TEST) else Mend.unknown
    return None if mend is Mend.unknown else _LAYOUT_NOTICES[mend]

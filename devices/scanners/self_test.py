"""Which layout a keyboard scanner is set to, told from what arrives when it reads a certain code."""

from dataclasses import dataclass
from enum import StrEnum

from devices.scanners import layouts
from devices.scanners.keys import KeyReader, Mute, composed

# To be printed as Code 128. Each layout makes something else of it, and all of it with keys that every layout has
# plain or with Shift; letters of both cases show a scanner that turns them round.
SELF_TEST = 'ZYqwAM-_/".1'


class Mend(StrEnum):
    """What to do about the scanner: stable codes, translated by the screen."""

    nothing = "nothing"  # it is set as the station is
    choose_layout = "choose_layout"  # set the station to the layout found, or the scanner to the station's
    turn_case = "turn_case"  # the scanner reckons with Caps Lock: switch that off in its handbook
    unknown = "unknown"  # no layout known here: set the scanner to one that is


@dataclass(frozen=True, slots=True)
class Verdict:
    """The scanner's layout, or an empty string where none explains what came; and what to mend."""

    layout: str
    mend: Mend


def layout_of(text: str, set_to: str) -> Verdict:
    """Tell the scanner's layout from what came for SELF_TEST, read by a station whose layout is `set_to`.

    `text` is a scan's text, without identifier and suffix.
    """
    for turned in (False, True):
        for name in (set_to, *layouts.LAYOUTS):
            if text and text == _arrives(layouts.LAYOUTS[name], layouts.LAYOUTS[set_to], turned):
                mend = Mend.turn_case if turned else Mend.nothing if name == set_to else Mend.choose_layout
                return Verdict(name, mend)
    return Verdict("", Mend.unknown)


def _arrives(scanner: layouts.Layout, station: layouts.Layout, turned: bool) -> str:
    """What a station reads when a scanner types the test code, an empty string where it reads no code.

    `turned`: the scanner presses Shift for small letters, as it should only while Caps Lock is on.
    """
    reader, out = KeyReader(station), ""
    for character in SELF_TEST.swapcase() if turned else SELF_TEST:
        code, shifted = next(
            (code, level)
            for code, characters in scanner.items()
            for level, made in enumerate(characters[:2])
            if made == character and code not in layouts.KEYPAD
        )
        if shifted:
            reader.press(layouts.SHIFT)
        made = reader.press(code)
        reader.release(layouts.SHIFT)
        if isinstance(made, Mute):
            return ""
        out += made
    return composed(out)

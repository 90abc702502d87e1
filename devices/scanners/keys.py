"""Key presses to characters, as the scanner means them: Shift, AltGr, dead keys, Ctrl and Alt codes.

Scanners reach what their layout lacks in two ways: control characters as Ctrl and a key (GS is Ctrl+]), and any
character as its number on the number block while Alt is down (GS is Alt+029, as the Windows code page has it).
"""

import unicodedata
from enum import Enum

from devices.scanners import layouts

_LONGEST_ALT_CODE = 4


class Mute(Enum):
    """What a key did that typed no character."""

    part = "part"  # a modifier, or one figure of an Alt code: part of a character
    other = "other"  # a key that no scanner sends in the middle of a code


class KeyReader:
    """The state of one keyboard. `press` and `release` tell what was typed; `composed` finishes the text."""

    def __init__(self, layout: layouts.Layout) -> None:
        self._layout = layout
        self._down: set[int] = set()
        self._figures = ""

    @property
    def modifiers(self) -> frozenset[int]:
        """The modifier keys that are down now."""
        return frozenset(self._down)

    def press(self, code: int) -> str | Mute:
        """A key went down."""
        if code in layouts.MODIFIERS:
            self._down.add(code)
            if code == layouts.ALT:
                self._figures = ""
            return Mute.part
        control, third = self._down & layouts.CONTROLS, self._third_level
        if layouts.ALT in self._down and not control:
            figure = layouts.KEYPAD_DIGITS.get(code)
            if figure is None or len(self._figures) == _LONGEST_ALT_CODE:
                return Mute.other
            self._figures += figure
            return Mute.part
        if self._down & layouts.WINDOW_KEYS:
            return Mute.other
        if control and not third:
            return layouts.separator(self._layout, code) or Mute.other
        characters = self._layout.get(code, ())
        level = 2 if third else int(bool(self._down & layouts.SHIFTS))
        return characters[level] or Mute.other if level < len(characters) else Mute.other

    def release(self, code: int) -> str | Mute:
        """A key went up; letting go of Alt finishes the character whose number was spelled."""
        self._down.discard(code)
        if code != layouts.ALT or not self._figures:
            return Mute.part
        figures, self._figures = self._figures, ""
        return alt_character(figures) or Mute.other

    def forget(self) -> None:
        """Drop half a character; what is held down stays down."""
        self._figures = ""

    def let_go(self) -> None:
        """All keys are up, or nobody knows which are down."""
        self._down.clear()
        self._figures = ""

    @property
    def _third_level(self) -> bool:
        """AltGr, or Ctrl and Alt together, which is the same on a computer with Windows."""
        return layouts.ALT_GR in self._down or (layouts.ALT in self._down and bool(self._down & layouts.CONTROLS))


def alt_character(figures: str) -> str:
    """Return the character of a number spelled on the number block, or an empty string where there is none.

    With a nought in front it is a number of Windows-1252, without one of code page 437. Of the control characters
    only the separators of codes can be typed.
    """
    number = int(figures)
    if number > 0xFF:
        return ""
    character = bytes([number]).decode("cp1252" if figures[0] == "0" else "cp437", errors="ignore")
    return character if character.isprintable() or character in layouts.SEPARATORS else ""


def composed(text: str) -> str:
    """Return what dead keys made of the characters after them: an accented letter, or the accent and the character.

    A space after a dead key only makes the accent stand alone.
    """
    out = accent = ""
    for character in text:
        if character in layouts.ACCENTS:
            out += layouts.ACCENTS.get(accent, "")
            accent = character
            continue
        letter = unicodedata.normalize("NFC", character + accent) if accent else character
        out += letter if len(letter) == 1 else layouts.ACCENTS[accent] + character.lstrip(" ")
        accent = ""
    return out + layouts.ACCENTS.get(accent, "")

"""Keyboard layouts as tables: what a scanner means by a key, whatever layout the computer has.

Keys are Linux input event codes (input-event-codes.h); an X11 key code is 8 higher, a PC scan code of the main
block is the same number. To add a layout: one more table, and its name in `LAYOUTS`.
"""

from collections.abc import Mapping
from types import MappingProxyType

X11_OFFSET = 8

ENTER, KEYPAD_ENTER, TAB, SPACE = 28, 96, 15, 57
SHIFT, CONTROL, ALT, ALT_GR = 42, 29, 56, 100  # the ones a scanner sends
SHIFTS = frozenset({SHIFT, 54})
CONTROLS = frozenset({CONTROL, 97})
WINDOW_KEYS = frozenset({125, 126})
MODIFIERS = SHIFTS | CONTROLS | WINDOW_KEYS | {ALT, ALT_GR}

# What scanners send as Ctrl and a key: EOT FS GS RS US, the separators of ISO/IEC 15434 and of GS1.
SEPARATORS = frozenset("\x04\x1c\x1d\x1e\x1f")
# Makers of scanners give these by their place on the American keyboard: `\`, `]`, `6` and `-`.
_CONTROL_PLACES: Mapping[int, str] = {43: "\x1c", 27: "\x1d", 7: "\x1e", 12: "\x1f"}

# The figures of the number block, which spell a character's number while Alt is down.
KEYPAD_DIGITS: Mapping[int, str] = MappingProxyType(
    dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))
)

KEYPAD = frozenset({*range(71, 84), 55, 98})

# For each key what it types plain, with Shift and, where there is a third one, with AltGr; "" for nothing.
# A dead key is given as the combining character of its accent.
Layout = Mapping[int, tuple[str, ...]]

_GRAVE, _ACUTE, _CIRCUMFLEX, _TILDE, _DIAERESIS = "\u0300", "\u0301", "\u0302", "\u0303", "\u0308"
# The accent as a character of its own, which scanners get by a space after the dead key.
ACCENTS: Mapping[str, str] = MappingProxyType(
    {_GRAVE: "`", _ACUTE: "\u00b4", _CIRCUMFLEX: "^", _TILDE: "~", _DIAERESIS: "\u00a8"}
)


def _row(first: int, plain: str, shifted: str) -> dict[int, tuple[str, ...]]:
    return dict(enumerate(zip(plain, shifted, strict=True), first))


def _with_alt_gr(keys: Mapping[int, tuple[str, ...]], third: Mapping[int, str]) -> Layout:
    return MappingProxyType(dict(keys) | {code: (*keys[code], character) for code, character in third.items()})


def _keypad(point: str) -> dict[int, tuple[str, ...]]:
    figures = "789-456+1230" + point
    return _row(71, figures, figures) | {55: ("*", "*"), 98: ("/", "/"), SPACE: (" ", " ")}


US: Layout = MappingProxyType(
    _row(2, "1234567890-=", "!@#$%^&*()_+")
    | _row(16, "qwertyuiop[]", "QWERTYUIOP{}")
    | _row(30, "asdfghjkl;'`", 'ASDFGHJKL:"~')
    | _row(43, "\\zxcvbnm,./", "|ZXCVBNM<>?")
    | _keypad(".")
)

UK: Layout = MappingProxyType(
    dict(US) | {3: ("2", '"'), 4: ("3", "£"), 40: ("'", "@"), 41: ("`", "¬"), 43: ("#", "~"), 86: ("\\", "|")}
)

DE: Layout = _with_alt_gr(
    _row(2, "1234567890ß" + _ACUTE, '!"§$%&/()=?' + _GRAVE)
    | _row(16, "qwertzuiopü+", "QWERTZUIOPÜ*")
    | _row(30, "asdfghjklöä" + _CIRCUMFLEX, "ASDFGHJKLÖÄ°")
    | _row(43, "#yxcvbnm,.-", "'YXCVBNM;:_")
    | _keypad(",")
    | {86: ("<", ">")},
    {3: "²", 4: "³", 8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@", 18: "€", 27: "~", 50: "µ", 86: "|"},
)

FR: Layout = _with_alt_gr(
    _row(2, "&é\"'(-è_çà)=", "1234567890°+")
    | _row(16, "azertyuiop" + _CIRCUMFLEX + "$", "AZERTYUIOP" + _DIAERESIS + "£")
    | _row(30, "qsdfghjklmù", "QSDFGHJKLM%")
    | {41: ("²", "")}
    | _row(43, "*wxcvbn,;:!", "µWXCVBN?./§")
    | _keypad(".")
    | {86: ("<", ">")},
    {3: _TILDE, 4: "#", 5: "{", 6: "[", 7: "|", 8: _GRAVE, 9: "\\", 10: "^", 11: "@", 12: "]", 13: "}"}
    | {18: "€", 27: "¤"},
)

# By the name that settings use.
LAYOUTS: Mapping[str, Layout] = MappingProxyType({"us": US, "uk": UK, "de": DE, "fr": FR})


def separator(layout: Layout, code: int) -> str | None:
    """Return the control character that Ctrl and a key make, or None when it is none a code may hold.

    By the letter or bracket on the key, as Ctrl+D is EOT; else by the key's place on the American keyboard.
    """
    plain = layout.get(code, ("",))[0]
    if plain.isascii() and "@" <= plain.upper() <= "_":
        control = chr(ord(plain) & 0x1F)
        if control in SEPARATORS:
            return control
    return _CONTROL_PLACES.get(code)

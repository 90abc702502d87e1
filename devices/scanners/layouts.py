"""Keyboard layouts as tables: what a scanner means by a key, whatever layout the computer has.

Keys are Linux input event codes (input-event-codes.h); an X11 key code is 8 higher, a PC scan code of the main
block is the same number. To add a layout: one more table.
"""

from collections.abc import Mapping
from types import MappingProxyType

X11_OFFSET = 8

ENTER, KEYPAD_ENTER, TAB = 28, 96, 15
SHIFTS = frozenset({42, 54})
CONTROLS = frozenset({29, 97})
OTHER_MODIFIERS = frozenset({56, 100, 125, 126})  # Alt, AltGr, Super

Layout = Mapping[int, tuple[str, str]]


def _row(first: int, plain: str, shifted: str) -> dict[int, tuple[str, str]]:
    return dict(enumerate(zip(plain, shifted, strict=True), first))


US: Layout = MappingProxyType(
    _row(2, "1234567890-=", "!@#$%^&*()_+")
    | _row(16, "qwertyuiop[]", "QWERTYUIOP{}")
    | _row(30, "asdfghjkl;'`", 'ASDFGHJKL:"~')
    | _row(43, "\\zxcvbnm,./", "|ZXCVBNM<>?")
    | {57: (" ", " ")}
    | _row(71, "789-456+1230.", "789-456+1230.")
    | {55: ("*", "*"), 98: ("/", "/")}
)

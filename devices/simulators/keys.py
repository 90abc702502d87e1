"""What keys a keyboard scanner strikes for a text: the other direction of `devices.scanners.keys`."""

from collections.abc import Mapping

from devices.scanners import layouts

Stroke = tuple[int, bool]  # an input event code, and whether it goes down

_MODIFIERS = (None, layouts.SHIFT, layouts.ALT_GR)
_SUFFIXES: Mapping[str, int] = {"\r": layouts.ENTER, "\t": layouts.TAB}


def strokes(text: str, layout: layouts.Layout, alt_codes: bool = False) -> list[Stroke]:
    """Return the presses and releases in their order; CR and TAB are their keys.

    Separators are Ctrl and a key, or with `alt_codes` numbers on the number block, and so is whatever the layout
    lacks. ValueError for a character that cannot be typed at all.
    """
    out: list[Stroke] = []
    for character in text:
        keys = None if alt_codes and character in layouts.SEPARATORS else _keys(character, layout)
        out += _by_number(character) if keys is None else keys
    return out


def _keys(character: str, layout: layouts.Layout) -> list[Stroke] | None:
    """The strokes of one character on a layout, or None where it has no such character."""
    if character in _SUFFIXES:
        return _struck(_SUFFIXES[character])
    dead = next((accent for accent, alone in layouts.ACCENTS.items() if alone == character), "")
    for wanted, after in ((character, []), (dead, _struck(layouts.SPACE))):
        for code, characters in layout.items():
            if wanted and code not in layouts.KEYPAD and wanted in characters:
                return _struck(code, _MODIFIERS[characters.index(wanted)]) + after
    for code in layout:
        if layouts.separator(layout, code) == character:
            return _struck(code, layouts.CONTROL)
    return None


def _struck(code: int, modifier: int | None = None) -> list[Stroke]:
    if modifier is None:
        return [(code, True), (code, False)]
    return [(modifier, True), (code, True), (code, False), (modifier, False)]


def _by_number(character: str) -> list[Stroke]:
    """Alt down, the number of the character in Windows-1252 with a nought in front, Alt up."""
    codes = {figure: code for code, figure in layouts.KEYPAD_DIGITS.items()}
    number = f"0{character.encode('cp1252')[0]:02d}"
    figures = [stroke for figure in number for stroke in _struck(codes[figure])]
    return [(layouts.ALT, True), *figures, (layouts.ALT, False)]

"""The layout tables against the X server's own, and keys to characters and back."""

import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from Xlib import display

from devices.scanners import layouts
from devices.scanners.keys import KeyReader, Mute, alt_character, composed
from devices.simulators.keys import strokes

X_NAMES = {"us": "us", "uk": "gb", "de": "de", "fr": "fr"}
_DEAD = {0xFE50: "`", 0xFE51: "´", 0xFE52: "^", 0xFE53: "~", 0xFE57: "¨"}  # keysymdef.h
# Where the French layout of X11 differs from that of Windows, which scanners follow.
_X_ALONE = {("fr", 41, 1)}
_TYPEABLE = "".join(map(chr, range(0x20, 0x7F))) + "\x04\x1c\x1d\x1e\x1fé§€"


def meant(keysym: int) -> str:
    """The character of a key as X names it; an accent for a dead key."""
    return (_DEAD | {0x20AC: "€"}).get(keysym, chr(keysym) if keysym < 0x100 else "")


@pytest.mark.parametrize("name", layouts.LAYOUTS)
def test_a_table_is_what_the_x_server_makes_of_the_keys(xvfb: str, name: str) -> None:
    subprocess.run(["setxkbmap", "-display", xvfb, X_NAMES[name]], check=True)
    shown = display.Display(xvfb)
    try:
        for code, characters in layouts.LAYOUTS[name].items():
            if code in layouts.KEYPAD or code == layouts.SPACE:
                continue
            keysyms = shown.get_keyboard_mapping(code + layouts.X11_OFFSET, 1)[0]
            for level, character in enumerate(characters):
                if (name, code, level) not in _X_ALONE:
                    expected = meant(keysyms[(0, 1, 4)[level]])
                    assert layouts.ACCENTS.get(character, character) == expected, (code, level)
    finally:
        shown.close()
        subprocess.run(["setxkbmap", "-display", xvfb, "us"], check=True)


def read(text: str, layout: layouts.Layout, alt_codes: bool = False) -> str:
    reader, out = KeyReader(layout), ""
    for code, pressed in strokes(text, layout, alt_codes):
        made = reader.press(code) if pressed else reader.release(code)
        assert made is not Mute.other
        out += made if isinstance(made, str) else ""
    assert not reader.modifiers
    return composed(out)


@given(st.sampled_from(sorted(layouts.LAYOUTS)), st.text(st.sampled_from(_TYPEABLE), max_size=60), st.booleans())
def test_what_a_scanner_types_is_read_on_every_layout(name: str, text: str, alt_codes: bool) -> None:
    assert read(text, layouts.LAYOUTS[name], alt_codes) == text


@pytest.mark.parametrize("name", layouts.LAYOUTS)
def test_a_separator_is_the_key_where_americans_have_the_bracket(name: str) -> None:
    reader = KeyReader(layouts.LAYOUTS[name])
    reader.press(layouts.CONTROL)
    assert reader.press(27) == "\x1d"


def test_alt_gr_is_also_ctrl_and_alt() -> None:
    reader = KeyReader(layouts.DE)
    reader.press(layouts.CONTROL)
    reader.press(layouts.ALT)
    assert reader.press(16) == "@"


@pytest.mark.parametrize(
    ("figures", "character"),
    [
        ("029", "\x1d"),
        ("29", "\x1d"),
        ("065", "A"),
        ("0233", "é"),
        ("130", "é"),
        ("0128", "€"),
        ("013", ""),
        ("999", ""),
    ],
)
def test_an_alt_code_is_a_number_of_the_windows_code_pages(figures: str, character: str) -> None:
    assert alt_character(figures) == character


def test_a_fifth_figure_or_a_letter_under_alt_is_no_alt_code() -> None:
    reader = KeyReader(layouts.US)
    reader.press(layouts.ALT)
    assert [reader.press(82) for _ in range(5)] == [Mute.part] * 4 + [Mute.other]
    assert reader.press(30) is Mute.other


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("\u0302a", "â"),
        ("\u0302 ", "^"),
        ("\u0302", "^"),
        ("\u03021", "^1"),
        ("\u0302\u0302 ", "^^"),
        ("a\u0301 b", "a´b"),
    ],
)
def test_dead_keys_join_the_next_letter(typed: str, text: str) -> None:
    assert composed(typed) == text


@given(st.text(st.sampled_from("aeiou 1" + "".join(layouts.ACCENTS)), max_size=20))
def test_no_accent_is_lost(typed: str) -> None:
    alone = {char: mark for mark, char in layouts.ACCENTS.items()}
    marks = [
        alone.get(char, char)
        for char in "".join(unicodedata.normalize("NFD", c) if c not in alone else c for c in composed(typed))
    ]
    assert sorted(m for m in marks if m in layouts.ACCENTS) == sorted(c for c in typed if c in layouts.ACCENTS)


KEY = st.tuples(st.integers(0, 130), st.booleans())


@given(st.sampled_from(sorted(layouts.LAYOUTS)), st.lists(KEY, max_size=200))
def test_any_keys_are_read_and_none_is_kept_for_long(name: str, keys: list[tuple[int, bool]]) -> None:
    reader = KeyReader(layouts.LAYOUTS[name])
    for code, pressed in keys:
        made = reader.press(code) if pressed else reader.release(code)
        assert isinstance(made, Mute) or len(made) == 1
    assert reader.modifiers <= layouts.MODIFIERS
    assert len(reader._figures) <= 4


def test_alt_pressed_anew_begins_anew() -> None:
    reader = KeyReader(layouts.US)
    for code in (layouts.ALT, 76, layouts.ALT, 82, 80, 73):  # its release was lost after the 5
        reader.press(code)
    assert reader.release(layouts.ALT) == "\x1d"

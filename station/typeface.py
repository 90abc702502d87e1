"""The bundled typeface, set as narrow as a ZPL printer sets its scalable font, to measure and to draw labels."""

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from resources import find

# ZPL's font 0 (CG Triumvirate Bold Condensed): capitals are three quarters of the height given, and its letters
# are about a fifth narrower than Inter's. Measuring allows five per cent more, for letters that differ.
_CAPITALS = 0.75
_INTER_CAPITALS = 0.73
_NARROW = 0.8
_ALLOWANCE = 1.05
_SIZE = 100


class Typeface:
    """One weight of the bundled font."""

    def __init__(self) -> None:
        self._path = _bold()

    def width(self, text: str, height: float) -> float:
        """Return about how wide a printer sets a text of that height, in the height's unit; never too little."""
        wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
        # What Inter has no letters for, a printer with a font for it sets as full squares.
        long = sum(_advance(self._path, sign) for sign in text) / _SIZE
        return max(long * self._stretch * _ALLOWANCE, float(wide)) * height

    def draw(self, image: Image.Image, left: int, top: int, height: int, text: str) -> None:
        """Draw black text on an `L` image, its capitals' top at `top`, as a printer does for ^A0 and ^FO."""
        size = max(1, round(height * _CAPITALS / _INTER_CAPITALS))
        font = self._sized(size)
        long = int(font.getlength(text)) + size
        drawn = Image.new("L", (max(1, long), size * 2))
        ImageDraw.Draw(drawn).text((0, size), text, fill=255, font=font, anchor="ls")
        narrow = drawn.resize((max(1, round(long * _NARROW)), size * 2), Image.Resampling.BOX)
        ink = narrow.point(lambda value: 255 if value > 110 else 0)
        image.paste(0, (left, top + round(height * _CAPITALS) - size), ink)

    @property
    def _stretch(self) -> float:
        return _NARROW * _CAPITALS / _INTER_CAPITALS

    def _sized(self, size: int) -> ImageFont.FreeTypeFont:
        return _font(self._path, size)


@lru_cache(maxsize=1)
def _bold() -> str:
    return str(find.path("fonts/Inter-Bold.otf"))


@lru_cache(maxsize=32)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """Read from disk once: opening the file takes longer than setting a whole label."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4_096)
def _advance(path: str, sign: str) -> float:
    """How far one sign takes the pen. Kerning, which mostly draws signs together, is left out: never too little."""
    return _font(path, _SIZE).getlength(sign)

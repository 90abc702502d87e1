"""The look of the screens as tokens: spaces, type sizes, colours of both themes, and the one stylesheet they give."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Literal

from PySide6.QtGui import QFont, QFontDatabase

from resources import find

S4, S8, S12, S16, S24, S32, S48 = 4, 8, 12, 16, 24, 32, 48
SMALL, BODY, HEAD, PROMPT, HUGE = 16, 20, 28, 40, 72
# A long question; no prompt is smaller.
ASK = 32
RADIUS = 8
# 20 mm on a 24-inch bench screen: what a gloved finger hits.
TOUCH = 56
MOTION_MS = 150

ThemeName = Literal["light", "dark"]
Pattern = Literal["solid", "diagonal", "dots", "cross-hatch", "stripes"]


@dataclass(frozen=True, slots=True)
class Look:
    """How one meaning looks: `fill` and the `ink` on it, a drawn symbol, and a pattern where it has one.

    `edge` is the outline of the symbol where the fill alone does not stand out from the surface.
    """

    fill: str
    ink: str
    symbol: str
    pattern: Pattern = "solid"
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours (#rrggbb). `muted` is text of less weight, `edge` the outline of what can be touched."""

    name: ThemeName
    ground: str
    surface: str
    raised: str
    ink: str
    muted: str
    edge: str
    line: str
    focus: str
    main: str
    on_main: str
    pressed: str
    dispositions: dict[str, Look]
    tones: dict[str, Look]
    lamps: dict[str, Look]


LIGHT = Theme(
    name="light",
    ground="#eef1f4",
    surface="#ffffff",
    raised="#f6f8fa",
    ink="#12171c",
    muted="#46525e",
    edge="#75818d",
    line="#d3dae1",
    focus="#0b57d0",
    main="#1b2733",
    on_main="#ffffff",
    pressed="#dbe2e9",
    dispositions={
        "restock": Look("#2b70d4", "#ffffff", "triangle", "solid"),
        "refurb": Look("#4a1d86", "#ffffff", "diamond", "diagonal"),
        "resale": Look("#00776f", "#ffffff", "circle", "dots"),
        "recycle": Look("#744421", "#ffffff", "square", "cross-hatch"),
        "hold": Look("#f3b22c", "#12171c", "hexagon", "stripes", edge="#7a5200"),
    },
    tones={
        "accepted": Look("#dcebfb", "#0d3f78", "tick"),
        "attention": Look("#fdeec4", "#5a3a00", "bang"),
        "refused": Look("#a3190f", "#ffffff", "cross"),
        "finished": Look("#1b2733", "#ffffff", "flag"),
        "stopped": Look("#f3b22c", "#12171c", "bang-triangle"),
    },
    lamps={
        "ok": Look("#5b6875", "#46525e", "circle"),
        "attention": Look("#a86400", "#5a3a00", "bang-triangle"),
        "down": Look("#b3211a", "#8f150f", "cross-circle"),
    },
)

DARK = Theme(
    name="dark",
    ground="#0f1317",
    surface="#191f25",
    raised="#222a32",
    ink="#f1f4f7",
    muted="#b3bec9",
    edge="#7c8996",
    line="#323c46",
    focus="#8ab8ff",
    main="#e6edf4",
    on_main="#12171c",
    pressed="#37424d",
    dispositions={
        "restock": Look("#5b9dff", "#0d1116", "triangle", "solid"),
        "refurb": Look("#e0c8ff", "#0d1116", "diamond", "diagonal"),
        "resale": Look("#2bbfae", "#0d1116", "circle", "dots"),
        "recycle": Look("#b97c4a", "#0d1116", "square", "cross-hatch"),
        "hold": Look("#ffd75e", "#0d1116", "hexagon", "stripes"),
    },
    tones={
        "accepted": Look("#17324f", "#cfe4ff", "tick"),
        "attention": Look("#4a3500", "#ffe2a0", "bang"),
        "refused": Look("#ffb4ab", "#3b0500", "cross"),
        "finished": Look("#e6edf4", "#12171c", "flag"),
        "stopped": Look("#ffd75e", "#0d1116", "bang-triangle"),
    },
    lamps={
        "ok": Look("#8e9ba8", "#b3bec9", "circle"),
        "attention": Look("#ffc14d", "#ffe2a0", "bang-triangle"),
        "down": Look("#ff8a7e", "#ffb4ab", "cross-circle"),
    },
)

THEMES: Mapping[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}

_SHEET = Template("""
* { color: $ink; font-size: ${BODY}px; }
QWidget#window, QWidget#page { background: $ground; }
QFrame#card { background: $surface; border: 1px solid $line; border-radius: ${RADIUS}px; }
QFrame#card[opens="true"]:focus { border: 3px solid $focus; }
QFrame#bar { background: $surface; border: none; }
QFrame#rule { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame#raised { background: $raised; border: none; border-radius: ${RADIUS}px; }
QLabel { background: transparent; }
QLabel[type="small"] { font-size: ${SMALL}px; }
QLabel[type="head"] { font-size: ${HEAD}px; font-weight: 600; }
QLabel[type="prompt"] { font-size: ${PROMPT}px; font-weight: 700; }
QLabel[type="ask"] { font-size: ${ASK}px; font-weight: 700; }
QLabel[type="huge"] { font-size: ${HUGE}px; font-weight: 800; }
QLabel[strong="true"] { font-weight: 600; }
QLabel[quiet="true"] { color: $muted; }
QLabel#keycap { font-size: ${SMALL}px; font-weight: 600; color: $muted; background: $raised;
  border: 1px solid $edge; border-radius: 4px; padding: 1px ${S8}px; }
QPushButton { background: $surface; border: 1px solid $edge; border-radius: ${RADIUS}px;
  padding: ${S8}px ${S12}px; min-height: 38px; text-align: center; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $pressed; }
QPushButton:checked { background: $pressed; border: 2px solid $ink; font-weight: 600; }
QPushButton:focus { border: 3px solid $focus; }
QPushButton:disabled { color: $muted; border-color: $line; background: $ground; }
QPushButton#tile { border: 2px solid $edge; padding: 0; min-height: ${TOUCH}px; }
QPushButton#tile:focus { border: 4px solid $focus; }
QPushButton#tile[main="true"] { background: $main; border-color: $main; }
QPushButton#tile[main="true"]:focus { border-color: $focus; }
QLabel[main="true"] { color: $on_main; }
QLabel#keycap[main="true"] { color: $ink; border-color: $surface; }
QPushButton#choice { padding: 0; min-height: ${TOUCH}px; }
QPushButton#choice:checked QLabel { font-weight: 600; }
QPushButton#aside, QPushButton#tab { padding: 0; min-height: ${TOUCH}px; background: transparent;
  border: 1px solid transparent; }
QPushButton#aside { border-color: $edge; }
QPushButton#aside:hover, QPushButton#tab:hover { background: $raised; }
QPushButton#aside:pressed, QPushButton#tab:pressed { background: $pressed; }
QPushButton#aside:focus, QPushButton#tab:focus { border: 3px solid $focus; }
QPushButton#tab:checked { background: $raised; border: 1px solid $edge; }
QPushButton#tab:checked QLabel { font-weight: 600; }
QPushButton#tab:checked:focus { border: 3px solid $focus; }
QLineEdit, QComboBox, QPlainTextEdit { background: $surface; border: 2px solid $edge; border-radius: ${RADIUS}px;
  padding: ${S8}px ${S12}px; selection-background-color: $focus; selection-color: $surface; min-height: 36px; }
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: $focus; }
QLineEdit#entry { font-size: ${HEAD}px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $edge; selection-background-color: $main;
  selection-color: $on_main; }
QComboBox::drop-down { border: none; width: ${S32}px; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget#content { background: transparent; }
QScrollBar:vertical { background: transparent; width: ${S16}px; margin: 0; }
QScrollBar::handle:vertical { background: $edge; border-radius: 6px; min-height: ${TOUCH}px;
  margin: 2px 0 2px ${S4}px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { height: 0; background: none; }
QScrollBar:horizontal { height: 0; }
QToolTip { background: $surface; color: $ink; border: 1px solid $edge; padding: ${S4}px; }
""")

_SIZES: Mapping[str, int] = {
    "SMALL": SMALL,
    "BODY": BODY,
    "HEAD": HEAD,
    "ASK": ASK,
    "PROMPT": PROMPT,
    "HUGE": HUGE,
    "RADIUS": RADIUS,
}
_SPACES: Mapping[str, int] = {
    "S4": S4,
    "S8": S8,
    "S12": S12,
    "S16": S16,
    "S24": S24,
    "S32": S32,
    "S48": S48,
    "TOUCH": TOUCH,
}


def stylesheet(theme: Theme) -> str:
    """Return the whole stylesheet of the application in one theme."""
    names = ("ground", "surface", "raised", "ink", "muted", "edge", "line", "focus", "main", "on_main", "pressed")
    sheet = _SHEET.substitute(_SIZES, **_SPACES, **{name: getattr(theme, name) for name in names})
    tones = "".join(
        f'QLabel[tone="{tone}"] {{ color: {look.ink}; font-weight: 600; }}\n' for tone, look in theme.tones.items()
    )
    lamps = "".join(f'QLabel[lamp="{lamp}"] {{ color: {look.ink}; }}\n' for lamp, look in theme.lamps.items())
    return sheet + tones + lamps


def font() -> QFont:
    """Return the program's font: the bundled one where it is there, the system's otherwise; figures of one width."""
    family = _bundled_family()
    chosen = QFont(family) if family else QFont()
    chosen.setPixelSize(BODY)
    # Figures that stand under each other line up; a font without the feature ignores it.
    chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def _bundled_family() -> str:
    """Load every bundled font file; the family of the first one, or nothing when none can be loaded."""
    try:
        files = [name for name in find.names("fonts") if name.endswith((".ttf", ".otf"))]
    except FileNotFoundError:
        return ""
    families: list[str] = []
    for name in files:
        loaded = QFontDatabase.addApplicationFont(str(find.path(name)))
        families.extend(QFontDatabase.applicationFontFamilies(loaded))
    return families[0] if families else ""


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

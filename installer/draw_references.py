"""Draws the pictures in resources/references/: what an answer means, with a fingertip or a ruler of eyes for size.

Long because each picture is some lines of its own. They come out the same each time, so that a test can draw them
again.
"""

import math
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 240, 160
# Drawn four times as large and made smaller: the edges come out smooth.
SCALE = 4

PAPER, INK = "#f4f2ee", "#2b2d33"
CLOTH, THREAD, STAIN = "#9fb4c8", "#7d94aa", "#7a5230"
SKIN, NAIL = "#e8b796", "#f7d9c8"
CARTON, TAPE, LABEL = "#c99f6b", "#e9dcc0", "#ffffff"
GLASS, METAL, CHINA, EARTH = "#20262e", "#b9c0c8", "#ffffff", "#b08b63"
RED, GREEN, GREY = "#c8323c", "#2f8f5b", "#8a8f98"

Point = tuple[float, float]


class Sheet:
    """A picture being drawn, in points of the finished one."""

    def __init__(self, name: str, ground: str = PAPER) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), ground)
        self._draw = ImageDraw.Draw(self.image)
        self.chance = random.Random(name)

    def line(self, *points: Point, colour: str = INK, width: float = 2) -> None:
        """A line through the points."""
        self._draw.line([_scaled(each) for each in points], colour, round(width * SCALE), "curve")

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, radius: float = 0) -> None:
        """A filled rectangle with an outline."""
        corners = [_scaled((left, top)), _scaled((right, bottom))]
        self._draw.rounded_rectangle(corners, radius * SCALE, colour, INK, SCALE)

    def shape(self, points: Sequence[Point], colour: str, outline: str = INK) -> None:
        """A filled polygon."""
        self._draw.polygon([_scaled(each) for each in points], colour, outline, SCALE)

    def blob(self, x: float, y: float, radius: float, colour: str, rough: float = 0.25) -> None:
        """A spot with an uneven edge and no outline."""
        turns = [index * math.tau / 28 for index in range(28)]
        radii = [radius * (1 + rough * (self.chance.random() - 0.5)) for _ in turns]
        points = [(x + r * math.cos(turn), y + r * math.sin(turn)) for turn, r in zip(turns, radii, strict=True)]
        self._draw.polygon([_scaled(each) for each in points], colour)

    def disc(self, x: float, y: float, across: float, down: float, colour: str, outline: str = INK) -> None:
        """A filled ellipse."""
        self._draw.ellipse([_scaled((x - across, y - down)), _scaled((x + across, y + down))], colour, outline, SCALE)

    def finger(self, x: float, y: float, size: float = 1.0) -> None:
        """A fingertip that comes from below, its tip at the point."""
        half = 17 * size
        self.box(x - half, y, x + half, HEIGHT + 40, SKIN, half)
        self.box(x - half * 0.55, y + 4 * size, x + half * 0.55, y + 24 * size, NAIL, half * 0.5)

    def cloth(self) -> None:
        """Woven cloth all over."""
        self._draw.rectangle([(0, 0), self.image.size], CLOTH)
        for at in range(0, WIDTH + HEIGHT, 8):
            self.line((at, 0), (at - HEIGHT, HEIGHT), colour=THREAD, width=0.6)
            self.line((at - HEIGHT, 0), (at, HEIGHT), colour=THREAD, width=0.6)

    def eye(self, x: float, y: float) -> None:
        """An eye that looks to the right: how far away it is."""
        self.disc(x, y, 14, 9, "#ffffff")
        self.disc(x + 6, y, 5, 5, INK)

    def small(self) -> Image.Image:
        """The picture in its size."""
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(128, dither=Image.Dither.NONE)


def _scaled(point: Point) -> Point:
    return point[0] * SCALE, point[1] * SCALE


def tag(sheet: Sheet, thread: str, there: bool = True) -> None:
    """A garment's neck with its tag: the thread whole, cut, or no tag at all."""
    sheet.cloth()
    sheet.shape([(70, 0), (170, 0), (145, 34), (95, 34)], PAPER)
    if thread == "whole":
        sheet.line((120, 34), (130, 60), (128, 78), colour="#ffffff", width=2)
    elif thread == "cut":
        sheet.line((120, 34), (124, 46), colour="#ffffff", width=2)
        sheet.line((152, 66), (146, 84), colour="#ffffff", width=2)
    if there:
        left = 104 if thread == "whole" else 122
        sheet.box(left, 76, left + 50, 146, LABEL, 4)
        sheet.disc(left + 25, 84, 3, 3, INK)
        for at in range(left + 8, left + 42, 4):
            sheet.line((at, 116), (at, 136), width=1 + at % 3 * 0.5)
    else:
        sheet.line((120, 34), (120, 39), colour="#ffffff", width=2)


def sealed_bag(sheet: Sheet) -> None:
    """A garment in a closed bag."""
    sheet.box(40, 14, 200, 150, "#e3edf3", 6)
    sheet.box(62, 44, 178, 138, CLOTH, 8)
    sheet.box(40, 14, 200, 32, TAPE)
    sheet.line((52, 60), (90, 132), colour="#ffffff", width=3)


def care_label(sheet: Sheet, soft: bool) -> None:
    """A care label: flat with sharp edges, or curled and faded."""
    sheet.cloth()
    if soft:
        sheet.shape([(78, 26), (160, 20), (150, 60), (166, 100), (150, 140), (84, 132), (92, 84)], "#e9e6de", GREY)
        for y in (56, 74, 92, 110):
            sheet.line((98, y), (112, y - 3), (130, y + 2), (146, y - 2), colour="#b9b6ae", width=2)
    else:
        sheet.box(80, 22, 160, 140, LABEL)
        for y in (50, 68, 86, 104):
            sheet.line((92, y), (148, y), width=2.5)


def stained(sheet: Sheet, large: bool) -> None:
    """A stain beside a fingertip: hidden by it, or not."""
    sheet.cloth()
    if large:
        sheet.blob(92, 66, 46, STAIN)
        sheet.blob(190, 40, 12, STAIN)
    else:
        sheet.blob(84, 96, 10, STAIN)
    sheet.finger(160, 84)


def lint(sheet: Sheet) -> None:
    """Hairs and lint, half of them gone after the roller."""
    sheet.cloth()
    for _ in range(16):
        x, y = sheet.chance.uniform(6, 100), sheet.chance.uniform(10, 150)
        bend = sheet.chance.uniform(-14, 14)
        sheet.line((x, y), (x + 10, y + bend), (x + 22, y), colour="#f5f5f5", width=1.2)
    sheet.box(118, 30, 178, 110, LABEL, 12)
    sheet.line((148, 110), (148, 150), colour=RED, width=9)
    sheet.line((184, 70), (222, 70), colour=GREEN, width=4)
    sheet.shape([(222, 60), (236, 70), (222, 80)], GREEN, GREEN)


def torn(sheet: Sheet, kind: str) -> None:
    """Cloth with one pulled thread, an open seam, or a hole; a fingertip for size."""
    sheet.cloth()
    if kind == "pull":
        sheet.line((66, 70), (74, 52), (86, 72), colour="#f0f4f8", width=2.5)
        sheet.line((40, 70), (120, 70), colour="#5f768c", width=1)
    elif kind == "seam":
        sheet.line((20, 60), (60, 60), colour=INK, width=2)
        sheet.shape([(60, 60), (100, 48), (150, 60), (104, 76)], GLASS)
        sheet.line((150, 60), (226, 60), colour=INK, width=2)
        for x in range(64, 150, 14):
            sheet.line((x, 52), (x + 4, 70), colour="#ffffff", width=1.2)
    else:
        sheet.blob(90, 66, 26, GLASS, 0.7)
        for turn in range(0, 360, 40):
            x, y = 90 + 28 * math.cos(math.radians(turn)), 66 + 28 * math.sin(math.radians(turn))
            sheet.line((x, y), (x + 6, y + 4), colour="#f0f4f8", width=1.4)
    sheet.finger(180, 88)


def balls(sheet: Sheet) -> None:
    """Cloth with little balls on it."""
    sheet.cloth()
    for _ in range(34):
        sheet.blob(sheet.chance.uniform(8, 150), sheet.chance.uniform(8, 150), 3.4, "#5f768c", 0.5)
    sheet.finger(194, 84)


def carton(sheet: Sheet, state: str) -> None:
    """A carton: sealed, opened, whole, or damaged."""
    sheet.box(40, 52, 200, 146, CARTON)
    if state == "opened":
        sheet.shape([(40, 52), (14, 20), (100, 20), (120, 52)], "#b98d58")
        sheet.shape([(200, 52), (226, 20), (140, 20), (120, 52)], "#b98d58")
        sheet.line((112, 52), (116, 64), (122, 56), (128, 66), colour=TAPE, width=4)
        return
    sheet.shape([(40, 52), (62, 24), (222, 24), (200, 52)], "#d9b482")
    sheet.shape([(200, 52), (222, 24), (222, 118), (200, 146)], "#b98d58")
    if state == "sealed":
        sheet.shape([(108, 52), (124, 24), (146, 24), (132, 52)], TAPE)
        sheet.box(108, 52, 132, 78, TAPE)
        sheet.disc(120, 112, 15, 15, GREEN)
        sheet.line((112, 112), (118, 119), (129, 104), colour="#ffffff", width=4)
    if state == "damaged":
        sheet.shape([(40, 52), (84, 58), (70, 84), (40, 96)], "#8f6a3e")
        sheet.line((150, 70), (162, 92), (154, 108), (170, 130), colour=INK, width=3)


def strap_tag(sheet: Sheet, cut: bool) -> None:
    """A shoe with the shop's plastic tag on its lace."""
    shoe(sheet)
    sheet.line((118, 58), (136, 36), colour=RED, width=3)
    if cut:
        sheet.line((152, 26), (168, 20), colour=RED, width=3)
        sheet.box(166, 8, 212, 34, LABEL, 3)
    else:
        sheet.line((136, 36), (156, 24), colour=RED, width=3)
        sheet.box(154, 10, 200, 36, LABEL, 3)


def shoe(sheet: Sheet) -> None:
    """A shoe from the side."""
    sheet.shape([(24, 116), (28, 62), (74, 56), (96, 74), (150, 90), (214, 104), (218, 118)], "#4a6fa5")
    sheet.box(20, 116, 222, 134, "#e7e5df", 8)
    for x in (88, 102, 116):
        sheet.line((x, 66 + (x - 88) * 0.4), (x + 14, 62 + (x - 88) * 0.4), colour="#ffffff", width=3)


def sole(sheet: Sheet, state: str) -> None:
    """A sole from below: clean, dusty, scuffed, worn bare."""
    sheet.shape(_sole_outline(), "#5a5d63" if state != "worn" else "#7d7468")
    for x in range(40, 206, 12):
        bare = state == "worn" and (x < 96 or x > 150)
        if not bare:
            sheet.line((x, 60), (x + 8, 80), (x, 100), colour="#33353a", width=4)
    if state == "dust":
        for _ in range(70):
            sheet.blob(sheet.chance.uniform(40, 200), sheet.chance.uniform(58, 102), 1.6, "#d8cdb8", 0.6)
    if state in ("scuffed", "worn"):
        for _ in range(16):
            x, y = sheet.chance.uniform(36, 190), sheet.chance.uniform(56, 104)
            sheet.line((x, y), (x + 16, y + sheet.chance.uniform(-6, 6)), colour="#c8beaa", width=1.6)
    if state == "worn":
        sheet.blob(58, 80, 24, EARTH)
        sheet.blob(184, 82, 20, EARTH)


def _sole_outline() -> list[Point]:
    top = [(22, 80), (34, 52), (76, 46), (120, 60), (166, 42), (206, 52), (222, 80)]
    return [*top, *((x, 160 - y) for x, y in reversed(top[1:-1]))]


def insole(sheet: Sheet, state: str) -> None:
    """An insole with the maker's print: whole, faded, or gone."""
    sheet.shape(_sole_outline(), "#e4d9c4")
    colour = {"whole": INK, "faded": "#b3a892", "gone": "#e4d9c4"}[state]
    sheet.disc(70, 80, 20, 14, "#e4d9c4", colour)
    for x in (58, 66, 74, 82):
        sheet.line((x, 74), (x, 86), colour=colour, width=3)
    if state == "gone":
        sheet.blob(62, 80, 22, "#c9b795")
        sheet.blob(176, 80, 26, "#c9b795")


def corner(sheet: Sheet, state: str) -> None:
    """A bag's corner: rubbed smooth, rough under a nail, torn."""
    sheet.shape([(10, 10), (170, 10), (170, 96), (150, 120), (10, 120)], "#8b4a32")
    sheet.line((16, 112), (142, 112), colour="#e9c9a8", width=1.6)
    if state == "smooth":
        sheet.blob(158, 108, 12, "#a9684e", 0.1)
    elif state == "catches":
        for _ in range(14):
            x, y = sheet.chance.uniform(138, 166), sheet.chance.uniform(88, 116)
            sheet.line((x, y), (x + 7, y + 4), colour="#d9a488", width=2)
    else:
        sheet.shape([(136, 120), (148, 96), (170, 84), (160, 106)], GLASS)
    sheet.finger(198, 88)


def rim(sheet: Sheet, chip: float) -> None:
    """The rim of a cup, with a chip of this size beside a fingertip."""
    sheet.shape([(20, 40), (220, 40), (196, 156), (44, 156)], CHINA)
    sheet.disc(120, 40, 100, 18, "#eef1f4")
    if chip:
        sheet.blob(96, 57, chip, EARTH, 0.6)
    sheet.finger(160, 84)


def glaze(sheet: Sheet, stained_: bool) -> None:
    """A plate with fine lines in its glaze, or with brown ones."""
    sheet.disc(120, 80, 104, 70, CHINA)
    sheet.disc(120, 80, 70, 45, "#f3f5f7", GREY)
    for _ in range(18):
        x, y = sheet.chance.uniform(50, 180), sheet.chance.uniform(40, 110)
        ends = [(x + sheet.chance.uniform(-22, 22), y + sheet.chance.uniform(-18, 18)) for _ in range(3)]
        sheet.line((x, y), *ends, colour="#8a5a2c" if stained_ else "#aab2bb", width=2.2 if stained_ else 0.9)


def marks(sheet: Sheet, far: bool) -> None:
    """From how far away marks are seen: 30 cm, or 50 cm too."""
    sheet.box(168, 24, 226, 136, GLASS, 6)
    for index in range(3):
        y = 52 + index * 26
        sheet.line((180, y), (212, y + 10), colour="#f4f6f8" if far else "#7c8590", width=3 if far else 1.3)
    sheet.eye(30 if far else 76, 80)
    start = 50 if far else 96
    sheet.line((start, 110), (164, 110), colour=GREY, width=2)
    for x in (start, 164):
        sheet.line((x, 104), (x, 116), colour=GREY, width=2)
    # The distance, in dots of ten centimetres.
    for index in range(5 if far else 3):
        sheet.disc(start + 14 + index * 20, 126, 4, 4, INK)


def nail(sheet: Sheet, state: str) -> None:
    """A fingernail drawn across a mark: it slides over it, it catches, or the mark is deep."""
    sheet.box(-10, 84, 250, 170, METAL)
    groove = {"smooth": 0, "catches": 9, "deep": 18}[state]
    colour = "#8f98a2" if state == "smooth" else INK
    if groove:
        sheet.shape([(112, 84), (112 + groove, 84 + groove), (112 + groove * 2, 84)], PAPER)
    else:
        sheet.line((104, 84), (136, 84), colour=colour, width=3)
    tip = (118 + groove * 0.5, 80 + groove * 0.8)
    sheet.shape([(30, 10), (64, 4), (118, 56), (106, 74), (40, 50)], SKIN)
    sheet.shape([(96, 46), (118, 52), tip, (104, 70)], NAIL)
    sheet.line((150, 60), (196, 60), colour=GREEN if state == "smooth" else RED, width=4)
    if state == "smooth":
        sheet.shape([(196, 50), (212, 60), (196, 70)], GREEN, GREEN)
    else:
        sheet.line((196, 46), (196, 74), colour=RED, width=5)


def phone(sheet: Sheet, state: str) -> None:
    """A phone whose screen is cracked, or whose body is dented."""
    sheet.box(76, 8, 164, 152, METAL, 10)
    sheet.box(83, 18, 157, 142, GLASS, 4)
    if state == "cracked":
        for turn in (20, 75, 130, 170, 215, 260, 320):
            x, y = 112 + 70 * math.cos(math.radians(turn)), 60 + 70 * math.sin(math.radians(turn))
            end = (min(156.0, max(84.0, x)), min(141.0, max(19.0, y)))
            sheet.line((112, 60), ((112 + end[0]) / 2 + 5, (60 + end[1]) / 2), end, colour="#e8edf2", width=1.5)
    else:
        sheet.shape([(164, 8), (140, 8), (150, 22), (164, 36)], PAPER)
        sheet.line((140, 8), (150, 22), (164, 36), colour=INK, width=3)
        sheet.disc(76, 104, 6, 14, PAPER)


def liquid(sheet: Sheet, red: bool) -> None:
    """The marker in a card slot: white, or red from water."""
    sheet.box(20, 40, 220, 120, METAL, 12)
    sheet.box(60, 62, 180, 98, GLASS, 4)
    sheet.disc(120, 80, 14, 14, RED if red else "#ffffff")


PICTURES: Mapping[str, Callable[[Sheet], None]] = {
    "bag_sealed": sealed_bag,
    "tag_attached": lambda sheet: tag(sheet, "whole"),
    "tag_cut": lambda sheet: tag(sheet, "cut"),
    "tag_none": lambda sheet: tag(sheet, "none", there=False),
    "lint": lint,
    "stain_small": lambda sheet: stained(sheet, large=False),
    "stain_large": lambda sheet: stained(sheet, large=True),
    "cloth_pull": lambda sheet: torn(sheet, "pull"),
    "cloth_seam": lambda sheet: torn(sheet, "seam"),
    "cloth_hole": lambda sheet: torn(sheet, "hole"),
    "cloth_balls": balls,
    "care_label_crisp": lambda sheet: care_label(sheet, soft=False),
    "care_label_soft": lambda sheet: care_label(sheet, soft=True),
    "box_sealed": lambda sheet: carton(sheet, "sealed"),
    "box_opened": lambda sheet: carton(sheet, "opened"),
    "box_whole": lambda sheet: carton(sheet, "whole"),
    "box_damaged": lambda sheet: carton(sheet, "damaged"),
    "strap_tag_uncut": lambda sheet: strap_tag(sheet, cut=False),
    "strap_tag_cut": lambda sheet: strap_tag(sheet, cut=True),
    **{
        f"sole_{state}": lambda sheet, state=state: sole(sheet, state) for state in ("clean", "dust", "scuffed", "worn")
    },
    **{f"insole_{state}": lambda sheet, state=state: insole(sheet, state) for state in ("whole", "faded", "gone")},
    **{f"corner_{state}": lambda sheet, state=state: corner(sheet, state) for state in ("smooth", "catches", "torn")},
    "rim_none": lambda sheet: rim(sheet, 0),
    "rim_chip_small": lambda sheet: rim(sheet, 7),
    "rim_chip_large": lambda sheet: rim(sheet, 26),
    "glaze_lines": lambda sheet: glaze(sheet, stained_=False),
    "glaze_stained": lambda sheet: glaze(sheet, stained_=True),
    "marks_near": lambda sheet: marks(sheet, far=False),
    "marks_far": lambda sheet: marks(sheet, far=True),
    **{f"nail_{state}": lambda sheet, state=state: nail(sheet, state) for state in ("smooth", "catches", "deep")},
    "screen_cracked": lambda sheet: phone(sheet, "cracked"),
    "body_dented": lambda sheet: phone(sheet, "dented"),
    "liquid_white": lambda sheet: liquid(sheet, red=False),
    "liquid_red": lambda sheet: liquid(sheet, red=True),
}


def drawn(name: str) -> Image.Image:
    """One of the pictures, by its name."""
    sheet = Sheet(name)
    PICTURES[name](sheet)
    return sheet.small()


def main() -> int:
    """Draws all of them into the folder that is named, or where the program looks for them."""
    default = Path(__file__).parents[1] / "resources" / "references"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        drawn(name).save(folder / f"{name}.png", optimize=True)
    print(f"{len(PICTURES)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

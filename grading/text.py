"""Reads the print in a photo by PP-OCR; its weights lie in rapidocr's wheel, and nothing is ever fetched.

It takes half a gigabyte of memory and seconds to load, so the station runs it in a process of its own.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import msgspec

from grading.jpeg import Pixels, decode

# The detector needs letters of about ten pixels; larger photos are read no better, only later.
LONGEST_SIDE = 1600
LEAST_CONFIDENCE = 0.5
_TALL = 1.5

Box = tuple[int, int, int, int]


class Line(msgspec.Struct, frozen=True):
    """One line of print: its text, how sure the reader is in thousandths, and left, top, width and height in
    pixels of the photo.
    """

    text: str
    confidence: int
    box: Box


def is_available() -> bool:
    """Whether the libraries that read text are there; nothing of them is loaded."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def reader() -> Callable[[bytes], tuple[Line, ...]]:
    """Return what reads a JPEG's lines from top to bottom, none for what is no photo.

    It works in one thread, for the bench has others to serve. Raises ImportError when the libraries are not there.
    """
    from numpy import rot90
    from rapidocr import RapidOCR
    from rapidocr.utils.output import RapidOCROutput

    one_thread = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
    params: dict[str, object] = {f"EngineConfig.onnxruntime.{name}": value for name, value in one_thread.items()}
    params |= {"Global.log_level": "critical", "Global.max_side_len": LONGEST_SIDE}
    params |= {"Global.text_score": LEAST_CONFIDENCE}
    engine = RapidOCR(params=params)

    def lines(pixels: Pixels) -> list[Line]:
        found = engine(pixels)
        if not isinstance(found, RapidOCROutput) or found.boxes is None or found.txts is None or found.scores is None:
            return []
        return [
            Line(text, round(score * 1000), _upright(corners.tolist()))
            for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        ]

    def read(jpeg: bytes) -> tuple[Line, ...]:
        pixels = decode(jpeg)
        if pixels is None:
            return ()
        found = lines(pixels)
        if is_on_its_side(found):
            # Long lines that run up or down are read badly; which of the two ways is up, the reading tells.
            clockwise = [turned_back(each, pixels.shape[0], True) for each in lines(rot90(pixels, -1))]
            other = [turned_back(each, pixels.shape[1], False) for each in lines(rot90(pixels))]
            found = max(found, clockwise, other, key=_weight)
        return tuple(sorted(found, key=lambda line: (line.box[1], line.box[0])))

    return read


def is_on_its_side(lines: Sequence[Line]) -> bool:
    """Whether most of the print runs up or down the photo."""
    upright = sum(len(line.text) for line in lines if line.box[3] > _TALL * line.box[2])
    return upright * 2 > sum(len(line.text) for line in lines)


def turned_back(line: Line, side: int, clockwise: bool) -> Line:
    """Return a line of a photo that was turned by a quarter with its place in the photo as it was.

    `side` is the height of the photo as it was where it was turned clockwise, else its width.
    """
    left, top, width, height = line.box
    box = (top, side - left - width, height, width) if clockwise else (side - top - height, left, height, width)
    return msgspec.structs.replace(line, box=box)


def _weight(lines: Sequence[Line]) -> int:
    return sum(len(line.text) * line.confidence for line in lines)


def _upright(corners: list[list[float]]) -> Box:
    """The smallest box that holds the four corners and does not leave the photo at its top and left."""
    across, down = ([corner[axis] for corner in corners] for axis in (0, 1))
    left, top = max(0, round(min(across))), max(0, round(min(down)))
    return left, top, round(max(across)) - left, round(max(down)) - top

"""Reads the print in a photo by PP-OCR; its weights lie in rapidocr's wheel, and nothing is ever fetched.

It takes half a gigabyte of memory and seconds to load, so the station runs it in a process of its own.
"""

from collections.abc import Callable
from importlib.util import find_spec

import msgspec

from grading.jpeg import decode

# The detector needs letters of about ten pixels; larger photos are read no better, only later.
LONGEST_SIDE = 1600
LEAST_CONFIDENCE = 0.5

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
    from rapidocr import RapidOCR
    from rapidocr.utils.output import RapidOCROutput

    one_thread = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
    params: dict[str, object] = {f"EngineConfig.onnxruntime.{name}": value for name, value in one_thread.items()}
    params |= {"Global.log_level": "critical", "Global.max_side_len": LONGEST_SIDE}
    params |= {"Global.text_score": LEAST_CONFIDENCE}
    engine = RapidOCR(params=params)

    def read(jpeg: bytes) -> tuple[Line, ...]:
        pixels = decode(jpeg)
        if pixels is None:
            return ()
        found = engine(pixels)
        if not isinstance(found, RapidOCROutput) or found.boxes is None or found.txts is None or found.scores is None:
            return ()
        lines = [
            Line(text, round(score * 1000), _upright(corners.tolist()))
            for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        ]
        return tuple(sorted(lines, key=lambda line: (line.box[1], line.box[0])))

    return read


def _upright(corners: list[list[float]]) -> Box:
    """The smallest box that holds the four corners and does not leave the photo at its top and left."""
    across, down = ([corner[axis] for corner in corners] for axis in (0, 1))
    left, top = max(0, round(min(across))), max(0, round(min(down)))
    return left, top, round(max(across)) - left, round(max(down)) - top

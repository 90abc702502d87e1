"""Shows where a photo is unlike good ones, where no two pieces are alike and none can be laid over another.

A small PatchCore (Roth 2022, arXiv 2106.08265): each place of the photo is told by one stage of a network, and looked
up among the places of good photos; how far the nearest is says how unusual it is. The network is the detector of text
that lies in rapidocr's wheel: it has seen many surfaces, and nothing is fetched or trained. It is loaded by a process
of its own (`station.cli.unusual`), for it takes memory and seconds.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from grading.compare import Region
from grading.jpeg import Pixels, decode
from grading.mat import item_mask, locate_in

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Places = NDArray[numpy.float32]
else:
    Places = Any

Eyes = Callable[[Pixels], Places]
"""What a square picture of SIDE pixels looks like: rows, columns and features."""

ENOUGH = 10
"""With fewer good photos it is not known what is usual."""
MOST = 20
SIDE = 256
# Of the stages of the network the one a sixteenth as large as the picture told defects best (see the README).
_STAGE = "Add.121"
_HIGH = 99
_SHOWN = 480


class Unusual(msgspec.Struct, frozen=True):
    """How unusual the most unusual place is, in thousandths of what is unusual among the good ones (1000: as they are).

    `region` is that place, in thousandths of the photo; `heat` a JPEG of the photo in which unusual places glow.
    """

    permille: int
    region: Region
    heat: bytes


class Usual(NamedTuple):
    """What good photos look like: the middle and spread of each feature, all their places, and how unusual one is."""

    middle: Places
    spread: Places
    places: Places
    height: float


def is_available() -> bool:
    """Whether the libraries and the network are there; nothing of them is loaded."""
    return find_spec("onnxruntime") is not None and _network() is not None


def eyes() -> Eyes:
    """Load the network. Raises ImportError when it is not there."""
    import numpy
    from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]

    path = _network()
    if path is None:
        raise ImportError("rapidocr and its detector of text are not there")
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = InferenceSession(path.read_bytes() + _output(_STAGE), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    mean, spread = numpy.array([0.485, 0.456, 0.406]), numpy.array([0.229, 0.224, 0.225])

    def see(square: Pixels) -> Places:
        given = ((square / 255 - mean) / spread).transpose(2, 0, 1)[None].astype(numpy.float32)
        return _smooth(session.run([_STAGE], {name: given})[0][0])

    return see


def learn(good: Sequence[bytes], see: Eyes) -> Usual | None:
    """Learn what is usual from good photos; None from fewer than ENOUGH."""
    import numpy

    photos = [each for each in map(decode, good[:MOST]) if each is not None]
    if len(photos) < ENOUGH:
        return None
    seen = [see(_square(each, _box(each))) for each in photos]
    middle: Places = numpy.asarray(numpy.mean(seen, (0, 1, 2)), numpy.float32)
    spread: Places = numpy.asarray(numpy.std(seen, (0, 1, 2)) + 1e-3, numpy.float32)
    known = [((each - middle) / spread).reshape(-1, len(middle)) for each in seen]
    shape = seen[0].shape
    # Each is looked up among the others: among all it would find itself.
    heights = [
        _height(_far(each.reshape(shape), numpy.concatenate([*known[:at], *known[at + 1 :]])))
        for at, each in enumerate(known)
    ]
    return Usual(middle, spread, numpy.concatenate(known), float(numpy.median(heights)))


def look(jpeg: bytes, usual: Usual, see: Eyes) -> Unusual | None:
    """Look for what is unusual in a photo; None where it is none."""
    pixels = decode(jpeg)
    if pixels is None:
        return None
    box = _box(pixels)
    far = _far((see(_square(pixels, box)) - usual.middle) / usual.spread, usual.places) / max(usual.height, 1e-6)
    return Unusual(round(1000 * _height(far)), _region(far, box, pixels.shape), _glow(pixels, box, far))


def _network() -> Path | None:
    spec = find_spec("rapidocr")
    folders = (spec.submodule_search_locations if spec is not None else None) or ()
    return next((path for each in folders for path in sorted(Path(each).glob("models/*_det_*.onnx"))), None)


def _output(name: str) -> bytes:
    """What makes a stage an output, put after the network: protocol buffers that follow each other are merged.

    ModelProto.graph (7), GraphProto.output (12), ValueInfoProto.name (1), as in onnx.proto.
    """
    value = b"\x0a" + bytes([len(name)]) + name.encode()
    output = b"\x62" + bytes([len(value)]) + value
    return b"\x3a" + bytes([len(output)]) + output


def _smooth(stage: Places) -> Places:
    """Each place with the eight around it, as rows, columns and features."""
    import cv2
    import numpy

    return numpy.stack([cv2.blur(numpy.ascontiguousarray(each), (3, 3)) for each in stage], axis=-1)


def _box(pixels: Pixels) -> tuple[int, int, int, int]:
    """Left, top, width and height of the item on a printed mat; of the whole photo without one."""
    import cv2

    mat = locate_in(pixels)
    item = item_mask(pixels, mat) if mat is not None else None
    if item is None:
        return 0, 0, pixels.shape[1], pixels.shape[0]
    left, top, width, height = cv2.boundingRect(item)
    return int(left), int(top), int(width), int(height)


def _square(pixels: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    import cv2

    left, top, width, height = box
    return cv2.resize(pixels[top : top + height, left : left + width], (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def _far(places: Places, known: Places) -> Places:
    """How far each place is from the nearest of those known."""
    import cv2
    import numpy

    asked = places.reshape(-1, places.shape[-1])
    squares = (asked**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * asked @ known.T
    nearest = numpy.sqrt(numpy.maximum(squares.min(axis=1), 0)).reshape(places.shape[:2])
    blurred: Places = cv2.GaussianBlur(nearest.astype(numpy.float32), (0, 0), 1)
    return blurred


def _height(far: Places) -> float:
    import numpy

    return float(numpy.percentile(far, _HIGH))


def _region(far: Places, box: tuple[int, int, int, int], size: tuple[int, ...]) -> Region:
    """The places beside the most unusual one that are nearly as unusual."""
    import cv2
    import numpy

    _, labels, stats, _ = cv2.connectedComponentsWithStats((far >= 0.9 * far.max()).astype(numpy.uint8))
    left, top, width, height = (int(each) for each in stats[labels[numpy.unravel_index(far.argmax(), far.shape)]][:4])
    across, down = box[2] / far.shape[1], box[3] / far.shape[0]
    x, y = 1000 * (box[0] + left * across) / size[1], 1000 * (box[1] + top * down) / size[0]
    return Region(
        int(x), int(y), max(1, int(1000 * width * across / size[1])), max(1, int(1000 * height * down / size[0]))
    )


def _glow(pixels: Pixels, box: tuple[int, int, int, int], unusual: Places) -> bytes:
    """The photo in grey, and in it what is unusual from yellow to red."""
    import cv2
    import numpy

    left, top, width, height = box
    strength = numpy.zeros(pixels.shape[:2], numpy.float32)
    strength[top : top + height, left : left + width] = cv2.resize(unusual, (width, height))
    scale = min(1.0, _SHOWN / max(pixels.shape[:2]))
    small, strength = (
        cv2.resize(each, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for each in (pixels, strength)
    )
    heat = numpy.clip((strength - 0.8) / 0.8, 0, 1)
    grey = cv2.cvtColor(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    colours = numpy.stack([heat * 0, 220 * (1 - heat), heat * 0 + 255], axis=-1)
    mixed = grey * (1 - 0.6 * heat[..., None]) + colours * 0.6 * heat[..., None]
    return cv2.imencode(".jpg", mixed.astype(numpy.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()

"""How well photos are read: `python tests/long/read_photos.py --codes FOLDER`, `--text FOLDER` or `--serials FOLDER`.

FOLDER is zxing's black box: core/src/test/resources/blackbox of https://github.com/zxing/zxing (Apache 2.0), some 1,100
photos and drawn codes in folders, each with the text it holds. Each is given to the product's own function as a
JPEG, as a camera would. Printed are, for each folder: photos, read right, read wrong, read besides, and milliseconds of
the processor. `falsepositives` and `partial` hold nothing to be read. `--plain` asks zxing-cpp once as well, for
comparison, and prints its row under ours.

For `--text`, FOLDER is Test-images of https://github.com/MonaKhaled10/Expiration-Date-Recognition: 36 photos of food
taken in shops, samples of the ExpDate set. The dates below are what a person reads there behind a word for expiry;
where none is, none may be claimed. Exact is the right date alone, asked one among others, wrong another one unasked.

For `--serials`, FOLDER is "Apple serial" of https://github.com/SERIAL-OCR/apple-ocr-backend: 25 photos of laptops' grey
print on grey, small, some lying on their side. No serial number is ever taken unasked: exact is the right one offered
alone, asked one among several that look alike, wrong another one offered alone.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402 (the path to ours is set one line above)
import msgspec  # noqa: E402
import numpy  # noqa: E402
import zxingcpp  # noqa: E402

from grading import reading, text  # noqa: E402
from grading.codes import read  # noqa: E402
from resources import find as resources  # noqa: E402
from station.gs1 import expand_upc_e  # noqa: E402

NOTHING_TO_READ = ("falsepositives", "partial", "unsupported")
QUALITY = 95
# The symbols that stand on goods and parcels: those of the shops, of makers and carriers, and the small square ones.
OF_GOODS = ("ean13", "ean8", "upca", "upce", "code128", "code39", "itf", "qrcode", "datamatrix")

# What a person reads in the photos of ExpDate that name an expiry in English or French.
EXPIRIES = {
    "img_00013": "2021-02-26",
    "img_00024": "2021-09-19",
    "img_00093": "2022-02-15",
    "img_00095": "2021-12-28",
    "img_00099": "2021-03-04",
    "img_00103": "2021-11-11",
    "img_00151": "2022-05-31",
    "img_00230": "2023-09-01",
    "img_00231": "2022-04-14",
    "img_00285": "2022-06-30",
    "test_00207": "2021-04-18",
    "test_00210": "2021-04-28",
    "test_00485": "2021-11-30",
    "test_00486": "2021-09-30",
    "test_00646": "2021-03-11",
    "test_00648": "2021-08-03",
}

# What a person reads in the photos of serial numbers, by the end of the name; in the others nobody was sure.
SERIALS = {
    "0024": "C02G414GMD6N",
    "0025": "C02ZX3B4MD6N",
    "0026": "C02F5D3XMD6M",
    "0027": "C02F909QMD6N",
    "0028": "C02G7BDVQ6L4",
    "0029": "C02ZX3B4MD6N",
    "0030": "C02YQH9BLVCF",
    "0031": "C02XP0HVJG5H",
    "0032": "C02Y77Y2JG5H",
    "0033": "C02Y77VKJG5H",
    "0034": "C02Y94ZEJG5H",
    "0035": "C02YQEYGLVCF",
    "0037": "C02XP181JG5H",
    "0038": "C02Y95LGJG5H",
    "0039": "C02Y95A8JG5H",
    "0040": "C02YQERBLVCF",
    "0042": "C02XP2J5JG5H",
    "0043": "C02Z50Y9LVCF",
    "0044": "C02C219UMD6N",
    "0046": "C02FH4MAMD6N",
    "0047": "C02FJ28JMD6N",
    "0048": "C02D14REMD6N",
}

Reader = Callable[[bytes], list[str]]


class Photo(msgspec.Struct, frozen=True):
    """One photo as a JPEG, and what it holds; nothing where it holds nothing."""

    path: Path
    jpeg: bytes
    expected: str


class Folder(msgspec.Struct):
    """What came of the photos of one folder."""

    photos: int = 0
    right: int = 0
    wrong: int = 0
    besides: int = 0
    times_ms: list[float] = []

    def add(self, photo: Photo, texts: list[str], took_ms: float) -> None:
        """Count one photo."""
        seen, wanted = {bare(text) for text in texts}, bare(photo.expected)
        self.photos += 1
        self.right += bool(wanted) and wanted in seen
        self.wrong += bool(seen) and wanted not in seen
        self.besides += len(seen - {wanted}) if wanted in seen else 0
        self.times_ms.append(took_ms)


def photos(folder: Path) -> Iterator[Photo]:
    """The photos of one folder whose text is known as text."""
    holds_nothing = folder.name.startswith(NOTHING_TO_READ)
    for path in sorted(folder.iterdir()):
        pixels = cv2.imread(str(path)) if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".gif") else None
        text = path.with_suffix(".txt")
        if pixels is None or not (holds_nothing or text.exists()):
            continue
        jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
        yield Photo(path, jpeg, "" if holds_nothing else written(text.read_bytes()))


def written(content: bytes) -> str:
    """The text of a sidecar file: most are UTF-8, a few older ones are not."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def bare(text: str) -> str:
    """What two ways to write one content have in common.

    zxing writes GS1 with brackets, a UPC-E short, a GTIN of GS1 DataBar without its 01, and Codabar without end signs.
    """
    signs = "".join(sign for sign in text if sign.isalnum())
    signs = signs[1:-1] if signs[1:-1].isdecimal() and signs[:1] in "ABCD" and signs[-1:] in "ABCD" else signs
    if len(signs) == 16 and signs.startswith("01") and signs.isdecimal():
        signs = signs[2:]
    if len(signs) == 8 and signs.startswith("0"):
        signs = expand_upc_e(signs) or signs
    return signs.lstrip("0") if signs.isdecimal() else signs


def ladder(jpeg: bytes) -> list[str]:
    """The product's own function; its time is the processor's, so that what else the machine does changes nothing."""
    return [code.text for code in read(jpeg, clock=time.thread_time)]


def plain(jpeg: bytes) -> list[str]:
    """zxing-cpp, asked once."""
    pixels = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    return [each.text for each in zxingcpp.read_barcodes(pixels, text_mode=zxingcpp.TextMode.Plain) if each.text]


def measured(folder: Path, readers: dict[str, Reader], tell: bool) -> dict[str, Folder]:
    """Read every photo of a folder by every reader; `tell` names those that went wrong."""
    found = {name: Folder() for name in readers}
    for photo in photos(folder):
        for name, reader in readers.items():
            began = time.thread_time()
            texts = reader(photo.jpeg)
            found[name].add(photo, texts, (time.thread_time() - began) * 1000)
            missed = bare(photo.expected) not in {bare(text) for text in texts} and (texts or photo.expected)
            if tell and missed:
                print(f"    {name} {folder.name}/{photo.path.name}: {texts or 'nothing'}, not {photo.expected[:60]!r}")
    return found


def texts_of(folder: Path, tell: bool) -> int:
    """Print how the expiry dates of a folder are read; the exit code is 1 when one is wrong and nobody is asked."""
    read_lines, patterns = text.reader(), reading.load(resources.read("readings.toml"))
    counts: dict[str, int] = {"exact": 0, "asked": 0, "wrong": 0, "unread": 0, "none, rightly": 0}
    times_ms = []
    for path in sorted(each for each in folder.iterdir() if each.suffix.lower() in (".jpg", ".jpeg", ".png")):
        coded = cv2.imencode(".jpg", cv2.imread(str(path)), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
        began = time.thread_time()
        found = reading.find(read_lines(coded), (), patterns)
        times_ms.append((time.thread_time() - began) * 1000)
        claimed = [(each.text, *each.others) for each in found if each.kind == "expiry"]
        result = judged(claimed, EXPIRIES.get(path.stem, ""))
        counts[result] += 1
        if tell:
            print(f"    {path.name}: {result}: {claimed}, not {EXPIRIES.get(path.stem, 'any')}", flush=True)
    said = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(
        f"{sum(counts.values())} photos, {len(EXPIRIES)} name an expiry: {said}; {statistics.median(times_ms):.0f} ms"
    )
    return int(counts["wrong"] > 0)


def serials_of(folder: Path, tell: bool) -> int:
    """Print how the serial numbers of a folder are read; the exit code is 1 when only a wrong one would be offered."""
    read_lines, patterns = text.reader(), reading.load(resources.read("readings.toml"))
    counts: dict[str, int] = {"exact": 0, "asked": 0, "wrong": 0, "unread": 0, "none, rightly": 0}
    times_ms = []
    for path in sorted(folder.glob("*.jpg")):
        true = SERIALS.get(path.stem[-4:])
        if true is None:
            continue
        began = time.thread_time()
        found = reading.find(read_lines(path.read_bytes()), (), patterns)
        times_ms.append((time.thread_time() - began) * 1000)
        first = next((each.text for each in found if each.kind == "serial"), "")
        offered = {each.text for each in found if first and reading.compare(each.text, first) != "different"}
        result = "asked" if len(offered) > 1 and true in offered else judged([tuple(offered)], true)
        counts[result] += 1
        if tell:
            print(f"    {path.name}: {result}: {sorted(offered)}, not {true}", flush=True)
    said = ", ".join(f"{name} {count}" for name, count in counts.items() if name != "none, rightly")
    print(f"{sum(counts.values())} photos with a serial number: {said}; {statistics.median(times_ms):.0f} ms")
    return int(counts["wrong"] > 0)


def judged(claimed: list[tuple[str, ...]], true: str) -> str:
    """What the readings of one photo come to: several dates mean that a person is asked."""
    dates = {each for dates in claimed for each in dates}
    if not dates:
        return "unread" if true else "none, rightly"
    if len(dates) > 1:
        return "asked"
    return "exact" if dates == {true} else "wrong"


def line(name: str, each: Folder) -> str:
    """One row of the table."""
    times = sorted(each.times_ms)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    counts = f"{each.photos:6} {each.right:6} {each.wrong:6} {each.besides:8}"
    return f"{name:30} {counts} {statistics.median(times):8.0f} {p99:8.0f}"


def main() -> int:
    """Print the table; the exit code is 1 when something was read that is not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--codes", type=Path, metavar="FOLDER", help="zxing's blackbox folder")
    what.add_argument("--text", type=Path, metavar="FOLDER", help="ExpDate's photos")
    what.add_argument("--serials", type=Path, metavar="FOLDER", help="photos of laptops' serial numbers")
    parser.add_argument("--only", default="", metavar="NAME", help="folders whose name begins so")
    parser.add_argument("--plain", action="store_true", help="ask zxing-cpp once as well")
    parser.add_argument("--tell", action="store_true", help="name every photo that was not read right")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.text is not None:
        return texts_of(asked.text, asked.tell)
    if asked.serials is not None:
        return serials_of(asked.serials, asked.tell)
    print(f"{'':30} photos  right  wrong  besides   p50 ms   p99 ms")
    readers: dict[str, Reader] = {"ladder": ladder} | ({"plain": plain} if asked.plain else {})
    sums: dict[tuple[str, str], Folder] = {}
    for folder in sorted(each for each in asked.codes.iterdir() if each.is_dir() and each.name.startswith(asked.only)):
        empty = folder.name.startswith(NOTHING_TO_READ)
        names = ["with nothing to read"] if empty else ["all with a code"]
        names += ["symbols of goods"] if folder.name.startswith(OF_GOODS) else []
        for reader, found in measured(folder, readers, asked.tell).items():
            if not found.photos:
                continue
            print(line(f"{folder.name} {reader}", found), flush=True)
            for name in names:
                total = sums.setdefault((name, reader), Folder())
                for field in ("photos", "right", "wrong", "besides"):
                    setattr(total, field, getattr(total, field) + getattr(found, field))
                total.times_ms += found.times_ms
    for (name, reader), total in sorted(sums.items()):
        print(line(f"{name} {reader}", total))
    return int(any(total.wrong for (name, _), total in sums.items() if name == "with nothing to read"))


if __name__ == "__main__":
    sys.exit(main())

"""Each page and each stage as a picture, to be looked at: both themes, two languages, two sizes."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from devices.readings import Down, Fault, PrintWaiting
from resources.words import languages
from station.calibration.due import Rate
from station.inputs import Do, PhotoChecked
from station.receiving.facts import ExceptionRaised
from ui.pages.settings import SettingsPage
from ui.window import Window

FOLDER = Path(os.environ.get("SCREENSHOTS", "build/screenshots"))
SIZES = ((1280, 800), (1920, 1080))


def scenes(hands) -> Iterator[tuple[str, dict]]:
    """Walk through a day at the bench; yield a name for each picture, and how to look."""
    yield "01-sign-in", {}
    hands.scan("BDG-1001")
    yield "02-pin", {}
    hands.scan("1234")
    yield "03-idle", {}
    hands.scan("9506000001074")
    yield "04-refused", {}
    hands.desk.acknowledge()
    hands.scan("HELLO WORLD 1")
    yield "05-meaning", {}
    hands.do(Do.CANCEL)
    hands.begin_unweighed("again")
    yield "05-again", {}
    hands.do(Do.CANCEL)
    hands.do(Do.CANCEL)
    parcel = hands.begin_unweighed("three-orders")
    hands.lay("2280")
    yield "06-weigh", {}
    hands.weigh(parcel.weight_mg)
    yield "07-item", {}
    hands.scan(parcel.items[0].code)
    yield "08-photo", {}
    request = hands.next_request()
    hands.do(Do.SHOOT)
    hands.take(PhotoChecked(request, hands.last_photo(), 9, ("blurred",), 20, 400))
    yield "09-doubt", {}
    hands.do(Do.CHOOSE, "again")
    hands.go_to("inspect")
    yield "10-inspect-pictures", {}
    yield "10-inspect-pictures-large", {"enlarged": True}
    hands.do(Do.CHOOSE, "tagged")
    hands.go_to("inspect")
    yield "10-inspect", {}
    hands.go_to("result")
    yield "11-result", {}
    hands.go_to("label")
    hands.take(Down("scale", Fault.lost, 0.0))
    hands.take(PrintWaiting("printer", "x", Fault.media_out, True, 0.0))
    yield "12-label-printer-out", {}
    hands.go_to("place")
    yield "13-place", {}
    hands.scan("BIN-RECYCLE-01")
    yield "14-wrong-bin", {}
    hands.go_to("item")
    yield "15-next-item", {}
    hands.scan(parcel.items[1].code)
    hands.go_to("result", {"packaging": "whole", "tag": "cut", "soles": "scuffed"})
    yield "16-result-refurb", {}
    hands.do(Do.OVERRIDE)
    yield "17-route", {}
    hands.do(Do.CHOOSE, "resale")
    yield "17-route-why", {}
    hands.do(Do.CANCEL)
    hands.do(Do.CONFIRM)
    yield "17-prep", {"at": time.monotonic() + 23}
    hands.do(Do.SKIP)
    yield "17-prep-why", {}
    hands.do(Do.CANCEL)
    hands.go_to("item")
    hands.do(Do.NO_CODE)
    yield "18-which", {}
    hands.do(Do.CANCEL)
    hands.do(Do.FINISH)
    yield "19-missing", {}
    hands.do(Do.CHOOSE, "missing")
    hands.scan(hands.begin("recalled").items[0].code)
    yield "19-stop-recall", {}
    hands.go_to("item")
    hands.do(Do.FINISH)
    hands.scan(hands.begin("hazard").items[0].code)
    hands.scan("PB233813321")
    hands.go_to("interlock", {"battery": "yes"})
    yield "19-stop-hazard", {}
    yield "20-bins", {"page": "bins"}
    yield "20-bins-inside", {"page": "bins", "bin": hands.bench.state.bins[0].code}
    yield "21-search-empty", {"page": "search"}
    yield "22-search", {"page": "search", "searched": parcel.code}
    yield "22-search-item", {"page": "search", "searched": "LPNA010000001K"}
    yield "22-search-hour", {"page": "search", "searched": "BDG-1001"}
    yield "22-search-nothing", {"page": "search", "searched": "RMA-9999"}
    hands.take(Down("camera", Fault.frozen, 0.0))
    yield "23-devices", {"page": "devices"}
    yield "24-settings", {"page": "settings"}
    hands.go_to("item")
    hands.do(Do.FINISH)
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "tagged")
    hands.go_to("inspect")
    for answer in ("no", "whole"):
        hands.do(Do.CHOOSE, answer)
    yield "25-inspect-rest", {}
    hands.do(Do.CHOOSE, "near")
    hands.do(Do.REST)
    yield "26-inspect-last", {}
    hands.go_to("result")
    yield "27-result-defects", {}
    hands.go_to("item")
    hands.do(Do.FINISH)
    hands.scan(hands.begin("headphones").items[0].code)
    hands.scan("H2224425130")
    hands.go_to("inspect")
    for answer in ("no", "no_box", "clean", "no", "all", "yes", "same", "all", "yes", "whole"):
        hands.do(Do.CHOOSE, answer)
    yield "28-inspect-many", {}
    hands.do(Do.CHOOSE, "none")
    yield "29-result-no-box", {}
    hands.go_to("item")
    hands.do(Do.FINISH)
    hands.do(Do.CHOOSE, "missing")
    hands.do(Do.SIGN_OUT)
    hands.scan("BDG-9001")
    hands.scan("9999")
    yield "30-shift", {"page": "shift"}
    hands.do(Do.BINS)
    yield "39-which-bin", {}
    full = next(each.code for each in hands.bench.state.bins if hands.bench.known.plates_in(each.code))
    hands.scan(full)
    yield "39-bin-act", {}
    hands.do(Do.CHOOSE, "merge")
    yield "39-bin-into", {}
    hands.do(Do.CANCEL)
    hands.scan(full)
    hands.do(Do.CHOOSE, "move")
    yield "39-bin-to", {}
    hands.do(Do.CANCEL)
    hands.scan(full)
    hands.do(Do.CHOOSE, "count")
    hands.scan("NOT-OURS")
    yield "39-bin-count", {}
    yield "39-bin-count-page", {"page": "bins", "bin": full}
    hands.do(Do.FINISH)
    yield "39-bin-differs", {}
    hands.do(Do.CONFIRM)
    yield "39-idle-undo", {}
    yield "36-exceptions", {"page": "exceptions"}
    hands.do(Do.DECIDE)
    yield "36-which-exception", {}
    hands.do(Do.CANCEL)
    photographed = next(each for each in hands.bench.known.exceptions_waiting() if each.photos)
    more = [ExceptionRaised(f"E{n}", "held", "client", item=photographed.item) for n in range(9)]
    hands.bench.journal.append(more, operator="BDG-1001", shift="")
    hands.do(Do.DECIDE)
    yield "36-which-of-many", {}
    hands.scan("E0")
    yield "37-decision", {}
    hands.do(Do.CHOOSE, "release")
    yield "37-decision-to", {}
    hands.do(Do.CHOOSE, "resale")
    yield "37-decision-why", {}
    hands.do(Do.CHOOSE, "seen")
    hands.do(Do.UNDO)
    yield "38-decided", {}
    hands.do(Do.CANCEL)
    hands.bench.known._rate = Rate(100, 48)
    hands.do(Do.SECOND_LOOK)
    yield "39-second-item", {}
    hands.scan(hands.bench.state.ask.choices[0].value)
    yield "39-second-look", {}
    hands.do(Do.CANCEL)
    hands.do(Do.CLOSE_SHIFT)
    yield "30-about-shift", {}
    hands.do(Do.CHOOSE, "sheet")
    yield "30-sheet", {}
    hands.do(Do.CHOOSE, "UPS")
    yield "30-sheet-number", {}
    hands.scan("12")
    yield "30-sheet-refused", {}
    hands.do(Do.CONFIRM)
    hands.do(Do.CONFIRM)
    yield "30-shift-line", {"page": "shift", "line": "2/Tallowby/"}
    hands.do(Do.CLOSE_SHIFT)
    hands.do(Do.CHOOSE, "count")
    yield "31-count", {}
    yield "31-count-shift", {"page": "shift"}
    hands.do(Do.MOVE_BIN)
    yield "31-count-moved", {}
    first, *others = hands.desk.bench.state.ask.choices
    hands.scan(first.value)
    yield "31-count-moved-to", {}
    hands.scan("Recycler, pallet 7")
    for number, each in enumerate(others):
        hands.scan(each.value)
        yield "32-count-bin", {}
        hands.scan(f"NOT-OURS-{number}")
        hands.do(Do.CONFIRM)
    hands.do(Do.FINISH)
    yield "33-review", {}
    yield "34-review-shift", {"page": "shift"}
    yield "34-review-work", {"page": "shift", "line": "work/"}
    hands.do(Do.CHOOSE, "1")
    yield "35-line-why", {}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_stage_and_page_is_drawn(
    hands, see: Callable, dress: Callable, theme: str, language: str, size: tuple[int, int], qapp: QApplication
) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    dress(theme)
    window = Window(SettingsPage(languages()))
    window.resize(*size)
    window.show()
    for name, how in scenes(hands):
        enlarged = how.pop("enlarged", False)
        window.render(replace(see(language, theme, **how), enlarged=enlarged))
        qapp.processEvents()
        drawn = window.grab()
        assert drawn.size().width() == size[0]
        assert drawn.save(str(FOLDER / f"{name}-{language}-{theme}-{size[0]}.png"))
    window.close()
    window.deleteLater()

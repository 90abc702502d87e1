"""What central counted of a customer's earlier returns stands on the screen: plain counts, what to do, and who asks."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QLabel

from station.local_copy import LocalCopy, Record
from station.records import Pattern, PatternSign, pattern_key
from tests.station.conftest import parcel_called
from ui.story import sentence
from ui.window import Window

FOLDER = Path(os.environ.get("SCREENSHOTS", "build/screenshots"))
SIGNS = (PatternSign("another_product", 3, 9), PatternSign("unheard", 1, 2), PatternSign("weight", 4, 9))
CARE = Pattern("Lumenfold", "c-7f31a9", "care", SIGNS, 4, 365, "2999-01-01", ("photo_serial", "weigh"))


@pytest.fixture
def counted(hands, tmp_path: Path) -> object:
    """A bench that central has told of the customer of the headphones, with their parcel on it."""
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    (order,) = copy.orders(parcel_called("headphones").code)
    told = {
        ("order", order.rma): msgspec.structs.replace(order, customer=CARE.customer),
        ("pattern", pattern_key(CARE.client, CARE.customer)): CARE,
    }
    first = copy.cursor() + 1
    records = [
        Record(seq, kind, key, msgspec.Raw(msgspec.json.encode(value)))
        for seq, ((kind, key), value) in enumerate(told.items(), first)
    ]
    copy.apply(first, first + 1, records)
    copy.close()
    hands.sign_in()
    hands.scan(hands.begin("headphones").items[0].code)
    return hands


def said(window: Window) -> str:
    labels = [each for each in window.findChildren(QLabel) if each.isVisible()]
    return " ".join(each.accessibleName() or each.text() for each in labels)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_counts_stand_in_the_evidence_and_the_stop_says_what_to_do(
    counted, see: Callable, window: Window, language: str
) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("stop", "photo"):
        window.render(see(language))
        QApplication.processEvents()
        assert window.grab().save(str(FOLDER / f"30-counted-{name}-{language}.png"))
        spoken = said(window)
        for count in (
            ("3 of this customer's last 9", "4 of this customer's") if language == "en" else ("3 de los últimos 9",)
        ):
            assert spoken.count(count) == 1
        if name == "stop":
            counted.weigh(410_000)
            counted.scan(parcel_called("headphones").items[0].serial)
            counted.go_to("photo")
    counted.go_to("result")
    assert "care_serial" in [shot.shot for shot in see().shots]


def test_the_story_of_the_parcel_tells_them_too(counted, see: Callable) -> None:
    lines = see(page="search", searched=parcel_called("headphones").code).story
    told = [sentence(see().tr, line) for line in lines]
    assert [each for each in told if "Central counted" in each and "3 of this customer's last 9 items" in each]
    assert not [each for each in told if CARE.customer in each]

"""A refresher on the screen: the past item's photos beside the question, each to be looked at large."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QApplication, QWidget

from resources.words import languages
from station.calibration.facts import RefresherBegan
from station.calibration.practising import Practice
from ui.pages.settings import SettingsPage
from ui.screen import Manner, Opened, look
from ui.window import Window


def test_its_photos_are_seen_and_looked_into_and_no_bins(
    hands, see: Callable, dress: Callable, qapp: QApplication
) -> None:
    dress("light")
    hands.sign_in()
    rubric = hands.bench.known.rubric("apparel", "Northwind")
    photos = (("front", "a" * 64), ("back", "b" * 64))
    began = RefresherBegan("I1", "N1", "Cotton tee", "apparel", "", rubric.name, "A", (), photos, "matched")
    hands.bench.state = msgspec.structs.replace(hands.bench.state, practice=Practice(began))
    window = Window(SettingsPage(languages()))
    window.resize(1280, 800)
    window.show()
    view = see()
    assert [(each.shot, each.sha256) for each in view.shots] == list(photos)
    window.render(view)
    qapp.processEvents()
    words = {each.text() for each in window.findChildren(QWidget) if hasattr(each, "text") and each.isVisible()}
    assert "Cotton tee" in words and not any("Open bins" in each for each in words)
    manner = Manner(view.tr, view.settings, "14:32", at=0.0)
    large = look(hands.desk, view.figures, manner, Opened(photo="b" * 64), history=hands.history)
    assert large.looked is not None and large.looked.sha256 == "b" * 64
    window.render(large)
    qapp.processEvents()
    titles = {each.text() for each in window.findChildren(QWidget) if hasattr(each, "text") and each.isVisible()}
    assert any(each.startswith("Photo 2 of 2") for each in titles)
    window.close()

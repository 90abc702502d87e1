"""Over the live picture stands what to do, in the reader's language; nothing else moves for it."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from grading.gate import LIVE_TEXTS
from resources.words import Translator, languages
from station.inputs import Do, FrameJudged, PhotoChecked
from ui.pages.settings import SettingsPage
from ui.parts.guide import live_words
from ui.parts.preview import Preview
from ui.window import Window

BOX = (0.3, 0.2, 0.6, 0.8)


@pytest.fixture
def window(hands, dress: Callable, qapp: QApplication) -> Iterator[Window]:
    """The bench at its first photo."""
    dress("light")
    hands.sign_in()
    hands.begin("headphones")
    hands.scan("9506000001074")
    hands.go_to("serial")
    hands.scan("H2224425130")
    made = Window(SettingsPage(languages()))
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def painted(window: Window, view: object) -> tuple[Preview, bytes]:
    window.render(view)
    QApplication.processEvents()
    preview = next(each for each in window.findChildren(Preview) if each.isVisible())
    image = preview.grab().toImage()
    return preview, bytes(image.constBits())


@pytest.mark.parametrize("language", languages())
def test_the_first_thing_to_do_is_said_and_nothing_moves(hands, see: Callable, window: Window, language: str) -> None:
    preview, quiet = painted(window, see(language=language))
    places = [(each, each.geometry()) for each in window.findChildren(QWidget) if each.isVisible()]
    for code, words in LIVE_TEXTS.items():
        hands.take(FrameJudged("camera", (code, "blurred"), BOX))
        preview, said = painted(window, see(language=language))
        assert Translator(language).gettext(words) in preview.accessibleName()
        assert said != quiet
    assert [(each, each.geometry()) for each, _ in places] == places


def test_it_is_quiet_when_all_is_well_and_counts_to_the_photo(hands, see: Callable, window: Window) -> None:
    hands.take(FrameJudged("camera", (), BOX))
    preview, quiet = painted(window, see())
    assert preview.accessibleName() == "Live picture of the camera"
    pictures = [quiet]
    for share in (0.3, 0.7, 1.0):
        hands.take(FrameJudged("camera", (), BOX, share))
        pictures.append(painted(window, see())[1])
    assert len(set(pictures)) == 4


def test_each_shot_has_its_own_frame(hands, see: Callable, window: Window) -> None:
    hands.take(FrameJudged("camera", (), BOX, outline=(0.8, 0.84)))
    _, whole = painted(window, see())
    hands.take(FrameJudged("camera", (), BOX, outline=(0.5, 0.3)))
    assert painted(window, see())[1] != whole


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_leave_the_corners_of_the_frame_to_be_seen(hands, see: Callable, window: Window, theme: str) -> None:
    """Where the item belongs is wanted most while it lies wrong."""
    for code in LIVE_TEXTS:
        hands.take(FrameJudged("camera", (code,), BOX, outline=(0.8, 0.84)))
        window.render(see(theme=theme))
        QApplication.processEvents()
        preview = next(each for each in window.findChildren(Preview) if each.isVisible())
        image = preview.grab().toImage()
        low = image.copy(0, image.height() * 8 // 10, image.width(), image.height() // 5)
        white = sum(
            low.pixelColor(x, y).name() == "#ffffff" for x in range(low.width()) for y in range(0, low.height(), 2)
        )
        assert white > 20, code


def test_nothing_is_said_over_a_photo_that_is_asked_about_nor_later(hands, see: Callable, window: Window) -> None:
    hands.take(PhotoChecked(hands.next_request(), "ab" * 32, 1, ("blurred",)))
    hands.take(FrameJudged("camera", ("empty",), None))
    preview, _ = painted(window, see())
    assert "Lay it under" not in preview.accessibleName()
    hands.do(Do.CANCEL)
    assert "Lay it under" in painted(window, see())[0].accessibleName()
    hands.do(Do.SKIP)
    assert see().judged is None


def test_one_thing_to_do_at_a_time() -> None:
    tr = Translator("en")
    assert live_words(tr, None) == live_words(tr, FrameJudged("camera")) == ""
    assert live_words(tr, FrameJudged("camera", ("dark", "moving"))) == LIVE_TEXTS["dark"]
    assert live_words(tr, FrameJudged("camera", ("same",))) == "Show another side, or press Space"
    assert live_words(tr, FrameJudged("camera", ("same_item",))) == "Lay the next item here, or press Space"

"""The right column of the bench: on the smallest bench screen the whole inspection is seen at once, however long."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from station import sample
from station.inputs import Do
from station.stages import question_due
from ui.panels.evidence import EvidencePanel
from ui.panels.parcel import ParcelPanel, _Raised
from ui.parts.photos import _Thumb
from ui.parts.scroll import Scroll
from ui.window import Window

# With a defect to be photographed, so that the strip has all its shots.
_WORST = {"packaging": "no_box", "accessories": "more"}


def walk(hands, key: str, answers: dict[str, str]) -> Iterator[None]:
    """Answer question after question of a sample parcel's first item; yields before each answer."""
    item = next(each for each in sample.parcels() if each.key == key).items[0]
    hands.begin(key)
    hands.scan(item.code, item.aim)
    while hands.bench.prompt.stage in ("inspect", "photo", "serial"):
        if hands.bench.prompt.stage == "serial":
            hands.scan(item.serial)
            continue
        if hands.bench.prompt.stage == "photo":
            hands.do(Do.SHOOT)
            continue
        yield
        question = question_due(hands.bench.state.item, hands.bench.known)
        assert question is not None
        known = {option.id for option in question.options}
        wanted = answers.get(question.id, "")
        hands.do(Do.CHOOSE, wanted if wanted in known else question.options[0].id)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("key", "questions"), [("locked", 12), ("headphones", 12)])
def test_a_long_inspection_is_seen_whole_at_1280_by_800(
    hands, window: Window, see: Callable, qapp: QApplication, language: str, key: str, questions: int
) -> None:
    hands.sign_in()
    scroll = window.findChild(EvidencePanel).findChild(Scroll)
    asked = 0
    for asked, _ in enumerate(walk(hands, key, _WORST), 1):
        window.render(see(language))
        qapp.processEvents()
        assert scroll.verticalScrollBar().maximum() == 0, f"question {asked}"
    assert asked == questions


def test_a_lot_that_was_read_from_the_unit_stands_beside_what_else_is_known_of_it(
    hands, window: Window, see: Callable
) -> None:
    hands.sign_in()
    hands.begin("seal")
    hands.scan("9506000003382")
    hands.scan("A123")
    window.render(see())
    shown = [each.text() for each in window.findChild(EvidencePanel).findChildren(QLabel) if not each.isHidden()]
    assert "A123" in shown


def test_photos_in_a_strip_say_their_names_and_exceptions_which_item_they_are_about(
    hands, window: Window, see: Callable, qapp: QApplication
) -> None:
    window.resize(1024, 768)
    hands.sign_in()
    for _ in walk(hands, "locked", {"packaging": "opened", "lock": "data"}):
        pass
    hands.do(Do.CONFIRM)
    hands.go_to("result")
    for _ in range(2):
        window.render(see())
        qapp.processEvents()
    shown = [each._name for each in window.findChildren(_Thumb) if each.isVisible()]
    assert "whole item" in shown and all(shown)
    raised = window.findChild(ParcelPanel)._raised
    assert [row._words.text() for row in raised.findChildren(_Raised) if not row.isHidden()] == ["Item on hold"]
    hands.go_to("item")
    item = next(each for each in sample.parcels() if each.key == "locked").items[1]
    hands.scan(item.code, item.aim)
    window.render(see())
    (row,) = [row for row in raised.findChildren(_Raised) if not row.isHidden()]
    assert row._words.text().startswith("Item on hold: Aster 6")


def test_the_left_column_names_what_was_expected_and_what_is_in_hand(hands, window: Window, see: Callable) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)

    def said() -> list[str]:
        window.render(see())
        return [each.text() for each in window.findChild(ParcelPanel).findChildren(QLabel) if each.text()]

    assert "Merino tee, navy, M" in said()
    hands.do(Do.ANOTHER)
    hands.do(Do.CHOOSE, "size")
    for stage in ("photo", "inspect", "result"):
        hands.go_to(stage)
        told = said()
        assert "Expected: Merino tee, navy, M" in told, stage
        assert any("In hand: another size" in each for each in told), stage
    while hands.bench.state.item.match == "wrong":
        hands.do(Do.UNDO)
    hands.scan("9506000001074")
    hands.do(Do.CHOOSE, "1")
    assert any("In hand: Halden 220" in each for each in said()), said()

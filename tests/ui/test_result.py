"""The result says each thing once: why it is this letter, what would better it, and what each way is worth."""

import dataclasses
from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from grading.reasons import reason
from grading.worth import Worth, override_cost
from resources.words import Translator
from station.inputs import Do
from station.receiving.folding import with_item
from station.stages import question_due
from ui.examined import Explainer
from ui.parts.bar import Bar
from ui.parts.scores import Scores
from ui.parts.verdict import Verdict
from ui.parts.worths import Worths
from ui.window import Window


@pytest.fixture
def result(hands) -> None:
    """A garment with a faint smell: its letter and its way have a reason each."""
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("result", {"packaging": "tagged", "smell": "near"})


def shown(window: Window, view: object) -> list[str]:
    for _ in range(2):  # the page has its size from the second time on
        window.render(view)
        QApplication.processEvents()
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible() and label.text()]


def seen(window: Window, kind: type[QWidget]) -> list[QWidget]:
    """The widgets of a kind on the page that is shown."""
    return [each for each in window.findChildren(kind) if each.isVisible()]


def in_sight(widget: QWidget, window: Window) -> bool:
    """Whether all of a widget is to be seen without scrolling."""
    around, place = widget.parentWidget(), widget.geometry()
    while around is not None and around is not window:
        if not around.rect().contains(place):
            return False
        place, around = place.translated(around.pos()), around.parentWidget()
    return widget.isVisible() and around is window and window.rect().contains(place)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_reasons_of_the_letter_stand_in_the_readers_language_and_once(
    hands, see: Callable, window: Window, result: None, language: str
) -> None:
    said = shown(window, see(language))
    tr = Translator(language)
    graded, routed = hands.bench.state.item.graded, hands.bench.state.item.routed
    assert len(see(language).why) >= 2
    for sentence in see(language).why:
        assert said.count(sentence) == 1
    assert any(tr.gettext(graded.reasons[0].text) in sentence for sentence in see(language).why)
    assert said.count(tr.gettext(routed.reasons[0].text)) == 1
    assert said.count(tr.gettext(graded.reasons[0].text)) == 0


def test_what_each_way_is_worth_and_an_override_costs_is_seen_without_scrolling(
    hands, see: Callable, window: Window, result: None
) -> None:
    said = shown(window, see())
    item = hands.bench.state.item
    worths = seen(window, Worths)[0]
    assert in_sight(worths, window)
    bars = [bar for bar in worths.findChildren(Bar) if bar.isVisible()]
    assert len({bar.mapTo(window, bar.rect().topLeft()).x() for bar in bars}) == 1
    ways = [each for each in item.routed.breakdown if each.refused is None]
    assert len(bars) == len(ways) >= 3
    cost = override_cost(item.routed, item.routed.runner_up)
    assert f"next best: {cost // 100}.{cost % 100:02d} less" in said
    chosen = next(each for each in ways if each.way == item.disposition)
    assert f"{chosen.minor // 100}.{chosen.minor % 100:02d} {item.identified.currency}" in said
    parts = next(words for words in said if " price − " in words)
    amounts = [chosen.price, chosen.prep, chosen.handling, chosen.decay]
    assert all(f"{each // 100}.{each % 100:02d} " in parts for each in amounts if each)
    closed = [each for each in item.routed.breakdown if each.refused is not None]
    assert sum(closed[0].refused.text in words for words in said) == 1


def test_the_bars_of_the_sub_scores_begin_at_one_line_and_are_as_long(
    see: Callable, window: Window, result: None
) -> None:
    shown(window, see())
    scores = window.findChild(Scores)
    assert in_sight(scores, window)
    bars = [bar for bar in scores.findChildren(Bar) if bar.isVisible()]
    assert len(bars) == 4
    assert len({(bar.x(), bar.width()) for bar in bars}) == 1


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)], ids=str)
def test_nothing_of_the_result_is_squeezed(see: Callable, window: Window, result: None, size: tuple[int, int]) -> None:
    window.resize(*size)
    QApplication.processEvents()
    for language in ("en", "es"):
        shown(window, see(language))
        verdict, worths = seen(window, Verdict)[0], seen(window, Worths)[0]
        assert verdict.height() >= verdict.minimumSizeHint().height()
        for label in worths.findChildren(QLabel):
            assert not label.isVisible() or label.height() >= label.heightForWidth(label.width())


def test_goods_of_unknown_worth_show_no_table(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    hands.scan(hands.begin("recalled").items[0].code)
    hands.do(Do.CONFIRM)
    hands.go_to("result")
    routed = hands.bench.state.item.routed
    shown(window, see())
    known = any(each.minor is not None for each in routed.breakdown)
    assert bool(seen(window, Worths)) is known


def test_a_way_of_which_nobody_knows_the_worth_says_so(hands, see: Callable, window: Window, result: None) -> None:
    view, item = see(), hands.bench.state.item
    unpriced = Worth(item.disposition, refused=reason("no_price"))
    for others_too in (False, True):
        breakdown = tuple(
            msgspec.structs.replace(unpriced, way=each.way) if others_too or each.way == item.disposition else each
            for each in item.routed.breakdown
        )
        values = tuple((each.way, each.minor) for each in breakdown if each.minor is not None)
        routed = msgspec.structs.replace(item.routed, breakdown=breakdown, values=values)
        state = with_item(view.state, item.identified.item, lambda _, told=routed: {"routed": told})
        said = shown(window, dataclasses.replace(view, state=state))
        assert said.count("value not known") == 1 and ("cost not known" in said) is not others_too
        assert any(words.endswith(": Nobody knows its price") for words in "\n".join(said).splitlines())


def test_what_was_explained_is_explained_again_only_for_another_grade_or_language(hands, result: None) -> None:
    explainer, english, spanish = Explainer(), Translator("en"), Translator("es")
    known = hands.bench.known

    def told(tr: Translator) -> tuple[str, ...]:
        return explainer.why(hands.bench.state.item, known, tr)

    first = told(english)
    assert first and told(english) is first
    assert told(spanish) == Explainer().why(hands.bench.state.item, known, spanish) != first
    hands.do(Do.UNDO)
    assert told(english) == ()
    hands.do(Do.CHOOSE, question_due(hands.bench.state.item, known).options[-1].id)
    hands.go_to("result")
    assert told(english) not in ((), first)

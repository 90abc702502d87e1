"""The banner over everything: says in training that nothing counts, and at work what central will not have."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from station.sync_status import SyncStatus
from ui import wording
from ui.parts.banner import Banner
from ui.parts.text import Text
from ui.view import View
from ui.window import Window


def said(window: Window, view: View) -> str:
    """What the banner says in this view; empty when it is not there."""
    window.render(view)
    QApplication.processEvents()
    banner = window.findChild(Banner)
    assert banner is not None
    return banner.findChild(Text).text() if banner.isVisible() else ""


@pytest.mark.parametrize("why", list(wording.SHUT_OUT))
def test_a_bench_that_is_shut_out_says_what_to_do_and_that_nothing_is_lost(
    hands, see: Callable[..., View], window: Window, why: str
) -> None:
    assert said(window, see()) == ""
    hands.take(SyncStatus(online=False, waiting=3, why=why))
    assert "Work on: all is kept here." in said(window, see())
    assert "Siga trabajando" in said(window, see("es"))
    hands.take(SyncStatus(online=True))
    assert said(window, see()) == ""


@pytest.mark.parametrize("why", ["", "unreachable", "busy", "fork"])
def test_a_network_that_is_down_has_no_banner(hands, see: Callable[..., View], window: Window, why: str) -> None:
    hands.take(SyncStatus(online=False, waiting=3, why=why))
    assert said(window, see()) == ""


def test_in_training_it_says_so(hands, see: Callable[..., View], window: Window) -> None:
    hands.bench.training = True
    assert "Training" in said(window, see())

"""The printed mat is learnt by itself when it lies there bare: from then on what lies on it is told from it."""

import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.simulators.scenes import Scene, draw
from station.cli.watching import Watcher
from station.inputs import FrameJudged


class Looker:
    """One live picture after the other, so far apart that the watcher has rested from the one before."""

    def __init__(self, mats: Path) -> None:
        self.words: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.watcher = Watcher(self.words.put, mats)
        self._ahead_s = 0.0

    def see(self, scene: Scene) -> FrameJudged:
        self._ahead_s += 60
        self.watcher.see("camera", draw(scene), time.monotonic() + self._ahead_s)
        said = self.words.get(timeout=60)
        assert isinstance(said, FrameJudged)
        return said


@pytest.fixture
def looker(tmp_path: Path) -> Iterator[Looker]:
    made = Looker(tmp_path)
    yield made
    made.watcher.close()


BARE = Scene("home", 1, "empty", mat=True)


def test_markers_and_colours_of_a_learnt_mat_are_no_item(looker: Looker) -> None:
    for category in ("home", "carton", "electronics"):
        assert "large" in looker.see(Scene(category, 1, mat=True)).problems
    looker.see(BARE)
    assert "empty" in looker.see(BARE).problems
    for category in ("home", "carton", "electronics"):
        item = Scene(category, 1, mat=True)
        looker.see(item)
        said = looker.see(item)
        assert said.problems == () and said.box is not None
        assert 0.1 < said.box[0] < said.box[2] < 0.9


def test_a_mat_is_learnt_again_when_something_else_lay_there(looker: Looker) -> None:
    looker.see(BARE)
    assert "empty" not in looker.see(Scene("home", 1, "empty")).problems
    assert "empty" in looker.see(BARE).problems


def test_the_mat_of_another_camera_or_shape_is_none(looker: Looker) -> None:
    looker.see(BARE)
    looker.see(BARE)
    picture = draw(BARE)
    assert looker.watcher.empty_mat("camera", picture) is not None
    assert looker.watcher.empty_mat("camera", picture[::2, ::2]) is not None
    assert looker.watcher.empty_mat("camera", picture[:, :900]) is None
    assert looker.watcher.empty_mat("other", picture) is None


@pytest.fixture
def again(tmp_path: Path, looker: Looker) -> Iterator[Looker]:
    """The watcher after a restart."""
    looker.see(BARE)
    looker.watcher.close()
    made = Looker(tmp_path)
    yield made
    made.watcher.close()


def test_the_bare_mat_is_known_after_a_restart(again: Looker) -> None:
    item = Scene("home", 1, mat=True)
    again.see(item)
    assert again.see(item).problems == ()


def _old(path: Path) -> None:
    os.utime(path, (0, 0))


def _huge(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(17 * 1024**2))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:900])


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("spoil", [_old, _huge, _cut, _gone])
def test_a_kept_mat_that_is_old_or_no_mat_is_none(again: Looker, tmp_path: Path, spoil: Any) -> None:
    (path,) = tmp_path.glob("*.jpg")
    spoil(path)
    item = Scene("home", 1, mat=True)
    again.see(item)
    assert "large" in again.see(item).problems

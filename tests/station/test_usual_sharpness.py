"""How sharp photos usually are is told from the station's own ones, for each shot, within bounds."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.usual_sharpness import LATEST_PHOTOS, LEAST_PHOTOS, usual_sharpness


def taken(number: int, milli: int, shot: str = "whole") -> PhotoTaken:
    return PhotoTaken(f"I-A01-{number}", shot, f"{number:064x}", 9, milli)


def written(folder: Path, facts: list[PhotoTaken]) -> Path:
    with Journal.open(folder / "station.sqlite", "A01") as journal:
        journal.append(facts, operator="", shift="")
        return journal.path


def test_it_is_the_median_of_each_shot_with_enough_photos(tmp_path: Path) -> None:
    whole = [taken(number, 120 + number) for number in range(LEAST_PHOTOS + 1)]
    labels = [taken(100 + number, 250, "label") for number in range(LEAST_PHOTOS - 1)]
    assert usual_sharpness(written(tmp_path, whole + labels)) == {"whole": pytest.approx(0.135)}


def test_only_the_latest_photos_count(tmp_path: Path) -> None:
    old = [taken(number, 120) for number in range(LATEST_PHOTOS)]
    new = [taken(1000 + number, 200) for number in range(LATEST_PHOTOS)]
    assert usual_sharpness(written(tmp_path, old + new)) == {"whole": pytest.approx(0.2)}


def test_a_journal_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert usual_sharpness(tmp_path / "none.sqlite") == {}


@settings(max_examples=10)
@given(st.lists(st.integers(1, 2_000), min_size=LEAST_PHOTOS, max_size=40))
def test_it_stays_where_the_limits_were_set(tmp_path_factory, millis: list[int]) -> None:
    facts = [taken(number, milli) for number, milli in enumerate(millis)]
    (usual,) = usual_sharpness(written(tmp_path_factory.mktemp("journal"), facts)).values()
    assert 0.1 <= usual <= 0.28

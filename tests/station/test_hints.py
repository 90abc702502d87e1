"""A hint is recorded whenever it comes, stays with its photo, and moves nothing."""

from pathlib import Path

import msgspec
import pytest

from station import facts as f
from station.bench import Bench
from station.inputs import Command, Do, PhotoCompared
from station.journal import Journal
from station.lookups import Lookups
from station.outcome import Tone
from station.settings import Settings, SettingsError, read
from station.stages import Stage
from station.state import State

SHA256 = "ab" * 32


def hint(item: str, shot: str = "front", **changes: object) -> PhotoCompared:
    made = PhotoCompared(item, shot, SHA256, "damage_area", 640, (100, 200, 50, 60), "3")
    return msgspec.structs.replace(made, **changes)


@pytest.fixture
def standing(walk, monkeypatch) -> object:
    """A bench at its first question; the look-ups of the walk know of no item, as nothing of it is written."""
    monkeypatch.setattr(walk.known, "item_stands", lambda item: item.startswith("I-A01-"))
    walk.arrive("tee").item("tee")
    while walk.stage is Stage.PHOTO:
        walk.photo()
    return walk


def shot_of(walk) -> tuple[str, str]:
    item = walk.state.item
    return item.identified.item, item.photos[0].shot


def test_a_hint_is_a_fact_and_stays_with_its_photo(standing) -> None:
    item, shot = shot_of(standing)
    before = standing.stage
    standing.give(hint(item, shot))
    (kept,) = standing.state.item.hints
    assert kept == f.Hinted(item, shot, SHA256, "damage_area", 640, (100, 200, 50, 60), "3")
    assert standing.stage is before and standing.last.notice is None
    assert f.decode("Hinted", 1, f.encode(kept)) == kept


def test_grade_and_route_are_the_same_with_a_hint(standing, walk_from) -> None:
    without = walk_from(standing.state).examine()
    hinted = walk_from(standing.give(hint(*shot_of(standing), confidence_permille=1000)).state).examine()
    for each in ("graded", "routed"):
        assert getattr(hinted.state.item, each) == getattr(without.state.item, each)


def test_undoing_an_answer_keeps_the_hint_and_undoing_the_photo_drops_it(standing) -> None:
    standing.do(Do.CHOOSE, "1")
    standing.give(hint(*shot_of(standing)))
    standing.do(Do.UNDO)
    assert len(standing.state.item.hints) == 1
    while standing.state.item.photos:
        standing.do(Do.UNDO)
    assert standing.state.item.hints == ()


@pytest.mark.parametrize("item", ["I-A01-77", "I-A01-1"])
def test_a_late_hint_is_recorded_and_changes_nothing_on_the_bench(standing, item: str) -> None:
    before = standing.state
    standing.give(hint(item, sha256="ef" * 32))
    assert isinstance(standing.facts[-1], f.Hinted)
    assert standing.state == before


def test_a_hint_of_an_item_nobody_named_is_dropped(standing) -> None:
    standing.give(hint("elsewhere"))
    assert not standing.last.facts


def test_a_hint_takes_no_refusal_off_the_screen(site_known: Lookups, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(site_known, "item_stands", lambda item: True)
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        bench = Bench(journal, site_known, State("A01", "Bench 1"))
        bench.handle(Command(Do.CONFIRM))
        said = bench.notice
        assert said is not None and said.tone is not Tone.ACCEPTED
        bench.handle(hint("I-A01-1"))
        assert bench.notice is said
        assert [entry.type for entry in journal.entries(0, 10)] == ["Hinted"]


def test_a_kind_of_hint_that_does_not_exist_is_refused_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[hints]\ndamage_area = ["bags"]\n', encoding="utf-8")
    assert read(path) == Settings(hints={"damage_area": ("bags",)})
    path.write_text('[hints]\nmood = ["bags"]\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="mood"):
        read(path)

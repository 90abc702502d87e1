"""A power cut at every point of every commit of whole parcels: the same screen, nothing lost, nothing doubled."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.journal import Entry, read_entries
from station.verify import verify

ROOT = Path(__file__).parents[2]
LIVES = Path(__file__).with_name("lives.py")
POINTS = 5


@dataclass
class Lives:
    """The screens of a calm play by number of transactions, and those after each restart of a torn one."""

    folder: Path
    calm: list[dict[str, str]]
    seen: list[dict[str, object]]

    def facts(self, name: str) -> list[Entry]:
        return read_entries(self.folder / name / "station.sqlite", 0, 10_000)


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    folder = tmp_path_factory.mktemp("lives")
    ended = subprocess.run(
        [sys.executable, str(LIVES), str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    seen = [json.loads(line) for line in (folder / "seen.jsonl").read_text().splitlines()]
    return Lives(folder, json.loads((folder / "calm.json").read_text()), seen)


def test_the_screen_after_each_cut_is_that_of_the_last_durable_step(lives: Lives) -> None:
    for seen in lives.seen:
        calm = lives.calm[seen["txns"]]
        assert seen["prompt"] == calm["prompt"]
        assert json.loads(seen["state"]) == json.loads(calm["state"])


def test_every_commit_was_cut_at_every_point(lives: Lives) -> None:
    commits = len(lives.calm) - 1
    assert commits > 25
    expected = [number for number in range(commits) for _ in range(POINTS)] + [commits]
    assert [seen["txns"] for seen in lives.seen] == expected


def test_nothing_is_lost_or_doubled(lives: Lives) -> None:
    calm, torn = lives.facts("calm"), lives.facts("torn")
    assert [(entry.type, entry.body) for entry in torn if entry.type != "Undone"] == [
        (entry.type, entry.body) for entry in calm if entry.type != "Undone"
    ]
    assert [entry.seq for entry in torn] == list(range(1, len(torn) + 1))
    assert len({entry.id for entry in torn}) == len(torn)
    for kind, name in (("PlateAllotted", "plate"), ("ParcelFinished", "parcel"), ("Placed", "item")):
        given = [getattr(entry.fact(), name) for entry in torn if entry.type == kind]
        assert len(given) == len(set(given)) >= 1
    assert verify(lives.folder / "torn") == verify(lives.folder / "calm") == []


def test_an_undone_label_stays_undone(lives: Lives) -> None:
    """The first plate is void in every life after; its number is not given again."""
    facts = [entry.fact() for entry in lives.facts("torn")]
    plates = [fact.plate for fact in facts if type(fact).__name__ == "PlateAllotted"]
    voided = [fact.plate for fact in facts if type(fact).__name__ == "PlateVoided"]
    assert len(plates) == 2 and voided == plates[:1]

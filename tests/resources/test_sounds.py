"""The five sounds can be told apart without looking, and none of them clicks."""

import array
import runpy
import wave
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from resources import find

ROOT = Path(__file__).parents[2]
NAMES = ("accepted", "attention", "finished", "refused", "stopped")


def heard(path: Path) -> array.array:
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 22_050)
        return array.array("h", sound.readframes(sound.getnframes()))


def notes(samples: array.array) -> list[tuple[int, int]]:
    """Length and zero crossings of each note: a note ends where a hundredth of a second stays quiet."""
    window = 220
    loud = [max(map(abs, samples[at : at + window])) > 6000 for at in range(0, len(samples), window)]
    found, at = [], 0
    for is_loud, run in groupby(loud):
        length = len(list(run))
        part = samples[at * window : (at + length) * window]
        if is_loud:
            found.append((length, sum((a < 0) != (b < 0) for a, b in pairwise(part))))
        at += length
    return found


def test_there_are_five() -> None:
    assert [name.rpartition("/")[2] for name in find.names("sounds")] == [f"{name}.wav" for name in NAMES]


def test_their_rhythms_differ() -> None:
    rhythm = {name: len(notes(heard(find.path(f"sounds/{name}.wav")))) for name in NAMES}
    assert rhythm == {"accepted": 1, "attention": 2, "refused": 3, "finished": 4, "stopped": 6}


def test_refused_is_the_lowest_and_accepted_the_highest() -> None:
    pitch = {}
    for name in NAMES:
        length, crossings = notes(heard(find.path(f"sounds/{name}.wav")))[0]
        pitch[name] = crossings / length
    assert sorted(pitch, key=pitch.__getitem__) == ["refused", "finished", "stopped", "attention", "accepted"]


@pytest.mark.parametrize("name", NAMES)
def test_none_clicks_and_none_is_large(name: str) -> None:
    samples = heard(find.path(f"sounds/{name}.wav"))
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50
    assert max(abs(b - a) for a, b in pairwise(samples)) < 14_000
    assert find.path(f"sounds/{name}.wav").stat().st_size < 40_000


def test_the_script_makes_these_very_sounds(tmp_path: Path) -> None:
    runpy.run_path(str(ROOT / "installer" / "make_sounds.py"))["main"](tmp_path)
    for name in NAMES:
        made, kept = heard(tmp_path / f"{name}.wav"), heard(find.path(f"sounds/{name}.wav"))
        assert len(made) == len(kept)
        # Another machine's sine may round the last bit the other way.
        assert max(abs(a - b) for a, b in zip(made, kept, strict=True)) <= 1

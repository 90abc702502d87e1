"""Sounds are begun and forgotten; where none can be heard, it is said and nothing fails."""

import sys
from collections.abc import Callable
from pathlib import Path

from station.outcome import Tone
from ui.sound import Sounds


def player(tmp_path: Path, seconds: float) -> tuple[tuple[str, ...], Path]:
    """A player that writes down what it was given and takes its time."""
    heard = tmp_path / "heard"
    program = tmp_path / "player.py"
    program.write_text(
        "import sys, time\n"
        f"open({str(heard)!r}, 'a').write(sys.argv[1].rsplit('/', 1)[-1] + '\\n')\n"
        f"time.sleep({seconds})\n"
    )
    return (sys.executable, str(program)), heard


def lines(heard: Path) -> list[str]:
    return heard.read_text().split() if heard.exists() else []


def test_each_tone_has_a_sound_of_its_own(tmp_path: Path, until: Callable) -> None:
    command, heard = player(tmp_path, 0)
    sounds = Sounds(command)
    for count, tone in enumerate(Tone, start=1):
        until(lambda: not sounds.playing)
        sounds.play(tone)
        until(lambda count=count: len(lines(heard)) == count)
    sounds.close()
    assert lines(heard) == [f"{tone}.wav" for tone in Tone]


def test_a_refusal_is_heard_to_its_end_and_interrupts_the_others(tmp_path: Path, until: Callable) -> None:
    command, heard = player(tmp_path, 30)
    sounds = Sounds(command)
    sounds.play(Tone.ACCEPTED)
    until(lambda: len(lines(heard)) == 1)
    sounds.play(Tone.REFUSED)
    until(lambda: len(lines(heard)) == 2)
    sounds.play(Tone.FINISHED)
    assert sounds.playing
    sounds.close()
    assert not sounds.playing
    assert lines(heard) == ["accepted.wav", "refused.wav"]


def test_without_a_player_it_is_silent_and_says_so() -> None:
    sounds = Sounds(())
    sounds.play(Tone.REFUSED)
    assert "No player" in sounds.trouble


def test_a_player_that_cannot_play_is_asked_once(tmp_path: Path, until: Callable) -> None:
    sounds = Sounds(("false",))
    sounds.play(Tone.ACCEPTED)
    until(lambda: not sounds.playing)
    sounds.play(Tone.ACCEPTED)
    assert "cannot be played" in sounds.trouble
    gone = Sounds((str(tmp_path / "gone"),))
    gone.play(Tone.ACCEPTED)
    assert "cannot be played" in gone.trouble

"""Plays the sounds with what the computer has: no sound library is needed, and no sound ever holds up a scan."""

import logging
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from resources import find
from resources.words import mark
from station.outcome import Tone

if sys.platform == "win32":
    import winsound

_log = logging.getLogger(__name__)

# Linux sound servers in the order of preference, then the bare card; macOS has its own.
PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))

# What may interrupt what: a refusal is heard to its end, but for the alarm of a stop.
_WEIGHT: Mapping[Tone, int] = {Tone.ACCEPTED: 0, Tone.FINISHED: 1, Tone.ATTENTION: 2, Tone.REFUSED: 3, Tone.STOPPED: 4}
_LEAVE_WITHIN_S = 2.0


class Sounds:
    """Plays one sound at a time. `trouble` is a sentence (an English message id) when none can be heard."""

    def __init__(self, player: tuple[str, ...] | None = None) -> None:
        self._player = find_player() if player is None else player
        self._files = {tone: find.path(f"sounds/{tone}.wav") for tone in Tone}
        self._playing: subprocess.Popen[bytes] | None = None
        self._tone = Tone.ACCEPTED
        self.trouble = "" if self._player else mark("No player for sounds was found on this computer.")

    def play(self, tone: Tone) -> None:
        """Begin a sound and return at once; a lesser sound does not interrupt a graver one."""
        if not self._player:
            return
        if self.playing:
            if _WEIGHT[tone] < _WEIGHT[self._tone]:
                return
            self._stop()
        if not self._player:
            return
        self._tone = tone
        self._begin(self._files[tone])

    def close(self) -> None:
        """Fall silent."""
        self._stop()

    def _begin(self, file: Path) -> None:
        if self._player == ("winsound",):
            _play_on_windows(file)
            return
        try:
            self._playing = subprocess.Popen(
                [*self._player, str(file)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            self._give_up(str(error))

    @property
    def playing(self) -> bool:
        """Whether a sound is being heard now."""
        if self._playing is None:
            return False
        ended = self._playing.poll()
        if ended:
            self._give_up(f"{self._player[0]} ended with {ended}")
        if ended is not None:
            self._playing = None
        return ended is None

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.kill()
            self._playing.wait(_LEAVE_WITHIN_S)
            self._playing = None

    def _give_up(self, why: str) -> None:
        """A computer without a sound card says so once, not at each scan."""
        _log.info("no sound: %s", why)
        self._player = ()
        self.trouble = mark("Sounds cannot be played on this computer.")


def find_player() -> tuple[str, ...]:
    """Return the command that plays a WAV file; empty when there is none."""
    if sys.platform == "win32":
        return ("winsound",)
    return next((player for player in PLAYERS if shutil.which(player[0])), ())


def _play_on_windows(file: Path) -> None:
    if sys.platform == "win32":
        winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)

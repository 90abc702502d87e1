"""Makes the five sounds in resources/sounds: told apart by rhythm, by pitch, and by which way the pitch goes.

One short high note: accepted. Two equal ones: attention. Three low and rough: refused. Four rising: finished.
Six, up and down as a siren: stopped.
"""

import math
import sys
import wave
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

RATE_HZ = 22_050
PEAK = 26_000
# Longer than a period of the lowest note, so that no note starts or ends with a click.
FADE_S = 0.012


class Note(NamedTuple):
    """One note: its pitch (0 is silence), its length, and how loud its overtones are, the second first."""

    pitch_hz: float
    length_s: float
    overtones: tuple[float, ...] = (0.25, 0.1)


ROUGH = (0.7, 0.5, 0.4, 0.3)
REST = Note(0.0, 0.06)
GAP = Note(0.0, 0.03)

SOUNDS: Mapping[str, Sequence[Note]] = {
    "accepted": (Note(1318.5, 0.11),),
    "attention": (Note(880.0, 0.16), Note(0.0, 0.09), Note(880.0, 0.16)),
    "refused": (Note(246.9, 0.13, ROUGH), REST, Note(246.9, 0.13, ROUGH), REST, Note(185.0, 0.34, ROUGH)),
    "finished": (Note(523.3, 0.09), GAP, Note(659.3, 0.09), GAP, Note(784.0, 0.09), GAP, Note(1046.5, 0.3)),
    "stopped": tuple(note for _ in range(3) for note in (Note(698.5, 0.11), GAP, Note(988.0, 0.11), GAP))[:-1],
}


def samples(note: Note) -> array:
    """The note as 16-bit samples, faded in and out."""
    count = round(note.length_s * RATE_HZ)
    if not note.pitch_hz:
        return array("h", bytes(2 * count))
    strengths = (1.0, *note.overtones)
    fade = round(FADE_S * RATE_HZ)
    wanted = array("h")
    for index in range(count):
        angle = 2 * math.pi * note.pitch_hz * index / RATE_HZ
        height = sum(strength * math.sin(angle * part) for part, strength in enumerate(strengths, 1)) / sum(strengths)
        edge = min(1.0, index / fade, (count - 1 - index) / fade)
        # Half a cosine: the slope is flat at both ends of the fade.
        wanted.append(round(PEAK * height * (1 - math.cos(math.pi * edge)) / 2))
    return wanted


def write(file: Path, notes: Sequence[Note]) -> None:
    """The notes after each other, as a mono WAV."""
    played = array("h")
    for note in notes:
        played.extend(samples(note))
    if sys.byteorder == "big":
        played.byteswap()
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(played.tobytes())


def main(folder: Path) -> None:
    """Writes every sound into the folder."""
    for name, notes in SOUNDS.items():
        write(folder / f"{name}.wav", notes)


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[1] / "resources" / "sounds")

"""Looks for what is unusual in a photo, in a process of its own that is begun for it and ends after it.

Both ends are here. The photo and the good ones go down, each as four bytes of length (big-endian) and the JPEG; one
line of JSON comes up, `null` where nothing can be said.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import msgspec
import psutil

from grading import unusual
from station.cli.text_process import own_command

_log = logging.getLogger(__name__)

COMMAND = "look-unusual"
WITHIN_S = 90.0
_LOOK_UP_S = 0.5
_NICE = 10

_answers: msgspec.json.Decoder[unusual.Unusual | None] = msgspec.json.Decoder(unusual.Unusual | None)


def look(
    jpeg: bytes, good: Sequence[bytes], stopped: Callable[[], bool], command: Sequence[str] = ()
) -> unusual.Unusual | None:
    """Return what is unusual in a photo beside good ones; None where it cannot be said, or not in time."""
    if not unusual.is_available():
        return None
    given: bytes | None = b"".join(len(each).to_bytes(4, "big") + each for each in (jpeg, *good))
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        process = subprocess.Popen(tuple(command) or own_command(COMMAND), stdin=pipe, stdout=pipe, stderr=nowhere)
    except OSError as error:
        _log.error("what looks for the unusual cannot be started: %s", error)
        return None
    with process:
        for _ in range(round(WITHIN_S / _LOOK_UP_S)):
            try:
                return _answers.decode(process.communicate(given, _LOOK_UP_S)[0])
            except subprocess.TimeoutExpired:
                given = None  # it remembers what is left to be given
            except msgspec.DecodeError:
                _log.error("what looks for the unusual ended without an answer")
                return None
            if stopped():
                break
        process.kill()
    return None


def serve() -> int:
    """Be that process; it yields to everything else on the computer."""
    # The constant is Windows' own scale; elsewhere psutil has none.
    psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICE))
    # Libraries that print must not speak into the answer.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        given = sys.stdin.buffer.read()
        photos = []
        while given:
            end = 4 + int.from_bytes(given[:4], "big")
            photos.append(given[4:end])
            given = given[end:]
        found = None
        if len(photos) > unusual.ENOUGH:
            see = unusual.eyes()
            usual = unusual.learn(photos[1:], see)
            found = unusual.look(photos[0], usual, see) if usual is not None else None
        answers.write(msgspec.json.encode(found) + b"\n")
    return 0

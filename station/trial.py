"""Tries rules that nobody here wrote in a process of their own, with a limit on time and memory, before we load them.

`refusal` starts the process; run as a program this module is that process: it reads a pack from standard input and
says in one line what is wrong with it.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import msgspec

from grading import route, rubric, soundness
from grading.grade import Grade

try:
    import resource
except ImportError:  # Windows knows no such limits; the time limit holds there too
    resource = None  # type: ignore[assignment]

WITHIN_S = 20.0
MOST_BYTES = 1_000_000
MEMORY_BYTES = 1024**3
_ROOT = Path(__file__).resolve().parents[1]


class Pack(msgspec.Struct, frozen=True):
    """A rubric, a route table for all, or a client's route file (`text`) with the table it lies over (`below`)."""

    kind: Literal["rubric", "routes"]
    text: bytes
    below: bytes = b""


def refusal(pack: Pack, within_s: float = WITHIN_S, memory_bytes: int = MEMORY_BYTES) -> str:
    """Return why a pack must not be used, as a sentence; empty when it was read, compiled and asked without harm."""
    if len(pack.text) > MOST_BYTES:
        return f"it has {len(pack.text)} bytes; {MOST_BYTES} are allowed"
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "station.trial", str(int(within_s) + 1), str(memory_bytes)]
    try:
        ended = subprocess.run(
            command,
            check=False,
            input=msgspec.msgpack.encode(pack),
            capture_output=True,
            timeout=within_s,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return f"reading it takes more than {within_s:.0f} seconds; make it smaller"
    said = ended.stdout.decode(errors="replace").strip()
    if ended.returncode == 0 and said == "sound":
        return ""
    if ended.returncode == 1 and said:
        return said.splitlines()[-1]
    return f"reading it ended the process that tried it (exit {ended.returncode}); it asks for too much memory or time"


def _main() -> int:
    """Limit ourselves, then read, compile and ask each rule once."""
    seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pack = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Pack)
    try:
        if pack.kind == "rubric":
            for problem in soundness.check(rubric.parse(pack.text))[:1]:
                raise rubric.RubricError(f"{problem.place}: {problem.text}")
        else:
            _ask(route.parse(pack.below, pack.text) if pack.below else route.parse(pack.text))
    except (rubric.RubricError, route.RouteError) as error:
        sys.stdout.write(" ".join(str(error).split()) + "\n")
        return 1
    sys.stdout.write("sound\n")
    return 0


def _ask(table: route.RouteTable) -> None:
    """Ask every rule of one imagined item."""
    facts = {"match": "matched", "serial": "same", "weight_in_band": True, "category": "", "client": "", "kind": ""}
    grade = Grade("A", "A", "works", (), "trial@1")
    route.tries(table, grade, {**facts, "price_minor": 10_000, "currency": "USD"})


if __name__ == "__main__":
    sys.exit(_main())

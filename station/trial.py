"""Tries rules that nobody here wrote in a process of their own, with a limit on time and memory, before we load them.

`refusal` and `fault_of` start the process; `serve` is that process: it reads a pack from standard input and says in
one line what is wrong with it.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import msgspec

from grading import overrides, route, rubric, soundness
from grading.grade import Grade
from station import deliveries, text_files
from station.deliveries import Book

try:
    import resource
except ImportError:  # Windows knows no such limits; the time limit holds there too
    resource = None  # type: ignore[assignment]

COMMAND = "try-rules"
WITHIN_S = 20.0
# A verdict on a delivery is for good, and nobody waits for it: the processor's time decides, not how busy the bench is.
DELIVERY_WITHIN_S = 300.0
MOST_BYTES = 1_000_000
MEMORY_BYTES = 1024**3
_ROOT = Path(__file__).resolve().parents[1]


class Pack(msgspec.Struct, frozen=True):
    """A rubric or a route table for all, or a client's file (`text`) with the file it lies over (`below`)."""

    kind: Literal["rubric", "routes"]
    text: bytes
    below: bytes = b""


class Delivery(msgspec.Struct, frozen=True):
    """A file that central delivers under its name, and the book it would come into force beside."""

    book: Book
    key: str
    toml: bytes


class _Asked(msgspec.Struct, frozen=True):
    """What the process is asked: the one or the other."""

    pack: Pack | None = None
    delivery: Delivery | None = None


def refusal(pack: Pack, within_s: float = WITHIN_S, memory_bytes: int = MEMORY_BYTES) -> str:
    """Return why a pack must not be used, as a sentence; empty when it was read, compiled and asked without harm."""
    return _too_big(pack.text) or _said(_Asked(pack=pack), within_s, memory_bytes)


def fault_of(book: Book, key: str, toml: bytes) -> str:
    """Return what `station.deliveries.fault` says of a delivered file, or what it cost to find out."""
    return _too_big(toml) or _said(_Asked(delivery=Delivery(book, key, toml)), DELIVERY_WITHIN_S, MEMORY_BYTES)


def read_file(place: Path) -> bytes:
    """Return what a rules file says; of one that is too big, or never ends, just enough to be refused for it."""
    return text_files.read(place, MOST_BYTES + 1)


def own_command() -> tuple[str, ...]:
    """Return what starts the process: this program itself, in a frozen build as in a checkout."""
    frozen = getattr(sys, "frozen", False)
    return (sys.executable, COMMAND) if frozen else (sys.executable, "-m", "station", COMMAND)


def _too_big(text: bytes) -> str:
    return f"it has more than {MOST_BYTES} bytes; ask and decide less in it" if len(text) > MOST_BYTES else ""


def _said(asked: _Asked, within_s: float, memory_bytes: int) -> str:
    """Ask the process, and end it when it takes too long."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])])
    try:
        ended = subprocess.run(
            [*own_command(), str(int(min(within_s, WITHIN_S)) + 1), str(memory_bytes)],
            check=False,
            input=msgspec.msgpack.encode(asked),
            capture_output=True,
            timeout=within_s,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return f"reading it takes more than {within_s:.0f} seconds; make it smaller"
    except OSError as error:
        return f"it cannot be tried: {error}"
    said = ended.stdout.decode(errors="replace").strip()
    if ended.returncode == 0 and said == "sound":
        return ""
    if ended.returncode == 1 and said:
        return said.splitlines()[-1]
    return f"reading it ended the process that tried it (exit {ended.returncode}); it asks for too much memory or time"


def serve(seconds: int, memory: int) -> int:
    """Limit ourselves (seconds of the processor, bytes), then read, compile and ask each rule once."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Asked)
    if asked.delivery is not None:
        why = deliveries.fault(asked.delivery.book, asked.delivery.key, asked.delivery.toml)
    else:
        why = _fault(asked.pack) if asked.pack is not None else "nothing was asked"
    sys.stdout.write((" ".join(why.split()) or "sound") + "\n")
    return int(bool(why))


def _fault(pack: Pack) -> str:
    try:
        if pack.kind == "routes":
            _ask(route.parse(pack.below, pack.text) if pack.below else route.parse(pack.text))
            return ""
        over = overrides.parse(pack.text) if pack.below else None
        made = rubric.parse(pack.below if over else pack.text)
        problem = next(iter(soundness.check(overrides.apply(made, over) if over else made)), None)
        return f"{problem.place}: {problem.text}" if problem else ""
    except (rubric.RubricError, route.RouteError) as error:
        return str(error)


def _ask(table: route.RouteTable) -> None:
    """Ask every rule of one imagined item."""
    facts = {"match": "matched", "serial": "same", "weight_in_band": True, "category": "", "client": "", "kind": ""}
    grade = Grade("A", "A", "works", (), "trial@1")
    route.tries(table, grade, {**facts, "price_minor": 10_000, "currency": "USD"})

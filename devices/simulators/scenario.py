"""Plays a scripted shift on a simulated bench: `python -m devices.simulators.scenario FILE --bench DIR`.

A scenario is TOML: a `title` and steps, each with what to do, when, and the deed's own fields:

    [[step]]
    at = 2.5                 # seconds after the beginning; or `after = 0.5`, seconds after the step before
    do = "scan"
    code = "1Z999AA10123456784"

    [[step]]
    await = "label"          # waits until a label came out, at most `within` seconds (15); then the deed, if any
    do = "unplug"
    device = "printer"

`--deeds` lists all deeds with their fields. While it plays, drivers or a whole station work with the addresses printed.
"""

import argparse
import re
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devices.simulators.bench import SimulatedBench
from devices.simulators.process import SimulatorError

DEVICES = ("scanner", "scale", "camera", "printer")
WITHIN_S = 15.0
_LONGEST_S = 86_400.0
_STEP = re.compile(r"\s*\[\[\s*step\s*\]\]")
_TIMING = ("at", "after", "await", "within", "do")
_WORDS: Mapping[type, str] = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a step may do: its fields with their types, those that must be there, and how it is done."""

    act: Callable[[SimulatedBench, dict[str, Any]], None]
    fields: Mapping[str, type] = field(default_factory=dict)
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `at_s` after the beginning or `after_s` after the step before, one of them; `line` is for messages."""

    line: int
    do: str
    fields: Mapping[str, Any]
    at_s: float | None = None
    after_s: float = 0.0
    awaited: str = ""
    within_s: float = WITHIN_S


@dataclass(frozen=True, slots=True)
class Scenario:
    """A title and its steps in order."""

    title: str
    steps: tuple[Step, ...]


def _scan(bench: SimulatedBench, fields: dict[str, Any]) -> None:
    bench.scanner.scan(fields["code"], fields.get("aim", ""))


_WOBBLE: Mapping[str, type] = {"wobble_s": float}
_SCENE: Mapping[str, type] = {"category": str, "seed": int, "look": str, "ean": str, "label": str, "mat": bool}

DEEDS: Mapping[str, Deed] = {
    "scan": Deed(_scan, {"code": str, "aim": str}, ("code",)),
    "scanner_noise": Deed(lambda bench, f: bench.scanner.garbage(**f), {"seed": int}),
    "place": Deed(lambda bench, f: bench.scale.place(**f), {"weight_mg": int, **_WOBBLE}, ("weight_mg",)),
    "remove": Deed(lambda bench, f: bench.scale.remove(**f), _WOBBLE),
    "wobble": Deed(lambda bench, f: bench.scale.wobble(**f), _WOBBLE),
    "scale_noise": Deed(lambda bench, f: bench.scale.garbage(**f), {"seed": int}),
    "silence": Deed(lambda bench, _: bench.scale.silence()),
    "speak": Deed(lambda bench, _: bench.scale.speak()),
    "scene": Deed(lambda bench, f: bench.camera.scene(**f), _SCENE, ("category",)),
    "freeze": Deed(lambda bench, _: bench.camera.freeze()),
    "stall": Deed(lambda bench, _: bench.camera.stall()),
    "corrupt": Deed(lambda bench, f: bench.camera.corrupt(**f), {"cut": bool}),
    "slow": Deed(lambda bench, f: bench.camera.slow(**f), {"frames_per_s": float}, ("frames_per_s",)),
    "drop": Deed(lambda bench, _: bench.camera.drop()),
    "thaw": Deed(lambda bench, _: bench.camera.thaw()),
    "media_out": Deed(lambda bench, f: bench.printer.media_out(**f), {"mid_job": bool}),
    "refill": Deed(lambda bench, _: bench.printer.refill()),
    "pause": Deed(lambda bench, _: bench.printer.pause()),
    "resume": Deed(lambda bench, _: bench.printer.resume()),
    "head_open": Deed(lambda bench, _: bench.printer.head_open()),
    "head_close": Deed(lambda bench, _: bench.printer.head_close()),
    "unplug": Deed(lambda bench, f: bench.unplug(f["device"]), {"device": str}, ("device",)),
    "plug": Deed(lambda bench, f: bench.plug(f["device"]), {"device": str}, ("device",)),
}
AWAITED: Mapping[str, Callable[[SimulatedBench, float], object]] = {
    "label": lambda bench, within_s: bench.printer.wait_for_label(within_s),
}


def read(path: Path) -> Scenario:
    """Read a scenario; raises ScenarioError, and OSError when there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, start=1) if _STEP.match(line)]
    steps = document.pop("step", [])
    title = document.pop("title", path.stem)
    if document:
        raise ScenarioError(f"{path}: {', '.join(document)} is nothing a scenario has; there are title and [[step]]")
    if not isinstance(steps, list) or len(starts) != len(steps) or not steps:
        raise ScenarioError(f"{path}: there must be steps, each beginning with a line [[step]]")
    return Scenario(
        str(title), tuple(_step(_Place(path, lines, start), raw) for start, raw in zip(starts, steps, strict=True))
    )


def play(scenario: Scenario, bench: SimulatedBench, speed: float = 1.0, say: Callable[[str], None] = print) -> None:
    """Do all steps in time; raises ScenarioError for one that the bench refuses or an event that does not come."""
    began = before = time.monotonic()
    for step in scenario.steps:
        due = before + step.after_s / speed if step.at_s is None else began + step.at_s / speed
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if step.awaited:
                AWAITED[step.awaited](bench, step.within_s)
            if step.do:
                DEEDS[step.do].act(bench, dict(step.fields))
        except SimulatorError as error:
            raise ScenarioError(f"line {step.line}: {step.awaited or step.do}: {error}") from error
        before = time.monotonic()
        words = " ".join(f"{name}={value}" for name, value in step.fields.items())
        say(f"{before - began:7.2f} s  {f'(after {step.awaited}) ' if step.awaited else ''}{step.do} {words}".rstrip())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a step stands in its file."""

    path: Path
    lines: list[str]
    start: int

    def wrong(self, name: str, words: str) -> ScenarioError:
        """What is wrong with a field of this step, or with the step itself when the field is not there."""
        line = self.start
        for number in range(self.start, len(self.lines)):
            if _STEP.match(self.lines[number]):
                break
            if re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", self.lines[number]):
                line = number + 1
        return ScenarioError(f"{self.path}, line {line}: {name}: {words}")


def _step(place: _Place, raw: Mapping[str, Any]) -> Step:
    timing = {name: raw[name] for name in _TIMING if name in raw}
    do, awaited = timing.get("do", ""), timing.get("await", "")
    if not do and not awaited:
        raise place.wrong("do", "a step does something or awaits something")
    if do and do not in DEEDS:
        raise place.wrong("do", f"{do!r} is none of {', '.join(DEEDS)}")
    if awaited and awaited not in AWAITED:
        raise place.wrong("await", f"{awaited!r} is none of {', '.join(AWAITED)}")
    if "at" in timing and "after" in timing:
        raise place.wrong("after", "a step has at or after, not both")
    seconds = {name: _checked(place, name, timing[name], float) for name in ("at", "after", "within") if name in timing}
    for name, value in seconds.items():
        if not 0 <= value < _LONGEST_S:
            raise place.wrong(name, "seconds are not below zero, and less than a day")
    return Step(
        place.start,
        do,
        _fields(place, DEEDS[do], raw) if do else {},
        seconds.get("at"),
        seconds.get("after", 0.0),
        awaited,
        seconds.get("within", WITHIN_S),
    )


def _fields(place: _Place, deed: Deed, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The deed's own fields, each of its type."""
    found = {}
    for name, value in raw.items():
        if name in _TIMING:
            continue
        if name not in deed.fields:
            known = ", ".join(deed.fields) or "no fields"
            raise place.wrong(name, f"{raw['do']} has no such field; it has {known}")
        found[name] = _checked(place, name, value, deed.fields[name])
    for name in deed.needed:
        if name not in found:
            raise place.wrong(name, f"{raw['do']} needs it")
    if "device" in found and found["device"] not in DEVICES:
        raise place.wrong("device", f"{found['device']!r} is none of {', '.join(DEVICES)}")
    return found


def _checked(place: _Place, name: str, value: Any, kind: type) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise place.wrong(name, f"must be {_WORDS[kind]}, not {value!r}")
    return value


def _listed() -> str:
    """All deeds with their fields, for --deeds."""
    lines = []
    for name, deed in DEEDS.items():
        fields = (
            f"{each} ({_WORDS[kind]}{', needed' if each in deed.needed else ''})" for each, kind in deed.fields.items()
        )
        lines.append(f"{name:<14} {', '.join(fields)}".rstrip())
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Play a file; 1 with a plain word when it cannot be played."""
    parser = argparse.ArgumentParser(
        "python -m devices.simulators.scenario",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the scenario")
    parser.add_argument("--bench", type=Path, metavar="DIR", help="folder for the bench's links and labels")
    parser.add_argument("--speed", type=float, default=1.0, help="2 plays twice as fast (default: 1)")
    parser.add_argument("--check", action="store_true", help="read the file and play nothing")
    parser.add_argument("--hold", action="store_true", help="keep the bench afterwards until Ctrl+C")
    parser.add_argument("--deeds", action="store_true", help="list what a step can do")
    asked = parser.parse_args(arguments)
    if asked.deeds:
        sys.stdout.write(f"{_listed()}\n")
        return 0
    if asked.file is None or (asked.bench is None and not asked.check) or asked.speed <= 0:
        parser.error("FILE and --bench DIR are needed, and a speed above zero")
    try:
        scenario = read(asked.file)
        if not asked.check:
            _run(scenario, asked.bench, asked.speed, asked.hold)
    except (ScenarioError, SimulatorError, OSError) as error:
        sys.stderr.write(f"scenario: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run(scenario: Scenario, folder: Path, speed: float, hold: bool) -> None:
    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with SimulatedBench(folder) as bench:
        for device in DEVICES:
            say(f"{device:<8} {bench.address(device)}")  # type: ignore[arg-type]
        say(f"{scenario.title}:")
        play(scenario, bench, speed, say)
        while hold:
            time.sleep(1.0)


if __name__ == "__main__":
    sys.exit(main())

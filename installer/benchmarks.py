"""Runs the benchmarks, each file in a process of its own, and says what they measured in a table and a file.

A benchmark is `tests/benchmarks/bench_NAME.py` with `measure()`, which returns
{name: {"value": number, "unit": text, "baseline": number or None, "n": count}}. The ratio of a value to its
baseline means something on any machine; the values alone only on the one they were taken on.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIELDS = frozenset({"value", "unit", "baseline", "n"})

Figures = Mapping[str, Mapping[str, Any]]


def main() -> int:
    """Measures what was asked for; the exit code is 1 when a benchmark failed."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure, and print what came out.")
    parser.add_argument("--only", metavar="NAME", help="the benchmark tests/benchmarks/bench_NAME.py alone")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the figures to this file")
    parser.add_argument("--folder", type=Path, default=ROOT / "tests" / "benchmarks", help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        write(chosen.json, measured(chosen.measure))
        return 0
    there = {path.stem.removeprefix("bench_"): path for path in sorted(chosen.folder.glob("bench_*.py"))}
    if chosen.only and chosen.only not in there:
        parser.error(f"no benchmark {chosen.only!r}; there are: {', '.join(there) or 'none'}")
    figures: dict[str, Mapping[str, Any]] = {}
    failed = []
    for name in [chosen.only] if chosen.only else there:
        print(f"{name} ...", flush=True)
        found = in_own_process(there[name])
        failed += [name] if found is None else []
        figures.update(found or {})
    print(table(figures))
    if chosen.json:
        write(chosen.json, figures)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def in_own_process(benchmark: Path) -> Figures | None:
    """What one benchmark measured, untouched by the memory and threads of the others; None when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "figures.json")
        command = [sys.executable, __file__, "--measure", str(benchmark), "--json", str(answer)]
        done = subprocess.run(command, cwd=ROOT, check=False)
        return json.loads(answer.read_text("utf-8")) if done.returncode == 0 else None


def measured(benchmark: Path) -> Figures:
    """The figures of one file, run here; raises ValueError for a figure that lacks a field."""
    sys.path[:0] = [str(ROOT), str(benchmark.parent)]
    spec = importlib.util.spec_from_file_location(benchmark.stem, benchmark)
    if spec is None or spec.loader is None:
        raise ValueError(f"not a Python file: {benchmark}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figures: Figures = module.measure()
    for name, figure in figures.items():
        if set(figure) != FIELDS:
            raise ValueError(f"{name} wants the fields {sorted(FIELDS)} and has {sorted(figure)}")
    return figures


def table(figures: Figures) -> str:
    """The figures as aligned columns, with the ratio to the baseline where there is one."""
    rows = [("name", "value", "unit", "baseline", "ratio", "n")]
    for name, figure in figures.items():
        value, baseline = figure["value"], figure["baseline"]
        ratio = f"{value / baseline:.2f}" if baseline else ""
        against = "" if baseline is None else f"{baseline:.4g}"
        rows.append((name, f"{value:.4g}", figure["unit"], against, ratio, str(figure["n"])))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(line(row, widths) for row in rows)


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row: words to the left, numbers to the right."""
    words = {0, 2}
    cells = [
        cell.ljust(width) if index in words else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def write(file: Path, figures: Figures) -> None:
    """The whole file or none of it: a reader never sees half."""
    file = file.absolute()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as part:
            json.dump(figures, part, indent=2, sort_keys=True)
            part.write("\n")
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    sys.exit(main())

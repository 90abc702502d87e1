"""Writes the lock files: exact versions with hashes for every system, no word of where they came from."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from environment import build_requirements

HEADER = "python3 installer/dev.py lock"


def write(root: Path, uv: Path, *, upgrade: bool) -> int:
    """Both locks anew; the smaller one takes its versions from the larger. The exit code is uv's."""
    dev, run = (root / "installer" / f"requirements-{group}.lock" for group in ("dev", "run"))
    upgrading = ["--upgrade"] if upgrade else []
    code = _compiled(root, uv, dev, ["--extra", "dev", *upgrading])
    return code or _compiled(root, uv, run, ["--constraints", str(dev.relative_to(root)), *upgrading])


def _compiled(root: Path, uv: Path, lock: Path, options: Sequence[str]) -> int:
    command = [str(uv), "--no-config", "pip", "compile", "--universal", "--generate-hashes", "--quiet"]
    command += ["--python-version", "3.11", "--no-build", "--no-annotate", "--custom-compile-command", HEADER]
    command += [*options, "--output-file", str(lock.relative_to(root)), "pyproject.toml", "-"]
    print(f"Locking {lock.name} ...", flush=True)
    building = "\n".join(build_requirements(root))
    return subprocess.run(command, cwd=root, input=building, text=True, check=False).returncode

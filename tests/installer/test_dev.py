"""The developer's entry answers its command line, and says plainly what it cannot do."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

COMMANDS = ("run", "test", "lint", "bench", "translations", "lock")


def dev(installer: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(installer / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command(installer: Path) -> None:
    done = dev(installer, "--help")
    assert done.returncode == 0
    assert all(f"\n  {command}" in done.stdout for command in COMMANDS)


def test_nothing_asked_is_answered_with_the_help(installer: Path) -> None:
    done = dev(installer)
    assert (done.returncode, done.stdout) == (2, dev(installer, "--help").stdout)


def test_an_unknown_command_is_named(installer: Path) -> None:
    done = dev(installer, "fly")
    assert done.returncode == 2
    assert done.stderr.startswith("There is no command 'fly'.")


def test_an_old_python_is_told_so_in_a_sentence(installer: Path) -> None:
    disguised = "import runpy, sys; sys.version_info = (3, 10, 13); runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [sys.executable, "-c", disguised, str(installer / "dev.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("Returns Station needs Python 3.11 or newer, and this is 3.10.\n")
    assert not done.stderr


def test_an_old_python_can_read_that_far(installer: Path) -> None:
    tree = ast.parse((installer / "dev.py").read_text("utf-8"), feature_version=(3, 7))
    assert next(node for node in tree.body if isinstance(node, ast.Import)).names[0].name == "sys"


@pytest.mark.parametrize(
    ("arguments", "environ", "wanted"),
    [
        (["--headless"], {"DISPLAY": ":0"}, False),
        ([], {}, False),
        ([], {"DISPLAY": ":0"}, True),
        ([], {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ([], {"QT_QPA_PLATFORM": "offscreen"}, True),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_qts_libraries_are_wanted_for_a_window_only(
    part: Callable[[str], ModuleType], arguments: list[str], environ: dict[str, str], wanted: bool
) -> None:
    assert part("commands").wants_window(arguments, environ) is wanted


def test_each_start_in_a_test_finds_the_program_compiled(part: Callable[[str], ModuleType]) -> None:
    environ = {"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    assert part("commands").compiling(environ) == {"LANG": "C.UTF-8"}


def test_ci_runs_what_the_readme_names(installer: Path) -> None:
    script = installer.parent / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").rstrip().endswith("python3 installer/dev.py test")

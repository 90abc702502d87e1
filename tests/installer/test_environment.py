"""The environment is made once, found again by its stamp, and never trusted after a start that was cut short."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

# A build backend without setuptools, so that the little project below is installed with no network at all.
BACKEND = """
import zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "little-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("little.py", "import sys, thing\\ndef main(): print('ran', thing.WORD, *sys.argv[1:])\\n")
        wheel.writestr("little-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: little\\nVersion: 1\\n")
        wheel.writestr("little-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("little-1.dist-info/entry_points.txt", "[console_scripts]\\nreturns-station = little:main\\n")
        wheel.writestr("little-1.dist-info/RECORD", "")
    return name
def get_requires_for_build_editable(config_settings=None): return []
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "little"
version = "1"
"""

Start = Callable[..., subprocess.CompletedProcess[str]]


def library(folder: Path, version: str) -> str:
    """A wheel with one module in the folder; returns its line in a lock."""
    wheel = folder / f"thing-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as content:
        content.writestr("thing.py", f"WORD = 'thing {version}'\n")
        about = f"thing-{version}.dist-info"
        content.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n")
        content.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        content.writestr(f"{about}/RECORD", "")
    return f"thing=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of a little project with our installer in it."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "installer").mkdir()
    for file in (Path(__file__).parents[2] / "installer").glob("*.py"):
        shutil.copy(file, root / "installer")
    shutil.copy(Path(__file__).parents[2] / "installer" / "debian-packages.txt", root / "installer")
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "wheels").mkdir()
    for version in "12":
        (root / "wheels" / f"line-{version}").write_text(library(root / "wheels", version))
    return root


@pytest.fixture
def start(project: Path) -> Start:
    """Locks one version of the library (with what may stand behind it), then starts `run --headless 7`."""

    def run(version: str, after: str = "", root: Path = project, **environ: str) -> subprocess.CompletedProcess[str]:
        line = (project / "wheels" / f"line-{version}").read_text() + after
        for group in ("run", "dev"):
            (root / "installer" / f"requirements-{group}.lock").write_text(line)
        offline = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(project / "wheels"),
            "PIP_CONFIG_FILE": os.devnull,
        }
        return subprocess.run(
            [sys.executable, str(root / "installer" / "dev.py"), "run", "--headless", "7"],
            env={**os.environ, **offline, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_first_second_and_changed(start: Start) -> None:
    first = start("1")
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.startswith("Making a virtual environment in .venv ...\nInstalling up to 1 libraries")
    assert first.stdout.endswith("ran thing 1 run --headless 7\n")
    assert start("1").stdout == "ran thing 1 run --headless 7\n"
    changed = start("2").stdout
    assert "Making" not in changed
    assert changed.endswith("ran thing 2 run --headless 7\n")


def test_a_start_cut_short_is_done_again(start: Start, project: Path) -> None:
    start("1")
    (project / ".venv" / "returns-station.stamp").unlink()
    assert "Ready after" in start("1").stdout


def test_an_environment_that_does_not_start_is_made_anew(start: Start, project: Path) -> None:
    start("1")
    (project / ".venv" / "returns-station.stamp").unlink()
    shutil.rmtree(project / ".venv" / "lib")
    again = start("1").stdout
    assert again.startswith("Making a virtual environment")
    assert again.endswith("ran thing 1 run --headless 7\n")


def test_an_environment_that_came_with_a_moved_folder_is_made_anew(start: Start, project: Path, tmp_path: Path) -> None:
    start("1")
    moved = shutil.copytree(project, tmp_path / "moved", symlinks=True)
    again = start("1", root=moved).stdout
    assert again.startswith("The .venv here was made for another folder, or that folder is gone: it is made anew.\n")
    assert again.endswith("ran thing 1 run --headless 7\n")
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()
    assert start("1", root=moved).stdout == "ran thing 1 run --headless 7\n"


def test_a_link_to_an_environment_that_is_gone_is_replaced(start: Start, project: Path, tmp_path: Path) -> None:
    start("1")
    linked = shutil.copytree(project, tmp_path / "linked", ignore=shutil.ignore_patterns(".venv"))
    (linked / ".venv").symlink_to(tmp_path / "gone")
    again = start("1", root=linked)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.startswith("The .venv here was made for another folder")
    assert again.stdout.endswith("ran thing 1 run --headless 7\n")


def test_a_library_that_is_not_the_locked_one_is_refused(start: Start, project: Path) -> None:
    start("1")
    genuine = (project / "wheels" / "line-2").read_text()
    (project / "wheels" / "line-forged").write_text(f"{genuine[:-65]}{'0' * 64}\n")
    refused = start("forged")
    assert refused.returncode == 1
    assert "not the one that was locked" in refused.stderr
    assert "ran" not in refused.stdout


def test_a_lock_without_hashes_is_refused(start: Start, project: Path) -> None:
    line = (project / "wheels" / "line-2").read_text()
    (project / "wheels" / "line-bare").write_text(line.partition(" ")[0] + "\n")
    refused = start("bare")
    assert refused.returncode == 1
    assert "hash" in refused.stderr
    assert "ran" not in refused.stdout


def test_no_network_is_said_with_what_to_do(start: Start) -> None:
    missing = f"absent==1 --hash=sha256:{'0' * 64}\n"
    away = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    refused = start("1", after=missing, **away)
    assert refused.returncode == 1
    assert "no package index answered.\nConnect to the network and start this again" in refused.stderr

"""The locks hold what pyproject.toml asks for, hashed, and nothing that must never come in."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

GROUPS = ("run", "dev")


def locked(installer: Path, group: str) -> dict[str, set[Version]]:
    """The versions of each library; more than one where Pythons or systems differ."""
    found: dict[str, set[Version]] = {}
    for line in (installer / f"requirements-{group}.lock").read_text("utf-8").splitlines():
        if match := re.match(r"([a-z0-9-]+)==([^ ;\\]+)", line):
            found.setdefault(match[1], set()).add(Version(match[2]))
    return found


def asked(installer: Path, group: str) -> list[Requirement]:
    with (installer.parent / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    texts = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    texts += project["project"]["optional-dependencies"]["dev"] if group == "dev" else []
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("group", GROUPS)
def test_everything_asked_for_is_locked_within_its_range(installer: Path, group: str) -> None:
    lock = locked(installer, group)
    for requirement in asked(installer, group):
        versions = lock.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is not locked: python3 installer/dev.py lock"
        assert all(version in requirement.specifier for version in versions), requirement


@pytest.mark.parametrize("group", GROUPS)
def test_every_library_is_hashed_and_nothing_says_where_it_came_from(installer: Path, group: str) -> None:
    text = (installer / f"requirements-{group}.lock").read_text("utf-8")
    assert not re.search(r"https?:|file:|--index|--extra-index|--find-links|--trusted", text)
    for entry in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("group", GROUPS)
def test_a_second_qt_and_the_broken_one_stay_out(installer: Path, group: str) -> None:
    lock = locked(installer, group)
    assert not {"opencv-python", "opencv-contrib-python", "pyside6", "pyside6-addons", "zpl"} & set(lock)
    assert all(version < Version("6.12") for version in lock["pyside6-essentials"])


def test_the_smaller_lock_is_part_of_the_larger(installer: Path) -> None:
    run, dev = (locked(installer, group) for group in GROUPS)
    assert run.items() <= dev.items()
    assert "zplkit" not in run

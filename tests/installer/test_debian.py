"""Missing Debian packages are installed where the user may, and named in one line to copy where not."""

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

LISTING = "# why\n[run]  # a window\nlibone libtwo\nlibthree\n\n[test]\nxvfb libone\n"


@pytest.fixture
def debian(part: Callable[[str], ModuleType]) -> ModuleType:
    return part("debian")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian with two packages, as programs of its own on the PATH; what apt-get was told lands in `told`."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "listing").write_text(LISTING)
    scripts = {
        "dpkg-query": "printf 'installed\\tlibonet64\\tlibone (= 1), libold\\n'\n"
        "printf 'config-files\\tlibtwo\\t\\ninstalled\\txvfb\\t\\n'",
        "apt-get": f'echo "$* $DEBIAN_FRONTEND" >> {tmp_path}/told; echo "$APT_SAYS"; exit "${{APT_EXIT:-0}}"',
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_groups_add_up(debian: ModuleType) -> None:
    assert debian.wanted(LISTING, ["run", "test"]) == {"libone", "libtwo", "libthree", "xvfb"}
    assert debian.wanted(LISTING, []) == set()


def test_a_package_that_stands_in_counts_and_a_removed_one_does_not(debian: ModuleType, machine: Path) -> None:
    assert debian.installed() == {"libonet64", "libone", "libold", "xvfb"}


def test_who_may_not_install_is_given_the_line(debian: ModuleType, machine: Path) -> None:
    with pytest.raises(Exception, match="sudo apt-get install --yes --no-install-recommends libthree libtwo\n"):
        debian.ensure(machine / "listing", ["run"], as_root=False)
    assert not (machine / "told").exists()


def test_who_may_installs_after_a_fresh_list(
    debian: ModuleType, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    debian.ensure(machine / "listing", ["run"], as_root=True)
    assert (machine / "told").read_text().splitlines() == [
        "update noninteractive",
        "install --yes --no-install-recommends libthree libtwo noninteractive",
    ]
    assert capsys.readouterr().out == "Installing Debian packages: libthree libtwo ...\n"


def test_nothing_missing_is_nothing_said(debian: ModuleType, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian.ensure(machine / "listing", ["test"], as_root=True)
    assert not (machine / "told").exists()
    assert capsys.readouterr().out == ""


def test_apts_own_words_are_kept_when_it_fails(
    debian: ModuleType, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APT_SAYS", "E: no such thing")
    monkeypatch.setenv("APT_EXIT", "100")
    with pytest.raises(Exception, match=r"E: no such thing\n`apt-get update` failed"):
        debian.ensure(machine / "listing", ["run"], as_root=True)


def test_a_system_without_dpkg_is_left_alone(
    debian: ModuleType, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(machine))
    debian.ensure(machine / "listing", ["run"], as_root=False)


def test_our_listing_has_the_groups_the_commands_ask_for(debian: ModuleType, installer: Path) -> None:
    text = (installer / "debian-packages.txt").read_text("utf-8")
    assert {"libegl1", "libxcb-cursor0"} <= debian.wanted(text, ["run"])
    assert "xvfb" in debian.wanted(text, ["test"])
    assert debian.wanted(text, ["python"]) == {"python3-venv"}

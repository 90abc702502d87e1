"""The Debian packages the program and its tests stand on: which are missing, and how they get here."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from environment import SetUpError


def ensure(listing: Path, groups: Sequence[str], *, as_root: bool) -> None:
    """Installs what is missing of these groups; where this user may not, raises SetUpError with the line.

    On a system without dpkg nothing is done: the libraries come with the system, or Qt says what it misses.
    """
    if not groups or shutil.which("dpkg-query") is None:
        return
    missing = sorted(wanted(listing.read_text("utf-8"), groups) - installed())
    if not missing:
        return
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if not as_root:
        raise SetUpError(
            f"These Debian packages are missing: {' '.join(missing)}\n"
            f"Run this line, then start again:\n\n  sudo {' '.join(install)}\n"
        )
    print(f"Installing Debian packages: {' '.join(missing)} ...", flush=True)
    # Without a fresh list a new machine knows no packages and an old one asks for files that are gone.
    for command in (["apt-get", "update"], install):
        _apt(command)


def wanted(text: str, groups: Sequence[str]) -> set[str]:
    """The packages of these groups in a listing of `[group]` lines, package names and # comments."""
    packages: dict[str, set[str]] = {}
    group = ""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words and words[0].startswith("["):
            group = words[0].strip("[]")
            packages[group] = set()
        elif words:
            packages[group].update(words)
    return set().union(*(packages[name] for name in groups))


def installed() -> set[str]:
    """Every installed package, and every name one stands in for (`libglib2.0-0t64` for `libglib2.0-0`)."""
    form = "${db:Status-Status}\t${Package}\t${Provides}\n"
    listing = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True).stdout
    names = set()
    for line in listing.splitlines():
        status, package, provides = line.split("\t")
        if status == "installed":
            names |= {package, *(name.split()[0] for name in provides.split(",") if name.strip())}
    return names


def _apt(command: Sequence[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        check=False,
        env=quiet,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise SetUpError(f"{tail}\n`{' '.join(command)}` failed; its last words are above. Is the network there?")

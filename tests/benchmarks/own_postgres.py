"""A private PostgreSQL for benchmarks, with its durable settings as installed: a commit is on the disk."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

HOME = Path("/usr/lib/postgresql/15/bin")


@contextmanager
def postgres() -> Iterator[str]:
    """Run one on a socket of its own; lend its URL, with `%s` for the database's name."""
    # PostgreSQL runs as a user of its own, and a socket's name must be short.
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    folder.chmod(0o755)
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    _run([*as_user, HOME / "initdb", "-D", data, "-U", "returns", "-A", "trust", "-E", "UTF8"], folder)
    control = [*as_user, HOME / "pg_ctl", "-D", data, "-w"]
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    _run([*control, "-o", options, "-l", folder / "log", "start"], folder)
    try:
        yield f"postgresql+psycopg://returns@/%s?host={folder}"
    finally:
        _run([*control, "-m", "immediate", "stop"], folder)
        shutil.rmtree(folder)


def plain(url: str) -> str:
    """Return a database's URL as psycopg itself reads it."""
    return url.replace("+psycopg", "")


def make_database(url: str, name: str) -> str:
    """Make an empty database and return its URL."""
    with psycopg.connect(plain(url) % "postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return url % name


def _run(command: list[object], folder: Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=folder)

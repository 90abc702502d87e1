"""A database of its own for each fault, on SQLite and on PostgreSQL, and how much of a fault is played.

The suite plays little of each; `tests/long/faults.py` plays more, by the environment: RETURNS_STATION_FAULTS is how
many times as much, RETURNS_STATION_FAULTS_SEED what chance begins with, RETURNS_STATION_FAULTS_TALLY for counts.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.sync.central.resolutions.conftest import database, store

__all__ = ["database", "store"]


@pytest.fixture
def times() -> int:
    """How many times what the suite plays."""
    return int(os.environ.get("RETURNS_STATION_FAULTS", "1"))


@pytest.fixture
def seed() -> int:
    """What chance begins with."""
    return int(os.environ.get("RETURNS_STATION_FAULTS_SEED", "1"))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[int, str], None]:
    """Notes how much of a fault was played, and what came of it."""

    def note(count: int, what: str) -> None:
        file = os.environ.get("RETURNS_STATION_FAULTS_TALLY")
        if file:
            with Path(file).open("ab") as to:
                to.write(msgspec.json.encode({"test": request.node.name, "count": count, "what": what}) + b"\n")

    return note

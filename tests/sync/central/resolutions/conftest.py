"""A database of its own for each test, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import uuid_utils

from sync.central.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.sqlite'}"
    cluster: str = request.getfixturevalue("cluster")
    name = f"r{uuid_utils.uuid7().hex}"
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return cluster % name


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """The same, open."""
    opened = Store(database)
    yield opened
    opened.close()

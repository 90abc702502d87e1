"""Databases of central without a process around them, one of each kind for all tests; each brings names of its own."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from sync.central.store import Store


@pytest.fixture(scope="session")
def _on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'central.sqlite'}")) as made:
        yield made


@pytest.fixture(scope="session")
def _on_postgres(cluster: str) -> Iterator[Store]:
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE shared")
    with closing(Store(cluster % "shared")) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest) -> Store:
    """A database of either kind in which other tests have left something."""
    made: Store = request.getfixturevalue("_on_sqlite" if request.param == "sqlite" else "_on_postgres")
    return made

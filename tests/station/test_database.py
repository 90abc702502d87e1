"""Databases: which SQLite may write, and how transactions begin and end."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from station.database import (
    DRIVER,
    UnsafeSqliteError,
    check_driver,
    is_safe,
    open_central,
    open_sqlite,
    reading,
    sqlite_version,
)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_the_wal_reset_bug_is_known(version: tuple[int, int, int], safe: bool) -> None:
    assert is_safe(version) is safe
    if not safe:
        with pytest.raises(UnsafeSqliteError, match="can damage a database"):
            check_driver(version)


def test_the_library_we_use_is_safe_and_set_for_power_cuts(tmp_path: Path) -> None:
    assert is_safe(sqlite_version())
    assert ".".join(map(str, sqlite_version())) == DRIVER.sqlite_version
    with open_sqlite(tmp_path / "a b%20?.sqlite").connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "fullfsync", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "fullfsync": 1,
        "busy_timeout": 5000,
    }
    assert (tmp_path / "a b%20?.sqlite").exists()


def test_tables_made_in_a_failed_transaction_are_gone(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "x.sqlite")
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n)")
        connection.exec_driver_sql("nonsense")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM sqlite_master").scalar_one() == 0


def test_a_reader_does_not_wait_for_a_writer_and_cannot_write_when_read_only(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    engine = open_central(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n)")
    with engine.begin() as writer:
        writer.exec_driver_sql("INSERT INTO t VALUES (1)")
        with reading(engine).begin() as reader:
            assert reader.exec_driver_sql("SELECT COUNT(*) FROM t").scalar_one() == 0
    with open_sqlite(path, read_only=True).begin() as reader:
        assert reader.exec_driver_sql("SELECT COUNT(*) FROM t").scalar_one() == 1
        with pytest.raises(OperationalError, match="readonly"):
            reader.exec_driver_sql("INSERT INTO t VALUES (2)")
    engine.dispose()

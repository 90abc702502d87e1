"""Upgrades: the revisions make the tables this program knows, old files are copied first, all or nothing."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from station import opening, schema, upgrade
from station.database import open_sqlite
from station.journal import Journal, JournalError
from station.search.indexes import INDEXES
from station.state import State

OLD_0001 = Path(__file__).parent / "data" / "station_0001.sqlite"

NEXT = """
from alembic import op
import sqlalchemy as sa
revision = "9998"
down_revision = "{before}"
def upgrade():
    op.add_column("parcel", sa.Column("colour", sa.Text()))
    {then}
"""


def with_next(folder: Path, then: str = "") -> Path:
    """Return a copy of the revisions with one more."""
    migrations = folder / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, migrations)
    (migrations / "versions" / "rev_9998.py").write_text(NEXT.format(then=then, before=schema.REVISION))
    return migrations


def columns(path: Path) -> set[str]:
    with open_sqlite(path, read_only=True).connect() as connection:
        return {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(parcel)")}


@pytest.mark.parametrize("tables", [schema.STATION, schema.PROJECTIONS])
def test_the_revisions_make_the_tables_we_know(tmp_path: Path, tables: object) -> None:
    opening.begin_file(tmp_path / "station.sqlite", "S1", "e1")
    with open_sqlite(tmp_path / "station.sqlite").connect() as connection:
        others = {table.name for known in (schema.STATION, schema.PROJECTIONS) for table in known.tables.values()}

        def included(name: str, kind: str, _: object) -> bool:
            return name in tables.tables if kind == "table" else name not in INDEXES

        context = MigrationContext.configure(connection, opts={"include_name": included})
        assert compare_metadata(context, tables) == []
        assert MigrationContext.configure(connection).get_current_revision() == schema.REVISION
        names = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        # sqlite_stat4 is there or not as the SQLite library was built.
        assert names - {"sqlite_stat4"} == others | {"alembic_version", "sqlite_sequence", "sqlite_stat1"}


def test_each_database_is_begun_empty_in_whichever_thread(tmp_path: Path) -> None:
    def begun(name: str) -> list[tuple[str, ...]]:
        opening.begin_file(tmp_path / name, name, name)
        with open_sqlite(tmp_path / name).connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, value FROM meta WHERE name IN ('station', 'epoch')")
            return sorted(tuple(row) for row in rows)

    with ThreadPoolExecutor(4) as pool:
        names = [f"S{n}" for n in range(8)]
        assert list(pool.map(begun, names)) == [[("epoch", name), ("station", name)] for name in names]


def test_a_bench_has_the_indexes_by_which_any_code_is_found(tmp_path: Path) -> None:
    opening.begin_file(tmp_path / "station.sqlite", "S1", "e1")
    with open_sqlite(tmp_path / "station.sqlite").connect() as connection:
        for name, (table, columns) in INDEXES.items():
            found = connection.exec_driver_sql("SELECT name FROM pragma_index_info(?)", (name,)).scalars()
            assert list(found) == ["station", *columns]
            assert name in connection.exec_driver_sql("SELECT name FROM pragma_index_list(?)", (table,)).scalars()


def test_a_database_of_the_first_revision_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    shutil.copy(OLD_0001, path)
    with Journal.open(path, "S1") as journal:
        assert journal.last_seq == 3
        assert journal.resume(State("S1", "bench 1")).parcel.arrived.code == "1Z999AA10123456784"


def test_an_old_database_is_copied_then_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "station.sqlite"
    shutil.copy(OLD_0001, path)
    monkeypatch.setattr(upgrade.upgrade, "__defaults__", (with_next(tmp_path),))
    monkeypatch.setattr(schema, "REVISION", "9998")
    with Journal.open(path, "S1") as journal:
        assert journal.last_seq == 3
    assert "colour" in columns(path)
    assert "colour" not in columns(tmp_path / "station.0001.sqlite")


def test_a_failed_upgrade_leaves_the_old_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "station.sqlite"
    shutil.copy(OLD_0001, path)
    broken = with_next(tmp_path, "op.execute('INSERT INTO nowhere VALUES (1)')")
    with pytest.raises(Exception, match="nowhere"):
        upgrade.upgrade(open_sqlite(path), broken)
    assert "colour" not in columns(path)
    Journal.open(path, "S1").close()


def test_a_newer_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    Journal.open(path, "S1").close()
    with open_sqlite(path).connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(JournalError, match="newer program") as refused:
        Journal.open(path, "S1")
    assert refused.value.code == "newer"

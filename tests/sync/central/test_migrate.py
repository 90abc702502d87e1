"""Central's tables on both databases: made, brought up to date, adopted, and refused where a person must decide."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import psycopg
import pytest
import sqlalchemy
import uuid_utils
from sqlalchemy import Engine, inspect

from station.database import open_central
from station.records import Product, ReturnLine, ReturnOrder
from station.schema import PROJECTIONS
from sync.central import feed, integrators, owners
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.central.migrate import SchemaError, migrate, revision_of
from sync.central.migrations.versions import rev_0001
from sync.central.store import Store
from sync.central.tables import REVISION, metadata

ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'central.sqlite'}"
    cluster: str = request.getfixturevalue("cluster")
    name = f"m{uuid_utils.uuid7().hex}"
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return cluster % name


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    opened = open_central(database)
    yield opened
    opened.dispose()


@pytest.fixture
def returns_central(database: str, tmp_path: Path) -> Callable[..., int]:
    """Runs a command on the database."""
    return lambda *words: main([*words, "--data", str(tmp_path), "--database", database])


def as_before_revisions(engine: Engine) -> None:
    """Make the tables as central did before it had revisions, and a feed in them."""
    with engine.begin() as connection:
        operations = alembic_operations(connection)
        operations(rev_0001.upgrade)
        connection.execute(sqlalchemy.text("INSERT INTO site_head (site, last) VALUES ('leeds', 1)"))
        connection.execute(
            sqlalchemy.text("INSERT INTO feed (site, seq, kind, key, body) VALUES ('leeds', 1, 'order', 'R-1', :body)"),
            {"body": b"{}"},
        )
        # Another site was told of it as well, and that it is expected no more.
        connection.execute(sqlalchemy.text("INSERT INTO site_head (site, last) VALUES ('aston', 2)"))
        for seq, body in enumerate((b"{}", b"null"), 1):
            connection.execute(
                sqlalchemy.text(
                    "INSERT INTO feed (site, seq, kind, key, body) VALUES ('aston', :n, 'order', 'R-1', :body)"
                ),
                {"n": seq, "body": body},
            )


def alembic_operations(connection: sqlalchemy.Connection) -> Callable[[Callable[[], None]], None]:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    def run(upgrade: Callable[[], None]) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            upgrade()

    return run


def described(engine: Engine) -> dict[str, object]:
    """Return what a database's tables are made of."""
    found = inspect(engine)
    return {
        table: (
            sorted((each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(table)),
            found.get_pk_constraint(table)["constrained_columns"],
            sorted((each["name"], each["column_names"], each["unique"]) for each in found.get_indexes(table)),
            sorted(each["column_names"] for each in found.get_unique_constraints(table)),
        )
        for table in found.get_table_names()
        if table not in ("alembic_version", "sqlite_stat1")
    }


@ON_BOTH
def test_an_empty_database_gets_the_tables_the_program_declares(database: str, engine: Engine) -> None:
    Store(database).close()
    made = described(engine)
    with engine.begin() as connection:
        for table in made:
            connection.execute(sqlalchemy.text(f'DROP TABLE "{table}"'))
        metadata.create_all(connection)
        PROJECTIONS.create_all(connection)
        # What only central asks for.
        connection.execute(sqlalchemy.text("CREATE INDEX item_line ON item (rma, line)"))
        connection.execute(sqlalchemy.text("CREATE INDEX exception_parcel ON exception (station, parcel)"))
        connection.execute(sqlalchemy.text("CREATE INDEX parcel_by_code ON parcel (code)"))
        connection.execute(sqlalchemy.text("CREATE INDEX item_by_serial ON item (serial)"))
    declared = described(engine)
    assert made == declared
    Store(database).close()
    with engine.connect() as connection:
        assert revision_of(connection) == REVISION


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_embedded_database_without_revisions_is_adopted_at_the_start(database: str, engine: Engine) -> None:
    as_before_revisions(engine)
    with closing(Store(database)) as store:
        check_adopted(store)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_an_old_database_on_postgresql_waits_for_a_person(
    database: str, engine: Engine, returns_central: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    as_before_revisions(engine)
    before = described(engine)
    with pytest.raises(SchemaError, match=r"of revision none, .* run `returns-central migrate`"):
        Store(database)
    assert returns_central("serve", "--port", "0") == 1
    assert "run `returns-central migrate`" in capsys.readouterr().err
    assert described(engine) == before, "nothing was touched"
    assert returns_central("migrate") == 0
    assert capsys.readouterr().out == f"the tables are of revision {REVISION}; they were of none\n"
    with closing(Store(database)) as store:
        check_adopted(store)
    assert returns_central("migrate") == 0
    assert capsys.readouterr().out == f"the tables are of revision {REVISION}; they were of {REVISION}\n"


def check_adopted(store: Store) -> None:
    with store.writing() as connection:
        feed.append(connection, "leeds", [Change("order", "R-2", b"{}")])
        page = feed.page(connection, "leeds", 0, 10, "")
        assert owners.of(connection, ["R-1", "R-2", "R-3"], lock=True) == {"R-1": "leeds", "R-2": "leeds"}
    assert [(each.seq, each.key) for each in page.records] == [(1, "R-1"), (2, "R-2")]


@ON_BOTH
def test_the_tables_of_a_newer_program_are_left_alone(
    database: str, engine: Engine, returns_central: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    Store(database).close()
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="of revision 9999, a newer program's"):
        Store(database)
    for command in ("migrate", "serve"):
        assert returns_central(command) == 1
        assert "a newer program's" in capsys.readouterr().err


@ON_BOTH
def test_a_migration_that_fails_changes_nothing(
    database: str, engine: Engine, returns_central: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    as_before_revisions(engine)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE station_lock (somebody_elses INTEGER)"))
    before = described(engine)
    assert returns_central("migrate") == 1
    assert "the tables stay as they are" in capsys.readouterr().err
    assert described(engine) == before
    with engine.connect() as connection:
        assert revision_of(connection) == ""


@ON_BOTH
def test_what_orders_announced_before_is_known_by_its_code(database: str, engine: Engine) -> None:
    as_before_revisions(engine)
    lines = (ReturnLine("1", Product("S", "Thing", "home", "C"), serials=("SN-1", "SN-2")),)
    order = ReturnOrder("R-9", "C", "o 9", lines, trackings=("1z 77", "T-2"))
    with engine.begin() as connection:
        for seq, key, body in ((2, "R-9", msgspec.json.encode(order)), (3, "R-1", b"null")):
            connection.execute(
                sqlalchemy.text(
                    "INSERT INTO feed (site, seq, kind, key, body) VALUES ('l', :seq, 'order', :key, :body)"
                ),
                {"seq": seq, "key": key, "body": body},
            )
    migrate(engine)
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT sort, code, rma FROM order_code ORDER BY sort, code"))
        found = [tuple(row) for row in rows if row.rma == "R-9"]
    wanted = [("order", each, "R-9") for each in ("1Z77", "O9", "T-2")]
    assert sorted(found) == sorted([*wanted, ("serial", "SN-1", "R-9"), ("serial", "SN-2", "R-9")])


@ON_BOTH
def test_systems_of_before_may_send_orders_as_they_could(database: str, engine: Engine) -> None:
    with closing(Store(database)) as store:
        tokens = {
            name: integrators.admit(store, name, "leeds", "2026-11-20T08:00:00Z", roles)
            for name, roles in {"shop": [], "desk": ["resolutions"], "prometheus": ["monitor"]}.items()
        }
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DELETE FROM integrator_role WHERE role = 'orders'"))
        connection.execute(sqlalchemy.text("ALTER TABLE resolution DROP COLUMN quantity"))
        connection.execute(sqlalchemy.text("DROP TABLE counted_unit"))
        connection.execute(sqlalchemy.text("DROP TABLE deed"))
        connection.execute(sqlalchemy.text("DROP TABLE earlier_sheet"))
        for column in ("operator", "said_at"):
            connection.execute(sqlalchemy.text(f"ALTER TABLE delivery DROP COLUMN {column}"))
        connection.execute(sqlalchemy.text("ALTER TABLE item DROP COLUMN defects"))
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '0015'"))
    migrate(engine)
    with closing(Store(database)) as store:
        found = {name: integrators.caller(store, token) for name, token in tokens.items()}
    assert {name: each and set(each.roles) for name, each in found.items()} == {
        "shop": {"orders"},
        "desk": {"orders", "resolutions"},
        "prometheus": {"monitor"},
    }

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

from station import facts as f
from station import projections
from station.authority.facts import StepUpGiven
from station.database import open_central
from station.entries import Entry, first_prev, sealed
from station.exceptions.facts import ExceptionTaken
from station.facts import encode, name_of, version_of
from station.records import Product, ReturnLine, ReturnOrder
from station.schema import PROJECTIONS
from station.shifts.facts import BinMoved, ItemWrittenOff
from sync.central import feed, integrators, owners, tokens
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.central.intake import take_in
from sync.central.migrate import SchemaError, migrate, revision_of
from sync.central.migrations.versions import rev_0001
from sync.central.store import Store
from sync.central.tables import REVISION, metadata
from sync.wire import Push

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


_LATER = ("counted_unit", "deed", "earlier_item", "earlier_sheet", "resolution_rules", "resolution_book")


def as_of(connection: sqlalchemy.Connection, revision: str) -> None:
    """Take away what the revisions from 0017 on made."""
    for statement in (
        *(f"DROP TABLE {table}" for table in _LATER),
        "ALTER TABLE resolution DROP COLUMN quantity",
        "ALTER TABLE photo DROP COLUMN taken_n",
        "ALTER TABLE bin_move DROP COLUMN apart",
        "ALTER TABLE delivery DROP COLUMN operator",
        "ALTER TABLE delivery DROP COLUMN said_at",
        "ALTER TABLE item DROP COLUMN defects",
        f"UPDATE alembic_version SET version_num = '{revision}'",
    ):
        connection.execute(sqlalchemy.text(statement))


# By shift and transaction: two shifts, of which the second changes what the first one had seen.
SAID: tuple[tuple[int, str, f.Recorded], ...] = (
    (1, "a", f.ShiftOpened("S-A01-1", "Bench")),
    (1, "b", f.ParcelArrived("P1", "1Z1", "ups", "return", "one", ("R-1",), "Northwind")),
    (1, "c", f.ItemIdentified("P1", "I1", "x", "undeclared", "Shoe", "footwear", "Northwind")),
    (1, "c", f.PhotoTaken("I1", "front", "0" * 64, 9)),
    (1, "d", f.Graded("I1", "A", "A", "A", "g/1")),
    (1, "d", f.Routed("I1", "resale", "r/1")),
    (1, "e", f.RouteOverridden("I1", "resale", "hold", "doubt", "B1", "B9")),
    (1, "f", StepUpGiven("override", "B1", "B9", item="I1", why="doubt")),
    (1, "g", f.PlateAllotted("I1", "N1")),
    (1, "g", f.PlateReprintAsked("I1", "N1", 2, "torn")),
    (1, "h", f.ExceptionRaised("E1", "held", "client", "P1", "I1")),
    (1, "h", ExceptionTaken("E1", "B9")),
    (1, "i", f.BinOpened("BIN-1", "hold", apart="ship_back")),
    (1, "i", f.Placed("I1", "N1", "BIN-1")),
    (1, "j", f.ItemIdentified("P1", "I2", "x", "matched", "Shoe", "footwear", "Northwind", rma="R-1", line="1")),
    (1, "k", f.RouteOverridden("I2", "resale", "hold", "doubt", "B1")),
    (1, "l", f.Undone(("k",), "route")),
    (1, "m", ItemWrittenOff("S-A01-1", "I1", "N1", "BIN-1", "B9", 900, "USD")),
    (2, "n", f.ShiftOpened("S-A01-2", "Bench")),
    (2, "o", f.PhotoTaken("I2", "front", "1" * 64, 9)),
    (2, "o", f.Graded("I2", "D", "D", "D", "g/1")),
    (2, "p", f.ItemRelinked("I1", "R-1", "1")),
    (2, "q", f.RouteOverridden("I1", "hold", "resale", "released", "B9")),
    (2, "r", BinMoved("BIN-1", 1, "dock", "B9")),
)


@ON_BOTH
def test_what_was_done_in_each_shift_is_filled_in_from_the_facts(database: str, engine: Engine) -> None:
    entries, prev = [], first_prev("e1")
    for seq, (shift, txn, fact) in enumerate(SAID, 1):
        about = (f"2026-11-20T08:00:{seq:02d}.000000Z", seq, "boot", "B1", f"S-A01-{shift}", name_of(fact))
        entry = Entry(seq, f"{seq:032x}", txn, "e1", *about, version_of(fact), encode(fact), b"", b"")
        entries.append(sealed(entry, prev))
        prev = entries[-1].hash
    with closing(Store(database)) as store:
        tokens.enrol(store, "A01", "leeds", "2026-11-20T08:00:00Z")
        push = Push("e1", 1, "2026-11-20T08:00:59Z", tuple(entries))
        assert take_in(store, "A01", "leeds", push, push.sent_at).results == ()
    with engine.begin() as connection:
        rows = projections.rows(connection)
        as_of(connection, "0016")
    told = [(row["kind"], row["shift_n"]) for row in rows["deed"] if row["txn"] != "m"]
    assert sorted(told) == [
        *(("override", 1), ("override", 1), ("override", 2), ("reprinted", 1), ("step_up", 1)),
        *(("taken", 1), ("taken_back", 1)),
    ]
    (of_one, of_two) = rows["earlier_item"]
    assert [of_one[name] for name in ("match", "disposition", "letter", "until_n")] == ["undeclared", "hold", "A", 2]
    assert (of_two["letter"], [row["taken_n"] for row in rows["photo"]]) == ("", [1, 2])
    migrate(engine)
    with engine.connect() as connection:
        assert projections.rows(connection) == rows


@ON_BOTH
def test_systems_of_before_may_send_orders_as_they_could(database: str, engine: Engine) -> None:
    with closing(Store(database)) as store:
        tokens = {
            name: integrators.admit(store, name, "leeds", "2026-11-20T08:00:00Z", roles)
            for name, roles in {"shop": [], "desk": ["resolutions"], "prometheus": ["monitor"]}.items()
        }
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DELETE FROM integrator_role WHERE role = 'orders'"))
        as_of(connection, "0015")
    migrate(engine)
    with closing(Store(database)) as store:
        found = {name: integrators.caller(store, token) for name, token in tokens.items()}
    assert {name: each and set(each.roles) for name, each in found.items()} == {
        "shop": {"orders"},
        "desk": {"orders", "resolutions"},
        "prometheus": {"monitor"},
    }

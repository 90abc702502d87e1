"""Brings central's database to the tables this program knows; tables that were made without revisions are adopted."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

from station.planner import tell_planner
from sync.central.tables import REVISION

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = sqlalchemy.text("SELECT version_num FROM alembic_version")


class SchemaError(Exception):
    """The database's tables are not those of this program; a sentence for people says what to do."""


def prepare(engine: Engine) -> None:
    """Let a database that this program may change itself have its tables: one without any, and any SQLite file.

    Raises SchemaError when the tables are a newer program's, or an older one's on PostgreSQL.
    """
    with engine.connect() as connection:
        revision = revision_of(connection)
        is_ours = connection.dialect.name == "sqlite" or not inspect(connection).has_table("journal")
    if revision == REVISION:
        return
    _check_not_newer(revision)
    if not is_ours:
        raise SchemaError(
            f"its tables are of revision {revision or 'none'}, and this program needs {REVISION}: "
            "stop the other workers, make a backup, and run `returns-central migrate`"
        )
    migrate(engine)


def migrate(engine: Engine) -> str:
    """Run the revisions the database lacks, all or none, and return the one it had, or "".

    Raises SchemaError when the tables are a newer program's, and sqlalchemy.exc.DBAPIError.
    """
    with engine.connect() as connection:
        before = revision_of(connection)
    _check_not_newer(before)
    if before != REVISION:
        try:
            _run(engine)
        except DBAPIError:
            # Another worker that started at the same moment may have done it.
            with engine.connect() as connection:
                if revision_of(connection) != REVISION:
                    raise
    return before


def revision_of(connection: Connection) -> str:
    """Return the revision of the database's tables; empty where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(_VERSION).scalar() or "")


def _check_not_newer(revision: str) -> None:
    if revision and revision not in {script.revision for script in _script().walk_revisions()}:
        raise SchemaError(f"its tables are of revision {revision}, a newer program's; this one knows {REVISION}")


def _run(engine: Engine) -> None:
    # Alembic takes long to load, and is needed only when the tables change.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = _script()

    def lacking(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with engine.begin() as connection, EnvironmentContext(Config(), script, fn=lacking) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
        if connection.dialect.name == "sqlite":
            tell_planner(connection)


def _script() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS))

"""Brings a station database to the tables this program knows, after a copy, in one transaction."""

import threading
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Engine

from station.database import DRIVER, driver_connection, open_lasting_memory
from station.planner import tell_planner

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"


def begin(engine: Engine) -> None:
    """Give an empty database, which nobody else has open, the tables that all revisions make.

    They run once in a process, and what they made is copied: running them costs ten times that, and more with each.
    """
    made, for_one = _made()
    with for_one, closing(made.connect()) as source, closing(engine.connect()) as connection:
        driver_connection(source).backup(driver_connection(connection))


@lru_cache(maxsize=1)
def _made() -> tuple[Engine, threading.Lock]:
    """Return a database in memory in which they ran, and a lock for who copies it."""
    engine = open_lasting_memory()
    upgrade(engine)
    return engine, threading.Lock()


def upgrade(engine: Engine, migrations: Path = MIGRATIONS) -> None:
    """Run the revisions the database lacks; all or none."""
    # Alembic takes as long to load as the rest of the journal, and is needed only when the tables change.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = _script(migrations)

    def lacking(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with engine.begin() as connection, EnvironmentContext(Config(), script, fn=lacking) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
        tell_planner(connection)


def knows(revision: str, migrations: Path = MIGRATIONS) -> bool:
    """Tell whether a revision is one of ours; a newer program's is not."""
    return revision in {script.revision for script in _script(migrations).walk_revisions()}


def back_up(path: Path, copy: Path) -> None:
    """Copy a database that may be in use, whole and consistent, with SQLite's backup API."""
    with (
        closing(DRIVER.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(DRIVER.connect(copy)) as target,
    ):
        source.backup(target)


def _script(migrations: Path) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(migrations))

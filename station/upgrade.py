"""Brings a station database to the tables this program knows, after a copy, in one transaction."""

from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from station.database import DRIVER

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, migrations: Path = MIGRATIONS) -> None:
    """Run the revisions the database lacks; all or none."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def knows(revision: str, migrations: Path = MIGRATIONS) -> bool:
    """Tell whether a revision is one of ours; a newer program's is not."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    return revision in known


def back_up(path: Path, copy: Path) -> None:
    """Copy a database that may be in use, whole and consistent, with SQLite's backup API."""
    with (
        closing(DRIVER.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(DRIVER.connect(copy)) as target,
    ):
        source.backup(target)

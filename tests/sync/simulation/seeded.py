"""Gives journals ids, epochs and clocks that come from a seed, and makes new database files quickly."""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from station.database import DRIVER, driver_connection, open_sqlite
from station.upgrade import upgrade
from sync.central.store import Store


@cache
def _templates() -> tuple[bytes, bytes]:
    """An empty journal and an empty central, made once by the program itself: making them takes a tenth of a second."""
    with tempfile.TemporaryDirectory() as folder:
        journal, central = Path(folder) / "journal.sqlite", Path(folder) / "central.sqlite"
        upgrade(open_sqlite(journal))
        Store(f"sqlite:///{central}").close()
        return journal.read_bytes(), central.read_bytes()


def be_quiet(patch: pytest.MonkeyPatch) -> None:
    """Log nothing of each failure: what is said of them is other tests' matter, and histories are full of them."""
    for module in (
        "sync.errand._log",
        "sync.mirror._log",
        "sync.outbox._log",
        "station.journal.log",
        "sync.central.resolutions.worker._log",
    ):
        patch.setattr(f"{module}.disabled", True)


def new_central(path: Path) -> None:
    """Put an empty central's database at `path`."""
    path.write_bytes(_templates()[1])


def _new_journal(engine: Engine) -> None:
    with tempfile.NamedTemporaryFile() as file, closing(engine.connect()) as connection:
        file.write(_templates()[0])
        file.flush()
        with closing(DRIVER.connect(file.name)) as template:
            template.backup(driver_connection(connection))


@contextmanager
def seeded(dice: random.Random, now: Callable[[], str], now_s: Callable[[], float]) -> Iterator[None]:
    """Let everything that a journal takes from the computer come from the dice and the clocks of a history."""

    def hexadecimal() -> SimpleNamespace:
        return SimpleNamespace(hex=f"{dice.getrandbits(128):032x}")

    _templates()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("station.journal.uuid_utils", SimpleNamespace(uuid7=hexadecimal))
        patch.setattr("station.journal.secrets", SimpleNamespace(token_hex=lambda _: hexadecimal().hex[:16]))
        patch.setattr("station.journal.time", SimpleNamespace(monotonic_ns=lambda: int(now_s() * 1e9)))
        patch.setattr("station.journal.now", now)
        patch.setattr("station.opening.now", now)
        for module in ("station.opening", "station.salvage"):
            patch.setattr(f"{module}.uuid", SimpleNamespace(uuid4=hexadecimal))
        patch.setattr("station.opening.upgrade", _new_journal)
        yield

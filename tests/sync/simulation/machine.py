"""A station in a history: real journal, copy and courier, on a disk that can be put back and cloned."""

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from station.database import driver_connection, open_sqlite
from station.entries import Entry
from station.facts import Recorded
from station.journal import Journal, JournalDamaged
from station.local_copy import LocalCopy
from station.photos import PhotoStore
from station.retention import Keep
from station.salvage import salvage
from sync.clock import Clock
from sync.errand import Disk, Errand, Heard, Timing
from tests.sync.simulation.line import Crash, Line, Weather

# Looks at what has not changed are most of a calm history; fewer of them find the same.
TIMING = Timing(poll_s=30.0, told_poll_s=60.0)
# Facts leave the journal as soon as central is proved to have them.
KEEP = Keep(days=0, least=2, at_once=3)
JOURNAL, COPY = "station.sqlite", "expected.sqlite"


class MortalCopy(LocalCopy):
    """The real one; the process may die before or after its writes reach the disk."""

    weather: Weather

    def set_acked(self, *what: object, **more: object) -> None:  # type: ignore[override]
        self._dying(lambda: LocalCopy.set_acked(self, *what, **more))  # type: ignore[arg-type]

    def apply(self, *what: object, **more: object) -> None:  # type: ignore[override]
        self._dying(lambda: LocalCopy.apply(self, *what, **more))  # type: ignore[arg-type]

    def _dying(self, write: Callable[[], None]) -> None:
        fate = self.weather.dice.random() / max(self.weather.trouble, 1e-9)
        if fate < 0.1:
            raise Crash
        write()
        if fate < 0.2:
            raise Crash


class Machine:
    """One computer. Several may bear one station's name: then one of them is a copy of the other."""

    def __init__(
        self, name: str, station: str, site: str, folder: Path, line: Line, weather: Weather, clock: Clock, seed: int
    ) -> None:
        self.name, self.station, self.site, self.folder = name, station, site, folder
        self.line, self._weather, self._clock = line, weather, clock
        self._dice = random.Random(seed)
        self.photos = PhotoStore(folder / "photos")
        self.due_at = 0.0
        self.salvages = 0
        self.packed = 0
        # Photos that went with a disk that an old copy was put in the place of.
        self.gone: set[str] = set()
        self.open()

    def open(self) -> None:
        """Start the station; a journal that must not go on is salvaged first, as a person would."""
        try:
            self.journal = Journal.open(self.folder / JOURNAL, self.station)
        except JournalDamaged:
            salvage(self.folder, self.station)
            self.salvages += 1
            self.journal = Journal.open(self.folder / JOURNAL, self.station)
        self._begin()

    def _begin(self) -> None:
        self.db = MortalCopy.open(self.folder / COPY)
        self.db.weather = self._weather  # type: ignore[attr-defined]
        disk = Disk(self.journal.path, self.photos, PhotoStore(self.folder / "references"), 0, keep_facts=KEEP)
        self.errand = Errand(self.site, self.db, self.line, disk, TIMING, self._clock, self._dice)
        self.due_at = self._clock.monotonic()

    def fill(self) -> None:
        """Let the disk be full: no database grows any more. Only a restart or `make_room` changes it."""
        for connection in (self.db.connection, self.journal._writer):
            pages = driver_connection(connection).execute("PRAGMA page_count").fetchone()[0]
            driver_connection(connection).execute(f"PRAGMA max_page_count = {pages}").fetchall()

    def make_room(self) -> None:
        for connection in (self.db.connection, self.journal._writer):
            driver_connection(connection).execute("PRAGMA max_page_count = 1000000").fetchall()

    def look_up(self, rma: str) -> None:
        """Ask what a person at the bench asks, by a connection of its own."""
        with closing(LocalCopy.open(self.folder / COPY)) as copy:
            copy.orders(rma)
            copy.receipts(rma)

    def close(self) -> None:
        self._end()
        self.journal.close()

    def _end(self) -> None:
        self.errand.close()
        self.db.close()

    def restart_courier(self) -> None:
        """The courier's memory is gone; what is on the disk is there."""
        self._end()
        self._begin()

    def restart(self) -> None:
        self.close()
        self.open()

    def record(self, *facts: Recorded) -> tuple[Entry, ...]:
        return self.journal.append(facts, operator="BDG-1", shift="S-1").entries

    def step(self, heard: Heard) -> None:
        try:
            wait_s = self.errand.step(heard)
        except Crash:
            self.restart_courier()
            return
        if (ready := self.errand.status.ready) is not None:
            self.packed += self.journal.let_go(ready)
        self.due_at = self._clock.monotonic() + wait_s

    def back_up(self) -> None:
        """Keep a copy of the whole disk."""
        self._copy_to(self._backup)

    def clone_to(self, folder: Path) -> None:
        self._copy_to(folder)

    def restore(self) -> bool:
        """Put the kept copy back, if there is one."""
        if not self._backup.exists():
            return False
        self.close()
        self.gone |= {*self.photos.all()} - {*PhotoStore(self._backup / "photos").all()}
        shutil.rmtree(self.folder)
        shutil.copytree(self._backup, self.folder)
        self.open()
        return True

    def lose_copy(self) -> None:
        """The local copy is gone; the journal is whole."""
        self._end()
        for file in self.folder.glob(f"{COPY}*"):
            file.unlink()
        self._begin()

    def records(self) -> dict[tuple[str, str], bytes]:
        """What the copy holds, by kind and key."""
        with closing(open_sqlite(self.folder / COPY, read_only=True).connect()) as connection:
            found = connection.exec_driver_sql("SELECT kind, key, body FROM record")
            return {(row.kind, row.key): bytes(row.body) for row in found}

    def is_pending(self, id_: str) -> bool:
        """Tell whether the journal has an entry that was not confirmed."""
        after = self.db.acked(self.journal.epoch)
        return any(entry.id == id_ for entry in self.journal.entries(after, 100_000))

    def rot(self, id_: str) -> None:
        """Damage an entry on the disk: its body says another thing, or is no bytes any more."""
        damaged = self._dice.choice(("CAST(replace(body, 'T', 'U') AS BLOB)", "CAST(body AS TEXT)", "7"))
        with closing(open_sqlite(self.journal.path).connect()) as connection, connection.begin():
            query = f"UPDATE journal SET body = {damaged} WHERE id = ?"
            connection.exec_driver_sql(query, (id_,))

    @property
    def _backup(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-backup")

    def _copy_to(self, folder: Path) -> None:
        self.close()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        self.open()

"""Takes all of central's records anew beside those there are, and puts them in their place in one transaction.

What came so far lies in a file of its own, `expected.staged.sqlite`. A snapshot that breaks off leaves the records as
they were; so does a power cut.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from station import feed_end
from station.database import driver_connection
from station.local_copy import ADD_RULES, Delivered, LocalCopy, Record

_STAGED = ".staged"
# What a snapshot brings. What is confirmed and refused of our own facts is not central's to say, and rule files that
# an item in work still holds are told of by no snapshot: those tables stay.
_TABLES = ("record", "run", "code", "elsewhere")


class Stage:
    """Records that are coming. Used by the thread that writes the copy."""

    def __init__(self, copy: LocalCopy) -> None:
        self._copy = copy
        self._path = staged_beside(copy.path)
        _remove(self._path)
        self._staged = LocalCopy.open(self._path)

    def add(self, records: Sequence[Record]) -> None:
        """Keep records, whose numbers rise. Raises msgspec.MsgspecError when one of a kind we know is unreadable."""
        if records:
            self._staged.apply(self._staged.cursor() + 1, records[-1].seq, records)

    def swap(self, cursor: int, rules: Sequence[Delivered], end: int = 0) -> None:
        """Put what came in the place of all records, with the cursor, in one transaction; and forget the stage.

        `end` is the mark of the record at the cursor, 0 when central did not say it.
        """
        self._staged.close()
        connection = driver_connection(self._copy.connection)
        connection.execute("ATTACH ? AS staged", (str(self._path),))
        try:
            with self._copy.writing() as writing:
                for table in _TABLES:
                    writing.exec_driver_sql(f"DELETE FROM main.{table}")
                    writing.exec_driver_sql(f"INSERT INTO main.{table} SELECT * FROM staged.{table}")
                if rules:
                    ADD_RULES.run_many(writing, [msgspec.structs.asdict(each) for each in rules])
                feed_end.move_to(writing, cursor, end)
        finally:
            connection.execute("DETACH staged")
        _remove(self._path)

    def drop(self) -> None:
        """Forget what came."""
        self._staged.close()
        _remove(self._path)


def staged_beside(copy: Path) -> Path:
    """Return where the stage of a copy lies."""
    return copy.with_name(f"{copy.stem}{_STAGED}{copy.suffix}")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

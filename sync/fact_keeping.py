"""Packs facts that may leave the journal, a run at a time; the bench itself, which alone writes there, lets them go."""

from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.archive import Pack, entries_in_file, pack
from station.copy_marks import all_marks_in
from station.database import open_sqlite
from station.journal_errors import JournalDamaged, JournalError, from_database
from station.retention import Keep, next_run
from station.statements import Statement
from sync.clock import MACHINE, Clock

_STATION = Statement("SELECT value FROM meta WHERE name = 'station'")


class FactKeeping:
    """Looks now and then whether a run may go. Used by the courier's thread only.

    `ready` is the run that lies packed and that the bench has not let go of yet.
    """

    def __init__(self, copy: Path, journal: Path, epoch: str, keep: Keep, *, clock: Clock = MACHINE) -> None:
        self._copy = copy
        self._journal = journal
        self._epoch = epoch
        self._keep = keep
        self._clock = clock
        self.ready: Pack | None = None

    def pack_some(self) -> bool:
        """Pack the next run if it may go; False, for there is no hurry with another. Raises JournalError."""
        try:
            with closing(open_sqlite(self._journal, read_only=True).connect()) as connection:
                marks = all_marks_in(self._copy)
                run = next_run(connection, self._epoch, marks, self._keep, self._clock.utc())
                if run.why or (self.ready is not None and self.ready.first == run.first):
                    return False
                ((station,),) = _STATION.rows(connection, {})
                entries = entries_in_file(connection, run.first - 1, run.last - run.first + 1)
        except DBAPIError as error:
            raise from_database(error, self._journal) from error
        try:
            self.ready = pack(self._journal.parent, str(station), entries)
        except ValueError as error:
            # They stay where they are, and all behind them, until a salvage takes what is whole.
            raise JournalDamaged(f"Facts {run.first} to {run.last} cannot be packed: {error}.") from error
        except OSError as error:
            raise JournalError("disk_error", f"Facts {run.first} to {run.last} are not packed: {error}.") from error
        return False

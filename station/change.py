"""What one type of fact does to one projected table, and who said it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from station.plates import shift_count
from station.statements import Statement

Row = dict[str, Any]


class Said(NamedTuple):
    """Who recorded a fact, where, when and in which transaction."""

    station: str
    at: str
    operator: str
    shift: str
    txn: str

    @property
    def shift_n(self) -> int:
        """The station's count of the shift; 0 for what was said in none."""
        return shift_count(self.shift)


class Change(NamedTuple):
    """What one type of fact does to one table."""

    statement: Statement
    values: Callable[[Any, Said], Row]

"""Which facts may leave the journal's file: old ones that central was proved to have and nobody here works with.

Only a run from the beginning may go. It goes into a file of its own first (`station.archive`): central may be put
back to an older state and want it again, and tables, undo and stories are made of facts.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy.engine import Connection

from station.archive import beginning
from station.inspecting.facts import PICTURE_TYPES
from station.local_copy import proved_mark, released_mark
from station.moments import utc
from station.statements import Statement

KEEP_DAYS = 30

Why = Literal["", "unproved", "recent", "photos", "young"]


class Keep(msgspec.Struct, frozen=True):
    """How much the journal keeps: facts younger than `days`, the `least` newest ones, and how many leave `at_once`.

    How sharp photos usually are is told from the newest 20,000 facts, where labels are from the newest 2,000.
    """

    days: int = KEEP_DAYS
    least: int = 20_000
    at_once: int = 1_000


class Run(msgspec.Struct, frozen=True):
    """The next run that would go: facts `first` to `last`. `why` it may not go yet, else "".

    unproved: central has not confirmed it, or no digest of it agreed since. recent: it is among the newest facts.
    photos: photos that it names are still here. young: it is not old enough. `proved` is the last fact that is proved.
    """

    first: int
    last: int
    why: Why
    proved: int


_LAST = Statement("SELECT MAX(seq) FROM journal")
_PHOTO = Statement(
    f"SELECT seq FROM journal WHERE seq > :after AND seq <= :last AND type IN {PICTURE_TYPES} ORDER BY seq LIMIT 1"
)
_NEWEST = Statement("SELECT MAX(at) FROM journal WHERE seq <= :last")


def next_run(connection: Connection, epoch: str, marks: Mapping[str, int], keep: Keep, now: datetime) -> Run:
    """Return the next run of a journal and what keeps it, if anything does.

    `marks` are the numbers of the local copy by name, those of what central confirmed and proved among them.
    """
    begin, _ = beginning(connection, epoch)
    ((newest,),) = _LAST.rows(connection, {})
    first, last = begin + 1, begin + keep.at_once
    proved = proved_upto(marks, epoch)
    photos = {"after": max(begin, marks.get(released_mark(epoch), 0)), "last": last}
    why: Why = ""
    if last > (newest or begin) - keep.least:
        why = "recent"
    elif last > proved:
        why = "unproved"
    elif _PHOTO.rows(connection, photos):
        why = "photos"
    elif str(_NEWEST.rows(connection, {"last": last})[0][0]) > utc(now - timedelta(days=keep.days)):
        why = "young"
    return Run(first, last, why, proved)


def proved_upto(marks: Mapping[str, int], epoch: str) -> int:
    """Return the last fact of an epoch that central confirmed, and of which its digest agreed with ours since."""
    return min(marks.get(epoch, 0), marks.get(proved_mark(epoch), 0))

"""Marks entries whose dates are not to be believed: a day off or more. They count as any other; a date only informs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from station.moments import utc
from sync.central.judge import Judged

# What the journal's column `code` says of an entry that is otherwise in order.
CODE = "clock_suspect"
_DAY = timedelta(days=1)


def marked(judged: Sequence[Judged], sent_at: str, now: str) -> list[Judged]:
    """Return the entries, marked where the bench's clock was a day off as it sent them, or where they are dated a day
    ahead of central's clock.

    How old an entry is says nothing: a bench may have been away for weeks. `sent_at` and `now` are UTC; a bench that
    sends no readable date is believed.
    """
    here = datetime.fromisoformat(now)
    is_off = abs(_moment(sent_at, here) - here) > _DAY
    latest = utc(here + _DAY)
    return [
        each._replace(code=CODE) if each.status == "ok" and (is_off or each.entry.at > latest) else each
        for each in judged
    ]


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return moment if moment.tzinfo is not None else otherwise

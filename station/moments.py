"""Writes moments the one way the journal does: UTC, ISO 8601, microseconds, `Z`; so that texts sort like times."""

from datetime import UTC, datetime

import msgspec


class Clock(msgspec.Struct, frozen=True):
    """What the clocks say: the wall's moment (which anybody can set), and how long this run of the station goes.

    `run` names the run; `run_ms` are its milliseconds by a clock that nobody can set.
    """

    at: str
    run: str = ""
    run_ms: int = 0


def utc(moment: datetime) -> str:
    """Return an aware moment as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def now() -> str:
    """Return what the wall clock says, as text."""
    return utc(datetime.now(UTC))


def hours_between(since: str, until: str) -> float:
    """Return the hours from one moment to another, below 0 when the clock was set back between."""
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds() / 3600


def today() -> str:
    """Return the day by the calendar on the wall, as ISO date."""
    return datetime.now(UTC).astimezone().date().isoformat()

"""Writes moments the one way the journal does: UTC, ISO 8601, microseconds, `Z`; so that texts sort like times."""

from datetime import UTC, datetime


def utc(moment: datetime) -> str:
    """Return an aware moment as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def now() -> str:
    """Return what the wall clock says, as text."""
    return utc(datetime.now(UTC))


def today() -> str:
    """Return the day by the calendar on the wall, as ISO date."""
    return datetime.now(UTC).astimezone().date().isoformat()

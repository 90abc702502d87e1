"""Does by itself what must be done daily: at a quiet hour, once however many processes serve one database.

Who does it holds a row of the table `care` until a moment, and moves the moment on while at work. One that stands still
for longer is followed by another: then both do the same, which is as good as once.
"""

import logging
import os
import random
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from time import monotonic
from typing import Literal, NamedTuple

from sqlalchemy import select, update

from station.moments import utc
from sync.central import patterns, photo_parts, snapshot, webhooks
from sync.central.metrics import Metrics
from sync.central.pattern_rule import Rules
from sync.central.photos import PhotoShelf
from sync.central.store import Store, insert_once
from sync.central.tables import care

LEASE = timedelta(minutes=10)
_RENEW_AFTER = timedelta(minutes=1)
# Processes that were started together, and centrals that share a machine, do not begin at once.
_JITTER = timedelta(minutes=15)
_LOOK_EVERY_S = 60.0

Clock = Callable[[], datetime]
GoesOn = Callable[[], bool]
End = Literal["done", "cut_off"]

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """Something to be done daily. `do` asks now and then whether it may go on, and says what it did."""

    name: str
    do: Callable[[Store, datetime, GoesOn], str]


def jobs(rules: Rules, shelf: PhotoShelf) -> tuple[Job, ...]:
    """Return what is to be done daily: the commands `tidy` and `patterns recount`, and what nobody needs any more."""

    def tidy(store: Store, now: datetime, goes_on: GoesOn) -> str:
        raised = snapshot.raise_floors(store, utc(now), goes_on=goes_on)
        store.count_rows()
        return f"the floors of {len(raised)} feeds were raised"

    def recount(store: Store, now: datetime, goes_on: GoesOn) -> str:
        return f"{patterns.recount(store, rules, utc(now), goes_on)} customers were counted"

    def sweep(store: Store, now: datetime, _goes_on: GoesOn) -> str:
        parts, deliveries = photo_parts.sweep(shelf, now), webhooks.forget(store, now)
        return f"{parts} parts of photos and {deliveries} deliveries of webhooks were let go"

    return Job("tidy", tidy), Job("recount", recount), Job("sweep", sweep)


def tend(store: Store, todo: Sequence[Job], at: time, stop: threading.Event, metrics: Metrics) -> None:
    """Do each job when it is due, by this computer's clock, until told to stop. Run it in a thread of its own."""
    # Never the same twice, so no process takes another's lease for its own.
    holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    jitter = random.random() * _JITTER
    while not stop.wait(_LOOK_EVERY_S * random.uniform(0.5, 1.5)):
        for job in todo:
            begun = monotonic()
            end: str | None
            try:
                end = look(store, job, at, holder, stop, lambda: datetime.now(UTC), jitter)
            except Exception:  # noqa: BLE001 # top of thread: who fails at one job still does the others
                _log.exception("%s failed, and is tried again in ten minutes", job.name)
                end = "failed"
            if end is not None:
                metrics.cared(job.name, end, monotonic() - begun)


def look(
    store: Store,
    job: Job,
    at: time,
    holder: str,
    stop: threading.Event,
    clock: Clock,
    jitter: timedelta = timedelta(),
) -> End | None:
    """Do a job if it is due and nobody is at it; return how that ended, None when there was nothing to do.

    What the job raises is raised: then nobody tries again until the lease has run out.
    """
    if not _claim(store, job.name, at, holder, clock(), jitter):
        return None
    hold = _Hold(store, job.name, holder, stop, clock)
    said = job.do(store, clock(), hold.goes_on)
    end: End = "cut_off" if hold.is_cut_off else "done"
    hold.let_go(end)
    _log.info("care", extra={"fields": {"what": job.name, "end": end, "said": said}})
    return end


def next_quiet(after: datetime, at: time) -> datetime:
    """Return the first moment after another (UTC) at which this computer's clock shows the quiet hour."""
    day = after.astimezone().date()
    quiet = datetime.combine(day, at).astimezone(UTC)
    return quiet if quiet > after else datetime.combine(day + timedelta(days=1), at).astimezone(UTC)


def note_done(store: Store, name: str, now: datetime) -> None:
    """Remember that somebody did a job by hand: it is due again after the next quiet hour."""
    with store.writing() as connection:
        insert_once(connection, care, [_new(name, now)])
        connection.execute(update(care).where(care.c.name == name).values(done_at=utc(now)))


def _claim(store: Store, name: str, at: time, holder: str, now: datetime, jitter: timedelta) -> bool:
    """Take the lease if the job is due. One never done, or done in the future by a wrong clock, counts as done now."""
    with store.reading() as connection:
        row = connection.execute(select(care).where(care.c.name == name)).first()
    if row is None or row.done_at > utc(now):
        note_done(store, name, now)
        return False
    # A lease that ends much later than any does was taken by a clock that was ahead.
    is_held = utc(now) < row.held_until <= utc(now + 2 * LEASE)
    if is_held or now < next_quiet(datetime.fromisoformat(row.done_at), at) + jitter:
        return False
    # As it was read: of several who found it due, one gets it.
    unchanged = (care.c.name == name, care.c.done_at == row.done_at, care.c.held_until == row.held_until)
    with store.writing() as connection:
        values = {"held_by": holder, "held_until": utc(now + LEASE)}
        return bool(connection.execute(update(care).where(*unchanged).values(values)).rowcount)


class _Hold:
    """The lease of a job that is being done."""

    def __init__(self, store: Store, name: str, holder: str, stop: threading.Event, clock: Clock) -> None:
        self._store = store
        self._mine = (care.c.name == name, care.c.held_by == holder)
        self._stop = stop
        self._clock = clock
        self._renew_at = clock() + _RENEW_AFTER
        self.is_cut_off = False

    def goes_on(self) -> bool:
        """Tell whether to go on: not when the process stops, or somebody else has taken over. Moves the lease on."""
        if not self._stop.is_set() and self._clock() >= self._renew_at:
            now = self._clock()
            self._renew_at = now + _RENEW_AFTER
            self.is_cut_off = not self._write(held_until=utc(now + LEASE))
        self.is_cut_off = self.is_cut_off or self._stop.is_set()
        return not self.is_cut_off

    def let_go(self, end: End) -> None:
        """Give the lease back: the job is done, or is due for whoever looks next."""
        done = {"done_at": utc(self._clock())} if end == "done" else {}
        self._write(held_by="", held_until="", **done)

    def _write(self, **values: str) -> bool:
        with self._store.writing() as connection:
            return bool(connection.execute(update(care).where(*self._mine).values(values)).rowcount)


def _new(name: str, now: datetime) -> dict[str, str]:
    return {"name": name, "done_at": utc(now), "held_by": "", "held_until": ""}

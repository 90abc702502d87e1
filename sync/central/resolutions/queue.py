"""The resolutions' state machine in the database: every step is one conditional update, so no two can take it.

    requested -> claimed -> sent -> confirmed | unknown          unknown -> sent again | confirmed
    requested -> withdrawn -> requested                          while nothing was sent, the facts may change it
    claimed, sent, unknown -> needs_person -> confirmed | closed

`claim` is the token of the worker that holds a resolution, `not_before` how long it holds it, or when to look again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, and_, select, update

from station.moments import utc
from sync.central.statements import Sql, ask, tell
from sync.central.tables import resolution

State = Literal["requested", "claimed", "sent", "unknown", "confirmed", "needs_person", "withdrawn", "closed"]

# Nothing has been promised to anyone: what the facts say still holds.
OPEN: tuple[State, ...] = ("requested", "withdrawn")
# A worker goes on with these; all but the first were begun.
TO_DO: tuple[State, ...] = ("requested", "claimed", "sent", "unknown")
BEGUN: tuple[State, ...] = ("claimed", "sent", "unknown")

# Much longer than every timeout of a request together: whose claim ran out is not waiting for an answer any more.
LEASE = timedelta(minutes=5)
# More than there are workers: each finds one that no other has in hand.
_CANDIDATES = 20

_STEPS = Sql("SELECT steps FROM resolution WHERE id = :id")
_ADD_STEP = Sql('INSERT INTO resolution_step (id, n, state, "at", "by", why) VALUES (:id, :n, :state, :at, :by, :why)')
_ADD_NEWS = Sql("INSERT INTO resolution_news (id, n) VALUES (:id, :n)")


def due(connection: Connection, now: datetime) -> Sequence[RowMapping]:
    """Return the resolutions a worker may take up, those that wait longest first; nothing is locked yet."""
    query = (
        select(resolution.c.id, resolution.c.rma, resolution.c.state)
        .where(resolution.c.state.in_(TO_DO), resolution.c.not_before <= utc(now))
        .order_by(resolution.c.not_before, resolution.c.id)
        .limit(_CANDIDATES)
    )
    return connection.execute(query).mappings().all()


def claim(connection: Connection, id_: str, token: str, now: datetime) -> Mapping[str, Any] | None:
    """Take one resolution for one worker, or None when it is not due any more or another worker is just taking it.

    One that was begun stays in its state: whether it was sent is what decides what may be done with it.
    """
    query = select(resolution).where(
        resolution.c.id == id_, resolution.c.state.in_(TO_DO), resolution.c.not_before <= utc(now)
    )
    row = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    state: State = "claimed" if row["state"] == "requested" else row["state"]
    values = {"claim": token, "not_before": utc(now + LEASE), "attempts": row["attempts"] + 1}
    if not step(connection, id_, (row["state"],), state, now, token, "taken up", row["claim"], **values):
        return None
    return {**row, **values, "state": state}


def step(
    connection: Connection,
    id_: str,
    before: tuple[State, ...],
    after: State,
    now: datetime,
    by: str,
    said: str,
    held: str | None = None,
    **values: Any,
) -> bool:
    """Bring a resolution from one of the states `before` to `after` and say so in its history.

    Return False, with nothing changed, when it is in another state, or claimed by another than `held` (None: anyone).
    """
    where = and_(resolution.c.id == id_, resolution.c.state.in_(before))
    if held is not None:
        where = and_(where, resolution.c.claim == held)
    changed = connection.execute(
        update(resolution).where(where).values(state=after, steps=resolution.c.steps + 1, **values)
    )
    if changed.rowcount != 1:
        return False
    note(connection, id_, after, now, by, said)
    return True


def note(connection: Connection, id_: str, state: State, now: datetime, by: str, why: str) -> None:
    """Write the newest step into the history, and that others are to be told of it.

    Its number is the row's own count, so it cannot be written twice.
    """
    ((n,),) = ask(connection, _STEPS, {"id": id_})()
    tell(connection, _ADD_STEP, [{"id": id_, "n": n, "state": state, "at": utc(now), "by": by, "why": why}])
    tell(connection, _ADD_NEWS, [{"id": id_, "n": n}])

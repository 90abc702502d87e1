"""Carries resolutions out, each at most once: claim, look up, mark as sent, send; and when in doubt, look up again.

Every mark is committed before what it announces is done, so a worker may be killed anywhere: whoever comes next sees
what may have happened, and asks the provider before anything is sent again.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from station.moments import utc
from sync.central.resolutions import queue
from sync.central.resolutions.counted import count
from sync.central.resolutions.provider import Declined, Execution, Order, Provider, Uncertain
from sync.central.resolutions.queue import BEGUN, State
from sync.central.resolutions.reconcile import reconcile
from sync.central.resolutions.rules import Book
from sync.central.store import Store
from sync.central.tables import order_lock

# Providers forget keys after 24 h (Stripe: "at least"); 4 hours for clocks that differ and requests that crawl.
RESEND_WITHIN = timedelta(hours=20)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_log = logging.getLogger(__name__)

Row = Mapping[str, Any]


def _nothing(point: str) -> None:
    """What happens at the named points of the work, outside tests."""


def work_one(
    store: Store,
    book: Book,
    provider: Provider,
    token: str,
    clock: Callable[[], datetime],
    passed: Callable[[str], None] = _nothing,
) -> State | None:
    """Take up one resolution that is due and bring it on; return its state then, None when none is due.

    `token` names this worker, and no other may ever have it. `passed` is told each point that was reached: claimed,
    looked_up, marked, sent. Raises sqlalchemy.exc.OperationalError when the database is away.
    """
    row = _take(store, book, token, clock())
    if row is None:
        return None
    passed("claimed")
    order = Order(**{name: row[name] for name in Order.__struct_fields__})
    try:
        found = provider.find(order.id)
    except Uncertain as error:
        return _after_silence(store, row, clock(), token, f"it could not be looked up: {error}")
    passed("looked_up")
    if found is not None:
        return _settle(store, order, found, clock(), token)
    now = clock()
    if _is_too_old(row, now):
        return _call_person(store, order.id, now, token, "no answer within the time it may be sent again")
    if not _mark_sent(store, row, order, now, token):
        return _state_of_others(row)
    passed("marked")
    try:
        answer = provider.send(order)
    except Uncertain as error:
        sent = {**row, "state": "sent", "first_sent_at": row["first_sent_at"] or utc(now)}
        return _after_silence(store, sent, clock(), token, f"no certain answer: {error}")
    passed("sent")
    return _settle(store, order, answer, clock(), token)


def _take(store: Store, book: Book, token: str, now: datetime) -> Row | None:
    """Claim what is due. What is new is derived once more, with the order locked: the claim is the decision."""
    with store.writing() as connection:
        for each in queue.due(connection, now):
            if each["state"] == "requested":
                lock = select(order_lock).where(order_lock.c.rma == each["rma"]).with_for_update(skip_locked=True)
                if connection.execute(lock).first() is None:
                    continue
                count(connection, each["rma"])
                reconcile(connection, each["rma"], book, now)
            row = queue.claim(connection, each["id"], token, now)
            if row is not None:
                return row
    return None


def fingerprint(order: Order) -> str:
    """Return the SHA-256 of all that was asked for: one key must never stand for two things."""
    return hashlib.sha256(msgspec.json.encode(order)).hexdigest()


def _mark_sent(store: Store, row: Row, order: Order, now: datetime, token: str) -> bool:
    """Say that it is being sent, before it is. False when somebody else holds it by now: then it must not be sent."""
    values = {
        "first_sent_at": row["first_sent_at"] or utc(now),
        "fingerprint": fingerprint(order),
        "not_before": utc(now + queue.LEASE),
    }
    with store.writing() as connection:
        return queue.step(connection, order.id, BEGUN, "sent", now, token, "sent to the provider", token, **values)


def _settle(store: Store, order: Order, answer: Execution | Declined, now: datetime, token: str) -> State:
    if isinstance(answer, Declined):
        return _call_person(store, order.id, now, token, f"the provider declined it: {answer.code} {answer.why}")
    is_as_asked = not order.moved or answer.quantity == order.moved
    done = (answer.kind, answer.amount_minor, answer.currency)
    if done != (order.kind, order.amount_minor, order.currency) or not is_as_asked:
        did = f"{answer.kind} {answer.amount_minor} {answer.currency}"
        units = "" if is_as_asked else f", units: {answer.quantity or 'not said'} instead of {order.moved}"
        why = f"the provider did something else: {did}{units}"
        return _call_person(store, order.id, now, token, f"{why} ({answer.reference})")
    with store.writing() as connection:
        why = f"the provider did it: {answer.reference}"
        queue.step(connection, order.id, BEGUN, "confirmed", now, token, why, token, reference=answer.reference)
    return "confirmed"


def _after_silence(store: Store, row: Row, now: datetime, token: str, why: str) -> State:
    """Nobody knows. What was never sent is asked for as before; what was is looked up later, and then by a person."""
    if _is_too_old(row, now):
        return _call_person(store, row["id"], now, token, why)
    after: State = "unknown" if row["first_sent_at"] else "requested"
    wait = min(_FIRST_WAIT * 2 ** min(row["attempts"] - 1, 16), _LONGEST_WAIT)
    with store.writing() as connection:
        queue.step(connection, row["id"], BEGUN, after, now, token, why, token, not_before=utc(now + wait))
    return after


def _is_too_old(row: Row, now: datetime) -> bool:
    """Whether the provider may have forgotten the key; a clock that was set far back proves nothing either."""
    sent = row["first_sent_at"]
    return bool(sent) and abs(now - datetime.fromisoformat(sent)) >= RESEND_WITHIN


def _call_person(store: Store, id_: str, now: datetime, token: str, why: str) -> State:
    with store.writing() as connection:
        queue.step(connection, id_, BEGUN, "needs_person", now, token, why, token)
    _log.warning("%s needs a person: %s", id_, why)
    return "needs_person"


def _state_of_others(row: Row) -> State:
    state: State = row["state"]
    return state

"""Who wants to be told of resolutions, and what they are still to be told: at least once each, from a queue."""

import secrets
from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta
from typing import Any

import msgspec
import uuid_utils
from sqlalchemy import Connection, delete, func, insert, select, update

from station.moments import utc
from sync.central.store import Store
from sync.central.tables import webhook, webhook_delivery

MOST_AT_A_SITE = 10
# Much longer than one attempt takes: whose time ran out is not under way any more.
LEASE = timedelta(minutes=5)
_FIRST_WAIT, _LONGEST_WAIT, _FOR = timedelta(seconds=30), timedelta(hours=1), timedelta(days=3)
_REMEMBERED = timedelta(days=30)


class Hook(msgspec.Struct, frozen=True):
    """Where a system wants to be told; its secret is shown once, when it is made."""

    id: str
    url: str
    name: str
    made_at: str


class NewHook(msgspec.Struct, frozen=True):
    """A hook just made, with the secret that every delivery is signed with."""

    id: str
    url: str
    secret: str


class Hooks(msgspec.Struct, frozen=True):
    """The hooks of a site."""

    webhooks: tuple[Hook, ...]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a system wants to be told: an https address that everybody can reach."""

    url: str


def add(store: Store, site: str, name: str, url: str, now: datetime) -> NewHook | None:
    """Tell this address from now on; None when the site has as many as it may."""
    made = NewHook(f"WH-{uuid_utils.uuid7().hex}", url, secrets.token_urlsafe(32))
    row = {"site": site, "name": name, "made_at": utc(now)} | msgspec.structs.asdict(made)
    with store.writing() as connection:
        count = select(func.count()).select_from(webhook).where(webhook.c.site == site)
        if connection.execute(count).scalar_one() >= MOST_AT_A_SITE:
            return None
        connection.execute(insert(webhook), [row])
    return made


def remove(store: Store, site: str, id_: str) -> bool:
    """Tell an address no more, not even what waits; False when the site has no such hook."""
    with store.writing() as connection:
        if not connection.execute(delete(webhook).where(webhook.c.id == id_, webhook.c.site == site)).rowcount:
            return False
        connection.execute(delete(webhook_delivery).where(webhook_delivery.c.webhook == id_))
        return True


def of_site(connection: Connection, site: str) -> Hooks:
    """Return a site's hooks, oldest first."""
    columns = [webhook.c[name] for name in Hook.__struct_fields__]
    rows = connection.execute(select(*columns).where(webhook.c.site == site).order_by(webhook.c.id))
    return Hooks(tuple(Hook(*row) for row in rows))


def enqueue(connection: Connection, site: str, bodies: Iterable[bytes], now: datetime) -> None:
    """Have each of these told to every hook of a site, in the transaction that knows it."""
    hooks = connection.execute(select(webhook.c.id).where(webhook.c.site == site)).scalars().all()
    rows = [
        {
            "id": uuid_utils.uuid7().hex,
            "webhook": hook,
            "body": body,
            "state": "waiting",
            "made_at": utc(now),
            "attempts": 0,
            "not_before": utc(now),
        }
        for body in bodies
        for hook in hooks
    ]
    if rows:
        connection.execute(insert(webhook_delivery), rows)


def take(store: Store, now: datetime, but_for: Set[str] = frozenset()) -> Mapping[str, Any] | None:
    """Take up the delivery that waits longest, for as long as a lease; None when none is due `but_for` some hooks."""
    due = (
        webhook_delivery.c.state == "waiting",
        webhook_delivery.c.not_before <= utc(now),
        webhook_delivery.c.webhook.not_in(but_for),
    )
    query = (
        select(webhook_delivery, webhook.c.url, webhook.c.secret)
        .join(webhook, webhook.c.id == webhook_delivery.c.webhook)
        .where(*due)
        .order_by(webhook_delivery.c.not_before, webhook_delivery.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=webhook_delivery)
    )
    with store.writing() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        values = {"attempts": row["attempts"] + 1, "not_before": utc(now + LEASE)}
        connection.execute(update(webhook_delivery).where(webhook_delivery.c.id == row["id"]).values(values))
        return {**row, **values}


def settle(store: Store, taken: Mapping[str, Any], now: datetime, *, was_taken: bool, chance: float) -> str:
    """Say what became of an attempt, and return the delivery's state; `chance` (0 to 1) spreads the next attempts."""
    values: dict[str, Any] = {"state": "delivered"}
    if not was_taken:
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(taken["attempts"], 20))
        gone = now - datetime.fromisoformat(taken["made_at"]) > _FOR
        values = {"state": "given_up" if gone else "waiting", "not_before": utc(now + wait * (0.5 + chance / 2))}
    mine = (webhook_delivery.c.id == taken["id"], webhook_delivery.c.not_before == taken["not_before"])
    with store.writing() as connection:
        connection.execute(update(webhook_delivery).where(*mine).values(values))
    return str(values["state"])


def forget(store: Store, now: datetime) -> int:
    """Let go of deliveries that ended long ago, and return how many; of what is told at once nobody asks later."""
    ended = (webhook_delivery.c.state != "waiting", webhook_delivery.c.made_at <= utc(now - _REMEMBERED))
    with store.writing() as connection:
        return connection.execute(delete(webhook_delivery).where(*ended)).rowcount

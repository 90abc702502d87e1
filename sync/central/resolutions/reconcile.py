"""Holds the table of resolutions against what the facts say now: asks for, changes and takes back what is not begun."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from station.moments import utc
from station.records import ReturnOrder
from sync.central.feed import latest
from sync.central.resolutions import queue
from sync.central.resolutions.counted import count
from sync.central.resolutions.derive import Derived, Resolution, Ruling, Stop, derive
from sync.central.resolutions.evidence import facts_of
from sync.central.resolutions.rules import OUTCOMES, Book
from sync.central.statements import Sql, ask
from sync.central.store import insert_once
from sync.central.tables import order_lock, resolution, resolution_ruling, review

# The kind of the reviews that say why no rule moves anything for a line.
REVIEW = "resolution"
_BY = "rules"

Rows = Sequence[RowMapping]


class BeyondPriceError(ValueError):
    """More would be refunded than was paid."""


def id_of(rma: str, line: str, kind: str) -> str:
    """Return a resolution's id, which is also the key the provider knows it by.

    Made of what it is for: a central restored from a backup asks with the same key again, and is told it was done.
    """
    return "RES-" + hashlib.sha256("\0".join((rma, line, kind)).encode()).hexdigest()[:32]


_LOCK = Sql("SELECT rma FROM order_lock WHERE rma = :rma FOR UPDATE")
_TOLD = Sql("SELECT line, why, detail, opened_at FROM review WHERE kind = :kind AND rma = :rma")


def reconcile(connection: Connection, rma: str, book: Book, now: datetime) -> Derived | None:
    """Derive an order anew and bring the table up to it; None when central is not told of the order any more.

    One that cannot be read moves nothing either, and a review says so.

    Once anything of a line is begun, the line is decided: what the facts say after that stands beside it, in `later`.
    """
    insert_once(connection, order_lock, [{"rma": rma}])
    ask(connection, _LOCK, {"rma": rma})()
    body = latest(connection, "order", [rma]).get(rma)
    derived, client = None, ""
    order = _read(body)
    if order is not None:
        client = order.client
        facts = facts_of(connection, rma)
        derived = derive(order, facts, book.of(client))
    # Locked until commit: no worker takes one up while it is changed here.
    query = select(resolution).where(resolution.c.rma == rma).order_by(resolution.c.id).with_for_update()
    rows = connection.execute(query).mappings().all()
    if derived:
        derived = _without_renamed(derived, {row["line"] for row in rows if _is_begun(row)}, frozenset(facts.rulings))
    wanted = derived.resolutions if derived else ()
    stops = {each.line: each for each in derived.stops} if derived else {}
    if body is not None and order is None:
        stops[""] = Stop("", "order_unreadable")
    decided = set()
    for line in sorted({row["line"] for row in rows} | {each.line for each in wanted}):
        of_line = [row for row in rows if row["line"] == line]
        for_line = [each for each in wanted if each.line == line]
        if any(map(_is_begun, of_line)):
            decided.add(line)
            _annotate(connection, of_line, for_line, stops.get(line))
        else:
            _bring_up(connection, (rma, client), of_line, for_line, now)
    if decided:
        count(connection, rma)
    _tell(connection, rma, [each for each in stops.values() if each.line not in decided], now)
    return derived


def _is_begun(row: RowMapping) -> bool:
    return row["state"] not in (*queue.OPEN, "closed")


def _without_renamed(derived: Derived, begun: set[str], ruled: frozenset[str]) -> Derived:
    """Ask a person about the other lines of an order that has a line no more of which something is begun.

    It may stand there under another name now, and would be paid for twice.
    """
    if begun <= derived.lines:
        return derived
    kept = tuple(each for each in derived.resolutions if each.line in ruled | begun)
    named = {each.line for each in derived.resolutions} - ruled - begun
    stops = tuple(Stop(line, "line_renamed") for line in sorted(named))
    return derived._replace(resolutions=kept, stops=(*derived.stops, *stops))


def _read(body: bytes | None) -> ReturnOrder | None:
    """Return an order; None where there is none, or one that only another version of this program can read."""
    try:
        return msgspec.json.decode(body, type=ReturnOrder) if body is not None else None
    except (msgspec.MsgspecError, ValueError):
        return None


def rule(connection: Connection, rma: str, line: str, ruling: Ruling, book: Book, now: datetime) -> bool:
    """Put a person's decision in the rules' place; True when it is asked for now.

    False, with nothing changed: one was made before and may still be carried out, anything of the line is begun, or the
    order has no such line.
    Raises BeyondPriceError where more would be refunded than was paid for the line, as far as its price is known.
    """
    before = reconcile(connection, rma, book, now)
    _check_amount(connection, rma, line, ruling)
    begun = select(resolution.c.id).where(
        resolution.c.rma == rma, resolution.c.line == line, resolution.c.state.not_in((*queue.OPEN, "closed"))
    )
    key = (resolution_ruling.c.rma == rma, resolution_ruling.c.line == line)
    stops = before.stops if before else ()
    # The price was lowered after it: it will never be carried out as it is.
    is_void = any(each.line == line and each.why == "beyond_price" for each in stops)
    ruled = connection.execute(select(resolution_ruling).where(*key)).first()
    if connection.execute(begun).first() or (ruled and not is_void):
        return False
    row = {"rma": rma, "line": line, "at": utc(now)} | msgspec.structs.asdict(ruling)
    with connection.begin_nested() as trial:
        connection.execute(delete(resolution_ruling).where(*key))
        connection.execute(insert(resolution_ruling), [row])
        _reopen(connection, rma, line, ruling, now)
        derived = reconcile(connection, rma, book, now)
        if not _is_asked(connection, derived, rma, line, ruling):
            trial.rollback()
            return False
    return True


def _check_amount(connection: Connection, rma: str, line: str, ruling: Ruling) -> None:
    order = _read(latest(connection, "order", [rma]).get(rma))
    for each in order.lines if order else ():
        most = each.product.price_minor * each.quantity
        if each.line == line and 0 < most < ruling.amount_minor:
            said = f"{ruling.amount_minor} {each.product.currency} is more than the {most} that was paid for it"
            raise BeyondPriceError(f"{rma} {line}: {said} (in minor units)")


def _reopen(connection: Connection, rma: str, line: str, ruling: Ruling, now: datetime) -> None:
    """Let a ruling ask again for what a person settled as not done.

    Under an id of its own: the provider may remember its answer to the first one. It is made of what it is for, too.
    """
    mine = (resolution.c.rma == rma, resolution.c.line == line, resolution.c.kind == ruling.then)
    old = connection.execute(select(resolution.c.id).where(*mine, resolution.c.state == "closed")).scalar()
    id_ = id_of(rma, line, f"{ruling.then}/ruled")
    if old is None or old == id_:
        return
    fresh = _unbegun(now) | {"id": id_, "state": "withdrawn", "steps": 1}
    connection.execute(update(resolution).where(resolution.c.id == old).values(fresh))
    queue.note(connection, id_, "withdrawn", now, ruling.by, f"{old} was settled as not done")


def _is_asked(connection: Connection, derived: Derived | None, rma: str, line: str, ruling: Ruling) -> bool:
    if ruling.then == "nothing":
        return derived is not None and line in derived.lines
    asked = (resolution.c.rma == rma, resolution.c.line == line, resolution.c.kind == ruling.then)
    query = select(resolution.c.id).where(*asked, resolution.c.state == "requested")
    return connection.execute(query).first() is not None


def _bring_up(
    connection: Connection,
    order: tuple[str, str],
    rows: Rows,
    wanted: Sequence[Resolution],
    now: datetime,
) -> None:
    kinds = {each.kind for each in wanted}
    for row in rows:
        if row["state"] == "requested" and row["kind"] not in kinds:
            queue.step(connection, row["id"], ("requested",), "withdrawn", now, _BY, "the facts no longer say so")
    there = {row["kind"]: row for row in rows}
    for each in wanted:
        known = there.get(each.kind)
        if known is None:
            _ask(connection, *order, each, now)
        elif known["state"] != "closed" and (known["state"] == "withdrawn" or _said(each) != _said_by(known)):
            why = f"asked for: {each.rule}"
            queue.step(connection, known["id"], queue.OPEN, "requested", now, _BY, why, **_said(each))


def _ask(connection: Connection, rma: str, client: str, wanted: Resolution, now: datetime) -> None:
    id_ = id_of(rma, wanted.line, wanted.kind)
    row = {
        "rma": rma,
        "line": wanted.line,
        "kind": wanted.kind,
        "id": id_,
        "role": "customer" if wanted.kind in OUTCOMES else "goods",
        "client": client,
        "state": "requested",
        "steps": 1,
    }
    connection.execute(insert(resolution), [row | _unbegun(now) | _said(wanted)])
    queue.note(connection, id_, "requested", now, _BY, f"asked for: {wanted.rule}")


def _unbegun(now: datetime) -> dict[str, Any]:
    return {
        "claim": "",
        "attempts": 0,
        "not_before": utc(now),
        "first_sent_at": "",
        "fingerprint": "",
        "reference": "",
        "later": "",
    }


def _said(wanted: Resolution) -> dict[str, Any]:
    return {
        "amount_minor": wanted.amount_minor,
        "currency": wanted.currency,
        "rule": wanted.rule,
        "why": wanted.why,
        "parts": msgspec.json.encode(wanted.parts).decode(),
        "quantity": wanted.quantity,
    }


def _said_by(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("amount_minor", "currency", "rule", "why", "parts", "quantity")}


def _annotate(connection: Connection, rows: Rows, wanted: Sequence[Resolution], stop: Stop | None) -> None:
    """Put beside a decided line what the facts say now; nothing when they still say the same."""
    by_kind = {each.kind: each for each in wanted}
    for row in rows:
        now = by_kind.get(row["kind"])
        # What was asked for before quantities were said has none.
        said = (row["amount_minor"], row["currency"], row["quantity"] or (now.quantity if now else 0))
        same = now is not None and (now.amount_minor, now.currency, now.quantity) == said
        others = {"instead": [msgspec.to_builtins(each) for each in wanted], "stop": stop.why if stop else ""}
        later = "" if same else msgspec.json.encode(others).decode()
        if later != row["later"]:
            connection.execute(update(resolution).where(resolution.c.id == row["id"]).values(later=later))


def _tell(connection: Connection, rma: str, stops: Sequence[Stop], now: datetime) -> None:
    """Bring the reviews of the order's lines up to the stops that hold: they are derived like everything else."""
    mine = (review.c.kind == REVIEW, review.c.rma == rma)
    known = {line: told for line, *told in ask(connection, _TOLD, {"kind": REVIEW, "rma": rma})()}
    said = {each.line: (each.why, msgspec.json.encode(each.units).decode()) for each in stops}
    for line, (why, detail, _) in known.items():
        if said.get(line) != (why, detail):
            connection.execute(delete(review).where(*mine, review.c.line == line))
    rows = [
        {
            "kind": REVIEW,
            "rma": rma,
            "line": line,
            "why": why,
            "detail": detail,
            "opened_at": known[line][2] if line in known else utc(now),
        }
        for line, (why, detail) in said.items()
    ]
    insert_once(connection, review, rows)

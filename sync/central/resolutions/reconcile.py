"""Holds the table of resolutions against what the facts say now: asks for, changes and takes back what is not begun."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from station.moments import utc
from station.records import ReturnOrder
from sync.central import feed
from sync.central.feed import latest
from sync.central.resolutions import contradicted, queue
from sync.central.resolutions.contradicted import Now, annotate, unowned
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

    Once anything of a line is begun, the line is decided: what the facts say after that stands beside it, in `later`,
    and where it contradicts what was decided a review says so.
    """
    insert_once(connection, order_lock, [{"rma": rma}])
    ask(connection, _LOCK, {"rma": rma})()
    body = latest(connection, "order", [rma]).get(rma)
    order, facts = _read(body), facts_of(connection, rma)
    client = order.client if order else ""
    rules = book.of(client)
    derived = derive(order, facts, rules) if order else None
    # Locked until commit: no worker takes one up while it is changed here.
    query = select(resolution).where(resolution.c.rma == rma).order_by(resolution.c.id).with_for_update()
    rows = connection.execute(query).mappings().all()
    decided = {row["line"] for row in rows if _is_begun(row)}
    if derived:
        derived = _without_renamed(derived, decided, frozenset(facts.rulings))
    said = Now(rma, client, derived, rules)
    named = {row["line"] for row in rows} | {each.line for each in (derived.resolutions if derived else ())}
    for line in sorted(named - decided):
        of_line = [row for row in rows if row["line"] == line]
        _bring_up(connection, (rma, client), of_line, said.of(line)[0], now)
    if decided:
        count(connection, rma)
    stops = derived.stops if derived else (Stop("", "order_unreadable"),) if body is not None else ()
    _tell(connection, rma, [each for each in stops if each.line not in decided], now)
    # Of an order that cannot be read, or was handed to a site that was not told of it yet, nobody knows what it says.
    is_withdrawn = body is None and feed.is_withdrawn(connection, rma)
    if derived or is_withdrawn:
        by_line = ([row for row in rows if row["line"] == line] for line in sorted(decided))
        against = [each for each in (annotate(connection, of_line, said) for of_line in by_line) if each]
        contradicted.tell(connection, rma, against + (unowned(facts, decided) if is_withdrawn else []), now)
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


def why_not(connection: Connection, rma: str, line: str) -> str:
    """Return in a sentence why a person's decision on a line was not taken."""
    body = latest(connection, "order", [rma]).get(rma)
    order = _read(body)
    if body is None:
        if feed.is_withdrawn(connection, rma):
            return f"{rma} was withdrawn: nothing can be decided until the order is told again"
        return f"central was never told of an order {rma}"
    if order is None:
        return f"{rma} cannot be read by this version of the program"
    if all(each.line != line for each in order.lines):
        return f"{rma} has no line {line}, but {', '.join(each.line for each in order.lines)}"
    mine = (resolution.c.rma == rma, resolution.c.line == line)
    begun = select(resolution.c.kind, resolution.c.state).where(
        *mine, resolution.c.state.not_in((*queue.OPEN, "closed"))
    )
    row = connection.execute(begun.order_by(resolution.c.kind)).first()
    if row is not None:
        return f"{rma} {line} is decided already: {row.kind}, {row.state}"
    ruled = select(resolution_ruling).where(resolution_ruling.c.rma == rma, resolution_ruling.c.line == line)
    ruling = connection.execute(ruled).mappings().first()
    if ruling is not None:
        return f"{rma} {line} is decided already: {ruling['then']}, by {ruling['by']}"
    return f"{rma} {line}: this cannot be asked for"


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

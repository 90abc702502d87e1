"""What a supervisor decides on a review: once for what it said, with name and reason; benches are told of it.

A review that says something new after it was decided is open again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, insert, or_, select

from station.moments import utc
from station.records import Ruled
from sync.central import blind, owners, reviews, tokens
from sync.central.feed import Change, append
from sync.central.resolutions import books, contradicted, reconcile
from sync.central.resolutions.derive import Ruling
from sync.central.resolutions.rules import Book, Then
from sync.central.resolutions.told import Sentence
from sync.central.store import Store, insert_once
from sync.central.tables import order_lock, order_owner, parcel_order, review, review_ruling

Kind = Literal["resolution", "duplicate_receipt", "merge_suggestion", "contradiction"]
_MOST = 1_000_000_000_000
# What may be decided: what a line resolves to; that both were seen; whether things belong together.
_MAY: Mapping[str, tuple[str, ...]] = {
    reconcile.REVIEW: tuple(each for each in get_args(Then) if each != "person"),
    reviews.KIND: ("noted",),
    contradicted.KIND: ("noted",),
    blind.KIND: ("together", "apart"),
}


class Review(msgspec.Struct, frozen=True):
    """What waits for a supervisor; `units` are the parcels or units in question.

    Those of a `contradiction` are what was decided (`said`: decided) and what the facts say by now (`said`: now).
    """

    kind: str
    rma: str
    line: str
    why: str
    units: Any
    opened_at: str


class Reviews(msgspec.Struct, frozen=True):
    """The reviews of a site that are open, the oldest first."""

    reviews: tuple[Review, ...]


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A supervisor's decision on a review, who says so, and why.

    `resolution`: refund (with `minor`, minor units of the line's currency), exchange, repair, ship_back or nothing.
    `duplicate_receipt` and `contradiction`: noted. `merge_suggestion`: together or apart.
    """

    kind: Kind
    rma: Annotated[str, msgspec.Meta(max_length=200, pattern="^[^\\x00]*$")]
    line: Annotated[str, msgspec.Meta(max_length=200, pattern="^[^\\x00]*$")]
    then: Literal["refund", "exchange", "repair", "ship_back", "nothing", "noted", "together", "apart"]
    by: Sentence
    why: Sentence
    minor: Annotated[int, msgspec.Meta(ge=0, le=_MOST)] = 0


class NotRuled(Exception):
    """Why a decision was not taken: HTTP status, a stable word and a sentence."""

    def __init__(self, status: int, error: str, detail: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.detail = detail


def of_site(connection: Connection, site: str, limit: int) -> Reviews:
    """Return the open reviews about orders of a site, and about parcels of its benches without an order."""
    of_order = exists().where(order_owner.c.rma == review.c.rma, order_owner.c.site == site)
    query = select(review).where(reviews.IS_OPEN, or_(of_order, review.c.rma == "")).order_by(review.c.opened_at)
    found: list[Review] = []
    for row in connection.execute(query.order_by(*review.primary_key.columns)).mappings():
        if len(found) < limit and (row["rma"] or _is_of(connection, row, site)):
            found.append(_open(row))
    return Reviews(tuple(found))


def rule(store: Store, book: Book, site: str, wish: Decision, system: str, now: datetime) -> Ruled:
    """Take a decision, or return it where it was taken before in the same words; raises NotRuled."""
    if wish.then not in _MAY[wish.kind] or (wish.then == "refund") != (wish.minor > 0):
        raise NotRuled(422, "not_for_this", f"{wish.kind} is ended by {', '.join(_MAY[wish.kind])}; refunds have minor")
    made = Ruled(wish.kind, wish.rma, wish.line, wish.then, wish.minor, f"{wish.by} ({system})", wish.why,
                 utc(now))  # fmt: skip
    with store.writing() as connection:
        insert_once(connection, order_lock, [{"rma": wish.rma}])
        connection.execute(select(order_lock).where(order_lock.c.rma == wish.rma).with_for_update())
        row = _row(connection, site, wish)
        last, n = _last(connection, wish)
        if last is not None and (row is None or (last["review_why"], last["detail"]) == (row["why"], row["detail"])):
            return _again(last, made)
        if row is None:
            raise NotRuled(404, "no_review", "this site has no such review")
        _carry_out(connection, books.in_force(connection) or book, row, made, now)
        values = msgspec.structs.asdict(made) | {"n": n + 1, "review_why": row["why"], "detail": row["detail"]}
        connection.execute(insert(review_ruling), [values])
        body = msgspec.json.encode(made)
        # Last: it locks the sites until the commit, in order.
        for each in sorted({site, *_sites(connection, wish.rma)}):
            append(connection, each, [Change("ruling", f"{wish.kind}|{wish.rma}|{wish.line}", body)])
    return made


def _row(connection: Connection, site: str, wish: Decision) -> RowMapping | None:
    mine = (review.c.kind == wish.kind, review.c.rma == wish.rma, review.c.line == wish.line)
    row = connection.execute(select(review).where(*mine)).mappings().first()
    if row is None:
        return None
    if wish.rma:
        return row if site in _sites(connection, wish.rma) else None
    return row if _is_of(connection, row, site) else None


def _last(connection: Connection, wish: Decision) -> tuple[RowMapping | None, int]:
    """Return the newest decision on a review and its number."""
    query = select(review_ruling).where(_of(wish)).order_by(review_ruling.c.n.desc()).limit(1)
    last = connection.execute(query).mappings().first()
    return last, last["n"] if last is not None else 0


def _of(wish: Decision) -> ColumnElement[bool]:
    known = review_ruling.c
    return and_(known.kind == wish.kind, known.rma == wish.rma, known.line == wish.line)


def _again(last: RowMapping, made: Ruled) -> Ruled:
    """Return a decision that was made before, if it is the same; raises NotRuled."""
    before = Ruled(**{name: last[name] for name in Ruled.__struct_fields__})
    if msgspec.structs.replace(made, at=before.at) != before:
        raise NotRuled(409, "decided", f"it was decided by {before.by}: {before.then}")
    return before


def _carry_out(connection: Connection, book: Book, row: RowMapping, made: Ruled, now: datetime) -> None:
    if made.kind == reconcile.REVIEW:
        then: Then = made.then  # type: ignore[assignment] # as `_MAY` has it
        ruling = Ruling(then, made.amount_minor, made.by, made.why)
        try:
            is_asked = reconcile.rule(connection, made.rma, made.line, ruling, book, now)
        except reconcile.BeyondPriceError as error:
            raise NotRuled(422, "beyond_price", str(error)) from error
        if not is_asked:
            raise NotRuled(409, "decided", reconcile.why_not(connection, made.rma, made.line))
    elif made.then == "together" and made.rma:
        found = msgspec.json.decode(row["detail"], type=list[blind.Found])
        parcels = {(each.station, each.parcel) for each in found if not each.item}
        rows = [{"rma": made.rma, "station": station, "parcel": parcel} for station, parcel in sorted(parcels)]
        insert_once(connection, parcel_order, rows)
        reconcile.reconcile(connection, made.rma, book, now)


def _sites(connection: Connection, rma: str) -> Sequence[str]:
    """Return the site an order belongs to, and keep it so until the transaction ends; none if nobody was told of it."""
    return list(owners.of(connection, [rma], lock=True).values())


def _is_of(connection: Connection, row: RowMapping, site: str) -> bool:
    """Tell whether a bench of the site found any of what a review is about."""
    found = msgspec.json.decode(row["detail"], type=list[_At])
    return any(tokens.site_of(connection, each.station) == site for each in found)


class _At(msgspec.Struct):
    station: str


def _open(row: RowMapping) -> Review:
    units = msgspec.Raw(row["detail"].encode() or b"[]")
    return Review(row["kind"], row["rma"], row["line"], row["why"], units, row["opened_at"])


def count_open(connection: Connection) -> int:
    """Return how many reviews wait for a supervisor."""
    return connection.execute(select(func.count()).select_from(review).where(reviews.IS_OPEN)).scalar_one()

"""Takes return orders of other systems in: whatever comes twice or late, the newest delivery of each order stands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from station import moments
from sync.central import blind, feed, owners
from sync.central.feed import Change
from sync.central.order_rows import Answer, AnswerStatus, Told
from sync.central.store import Store, insert_once
from sync.central.tables import return_order

CHUNK = 500
_OTHER_SITE = "an order of this RMA is another site's ({}), which must hand it over first: withdrawn, with moved_to."
_NO_SITE = "it must be another site, one that was told of something, or has a system that may tell it."
_OTHER_CONTENT = "another content came under the same version; give the one that holds a higher version."


class _Delivery(NamedTuple):
    """What tells deliveries of one order apart; the greatest stands, in whatever order they came."""

    version: int
    updated_at: str
    digest: bytes


_NONE = _Delivery(-1, "", b"")


class _Whose(NamedTuple):
    """The site that sends, whose each order is, and which of the places they are moved to are no sites."""

    site: str
    owners: Mapping[str, str]
    strangers: frozenset[str]

    def hindrance(self, told: Told, is_known: bool, moved: Mapping[str, str]) -> tuple[str, str] | None:
        """Return field and reason why a delivery that would stand may not; `moved`: what moved in this batch.

        A site may always withdraw what its own benches still expect.
        """
        rma = told.order.rma
        owner = moved.get(rma, self.owners.get(rma, self.site))
        if owner != self.site:
            is_withdrawn = is_known and told.body is None and not told.moved_to
            return None if is_withdrawn else ("rma", _OTHER_SITE.format(owner))
        if told.moved_to == self.site or told.moved_to in self.strangers:
            return "moved_to", _NO_SITE
        return None


def take_in(
    store: Store,
    site: str,
    rows: Sequence[Told | Answer],
    rehearse: bool = False,
    tell: Callable[[list[Answer]], None] = lambda answers: None,
) -> list[Answer]:
    """Take a chunk of rows in, in one transaction, and return what became of each; refused rows stay as they are.

    What is new is in the site's feed when this returns. With `rehearse` nothing is changed. `tell` is told the answers
    before they are committed: whoever is stopped in between has told of what is not done, and lost nothing.
    """
    told = [each for each in rows if isinstance(each, Told)]
    if rehearse:
        with store.reading() as connection:
            judged, _ = _judged(told, _known(connection, site, told, lock=False), _whose(connection, site, told))
        answers = _of_each(rows, judged)
        tell(answers)
    else:
        with store.writing() as connection:
            answers = _of_each(rows, _kept(connection, site, told))
            tell(answers)
        _look_around(store, told)
    return answers


def _of_each(rows: Sequence[Told | Answer], judged: Iterable[Answer]) -> list[Answer]:
    found = {answer.row: answer for answer in judged}
    return [found[each.row] if isinstance(each, Told) else each for each in rows]


def _kept(connection: Connection, site: str, told: Sequence[Told]) -> list[Answer]:
    owners.claim(connection, site, {each.order.rma for each in told})
    whose = _whose(connection, site, told, lock=True)
    # A row for each, so that there is something to lock; in order, so that nobody waits for each other.
    ours = sorted(rma for rma, owner in whose.owners.items() if owner == site)
    insert_once(connection, return_order, [{"site": site, "rma": rma, **_NONE._asdict()} for rma in ours])
    judged, won = _judged(told, _known(connection, site, told, lock=True), whose)
    if won:
        mine = (return_order.c.site == bindparam("of_site"), return_order.c.rma == bindparam("of_rma"))
        values: Any = {name: bindparam(f"new_{name}") for name in _Delivery._fields}
        rows = [
            {"of_site": site, "of_rma": rma} | {f"new_{name}": value for name, value in _of(each)._asdict().items()}
            for rma, each in sorted(won.items())
        ]
        connection.execute(update(return_order).where(*mine).values(values), rows)
        blind.note(connection, [each.order for each in won.values() if each.body is not None])
        resolved = owners.hand_over(connection, {rma: each.moved_to for rma, each in won.items() if each.moved_to})
        gone = [Change("resolution", rma, None) for rma in resolved]
        # Last: it locks the site until the commit.
        feed.append(connection, site, [*(Change("order", rma, each.body) for rma, each in won.items()), *gone])
    return judged


def _look_around(store: Store, told: Sequence[Told]) -> None:
    """Suggest what benches received blind before these orders came.

    Of all that were sent, also of those that were here: whoever got no answer sends them again.
    """
    standing = [each.order for each in told if each.body is not None]
    now = moments.now()
    with store.reading() as connection:
        found = blind.suggestions_for(connection, standing, now)
    if found:
        with store.writing() as connection:
            blind.suggest(connection, found)


def _whose(connection: Connection, site: str, told: Sequence[Told], lock: bool = False) -> _Whose:
    rmas = {each.order.rma for each in told}
    strangers = owners.strangers(connection, {each.moved_to for each in told} - {""})
    return _Whose(site, owners.of(connection, rmas, lock=lock), strangers)


def _known(connection: Connection, site: str, told: Sequence[Told], lock: bool) -> dict[str, _Delivery]:
    """Return the standing delivery of each order; none of one that has never come."""
    rmas = sorted({each.order.rma for each in told})
    query = select(return_order).where(return_order.c.site == site, return_order.c.rma.in_(rmas))
    query = query.order_by(return_order.c.rma)
    rows = connection.execute(query.with_for_update() if lock else query)
    return {row.rma: _Delivery(row.version, row.updated_at, bytes(row.digest)) for row in rows}


def _judged(told: Iterable[Told], known: dict[str, _Delivery], whose: _Whose) -> tuple[list[Answer], dict[str, Told]]:
    """Return what becomes of each delivery, and of each order the one that stands from now on."""
    standing = dict(known)
    answers: list[Answer] = []
    won: dict[str, Told] = {}
    moved: dict[str, str] = {}
    for each in told:
        rma, new = each.order.rma, _of(each)
        old = standing.get(rma, _NONE)
        hindrance = whose.hindrance(each, old != _NONE, moved) if new > old else None
        if hindrance is not None:
            answers.append(Answer(each.row, rma, "refused", *hindrance))
            continue
        status = _status(old, new)
        answers.append(Answer(each.row, rma, status, why=_OTHER_CONTENT if status == "conflict" else ""))
        if new > old:
            standing[rma] = new
            won[rma] = each
            if each.moved_to:
                moved[rma] = each.moved_to
    return answers, won


def _status(old: _Delivery, new: _Delivery) -> AnswerStatus:
    if old == _NONE:
        return "created"
    if new == old:
        return "same"
    if new[:2] == old[:2]:
        return "conflict"
    return "updated" if new > old else "stale"


def _of(told: Told) -> _Delivery:
    return _Delivery(told.version, told.updated_at, told.digest)

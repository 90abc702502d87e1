"""The book of a made-up payment provider: keys kept for a day, first answers replayed, executions counted."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from sync.central.resolutions.provider import NOT_THERE, Execution, Order

# lost: done, and the answer never comes. error: done, and answered with 500 for ever. broken: not done, and answered
# with 500 for ever. twice: the network delivers the request two times. slow: answered late. down: nobody there.
Fault = Literal["lost", "error", "broken", "twice", "slow", "down"]
FAULTS: tuple[Fault, ...] = get_args(Fault)

# Stripe: keys can be forgotten once they are at least 24 hours old.
KEYS_KEPT = timedelta(hours=24)


class Answer(NamedTuple):
    """What goes back over the line; status 0: the line breaks instead."""

    status: int
    body: Any = None


class Payments:
    """What was carried out, and the first answer to each key. Used by one thread."""

    def __init__(self) -> None:
        self._done: dict[str, list[Execution]] = {}
        self._first: dict[str, tuple[datetime, bytes, Answer]] = {}

    def execute(self, order: Order, key: str, now: datetime, fault: Fault | None) -> Answer:
        """Carry an order out, unless its key was seen within a day: then the first answer comes again."""
        if fault == "down":
            return Answer(0)
        answer = self._once(order, key, now, fault)
        if fault == "twice":
            answer = self._once(order, key, now, None)
        return Answer(0) if fault == "lost" else answer

    def find(self, id_: str, fault: Fault | None) -> Answer:
        """Tell what was carried out for an id; this never forgets."""
        if fault in ("down", "lost"):
            return Answer(0)
        if fault in ("error", "broken"):
            return Answer(500, {"error": "fault"})
        done = self._done.get(id_)
        return Answer(200, done[0]) if done else Answer(404, {"error": NOT_THERE})

    def counts(self) -> dict[str, int]:
        """Return how often each id was carried out."""
        return dict(Counter({id_: len(done) for id_, done in self._done.items()}))

    def _once(self, order: Order, key: str, now: datetime, fault: Fault | None) -> Answer:
        said = msgspec.json.encode(order)
        known = self._first.get(key) if key else None
        if known is not None and now - known[0] < KEYS_KEPT:
            return known[2] if known[1] == said else Answer(422, {"error": "key_reused"})
        answer = self._carry_out(order, fault)
        self._first[key] = (now, said, answer)
        return answer

    def _carry_out(self, order: Order, fault: Fault | None) -> Answer:
        if fault == "broken":
            return Answer(500, {"error": "fault"})
        done = self._done.setdefault(order.id, [])
        number = sum(map(len, self._done.values())) + 1
        paid = (order.id, order.kind, order.amount_minor, order.currency)
        done.append(Execution(*paid, f"PAY-{number}", order.quantity))
        return Answer(500, {"error": "fault"}) if fault == "error" else Answer(200, done[-1])

"""A bench that was away, and what it recorded of one unit of an order meanwhile."""

import uuid_utils

from station.entries import Entry, first_prev, sealed
from station.facts import Recorded, encode, name_of, version_of
from station.inspecting.facts import Answered
from station.receiving.facts import ItemIdentified, ParcelArrived, ParcelFinished, SerialChecked
from station.routing.facts import Graded
from sync.central import intake, tokens
from sync.central.store import Store
from sync.wire import Push, Pushed
from tests.sync.conftest import NOW


class Away:
    """A bench with no network: what it recorded of one unit of an order, and how much of that central confirmed."""

    def __init__(self, store: Store, rma: str) -> None:
        self.store, self.station, self.epoch = store, f"S{uuid_utils.uuid7().hex[-12:]}", uuid_utils.uuid4().hex
        self.acked = 0
        self.token = tokens.enrol(store, self.station, "leeds", NOW)
        self.entries: list[Entry] = []
        prev = first_prev(self.epoch)
        for seq, fact in enumerate(received(rma), 1):
            self.entries.append(self._entry(seq, fact, prev))
            prev = self.entries[-1].hash

    def _entry(self, seq: int, fact: Recorded, prev: bytes) -> Entry:
        about = (seq, uuid_utils.uuid7().hex, f"{self.epoch}{seq}", self.epoch, NOW, seq, "boot", "B1", "S1")
        return sealed(Entry(*about, name_of(fact), version_of(fact), encode(fact), b"", b""), prev)

    def push(self, first: int, last: int, *, is_heard: bool) -> None:
        """Send some entries; one that is not heard goes again."""
        first = min(first, self.acked + 1)
        answer = self.send(Push(self.epoch, first, NOW, tuple(self.entries[first - 1 : last])))
        if is_heard:
            self.acked = answer.acked

    def send(self, push: Push) -> Pushed:
        return intake.take_in(self.store, self.station, "leeds", push, NOW)


def received(rma: str) -> list[Recorded]:
    """One unit of the only line of an order, received and graded."""
    return [
        ParcelArrived("P-1", f"T-{rma}", "ups", "return", "one", (rma,)),
        ItemIdentified("P-1", "I-1", "C", "matched", "Tee", "apparel", rma=rma, line="1"),
        SerialChecked("I-1", "SN1", "same"),
        Answered("I-1", "worn", "no", "r/1"),
        Graded("I-1", "A", "A", "A", "g"),
        ParcelFinished("P-1", 1, 0),
    ]


LAST = len(received(""))

"""A bench of the sample site with 100,000 return orders more in its copy, and a person who works there quickly."""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from devices.readings import AcceptedWeight, Printed, Scan
from station import sample
from station.bench import Bench
from station.cli.player import Player
from station.desk import Desk
from station.history import History
from station.inputs import Command, PhotoChecked
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.own_codes import command_in
from station.photos import PhotoStore
from station.records import ReturnOrder
from station.rules import read_rules
from station.sample import SampleParcel
from station.settings import Settings
from station.state import State
from sync.central import sample as sample_records

ORDERS = 100_000
SEED = 7
_PAGE = 10_000


def figure(value: float, unit: str, baseline: float | None, n: int) -> dict[str, Any]:
    """One measured figure, as the table wants it."""
    return {"value": round(value, 4), "unit": unit, "baseline": baseline, "n": n}


def p99(values: Sequence[float]) -> float:
    """The value that 99 of 100 do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def fill_copy(path: Path, count: int = ORDERS, after: int = 0) -> None:
    """Put the sample site and `count` made-up return orders into the local copy, behind record `after` of the feed."""
    copy = LocalCopy.open(path)
    site = ((each.kind, each.key, each.body) for each in sample_records.records())
    more = (("order", order.rma, msgspec.json.encode(order)) for order in sample.many_orders(count, SEED))
    numbered = enumerate(itertools.chain(site, more), start=after + 1)
    records = (Record(seq, kind, key, msgspec.Raw(body)) for seq, (kind, key, body) in numbered)
    while page := list(itertools.islice(records, _PAGE)):
        copy.apply(page[0].seq, page[-1].seq, page)
    copy.close()


def some_orders(count: int) -> list[ReturnOrder]:
    """Some of the made-up orders of `fill_copy`, from all over it."""
    return list(itertools.islice(sample.many_orders(ORDERS, SEED), 0, None, ORDERS // count))[:count]


class PromptEquipment:
    """A printer that prints at once and a camera whose photos are good; `post` brings what they answer."""

    def __init__(self, post: Callable[[Any], object]) -> None:
        self._post = post
        self._photos = itertools.count(1)

    def print(self, job: str, data: bytes) -> None:
        """The label is out."""
        self._post(Printed("printer", job, time.monotonic()))

    def cancel(self, job: str) -> None:
        """Too late, it is out."""

    def still(self, request: str, shot: str) -> None:
        """The photo is taken, judged and stored; its hash is made up."""
        sha256 = f"{next(self._photos):064x}"
        self._post(PhotoChecked(request, sha256, 100_000, (), 210, 500))

    def preview(self, wanted: bool, shot: str = "", camera: str = "", due: str = "") -> None:
        """Nobody looks."""

    def read(self, photo: Any) -> None:
        """There is no print in it."""

    def check(self, still: Any, item: str, parcel: str = "") -> None:
        """Never called: `still` has answered."""

    def compare(self, taken: object, size_mm: object = ()) -> None:
        """Compares nothing."""


class QuickHands:
    """Hands that read codes and press keys as fast as the bench answers; `take` brings what they did to the desk."""

    def __init__(self, take: Callable[[Any], object]) -> None:
        self._take = take

    def scan(self, text: str, aim: str = "") -> None:
        """Read a code. A command is given by key: the same barcode twice in a blink would be one scan."""
        command = command_in(text)
        self._take(command if isinstance(command, Command) else Scan("scanner", text, aim, time.monotonic()))

    def type(self, text: str) -> None:
        """Type a line."""
        self._take(Scan("keyboard", text, "", time.monotonic()))

    def press(self, key: Command) -> None:
        """Press a key."""
        self._take(key)

    def weigh(self, weight_mg: int) -> None:
        """Put something on the scale."""
        self._take(AcceptedWeight("scale", weight_mg, time.monotonic()))

    def show(self, category: str, seed: int, look: str) -> None:
        """Lay something under the camera."""


class Place:
    """A bench with its desk, its past and its devices' workers, of which there are none."""

    def __init__(self, desk: Desk, history: History) -> None:
        self.desk, self.history = desk, history
        self.workers: dict[str, Any] = {}
        self.settings = Settings()

    def use(self, settings: Settings) -> None:
        """There are no devices to change."""

    def controls(self) -> dict[str, tuple[Any, ...]]:
        """There are no cameras."""
        return {}

    def advice(self) -> tuple[str, ...]:
        """There is no printer."""
        return ()

    def work(self, hands: Any, pile: Sequence[SampleParcel]) -> Iterator[SampleParcel | None]:
        """Do one thing at each turn; yields after it, the parcel when that was its last."""
        bench = self.desk.bench
        player = Player.at(bench, hands)
        for parcel in pile:
            begun = False
            while not begun or bench.state.parcel is not None:
                player.act(parcel)
                yield None
                begun = begun or bench.state.parcel is not None
            yield parcel


@contextmanager
def open_place(folder: Path, post: Callable[[Any], object]) -> Iterator[Place]:
    """A new bench with a filled copy; its printer and camera answer at once, through `post`."""
    with Journal.open(folder / "station.sqlite", sample.STATION) as journal:
        fill_copy(folder / "expected.sqlite")
        copy = LocalCopy.open(folder / "expected.sqlite")
        history = History(journal)
        bench = Bench(journal, Lookups(read_rules(), copy, history), State(sample.STATION, "Bench 1"))
        yield Place(Desk(bench, PromptEquipment(post), PhotoStore(folder / "photos").path), history)
        copy.close()


def parcels(count: int) -> list[SampleParcel]:
    """Parcels with what their orders declare in them."""
    return [sample.plain_parcel(order, SEED) for order in some_orders(count)]

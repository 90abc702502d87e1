"""The sample site: its records, what is really in each of its parcels, and as many made-up return orders as wanted."""

import random
import tomllib
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from resources import find
from station.records import Bin, Operator, OrderKind, Product, Recall, Receipt, ReturnLine, ReturnOrder, Role

# Who the sample bench is. Central's `--sample` knows the same station, and writes its token where the bench looks.
STATION = "A01"
SITE = "sample"

SamplePhoto = Literal["good", "blurred", "dark"]


class SampleItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One unit that is really in a parcel.

    `code` is what its barcode says and `aim` the symbology identifier; `serial` is empty when none can be read.
    `answers` says which option of which question is true of it where that is not the first; `photo` is what the
    first shot of it comes out like; `missing_parts` are components of a kit that are not there.
    """

    code: str
    sku: str = ""
    weight_mg: int = 0
    serial: str = ""
    aim: str = ""
    answers: dict[str, str] = {}
    missing_parts: tuple[str, ...] = ()
    photo: SamplePhoto = "good"


class SampleParcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One parcel and the truth about it: its code, its weight on a scale, and its items as they come out.

    `says` tells a person in one sentence why this parcel is a case; `orders` are the RMAs it belongs to.
    """

    key: str
    says: str
    code: str
    weight_mg: int
    items: tuple[SampleItem, ...] = ()
    aim: str = ""
    orders: tuple[str, ...] = ()


class SamplePerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Someone of the sample site, with the PIN that a real site never writes down."""

    badge: str
    name: str
    role: Role
    pin: str
    pin_hash: str


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line: str
    sku: str
    quantity: int = 1
    serials: tuple[str, ...] = ()
    reason: str = ""


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rma: str
    client: str
    order: str
    lines: tuple[_Line, ...]
    kind: OrderKind = "return"
    asked: str = "refund"
    zip: str = ""
    trackings: tuple[str, ...] = ()


class _Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: tuple[_Order, ...]


class _Bins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bin: tuple[Bin, ...]


class _Receipts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    receipt: tuple[Receipt, ...]


class _Recalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recall: tuple[Recall, ...]


class _Parcels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parcel: tuple[SampleParcel, ...]


class _People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operator: tuple[SamplePerson, ...]


class _Products(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: tuple[Product, ...]


def parcels() -> tuple[SampleParcel, ...]:
    """Return the sample parcels, plain ones first; raises ValueError naming what the file has wrong."""
    return msgspec.convert(_toml("parcels"), _Parcels).parcel


def people() -> tuple[SamplePerson, ...]:
    """Return who may sign in at the sample site, with their PINs."""
    return msgspec.convert(_toml("people"), _People).operator


def products() -> tuple[Product, ...]:
    """Return the articles of the sample merchants."""
    return msgspec.convert(_toml("products"), _Products).product


def orders() -> tuple[ReturnOrder, ...]:
    """Return the sample's return orders; raises LookupError for a line whose product is not in the sample."""
    articles = {product.sku: product for product in products()}
    return tuple(_order(each, articles) for each in msgspec.convert(_toml("orders"), _Orders).order)


def operators() -> tuple[Operator, ...]:
    """Return the people of the sample site as central tells of them, without their PINs."""
    return tuple(Operator(each.badge, each.name, each.role, each.pin_hash) for each in people())


def bins() -> tuple[Bin, ...]:
    """Return the sample site's bins."""
    return msgspec.convert(_toml("bins"), _Bins).bin


def receipts() -> tuple[Receipt, ...]:
    """Return the parcels another bench received before."""
    return msgspec.convert(_toml("receipts"), _Receipts).receipt


def recalls() -> tuple[Recall, ...]:
    """Return what was recalled before the sample begins."""
    return msgspec.convert(_toml("recalls"), _Recalls).recall


def _order(written: _Order, articles: Mapping[str, Product]) -> ReturnOrder:
    lines = tuple(
        ReturnLine(line.line, articles[line.sku], line.quantity, line.serials, line.reason) for line in written.lines
    )
    return ReturnOrder(
        rma=written.rma,
        client=written.client,
        order=written.order,
        lines=lines,
        kind=written.kind,
        trackings=written.trackings,
        asked=written.asked,
        zip=written.zip,
    )


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads(find.read(f"sample/{name}.toml").decode())


def many_orders(count: int, seed: int) -> Iterator[ReturnOrder]:
    """Yield `count` different return orders, the same for the same seed; each has one UPS tracking number.

    Numbers start far above those of the sample orders, so both can live in one site.
    """
    chance = random.Random(seed)
    articles = products()
    for number in range(count):
        chosen = chance.sample(articles, chance.choice((1, 1, 1, 2, 3)))
        client = chosen[0].client
        lines = tuple(
            _line(str(place), article, chance)
            for place, article in enumerate((each for each in chosen if each.client == client), 1)
        )
        yield ReturnOrder(
            rma=f"RMA-{200_000 + number}",
            client=client,
            order=f"{client[:2].upper()}-{500_000 + number}",
            lines=lines,
            trackings=(_ups_number(number, chance),),
            zip=f"{chance.randrange(1, 99_950):05d}",
        )


def plain_parcel(order: ReturnOrder, seed: int) -> SampleParcel:
    """Return a parcel that holds what the order declares, in good state, with weights a little off as real ones are."""
    chance = random.Random(f"{seed} {order.rma}")
    items = tuple(
        SampleItem(
            code=line.product.gtin,
            sku=line.product.sku,
            weight_mg=_off(line.product.weight_mg, chance),
            serial=line.serials[unit] if unit < len(line.serials) else "",
            answers=dict(OPENED.get(line.product.category, {})),
        )
        for line in order.lines
        for unit in range(line.quantity)
    )
    contents_mg = sum(item.weight_mg for item in items)
    return SampleParcel(
        key=order.rma.lower(),
        says="Everything that was declared, opened and in good state",
        code=order.trackings[0],
        weight_mg=_whole_grams(contents_mg * 106 // 100 + 60_000),
        items=items,
        orders=(order.rma,),
    )


# What is true of a unit that was unpacked and is otherwise as new; without it, it counts as sealed.
OPENED: Mapping[str, Mapping[str, str]] = {
    "apparel": {"packaging": "tagged"},
    "audio": {"packaging": "opened"},
    "china": {"packaging": "opened"},
    "electronics": {"packaging": "opened"},
    "footwear": {"packaging": "whole"},
    "furniture": {"packaging": "opened"},
    "home": {"packaging": "opened"},
    "media": {"packaging": "opened"},
    "phones": {"packaging": "opened"},
}


def _line(place: str, article: Product, chance: random.Random) -> ReturnLine:
    quantity = chance.choice((1, 1, 1, 1, 2))
    serials = tuple(f"S{chance.randrange(10**9):09d}" for _ in range(quantity)) if article.serialised else ()
    reason = chance.choice(("changed_mind", "too_small", "defective", "not_as_described"))
    return ReturnLine(place, article, quantity, serials, reason)


def _off(weight_mg: int, chance: random.Random) -> int:
    return _whole_grams(weight_mg * chance.randrange(985, 1016) // 1000)


def _whole_grams(weight_mg: int) -> int:
    return weight_mg // 1000 * 1000


def _ups_number(number: int, chance: random.Random) -> str:
    """A UPS 1Z number with its right check digit, unlike any other of the run."""
    body = f"{chance.randrange(10**6):06d}03{number:07d}"
    total = sum(int(sign) * (2 if place % 2 else 1) for place, sign in enumerate(body))
    return f"1Z{body}{-total % 10}"

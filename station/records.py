"""What the central records tell a bench: return orders, products, people and bins, as frozen values.

These travel from central to the station's local copy and are read-only at the bench.
"""

from typing import Literal

import msgspec

Role = Literal["receiver", "grader", "supervisor"]
OrderKind = Literal["return", "exchange", "warranty", "repair", "undelivered"]
Owner = Literal["supervisor", "client", "safety"]
SerialStatus = Literal["stolen", "blocked", "returned"]
PatternLevel = Literal["look", "care"]
Disposition = Literal["restock", "refurb", "resale", "recycle", "hold"]
# Goods on hold that wait no more: a person decided that they go back, or that the return is rejected.
Apart = Literal["", "ship_back", "reject"]

# What stands in the place of a record that was withdrawn.
WITHDRAWN = b"null"

DISPOSITIONS: tuple[Disposition, ...] = ("restock", "refurb", "resale", "recycle", "hold")


class Product(msgspec.Struct, frozen=True, omit_defaults=True):
    """One article of one client. `weight_mg` and `price_minor` are 0 when nobody knows them.

    `season` is the one it is sold in, as route tables name it, empty for goods of all the year. `size_mm` is length,
    width and height of the article itself, empty for what has no fixed shape. `model` is the maker's model number as it
    stands on the unit, empty when nobody knows it.
    """

    sku: str
    title: str
    category: str
    client: str
    gtin: str = ""
    weight_mg: int = 0
    price_minor: int = 0
    currency: str = "USD"
    serialised: bool = False
    components: tuple[str, ...] = ()
    season: str = ""
    size_mm: tuple[int, ...] = ()
    model: str = ""


class ReturnLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One product and quantity of a return order; `serials` are those that were shipped, if known.

    `reason` is the customer's reason code: why it came back, never what we do with it.
    """

    line: str
    product: Product
    quantity: int = 1
    serials: tuple[str, ...] = ()
    reason: str = ""


class ReturnOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """What central expects: an RMA with lines. `trackings` are the parcels announced for it.

    `customer` is a pseudonym that central or the shop's system made up, never a name, an address or a number of a
    person; empty when nobody gave one.
    """

    rma: str
    client: str
    order: str
    lines: tuple[ReturnLine, ...]
    kind: OrderKind = "return"
    trackings: tuple[str, ...] = ()
    asked: str = "refund"
    zip: str = ""
    customer: str = ""


class Receipt(msgspec.Struct, frozen=True):
    """That a parcel was received before: when (UTC, ISO 8601), at which bench, by whom.

    `decided` is "ship_back" or "reject" where a supervisor of that bench decided so about the parcel as a whole.
    """

    code: str
    parcel: str
    bench: str
    operator: str
    at: str
    decided: str = ""


class Ruled(msgspec.Struct, frozen=True):
    """What a supervisor decided at central on a review: of what kind, about which line of which return order, or about
    which number where there is no order (`rma` is empty); and what shall be done, by whom, why and when (UTC).
    """

    kind: str
    rma: str
    line: str
    then: str
    amount_minor: int
    by: str
    why: str
    at: str


class Operator(msgspec.Struct, frozen=True):
    """A person who may sign in: `pin_hash` is an Argon2id string, never the PIN."""

    badge: str
    name: str
    role: Role
    pin_hash: str


class Bin(msgspec.Struct, frozen=True, omit_defaults=True):
    """A container for one disposition; `client` is empty when any client's goods may go in.

    `hazard` marks a fire-safe box: it takes hazards on hold, and nothing else. `apart` marks one for goods on hold of
    which that was decided, and for nothing else.
    """

    code: str
    disposition: Disposition
    client: str = ""
    hazard: bool = False
    apart: Apart = ""


class Recall(msgspec.Struct, frozen=True, omit_defaults=True, rename={"since": "from"}):
    """A notice that an article was recalled. It names articles by SKU or GTIN; a GTIN may end in `*`.

    With `lots` (`*` stands for any signs), `serials` (pairs, ends included) or `made` (first and last ISO day of
    making) only those units are recalled; several limits must all hold. `owner` must act; `action` tells people
    what to do, beside its title. It holds from day `since` to day `until`.
    """

    id: str
    title: str
    action: str = ""
    skus: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    serials: tuple[tuple[str, str], ...] = ()
    made: tuple[str, str] | None = None
    owner: Owner = "safety"
    since: str = ""
    until: str = ""


class SerialNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What central knows of a serial number: it was reported stolen or blocked, or its unit came back already.

    `where` says at which bench, or who reported it; `at` is the day or the moment.
    """

    serial: str
    status: SerialStatus
    where: str = ""
    at: str = ""


class PatternSign(msgspec.Struct, frozen=True):
    """One count of a pattern: `count` of the last `of` items (of `empty_box`: of the last `of` returns)."""

    kind: str
    count: int
    of: int


class Pattern(msgspec.Struct, frozen=True, omit_defaults=True):
    """What central counted in the returns of one customer of a client in the last `days`: evidence, no verdict.

    `customer` is the pseudonym of ReturnOrder. `ask` are the codes of what is asked besides at level `care`. The
    counts hold until day `until` (UTC).
    """

    client: str
    customer: str
    level: PatternLevel
    signs: tuple[PatternSign, ...]
    returns: int
    days: int
    until: str
    ask: tuple[str, ...] = ()


def pattern_key(client: str, customer: str) -> str:
    """Return the key of a pattern among central's records."""
    return f"{client}|{customer}"


class Reference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture of a good unit of an article; its file of `size` bytes is fetched by its SHA-256.

    `shot` is the photo of the bench it is like, `shows` says in words what is to be seen, `wide_mm` how many
    millimetres of the world the picture is wide (0: nobody knows).
    """

    client: str
    sku: str
    sha256: str
    size: int
    shot: str = "whole"
    shows: str = ""
    wide_mm: int = 0


def reference_key(reference: Reference) -> str:
    """Return the key of a reference among central's records; those of one article come together."""
    return f"{reference.sku}|{reference.client}|{reference.sha256}"


class AnswerPicture(msgspec.Struct, frozen=True, omit_defaults=True):
    """A photograph that central has shown beside an answer; its file of `size` bytes is fetched by its SHA-256.

    `client`, in small letters, when it is for that client's goods alone.
    """

    category: str
    question: str
    option: str
    sha256: str
    size: int
    client: str = ""


def answer_picture_key(category: str, question: str, option: str, client: str) -> str:
    """Return the key of an answer's picture among central's records: one for each answer and client."""
    return f"{category}|{question}|{option}|{client}"

"""Reads one return order as another system sends it, and says of a bad one which field is wrong, and how."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta

from station.records import OrderKind, Product, ReturnLine, ReturnOrder
from sync.central.line_names import doubled

AnswerStatus = Literal["created", "updated", "same", "stale", "conflict", "refused"]

# No control signs, nothing that turns the direction of writing, no half of a sign, no `|` (it joins keys), and no `=`
# at the beginning: a spreadsheet would run it.
_PLAIN = "[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff|]"
_NEEDED = rf"\A(?!=){_PLAIN}+\Z"
_MAYBE = rf"\A(?!=){_PLAIN}*\Z"
_MOST_BYTES = 256 * 1024

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=_NEEDED)]
MaybeCode = Annotated[str, Meta(max_length=64, pattern=_MAYBE)]
Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=_NEEDED)]
# A made-up key: with a letter and a digit in it, so that no name, mailbox or telephone number passes for one.
Pseudonym = Annotated[str, Meta(pattern=r"\A(?:|(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9._~-]{6,64})\Z")]
Count = Annotated[int, Meta(ge=1, le=10_000)]
Amount = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
# ISO 4217, but for the two codes that name no money: none at all, and one for tests.
Currency = Annotated[str, Meta(pattern=r"\A(?:(?!XXX|XTS)[A-Z]{3})?\Z")]

_THREE_LETTERS = "three capital letters, such as EUR or USD"
# What records have beside a price that nobody gave.
_UNPRICED = "USD"
_WHOLE = re.compile(r"[0-9]{1,19}")
_NUMBERS = frozenset({"quantity", "weight_mg", "price_minor", "size_mm", "version"})
_AT = re.compile(r"^(?P<why>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[^`]*)`")


# What msgspec says of a value, and what whoever wrote it is told instead: what to write.
_MOMENT = "it must be a date and a time with their zone, such as 2026-04-18T08:00:00Z"
_TELLS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"expected `bool`"), "it must be true or false (in JSON without quotation marks)"),
    (re.compile(r"expected `int` <= (\d+)"), "it must be at most {}"),
    (re.compile(r"expected `int` >= (\d+)"), "it must be at least {}"),
    (re.compile(r"expected `int`"), "it must be a whole number, in digits alone (in JSON without quotation marks)"),
    (re.compile(r"expected `(?:str|array)` of length >= 1"), "it must not be empty"),
    (re.compile(r"expected `str` of length <= (\d+)"), "it must have at most {} characters"),
    (re.compile(r"expected `str`"), "it must be text (in JSON in quotation marks)"),
    (re.compile(r"expected `array` of length <= (\d+)"), "there may be at most {} of them"),
    (re.compile(r"expected `array`"), "it must be a list, in square brackets"),
    (re.compile(r"expected `object`"), "it must have fields with names, in curly brackets"),
    (re.compile(r"expected `datetime|invalid RFC3339"), _MOMENT),
    (re.compile(r"integer value out of range"), "it is too large a number"),
    (re.compile(r"invalid enum value"), f"it must be one of {', '.join(get_args(OrderKind))}"),
)


class LineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a return order; the article is named with it. A price above 0 needs its currency."""

    line: Code
    sku: Code
    title: Text
    category: Code
    quantity: Count = 1
    gtin: Annotated[str, Meta(pattern=r"\A(?:[0-9]{8,14})?\Z")] = ""
    serials: Annotated[tuple[Code, ...], Meta(max_length=1_000)] = ()
    reason: MaybeCode = ""
    weight_mg: Amount = 0
    price_minor: Amount = 0
    currency: Currency = ""
    serialised: bool = False
    season: MaybeCode = ""
    components: Annotated[tuple[Text, ...], Meta(max_length=100)] = ()
    size_mm: Annotated[tuple[Count, ...], Meta(max_length=3)] = ()
    model: MaybeCode = ""


class OrderIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One return order as another system sends it. `version` or `updated_at` tells the newer of two deliveries.

    `withdrawn`: it is expected no more; `moved_to` says of a withdrawn one which other site may send it from now on.
    `updated_at` is RFC 3339 with a time zone.
    """

    rma: Code
    client: Code
    order: Code
    lines: Annotated[tuple[LineIn, ...], Meta(min_length=1, max_length=200)]
    kind: OrderKind = "return"
    trackings: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    asked: Code = "refund"
    zip: MaybeCode = ""
    customer: Pseudonym = ""
    version: Annotated[int, Meta(ge=0, le=2**62)] = 0
    updated_at: Annotated[datetime, Meta(tz=True)] | None = None
    withdrawn: bool = False
    moved_to: Annotated[str, Meta(max_length=200, pattern=_MAYBE)] = ""


class Told(NamedTuple):
    """One delivery of a return order that may be taken in; `row` is where it stood.

    `body` is what benches are told of it, None when it is withdrawn; `digest` is what tells two of them apart;
    `moved_to` is the site it is handed to.
    """

    row: int
    order: ReturnOrder
    version: int
    updated_at: str
    body: bytes | None
    digest: bytes
    moved_to: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one row; for a refused one `field` names what is wrong, and `why` says it in a sentence.

    `stale`: a newer delivery is here already. `conflict`: another content came under the same version; one of the two
    is kept, always the same one in whatever order they come.
    """

    row: int
    rma: str
    status: AnswerStatus
    field: str = ""
    why: str = ""


def read_json(row: int, text: bytes) -> Told | Answer:
    """Read one order as JSON, or say what is wrong with it."""
    if len(text) > _MOST_BYTES:
        return Answer(row, "", "refused", "", f"one order has at most {_MOST_BYTES} bytes.")
    try:
        return _told(row, msgspec.json.decode(text, type=OrderIn))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return _refused(row, _rma(text), error)


def read_values(row: int, values: dict[str, Any]) -> Told | Answer:
    """Read one order as texts by name, as a table holds them, or say what is wrong with it.

    A number is whole, in digits alone: a price of `45.00` would else be one of 45 minor units.
    """
    for field, text in _numbers(values):
        if not _WHOLE.fullmatch(text):
            why = f"it must be a whole number, in digits alone; {_short(text)} is none (prices are in minor units)."
            return Answer(row, _short(str(values.get("rma", ""))), "refused", field, why)
    try:
        return _told(row, msgspec.convert(values, OrderIn, strict=False))
    except (msgspec.MsgspecError, ValueError) as error:
        return _refused(row, _short(str(values.get("rma", ""))), error)


def _numbers(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the texts that stand for a number, each by its field; one that is not there has its default."""
    lines = values.get("lines", ())
    placed = [("", values), *((f"lines[{n}].", each) for n, each in enumerate(lines) if isinstance(each, dict))]
    for place, fields in placed:
        for name in _NUMBERS & fields.keys():
            many = fields[name] if isinstance(fields[name], list | tuple) else (fields[name],)
            yield from ((place + name, each) for each in many if isinstance(each, str))


def _told(row: int, given: OrderIn) -> Told | Answer:
    hindrance = _hindrance(given)
    if hindrance is not None:
        return Answer(row, given.rma, "refused", *hindrance)
    lines = tuple(_line(each, given.client) for each in given.lines)
    order = ReturnOrder(
        given.rma, given.client, given.order, lines, given.kind, given.trackings, given.asked, given.zip, given.customer
    )
    try:
        moment = given.updated_at.astimezone(UTC).isoformat(timespec="microseconds") if given.updated_at else ""
    except OverflowError:
        return Answer(row, given.rma, "refused", "updated_at", "in UTC this is before the year 1, or after 9999.")
    body = None if given.withdrawn else msgspec.json.encode(order)
    said = body or b"null" + given.moved_to.encode()
    return Told(row, order, given.version, moment, body, hashlib.sha256(said).digest(), given.moved_to)


def _hindrance(given: OrderIn) -> tuple[str, str] | None:
    """Return field and reason why an order whose every field can be read cannot be taken all the same."""
    if not given.version and given.updated_at is None:
        return (
            "version",
            "give a version or updated_at: without one nobody can tell which of two deliveries is the newer.",
        )
    if given.moved_to and not given.withdrawn:
        return "moved_to", "an order moves when it is withdrawn: say both."
    double = doubled(line.line for line in given.lines)
    if double is not None:
        place, why = double
        return f"lines[{place}].line", why
    bare = next((place for place, each in enumerate(given.lines) if each.price_minor and not each.currency), None)
    # What is withdrawn pays nothing, and must not stand for a cell that is empty.
    if bare is not None and not given.withdrawn:
        return f"lines[{bare}].currency", f"a price needs its currency: {_THREE_LETTERS}."
    return None


def _line(each: LineIn, client: str) -> ReturnLine:
    product = Product(
        each.sku,
        each.title,
        each.category,
        client,
        gtin=each.gtin,
        weight_mg=each.weight_mg,
        price_minor=each.price_minor,
        currency=each.currency or _UNPRICED,
        serialised=each.serialised,
        components=each.components,
        season=each.season,
        size_mm=each.size_mm,
        model=each.model,
    )
    return ReturnLine(each.line, product, each.quantity, each.serials, each.reason)


def _refused(row: int, rma: str, error: Exception) -> Answer:
    found = _AT.match(str(error))
    why, path = (found["why"], found["path"] or "$") if found else (str(error), "$")
    field = path.removeprefix("$").removeprefix(".")
    named = _FIELD.search(why)
    if named is not None:
        field = f"{field}.{_short(named['field'])}" if field else _short(named["field"])
        why = "this field is missing." if "missing" in why else "there is no such field."
    elif "matching regex" in why:
        why = _must_be(field)
    else:
        why = _told_plainly(why)
    return Answer(row, rma, "refused", field, _sentence(why))


def _told_plainly(why: str) -> str:
    """Return what whoever wrote a value is told of it; what msgspec says where there is no other word for it."""
    for pattern, tells in _TELLS:
        found = pattern.match(_sentence(why))
        if found is not None:
            return tells.format(*(f"{int(bound):,}" for bound in found.groups()))
    return why


def _must_be(field: str) -> str:
    name = field.rpartition(".")[2]
    if name == "customer":
        return "it must be a made-up key of 6 to 64 letters, digits, . _ ~ -, with a letter and a digit, never a name."
    if name == "gtin":
        return "it must have 8 to 14 digits."
    if name == "currency":
        return f"it must be {_THREE_LETTERS}, and not XXX or XTS, which name no money."
    return "it must be plain text: not empty, no control signs, no |, and no = at the beginning."


def _sentence(why: str) -> str:
    why = _short(why, 200)
    return (why[:1].lower() + why[1:]).rstrip(".") + "."


def _rma(text: bytes) -> str:
    """Return which order a bad row is about, where that can be read."""
    try:
        value = msgspec.json.decode(text, type=_Named).rma
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    return _short(value)


def _short(text: str, most: int = 64) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:most])


class _Named(msgspec.Struct):
    rma: str = ""

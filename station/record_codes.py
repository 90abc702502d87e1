"""What a page of central's feed changes in the local copy, and under which codes each record of it is found: as a
scanner reads them, or as another record names them. Nothing here asks a database, so any thread may do it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

import msgspec

from station import elsewhere
from station.records import WITHDRAWN, Bin, Operator, Product, Recall, Receipt, ReturnOrder, SerialNote

# The sort of a code, and the code.
Code = tuple[str, str]
# The kind, the key and the body.
Row = tuple[str, str, bytes]

ORDER = msgspec.json.Decoder(ReturnOrder)
PRODUCT = msgspec.json.Decoder(Product)
OPERATOR = msgspec.json.Decoder(Operator)
BIN = msgspec.json.Decoder(Bin)
RECEIPT = msgspec.json.Decoder(Receipt)
RECALL = msgspec.json.Decoder(Recall)
NOTE = msgspec.json.Decoder(SerialNote)
_PATTERN = ("*", "?")
# Long enough that few numbers share one; the shortest tracking numbers have twelve signs.
_TAIL = 6
_T = TypeVar("_T")
# How msgspec begins to say that a text is none of those a field may have.
_NOT_AMONG = "Invalid enum value"
_log = logging.getLogger(__name__)


class Changes(NamedTuple):
    """What a page changes: the newest body of each record by kind and key, those of them that stand as rows, the codes
    these are found by, and in their order what was told of other sites' orders, which are no records by themselves.

    `codes` holds sort, code and the place of the row, of one after another: a tuple for each would be looked at by the
    garbage collector over and over.
    """

    newest: Mapping[tuple[str, str], bytes]
    rows: list[Row]
    codes: list[str | int]
    elsewhere: list[bytes]


def changes(told: Iterable[Row]) -> Changes:
    """Return what a page changes that told this, in its order.

    Raises msgspec.MsgspecError for a record of a kind we know that cannot be read.
    """
    bodies = list(told)
    newest = {(kind, key): body for kind, key, body in bodies if kind != elsewhere.KIND}
    rows = [(kind, key, body) for (kind, key), body in newest.items() if body != WITHDRAWN]
    codes: list[str | int] = []
    for place, row in enumerate(rows):
        for sort, code in codes_by_kind(*row):
            codes += (sort, code, place)
    return Changes(newest, rows, codes, [body for kind, _, body in bodies if kind == elsewhere.KIND])


def codes_by_kind(kind: str, key: str, body: bytes) -> list[Code]:
    """Return the codes that a record is found by, as the copy keeps them; raises like `codes_of`.

    An order's RMA is its key, and no code besides.
    """
    return [
        (sort, code)
        for sort, text in codes_of(kind, body)
        if (code := code_of(text)) and not (code == key and sort == kind == "order")
    ]


def code_of(text: str) -> str:
    """Return the form in which the copy compares codes: upper case, without blanks."""
    return "".join(text.split()).upper()


def _order_codes(body: bytes) -> list[tuple[str, str]]:
    order = ORDER.decode(body)
    codes = [("order", order.rma), ("order", order.order), ("zip", order.zip)]
    for tracking in order.trackings:
        codes.append(("order", tracking))
        codes += [("tail", tail) for tail in tails_of(tracking)]
    for line in order.lines:
        codes += [("serial", serial) for serial in line.serials]
    return codes + [("sku", sku) for sku in {line.product.sku for line in order.lines}]


def tails_of(number: str) -> tuple[str, ...]:
    """Return the two pieces by which a tracking number is found that one wrong sign keeps from being found itself.

    Wherever the sign is wrong, one of them is whole; numbers of one sender begin alike, so both are of the end. A short
    number has none.
    """
    plain = "".join(number.split()).upper()
    if len(plain) < 2 * _TAIL:
        return ()
    return f"{plain[-2 * _TAIL : -_TAIL]}-", f"-{plain[-_TAIL:]}"


def _product_codes(body: bytes) -> Iterator[tuple[str, str]]:
    product = PRODUCT.decode(body)
    yield "product", product.sku
    if product.gtin:
        yield "gtin", product.gtin.zfill(14)


def gtin14(gtin: str) -> str:
    """Return the form in which GTINs are compared (GS1 General Specifications 7.8), empty for none."""
    return gtin.strip().zfill(14) if gtin.strip() else ""


def _recall_codes(body: bytes) -> Iterator[tuple[str, str]]:
    recall = RECALL.decode(body)
    yield from (("recall", sku) for sku in recall.skus)
    for gtin in recall.gtins:
        is_pattern = any(sign in gtin for sign in _PATTERN)
        yield ("recall_pattern", "*") if is_pattern else ("recalled_gtin", gtin14(gtin))


_CODES: Mapping[str, Callable[[bytes], Iterable[tuple[str, str]]]] = {
    "order": _order_codes,
    "product": _product_codes,
    "operator": lambda body: iter([("operator", OPERATOR.decode(body).badge)]),
    "bin": lambda body: iter([("bin", BIN.decode(body).code)]),
    "receipt": lambda body: iter([("receipt", RECEIPT.decode(body).code)]),
    "recall": _recall_codes,
    "serial_note": lambda body: iter([("serial_note", NOTE.decode(body).serial)]),
}


def codes_of(kind: str, body: bytes) -> Iterable[tuple[str, str]]:
    """Return the codes of a record, each as its sort and its text; none for a kind that is found by its key only, or
    for a record of a newer program, which one of an older cannot show.

    Raises msgspec.MsgspecError for a record of another kind that cannot be read.
    """
    try:
        found = _CODES[kind](body) if kind in _CODES else ()
        return found if isinstance(found, list | tuple) else list(found)
    except msgspec.ValidationError as error:
        if not _is_newer(error):
            raise
        _log.warning("a record (%s) is kept and not shown, for it is of a newer program: %s", kind, error)
        return ()


def readable(decoder: msgspec.json.Decoder[_T], bodies: Iterable[bytes]) -> Iterator[_T]:
    """Yield the records that can be read, and pass over those of a newer program; raises msgspec.MsgspecError."""
    for body in bodies:
        try:
            yield decoder.decode(body)
        except msgspec.ValidationError as error:
            if not _is_newer(error):
                raise


def _is_newer(error: msgspec.ValidationError) -> bool:
    return str(error).startswith(_NOT_AMONG)

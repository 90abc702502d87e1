"""Which site an open return order of another site belongs to, known at a bench by 8-byte hashes of its codes alone.

So that a parcel that came to the wrong site is told from one that nobody announced, with no network. A code that
stands for no order of n codes is taken for one of them with a probability of n / 2**64: with 30 million codes about
once in 600,000 million scans of unknown parcels.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from station.statements import Statement

KIND: Final = "elsewhere"
_WIDTH = 8

# `of` is the hash of the order's RMA: an order that changed or was closed is replaced as a whole.
TABLES = (
    "CREATE TABLE elsewhere (code INTEGER NOT NULL, site TEXT NOT NULL, of INTEGER NOT NULL,"
    " PRIMARY KEY (code, site, of)) WITHOUT ROWID",
    "CREATE INDEX elsewhere_by_order ON elsewhere (of, site)",
)
SITES = "SELECT DISTINCT site FROM elsewhere WHERE code = ? ORDER BY site"
_FORGET_SITE = Statement("DELETE FROM elsewhere WHERE site = :site")
_FORGET_ORDER = Statement("DELETE FROM elsewhere WHERE of = :of AND site = :site")
_ADD = Statement("INSERT OR IGNORE INTO elsewhere (code, site, of) VALUES (:code, :site, :of)")


class Elsewhere(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changed among the open orders of another site.

    Each of `orders` is the hashes of one order's codes, that of its RMA first; `closed` is the hashes of the RMAs
    that are open no more. With `all_gone` nothing of the site is known any more. Hashes are 8 bytes, one after
    another; in JSON they are Base64.
    """

    site: str
    orders: tuple[bytes, ...] = ()
    closed: bytes = b""
    all_gone: bool = False


def hashed(code: str) -> bytes:
    """Return the 8 bytes a code is known by; `code` is in the form of `record_codes.code_of`."""
    return hashlib.blake2b(code.encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest()


def number(hash_: bytes) -> int:
    """Return such bytes as SQLite keeps them: a signed whole number of 64 bits."""
    return int.from_bytes(hash_, "big", signed=True)


def apply(connection: Connection, bodies: Iterable[bytes]) -> None:
    """Take changes in, in their order. Raises msgspec.MsgspecError for one that cannot be read."""
    for body in bodies:
        told = msgspec.json.decode(body, type=Elsewhere)
        if told.all_gone:
            _FORGET_SITE.run(connection, {"site": told.site})
        orders = [list(_numbers(each)) for each in told.orders if each]
        gone = {*_numbers(told.closed), *(codes[0] for codes in orders)}
        if gone:
            _FORGET_ORDER.run_many(connection, [{"of": of, "site": told.site} for of in sorted(gone)])
        rows = [{"code": code, "site": told.site, "of": codes[0]} for codes in orders for code in codes]
        if rows:
            _ADD.run_many(connection, rows)


def _numbers(hashes: bytes) -> Iterator[int]:
    if len(hashes) % _WIDTH:
        raise msgspec.ValidationError(f"hashes are {_WIDTH} bytes each")
    return (number(hashes[at : at + _WIDTH]) for at in range(0, len(hashes), _WIDTH))

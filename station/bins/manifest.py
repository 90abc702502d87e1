"""The manifest of a bin: what lies in it now, by our own count, or lay in it when it left; for whoever takes it."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Collection

import msgspec
from sqlalchemy.engine import Connection

from station.places import DOUBTED, STILL_THERE
from station.records import Apart, Disposition
from station.safe_text import cell, shown
from station.statements import Statement

NOW = 0


class Lying(msgspec.Struct, frozen=True):
    """One item in the bin; `is_doubted`: it is to be graded again."""

    plate: str
    title: str
    sku: str
    serial: str
    letter: str
    disposition: Disposition
    client: str
    rma: str
    placed_at: str
    apart: Apart = ""
    is_doubted: bool = False


class Manifest(msgspec.Struct, frozen=True):
    """A bin and what is in it. Times are UTC in ISO 8601, "" for not yet; `moved_to` says where it left to.

    `fill` is how often it had left before: a bin that comes back empty begins another.
    """

    bin: str
    disposition: Disposition
    client: str
    fill: int
    opened_at: str
    closed_at: str
    moved_at: str
    moved_to: str
    items: tuple[Lying, ...]
    apart: Apart = ""

    @property
    def strangers(self) -> tuple[Lying, ...]:
        """The items that have no business in it: that go another way, or are of another client than it is for."""
        return tuple(
            each
            for each in self.items
            if (each.disposition, each.apart) != (self.disposition, self.apart) or self.client not in ("", each.client)
        )


def manifest(connection: Connection, station: str, code: str, times_ago: int = NOW) -> Manifest | None:
    """Return a bin's manifest, or that of so many times ago that it left; None for a bin that is not known here.

    Raises the database's errors.
    """
    named = {"station": station, "bin": code}
    row = _BIN.run(connection, named).mappings().first()
    if row is None:
        return None
    fill = int(_FILL.run(connection, named).scalar() or 0) - times_ago
    left = _MOVE.run(connection, {**named, "fill": fill + 1}).mappings().first()
    items = tuple(
        Lying(**{**each, "is_doubted": bool(each["is_doubted"])})
        for each in _ITEMS.run(connection, {**named, "fill": fill}).mappings()
    )
    moved = {"moved_at": left["moved_at"], "moved_to": left["moved_to"]} if left else {"moved_at": "", "moved_to": ""}
    return Manifest(**row, fill=fill, **moved, items=items) if fill >= 0 else None


def digest(told: Manifest) -> str:
    """Return the SHA-256 (hex) of a bin and the plates in it: equal lists of one bin agree, and only these."""
    items = sorted([each.plate, each.sku, each.serial] for each in told.items)
    named = [told.bin, told.fill, told.disposition, told.apart, told.client, items]
    return hashlib.sha256(msgspec.json.encode(named)).hexdigest()


def brief(digest: str) -> str:
    """Return as much of a list's hash as people compare: twelve signs, four by four."""
    return " ".join(digest[at : at + 4] for at in (0, 4, 8))


def articles(told: Manifest) -> tuple[tuple[str, int], ...]:
    """Return how many units of each article lie in a bin, those of which most do first."""
    units = Counter(each.title or each.sku or each.plate for each in told.items)
    return tuple(sorted(units.items(), key=lambda each: (-each[1], each[0])))


def without_letters(told: Manifest, plates: Collection[str]) -> Manifest:
    """Return the manifest for somebody who is to look at these items again, without knowing how they were graded."""
    return msgspec.structs.replace(
        told, items=tuple(msgspec.structs.replace(e, letter="") if e.plate in plates else e for e in told.items)
    )


def is_counted_blind(connection: Connection, station: str) -> bool:
    """Tell whether bins are being counted: then nobody is told what should lie in them."""
    return bool(_BLIND.run(connection, {"station": station}).first())


def counted_blind(station: str) -> str:
    """Return the SQL that gives a row or more while bins are counted blind at a station, which is put in as SQL."""
    return (
        f"SELECT 1 FROM shift WHERE station = {station} AND counting_at <> '' AND reviewed_at = ''"
        f" UNION ALL SELECT 1 FROM bin_check WHERE station = {station} AND ended_at = ''"
    )


def as_csv(told: Manifest) -> str:
    """Return the items as a table that is safe to open in a spreadsheet."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("bin", *Lying.__struct_fields__))
    for each in told.items:
        *texts, is_doubted = msgspec.structs.astuple(each)
        table.writerow([cell(told.bin), *map(cell, texts), int(is_doubted)])
    return out.getvalue()


def as_json(told: Manifest) -> str:
    """Return the manifest for machines."""
    named = {**msgspec.to_builtins(told), "digest": digest(told)}
    return msgspec.json.format(msgspec.json.encode(named).decode(), indent=2) + "\n"


def as_text(told: Manifest) -> str:
    """Return the manifest for a terminal."""
    about = " · ".join(filter(None, (told.disposition, told.client, f"{len(told.items)} items")))
    lines = [f"{shown(told.bin)}: {shown(about)}", f"list {brief(digest(told))}"]
    if told.moved_at:
        lines.append(f"left at {told.moved_at}{f' to {shown(told.moved_to)}' if told.moved_to else ''}")
    lines += [" · ".join(shown(part) for part in _parts(each) if part) for each in told.items]
    lines += [f"does not belong here: {shown(each.plate)} ({shown(each.disposition)})" for each in told.strangers]
    return "".join(f"{line}\n" for line in lines)


def _parts(each: Lying) -> tuple[str, ...]:
    return each.plate, each.title, each.sku, each.serial, each.letter, each.client, each.rma


_BIN = Statement(
    "SELECT bin, disposition, client, opened_at, closed_at, apart FROM bin WHERE station = :station AND bin = :bin"
)
_FILL = Statement("SELECT COALESCE(MAX(fill), 0) FROM bin_move WHERE station = :station AND bin = :bin")
_MOVE = Statement("SELECT moved_at, moved_to FROM bin_move WHERE station = :station AND bin = :bin AND fill = :fill")
_ITEMS = Statement(
    "SELECT plate, title, sku, COALESCE(serial, '') AS serial, letter, disposition, client, rma, placed_at, apart,"
    f" {DOUBTED} AS is_doubted"
    " FROM item i WHERE station = :station AND bin = :bin AND fill = :fill AND placed_at > ''"
    f" AND {STILL_THERE} ORDER BY placed_at, item"
)
_BLIND = Statement(counted_blind(":station"))

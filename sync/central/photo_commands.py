"""The command `returns-central photos check`: whether every photo that central says it has is there, byte for byte."""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from station.photos import PhotoError
from sync.central import photo_parts
from sync.central.photos import PhotoShelf, open_shelf
from sync.central.store import Store
from sync.central.tables import stored_photo

_ABOUT = """\
Reads every photo that benches sent and hashes it again: names each that is missing or wrong, with its station; exit 1
when there is one. Removes parts of photos that nobody went on with for a week. Run it while central serves.
"""
_PAGE = 1_000


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the command to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    photos = commands.add_parser("photos", help="check the photos").add_subparsers(required=True, metavar="WHAT")
    check = photos.add_parser("check", parents=[where], help="hash every photo again", description=_ABOUT,
                              formatter_class=plain)  # fmt: skip
    check.set_defaults(do=_check)


def _check(asked: argparse.Namespace, store: Store) -> int:
    count, faults = 0, 0
    try:
        shelf = open_shelf(asked.photos, asked.data, store)
        for sha256, size, station in _listed(store):
            count += 1
            fault = _fault(shelf, sha256, size)
            if fault:
                faults += 1
                sys.stdout.write(f"{fault}  {sha256}  {station}\n")
        dropped = photo_parts.sweep(shelf, datetime.now(UTC))
    except (ValueError, OSError, PhotoError) as error:
        sys.stderr.write(f"returns-central: {error}\n")
        return 1
    swept = f", {dropped} abandoned parts removed" if dropped else ""
    sys.stdout.write(f"{count} photos, {faults} missing or wrong{swept}\n")
    return 1 if faults else 0


def _fault(shelf: PhotoShelf, sha256: str, size: int) -> str:
    content = shelf.get(sha256)
    if content is None:
        return "missing"
    return "" if len(content) == size and hashlib.sha256(content).hexdigest() == sha256 else "wrong"


def _listed(store: Store) -> Iterator[tuple[str, int, str]]:
    """Yield hash, size and station of every photo, by hash; no transaction is held while they are read."""
    after = ""
    columns = (stored_photo.c.sha256, stored_photo.c.size, stored_photo.c.station)
    while True:
        query = select(*columns).where(stored_photo.c.sha256 > after).order_by(stored_photo.c.sha256).limit(_PAGE)
        with store.reading() as connection:
            page = connection.execute(query).all()
        if not page:
            return
        yield from ((row.sha256, row.size, row.station) for row in page)
        after = page[-1].sha256

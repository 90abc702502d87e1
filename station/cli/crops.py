"""`returns-station crops`: what was marked on an item's photos, cut out of them."""

import sys
from pathlib import Path

from station import crops
from station.cli.parts import JOURNAL_FILE, PHOTOS_FOLDER
from station.errors import JournalError
from station.files import put_in_place
from station.journal import read_entries
from station.photos import PhotoStore

_PAGE = 5_000


def write(data: Path, item: str, out: Path) -> int:
    """Write a JPEG for each mark into a folder, and say where each is; return 1 when one cannot be cut.

    Raises JournalError when there is no journal, or no mark on that item.
    """
    journal = data / JOURNAL_FILE
    if not journal.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    told, after = [], 0
    while entries := read_entries(journal, after, _PAGE):
        told += [(entry.txn, entry.fact()) for entry in entries]
        after = entries[-1].seq
    marks = tuple(crops.marked(told, item))
    if not marks:
        raise JournalError("missing", f"Nothing is marked on a photo of {item} in {data}.")
    out.mkdir(parents=True, exist_ok=True)
    store, lost = PhotoStore(data / PHOTOS_FOLDER), 0
    for each in marks:
        jpeg = crops.cut(store, each)
        if jpeg is None:
            lost += 1
            sys.stdout.write(f"✘ mark {each.mark.mark}: the photo {each.source} is not there or damaged\n")
            continue
        part = out / f"{each.name}.part"
        part.write_bytes(jpeg)
        put_in_place(part, out / each.name)
        size = f", {each.mark.length_um / 1000:.1f} mm" if each.mark.length_um else ""
        copy = " (cut from the copy without labels)" if each.source != each.mark.sha256 else ""
        sys.stdout.write(f"✔ {out / each.name}: {each.mark.zone}, {each.mark.kind}{size}{copy}\n")
    return 1 if lost else 0

"""`evidence`: what a bench can prove of one item, in a file for somebody outside, and whether such a file is true."""

import sys
from pathlib import Path
from typing import cast

from station.cli.find import reading
from station.cli.language import translator
from station.cli.parts import COPY_FILE, PHOTOS_FOLDER
from station.copy_marks import rules_in
from station.deliveries import in_force
from station.evidence.bundle import differing, photos_of, read, zipped
from station.evidence.dossier import Dossier, Purpose, dossier
from station.photos import PhotoStore
from station.printed import evidence_pdf
from station.safe_text import shown
from station.search.story import story_of
from station.statements import Statement

_ITEM = Statement(
    "SELECT item, parcel FROM item WHERE station = :station AND item = :code"
    " UNION ALL SELECT item, parcel FROM item WHERE station = :station AND plate = :code AND plate <> '' LIMIT 1"
)


def write(data: Path, code: str, to: Path, purpose: str, language: str) -> int:
    """Write the evidence of the item with this plate or number; return 1 when there is none.

    Raises JournalError when there is no journal that can be read, SettingsError for a language we do not have, OSError
    when the file cannot be written.
    """
    rules = in_force(rules_in(data / COPY_FILE), lambda _name, _why: None)
    tr = translator(language, {language: rules.words(language)})
    told = _told(data, code, cast(Purpose, purpose))
    if told is None:
        return 1
    photos = photos_of(told, PhotoStore(data / PHOTOS_FOLDER))
    to.write_bytes(zipped(told, evidence_pdf.pdf(told, photos, rules, tr), photos))
    gone = sum(each.sha256 not in photos for each in told.photos)
    left = f", {gone} not here any more" if gone else ""
    sys.stdout.write(f"{to}: {len(told.proofs)} facts, {len(photos)} photos{left}\n")
    return 0


def prove(data: Path, code: str, file: Path) -> int:
    """Tell whether what a file of evidence tells of an item stands in the journal; return 1 when it does not.

    Raises JournalError when there is no journal that can be read, OSError when the file cannot be read.
    """
    given = read(file.read_bytes())
    if given is None:
        sys.stderr.write(f"{file} is no evidence of an item.\n")
        return 1
    told = _told(data, code, given.purpose)
    if told is None:
        return 1
    if told.item != given.item:
        sys.stderr.write(f"{file} is the evidence of another item, {shown(given.item)}.\n")
        return 1
    others = differing(given, told)
    if others:
        names = ", ".join(map(shown, others))
        sys.stderr.write(f"{file}: not so in the journal, or taken back since: fact {names}.\n")
        return 1
    sys.stdout.write(f"{file}: all {len(given.facts)} facts stand so in the journal.\n")
    return 0


def _told(data: Path, code: str, purpose: Purpose) -> Dossier | None:
    """Return what is told of an item; None, and says so, when there is none."""
    with reading(data) as (connection, station):
        row = _ITEM.run(connection, {"station": station, "code": code}).first()
        story = story_of(connection, data, station, row.parcel) if row is not None else []
    told = dossier(story, row.item, purpose) if row is not None else None
    if told is None:
        sys.stderr.write(f"No item {shown(code)} was received here.\n")
    return told

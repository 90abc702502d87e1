"""`evidence`: what a bench can prove of one item, in a file for somebody outside, and whether such a file is true."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from station.cli.find import reading
from station.cli.language import translator
from station.cli.parts import COPY_FILE, PHOTOS_FOLDER
from station.copy_marks import rules_in
from station.deliveries import in_force
from station.evidence.bundle import photos_of, read, untrue, zipped
from station.evidence.dossier import Dossier, Purpose, dossier
from station.photos import PhotoStore
from station.printed import evidence_pdf
from station.safe_text import shown
from station.search.story import Told, story_of
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
    paper = _paper(data, language)
    item, story = _story(data, code)
    told = dossier(story, item, cast(Purpose, purpose))
    if told is None:
        return _nothing(code)
    photos = photos_of(told, PhotoStore(data / PHOTOS_FOLDER))
    to.write_bytes(zipped(told, paper(told, photos), photos, language))
    gone = sum(each.sha256 not in photos for each in told.photos)
    left = f", {gone} not here any more" if gone else ""
    sys.stdout.write(f"{to}: {len(told.proofs)} facts, {len(photos)} photos{left}\n")
    return 0


def prove(data: Path, code: str, file: Path) -> int:
    """Tell whether a file of evidence is, in all its parts, what the journal gives; return 1 when it is not.

    Raises JournalError when there is no journal that can be read, OSError when the file cannot be read, SettingsError
    when its PDF is said to be in a language we do not have.
    """
    given = read(file.read_bytes())
    if given is None:
        sys.stderr.write(f"{file} is no evidence of an item.\n")
        return 1
    item, story = _story(data, code)
    told = dossier(story, item, given.facts.purpose)
    if told is None:
        return _nothing(code)
    if told.item != given.facts.item:
        sys.stderr.write(f"{file} is the evidence of another item, {shown(given.facts.item)}.\n")
        return 1
    until = given.facts.until
    then = dossier([line for line in story if line.entry.seq <= until], item, given.facts.purpose)
    if then is None:
        sys.stderr.write(f"{file}: incomplete: of this item it has no fact that the journal has.\n")
        return 1
    later = sum(each.entry.seq > until for each in told.proofs)
    here = photos_of(then, PhotoStore(data / PHOTOS_FOLDER))
    inside = given.photos_of(then)
    wrong = list(untrue(given, then, later, _paper(data, given.facts.language)(then, here | inside), here))
    for each in wrong:
        sys.stderr.write(f"{file}: {each}.\n")
    if wrong:
        return 1
    lost = len({each.sha256 for each in then.photos} - set(inside))
    left = f" {lost} photos that they name are neither in it nor here." if lost else ""
    parts = f"the PDF, {len(inside)} photos and the sums are what the bench makes of them"
    sys.stdout.write(f"{file}: all {len(then.proofs)} facts stand so in the journal; {parts}.{left}\n")
    return 0


def _paper(data: Path, language: str) -> Callable[[Dossier, Mapping[str, bytes]], bytes]:
    """Return what makes the PDF by the rules in force. Raises SettingsError for a language we do not have."""
    rules = in_force(rules_in(data / COPY_FILE), lambda _name, _why: None)
    tr = translator(language, {language: rules.words(language)})
    return lambda told, photos: evidence_pdf.pdf(told, photos, rules, tr)


def _story(data: Path, code: str) -> tuple[str, list[Told]]:
    """Return an item and the story of its parcel; none of either when there is no such item."""
    with reading(data) as (connection, station):
        row = _ITEM.run(connection, {"station": station, "code": code}).first()
        return (row.item, story_of(connection, data, station, row.parcel)) if row is not None else ("", [])


def _nothing(code: str) -> int:
    sys.stderr.write(f"No item {shown(code)} was received here.\n")
    return 1

"""What the facts of photos change in the projected tables: data for `station.projections`."""

from collections.abc import Mapping

from station import schema
from station.change import Change, Row, Said
from station.inspecting.facts import OPEN_BOX, BoxNotPhotographed, BoxPhotographed, PhotoSkipped, PhotoTaken
from station.statements import upsert_for


def _shot(
    thing: str, shot: str, fact: PhotoTaken | PhotoSkipped | BoxPhotographed | BoxNotPhotographed, said: Said
) -> Row:
    """Return the row of a shot of a thing: of one that was left out, why."""
    empty = {"sha256": "", "size": 0, "verdict": "", "skipped_why": "", "fingerprint": ""}
    when = {"taken_at": said.at, "taken_n": said.shift_n}
    row = {"station": said.station, "item": thing, "shot": shot, **when, **empty}
    if isinstance(fact, PhotoSkipped | BoxNotPhotographed):
        return {**row, "skipped_why": fact.why}
    told = {"sha256": fact.sha256, "size": fact.size, "verdict": fact.verdict, "fingerprint": fact.fingerprint}
    return {**row, **told}


def _photo(fact: PhotoTaken | PhotoSkipped, said: Said) -> Row:
    return _shot(fact.item, fact.shot, fact, said)


def _box_photo(fact: BoxPhotographed | BoxNotPhotographed, said: Said) -> Row:
    """Return the row of an opened parcel's photo: it bears the parcel's name for an item's, and who owns it is told."""
    return {**_shot(fact.parcel, OPEN_BOX, fact, said), "parcel": fact.parcel}


CHANGES: Mapping[type, Change] = {
    PhotoTaken: Change(upsert_for(schema.photo, schema.item), _photo),
    PhotoSkipped: Change(upsert_for(schema.photo, schema.item), _photo),
    BoxPhotographed: Change(upsert_for(schema.photo, schema.parcel), _box_photo),
    BoxNotPhotographed: Change(upsert_for(schema.photo, schema.parcel), _box_photo),
}

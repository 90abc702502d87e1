"""`returns-station pictures`: photographs beside answers, of the bench or of central: put there, listed, taken away."""

import sys
from pathlib import Path

from station.cli.parts import COPY_FILE, JOURNAL_FILE, REFERENCES_FOLDER
from station.copy_marks import records_in, rules_in
from station.delivered_pictures import KIND, DeliveredPictures, place_of
from station.delivered_pictures import read as read_records
from station.deliveries import in_force
from station.photos import PhotoStore
from station.records import AnswerPicture
from station.reference_photo import NotAPicture, read
from station.references import FOLDER, AnswerPictures, Place, belongs, clients_known, named, why_unknown
from station.rules import Rules
from station.settings import SettingsError

_HASH = 12


def add(data: Path, file: Path, place: Place) -> int:
    """Put a photograph beside an answer; one that stood there is put away.

    Raises SettingsError, with nothing changed, for a file that is no such photograph or an answer that is not asked;
    OSError when a file cannot be read or written.
    """
    if not data.is_dir():
        raise SettingsError(f"There is no folder {data}. Name a station's data folder.")
    try:
        jpeg = read(file)
    except NotAPicture as error:
        raise SettingsError(f"{file}: nothing was changed: {error}.") from error
    rules = _rules(data)
    unknown = why_unknown(place, rules)
    if unknown:
        raise SettingsError(unknown)
    known = clients_known(rules)
    if place.client and place.client.casefold() not in known:
        _say(f"note: no rule here is for a client {place.client!r}; known are {', '.join(sorted(known))}.")
    try:
        away = AnswerPictures(data / FOLDER).put(place, jpeg)
    except ValueError as error:
        raise SettingsError(f"Nothing was changed: {error}.") from error
    _say(f"{named(place)}: {file.name} stands beside it from the next question on.")
    _say(*(f"The photograph that stood there lies in {each} now." for each in away))
    return 0


def show(data: Path) -> int:
    """List the answers that have a photograph, and which come from central; 1 when one of them is not asked any more.

    Raises SettingsError for a folder that is no station's.
    """
    if not (data / JOURNAL_FILE).is_file() and not (data / FOLDER).is_dir():
        raise SettingsError(f"There is neither a journal nor a photograph in {data}. Name a station's data folder.")
    rules, own = _rules(data), AnswerPictures(data / FOLDER).all()
    told = [(place, file.name, "") for place, file in own.items()]
    for each in read_records(records_in(data / COPY_FILE, KIND).values(), AnswerPicture):
        place = place_of(each)
        here = PhotoStore(data / REFERENCES_FOLDER).has(each.sha256)
        behind = " (this bench's own is shown instead)" if place in own else "" if here else " (it did not come yet)"
        told.append((place, f"{each.sha256[:_HASH]} from central", behind))
    lost = {place for place, _, _ in told if not belongs(place, rules.rubric)}
    for place, name, how in sorted(told):
        _say(f"{named(place)}: {name}{' ✘ no question has this answer any more' if place in lost else how}")
    count = sum(place in lost for place, _, _ in told)
    _say(f"{len(told)} {'photograph' if len(told) == 1 else 'photographs'}, {count} of them shown to nobody.")
    return int(bool(lost))


def remove(data: Path, place: Place) -> int:
    """Take a photograph of this bench from beside an answer; what central delivers, or the drawing, stands there again.

    Raises SettingsError when there is none.
    """
    away = AnswerPictures(data / FOLDER).remove(place)
    if not away:
        raise SettingsError(
            f"{named(place)}: there is no photograph of this bench's own; `pictures list` tells where one is."
        )
    _say(*(f"{named(place)}: taken away; it lies in {each}, and `pictures add` brings it back." for each in away))
    return 0


def pictures_of(data: Path) -> AnswerPictures:
    """Return the photographs beside answers in a station's folder, the bench's own and central's, as they are now."""
    delivered = records_in(data / COPY_FILE, KIND)
    shown = DeliveredPictures(lambda _kind, key: delivered.get(key), PhotoStore(data / REFERENCES_FOLDER))
    return AnswerPictures(data / FOLDER, shown.of)


def _rules(data: Path) -> Rules:
    return in_force(rules_in(data / COPY_FILE), lambda _name, _why: None)


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)

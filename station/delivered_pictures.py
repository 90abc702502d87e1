"""Pictures that central delivered: the records that tell of them, and those that are shown beside answers."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from station.photos import PhotoStore
from station.records import AnswerPicture, Reference, answer_picture_key
from station.references import Place

KIND = "answer_picture"
Told = TypeVar("Told", Reference, AnswerPicture)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class DeliveredPictures:
    """Central's pictures beside answers: `kept` gives a record of a kind by its key, `store` is their folder.

    Each look asks anew, so a picture is shown once it is here whole, and no more once it was taken back. As many
    threads may use it as may use `kept`.
    """

    def __init__(self, kept: Callable[[str, str], bytes | None], store: PhotoStore) -> None:
        self._kept = kept
        self._store = store

    def of(self, place: Place) -> Path | None:
        """Return the picture for exactly this answer and client; None where there is none, or it did not come yet."""
        body = self._kept(KIND, answer_picture_key(place.category, place.question, place.option, place.client))
        if body is None:
            return None
        told = read([body], AnswerPicture)
        path = self._store.path(told[0].sha256) if told else None
        return path if path is not None and path.is_file() else None


def place_of(picture: AnswerPicture) -> Place:
    """Return the answer that a picture belongs to."""
    return Place(picture.category, picture.question, picture.option, picture.client)


def read(bodies: Iterable[bytes], what: type[Told]) -> tuple[Told, ...]:
    """Return the records in these bodies; one that cannot be read, or names no file, is left out."""
    found = []
    for body in bodies:
        try:
            each = msgspec.json.decode(body, type=what)
        except msgspec.MsgspecError:
            continue
        if _SHA256.fullmatch(each.sha256):
            found.append(each)
    return tuple(found)

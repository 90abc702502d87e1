"""Central's pictures beside answers: one that nobody can make sense of, or that did not come yet, is none."""

from pathlib import Path

import msgspec
import pytest

from station.delivered_pictures import DeliveredPictures, place_of
from station.photos import PhotoStore
from station.records import AnswerPicture
from station.references import Place

CATCHES = Place("phones", "body", "catches", "hearthwick")
ABSENT = AnswerPicture("phones", "body", "catches", "0" * 64, 9, "hearthwick")


def test_a_picture_is_found_by_its_answer_and_client(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    here = msgspec.structs.replace(ABSENT, sha256=store.put(b"theirs"))
    records = {("answer_picture", "phones|body|catches|hearthwick"): msgspec.json.encode(here)}
    shown = DeliveredPictures(lambda kind, key: records.get((kind, key)), store)
    assert place_of(here) == CATCHES
    found = shown.of(CATCHES)
    assert found is not None and found.read_bytes() == b"theirs"
    assert shown.of(msgspec.structs.replace(CATCHES, client="")) is None


@pytest.mark.parametrize(
    "body",
    [
        msgspec.json.encode(ABSENT),
        msgspec.json.encode(msgspec.structs.replace(ABSENT, sha256="../../etc")),
        b'{"of": "a newer program"}',
        b"null",
        b"\xff no text",
    ],
)
def test_what_did_not_come_or_cannot_be_read_is_none(tmp_path: Path, body: bytes) -> None:
    assert DeliveredPictures(lambda _kind, _key: body, PhotoStore(tmp_path)).of(CATCHES) is None

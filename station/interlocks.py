"""What the bench stops for before the next screen: the words and the proof of each code, as data of the site."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from grading.route import Owner

Proof = Literal["confirm", "box", "weight"]
OTHER = "other"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that goes with an interlock: an English message id."""

    text: str


class Interlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a stop is and what to do now; the fields are told in resources/interlocks.toml.

    `label` stands on the plate's label: what whoever takes the item up next must know before.
    Without `owner` nobody has to act for the item to go on: where a site's routes hold it all the same, they say who.
    """

    code: str
    text: str
    hint: str
    never: Words
    proof: Proof
    owner: Owner | None = None
    ask: Words | None = None
    label: Words | None = None
    months: Annotated[int, msgspec.Meta(ge=0, le=120)] = 0
    photos: bool = True


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    interlock: tuple[Interlock, ...]


def parse(toml: bytes) -> Mapping[str, Interlock]:
    """Return the interlocks by their codes; raises ValueError that names what is wrong."""
    try:
        found = msgspec.toml.decode(toml, type=_File).interlock
    except msgspec.DecodeError as error:
        raise ValueError(f"the interlocks cannot be read: {error}") from error
    codes = [each.code for each in found]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice or OTHER not in codes:
        raise ValueError(f"the interlocks need an entry `{OTHER}`, and none twice: {', '.join(twice) or 'none is'}")
    return {each.code: each for each in found}

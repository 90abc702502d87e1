"""Writes an item's evidence as one ZIP file: the PDF, the facts with their hashes, the photos, the sum of each."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec

from station.evidence.dossier import Dossier, Proof, Purpose
from station.photos import PhotoStore

SUMS = "SHA256SUMS"
FACTS = "facts.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HOW = (
    "Each fact stands in the bench's journal under its hash, chained to the one before by `prev`. Its whole text stays"
    " there: it speaks of other goods and of people too; a fact without `told` is about other goods, `withheld` names"
    " what is not told as a whole, and `by` counts the people of this file. That each fact stands so is proved at the"
    " bench: returns-station evidence DATA PLATE --prove FILE.zip makes every hash and all that is told again from it."
)


class Facts(msgspec.Struct, frozen=True):
    """What facts.json holds; `hash` says in words how each is proved."""

    purpose: Purpose
    item: str
    hash: str
    facts: list[dict[str, Any]]


def photos_of(told: Dossier, store: PhotoStore) -> dict[str, bytes]:
    """Return the photos of a dossier that are there and whole, by their SHA-256."""
    whole = (each.sha256 for each in told.photos if store.is_whole(each.sha256))
    return {sha256: store.path(sha256).read_bytes() for sha256 in whole}


def zipped(told: Dossier, pdf: bytes, photos: Mapping[str, bytes]) -> bytes:
    """Return the ZIP file; the same evidence gives the same bytes. `SHA256SUMS` is read by `sha256sum --check`."""
    files = {
        "evidence.pdf": pdf,
        FACTS: _facts(told),
        **{f"photos/{sha256}.jpg": content for sha256, content in sorted(photos.items())},
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {SUMS: sums.encode(), **files}.items():
            file.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return out.getvalue()


def read(file: bytes) -> Facts | None:
    """Return the facts of such a ZIP file; None when it holds none."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as opened:
            return msgspec.json.decode(opened.read(FACTS), type=Facts)
    except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError):
        return None


def differing(given: Facts, told: Dossier) -> tuple[str, ...]:
    """Return the numbers of the facts that do not stand so in the journal; `told` is the same made anew from there.

    Who worked is not compared: it is a number of one bundle.
    """
    whole = [_plain(each) | {"by": 0} for each in told.proofs if each.entry.is_whole()]
    stands = msgspec.json.decode(msgspec.json.encode(whole))
    return tuple(str(each.get("seq", "?")) for each in given.facts if each | {"by": 0} not in stands)


def _facts(told: Dossier) -> bytes:
    """Return what is told of each fact, with its hash (hexadecimal)."""
    about = Facts(told.purpose, told.item, _HOW, [_plain(each) for each in told.proofs])
    return msgspec.json.format(msgspec.json.encode(about), indent=2)


def _plain(proof: Proof) -> dict[str, Any]:
    entry = proof.entry
    hashes = {"seq": entry.seq, "prev": entry.prev.hex(), "hash": entry.hash.hex()}
    if proof.fact is None:
        return hashes
    body = msgspec.to_builtins(proof.fact)
    told = {name: value for name, value in body.items() if value or name not in proof.withheld}
    said = {"at": entry.at, "by": proof.by, "type": entry.type, "v": entry.v, "told": told}
    return hashes | said | {"withheld": list(proof.withheld)}

"""Writes an item's evidence as one ZIP file: the PDF, the facts with their hashes, the photos, the sum of each."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec

from station.evidence.dossier import Dossier
from station.photos import PhotoStore

SUMS = "SHA256SUMS"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def photos_of(told: Dossier, store: PhotoStore) -> dict[str, bytes]:
    """Return the photos of a dossier that are there and whole, by their SHA-256."""
    whole = (each.sha256 for each in told.photos if store.is_whole(each.sha256))
    return {sha256: store.path(sha256).read_bytes() for sha256 in whole}


def zipped(told: Dossier, pdf: bytes, photos: Mapping[str, bytes]) -> bytes:
    """Return the ZIP file; the same evidence gives the same bytes. `SHA256SUMS` is read by `sha256sum --check`."""
    files = {
        "evidence.pdf": pdf,
        "facts.json": _facts(told),
        **{f"photos/{sha256}.jpg": content for sha256, content in sorted(photos.items())},
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {SUMS: sums.encode(), **files}.items():
            file.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return out.getvalue()


def _facts(told: Dossier) -> bytes:
    """Return every field that a fact's hash is made of; hashes in hexadecimal, the fact's own JSON in Base64."""
    facts = [_plain(each.entry) for each in told.proofs]
    about = {
        "item": told.item,
        "hash": "SHA-256 over every field but `hash`, in this order, each after its length in four bytes (big-endian);"
        " numbers in decimal, `body` and `prev` as bytes",
        "facts": facts,
    }
    return msgspec.json.format(msgspec.json.encode(about), indent=2)


def _plain(entry: Any) -> dict[str, Any]:
    values = msgspec.structs.asdict(entry)
    values["body"] = base64.b64encode(entry.body).decode()
    return values | {"prev": entry.prev.hex(), "hash": entry.hash.hex()}

"""Writes an item's evidence as one ZIP file: the PDF, the facts with their hashes, the photos, the sum of each."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from station.evidence.dossier import Dossier, Proof, Purpose
from station.photos import PhotoStore
from station.safe_text import shown

SUMS = "SHA256SUMS"
FACTS = "facts.json"
PDF = "evidence.pdf"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HOW = (
    "Each fact stands in the bench's journal under its hash, chained to the one before by `prev`. Its whole text stays"
    " there: it speaks of other goods and of people too; a fact without `told` is about other goods, `withheld` names"
    " what is not told as a whole, and `by` counts the people of this file. That each fact stands so is proved at the"
    " bench: returns-station evidence DATA PLATE --prove FILE.zip makes every hash and all that is told again from it."
)


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What facts.json holds; `hash` says in words how each is proved, `language` in which the PDF is written."""

    purpose: Purpose
    item: str
    hash: str
    facts: list[dict[str, Any]]
    language: str = "en"

    @property
    def until(self) -> int:
        """The number of the last fact, as of which the evidence was written; 0 without any."""
        return max((seq for each in self.facts if isinstance(seq := each.get("seq"), int)), default=0)


class Given(msgspec.Struct, frozen=True):
    """A file of evidence that somebody brought: its facts, all its files, and the names that stand in it twice."""

    facts: Facts
    files: Mapping[str, bytes]
    twice: tuple[str, ...] = ()

    def photos_of(self, told: Dossier) -> dict[str, bytes]:
        """Return the photos of a dossier that are in the file and have their hash."""
        inside = {each.sha256: self.files.get(_photo(each.sha256), b"") for each in told.photos}
        return {sha256: content for sha256, content in inside.items() if _sum(content) == sha256}


def photos_of(told: Dossier, store: PhotoStore) -> dict[str, bytes]:
    """Return the photos of a dossier that are there and whole, by their SHA-256."""
    whole = (each.sha256 for each in told.photos if store.is_whole(each.sha256))
    return {sha256: store.path(sha256).read_bytes() for sha256 in whole}


def zipped(told: Dossier, pdf: bytes, photos: Mapping[str, bytes], language: str) -> bytes:
    """Return the ZIP file; the same evidence gives the same bytes. `SHA256SUMS` is read by `sha256sum --check`."""
    files = {
        PDF: pdf,
        FACTS: _facts(told, language),
        **{_photo(sha256): content for sha256, content in sorted(photos.items())},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {SUMS: _sums(files), **files}.items():
            file.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return out.getvalue()


def read(file: bytes) -> Given | None:
    """Return what such a ZIP file holds; None when it holds no facts of an item, or cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as opened:
            names = [name for name in opened.namelist() if not name.endswith("/")]
            files = {name: opened.read(name) for name in names}
        facts = msgspec.json.decode(files[FACTS], type=Facts)
    # A ZIP file can be damaged, closed with a password, or packed in a way we do not know.
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, KeyError, ValueError, msgspec.MsgspecError):
        return None
    return Given(facts, files, tuple(sorted({name for name in names if names.count(name) > 1})))


def untrue(given: Given, then: Dossier, later: int, pdf: bytes, here: Mapping[str, bytes]) -> Iterator[str]:
    """Yield a sentence about all that is not proved of a file of evidence; nothing when every part of it is.

    `then` and `pdf` are made anew from the journal as of the file's last fact, `later` facts of the item came after it,
    and `here` are the photos that lie at the bench.
    """
    yield from _untrue_facts(given.facts, then, later)
    if given.files[FACTS] != _facts(then, given.facts.language) and not any(_untrue_facts(given.facts, then, 0)):
        yield f"{FACTS} is not, byte for byte, what this bench writes of these facts"
    if PDF not in given.files:
        yield f"incomplete: {PDF} is not in it"
    elif given.files[PDF] != pdf:
        yield f"{PDF} is not what this bench, with the program and the rules it has now, makes of these facts"
    yield from _untrue_photos(given, then, here)
    if SUMS not in given.files:
        yield f"incomplete: {SUMS} is not in it"
    elif given.files[SUMS] != _sums({name: content for name, content in given.files.items() if name != SUMS}):
        yield f"{SUMS} does not have the sums of its files"
    ours = {SUMS, PDF, FACTS, *(_photo(each.sha256) for each in then.photos)}
    yield from (f"{shown(name)} is no part of such a file" for name in given.files if name not in ours)
    yield from (f"{shown(name)} stands in it twice" for name in given.twice)


def _untrue_facts(given: Facts, then: Dossier, later: int) -> Iterator[str]:
    others = differing(given, then)
    if others:
        yield f"not so in the journal, or taken back since: fact {', '.join(map(shown, others))}"
    has = {str(each.get("seq")) for each in given.facts}
    missing = [seq for each in then.proofs if (seq := str(each.entry.seq)) not in has]
    if missing:
        yield f"incomplete: the journal has of this item too: fact {', '.join(missing)}"
    if later:
        yield f"incomplete: it ends at fact {given.until}, after which the journal has {later} more of this item"


def _untrue_photos(given: Given, then: Dossier, here: Mapping[str, bytes]) -> Iterator[str]:
    whole = given.photos_of(then)
    for sha256 in dict.fromkeys(each.sha256 for each in then.photos):
        if sha256 in whole:
            continue
        if _photo(sha256) in given.files:
            yield f"{_photo(sha256)} is not the photo that was taken: it has another SHA-256"
        elif sha256 in here:
            yield f"incomplete: {_photo(sha256)} is not in it"


def differing(given: Facts, told: Dossier) -> tuple[str, ...]:
    """Return the numbers of the facts that do not stand so in the journal; `told` is the same made anew from there.

    Who worked is not compared: it is a number of one bundle.
    """
    whole = [_plain(each) | {"by": 0} for each in told.proofs if each.entry.is_whole()]
    stands = msgspec.json.decode(msgspec.json.encode(whole))
    return tuple(str(each.get("seq", "?")) for each in given.facts if each | {"by": 0} not in stands)


def _facts(told: Dossier, language: str) -> bytes:
    """Return what is told of each fact, with its hash (hexadecimal)."""
    about = Facts(told.purpose, told.item, _HOW, [_plain(each) for each in told.proofs], language)
    return msgspec.json.format(msgspec.json.encode(about), indent=2)


def _photo(sha256: str) -> str:
    return f"photos/{sha256}.jpg"


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sums(files: Mapping[str, bytes]) -> bytes:
    """Return the sums of files: the PDF, the facts, the photos by name."""
    first = [name for name in (PDF, FACTS) if name in files]
    names = [*first, *sorted(set(files) - set(first))]
    return "".join(f"{_sum(files[name])}  {name}\n" for name in names).encode()


def _plain(proof: Proof) -> dict[str, Any]:
    entry = proof.entry
    hashes = {"seq": entry.seq, "prev": entry.prev.hex(), "hash": entry.hash.hex()}
    if proof.fact is None:
        return hashes
    body = msgspec.to_builtins(proof.fact)
    told = {name: value for name, value in body.items() if value or name not in proof.withheld}
    said = {"at": entry.at, "by": proof.by, "type": entry.type, "v": entry.v, "told": told}
    return hashes | said | {"withheld": list(proof.withheld)}

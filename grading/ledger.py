"""The ledger of published rules: which version has which content, who signed it off, when and why.

A published version never changes. Each entry holds a hash over itself and the entry before it, so that an entry that
was changed, moved or taken out from between others shows. It proves no identity: who may write the file may write it
anew from there on, and everybody who kept the last hash sees that.
"""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from grading import toml_text
from grading.toml_text import TomlError, Version

Kind = Literal["rubrics", "clients", "routes"]
"""`clients` are overrides of rubrics, named with the rubric they are over, as in `clients/northwind.apparel@1`."""


class LedgerError(ValueError):
    """A ledger or an entry that cannot be used; the message says what to mend."""


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version: `name` as in `routes/default@3`, the SHA-256 of its content, who signed it off (`by`), when (`on`).

    `replay` says in a line what it changed about recorded items, empty where none was run. `chain` is the SHA-256 over
    the entry before and this one.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^(rubrics|clients|routes)/[^/@\s]+@[1-9][0-9]*$")]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    on: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    replay: Annotated[str, msgspec.Meta(max_length=500)] = ""
    chain: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    published: tuple[Published, ...] = ()


class _Named(msgspec.Struct, frozen=True):
    id: str
    version: Version
    overrides: str = ""


def read(toml_bytes: bytes) -> tuple[Published, ...]:
    """Read a ledger; raises LedgerError where its chain is broken or one version stands in it twice."""
    try:
        ledger = toml_text.decoded(toml_bytes, _File).published
    except TomlError as error:
        raise LedgerError(f"the ledger cannot be read: {error}") from error
    before = ""
    names = set()
    for entry in ledger:
        if entry.chain != _chain(before, entry):
            raise LedgerError(f"{entry.name}: the entry, or one before it, was changed after it was signed off")
        if entry.name in names:
            raise LedgerError(f"{entry.name} stands in the ledger twice")
        names.add(entry.name)
        before = entry.chain
    return ledger


def content_sha256(toml_bytes: bytes) -> str:
    """Return the SHA-256 of what a file says: comments, blank lines and the order of keys do not count.

    Raises LedgerError for what is not TOML.
    """
    try:
        said = tomllib.loads(toml_bytes.decode())
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"not TOML: {error}") from error
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def name_of(kind: Kind, toml_bytes: bytes) -> str:
    """Return the name of a rules file's version, as in `rubrics/apparel@2`; raises LedgerError where it has none."""
    try:
        named = toml_text.decoded(toml_bytes, _Named)
    except TomlError as error:
        raise LedgerError(f"no id and version: {error}") from error
    over = "." + named.overrides.partition("@")[0] if kind == "clients" else ""
    return f"{kind}/{named.id}{over}@{named.version}"


def objection(ledger: Sequence[Published], kind: Kind, toml_bytes: bytes) -> str:
    """Return why a file is not a published version, as a sentence; empty when it is, to the letter."""
    try:
        name, sha256 = name_of(kind, toml_bytes), content_sha256(toml_bytes)
    except LedgerError as error:
        return str(error)
    entry = next((each for each in ledger if each.name == name), None)
    if entry is None:
        return f"{name} is not published: nobody signed it off"
    return _denied(entry, sha256)


def denial(ledger: Sequence[Published], kind: Kind, toml_bytes: bytes) -> str:
    """Return why a file cannot be the version it says it is, as a sentence; empty also where the ledger has none.

    Raises LedgerError for a file without a name.
    """
    name = name_of(kind, toml_bytes)
    entry = next((each for each in ledger if each.name == name), None)
    return _denied(entry, content_sha256(toml_bytes)) if entry else ""


def _denied(entry: Published, sha256: str) -> str:
    if entry.sha256 == sha256:
        return ""
    return f"{entry.name} is not what {entry.by} signed off on {entry.on}: raise its version and publish that"


def sign(
    ledger: Sequence[Published], kind: Kind, toml_bytes: bytes, by: str, on: str, why: str, replay: str = ""
) -> Published:
    """Return the entry that publishes a file, chained to the last one.

    Raises LedgerError for a version that is published already, or older than one that is, and for what a field may not
    say.
    """
    name = name_of(kind, toml_bytes)
    stem, version = _split(name)
    newest = max((number for each, number in map(_split, (one.name for one in ledger)) if each == stem), default=0)
    if any(each.name == name for each in ledger):
        raise LedgerError(objection(ledger, kind, toml_bytes) or f"{name} is published already")
    if version < newest:
        raise LedgerError(f"{name} is older than {stem}@{newest}, which is published: raise its version")
    for field, said in (("by", by), ("why", why)):
        if said and not said.strip():
            raise LedgerError(f"say {field}: a version is signed off by somebody, for a reason")
    fields = {"name": name, "sha256": content_sha256(toml_bytes), "by": by, "on": on, "why": why, "replay": replay}
    try:
        entry = msgspec.convert(fields, Published)
    except msgspec.ValidationError as error:
        raise LedgerError(f"the entry cannot be written: {error}") from error
    return msgspec.structs.replace(entry, chain=_chain(ledger[-1].chain if ledger else "", entry))


def written(entry: Published) -> str:
    """Return the entry as the lines to be added to the ledger's file."""
    fields = {name: getattr(entry, name) for name in Published.__struct_fields__}
    # A JSON text is a TOML text, with the same quotes and escapes, but for DEL, which TOML forbids.
    texts = ((name, json.dumps(value, ensure_ascii=False)) for name, value in fields.items() if value)
    lines = (name + " = " + text.replace("\x7f", "\\u007f") for name, text in texts)
    return "\n".join(("", "[[published]]", *lines, ""))


def _split(name: str) -> tuple[str, int]:
    stem, _, version = name.rpartition("@")
    return stem, int(version)


def _chain(before: str, entry: Published) -> str:
    fields = (before, entry.name, entry.sha256, entry.by, entry.on, entry.why, entry.replay)
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()

"""Rules that central delivers: judged on arrival, in force from the next item on, the last good ones kept."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from grading import ledger, overrides, route, rubric, soundness, toml_text
from grading.ledger import LedgerError
from grading.route import RouteError, RouteTable
from grading.rubric import Rubric, RubricError
from grading.toml_text import TomlError, Version
from resources import find
from station import proof
from station.authority.roles import FILE as AUTHORITY
from station.authority.roles import AuthorityError
from station.authority.roles import parse as parse_authority
from station.local_copy import Delivered, Record
from station.records import WITHDRAWN
from station.rules import (
    AUTHORITIES,
    CLIENTS,
    DEFAULT_ROUTES,
    ROUTES,
    RUBRICS,
    Refuse,
    Rules,
    applied,
    read_rules,
    rules_of,
    shipped_files,
)

KIND = "rules"
LEDGER = "published.toml"
_KEY = re.compile(r"(rubrics|rubrics/clients|routes|authority)/[a-z0-9][a-z0-9_.-]{0,99}\.toml|authority\.toml")
_OFFERED = 9
_FOUND = 3


class RuleFile(msgspec.Struct, frozen=True):
    """The body of a delivered record, whose key is the file's name, as in `rubrics/apparel.toml`."""

    toml: str
    sha256: str


class _Versioned(msgspec.Struct, frozen=True):
    version: Version


class Book(msgspec.Struct, frozen=True):
    """The rule files in force by their names, and every version of a rubric that was in force here once.

    `tables` are the route files and those of who may do what that were, as `authority.toml@2`; `newest` is the highest
    version that was delivered under each file's name.
    """

    files: Mapping[str, bytes]
    versions: Mapping[str, Rubric]
    tables: Mapping[str, bytes] = {}
    newest: Mapping[str, int] = {}


Fault = Callable[[Book, str, bytes], str]
"""Says why a file cannot come into force beside those of a book: `fault`, or `station.trial.fault_of` around it."""


def body_of(toml: bytes) -> bytes:
    """Return the record's body for a file; raises UnicodeDecodeError for one that is not UTF-8."""
    return msgspec.json.encode(RuleFile(toml.decode("utf-8"), hashlib.sha256(toml).hexdigest()))


def book_of(told: Iterable[Delivered]) -> Book:
    """Return what came with the program, with what central delivered over it, in the order of its coming."""
    shipped = shipped_files()
    authority = find.read(AUTHORITY)
    book = Book(shipped, rules_of(shipped, {}).versions, dict.fromkeys(_table_names(AUTHORITY, authority), authority))
    for each in told:
        book = _with(book, each, shipped)
    return book


def _with(book: Book, each: Delivered, shipped: Mapping[str, bytes]) -> Book:
    """The book with one more delivered file in it, unless that was refused."""
    if each.why:
        return book
    files = {name: toml for name, toml in book.files.items() if name != each.key}
    toml = each.toml or shipped.get(each.key)
    if toml:
        files[each.key] = toml
    versions = {**book.versions, **(_named(each.key, each.toml, book.versions) if each.toml else {})}
    tables = {**book.tables, **dict.fromkeys(_table_names(each.key, each.toml), each.toml)}
    newest = {**book.newest, each.key: max(book.newest.get(each.key, 0), _version(each.toml))}
    return Book(files, versions, tables, newest)


def _table_names(key: str, toml: bytes) -> tuple[str, ...]:
    """The name and version of a file of routes or of who may do what; none of a rubric, or where it has no version."""
    version = 0 if key.startswith(RUBRICS) else _version(toml)
    return (f"{key}@{version}",) if version else ()


def _version(toml: bytes) -> int:
    """The version that a file says it is; 0 where it says none."""
    try:
        return toml_text.decoded(toml, _Versioned).version
    except TomlError:
        return 0


def is_authority(key: str) -> bool:
    """Tell whether a rule file says who may do what."""
    return key == AUTHORITY or key.startswith(AUTHORITIES)


def in_force(told: Iterable[Delivered], refuse: Refuse) -> Rules:
    """Return the rules in force; what a newer program cannot use any more is left out, and `refuse` is told."""
    book = book_of(told)
    return rules_of(book.files, book.versions, refuse)


def delivered(record: Record) -> Delivered:
    """Return the rule file of a record, not judged yet: it only says why it cannot be read or was damaged."""
    if bytes(record.body) == WITHDRAWN:
        return Delivered(record.seq, record.key, b"")
    try:
        file = msgspec.json.decode(record.body, type=RuleFile)
    except msgspec.MsgspecError as error:
        return Delivered(record.seq, record.key, b"", f"its record cannot be read: {error}")
    toml = file.toml.encode("utf-8", "surrogatepass")
    if hashlib.sha256(toml).hexdigest() != file.sha256:
        return Delivered(record.seq, record.key, toml, "it was changed on the way: its SHA-256 is another")
    return Delivered(record.seq, record.key, toml, "" if toml else "it is empty")


def judged(records: Sequence[Record], before: Sequence[Delivered], fault: Fault) -> list[Delivered]:
    """Judge the rule files among the records, each as if those before it were in force; the refused say why."""
    book, shipped = book_of(before), shipped_files()
    told = []
    for record in sorted(records, key=lambda record: record.seq):
        if record.kind == KIND:
            read = delivered(record)
            why = read.why or fault(book, read.key, read.toml)
            told.append(msgspec.structs.replace(read, why=why))
            book = _with(book, told[-1], shipped)
    return told


def fault(book: Book, key: str, toml: bytes, writing: bool = False) -> str:
    """Return why a file cannot come into force beside those of the book; empty when it can.

    An empty file withdraws what was delivered under its name. `writing` is for who publishes it, and tells names that
    nothing has too (`proof.unknown`); a bench goes on with them.
    """
    if _KEY.fullmatch(key) is None:
        return "no rules of this program have such a name"
    if not toml:
        return ""
    if is_authority(key):
        return _authority_fault(toml) or _changed(book, key, toml)
    try:
        made = _named(key, toml, book.versions, strict=True)
        for name, each in made.items():
            if book.versions.get(name, each) != each:
                return f"{name} was published before and says something else; raise its version"
    except (RubricError, RouteError) as error:
        return str(error)
    rules, why = _beside(book, {**book.files, key: toml}, {**book.versions, **made}, key)
    why = why or _denied(key, toml) or _changed(book, key, toml)
    if why:
        return why
    wide = [each.category for each in rules.rubrics.values() if each.kind_of is None]
    if len(wide) > _OFFERED:
        return f"{len(wide)} categories would be offered on {_OFFERED} keys; say kind_of in the new one"
    problems = [f"{each.place}: {each.text}" for each in _problems(rules, key, made.values(), writing)]
    return "; ".join(problems[:_FOUND])


def remarks(key: str, toml: bytes, ordering: frozenset[str]) -> list[str]:
    """Return what in a sound file may be a slip (`proof.remarks`); nothing of one that withdraws what was delivered."""
    written: overrides.Override | RouteTable
    if key.startswith(CLIENTS) and toml:
        written = overrides.parse(toml)
    elif key.startswith(ROUTES) and key != DEFAULT_ROUTES and toml:
        written = route.parse(find.read(DEFAULT_ROUTES), toml)
    else:
        return []
    return [f"{each.place}: {each.text}" for each in proof.remarks(read_rules(), written, ordering)]


def _beside(book: Book, files: Mapping[str, bytes], versions: Mapping[str, Rubric], key: str) -> tuple[Rules, str]:
    """The rules with one file more, and why they cannot be used; a fault that stood before is no fault of that file."""
    found: dict[str, str] = {}
    rules = rules_of(files, versions, found.setdefault)
    if found:
        before: dict[str, str] = {}
        rules_of(book.files, book.versions, before.setdefault)
        found = {name: why for name, why in found.items() if name == key or name not in before}
    return rules, "; ".join(f"{name}: {why}" for name, why in found.items())


def _authority_fault(toml: bytes) -> str:
    try:
        parse_authority(toml)
    except AuthorityError as error:
        return str(error)
    return ""


def _changed(book: Book, key: str, toml: bytes) -> str:
    """Why a sound file cannot come after what was delivered: a version says one thing for good, and none goes back."""
    for name in _table_names(key, toml):
        if ledger.content_sha256(book.tables.get(name, toml)) != ledger.content_sha256(toml):
            return f"{name} was published before and says something else; raise its version"
    newest, version = book.newest.get(key, 0), _version(toml)
    return f"{key}@{version} is older than {key}@{newest}, which was published: raise its version" * (version < newest)


def _denied(key: str, toml: bytes) -> str:
    """Why a file cannot be the version it says it is: somebody signed off another content under that name."""
    try:
        return ledger.denial(ledger.read(find.read(LEDGER)), kind_of(key), toml)
    except LedgerError as error:
        return str(error)


def kind_of(key: str) -> ledger.Kind:
    """Return what a rule file is, by its name."""
    return "routes" if key.startswith(ROUTES) else "clients" if key.startswith(CLIENTS) else "rubrics"


def _problems(rules: Rules, key: str, made: Iterable[Rubric], writing: bool) -> list[soundness.Problem]:
    """What is unsound in the new rubrics, or in a new route table."""
    written: list[Rubric | RouteTable] = list(made)
    problems = [problem for each in made for problem in proof.of_rubric(rules, each)]
    if key.startswith(ROUTES):
        name = key.removeprefix(ROUTES).removesuffix(".toml")
        client = "" if name == "default" else name.casefold()
        written = [rules.routes[client]]
        problems = proof.of_table(rules, client, rules.routes[client])
    if writing:
        problems += [problem for each in written for problem in proof.unknown(rules, each)]
    return problems


def _named(key: str, toml: bytes, versions: Mapping[str, Rubric], strict: bool = False) -> dict[str, Rubric]:
    """The rubric in a file, by its name; none in a route table, or where it cannot be read and nobody is strict."""
    if key.startswith(ROUTES):
        return {}
    try:
        if key.startswith(CLIENTS):
            override = overrides.parse(toml)
            made = applied(override, versions)
            expected = f"{CLIENTS}{override.id}.{made.category}.toml"
        else:
            made = rubric.parse(toml)
            expected = f"rubrics/{made.category}.toml"
        if key != expected:
            raise RubricError(f"it must be called {expected}")
    except RubricError:
        if strict:
            raise
        return {}
    return {made.name: made}

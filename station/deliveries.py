"""Rules that central delivers: judged on arrival, in force from the next item on, the last good ones kept."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from grading import ledger, overrides, rubric, soundness
from grading.ledger import LedgerError
from grading.route import RouteError, RouteTable
from grading.rubric import Rubric, RubricError
from resources import find
from station import proof
from station.authority.roles import FILE as AUTHORITY
from station.authority.roles import AuthorityError
from station.authority.roles import parse as parse_authority
from station.local_copy import Delivered, Record
from station.records import WITHDRAWN
from station.rules import AUTHORITIES, CLIENTS, ROUTES, Refuse, Rules, applied, rules_of, shipped_files

KIND = "rules"
LEDGER = "published.toml"
_KEY = re.compile(r"(rubrics|rubrics/clients|routes|authority)/[a-z0-9][a-z0-9_.-]{0,99}\.toml|authority\.toml")
_OFFERED = 9
_FOUND = 3


class RuleFile(msgspec.Struct, frozen=True):
    """The body of a delivered record, whose key is the file's name, as in `rubrics/apparel.toml`."""

    toml: str
    sha256: str


class Book(msgspec.Struct, frozen=True):
    """The rule files in force by their names, and every version of a rubric that was in force here once.

    `authorities` are the files of who may do what that were, as `authority.toml@2`.
    """

    files: Mapping[str, bytes]
    versions: Mapping[str, Rubric]
    authorities: Mapping[str, bytes] = {}


Fault = Callable[[Book, str, bytes], str]
"""Says why a file cannot come into force beside those of a book: `fault`, or `station.trial.fault_of` around it."""


def body_of(toml: bytes) -> bytes:
    """Return the record's body for a file; raises UnicodeDecodeError for one that is not UTF-8."""
    return msgspec.json.encode(RuleFile(toml.decode("utf-8"), hashlib.sha256(toml).hexdigest()))


def book_of(told: Iterable[Delivered]) -> Book:
    """Return what came with the program, with what central delivered over it, in the order of its coming."""
    shipped = shipped_files()
    book = Book(shipped, rules_of(shipped, {}).versions)
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
    authorities = {**book.authorities, **_authority(each.key, each.toml)} if each.toml else book.authorities
    return Book(files, versions, authorities)


def _authority(key: str, toml: bytes) -> dict[str, bytes]:
    """A file of who may do what, by its name and version; none of another file, or of one that cannot be read."""
    try:
        return {f"{key}@{parse_authority(toml).version}": toml} if is_authority(key) else {}
    except AuthorityError:
        return {}


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
        return _authority_fault(book, key, toml)
    try:
        made = _named(key, toml, book.versions, strict=True)
        for name, each in made.items():
            if book.versions.get(name, each) != each:
                return f"{name} was published before and says something else; raise its version"
        rules = rules_of({**book.files, key: toml}, {**book.versions, **made})
    except (RubricError, RouteError) as error:
        return str(error)
    wide = [each.category for each in rules.rubrics.values() if each.kind_of is None]
    if len(wide) > _OFFERED:
        return f"{len(wide)} categories would be offered on {_OFFERED} keys; say kind_of in the new one"
    problems = [f"{each.place}: {each.text}" for each in _problems(rules, key, made.values(), writing)]
    return "; ".join(problems[:_FOUND]) or _denied(key, toml)


def _authority_fault(book: Book, key: str, toml: bytes) -> str:
    try:
        version = parse_authority(toml).version
    except AuthorityError as error:
        return str(error)
    shipped = find.read(AUTHORITY)
    before = {**_authority(AUTHORITY, shipped), **book.authorities}.get(f"{key}@{version}", toml)
    if before != toml:
        return f"{key}@{version} was published before and says something else; raise its version"
    return ""


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
    return problems + [problem for each in written if writing for problem in proof.unknown(rules, each)]


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

"""The rules that pay, as they came into force one after another: what a version says is kept for good, and whoever
works with other rules than those in force does nothing.
"""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from resources import find
from station import text_files
from station.moments import utc
from sync.central.resolutions.rules import BadRules, Book, book_of
from sync.central.store import insert_once
from sync.central.tables import resolution_book, resolution_mark, resolution_rules

FOLDER = "resolutions"
_FEED = "feed"


def read(data: Path) -> Book:
    """Return the site's own rules in central's data folder, or those of the program. Raises BadRules and OSError."""
    own = data / FOLDER
    if own.is_dir():
        return book_of({each.name: text_files.read(each) for each in own.glob("*.toml")})
    return book_of({name: find.read(name) for name in find.names(FOLDER)})


def take(connection: Connection, book: Book, now: datetime) -> bool:
    """Bring a book into force, if it is not; then every order is looked at anew, as its lines may resolve otherwise.

    Returns whether it is a new one. Raises BadRules where a version says something else than it did before, or where
    the book was in force earlier and another one is now: what holds never depends on which computer looks.
    """
    found = {(row.id, row.version): row for row in connection.execute(select(resolution_rules))}
    for name, toml in book.texts.items():
        before = found.get(name)
        if before is not None and bytes(before.toml) != toml:
            said = f"{name[0]}@{name[1]} says something else than when it came into force ({before.at})"
            raise BadRules(f"{said}: raise its version")
    digest = hashlib.sha256(msgspec.json.encode(sorted(book.texts))).hexdigest()
    last = connection.execute(select(func.max(resolution_book.c.n))).scalar() or 0
    known = connection.execute(select(resolution_book.c.n).where(resolution_book.c.digest == digest)).scalar()
    if known is not None and known < last:
        raise BadRules(
            "other rules came into force after these: bring this computer's folder up to date, or raise a version"
        )
    if known is not None:
        return False
    rows = [
        {"id": id_, "version": version, "toml": toml, "at": utc(now)}
        for (id_, version), toml in book.texts.items()
        if (id_, version) not in found
    ]
    insert_once(connection, resolution_rules, rows)
    names = msgspec.json.encode(sorted(book.texts)).decode()
    # Two that do this at once: one of them is told by the key, and tries again.
    connection.execute(insert(resolution_book), [{"n": last + 1, "digest": digest, "sets": names, "at": utc(now)}])
    if last:
        connection.execute(update(resolution_mark).where(resolution_mark.c.source == _FEED).values(seq=0))
    return True


def in_force(connection: Connection) -> Book | None:
    """Return the book that was taken last; None when none was, as before the first worker."""
    newest = select(resolution_book.c.sets).order_by(resolution_book.c.n.desc()).limit(1)
    sets = connection.execute(newest).scalar()
    if sets is None:
        return None
    rows = {(row.id, row.version): bytes(row.toml) for row in connection.execute(select(resolution_rules))}
    names = msgspec.json.decode(sets, type=list[tuple[str, int]])
    return book_of({f"{id_}@{version}": rows[id_, version] for id_, version in names})


def history(connection: Connection) -> list[tuple[str, list[str]]]:
    """Return when each book came into force, and its sets by their names, the newest first."""
    rows = connection.execute(select(resolution_book.c.at, resolution_book.c.sets).order_by(resolution_book.c.n.desc()))
    return [(row.at, [f"{each[0]}@{each[1]}" for each in msgspec.json.decode(row.sets)]) for row in rows]


def said(connection: Connection, id_: str, version: int) -> bytes | None:
    """Return the file of a version that ever was in force, for whoever asks by which rule a line was decided."""
    of = (resolution_rules.c.id == id_, resolution_rules.c.version == version)
    toml = connection.execute(select(resolution_rules.c.toml).where(*of)).scalar()
    return None if toml is None else bytes(toml)

"""Publishes rule files to the benches of a site: nothing that a bench would refuse, and never one version twice."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from station import deliveries
from station.authority.roles import FILE as AUTHORITY
from station.local_copy import Delivered
from station.rules import Rules
from sync.central import feed
from sync.central.feed import Change
from sync.central.order_remarks import ordering
from sync.central.store import Store

_FOLDERS = ("rubrics", "routes", "authority")


class NotPublished(Exception):
    """A rule file that benches would refuse; nothing was published. The message is a sentence for people."""


def key_of(file: Path) -> str:
    """Return the name benches know a file by: its path from the folder `rubrics`, `routes` or `authority` on.

    `authority.toml` is known by its name alone. Raises NotPublished for any other file.
    """
    if file.name == AUTHORITY:
        return AUTHORITY
    parts = file.absolute().parts
    for at in reversed(range(len(parts) - 1)):
        if parts[at] in _FOLDERS:
            return "/".join(parts[at:])
    raise NotPublished(f"{file}: rule files lie in a folder called rubrics, rubrics/clients, routes or authority")


def remarks(store: Store, site: str, files: Sequence[tuple[str, bytes | None]]) -> list[str]:
    """Return what in sound files may be a slip, each with its file: a client without rules and orders, goods as new
    that are destroyed."""
    with store.reading() as connection:
        clients = ordering(connection, site)
    return [f"note: {key}: {text}" for key, toml in files for text in deliveries.remarks(key, toml or b"", clients)]


def in_force(connection: Connection, site: str) -> Rules:
    """Return the rules that the benches of a site judge by, as far as they are of this version of the program."""
    told = [deliveries.delivered(each) for each in feed.every(connection, site, "rules")]
    return deliveries.in_force(told, lambda _name, _why: None)


def publish(store: Store, site: str, files: Sequence[tuple[str, bytes | None]]) -> None:
    """Tell the benches of a site of rule files by their names, all or none; None withdraws one.

    Raises NotPublished, naming the file and what is to be mended.
    """
    with store.writing() as connection:
        told = feed.every(connection, site, "rules")
        # What was published was judged then; only what is new is judged now.
        known = [deliveries.delivered(each) for each in told]
        changes = []
        for key, toml in files:
            why = deliveries.fault(deliveries.book_of(known), key, toml or b"", writing=True)
            if toml == b"":
                why = "it is empty"
            if why:
                raise NotPublished(f"{key}: {why}")
            known.append(Delivered(0, key, toml or b""))
            try:
                changes.append(Change("rules", key, None if toml is None else deliveries.body_of(toml)))
            except UnicodeDecodeError as error:
                raise NotPublished(f"{key}: not UTF-8: {error}") from error
        feed.append(connection, site, changes)

"""Past items of the bench to practise on, in training: what two people said of them, and what was agreed at last.

First come those about which this person and another disagreed, then what others disagreed about, then what all agreed
on in categories where this person's grades agree less often than everybody's; what was practised before comes last.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from grading.rubric import PART_PREFIX
from station import schema
from station.calibration.facts import RefresherBegan, RefresherEnded
from station.calibration.report import Refreshed
from station.database import open_sqlite
from station.photos import PhotoStore
from station.statements import Statement

TRAINING_FOLDER = "training"
_LATEST = 500
_REASONS = 3


class Past:
    """The bench's own past, seen from training: its journal file is only read, and may be away."""

    def __init__(self, journal: Path, photos: PhotoStore) -> None:
        self._journal, self._photos = journal, photos

    def items(self, badge: str, done: Mapping[str, int]) -> tuple[RefresherBegan, ...]:
        """Return what a person may practise on, the best first; `done` says how often they did each item.

        Only what has its photos still. Nothing where the journal cannot be read.
        """
        if not self._journal.exists():
            return ()
        try:
            with closing(open_sqlite(self._journal, read_only=True).connect()) as connection, connection.begin():
                if connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() != schema.REVISION:
                    return ()
                station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar()
                found = [each for each in examples(connection, str(station), badge) if self._has_photos(each)]
        except DBAPIError:
            return ()
        return tuple(sorted(found, key=lambda each: done.get(each.item, 0)))

    def _has_photos(self, item: RefresherBegan) -> bool:
        return bool(item.photos) and all(self._photos.has(sha256) for _, sha256 in item.photos)


def examples(connection: Connection, station: str, badge: str) -> tuple[RefresherBegan, ...]:
    """Return items of second looks with what was agreed about them, for a person to practise on, the best first.

    Raises the database's errors.
    """
    rows = [dict(row) for row in _LOOKS.run(connection, {"station": station, "limit": _LATEST}).mappings()]
    weak = _weak_categories(rows, badge)

    def rank(row: Mapping[str, Any]) -> int:
        if row["first_letter"] != row["second_letter"]:
            return 0 if badge in (row["grader"], row["second"]) else 1
        return 2 if row["category"] in weak else 3

    settled = [row for row in rows if row["first_letter"] == row["second_letter"] or row["decided"] or row["regraded"]]
    return tuple(_example(connection, station, row) for row in sorted(settled, key=rank))


def refreshed(connection: Connection, since: str) -> tuple[Refreshed, ...]:
    """Return how each person did in the refreshers of a training journal since a moment (UTC), by badge.

    Raises the database's errors.
    """
    found: dict[str, list[RefresherEnded]] = {}
    for badge, fact in _ended(connection, since):
        found.setdefault(badge, []).append(fact)
    return tuple(
        Refreshed(badge, len(ends), sum(each.agreed == each.letter for each in ends))
        for badge, ends in sorted(found.items())
    )


def times_done(connection: Connection, badge: str) -> dict[str, int]:
    """Return how often a person practised on each item, by a training journal. Raises the database's errors."""
    times: dict[str, int] = {}
    for who, fact in _ended(connection, ""):
        if who == badge:
            times[fact.item] = times.get(fact.item, 0) + 1
    return times


def _ended(connection: Connection, since: str) -> Iterator[tuple[str, RefresherEnded]]:
    for row in _ENDS.run(connection, {"since": since}):
        yield row.operator, msgspec.json.decode(row.body, type=RefresherEnded)


def _weak_categories(rows: Sequence[Mapping[str, Any]], badge: str) -> frozenset[str]:
    """Return where this person's grades agree with second looks less often than those of all do."""
    every: dict[str, list[bool]] = {}
    own: dict[str, list[bool]] = {}
    for row in rows:
        is_alike = row["first_letter"] == row["second_letter"]
        every.setdefault(row["category"], []).append(is_alike)
        if row["grader"] == badge:
            own.setdefault(row["category"], []).append(is_alike)
    shares = ((category, sum(own[category]) / len(own[category])) for category in own)
    return frozenset(category for category, share in shares if share < sum(every[category]) / len(every[category]))


def _example(connection: Connection, station: str, row: Mapping[str, Any]) -> RefresherBegan:
    about = {"station": station, "item": row["item"]}
    first = [(each.question, each.option) for each in _ANSWERS.run(connection, about)]
    both: list[tuple[str, str, str]] = json.loads(row["answers"])
    differs = {question for question, a, b in both if a != b}
    if row["regraded"]:
        agreed: list[tuple[str, str]] = []
    elif row["first_letter"] != row["second_letter"]:
        agreed = first
    else:
        agreed = [(question, option) for question, option in first if question not in differs]
    return RefresherBegan(
        **{name: row[name] for name in ("item", "plate", "title", "category", "client", "rubric", "letter", "match")},
        answers=tuple(agreed),
        photos=tuple((each.shot, each.sha256) for each in _PHOTOS.run(connection, about)),
        parts=tuple(question.removeprefix(PART_PREFIX) for question, _ in first if question.startswith(PART_PREFIX)),
        reasons=tuple(_filled(each) for each in json.loads(row["grade_reasons"] or "[]")[:_REASONS]),
        serial=row["serial"] or "not_known",
        in_band=None if row["in_band"] is None else bool(row["in_band"]),
    )


def _filled(reason: Mapping[str, Any]) -> str:
    text = str(reason.get("text", ""))
    for name, value in (reason.get("params") or {}).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


_LOOKS = Statement(
    "SELECT k.item, i.plate, i.title, k.category, k.client, k.rubric, k.grader, k.second, k.first_letter,"
    " k.letter AS second_letter, k.answers, i.letter, i.match, i.serial_verdict AS serial, i.in_band, i.grade_reasons,"
    " EXISTS (SELECT 1 FROM regrade r WHERE r.station = k.station AND r.item = k.item) AS regraded,"
    " EXISTS (SELECT 1 FROM exception e JOIN decision d ON d.exception = e.exception AND d.taken_back_at = ''"
    " WHERE e.station = k.station AND e.item = k.item AND e.kind = 'grade_conflict') AS decided"
    " FROM second_look k JOIN item i ON i.station = k.station AND i.item = k.item"
    " WHERE k.station = :station AND i.letter <> '' ORDER BY k.looked_at DESC LIMIT :limit"
)
_ANSWERS = Statement(
    "SELECT question, option FROM answer WHERE station = :station AND item = :item ORDER BY answered_at, question"
)
_PHOTOS = Statement(
    "SELECT shot, sha256 FROM photo WHERE station = :station AND item = :item AND sha256 <> '' ORDER BY taken_at, shot"
)
_ENDS = Statement("SELECT operator, body FROM journal WHERE type = 'RefresherEnded' AND at >= :since ORDER BY seq")

"""How sharp the photos of this station usually are, by shot: what one camera calls sharp is soft with another.

One limit for all cameras tells sharp from blurred in 72 to 77 of 100 photos, one for each station in 87.
"""

from pathlib import Path
from statistics import median

import msgspec
from sqlalchemy.exc import DBAPIError

from station.database import open_sqlite
from station.facts import decode
from station.inspecting.facts import PhotoTaken
from station.statements import Statement

LEAST_PHOTOS = 30
"""Fewer photos of a shot tell nothing."""

LATEST_PHOTOS = 200
"""So many of the latest photos of a shot count: a lens that was cleaned or a camera that was replaced is soon known."""

_LOWEST_MILLI, _HIGHEST_MILLI = 100, 280


def usual_sharpness(journal: Path) -> dict[str, float]:
    """Return the median sharpness of the photos that were kept, by shot, as `grading.photo.check` takes it.

    A photo that the gate doubted and a person kept counts: with a soft camera these are all there are. So that careless
    people cannot talk the gate out of its work, nor good luck make it pick on everything, it stays between 0.10 and
    0.28, the softest and the sharpest of the photos that the limits were set on. Empty when the journal cannot be read.
    """
    engine = open_sqlite(journal, read_only=True, begin="DEFERRED")
    try:
        with engine.begin() as connection:
            rows = [tuple(row) for row in _LATEST.run(connection, {})]
    except DBAPIError:
        return {}
    finally:
        engine.dispose()
    seen: dict[str, list[int]] = {}
    for name, version, body in rows:
        try:
            fact = decode(name, version, body)
        except msgspec.MsgspecError:
            continue
        if isinstance(fact, PhotoTaken) and fact.sharpness_milli > 0:
            of_shot = seen.setdefault(fact.shot, [])
            if len(of_shot) < LATEST_PHOTOS:
                of_shot.append(fact.sharpness_milli)
    return {shot: _held(each) for shot, each in seen.items() if len(each) >= LEAST_PHOTOS}


def _held(sharpness_milli: list[int]) -> float:
    return max(_LOWEST_MILLI, min(_HIGHEST_MILLI, median(sharpness_milli))) / 1000


# By its end, so that a journal of years costs no more than one of weeks.
_LATEST = Statement(
    "SELECT type, v, body FROM journal WHERE seq > (SELECT max(seq) FROM journal) - 20000 AND type = 'PhotoTaken'"
    " ORDER BY seq DESC"
)

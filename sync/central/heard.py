"""When each station was last heard of: kept in memory, and written down for all of them together now and then."""

import threading
import time
from datetime import UTC, datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from sync.central.identity_tables import enrolled_station
from sync.central.store import Store
from sync.central.tables import station, station_heard

_WRITE_EVERY_S = 30.0


class Heard:
    """What one process heard; several write the same table, and each row only moves forward. For any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._news: dict[str, str] = {}
        self._written = float("-inf")

    def note(self, name: str, now: str) -> bool:
        """Remember that a station spoke; True when it is time to `write`."""
        with self._lock:
            self._news[name] = now
            return time.monotonic() - self._written > _WRITE_EVERY_S

    def write(self) -> None:
        """Write down what is not yet; raises sqlalchemy.exc.SQLAlchemyError."""
        with self._lock:
            news, self._news = self._news, {}
            self._written = time.monotonic()
        if not news:
            return
        rows = [{"station": name, "at": at} for name, at in sorted(news.items())]
        insert = (postgresql.insert if self._store.kind == "postgresql" else sqlite.insert)(station_heard)
        later = insert.on_conflict_do_update(
            index_elements=["station"],
            set_={"at": insert.excluded.at},
            where=station_heard.c.at < insert.excluded.at,
        )
        with self._store.writing() as connection:
            connection.execute(later, rows)


def longest_unheard_s(store: Store) -> float:
    """Return for how many seconds nothing came of the station that was silent longest; 0 when there is none.

    One that never spoke counts from when it was let in; one that was shut out does not count.
    """
    known = enrolled_station.c
    of_old = select(station.c.station, station.c.made_at.label("since")).where(
        station.c.station.not_in(select(known.station))
    )
    present = select(known.station, known.enrolled_at.label("since")).where(known.revoked_at == "")
    let_in = union_all(of_old, present).subquery()
    last = func.min(func.coalesce(station_heard.c.at, let_in.c.since))
    query = select(last).select_from(let_in.outerjoin(station_heard, station_heard.c.station == let_in.c.station))
    with store.reading() as connection:
        oldest = connection.execute(query).scalar()
    if oldest is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(oldest)).total_seconds())

"""What central counts, for Prometheus: each running service has a registry of its own."""

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from sync.central import heard, rulings
from sync.central.store import Store
from sync.central.tables import care, resolution
from sync.wire import Push, Pushed

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# HTTP takes any word for a method, and each label is kept for ever.
_METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one process. They carry names of routes and verdicts, never of stations, orders or people."""

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        name = "returns_central_"
        self._requests = Histogram(
            f"{name}request_seconds",
            "Time from a request's head to its answer's end (a feed that waits for news: the waiting too)",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._under_way = Gauge(f"{name}under_way", "Requests under way", registry=self._registry)
        self._pushes = Counter(f"{name}pushes", "Pushes that were taken", registry=self._registry)
        self._facts = Counter(f"{name}facts", "Entries of journals by verdict", ("status",), registry=self._registry)
        self._feed = Counter(f"{name}feed_records", "Records of feeds sent to benches", registry=self._registry)
        self._photos = Counter(f"{name}photos", "Photos that were taken", registry=self._registry)
        self._photo_bytes = Counter(f"{name}photo_bytes", "Bytes of these photos", registry=self._registry)
        self._care = Histogram(
            f"{name}care_seconds",
            "What is done daily: how long it took, and how it ended",
            ("what", "end"),
            buckets=(1.0, 10.0, 60.0, 600.0, 3600.0),
            registry=self._registry,
        )
        self._refused = Counter(f"{name}refused", "Pushes told to come later", registry=self._registry)
        self._registry.register(_Standing(store))

    def begun(self) -> None:
        """Count a request as under way, until `request`."""
        self._under_way.inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._under_way.dec()
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).observe(seconds)

    def pushed(self, push: Push, answer: Pushed) -> None:
        """Count a push and what became of its entries."""
        self._pushes.inc()
        verdicts = Tally(each.status for each in answer.results)
        verdicts["ok"] = len(push.entries) - len(answer.results)
        for status, count in verdicts.items():
            self._facts.labels(status).inc(count)

    def refused(self) -> None:
        """Count a push for which there was no room."""
        self._refused.inc()

    def fed(self, records: int) -> None:
        """Count what a page of a feed held."""
        self._feed.inc(records)

    def photo(self, size: int) -> None:
        """Count a photo."""
        self._photos.inc()
        self._photo_bytes.inc(size)

    def cared(self, what: str, end: str, seconds: float) -> None:
        """Count what is done daily."""
        self._care.labels(what, end).observe(seconds)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format; asks the database."""
        return generate_latest(self._registry)


class _Standing(Collector):
    """What stands in the database at the moment it is asked for: the same from every process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Return nothing: the names are known when they are asked for, and not before the database is there."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        name = "returns_central_"
        up = GaugeMetricFamily(f"{name}database_up", "1 when the database answers")
        waits = GaugeMetricFamily(f"{name}waiting", "What waits for a person", labels=("what",))
        silent = GaugeMetricFamily(f"{name}longest_unheard_seconds", "Since the station silent longest spoke")
        undone = GaugeMetricFamily(f"{name}care_age_seconds", "Since what is done daily was done", labels=("what",))
        try:
            with self._store.reading() as connection:
                waiting = rulings.count_open(connection)
                stuck = select(func.count()).select_from(resolution).where(resolution.c.state == "needs_person")
                resolutions = connection.execute(stuck).scalar_one()
                tended = connection.execute(select(care.c.name, care.c.done_at).order_by(care.c.name)).all()
            unheard = heard.longest_unheard_s(self._store)
        except SQLAlchemyError:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        waits.add_metric(("reviews",), waiting)
        waits.add_metric(("resolutions",), resolutions)
        silent.add_metric((), unheard)
        for what, done_at in tended:
            undone.add_metric((what,), (datetime.now(UTC) - datetime.fromisoformat(done_at)).total_seconds())
        yield from (up, waits, silent, undone)

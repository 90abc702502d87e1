"""A central in the test's own process, and the courier's work on it, with a clock that passes as asked."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from station.local_copy import LocalCopy
from station.photos import PhotoStore
from sync.central import feed, intake
from sync.central.marks import GapError
from sync.central.store import Store
from sync.central.tables import journal, quarantine
from sync.client import Gap
from sync.clock import Clock
from sync.errand import Disk, Errand, Heard, Timing
from sync.errors import Refused, Unreachable
from sync.wire import Digest, FeedPage, JournalDigest, PhotoAnswer, Push, Pushed, Quarantine, SiteDigest, SnapshotHead

NOW = "2026-11-20T08:00:00.000000Z"


class Near:
    """One station's line to a central in this process. What it takes at most, and fails at, the test says."""

    def __init__(self, folder: Path, site: str = "leeds") -> None:
        self.store = Store(f"sqlite:///{folder / 'central.sqlite'}")
        self.site = site
        self.most, self.most_aside = 1 << 40, 1 << 40
        self.bad_photos: set[str] = set()
        self.is_ill = self.is_away = self.differs = False
        self.photos: list[str] = []
        self.asked: list[str] = []

    def push(self, push: Push) -> Pushed | Gap:
        self._heard("push", msgspec.json.encode(push), self.most)
        try:
            return intake.take_in(self.store, "A01", self.site, push, NOW)
        except GapError as gap:
            return Gap(gap.acked)

    def put_away(self, entry: Quarantine) -> Pushed | Gap:
        self._heard("put_away", msgspec.json.encode(entry), self.most_aside)
        try:
            return intake.put_away(self.store, "A01", entry, NOW)
        except GapError as gap:
            return Gap(gap.acked)

    def pull(self, site: str, after: int, limit: int, mark: int = 0) -> FeedPage:
        self._heard("pull")
        with self.store.reading() as connection:
            return feed.page(connection, site, after, limit, NOW, mark)

    def snapshot(self, _site: str) -> Iterator[Any]:
        self._heard("snapshot")
        yield SnapshotHead(self.site, 0, NOW)
        raise Unreachable("unreachable", "it breaks off")

    def site_digest(self, site: str, upto: int) -> SiteDigest:
        self._heard("site_digest")
        return SiteDigest(site, upto, {"order": Digest(1, "0" * 16)} if self.differs else {}, NOW)

    def journal_digest(self, epoch: str, after: int, upto: int) -> JournalDigest | Gap:
        raise Refused("not_here", "", status=404)

    def ask_photo(self, sha256: str, _size: int, _direct: bool = False) -> PhotoAnswer:
        self._heard("photo")
        if self.is_ill or sha256 in self.bad_photos:
            raise Unreachable("fault", "500", status=500)
        self.photos.append(sha256)
        return PhotoAnswer("have")

    def put_part(self, sha256: str, size: int, number: int, part: bytes) -> None:
        raise AssertionError("every photo is there")

    def complete_photo(self, sha256: str, size: int) -> PhotoAnswer:
        raise AssertionError("every photo is there")

    def put_elsewhere(self, url: str, headers: Mapping[str, str], content: bytes) -> None:
        raise AssertionError("every photo is there")

    def reference(self, site: str, sha256: str, most: int) -> bytes:
        raise AssertionError("there are no pictures")

    def kept(self) -> list[tuple[int, str]]:
        """Number and verdict of all that is in the journal or set aside, in order."""
        with self.store.reading() as connection:
            rows = [(row.seq, row.status) for row in connection.execute(select(journal.c.seq, journal.c.status))]
            aside = [(row.seq, row.code) for row in connection.execute(select(quarantine.c.seq, quarantine.c.code))]
        return sorted(rows + aside)

    def _heard(self, what: str, content: bytes = b"", most: int = 0) -> None:
        if self.is_away:
            raise Unreachable("unreachable", "")
        self.asked.append(what)
        if len(content) > most:
            raise Refused("too_large", "", status=413)


class Work:
    """The courier's work on a book, forty days after its facts; every wait is over at once."""

    def __init__(self, book: Any, near: Near) -> None:
        self.now_s = 0.0
        self.copy = LocalCopy.open(book.folder / "expected.sqlite")
        clock = Clock(lambda: self.now_s, lambda: datetime.now(UTC) + timedelta(days=40, seconds=self.now_s))
        disk = Disk(book.journal.path, book.photos, PhotoStore(book.folder / "references"))
        timing = Timing(poll_s=120.0, told_poll_s=120.0)
        self.errand = Errand(near.site, self.copy, near, disk, timing, clock, random.Random(1))

    def go(self, seconds: float, heard: Heard | None = None) -> None:
        """Work until so many seconds have passed."""
        end = self.now_s + seconds
        self.now_s += max(self.errand.step(heard or Heard()), 0.001)
        while self.now_s < end:
            self.now_s += max(self.errand.step(), 0.001)

    def refused(self) -> list[tuple[int, str, str]]:
        return [(each.seq, each.status, each.code) for each in self.copy.refused()]

    def close(self) -> None:
        self.errand.close()
        self.copy.close()

"""The line between a bench and central in a history: it loses, doubles, delays and forges, as the dice say."""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.client import Gap, _line
from sync.errors import Refused, Unreachable
from sync.wire import (
    FeedPage,
    FeedRecord,
    JournalDigest,
    PhotoAnswer,
    Push,
    Pushed,
    Quarantine,
    SiteDigest,
    SnapshotEnd,
    SnapshotHead,
)
from tests.sync.simulation.center import Center, CenterDied

FATES = ("lost", "unanswered", "twice", "late", "busy", "fault", "foreign", "crash_before", "crash_after", "dies")


class Crash(BaseException):
    """The station's process is gone, in the middle of it."""


@dataclass
class Weather:
    """How often (in 1) something goes wrong with a call, and what is still under way."""

    dice: random.Random
    trouble: float = 0.0
    late: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    def fate(self) -> str:
        return self.dice.choice(FATES) if self.dice.random() < self.trouble else "ok"


class Line:
    """One station's transport. Requests and answers travel as the JSON they would be.

    `meanwhile` is what else happens at the bench while a call is under way.
    """

    def __init__(
        self,
        center: Center,
        weather: Weather,
        token: str,
        note: Callable[[str], None],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._center = center
        self._weather = weather
        self.token = token
        self._note = note
        self._meanwhile = meanwhile

    def push(self, push: Push) -> Pushed | Gap:
        sent = msgspec.json.encode(push)
        said = self._call(
            f"push {push.epoch[:4]} {push.first}+{len(push.entries)}{'!' if push.suspect else ''}",
            lambda: self._center.push(self.token, sent),
        )
        return _pushed(said)

    def put_away(self, entry: Quarantine) -> Pushed | Gap:
        sent = msgspec.json.encode(entry)
        return _pushed(
            self._call(f"put away {entry.epoch[:4]} {entry.seq}", lambda: self._center.put_away(self.token, sent))
        )

    def pull(self, site: str, after: int, limit: int, mark: int = 0) -> FeedPage:
        said = self._call(f"pull {after}", lambda: self._center.pull(self.token, site, after, limit, mark))
        page = msgspec.json.decode(said, type=FeedPage)
        if page.records and self._weather.dice.random() < self._weather.trouble / 4:
            # A page that was put together wrongly on the way: one record is missing.
            gone = self._weather.dice.randrange(len(page.records))
            records = page.records[:gone] + page.records[gone + 1 :]
            self._note(f"page without its record {gone}")
            return msgspec.structs.replace(page, records=records)
        return page

    def snapshot(self, site: str) -> Iterator[SnapshotHead | FeedRecord | SnapshotEnd]:
        lines = self._call("snapshot", lambda: self._center.snapshot(self.token, site))
        # The connection may be cut anywhere.
        cut = self._weather.dice.random() < self._weather.trouble / 2
        lines = lines[: self._weather.dice.randrange(len(lines))] if cut else lines
        yield from (_line(line.decode()) for line in lines)

    def site_digest(self, site: str, upto: int) -> SiteDigest:
        said = self._call(f"digest {upto}", lambda: self._center.site_digest(self.token, site, upto))
        return msgspec.json.decode(said, type=SiteDigest)

    def journal_digest(self, epoch: str, after: int, upto: int) -> JournalDigest | Gap:
        said = self._call(
            f"digest {epoch[:4]} {after}-{upto}", lambda: self._center.journal_digest(self.token, epoch, after, upto)
        )
        return said if isinstance(said, Gap) else msgspec.json.decode(said, type=JournalDigest)

    def ask_photo(self, sha256: str, size: int, direct: bool = False) -> PhotoAnswer:
        said = self._call("photo?", lambda: self._center.ask_photo(self.token, sha256, size))
        return msgspec.json.decode(said, type=PhotoAnswer)

    def put_part(self, sha256: str, size: int, number: int, part: bytes) -> None:
        self._call(f"part {number}", lambda: self._center.put_part(self.token, sha256, size, number, part))

    def complete_photo(self, sha256: str, size: int) -> PhotoAnswer:
        said = self._call("photo!", lambda: self._center.complete_photo(self.token, sha256, size))
        return msgspec.json.decode(said, type=PhotoAnswer)

    def put_elsewhere(self, url: str, headers: Mapping[str, str], content: bytes) -> None:
        raise AssertionError("this central has no storage elsewhere")

    def reference(self, site: str, sha256: str, most: int) -> bytes:
        raise Refused("no_photo", "no history has any", status=404)

    def _call(self, what: str, ask: Callable[[], Any]) -> Any:
        fate = self._weather.fate()
        self._meanwhile()
        try:
            said = self._carry(fate, what, ask)
        except BaseException as error:
            self._note(f"{what} {fate} -> {type(error).__name__} {error}")
            raise
        self._note(f"{what} {fate} -> {hashlib.sha256(repr(said).encode()).hexdigest()[:12]}")
        return said

    def _carry(self, fate: str, what: str, ask: Callable[[], Any]) -> Any:
        before = {
            "lost": Unreachable("unreachable", ""),
            "busy": Unreachable("busy", "", status=503, retry_after_s=5.0),
            "fault": Unreachable("fault", "500", status=500),
            "foreign": Unreachable("not_central", "HTTP 200", status=200),
            "crash_before": Crash(),
        }
        if fate in before:
            raise before[fate]
        if fate == "late":
            self._weather.late.append((what, ask))
            raise Unreachable("slow", "")
        self._center.is_dying = fate == "dies"
        try:
            said = ask()
            if fate == "twice":
                said = ask()
        except CenterDied:
            raise Unreachable("unreachable", "") from None
        finally:
            self._center.is_dying = False
        if fate == "unanswered":
            raise Unreachable("slow", "")
        if fate == "crash_after":
            raise Crash
        return said


def _pushed(said: bytes | Gap) -> Pushed | Gap:
    return said if isinstance(said, Gap) else msgspec.json.decode(said, type=Pushed)

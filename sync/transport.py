"""What the courier asks of central: its side of the line, so that a test can put another line in the place of HTTP."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from sync.client import Gap
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


class Transport(Protocol):
    """Calls on central for one station, as `sync.client.Client` makes them.

    Every call raises sync.errors.Unreachable or Refused, and nothing else.
    """

    def push(self, push: Push) -> Pushed | Gap:
        """Send entries; central has taken them when this returns Pushed."""

    def put_away(self, entry: Quarantine) -> Pushed | Gap:
        """Hand over the raw bytes of an entry that central fails at in every other way."""

    def pull(self, site: str, after: int, limit: int, mark: int = 0) -> FeedPage:
        """Return the next records of the site's feed after number `after`; refused as `put_back` where central has
        another record there than the one with this short mark.
        """

    def snapshot(self, site: str) -> Iterator[SnapshotHead | FeedRecord | SnapshotEnd]:
        """Yield a site's records as they stand, between a head and an end; without the end it was cut off."""

    def site_digest(self, site: str, upto: int) -> SiteDigest:
        """Return the digests of what stands in a site's feed as of record `upto`."""

    def journal_digest(self, epoch: str, after: int, upto: int) -> JournalDigest | Gap:
        """Return the digest of what central has of this station's entries after one up to another."""

    def ask_photo(self, sha256: str, size: int, direct: bool = False) -> PhotoAnswer:
        """Return what central wants of a photo of `size` bytes; with `direct` it may name storage to put it to."""

    def put_part(self, sha256: str, size: int, number: int, part: bytes) -> None:
        """Send one part of a photo; again is the same as once."""

    def complete_photo(self, sha256: str, size: int) -> PhotoAnswer:
        """Have central put the parts together; the answer is `have`, or names parts that are missing."""

    def put_elsewhere(self, url: str, headers: Mapping[str, str], content: bytes) -> None:
        """Put a photo to the storage that central named."""

    def reference(self, site: str, sha256: str, most: int) -> bytes:
        """Return a picture that central told this site of; refused when it is longer than `most` bytes."""

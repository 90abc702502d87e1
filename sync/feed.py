"""Pulls central's feed into the local copy, page by page, and proves that no record was missed."""

from datetime import UTC, datetime

import msgspec

from station.local_copy import FeedGap, LocalCopy, Record
from sync.client import Client
from sync.errors import Refused

_PAGE = 2_000


class Pulled(msgspec.Struct, frozen=True):
    """What one page brought: whether there is more, and central's clock minus ours in seconds."""

    more: bool
    clock_offset_s: float


def pull_some(client: Client, copy: LocalCopy, site: str) -> Pulled:
    """Take one page; rows and cursor are one transaction. Raises Unreachable or Refused."""
    cursor = copy.cursor()
    asked_at = datetime.now(UTC)
    page = client.pull(site, cursor, _PAGE)
    middle = asked_at + (datetime.now(UTC) - asked_at) / 2
    if page.head < cursor:
        raise Refused("feed_behind", f"central's records end with {page.head}, ours with {cursor}")
    numbers = [record.seq for record in page.records]
    if numbers != list(range(page.from_seq, page.to_seq + 1)):
        raise Refused("feed_gap", f"records are missing between {page.from_seq} and {page.to_seq}")
    if numbers:
        records = [Record(each.seq, each.kind, each.key, each.body) for each in page.records]
        try:
            copy.apply(page.from_seq, page.to_seq, records)
        except FeedGap as error:
            raise Refused("feed_gap", str(error)) from error
        except msgspec.MsgspecError as error:
            raise Refused("record_unreadable", str(error)) from error
    return Pulled(page.to_seq < page.head, _seconds_after(page.server_time, middle))


def _seconds_after(server_time: str, ours: datetime) -> float:
    """Return how far central's clock is ahead of ours, in half seconds; 0 when it does not say."""
    try:
        theirs = datetime.fromisoformat(server_time)
        return round((theirs - ours).total_seconds() * 2) / 2
    except (ValueError, TypeError, OverflowError):
        return 0.0

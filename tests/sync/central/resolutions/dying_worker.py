"""Workers that kill themselves with SIGKILL at named points, one after the other: DATABASE PROVIDER POINT...

Each is a process of its own, forked before it opens anything, and comes ten minutes after the one before. Then workers
come every hour until one finds nothing to do. Prints how each ended: -9, or 0 when its point was never reached.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta

import httpx

from sync.central.resolutions.follow import follow
from sync.central.resolutions.provider import HttpProvider
from sync.central.resolutions.worker import RESEND_WITHIN, work_one
from sync.central.store import Store
from tests.sync.central.resolutions.histories import shipped

BOOK = shipped()


def work(database: str, url: str, point: str, later: timedelta) -> None:
    store, provider = Store(database), HttpProvider(url)

    def clock() -> datetime:
        return datetime.now(UTC) + later

    def passed(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    follow(store, BOOK, clock())
    while work_one(store, BOOK, provider, f"w{os.getpid()}", clock, passed) is not None:
        pass
    provider.close()
    store.close()


def ended(database: str, url: str, point: str, later: timedelta) -> int:
    child = os.fork()
    if not child:
        work(database, url, point, later)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(database: str, url: str, *points: str) -> None:
    assert httpx.Client  # Imported before the forks: once for all.
    later = timedelta()
    for point in points:
        print(point, ended(database, url, point, later))
        later += timedelta(minutes=10)
    while later < RESEND_WITHIN:
        assert ended(database, url, "", later) == 0
        later += timedelta(hours=5)


if __name__ == "__main__":
    main(*sys.argv[1:])

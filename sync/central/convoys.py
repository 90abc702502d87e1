"""Lets small pushes of one site that wait for their turn at the same time into the database in one transaction.

Pushes of one site wait for each other anyway. Where there is no crowd each goes at once, and by itself.
"""

import asyncio
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from sync.central import answers, intake
from sync.central.admission import Admission
from sync.central.answers import RequestError
from sync.central.intake import Given
from sync.central.store import Store
from sync.wire import Pushed

# Entries in one transaction: what is locked is so for no longer than for one push of a bench that was away.
_MOST_ENTRIES = 240


Answers = list[Pushed | Exception]


@dataclass(eq=False)
class _Waiting:
    """A push in the line of its site until somebody takes it along; then the convoy it is in, and its place there."""

    given: Given
    convoy: "asyncio.Task[Answers] | None" = None
    place: int = 0

    async def answer(self) -> Pushed:
        """Return what the push is answered with when its convoy is through."""
        assert self.convoy is not None
        answer = (await asyncio.shield(self.convoy))[self.place]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Convoys:
    """The lines of all sites; used in the event loop's thread alone."""

    def __init__(self, store: Store, admission: Admission) -> None:
        self._store = store
        self._admission = admission
        # As many as there are sites: who asks was let in at one.
        self._lines: dict[str, list[_Waiting]] = {}

    async def take_in(self, site: str, given: Given, size: int) -> Pushed:
        """Take a push of `size` bytes in, with those of its site that wait or with one that goes before it.

        Raises what `intake.take_in` raises, and RequestError (429) when no turn came in time.
        """
        line = self._lines.setdefault(site, [])
        mine = _Waiting(given)
        line.append(mine)
        try:
            async with self._admission.work(site, size):
                if mine in line:
                    self._go(site, line, mine)
                    return await mine.answer()
        except RequestError:
            if mine in line:
                raise
        finally:
            if mine in line:
                line.remove(mine)
        # Somebody took it along; its own turn is given back.
        return await mine.answer()

    def _go(self, site: str, line: list[_Waiting], first: _Waiting) -> None:
        along = _convoy(line, first)
        line[:] = [each for each in line if each not in along]
        given = [each.given for each in along]
        convoy = asyncio.create_task(
            run_in_threadpool(intake.take_in_together, self._store, site, given, answers.now())
        )
        convoy.add_done_callback(_hear)
        for place, each in enumerate(along):
            each.convoy, each.place = convoy, place


def _hear(convoy: "asyncio.Task[Answers]") -> None:
    """Hear how a convoy ended, though everybody in it may have hung up: they send again, and are told then."""
    if not convoy.cancelled():
        convoy.exception()


def _convoy(line: list[_Waiting], first: _Waiting) -> list[_Waiting]:
    convoy, stations, entries = [first], {first.given.station}, len(first.given.push.entries)
    if not intake.may_share(first.given.push):
        return convoy
    for each in line:
        station, push, _ = each.given
        entries_with = entries + len(push.entries)
        if station not in stations and entries_with <= _MOST_ENTRIES and intake.may_share(push):
            convoy.append(each)
            stations.add(station)
            entries = entries_with
    return convoy

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


@dataclass(eq=False)
class _Waiting:
    """A push in the line of its site until somebody takes it along, and what it is answered with then."""

    given: Given
    answer: asyncio.Future[Pushed]


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
        mine = _Waiting(given, asyncio.get_running_loop().create_future())
        line.append(mine)
        try:
            async with self._admission.work(site, size):
                if mine in line:
                    await self._go(site, line, mine)
        except RequestError:
            if mine in line:
                raise
        finally:
            if mine in line:
                line.remove(mine)
        return await mine.answer

    async def _go(self, site: str, line: list[_Waiting], first: _Waiting) -> None:
        """Go, and take along whom there is room for; who was taken along gives its own turn back."""
        convoy = _convoy(line, first)
        line[:] = [each for each in line if each not in convoy]
        given = [each.given for each in convoy]
        try:
            said = await run_in_threadpool(intake.take_in_together, self._store, site, given, answers.now())
            for each, answer in zip(convoy, said, strict=True):
                _tell(each, answer)
        except Exception as error:  # noqa: BLE001 # raised where each is answered
            for each in convoy:
                _tell(each, error)
        finally:
            for each in convoy:
                each.answer.cancel()


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


def _tell(waiting: _Waiting, answer: Pushed | Exception) -> None:
    if waiting.answer.done():
        return
    if isinstance(answer, Exception):
        waiting.answer.set_exception(answer)
    else:
        waiting.answer.set_result(answer)

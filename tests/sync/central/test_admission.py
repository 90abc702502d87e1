"""A storm of stations that come back at once: all is taken once, nobody hears of a fault, each is told its own time."""

import asyncio
from typing import Any

import pytest

from sync.central.admission import Admission
from sync.central.answers import RequestError
from tests.long import storm

STATIONS, BACKLOG, AT_ONCE = 100, 6, 6


def test_a_storm_of_stations_is_taken_in_once(central: Any) -> None:
    """A hundred at once are more than there are places for bodies: some are told to come later."""
    stations = storm.admit(central.store, STATIONS)
    happened = asyncio.run(storm.rage(central.url, stations, BACKLOG, AT_ONCE))
    assert set(happened.statuses) <= {200, 429}
    assert happened.statuses[200] == STATIONS * BACKLOG / AT_ONCE
    assert set(happened.verdicts) <= {"duplicate"}  # of a push whose answer was lost on a busy computer
    assert storm.kept(central.store, stations) == (STATIONS * BACKLOG, STATIONS * BACKLOG)
    assert all(1 <= int(each) <= 30 for each in happened.retry_after)


def test_places_are_given_back_however_a_request_ends() -> None:
    async def run() -> None:
        admission = Admission(bodies=2, at_work=1)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                async with admission.body(), admission.work("leeds"):
                    raise ZeroDivisionError
        async with admission.body(), admission.body():
            with pytest.raises(RequestError) as refused:
                async with admission.body():
                    pass
        assert (refused.value.status, refused.value.problem.error) == (429, "busy")
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 30
        async with admission.body(), admission.work("leeds"):
            pass

    asyncio.run(run())


def test_one_site_does_not_take_the_places_of_all() -> None:
    async def run() -> None:
        admission = Admission(bodies=50, at_work=3, at_a_site=2, patience_s=0.05)
        at_work: list[str] = []
        most: list[int] = []
        release = asyncio.Event()

        async def push(site: str) -> str:
            try:
                async with admission.work(site):
                    at_work.append(site)
                    most.append(len(at_work))
                    await release.wait()
                    at_work.remove(site)
                    return "taken"
            except RequestError:
                return "later"

        leeds = [asyncio.create_task(push("leeds")) for _ in range(10)]
        await asyncio.gather(*leeds[2:])  # eight wait in vain
        york = asyncio.create_task(push("york"))
        while "york" not in at_work:
            await asyncio.sleep(0)
        release.set()
        said = await asyncio.gather(*leeds, york)
        assert said == ["taken"] * 2 + ["later"] * 8 + ["taken"]
        assert max(most) == 3

    asyncio.run(run())


def test_who_is_answered_in_a_quiet_hour_need_not_wait() -> None:
    async def run() -> None:
        admission = Admission()
        async with admission.body():
            assert admission.delay_ms("leeds") == 0

    asyncio.run(run())


def test_those_who_come_together_are_told_different_times() -> None:
    async def run() -> set[str]:
        admission = Admission(bodies=0)
        told = set()
        for _ in range(800):
            with pytest.raises(RequestError) as refused:
                async with admission.body():
                    pass
            told.add(refused.value.headers["Retry-After"])
        return told

    assert len(asyncio.run(run())) > 3


def test_a_slow_central_does_not_tell_its_benches_to_come_sooner() -> None:
    """A crowd of a thousand is told to come about as fast as pushes end, however few of them are refused a second."""

    async def run() -> list[int]:
        admission = Admission(bodies=0)
        told = []
        for _ in range(3200):
            with pytest.raises(RequestError) as refused:
                async with admission.body():
                    pass
            told.append(int(refused.value.headers["Retry-After"]))
        return told

    told = asyncio.run(run())
    assert told == sorted(told)
    assert told[0] == 1 and told[-1] > 20
    assert max(told.count(second) for second in set(told)) <= 160


def test_who_was_told_to_come_is_not_still_ahead_once_he_had_to_come() -> None:
    """Five hundred were told times by a central that then got slower; when all have come, one more waits for none."""

    async def run() -> tuple[int, int]:
        now = 0.0
        admission = Admission(bodies=1, at_work=1, clock=lambda: now)
        async with admission.body():
            told = [await refused(admission) for _ in range(500)]
        for _ in range(40):
            async with admission.body(), admission.work("leeds"):
                now += 0.1
        async with admission.body():
            return max(told), await refused(admission)

    async def refused(admission: Admission) -> int:
        with pytest.raises(RequestError) as error:
            async with admission.body():
                pass
        return int(error.value.headers["Retry-After"])

    assert asyncio.run(run()) == (4, 1)


def test_no_body_is_read_that_would_wait_in_vain() -> None:
    async def run() -> None:
        admission = Admission(bodies=50, at_work=1, patience_s=0.03)  # pushes end 8 ms apart
        async with admission.body(), admission.body(), admission.body(), admission.body():
            with pytest.raises(RequestError):
                async with admission.body():
                    pass

    asyncio.run(run())


def test_bodies_are_let_in_by_their_bytes_too() -> None:
    """However large it is, one finds room by itself."""

    async def run() -> None:
        admission = Admission(most_bytes=10)
        async with admission.body(6):
            async with admission.body(4):
                with pytest.raises(RequestError):
                    async with admission.body(1):
                        pass
            async with admission.body(4):
                pass
        async with admission.body(11):
            pass

    asyncio.run(run())


def test_one_long_wait_does_not_send_a_crowd_away_for_long() -> None:
    async def run() -> int:
        now_s = [0.0]
        admission = Admission(bodies=1, at_work=1, clock=lambda: now_s[0])
        async with admission.body():
            for took_s in (*[0.01] * 60, 2.0):
                async with admission.work("leeds"):
                    now_s[0] += took_s
            for _ in range(200):
                with pytest.raises(RequestError) as refused:
                    async with admission.body():
                        pass
        return int(refused.value.headers["Retry-After"])

    # Pushes ended a hundredth of a second apart.
    assert 2 <= asyncio.run(run()) <= 4

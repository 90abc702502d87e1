"""Waiting for news: a bench that asked before hears what another one did as soon as it is there."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy.exc import OperationalError

from sync.central.waiting import Waiting
from tests.sync.central.test_service_doors import number

WAITERS = 120


def wait_at(bench: Any, after: int, wait: int = 25) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bench.token}"}
    path = f"{bench.central.url}/v1/sites/{bench.site}/feed?after={after}&wait={wait}"
    return httpx.get(path, headers=headers, timeout=60, trust_env=False)


def under_way(central: Any) -> float:
    return number(httpx.get(f"{central.url}/metrics", trust_env=False).text, "returns_central_under_way") - 1


@pytest.mark.parametrize("who", ["another bench", "another process"])
def test_a_bench_that_waits_hears_of_it(
    enrol: Callable[[], Any], book: Any, order: Callable[..., Any], until: Callable[..., None], who: str
) -> None:
    here, there = enrol(), enrol()
    expected = order()
    here.central.tell(here.site, expected)
    book.item(expected.rma)
    pull = here.client()
    head = pull.pull(here.site, 0, 2000).head
    heard: list[httpx.Response] = []
    waiter = threading.Thread(target=lambda: heard.append(wait_at(here, head)))
    waiter.start()
    until(lambda: under_way(here.central) >= 1)
    if who == "another bench":
        there.client().push(book.push())
    else:
        here.central.tell(here.site, order())
    waiter.join()
    page = heard[0].json()
    assert page["from"] == head + 1
    assert [record["kind"] for record in page["records"]][:1] == ["receipt" if who == "another bench" else "order"]


def test_a_wait_ends_with_an_empty_page(bench: Any, order: Callable[..., Any]) -> None:
    page = wait_at(bench, 7, 1).json()
    assert (page["from"], page["to"], page["head"], page["records"]) == (8, 7, 0, [])
    bench.central.tell(bench.site, order())
    assert len(wait_at(bench, 0, 25).json()["records"]) == 1  # what is there is not waited for
    assert wait_at(bench, 0, 26).status_code == 400


def test_many_wait_without_a_thread_each(
    own_central: Any, enrol_at: Any, order: Any, until: Callable[..., None]
) -> None:
    bench = enrol_at(own_central)
    process = psutil.Process(own_central._process.pid)
    request = (
        f"GET /v1/sites/{bench.site}/feed?after=0&wait=25 HTTP/1.1\r\nHost: central\r\n"
        f"Authorization: Bearer {bench.token}\r\nConnection: close\r\n\r\n"
    )

    async def one() -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while not records:  # on a slow computer the first have waited in vain before the last have come
            reader, writer = await asyncio.open_connection("127.0.0.1", own_central.port)
            writer.write(request.encode())
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            records = json.loads(answer.partition(b"\r\n\r\n")[2])["records"]
        return records

    threads: list[int] = []

    def tell_when_all_wait() -> None:
        until(lambda: under_way(own_central) >= 0.9 * WAITERS)
        threads.append(process.num_threads())
        own_central.tell(bench.site, order())

    async def all_of_them() -> list[list[dict[str, Any]]]:
        teller = asyncio.to_thread(tell_when_all_wait)
        *heard, _ = await asyncio.gather(*(one() for _ in range(WAITERS)), teller)
        return heard

    heard = asyncio.run(all_of_them())
    assert [len(records) for records in heard] == [1] * WAITERS
    assert threads[0] < 60


def test_a_database_that_goes_away_lets_everybody_go() -> None:
    def away() -> dict[str, int]:
        raise OperationalError("select", {}, Exception("gone"))

    async def run() -> None:
        waiting = Waiting(away)
        async with asyncio.timeout(60):
            await asyncio.gather(*(waiting.until_past("leeds", 0, 1e6) for _ in range(3)))

    asyncio.run(run())


def test_one_query_serves_all_and_none_is_made_for_nobody() -> None:
    looked: list[int] = []
    last = {"leeds": 4, "york": 9}

    def heads() -> dict[str, int]:
        looked.append(1)
        return dict(last)

    async def run() -> None:
        waiting = Waiting(heads)
        waiters = [asyncio.create_task(waiting.until_past(site, 9, 1e6)) for site in ["leeds", "york"] * 50]
        async with asyncio.timeout(60):
            while not looked:
                await asyncio.sleep(0)
            assert not any(waiter.done() for waiter in waiters)
            last["leeds"] = 10
            waiting.changed()
            await asyncio.gather(*waiters[::2])
            assert not any(waiter.done() for waiter in waiters[1::2])
            assert len(looked) < 20
            waiting.end()
            await asyncio.gather(*waiters)
            count = len(looked)
            await waiting.until_past("york", 9, 1e6)
            assert len(looked) <= count + 1

    asyncio.run(run())

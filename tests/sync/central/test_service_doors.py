"""What those who run central rely on: alive, ready, counted, logged, and stopped without cutting anybody off."""

import json
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import uuid_utils
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from station import sample
from station.sample import SITE
from sync.central import pattern_commands
from sync.central.photos import open_shelf
from sync.central.resolutions import books
from sync.central.service import Service
from sync.central.store import Store
from sync.central.tables import webhook
from sync.central.web import make_app
from tests.sync.central.test_main import serve, url_of


def number(metrics: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_what_comes_in_is_counted(bench: Any, book: Any, order: Callable[..., Any]) -> None:
    def metrics() -> str:
        answer = httpx.get(f"{bench.central.url}/metrics", trust_env=False)
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return answer.text

    before = metrics()
    bench.central.tell(bench.site, order())
    book.parcels(3)
    client = bench.client()
    client.push(book.push())
    client.push(book.push())
    client.pull(bench.site, 0, 100)
    bench.send_photo(bench.station.encode())
    after = metrics()

    def grown(name: str) -> float:
        return number(after, f"returns_central_{name}") - number(before, f"returns_central_{name}")

    assert grown("pushes_total") == 2
    assert grown('facts_total{status="ok"}') == 3
    assert grown('facts_total{status="duplicate"}') == 3
    assert grown("feed_records_total") >= 1
    assert (grown("photos_total"), grown("photo_bytes_total")) == (1, len(bench.station))
    route = 'route="/v1/stations/{station}/events",status="200"'
    assert grown(f'request_seconds_count{{method="POST",{route}}}') == 2
    assert number(after, "returns_central_database_up") == 1
    assert 'returns_central_waiting{what="reviews"}' in after
    assert number(after, "returns_central_longest_unheard_seconds") > 0
    assert bench.station not in after
    assert bench.site not in after


def test_words_that_are_no_method_are_counted_as_one(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    service = Service(store, "test")
    app = make_app(service, open_shelf("", tmp_path, store), pattern_commands.read(tmp_path), books.read(tmp_path))

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://central") as http:
            for method in ("GET", "M1", "M2", "get"):
                await http.request(method, "/health")

    anyio.run(ask)
    told = service.metrics.text().decode()
    store.close()
    assert set(re.findall(r'request_seconds_count\{method="([^"]*)"', told)) == {"GET", "other"}


def test_ready_says_what_is_missing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    service = Service(store, "test")
    app = make_app(service, open_shelf("", tmp_path, store), pattern_commands.read(tmp_path), books.read(tmp_path))
    transport = httpx.ASGITransport(app)

    def asked(path: str) -> tuple[int, str]:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="http://central") as http:
                return await http.get(path)

        answer = anyio.run(ask)
        return answer.status_code, answer.json().get("detail", "")

    assert asked("/ready") == (200, "")
    (tmp_path / "photos").rmdir()
    (tmp_path / "photos").write_text("in the way")
    assert asked("/ready") == (503, "no photo can be written")
    with store.writing() as connection:
        connection.execute(text("DROP TABLE review"))
    assert asked("/ready") == (503, "the database lacks tables of this version")
    assert asked("/health") == (200, "")
    service.drain()
    assert asked("/ready") == (503, "draining")
    store.close()


def test_a_line_of_the_log_tells_a_request_and_no_secret(tmp_path: Path) -> None:
    with serve(tmp_path, "--sample", "--with-parent", "--log-requests") as process:
        url = url_of(process)
        token = (tmp_path / "tokens" / f"{sample.STATION}.token").read_text().strip()
        with httpx.Client(base_url=url, trust_env=False, headers={"Authorization": f"Bearer {token}"}) as http:
            path = f"/v1/sites/{SITE}/feed?after=0&secret=hush-in-the-query"
            answer = http.get(path, headers={"X-Request-Id": "mine-1"})
            assert answer.headers["x-request-id"] == "mine-1"
            answer = http.post(f"/v1/stations/{sample.STATION}/events", content=b'{"hush": "in the body"}')
            made_up = answer.headers["x-request-id"]
            http.get("/v1/returns/hush-in-the-path", headers={"Authorization": "Bearer hush-in-the-header"})
        _, errors = process.communicate(timeout=60)
    lines = [json.loads(line) for line in errors.splitlines()]
    told = [(line["id"], line["who"], line["method"], line["route"], line["status"]) for line in lines]
    assert told[0] == ("mine-1", sample.STATION, "GET", "/v1/sites/{site}/feed", 200)
    assert told[1] == (made_up, sample.STATION, "POST", "/v1/stations/{station}/events", 400)
    assert told[2][1:] == ("", "GET", "/v1/returns/{rma}", 401)
    assert all(line["ms"] >= 0 and line["level"] == "INFO" for line in lines)
    assert "hush" not in errors
    assert token not in errors


def test_it_drains_before_it_stops(tmp_path: Path, until: Callable[..., None]) -> None:
    with serve(tmp_path, "--sample", "--drain", "600") as process:
        url = url_of(process)
        token = (tmp_path / "tokens" / f"{sample.STATION}.token").read_text().strip()
        heard: list[httpx.Response] = []

        def wait_for_news(http: httpx.Client) -> None:
            heard.append(http.get(f"/v1/sites/{SITE}/feed?after=1000000&wait=25", timeout=60))

        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as http:
            http.get("/ready").raise_for_status()
            waiter = threading.Thread(target=wait_for_news, args=(http,))
            waiter.start()
            until(lambda: waits(url))
            process.send_signal(signal.SIGTERM)
            until(lambda: http.get("/ready").status_code == 503)
            assert http.get("/health").status_code == 200
            assert http.get(f"/v1/sites/{SITE}/feed?after=0").json()["records"]
            # Whoever waits is let go at once, and nobody waits any more.
            waiter.join()
            assert [(answer.status_code, answer.json()["records"]) for answer in heard] == [(200, [])]
            wait_for_news(http)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=60)
        assert (process.returncode, output, errors) == (0, "", "")


def waits(url: str) -> bool:
    """Whether a request is under way beside this one, by central's own count."""
    return number(httpx.get(f"{url}/metrics", trust_env=False).text, "returns_central_under_way") >= 2


def test_what_is_counted_is_told_for_a_token_where_others_can_call(tmp_path: Path) -> None:
    with serve(tmp_path, "--with-parent", "--behind-proxy") as process:
        assert httpx.get(f"{url_of(process)}/metrics", trust_env=False).status_code == 401
        process.communicate(timeout=60)


def test_an_error_of_the_database_says_nothing_of_what_was_written(shared_store: Store) -> None:
    row = {"id": f"WH-{uuid_utils.uuid7().hex}", "secret": "hush"} | dict.fromkeys(
        ("site", "name", "url", "made_at"), "x"
    )
    with pytest.raises(IntegrityError) as raised, shared_store.writing() as connection:
        connection.execute(insert(webhook), [row])
        connection.execute(insert(webhook), [row])
    assert "hush" not in str(raised.value)
    assert "webhook" in str(raised.value)

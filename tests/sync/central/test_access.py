"""Who may pass which door: every route times every kind of caller, so that no new door is left out."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from sync.central import integrators, pattern_commands, tokens
from sync.central.operations import OPERATIONS
from sync.central.photos import open_shelf
from sync.central.resolutions import books
from sync.central.service import Service
from sync.central.store import Store
from sync.central.web import make_app

NOW = "2026-04-18T08:00:00.000000Z"
SHA256 = "0" * 64

# Whose each door is; what is asked here is asked of nobody else.
DOORS: Mapping[tuple[str, str], str] = {
    ("GET", "/health"): "anybody",
    ("GET", "/v1/health"): "anybody",
    ("GET", "/ready"): "anybody",
    ("GET", "/metrics"): "monitor",
    ("GET", "/openapi.json"): "anybody",
    ("POST", "/v1/stations/{station}/events"): "itself",
    ("POST", "/v1/stations/{station}/quarantine"): "itself",
    ("GET", "/v1/sites/{site}/feed"): "site",
    ("GET", "/v1/sites/{site}/snapshot"): "site",
    ("GET", "/v1/sites/{site}/digest"): "site",
    ("GET", "/v1/stations/{station}/digest"): "itself",
    ("POST", "/v1/enrol"): "anybody",
    ("POST", "/v1/stations/{station}/challenge"): "anybody",
    ("POST", "/v1/stations/{station}/token"): "anybody",
    ("PUT", "/v1/photos/{sha256}"): "station",
    ("PUT", "/v1/photos/{sha256}/parts/{number}"): "station",
    ("POST", "/v1/photos/{sha256}/complete"): "station",
    ("GET", "/v1/photos/{sha256}"): "station",
    ("GET", "/v1/sites/{site}/references/{sha256}"): "site",
    ("GET", "/v1/returns/{rma}"): "station",
    ("GET", "/v1/events"): "station",
    ("PUT", "/v1/sites/{site}/orders"): "orders",
    ("POST", "/v1/sites/{site}/orders"): "orders",
    ("GET", "/v1/sites/{site}/resolutions"): "resolutions",
    ("GET", "/v1/sites/{site}/resolutions/{id}"): "resolutions",
    ("POST", "/v1/sites/{site}/resolutions/{id}/settle"): "resolutions",
    ("GET", "/v1/sites/{site}/reviews"): "resolutions",
    ("POST", "/v1/sites/{site}/reviews/rule"): "resolutions",
    ("GET", "/v1/sites/{site}/webhooks"): "resolutions",
    ("POST", "/v1/sites/{site}/webhooks"): "resolutions",
    ("DELETE", "/v1/sites/{site}/webhooks/{id}"): "resolutions",
    ("GET", "/v1/sites/{site}/exceptions"): "supervise",
    ("GET", "/v1/sites/{site}/shift"): "supervise",
}

# What each kind of caller hears at each kind of door; 0 is anything but a no to who it is.
ANSWERS: Mapping[str, Mapping[str, int]] = {
    "nobody": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "bad token": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "revoked": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "shut out": {
        "anybody": 0,
        "station": 403,
        "site": 403,
        "itself": 403,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "ended": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "dismissed": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "itself": {
        "anybody": 0,
        "station": 0,
        "site": 0,
        "itself": 0,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "other station": {
        "anybody": 0,
        "station": 0,
        "site": 0,
        "itself": 403,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "other site": {
        "anybody": 0,
        "station": 0,
        "site": 403,
        "itself": 403,
        "orders": 401,
        "resolutions": 401,
        "supervise": 401,
        "monitor": 401,
    },
    "sends orders": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 0,
        "resolutions": 403,
        "supervise": 403,
        "monitor": 403,
    },
    "settles": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 403,
        "resolutions": 0,
        "supervise": 403,
        "monitor": 403,
    },
    "supervises": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 403,
        "resolutions": 403,
        "supervise": 0,
        "monitor": 403,
    },
    "settles elsewhere": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 403,
        "resolutions": 403,
        "supervise": 403,
        "monitor": 403,
    },
    "monitors": {
        "anybody": 0,
        "station": 401,
        "site": 401,
        "itself": 401,
        "orders": 403,
        "resolutions": 403,
        "supervise": 403,
        "monitor": 0,
    },
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """The application's own routes."""
    data = tmp_path_factory.mktemp("routes")
    store = Store(f"sqlite:///{data / 'central.sqlite'}")
    shelf = open_shelf("memory:", data, store)
    yield make_app(Service(store, "test"), shelf, pattern_commands.read(data), books.read(data)).routes
    store.close()


def test_every_door_has_a_row_and_every_row_a_door(routes: list[Any]) -> None:
    there = {(method, route.path): route for route in routes for method in route.methods}
    # HEAD goes wherever GET goes, and hears the same.
    assert {(method, path) for method, path in there if method != "HEAD"} == set(DOORS)
    told = {(each.method, each.path): each.who for each in OPERATIONS}
    plain = {key for key, route in there.items() if type(route) is Route}
    assert set(told) <= plain
    assert {key for key in plain if key[0] != "HEAD"} <= set(told)
    for key, who in told.items():
        whose = DOORS["GET" if key[0] == "HEAD" else key[0], key[1]]
        assert (who if who != "integrator" else "orders") == whose


@pytest.fixture
def callers(central: Any, enrol: Callable[[], Any], enrol_at: Any, site: str) -> dict[str, tuple[Any, str]]:
    """Each kind of caller's token, and the station all of them ask for."""
    store = central.store
    itself, other = enrol(), enrol()
    elsewhere = f"else-{uuid.uuid4().hex[-10:]}"
    revoked_station = f"R{uuid.uuid4().hex[-8:]}"
    revoked = tokens.enrol(store, revoked_station, site, NOW)
    tokens.enrol(store, revoked_station, site, NOW)
    shut_out, ended = (f"{letter}{uuid.uuid4().hex[-8:]}" for letter in "OX")
    shut_out_token = tokens.enrol(store, shut_out, site, NOW)
    assert tokens.revoke(store, shut_out, NOW)
    with store.writing() as connection:
        tokens.admit(connection, ended, site, b"", "2020-01-01T00:00:00.000000Z")
        ended_token = tokens.issue(connection, ended, site, "2020-01-01T00:00:00.000000Z").token
    dismissed = integrators.admit(store, "gone", site, NOW)
    assert integrators.dismiss(store, "gone", site)
    found = {
        "nobody": "",
        "bad token": "not-a-token-of-anybody",
        "revoked": revoked,
        "shut out": shut_out_token,
        "ended": ended_token,
        "dismissed": dismissed,
        "itself": itself.token,
        "other station": other.token,
        "other site": tokens.enrol(store, f"E{uuid.uuid4().hex[-8:]}", elsewhere, NOW),
        "sends orders": integrators.admit(store, "shop", site, NOW),
        "settles": integrators.admit(store, "desk", site, NOW, ["resolutions"]),
        "supervises": integrators.admit(store, "board", site, NOW, ["supervise"]),
        "monitors": integrators.admit(store, "prometheus", site, NOW, ["monitor", "resolutions"]),
        "settles elsewhere": integrators.admit(store, "desk", elsewhere, NOW, ["resolutions"]),
    }
    return {kind: (itself, token) for kind, token in found.items()}


def test_every_door_hears_out_every_caller(routes: list[Any], callers: dict[str, tuple[Any, str]]) -> None:
    assert set(callers) == set(ANSWERS)
    wrong = []
    for kind, (itself, token) in callers.items():
        with httpx.Client(base_url=itself.central.url, trust_env=False, timeout=60) as http:
            if token:
                http.headers["Authorization"] = f"Bearer {token}"
            for route in routes:
                path = route.path.format_map(_Names(station=itself.station, site=itself.site, sha256=SHA256))
                for method in sorted(route.methods):
                    whose = DOORS["GET" if method == "HEAD" else method, route.path]
                    if whose == "monitor":
                        answer = asked_from_afar(itself.central.store, method, path, token)
                    else:
                        answer = http.request(method, path, content=b"{}" if method in ("PUT", "POST") else None)
                    expected = ANSWERS[kind][whose]
                    fits = answer.status_code == expected if expected else answer.status_code not in (401, 403)
                    if not fits or answer.status_code >= 500:
                        wrong.append((kind, method, route.path, answer.status_code, expected))
                    if answer.status_code in (401, 403) and method != "HEAD":
                        assert answer.json()["error"] in REFUSALS
                        assert (answer.status_code == 401) == ("www-authenticate" in answer.headers)
    assert wrong == []


def asked_from_afar(store: Store, method: str, path: str, token: str) -> httpx.Response:
    """Ask a central on this database that others than its own computer may call."""
    data = Path("nowhere")
    app = make_app(
        Service(store, "test"), open_shelf("memory:", data, store), pattern_commands.read(data), books.read(data)
    )
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://central") as http:
            return await http.request(method, path, headers=headers)

    return asyncio.run(ask())


REFUSALS = {"no_token", "token_unknown", "token_expired", "revoked", "other_site", "other_station", "no_role"}


class _Names(dict[str, str]):
    """Any other name in a path is one that nothing has."""

    def __missing__(self, name: str) -> str:
        return "nothing"

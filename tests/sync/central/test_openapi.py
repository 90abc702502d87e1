"""The OpenAPI document is complete and honest: requests made from it, right and wrong ones, get what it promises."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from sync.central import integrators, tokens
from sync.central.__main__ import main
from sync.central.operations import OPERATIONS

NOW = "2026-04-18T08:00:00.000000Z"

# Small enough for the suite, and the same in every run; RETURNS_CENTRAL_EXAMPLES=500 looks longer.
EXAMPLES = int(os.environ.get("RETURNS_CENTRAL_EXAMPLES", "8"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A run of a journal is numbered and chained by hashes, a photo is named by its own, a webhook's address is everybody's:
# no schema can say so, and what is made from one is refused rightly. Nor that a digest is asked of so many entries.
NOT_BY_SCHEMA = {
    "journal_digest", "push", "put_away", "ask_photo", "put_part", "complete_photo",
    "enrol", "challenge", "renew", "add_webhook",
}  # fmt: skip
# Each row of orders is judged by itself, and one that is refused is answered like the others.
NEVER_WRONG = {"put_orders", "post_orders"}
FOR_SYSTEMS = (
    "GET /v1/sites/{site}/resolutions",
    "GET /v1/sites/{site}/resolutions/{id}",
    "POST /v1/sites/{site}/resolutions/{id}/settle",
    "GET /v1/sites/{site}/webhooks",
    "POST /v1/sites/{site}/webhooks",
    "DELETE /v1/sites/{site}/webhooks/{id}",
    "GET /v1/sites/{site}/exceptions",
    "GET /v1/sites/{site}/shift",
)


@pytest.fixture(scope="module")
def api(on_sqlite: Any) -> Any:
    """The document that a running central gives."""
    document = schemathesis.openapi.from_url(f"{on_sqlite.url}/openapi.json")
    # What nobody told of is ignored, as a newer caller may say more; tokens are the matrix's matter.
    document.config.generation.update(allow_extra_parameters=False, with_security_parameters=False)
    return document


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for all of it, and no proxy of the environment."""
    with requests.Session() as one:
        one.trust_env = False
        yield one


@pytest.fixture(scope="module")
def headers(on_sqlite: Any) -> dict[str, dict[str, str]]:
    """What opens each kind of door."""
    store = on_sqlite.store
    desk = integrators.admit(store, "schemathesis", "honest", NOW, ["orders", "resolutions", "supervise"])
    return {
        "station": {"Authorization": f"Bearer {tokens.enrol(store, 'HON', 'honest', NOW)}"},
        "integrator": {"Authorization": f"Bearer {desk}"},
    }


def ways() -> Iterator[Any]:
    """Each door with right requests, and with wrong ones where a request can be wrong."""
    for each in OPERATIONS:
        key = f"{each.method} {each.path}"
        yield pytest.param(key, GenerationMode.POSITIVE, id=f"{key}-right")
        if each.name not in NEVER_WRONG and (each.query or each.body or "{sha256}" in each.path):
            yield pytest.param(key, GenerationMode.NEGATIVE, id=f"{key}-wrong")

    for key in FOR_SYSTEMS:
        yield pytest.param(key, GenerationMode.POSITIVE, id=f"{key}-right")
    for key in (FOR_SYSTEMS[0], FOR_SYSTEMS[2], FOR_SYSTEMS[4], FOR_SYSTEMS[6]):
        yield pytest.param(key, GenerationMode.NEGATIVE, id=f"{key}-wrong")


@pytest.mark.parametrize(("key", "mode"), list(ways()))
def test_every_door_answers_as_it_says(
    api: Any,
    session: requests.Session,
    headers: dict[str, dict[str, str]],
    key: str,
    mode: GenerationMode,
) -> None:
    method, _, path = key.partition(" ")
    operation = api[path][method]
    name = operation.definition.raw["operationId"]
    is_open = not operation.definition.raw["security"]
    whose = "integrator" if any("integrator" in each for each in operation.definition.raw["security"]) else "station"
    mine = {"station": "HON", "site": "honest"}
    places = {
        each["name"]: mine[each["name"]] for each in operation.definition.raw["parameters"] if each["name"] in mine
    }
    left_out = {"ignored_auth"} if is_open else set()
    left_out |= {"positive_data_acceptance"} if name in NOT_BY_SCHEMA else set()
    left_out |= {"negative_data_rejection"} if name in NEVER_WRONG else set()
    checks = [check for check in CHECKS.get_all() if check.__name__ not in left_out]

    @BOUNDED
    @given(case=operation.as_strategy(mode))
    def run(case: Case) -> None:
        case.path_parameters.update(places)
        if str(case.query.get("wait", "")).isdecimal():
            case.query["wait"] = 0  # nobody waits for news here
        case.call_and_validate(headers={} if is_open else headers[whose], session=session, checks=checks)

    run()


def test_the_document_is_printed_as_it_is_served(api: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "--data", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == api.raw_schema


def test_no_reference_leads_nowhere(api: Any) -> None:
    def found(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for each in value.values():
                yield from found(each)
        elif isinstance(value, list):
            for each in value:
                yield from found(each)

    names = {reference.removeprefix("#/components/schemas/") for reference in found(api.raw_schema)}
    schemas = api.raw_schema["components"]["schemas"]
    assert names <= set(schemas)
    assert {"Push", "Pushed", "FeedPage", "ReturnRecord", "OrderIn", "Problem"} <= set(schemas)

"""Whatever an entry holds, it gets a final answer in the same push as the sound ones beside it, which are taken in."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import uuid_utils
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from station import facts
from station.entries import Entry, first_prev, sealed
from sync.wire import Push
from tests.sync.conftest import NOW, Book

EXAMPLES = 20 * int(os.environ.get("RETURNS_STATION_FAULTS", "1"))
MOST = 8
# Pushes are not made smaller when one fails: that takes long.
PHASES = (Phase.explicit, Phase.generate)
NAMES = sorted(facts._VERSIONS)

LARGE = b'{"t":"Answered","item":"I","question":"' + b"q" * 1_000_000 + b'"}'

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("parcel", "item", "code", "rma", "line", "orders", "declared", "txns", "sha256", "serial", "plate", "bin")


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """A fact's type and a body for it, right, wrong, or nothing that could be one."""
    name = draw(st.sampled_from(NAMES) | TEXT)
    said = {"t": draw(st.sampled_from([name, "ParcelArrived", ""]))}
    said |= {field: draw(VALUES) for field in draw(st.lists(st.sampled_from(FIELDS), max_size=6))}
    whole = draw(st.sampled_from([True, True, False]))
    return name, msgspec.json.encode(said) if whole else draw(st.binary(max_size=60))


@st.composite
def wrongs(draw: st.DrawFn) -> dict[str, Any]:
    """What is changed in an entry."""
    kind = draw(st.sampled_from(["body", "body", "body", "version", "text", "number", "id", "hash", "torn", "large"]))
    match kind:
        case "body":
            name, body = draw(bodies())
            return {"type": name, "body": body}
        case "version":
            return {"v": draw(st.integers(-(2**31), 2**31 - 1))}
        case "text":
            field = draw(st.sampled_from(["txn", "at", "boot", "operator", "shift", "type", "epoch"]))
            return {field: draw(TEXT | st.just("\0") | st.just("x" * 70_000))}
        case "number":
            return {"mono_ms": draw(st.integers(-(2**63), 2**63 - 1))}
        case "id":
            return {"id": draw(st.just("clash") | TEXT)}
        case "large":
            return {"large": True}
        case _:
            return {kind: draw(st.binary(max_size=32))}


# A push has room for two that are large.
WRONG = st.dictionaries(st.integers(0, MOST - 1), wrongs(), min_size=1, max_size=MOST - 2).filter(
    lambda wrong: sum("large" in change for change in wrong.values()) <= 2
)


def spoilt(entries: list[Entry], wrong: dict[int, dict[str, Any]]) -> Push:
    """The entries as a journal of their own, some of them spoilt; the chain goes on after what only lies."""
    epoch = uuid_utils.uuid4().hex
    prev, spoilt = first_prev(epoch), []
    for place, entry in enumerate(entries):
        change = dict(wrong.get(place, {}))
        if change.pop("large", False):
            change["body"] = LARGE
        hash_, prev = change.pop("hash", None), change.pop("torn", prev)
        own = {"seq": place + 1, "epoch": epoch, "id": uuid_utils.uuid7().hex}
        whole = sealed(msgspec.structs.replace(entry, **(own | change)), prev)
        spoilt.append(whole if hash_ is None else msgspec.structs.replace(whole, hash=hash_))
        prev = spoilt[-1].hash
    return Push(epoch, 1, NOW, tuple(spoilt))


@pytest.fixture
def sound(book: Book) -> Iterator[list[Entry]]:
    """Entries with nothing wrong in them."""
    for _ in range(MOST):
        book.item(f"RMA-{uuid_utils.uuid7().hex[-9:]}", serial="SN1")
    return list(book.push().entries[:MOST])


def test_every_entry_gets_a_final_answer_and_the_sound_ones_are_taken_in(
    bench: Any, sound: list[Entry], tally: Any
) -> None:
    client = bench.client()
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=list(HealthCheck), database=None)
    @given(wrong=WRONG)
    @example(wrong={2: {"large": True}})
    @example(wrong={0: {"id": "\0"}})
    def push(wrong: dict[int, dict[str, Any]]) -> None:
        given_ = spoilt(sound, wrong)
        answer = client.push(given_)
        assert answer.acked == MOST
        results = {verdict.seq: verdict for verdict in answer.results}
        for place in range(MOST):
            verdict = results.get(place + 1)
            # Two benches' items are never in conflict here; a torn chain is the next entry's fault too.
            if place not in wrong and "torn" not in wrong.get(place, {}):
                assert verdict is None, verdict
            seen[verdict.code or verdict.status if verdict else "ok"] += place in wrong
        again = client.push(given_)
        assert again.acked == MOST
        kept = bench.central.rows(
            "SELECT seq FROM journal WHERE station = :s AND epoch = :e UNION ALL "
            "SELECT seq FROM quarantine WHERE station = :s AND epoch = :e",
            s=bench.station,
            e=given_.epoch,
        )
        said_before = {verdict.seq for verdict in answer.results if verdict.status == "duplicate"}
        assert {row["seq"] for row in kept} | said_before == set(range(1, MOST + 1))

    push()
    assert bench.central.log().count("Traceback") == 0
    tally(seen.total(), f"spoilt entries: {dict(seen)}")

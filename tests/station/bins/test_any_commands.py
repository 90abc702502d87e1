"""Whatever is done with bins between parcels, in whatever order, no bin ever holds goods of two dispositions.

Goods that were sent another way lie where they lay until they are carried; so what counts is the way (and the client)
under which each was put in: placed, carried, or poured in with all of another bin.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from station import facts as f
from station.fold import fold
from station.inputs import Do
from station.journal import Journal
from station.rules import Rules
from station.stages import Stage
from tests.station.shifts.closed import HOLD, PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, Floor, opened, work

BACK, REJECTED = "BIN-BACK-01", "BIN-REJECTED-01"
BINS = (
    BACK,
    REJECTED,
    RESALE,
    HOLD,
    "BIN-HOLD-02",
    "BIN-RESALE-LUM",
    "BIN-RECYCLE-01",
    "BIN-RECYCLE-02",
    "BIN-REFURB-01",
)
WAYS = ("resale", "recycle", "hold", "refurb", "ship_back", "reject")
ACTS = ("open", "close", "reopen", "move", "merge", "count")

commands = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.sampled_from(BINS), st.sampled_from(ACTS), st.sampled_from(BINS)),
        st.tuples(st.just("send"), st.integers(0, 3), st.sampled_from(WAYS)),
        st.tuples(st.just("carry"), st.sampled_from(PLATES[:4]), st.sampled_from(BINS)),
        st.tuples(st.just("undo")),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Iterator[Floor]:
    """One bench for all that is tried: what one trial leaves is where the next begins."""
    folder = tmp_path_factory.mktemp("any")
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        work(journal)
        apart = [f.BinOpened(BACK, "hold", apart="ship_back"), f.BinOpened(REJECTED, "hold", apart="reject")]
        journal.append(apart, operator=RECEIVER[0], shift="S-A01-1")
    with opened(folder, rules) as made:
        made.sign_in(SUPERVISOR)
        yield made


def act(floor: Floor, bin_: str, what: str, other: str) -> None:
    floor.do(Do.BINS)
    floor.scan(bin_)
    floor.do(Do.CHOOSE, what)
    if floor.stage in (Stage.BIN_INTO, Stage.BIN_TO):
        floor.scan(other)
    elif floor.stage == Stage.BIN_WHY:
        floor.choose("room")
    elif floor.stage == Stage.CHECK:
        floor.scan(PLATES[0])
        floor.do(Do.FINISH)
    while floor.stage != Stage.IDLE:
        floor.do(Do.CONFIRM if floor.stage == Stage.BIN_DIFFERS else Do.CANCEL)


def send(floor: Floor, number: int, way: str) -> None:
    """Send an item another way, as a release or another decision does; it lies where it lies."""
    lying = floor.bench.known.lying_item(f"I{number}")
    assert lying is not None
    apart: Any = way if way in ("ship_back", "reject") else ""
    to: Any = "hold" if apart else way
    sent = f.RouteOverridden(lying.item, lying.disposition, to, "released", "", apart=apart)
    txn = floor.bench.journal.append([sent], operator="", shift=floor.bench.state.shift).txn
    floor.bench.state = fold(floor.bench.state, txn, ())


def carry(floor: Floor, plate: str, bin_: str) -> None:
    floor.scan(plate)
    if floor.stage == Stage.CARRY:
        floor.scan(bin_)
    if floor.stage == Stage.CARRY:
        floor.do(Do.CANCEL)


def ways(floor: Floor) -> dict[str, set[tuple[str, str]]]:
    """Return for each bin under which ways, and for which clients, its goods lie in it, those that left included."""
    with floor.bench.journal.reading() as connection:
        rows = connection.exec_driver_sql("SELECT bin, fill, way, client FROM item WHERE placed_n > 0").all()
    found: dict[str, set[tuple[str, str]]] = {}
    for bin_, fill, way, client in rows:
        found.setdefault(f"{bin_}/{fill}", set()).add((way, client))
    return found


def lie(floor: Floor) -> dict[str, tuple[str, str]]:
    """Return in which bin each item lies, and for which goods on hold alone it is."""
    with floor.bench.journal.reading() as connection:
        rows = connection.exec_driver_sql("SELECT item, bin, apart FROM item WHERE placed_n > 0").all()
    return {item: (bin_, apart) for item, bin_, apart in rows}


def check_apart(floor: Floor, what: str, before: dict[str, tuple[str, str]]) -> None:
    """What is put into another bin goes into one for such goods alone; what is poured, from one such into another."""
    for item, (bin_, apart) in lie(floor).items():
        was, _ = before[item]
        here, there = floor.bench.known.bin(bin_), floor.bench.known.bin(was)
        assert here is not None and there is not None
        if bin_ != was and what != "undo":
            assert here.apart == (apart if what == "carry" else there.apart), (what, item, was, bin_)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands)
@example([("send", 0, "ship_back"), ("carry", PLATES[0], HOLD), ("carry", PLATES[0], BACK)])
@example([("send", 0, "reject"), ("carry", PLATES[0], REJECTED), ("act", REJECTED, "merge", HOLD)])
def test_a_bin_never_holds_two_dispositions(floor: Floor, given: list[tuple]) -> None:
    for what, *rest in given:
        before = lie(floor)
        if what == "undo":
            floor.do(Do.UNDO)
        else:
            {"act": act, "send": send, "carry": carry}[what](floor, *rest)
        check_apart(floor, what, before)
        for name, held in ways(floor).items():
            known = floor.bench.known.bin(name.partition("/")[0])
            assert known is not None
            assert {way for way, _ in held} == {known.disposition}, name
            assert known.client in {"", *(client for _, client in held)}, name
        assert floor.stage == Stage.IDLE

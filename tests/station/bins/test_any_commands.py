"""Whatever is done with bins between parcels, in whatever order, no bin ever holds goods of two dispositions.

Goods that were sent another way lie where they lay until they are carried; so what counts is the way (and the client)
under which each was put in: placed, carried, or poured in with all of another bin.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station import facts as f
from station.fold import fold
from station.inputs import Do
from station.journal import Journal
from station.rules import Rules
from station.stages import Stage
from tests.station.shifts.closed import HOLD, PLATES, RESALE, STATION, SUPERVISOR, Floor, opened, work

BINS = (RESALE, HOLD, "BIN-HOLD-02", "BIN-RESALE-LUM", "BIN-RECYCLE-01", "BIN-RECYCLE-02", "BIN-REFURB-01")
ACTS = ("open", "close", "reopen", "move", "merge", "count")

commands = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.sampled_from(BINS), st.sampled_from(ACTS), st.sampled_from(BINS)),
        st.tuples(st.just("send"), st.integers(0, 3), st.sampled_from(("resale", "recycle", "hold", "refurb"))),
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
    """Send an item another way, as a release does; it lies where it lies."""
    lying = floor.bench.known.lying_item(f"I{number}")
    assert lying is not None
    sent = f.RouteOverridden(lying.item, lying.disposition, way, "released", "")  # type: ignore[arg-type]
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


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands)
def test_a_bin_never_holds_two_dispositions(floor: Floor, given: list[tuple]) -> None:
    for what, *rest in given:
        if what == "undo":
            floor.do(Do.UNDO)
        else:
            {"act": act, "send": send, "carry": carry}[what](floor, *rest)
        for name, held in ways(floor).items():
            known = floor.bench.known.bin(name.partition("/")[0])
            assert known is not None
            assert {way for way, _ in held} == {known.disposition}, name
            assert known.client in {"", *(client for _, client in held)}, name
        assert floor.stage == Stage.IDLE

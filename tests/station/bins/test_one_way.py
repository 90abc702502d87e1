"""A bin never holds goods of two dispositions, nor of a client it is not for, whatever is scanned in whatever order."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.readings import Scan
from station import sample
from station.bins.facts import BinOpened
from station.fold import fold
from station.inputs import Command, Do
from station.lookups import Lookups
from station.receiving.facts import ItemIdentified, ParcelArrived
from station.receiving.parcel import Item, Parcel
from station.records import DISPOSITIONS
from station.routing.facts import Placed, Routed
from station.state import State
from station.steps.place import bin_full, choose_full, find, scan_bin

BINS = tuple(each.code for each in sample.bins())
CLIENTS = tuple({each.client for each in sample.bins()} - {""})

steps = st.lists(
    st.tuples(st.sampled_from(DISPOSITIONS), st.sampled_from((*CLIENTS, "Nobody")), st.integers(0, 40), st.booleans()),
    max_size=25,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_a_bin_holds_one_disposition_and_its_client(site_known: Lookups, steps: list[tuple]) -> None:
    state, held = State("A01", "Bench 1"), {}
    for number, (way, client, choice, is_full) in enumerate(steps):
        named = ItemIdentified("P", f"I{number}", "x", "matched", "Shoe", "home", client)
        item = Item(named, routed=Routed(named.item, way, "r/1"), plate=f"N{number}", confirmed=True)
        state = msgspec.structs.replace(
            state, parcel=Parcel(ParcelArrived("P", "1Z", "ups", "return", "one"), items=(item,))
        )
        if is_full:
            outcome = bin_full(state, Command(Do.BIN_FULL), site_known)
            if outcome.ask not in (None, "same"):
                state = msgspec.structs.replace(state, ask=outcome.ask)
                value = outcome.ask.choices[choice % len(outcome.ask.choices)].value
                outcome = choose_full(state, Command(Do.CHOOSE, value), site_known)
                state = msgspec.structs.replace(state, ask=None)
            state = fold(state, f"f{number}", outcome.facts)
        known = (*BINS, *(each.bin for each in state.labelled))
        code = known[choice % len(known)]
        is_for = find(state, code, site_known)
        outcome = scan_bin(state, Scan("scanner", code, "", 0.0), site_known)
        placed = [fact for fact in outcome.facts if isinstance(fact, Placed)]
        opened = [fact for fact in outcome.facts if isinstance(fact, BinOpened)]
        assert len(placed) <= 1 and all((each.bin, each.disposition) == (code, way) for each in opened)
        for fact in placed:
            held.setdefault(fact.bin, []).append((way, client))
            assert is_for is not None
            assert {each for each, _ in held[fact.bin]} == {is_for.disposition}
            assert is_for.client in ("", client)
        state = fold(state, f"t{number}", outcome.facts)

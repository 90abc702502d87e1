"""Whatever text comes as a scan, at any stage: an answer, and facts that every table and central can hold."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station import sample
from station.facts import encode
from station.inputs import Do
from station.prompt import prompt
from station.state import State

STAGES = ("sign-in", "pin", "idle", "weigh", "item", "serial", "photo", "inspect", "result", "prep", "label", "place")
ODD = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "A\x00B",
        "\x1d",
        "\ud800",
        "A\ud800",
        "\u202e123",
        "https://id.gs1.org/01/09506000134352/21/A%00B",
        "https://id.gs1.org/01/09506000134352/21/A%0D%0AB",
        "https://id.gs1.org/01/09506000134352/21/=1+1?17=261231",
        "https://[",
        "(01)09506000134352(21)A\x1dB",
        "]C1",
        "0109506000001074\x1d21\x1d",
        "RS:",
        "BDG-",
        "BIN-\x00",
        "1" * 400,
        "²³",
        "١٢٣",
    ]
)
TEXT = ODD | st.text(max_size=60) | st.text(st.characters(max_codepoint=127), max_size=40)


PARCEL = next(each for each in sample.parcels() if each.key == "headphones")


def go_to(walk: Any, stage: str) -> None:
    """Walk until a stage, by what it asks for."""
    forward: dict[str, Callable[[], object]] = {
        "sign-in": lambda: walk.scan("BDG-1001"),
        "pin": lambda: walk.scan(next(each.pin for each in sample.people() if each.badge == "BDG-1001")),
        "idle": lambda: walk.scan(PARCEL.code),
        "weigh": lambda: walk.weigh(PARCEL.weight_mg),
        "item": lambda: walk.scan(PARCEL.items[0].code),
        "serial": lambda: walk.scan(PARCEL.items[0].serial),
        "photo": walk.photo,
        # The packaging was opened: sealed goods are not prepared.
        "inspect": lambda: walk.examine({"packaging": "opened"}),
        "result": lambda: walk.do(Do.CONFIRM),
        "prep": lambda: walk.do(Do.CONFIRM),
        "label": lambda: walk.scan(walk.state.item.plate),
    }
    while walk.stage != stage:
        forward[walk.stage]()


@pytest.mark.parametrize("stage", STAGES)
def test_any_text_gets_an_answer(walk: Any, walk_from: Callable[[State], Any], stage: str) -> None:
    go_to(walk, stage)
    state = walk.state

    @settings(max_examples=60, deadline=None)
    @given(TEXT, st.sampled_from(["", "]C0", "]C1", "]E0", "]d2", "]Q1"]))
    def answers(text: str, aim: str) -> None:
        there = walk_from(state).scan(text, aim)
        assert there.last.notice is not None or there.last.ask != "same" or there.last.facts
        prompt(there.state, there.known)
        for fact in there.last.facts:
            said = encode(fact).decode()
            assert "\\u0000" not in said and "\\n" not in said and "\\r" not in said

    answers()

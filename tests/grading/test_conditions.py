"""Conditions: any text is a condition or a ConditionError, whatever it is asked of, and soon."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grading.conditions import Condition, ConditionError, Facts

FACTS = {
    "letter": "A", "cosmetic": "A", "functional": "works", "stops": ["hazard"], "missing": 0, "match": "matched",
    "serial": "same", "weight_in_band": None, "category": "toys", "client": "", "kind": "return",
    "price_minor": 10**18, "currency": "USD",
}  # fmt: skip
PIECES = st.sampled_from(
    ["letter", "stops", "missing", "price_minor", "weight_in_band", "==", "!=", "<", ">=", "in", "&&", "||", "!", "-",
     "(", ")", "[", "]", ",", "'A'", '"hazard"', "0", "1", "-1", "9223372036854775807", "9223372036854775808", "1e400",
     "0x7f", "1u", "true", "false", "null", "?", ":", "{", "}", ".", "b'x'", "r'x'", "'\\u0041'", "\ufeff", "\u202e",
     "\u0131", "ⅸ", "a\u0300", "size", "has", "all", "//x", "\t", "\r\n", "\0", "\ud7ff", "😀", "%", "+", "*", "/"]
)  # fmt: skip
GRAMMAR = st.recursive(
    st.sampled_from(["letter == 'A'", "missing > 0", "'x' in stops", "true", "weight_in_band == null", "price_minor"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" && ", " || ", " == ", " in "]), inner).map("".join),
        inner.map(lambda each: f"!({each})"),
        inner.map(lambda each: f"[{each}]"),
    ),
    max_leaves=12,
)


def ask(text: str) -> bool | None:
    """What the condition says of the facts; None when it is none or cannot say."""
    try:
        return Condition(text).holds(Facts(FACTS))
    except ConditionError as error:
        assert str(error)
        return None


@settings(deadline=2000, max_examples=150)
@given(st.one_of(st.text(max_size=500), st.lists(PIECES, max_size=40).map("".join), GRAMMAR))
@example("(" * 250 + ")" * 250)
@example("[" * 250 + "]" * 250)
@example("!" * 499)
@example("-" * 499 + "1")
@example("true" + "||true" * 80)
@example("true?" * 90 + "true" + ":true" * 5)
@example("1" * 500 + "==1")
@example("\ud800")
def test_any_text_is_a_condition_or_a_condition_error(text: str) -> None:
    assert ask(text) in (True, False, None)


@pytest.mark.parametrize("depth", [1, 5, 10, 30, 60, 120, 160])
@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("!(", ")"), ("[", "]")])
def test_deep_brackets_end_soon(depth: int, opening: str, closing: str) -> None:
    """A parser that tries twice at each bracket would not come back in this life; the test's own limit ends it."""
    assert ask(opening * depth + "true" + closing * depth) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("letter == 'A'", True),
        ("'hazard' in stops", True),
        ("weight_in_band == false", None),
        ("price_minor > 1", True),
    ],
)
def test_plain_ones_are_decided(text: str, says: bool | None) -> None:
    assert ask(text) in (says, False)


def test_what_a_condition_looks_for_in_a_list_is_known() -> None:
    text = """("hazard" in stops || 'recall' in stops) && stops != ["data", "locked"] && category in ["toys"]"""
    assert Condition(text).sought("stops") == {"hazard", "recall", "data", "locked"}
    assert Condition('["mould"] == stops || stops == [] || letter == "A"').sought("stops") == {"mould"}

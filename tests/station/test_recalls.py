"""Recalls are matched by article and by what limits them; what nobody has read is never taken for clear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.recalls import applies, concerns, is_in_force, said
from station.records import Recall

LIMITED = Recall(
    "R", "Burns", skus=("A-1",), lots=("C009*",), serials=(("0100", "0200"),), made=("2026-01-01", "2026-03-31")
)


@pytest.mark.parametrize(
    ("skus", "gtins", "sku", "gtin", "named"),
    [
        (("A-1",), (), "a-1", "", True),
        (("A-1",), (), "A-10", "", False),
        ((), ("9506000004297",), "X", "09506000004297", True),
        ((), ("09506000*",), "", "9506000004297", True),
        ((), ("09506001*",), "", "9506000004297", False),
        (("A-1",), ("9506000004297",), "", "", False),
    ],
)
def test_an_article_is_named_by_sku_gtin_or_pattern(skus, gtins, sku: str, gtin: str, named: bool) -> None:
    assert concerns(Recall("R", "Burns", skus=skus, gtins=gtins), sku, gtin) is named


@pytest.mark.parametrize(
    ("lot", "serial", "made", "answer"),
    [
        ("C0093", "0150", "2026-02-01", "yes"),
        ("c 0093", "0150", "2026-02-01", "yes"),
        ("C0101", "", "", "no"),
        ("", "0201", "", "no"),
        ("", "015", "", "no"),
        ("", "", "2026-04-01", "no"),
        ("C0093", "0150", "", "unknown"),
        ("", "", "", "unknown"),
    ],
)
def test_one_limit_that_fails_clears_it_and_one_that_is_not_known_does_not(
    lot: str, serial: str, made: str, answer: str
) -> None:
    assert applies(LIMITED, lot, serial, made) == answer


def test_a_recall_without_limits_holds_for_every_unit() -> None:
    assert applies(Recall("R", "Burns", skus=("A-1",)), "", "", "") == "yes"


marks = st.sampled_from(["", "C0093", "C0101", "0150", "0201", "2026-02-01", "2027-01-01"])


@given(lot=marks, serial=marks, made=marks)
def test_reading_more_never_turns_recalled_into_clear(lot: str, serial: str, made: str) -> None:
    """Only an answer "unknown" changes with what is read; and with nothing read nobody is cleared."""
    full = applies(LIMITED, lot, serial, made)
    for less in ((lot, serial, ""), (lot, "", made), ("", serial, made)):
        assert applies(LIMITED, *less) in (full, "unknown") or full == "no"
        assert not (applies(LIMITED, *less) == "no" and full != "no")


def test_a_recall_holds_between_its_days() -> None:
    recall = Recall("R", "Burns", since="2026-01-01", until="2026-12-31")
    assert [is_in_force(recall, day) for day in ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01")] == [
        False,
        True,
        True,
        False,
    ]
    assert is_in_force(Recall("R", "Burns"), "2026-05-05")


@pytest.mark.parametrize(
    ("title", "action", "told"),
    [
        ("Burns", "", "Burns"),
        ("Burns.", " Keep it sealed. ", "Burns. Keep it sealed"),
        ("Burns", "Cut the cable; send a photo.", "Burns. Cut the cable; send a photo"),
    ],
)
def test_what_a_recall_says_to_do_is_told_with_why(title: str, action: str, told: str) -> None:
    assert said(Recall("R", title, action)) == told

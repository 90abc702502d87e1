"""The words for codes that are not ours: whatever a shop calls its reasons, a person reads words."""

import pytest

from station.words import letter_words, return_reason_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("too_small", "Too small"),
        ("SIZE_TOO_SMALL", "Too small"),
        ("UNWANTED", "Changed their mind"),
        ("fabric_is_itchy", "fabric is itchy"),
        ("", ""),
    ],
)
def test_a_reason_of_return_reads_as_words(code: str, words: str) -> None:
    assert return_reason_words(code) == words


def test_goods_that_no_rule_could_grade_are_named_in_charts() -> None:
    assert [letter_words(each) for each in "A-"] == ["A", "No grade"]

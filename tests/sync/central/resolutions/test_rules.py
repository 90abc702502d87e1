"""Files of rules: what ships is sound, and a fault is named before anything is paid by it."""

import pytest

from resources import find
from sync.central.resolutions.rules import book_of, parse
from tests.sync.central.resolutions.histories import shipped

HEAD = 'id = "x"\nversion = 1\ncurrency = "USD"\n'
LAST = '[[rules]]\nnumber = 99\nsection = "rest"\nthen = "person"\ntext = "A person decides"\n'


def one(more: str, then: str = "refund") -> bytes:
    rule = f'[[rules]]\nnumber = 1\nsection = "s"\nthen = "{then}"\ntext = "Because"\n{more}\n'
    return (HEAD + rule + LAST).encode()


def test_what_ships_is_sound() -> None:
    book = shipped()
    assert book.of("Nobody").id == "default"
    assert book.of("TALLOWBY").id == "tallowby"


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (b"\xff", "cannot be read"),
        (one('color = "red"'), "unknown field"),
        (one('fees = ["handling"]'), "no fee 'handling'"),
        (one('at = "instant"\nletters = ["A"]'), "conditions on units"),
        (one('at = "arrival"\npercent = { A = 90 }'), "only at"),
        (one("percent = { A = 90 }", "exchange"), "only a refund"),
        (one('goods = "keep_item"', "person"), "moves no goods"),
        (one("").replace(b"number = 1", b"number = 99"), "one number"),
        (one("").replace(b"USD", b"usd"), "three capital letters"),
        ((HEAD + LAST.replace("person", "nothing")).encode(), "the last rule"),
        ((HEAD + LAST + 'asked = ["refund"]').encode(), "the last rule"),
        ((HEAD + "rules = []").encode(), "the last rule"),
    ],
)
def test_a_fault_is_named(toml: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(toml)


def test_two_sets_for_all_are_refused() -> None:
    default = find.read("resolutions/default.toml")
    with pytest.raises(ValueError, match="one set"):
        book_of({"a": default, "b": default})
    with pytest.raises(ValueError, match=r"b: .*cannot be read"):
        book_of({"a": default, "b": b"="})

"""Rules that nobody here wrote are tried in a process of their own: harmless ones pass, the rest ends in a sentence."""

import pytest

from resources import find
from station.trial import MOST_BYTES, Pack, refusal

HEAD = 'id = "x"\nversion = 1\n'
RULE = '[[rules]]\nnumber = {n}\nsection = "contract"\nwhen = \'{when}\'\nto = "resale"\ntext = "-"\n'


def rules(*conditions: str) -> bytes:
    return (HEAD + "".join(RULE.format(n=n, when=when) for n, when in enumerate(conditions, 1))).encode()


def test_what_came_with_the_program_is_harmless() -> None:
    default = find.read("routes/default.toml")
    assert refusal(Pack("routes", default)) == ""
    assert refusal(Pack("routes", find.read("routes/hearthwick.toml"), default)) == ""
    assert refusal(Pack("rubric", find.read("rubrics/phones.toml"))) == ""


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        (Pack("routes", rules("stops.all(x, true)")), "x: rule 1: when: calls all"),
        (Pack("routes", rules(*["true"] * 10_000)), "of length <= 500"),
        (Pack("routes", rules("missing in [" + "1," * 10_000 + "1]")), "longer than 500 characters"),
        (Pack("routes", b"x = " + b"[" * 200_000), "too deep"),
        (Pack("routes", b"x" * (MOST_BYTES + 1)), "more than 1000000 bytes"),
        (Pack("rubric", b"id = "), "not TOML"),
    ],
    ids=["macro", "many rules", "long list", "deep", "big", "broken"],
)
def test_a_pack_that_may_do_harm_is_refused_in_a_sentence(pack: Pack, says: str) -> None:
    said = refusal(pack)
    assert says in said
    assert "\n" not in said


def test_what_takes_too_long_is_ended() -> None:
    """A thousandth of a second is too little for any pack: the process is ended, and we live on."""
    assert "takes more than" in refusal(Pack("routes", find.read("routes/default.toml")), within_s=0.001)


def test_what_asks_for_too_much_memory_is_ended() -> None:
    assert "ended the process that tried it" in refusal(Pack("routes", rules("true")), memory_bytes=30_000_000)

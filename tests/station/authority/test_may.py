"""Who may do what: every role, act, value, distance and way against a table that a person can read, in the README."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from station.authority.may import Close, Decide, Override, Sign, decides_alone, may, needs_second
from station.authority.roles import LETTERS, Authority, AuthorityError, parse, read_authority
from station.authority.table import table
from station.exceptions.kinds import read_kinds
from station.records import DISPOSITIONS

README = Path(__file__).parents[3] / "README.md"
ROLES = ("receiver", "grader", "supervisor")
VALUES = (0, 1, 40_000, 40_001, 50_000, 50_001, 10_000_000)
# The way of the best goods first, by letters.
STANDS_FOR = ("restock", "resale", "refurb", "recycle")
CURRENCIES = ("USD", "GBP", "XXX")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return read_authority()


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    """The README's table: by act, what stands there for each role."""
    text = README.read_text(encoding="utf-8")
    lines = text[text.index("| act | ") :].split("\n\n")[0].splitlines()
    heads = [each.strip() for each in lines[0].strip("|").split("|")]
    told = [[each.strip() for each in line.strip("|").split("|")] for line in lines[2:]]
    return {row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in told}


def stands(cell: str, better: int | None, value: int, currency: str, to: str) -> bool:
    """Tell by the words of a cell alone whether the act is done without anybody else."""
    if cell in ("badge", "never"):
        return False
    for limit in cell.removeprefix("yes").strip(" ,").split(", ") if cell != "yes" else ():
        if limit.startswith("to "):
            sums = dict(reversed(each.split()) for each in limit.removeprefix("to ").split(" / "))  # type: ignore[misc]
            if not value or currency not in sums or value > float(sums[currency]) * 100:
                return False
        else:
            letters, _, way = limit.partition(" ")
            if to != "hold" and (better is None or (better if way == "better" else -better) > int(letters)):
                return False
    return True


def test_the_readme_shows_the_table(rows: dict[str, dict[str, str]], authority: Authority) -> None:
    printed = table(authority)
    assert printed in README.read_text(encoding="utf-8")
    assert list(next(iter(rows.values()))) == list(ROLES)


def test_every_change_of_route_is_what_the_table_says(rows: dict[str, dict[str, str]], authority: Authority) -> None:
    """Role × way × way × letter × value × currency × stop: thousands of acts, none of them otherwise."""
    letters = (*LETTERS, "")
    tried = 0
    for was, to, letter, value, currency in product(DISPOSITIONS, DISPOSITIONS, letters, VALUES, CURRENCIES):
        better = LETTERS.index(letter) - STANDS_FOR.index(to) if letter and to in STANDS_FOR else None
        cells = rows.get(f"{was} → {to}", dict.fromkeys(ROLES, "never"))
        expected = {role: "yes" if stands(cells[role], better, value, currency, to) else "step_up" for role in ROLES}
        never = expected["supervisor"] != "yes"
        for role, stop in product(ROLES, ((), ("hazard",))):
            forbidden = never or (stop and to not in ("hold", "recycle"))
            act = Override(was, to, letter, value, currency, stop)
            assert may(authority, role, act) == ("never" if forbidden else expected[role]), (role, act)
            tried += 1
    assert tried == 25 * 5 * 7 * 3 * 6


def test_every_other_act_is_what_the_table_says(rows: dict[str, dict[str, str]], authority: Authority) -> None:
    words = {"yes": "yes", "badge": "step_up", "never": "never"}
    acts: dict[str, Any] = {"close a shift": Close(), "sign a shift": Sign(), "sign as the second": Sign(second=True)}
    for name, act in acts.items():
        for role in ROLES:
            assert may(authority, role, act) == words[rows[name][role].split(",")[0]], (role, act)
    for kind in read_kinds().decisions:
        for role in ROLES:
            assert may(authority, role, Decide(kind)) == words[rows["decide exceptions"][role].split(";")[0]], (
                role,
                kind,
            )


@pytest.mark.parametrize(
    ("worth", "alone"),
    [
        ((), True),
        ((("USD", 200_000),), True),
        ((("USD", 200_001),), False),
        ((("USD", 150_000), ("USD", 50_001)), False),
        ((("USD", 150_000), ("EUR", 150_000)), True),
        ((("USD", 1), ("USD", 0)), False),
        ((("SEK", 1),), False),
    ],
)
def test_above_the_value_that_the_table_names_another_decides_too(
    authority: Authority, rows: dict[str, dict[str, str]], worth: Any, alone: bool
) -> None:
    assert "alone release, relink to 2000.00 USD" in rows["decide exceptions"]["supervisor"]
    assert decides_alone(authority, "supervisor", "release", worth) is alone
    assert decides_alone(authority, "supervisor", "accept", worth), "of that the table says nothing"


@pytest.mark.parametrize(
    ("units", "written", "second"),
    [
        (0, (), False),
        (2, (), False),
        (3, (), True),
        (1, (("USD", 50_000),), False),
        (1, (("USD", 30_000), ("USD", 20_001)), True),
        (1, (("USD", 30_000), ("EUR", 30_000)), False),
        (1, (("USD", 0),), True),
        (1, (("SEK", 1),), True),
    ],
)
def test_above_the_tolerance_of_their_role_a_second_one_signs(
    authority: Authority, units: int, written: tuple[tuple[str, int], ...], second: bool
) -> None:
    assert needs_second(authority, "supervisor", units, written) is second


@pytest.mark.parametrize("role", ["", "stranger", "nobody", "Supervisor"])
def test_a_role_that_nobody_wrote_down_may_do_nothing_alone(authority: Authority, role: str) -> None:
    assert may(authority, role, Override("restock", "hold")) == "step_up"
    assert may(authority, role, Close()) == "step_up"
    assert needs_second(authority, role, 0)


LEAST = """
version = 1
stands_for = { restock = "A" }
[[role]]
name = "chief"
steps_up = true
closes = true
signs_off_units = 0
countersigns = true
"""


def test_a_site_writes_roles_of_its_own() -> None:
    own = parse((LEAST + 'decides = ["held"]\n[[role]]\nname = "temp"\n').encode())
    assert may(own, "chief", Decide("held")) == "yes"
    assert may(own, "temp", Decide("held")) == "step_up"
    assert may(own, "chief", Decide("hazard")) == "never"
    assert may(own, "chief", Override("hold", "resale")) == "never"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = 0", "version"),
        (LEAST.replace("closes = true", ""), "nobody closes a shift"),
        (LEAST.replace("steps_up = true", ""), "nobody lets others go on"),
        (LEAST.replace("countersigns = true", ""), "nobody signs too"),
        (LEAST.replace("signs_off_units = 0", ""), "nobody signs a shift"),
        (LEAST.replace("= 0", "= -1"), r"role\[0\]\.signs_off_units"),
        (LEAST.replace('"A"', '"E"'), "stands_for"),
        (LEAST.replace('"chief"', '"Chief!"'), r"role\[0\]\.name"),
        (LEAST + "[[role]]\nname = 'chief'\n", "chief stands there twice"),
        (LEAST + "sees = true\n", "sees"),
        (LEAST + "[[role.override]]\nfrom = ['restock']\nto = ['shop']\n", "to"),
        (LEAST + "[[role.override]]\nfrom = []\nto = ['hold']\n", "chief, override 1: from and to name at least one"),
        (LEAST + "[[role.override]]\nfrom = ['hold']\nto = ['hold']\n", "no other way"),
        (LEAST + "[[role.override]]\nfrom = ['hold']\nto = ['resale']\nup_to_minor = { usd = 5 }\n", "up_to_minor"),
        (LEAST + "[[role]]\nname = 'temp'\n[role.write_off]\n", "temp: write_off is done at the signature"),
        ("\xff", "not TOML"),
        ("[" * 5000, "not TOML"),
    ],
)
def test_a_damaged_table_names_the_place_and_what_to_mend(text: str, says: str) -> None:
    with pytest.raises(AuthorityError, match=says):
        parse(text.encode("latin-1"))

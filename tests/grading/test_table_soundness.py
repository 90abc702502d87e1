"""What is wrong with a route table is found: each fault is planted in the shipped one, which has none."""

import pytest

from grading.route import parse
from grading.table_soundness import check

CLIENTS = ("", "hearthwick", "lumenfold", "tallowby")


def floors(goods):
    return {category: goods.rubric(category).grades for category in goods.categories}


@pytest.mark.parametrize("client", CLIENTS)
def test_the_shipped_tables_are_sound(goods, client: str) -> None:
    assert check(goods.routes(client), floors(goods)) == []


@pytest.mark.parametrize(
    ("search", "replacement", "place", "says"),
    [
        ("when = 'letter == \"B\"'", "when = 'false'", "rule default@9:36", "holds for no item"),
        ("when = 'letter == \"B\"'", "when = 'false'", "rule default@9:none", "letter B, sealed: No rule fits"),
        ("when = 'stops != []'", "when = 'letter in [\"\", \"D\"]'", "rule default@9:51", "before it always decides"),
        ("when = 'missing > 0 &&", "when = 'missing > category &&", "rule default@9:34", "could not be decided"),
        ('to = "restock"\ntext = "Like new"', 'to = "recycle"\ntext = "Like"', "rule default@9:36", "goes to recycle"),
        ("when = 'letter == \"A\" && functional == \"sealed\"'", "when = 'functional == \"sealed\"'",
         "rule default@9:30", "says restock, which is never allowed here"),
        ('to = "resale"\ntext = "Good, but not', 'to = "hold"\nowner = "client"\ntext = "Light', "rule default@9:50",
         "goes to hold, but"),
        ('to = "hold"\nowner = "safety"\ntext = "Hazard', 'to = "recycle"\ntext = "Hazard', "rule default@9:1",
         "'hazard': Rule default@9:1 says recycle, which is never allowed here"),
        ('to = "hold"\nowner = "client"\ntext = "Locked', 'to = "recycle"\ntext = "Locked', "rule default@9:7",
         "'locked': Rule default@9:7 says recycle, which is never allowed here"),
        ("B = 50\nC = 30", "B = 50\nC = 60", "recovery.resale", "C brings in more than B"),
        ("A = 65\nB = 50\nC = 30", "A = 65\nC = 30", "rule default@9:36", "way is not open to grade B"),
        ("[recovery.recycle]\nA = 5\nB = 4\nC = 3\nD = 2", "", "recovery.recycle", "nothing says what it brings in"),
        ("refurb = 800\n", "", "handling_minor.GBP", "nothing says what it costs"),
        ("resale = 8\nrefurb = 8", "resale = 8\nrefurb = 9", "missing_part.refurb", "takes more there than from"),
        ("GBP = 1900\n", "", "labour_minor", "nothing says what an hour costs in GBP"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(goods, search: str, replacement: str, place: str, says: str) -> None:
    text = goods.routes_toml()
    assert search in text
    found = check(parse(text.replace(search, replacement, 1).encode()), floors(goods))
    assert any(each.place == place and says in each.text for each in found), found


def test_goods_that_were_incomplete_and_untested_were_once_sold(goods) -> None:
    """Version 2 asked for missing parts before function: a part taken away made untested goods fit for sale."""
    text = goods.routes_toml()
    start, middle, end = (text.index(f"[[rules]]\nnumber = {number}") for number in (35, 34, 36))
    swapped = text[:start] + text[middle:end] + text[start:middle] + text[end:]
    found = check(parse(swapped.encode()), floors(goods))
    assert any("a part missing, price_minor 3000 to resale" in each.text for each in found), found


def test_too_many_situations_are_refused_not_walked(goods) -> None:
    clients = ", ".join(f'"{number}"' for number in range(30))
    kinds = ", ".join(f'"{number}"' for number in range(30))
    rule = f"""[[rules]]\nnumber = 99\nsection = "stop"\nwhen = 'client in [{clients}] && kind in [{kinds}]'
to = "recycle"\ntext = "-"\n"""
    text = goods.routes_toml().replace("[[rules]]", rule + "[[rules]]", 1)
    assert any("situations apart" in each.text for each in check(parse(text.encode()), floors(goods)))

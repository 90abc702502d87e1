"""Return orders from files: each bad row is named, twice is once, and what is not UTF-8 or was rounded is told of."""

import csv
import io
import itertools
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.records import ReturnOrder
from sync.central import tokens
from sync.central.__main__ import main
from sync.central.order_files import UnreadableFile, read_csv, read_ndjson
from sync.central.order_rows import Answer, Told
from tests.sync.central.order_texts import as_json, sent
from tests.sync.conftest import NOW

HEAD = "rma,client,order,version,trackings,customer,line,sku,title,category,quantity,serials\n"
PRICED = HEAD.replace("\n", ",price_minor,currency\n")
ONE = "RMA-1,Hearthwick,O-1,1,1ZE2N61W0306291461,c-8f2a91,1,SKU-1,Thing,home,1,\n"
TWO = "RMA-2,Hearthwick,O-2,1,,,1,SKU-1,Thing,home,2,S1;S2\nRMA-2,,,,,,2,SKU-2,Other,home,1,\n"


@pytest.fixture
def run(central: Any, site: str, tmp_path: Path) -> Any:
    """Runs `import-orders` on a text at central on either database; its RMAs become the site's own."""

    def run(content: bytes | str, *more: str, name: str = "orders.csv", at: str | None = None) -> int:
        file = tmp_path / name
        text = content.encode() if isinstance(content, str) else content
        file.write_bytes(text.replace(b"RMA-", f"RMA-{site}-".encode()))
        where = ["--data", str(central.data), *(["--database", central.database] if central.database else [])]
        return main(["import-orders", str(file), "--site", site if at is None else at, *where, *more])

    return run


def keys(central: Any, site: str) -> list[object]:
    rows = central.rows("SELECT key FROM feed WHERE site = :site ORDER BY seq", site=site)
    return [str(row["key"]).replace(f"{site}-", "") for row in rows]


def test_a_table_twice_is_once(run: Any, central: Any, site: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(HEAD + ONE + TWO) == 0
    assert run(HEAD + ONE + TWO) == 0
    assert capsys.readouterr().out == "2 created\n2 same\n"
    assert keys(central, site) == ["RMA-1", "RMA-2"]


def test_a_rehearsal_says_what_would_come_of_it(
    run: Any, central: Any, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(HEAD + ONE, "--dry-run") == 0
    assert capsys.readouterr().out == "would be 1 created\n"
    assert keys(central, site) == []


def test_a_site_that_is_mistyped_is_told_of_and_the_owner_is_named(
    run: Any, central: Any, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known = f"leeds-{site}"
    tokens.enrol(central.store, f"S{site}", known, NOW)
    for more in (["--dry-run"], []):
        assert run(HEAD + ONE, *more, at=known.title()) == 0
        assert f"no station is enrolled at {known.title()}; {known} is another site" in capsys.readouterr().err
    assert run(HEAD + ONE, at=known) == 1
    said = capsys.readouterr().err
    assert f"another site's ({known.title()}), which must hand it over" in said
    assert "no station is enrolled" not in said
    assert run(HEAD + ONE.replace("O-1,1,", "O-1,2,"), at="") == 1
    assert "a site has a name" in capsys.readouterr().err
    where = ["--data", str(central.data), *(["--database", central.database] if central.database else [])]
    empty = (["enrol-code", "--site", " "], ["integrator", "admit", "shop", "--site", ""])
    for words in (*empty, ["neighbours", "join", "a ", "b"]):
        assert main([*words, *where]) == 1
        assert "a site" in capsys.readouterr().err


def test_values_that_nobody_knows_are_counted_and_named(
    run: Any, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head = HEAD.replace("\n", ",reason,asked\n")
    rows = [ONE.replace("RMA-1", f"RMA-{n}").replace("\n", ",Damaged,Refund\n") for n in range(9)]
    assert run(head + "".join(rows)) == 0
    said = capsys.readouterr()
    assert "remark" not in said.err and said.out == "9 created\n"
    slips = [
        rows[0].replace("RMA-0", "RMA-10").replace("Hearthwick", "Hearthwik"),
        rows[0].replace("RMA-0", "RMA-11").replace("Damaged", "Damagd"),
        rows[0].replace("RMA-0", "RMA-14").replace("Refund", "Refnud"),
        rows[0].replace("RMA-0", "RMA-12").replace("home", "hoem"),
        rows[0].replace("RMA-0", "RMA-13").replace("home", "hoem"),
    ]
    assert run(head + "".join(slips), "--dry-run") == 0
    remarks = [line.partition("knows the ")[2] for line in capsys.readouterr().err.splitlines() if "remark" in line]
    assert remarks == [
        "asked 'Refnud', of 1 order",
        "client 'Hearthwik', of 1 order",
        "reason 'Damagd', of 1 order",
        "category 'hoem', of 2 orders",
    ]


def test_wrong_rows_are_written_with_row_and_field(run: Any, central: Any, site: str, tmp_path: Path) -> None:
    wrong = "=1+1,Hearthwick,O-3,1,,,1,SKU,Thing,home,1,\n" + "-5,Hearthwick,O-4,1,,,1,SKU,Thing,home,many,\n"
    assert run(HEAD + ONE + wrong + TWO, "--errors", str(tmp_path / "wrong.csv")) == 1
    assert keys(central, site) == ["RMA-1", "RMA-2"]
    with (tmp_path / "wrong.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["rma"], row["field"]) for row in rows] == [("3", "'=1+1", "rma"), ("4", "'-5", "quantity")]


def test_the_file_that_is_read_is_not_written_over(
    run: Any, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(HEAD + ONE, "--dry-run", "--errors", str(tmp_path / "orders.csv")) == 1
    assert "is the file that is read" in capsys.readouterr().err
    assert (tmp_path / "orders.csv").read_text() == HEAD + ONE.replace("RMA-", f"RMA-{site}-")


def test_ndjson_by_its_name(run: Any, central: Any, site: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [as_json(sent("RMA-1")), b"", b"\xff", as_json(sent("RMA-2"))]
    assert run(b"\n".join(lines), name="orders.ndjson") == 1
    assert "row 3" in capsys.readouterr().err
    assert keys(central, site) == ["RMA-1", "RMA-2"]


def read(text: bytes | str, encoding: str = "utf-8", **renamed: str) -> list[Told | Answer]:
    content = text.encode() if isinstance(text, str) else text
    return list(read_csv(io.BytesIO(content), encoding, renamed))


def test_rows_of_one_order_are_its_lines() -> None:
    one, two = read("\ufeff" + HEAD + ONE + TWO)
    assert isinstance(one, Told)
    assert isinstance(two, Told)
    assert (one.row, one.order.trackings, one.order.customer) == (2, ("1ZE2N61W0306291461",), "c-8f2a91")
    assert [(line.line, line.quantity, line.serials) for line in two.order.lines] == [
        ("1", 2, ("S1", "S2")),
        ("2", 1, ()),
    ]


def test_columns_may_have_other_names_and_signs_between_them() -> None:
    text = (HEAD + ONE).replace("rma,", "RMA No,", 1).replace(",", ";")
    (one,) = read(text, **{"RMA No": "rma"})
    assert isinstance(one, Told)
    assert one.order.rma == "RMA-1"


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        (HEAD + TWO.replace(",2,SKU-2", ",1,SKU-2"), 3, "line"),
        (HEAD + TWO.replace(",2,SKU-2", ",001,SKU-2"), 3, "line"),
        (HEAD + TWO.replace("RMA-2,,,", "RMA-2,Other,,"), 3, "client"),
        (HEAD + TWO.replace("Other,home,1", "Other,home,0"), 3, "quantity"),
        (HEAD + ONE.replace("1ZE2N61W0306291461", "9.4001E+21"), 2, "trackings"),
        *(
            (PRICED + ONE.replace(",\n", f",,{price},EUR\n"), 2, "price_minor")
            for price in ("45.00", "1e3", "-5", "1_000", "+7")
        ),
        *((PRICED + ONE.replace(",\n", f",,4500,{given}\n"), 2, "currency") for given in ("", "XXX", "XTS", "eur")),
        (HEAD + ONE.replace("Thing,", ""), 2, ""),
        (HEAD + ONE.replace(",1,1Z", ",,1Z"), 2, "version"),
        (HEAD + ONE.replace("c-8f2a91", "Maria Lopez"), 2, "customer"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(text: str, row: int, field: str) -> None:
    (bad,) = read(text)
    assert isinstance(bad, Answer)
    assert (bad.row, bad.field) == (row, field)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rma,colour\n", "'colour'"),
        ("rma,client\n", "'order' is missing"),
        (HEAD.replace("order", "rma"), "twice|'order' is missing"),
        (HEAD.encode("utf-16"), "UTF-16"),
        (HEAD.replace("rma", "Café").encode("latin-1"), "row 1: byte 0xE9 .*Latin-1"),
        (HEAD + ONE + '"' + "x" * 300_000, "at most"),
        ("rma\rclient", "row 1: this is no CSV"),
        ("", "missing|no column"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: bytes | str, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(text)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ('"RMA-9"x,Hearthwick,O-9,1,,,1,SKU,Thing,home,1,\n', "written twice"),
        ('RMA-9,Hearthwick,O-9,1,,,1,SKU,"5"" frame" oak,home,1,\n', "written twice"),
        ('RMA-9,Hearthwick,O-9,1,,,1,SKU,"Thing,home,1,\n', "none ends it"),
        ('"RMA-9,Hearthwick,O-9,1,,,1,SKU,Thing,home,1,\n', "none ends it"),
        # Another one closes it, far below or in the next row, and what is between is no cell.
        ('RMA-9,Hearthwick,O-9,1,,,1,SKU,"Thing,home,1,\nRMA-8,H,O-8,1,,,1,S,A,home,1,"\n', "none ends it"),
        # The order has a second line that can be read: without this one it would be short of one.
        ('RMA-9,Hearthwick,O-9,1,,,1,SKU,"Thing,home,1,\nRMA-9,,,,,,2,SKU,Thing,home,1,\n', "none ends it"),
    ],
)
def test_a_quotation_mark_astray_costs_its_own_order_alone(broken: str, says: str) -> None:
    after = "".join(ONE.replace("RMA-1", f"RMA-1{n}").replace("Thing", '"A ""thing"", new"') for n in range(30))
    two_lines = ONE.replace("1ZE2N61W0306291461", '"1ZE2N61W0306291461\n1ZE2N61W0306291470"').replace("RMA-1", "RMA-7")
    first, bad, *rest = read(HEAD + ONE + broken + after + two_lines)
    assert isinstance(first, Told) and isinstance(bad, Answer)
    assert (bad.row, bad.rma, bad.status, says in bad.why) == (3, "RMA-9", "refused", True)
    whole = [each for each in rest if isinstance(each, Told)]
    assert len(whole) == 31
    assert len(whole[-1].order.trackings) == 2
    assert [each.rma for each in rest if isinstance(each, Answer)] == (["RMA-8"] if "RMA-8" in broken else [])


def test_rows_of_one_order_that_stand_apart_are_told_of_as_that() -> None:
    first, second = TWO.splitlines(keepends=True)
    whole = second.replace("RMA-2,,,,", "RMA-2,Hearthwick,O-2,1,")
    for apart in (second, whole):
        *_, bad = read(HEAD + first + ONE + apart)
        assert isinstance(bad, Answer)
        assert (bad.row, bad.rma, bad.field, "row 2 is of this one too" in bad.why) == (4, "RMA-2", "rma", True)
    # The rest of an order is none, where the beginning was refused.
    for slip in (first.replace(",2,S1", ",0,S1"), first.replace("Thing", '"Thing')):
        assert [type(each).__name__ for each in read(HEAD + slip + ONE + whole)] == ["Answer", "Told", "Answer"]
    # Once more, or another version, is a delivery of its own.
    newer = whole.replace("O-2,1,", "O-2,2,")
    assert all(isinstance(each, Told) for each in read(HEAD + first + ONE + first + ONE + newer))


def test_a_file_of_nothing_but_astray_marks_is_read_through() -> None:
    found = read(HEAD + ONE + '"RMA-2\n' * 2_000)
    assert [type(each).__name__ for each in found] == ["Told", "Answer"]


def test_a_table_by_another_name_is_told_of_once(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("\ufeff" + HEAD + ONE + TWO, name="orders.txt") == 1
    said = capsys.readouterr().err
    assert (said.count("--format csv"), "malformed" in said) == (1, False)
    assert run(HEAD + ONE + TWO, "--format", "csv", name="orders.txt") == 0
    assert capsys.readouterr().out == "2 created\n"
    assert run(as_json(sent("RMA-3")), name="orders.txt") == 0


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_byte_that_is_no_text_costs_its_own_order_alone(encoding: str) -> None:
    astray = TWO.encode().replace(b"Other", b"Caf\x81").replace(b"RMA-2,,", b"RMA-2,\x81,")
    first, bad, last = read((HEAD + ONE).encode() + astray + ONE.replace("RMA-1", "RMA-3").encode(), encoding)
    assert isinstance(first, Told) and isinstance(last, Told) and isinstance(bad, Answer)
    assert (bad.row, bad.rma, bad.why.startswith("byte 0x81 is no")) == (4, "RMA-2", True)
    (nameless,) = read((HEAD + ONE).encode().replace(b"RMA-1", b"RMA-\x81"), encoding)
    assert (nameless.row, getattr(nameless, "rma", "")) == (2, "RMA-?")


def test_latin_1_is_read_when_it_is_named() -> None:
    (one,) = read((HEAD + ONE.replace("Thing", "Café")).encode("latin-1"), "latin-1")
    assert isinstance(one, Told)
    assert one.order.lines[0].product.title == "Café"


class Endless(io.RawIOBase):
    """A file without an end, and without a beginning in memory."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self._lines)


def test_a_file_is_read_as_it_comes() -> None:
    table = itertools.chain([HEAD.encode()], (ONE.replace("RMA-1", f"RMA-{n}").encode() for n in itertools.count()))
    orders = read_csv(Endless(table), "utf-8", {})  # type: ignore[arg-type]
    assert len(list(itertools.islice(orders, 50))) == 50
    lines = (as_json(sent(f"RMA-{n}")) + b"\n" for n in itertools.count())
    assert len(list(itertools.islice(read_ndjson(Endless(lines)), 50))) == 50  # type: ignore[arg-type]


def told_in(report: Path) -> list[str]:
    return [row["row"] for row in csv.DictReader(report.read_text().splitlines())]


def test_stopping_it_leaves_whole_chunks_and_the_same_command_goes_on(
    on_sqlite: Any, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--site", site, "--data", str(on_sqlite.data)]
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("of the last time")
    command = [sys.executable, "-m", "sync.central", "import-orders", "-", *asked, "--errors", str(wrong)]
    texts = [as_json(sent(f"{site}-{number}")) + b"\n" for number in range(1_100)]
    going = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert going.stdin is not None
    going.stdin.write(b'{"rma":"bad"}\n' + b"".join(texts[:700]))
    going.stdin.flush()
    while len(keys(on_sqlite, site)) < 499:
        assert going.poll() is None
    # What is committed was told before; and the file of the last time stands until this one is whole.
    assert told_in(tmp_path / ".wrong.csv.new") == ["1"]
    assert wrong.read_text() == "of the last time"
    going.send_signal(signal.SIGINT)
    _, said = going.communicate()
    assert (going.returncode, len(keys(on_sqlite, site))) == (130, 499)
    assert b"stopped" in said
    assert told_in(wrong) == ["1"]
    assert [each.name for each in tmp_path.iterdir()] == ["wrong.csv"]
    (tmp_path / "whole.ndjson").write_bytes(b"".join(texts))
    assert main(["import-orders", str(tmp_path / "whole.ndjson"), *asked]) == 0
    assert capsys.readouterr().out == "601 created, 499 same\n"
    assert len(keys(on_sqlite, site)) == 1_100


def test_an_integrator_is_admitted_and_dismissed(central: Any, site: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data", str(central.data), *(["--database", central.database] if central.database else [])]
    assert main(["integrator", "admit", "shop", "--site", site, *where]) == 0
    assert len(capsys.readouterr().out.strip()) == 43
    assert main(["integrator", "dismiss", "shop", "--site", site, *where]) == 0
    assert main(["integrator", "dismiss", "shop", "--site", site, *where]) == 1


def test_the_examples_of_the_readme_are_taken_in(
    run: Any, central: Any, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Return orders from other systems")[2]
    lines = section.partition("```json\n")[2].partition("```")[0]
    table = section.partition("```csv\n")[2].partition("```")[0]
    assert run(lines, name="orders.ndjson") == 0
    assert run(table) == 0
    assert capsys.readouterr().out == "2 created\n1 created\n"
    assert keys(central, site) == ["RMA-20417", "RMA-20398", "RMA-20421"]
    body = central.rows("SELECT body FROM feed WHERE site = :site AND key LIKE '%-20421'", site=site)[0]["body"]
    assert [line.quantity for line in msgspec.json.decode(bytes(body), type=ReturnOrder).lines] == [2, 1]

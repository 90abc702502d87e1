"""What others call their goods, people and bins is data all the way: tables, labels, files and central."""

import io
import json
import re
from pathlib import Path

import msgspec
import pytest
import zplkit
import zxingcpp
from argon2 import PasswordHasher
from PIL import Image

from station import plates, preview, schema
from station.cli import report
from station.entries import Entry
from station.exceptions.kinds import read_kinds
from station.inputs import Do
from station.local_copy import LocalCopy, Record
from station.records import Bin, Operator, Product, ReturnLine, ReturnOrder
from station.verify import verify
from sync.central import intake, tokens
from sync.central.store import Store
from sync.wire import Push

NOW = "2026-04-18T08:00:00.000000Z"
# Each is somebody's badge, order, product, serial number, client and bin at once.
NAMES = (
    "'; DROP TABLE ITEM;--",
    '" OR ""="',
    "%' UNION SELECT 1 --",
    "^XZ^XA^FO0,0^GB800,480,480^FS^XZ",
    "~JR~HS^FDEVIL",
    "_5EXA>;>8\\&",
    "=HYPERLINK(1)",
    "@SUM(A1)+CMD|' /C CALC'!A0",
    "../../../../ETC/PASSWD",
    "..\\..\\CON",
    "{PLATE}{0}%S$(REBOOT)`ID`",
    "A|B/C|D",
    "ÄÖ 返品 🙂",
)
# These only ever stand in free text: no scanner sends them, and no look-up finds them.
TEXTS = ("\x00\x1b\r\n\t", "\u202egnp.exe\u200b", "x" * 5_000, "<b>&amp;</b>")
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("4711")


def records(name: str, text: str, after: int) -> list[Record]:
    product = Product(name, f"{name} {text}", "home", f"{name} & co", weight_mg=500_000, serialised=True)
    order = ReturnOrder(
        f"R {name}",
        f"{name} & co",
        f"O {name}",
        (ReturnLine("1", product, 1, (f"S {name}",), text),),
        trackings=(name,),
    )
    told = [
        ("operator", name, Operator(f"BDG-{name}", f"{name} {text}", "grader", HASH)),
        ("product", name, product),
        ("order", name, order),
        *(("bin", f"{name} {to}", Bin(f"BIN-{name} {to}", to, "")) for to in ("restock", "refurb", "resale", "hold")),
    ]
    return [
        Record(seq, kind, key, msgspec.Raw(msgspec.json.encode(what)))
        for seq, (kind, key, what) in enumerate(told, start=after + 1)
    ]


def scanned(zpl: bytes, letters: str) -> list[str]:
    """What a scanner reads of a label, as an independent renderer and our own picture draw it."""
    assert zpl.count(b"^XA") == zpl.count(b"^XZ") == zpl.count(b"^PQ1,0,1,N") == 1
    drawn = [preview.draw(zpl, 203)]
    if letters.isascii():  # the independent renderer has no other letters
        options = zplkit.Options(profile="specification", width=800, height=480, dpi=203)
        (label,) = zplkit.render(zpl.replace(b"^PQ1,0,1,N", b""), options).labels
        drawn.append(Image.open(io.BytesIO(label.png())).convert("L"))
    read = [[code.text for code in zxingcpp.read_barcodes(each)] for each in drawn]
    assert read[0] == read[-1]
    return read[0]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def central_takes(folder: Path, entries: list[Entry]) -> None:
    """Push the journal to a central of its own: nothing is refused, and its items are those of the bench."""
    store = Store(f"sqlite:///{folder / 'central.sqlite'}")
    try:
        tokens.enrol(store, "A01", "sample", NOW)
        answer = intake.take_in(store, "A01", "sample", Push(entries[0].epoch, 1, NOW, tuple(entries)), NOW)
        assert answer.acked == entries[-1].seq
        assert not [each for each in answer.results if each.status in ("held", "quarantined")]
    finally:
        store.close()


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_data_all_the_way(opened, tmp_path: Path, name: str, expect_log) -> None:
    floor = opened("printer")
    before = files(tmp_path)
    copy = LocalCopy.open(floor.folder / "expected.sqlite")
    after = copy.cursor()
    hostile = records(name, TEXTS[NAMES.index(name) % len(TEXTS)], after)
    copy.apply(after + 1, after + len(hostile), hostile)
    copy.close()
    printed = set(floor.devices.printer.labels())

    floor.scan(f"BDG-{name}")
    floor.scan("4711")
    assert floor.bench.state.operator.badge == f"BDG-{name}"
    floor.scan(name)
    assert floor.bench.state.parcel.arrived.orders == (f"R {name}",)
    floor.do(Do.SKIP)
    floor.do(Do.CHOOSE, "1")
    floor.scan(name)
    assert floor.bench.state.item.identified.sku == name
    floor.go_to("serial")
    floor.scan(f"S {name}")
    assert floor.bench.state.item.serial.verdict == "same"
    floor.go_to("label")
    plate = floor.bench.state.item.plate
    floor.until(lambda: floor.bench.state.item.copies_printed, "the label")
    (label,) = (path.read_bytes() for path in floor.devices.printer.labels() if path not in printed)
    assert scanned(label, name) == [plate]
    floor.scan(plate)
    to = floor.bench.state.item.disposition
    floor.scan(f"BIN-{name} {to}")
    assert floor.bench.state.parcel.items[0].bin == f"BIN-{name} {to}"
    floor.do(Do.FINISH)
    floor.do(Do.SIGN_OUT)

    with floor.bench.journal.reading() as connection:
        told = json.loads(json.dumps(report.report(connection, (), {})))
        assert set(schema.PROJECTIONS.tables) <= set(
            connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars()
        )
    (item,) = told["parcels"][0]["items"]
    assert (item["sku"], item["serial"], item["client"]) == (name, f"S {name}", f"{name} & co")
    story = floor.station.history.seek(name, floor.bench.known.recognise).story
    assert [line.fact.code for line in story if hasattr(line.fact, "code")][:1] == [name]
    floor.station.history.exceptions_waiting(read_kinds())
    assert verify(floor.folder) == []
    made = files(tmp_path) - before
    assert all(re.fullmatch(r"data/(station|expected)\.sqlite(-wal|-shm)?", each) for each in made), made
    central_takes(tmp_path, floor.bench.journal.entries(0, 10_000))


@pytest.mark.parametrize("name", ["返品", "x" * 80, "'; DROP TABLE BIN;--"])
def test_a_bin_that_no_label_can_name_is_closed_all_the_same(opened, name: str, expect_log) -> None:
    """A label that cannot be made is told; what was recorded stays, and the next label is printed."""
    expect_log("a label cannot be made: ")
    floor = opened("printer")
    copy = LocalCopy.open(floor.folder / "expected.sqlite")
    after = copy.cursor()
    hostile = records(name, "", after)
    copy.apply(after + 1, after + len(hostile), hostile)
    copy.close()
    floor.go_to("idle")
    for to in ("restock", "refurb", "resale", "hold"):
        floor.scan(f"BIN-{name} {to}")
    assert len(floor.bench.state.bins) == 4
    floor.go_to("place")
    printed = set(floor.devices.printer.labels())
    code = f"BIN-{name} {floor.bench.state.item.disposition}"
    floor.do(Do.BIN_FULL)
    floor.scan(code)
    assert floor.station.history.bin_is_closed(code)
    assert "Write it by hand" in floor.bench.notice.text and floor.bench.notice.params == {"bin": code}
    new = [each.bin for each in floor.bench.state.labelled]
    assert new and all(plates.parse_bin(each) for each in new)
    floor.until(
        lambda: any(new[-1].encode() in path.read_bytes() for path in set(floor.devices.printer.labels()) - printed),
        "the new bin's label",
    )
    assert verify(floor.folder) == []

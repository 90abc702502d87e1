"""Every report with hostile texts in each of its fields: no formula, no control sign, no turned line, no lost row."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from resources.words import Translator
from station.bins import manifest
from station.bins.manifest import Manifest
from station.calibration import report as calibration
from station.calibration.report import Calibration
from station.exceptions import report as exceptions
from station.exceptions.queue import Waiting
from station.printed import manifest_pdf, shift_pdf
from station.search import telling
from station.search.found import Found
from station.shifts import report as shift
from station.shifts.figures import Figures
from station.shifts.proof import Print
from station.shifts.report import Report
from sync.central import shifts
from sync.central.shifts import SiteShift

AT = "2026-03-02T08:00:00.000000Z"
# What only our own statements say, and what is a moment.
OURS = {"kind": "foreign", "side": "actual", "what": "item", "hours": AT, "disposition": "resale"}
SIGNS = st.text(max_size=12) | st.sampled_from(
    [
        *(
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\n=1",
            "\x1b[31m",
            "\u202e=1",
            "  =1",
            "＝1",
            "\u3000=1",
            "\u2003@x",
        ),
        *(",=1", '"=1', "شركة الشمال", "חברת הצפון", "a\u2028b", "\0", "x" * 3000, "'=1", "\ufeff=1", "\u200c=1"),
    ]
)
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
UNSAFE = {chr(sign) for sign in range(32)} - {"\n"} | set(TURNS)
BEGINS = re.compile("[\\s\ufeff\u200c\u200d]*[=+@＝＋－＠-]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def filled(kind: inspect.Type, text: str, name: str = "") -> Any:
    """A value of a type with the text wherever one goes, and two of each list."""
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            kinds = OURS | ({"kind": "decision"} if cls.__name__ == "Late" else {})
            kinds |= {"kind": "over"} if cls.__name__ == "Unit" else {}
            return cls(**{each.name: filled(each.type, kinds.get(each.name, text), each.name) for each in fields})
        case inspect.StrType():
            return AT if name.endswith("_at") or name in ("at", "since", "until") else text
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.IntType():
            return 1
        case inspect.FloatType():
            return 0.5
        case inspect.BoolType():
            return True
        case inspect.BytesType():
            return b"\1" * 32
        case inspect.VarTupleType(item_type=of) | inspect.ListType(item_type=of):
            return tuple(filled(of, text, name) for _ in range(2))
        case inspect.TupleType(item_types=of):
            return tuple(filled(each, text, "") for each in of)
        case inspect.DictType(value_type=of):
            return {text: filled(of, text)}
        case inspect.UnionType(types=of):
            return filled(next(each for each in of if not isinstance(each, inspect.NoneType)), text, name)
    raise AssertionError(kind)


def of(cls: type, text: str) -> Any:
    return filled(inspect.type_info(cls), text)


TABLES: dict[str, Callable[[str], str]] = {
    "shift": lambda text: shift.as_csv(of(Report, text), of(Figures, text)),
    "manifest": lambda text: manifest.as_csv(of(Manifest, text)),
    "calibration": lambda text: calibration.as_csv(of(Calibration, text)),
    "exceptions": lambda text: exceptions.as_csv((of(Waiting, text), of(Waiting, text))),
    "central": lambda text: shifts.as_csv(of(SiteShift, text)),
}
TEXTS: dict[str, Callable[[str], str]] = {
    "shift": lambda text: shift.as_text(of(Report, text), True, of(Figures, text)),
    "manifest": lambda text: manifest.as_text(of(Manifest, text)),
    "calibration": lambda text: calibration.as_text(of(Calibration, text)),
    "exceptions": lambda text: exceptions.as_text((of(Waiting, text), of(Waiting, text))),
    "search": lambda text: telling.as_text(msgspec.structs.replace(found(text), story=())),
    "central": lambda text: shifts.as_text(of(SiteShift, text), True),
}


def found(text: str) -> Found:
    """What a search found, without a story: whose facts have a test of their own."""
    fields = [each for each in msgspec.structs.fields(Found) if each.name != "story"]
    return Found(**{each.name: filled(inspect.type_info(each.type), text, each.name) for each in fields}, story=())


def cells(table: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(table, newline="")):
        yield from row


@pytest.mark.parametrize("report", TABLES)
@settings(max_examples=15, deadline=None)
@given(text=SIGNS)
def test_no_cell_of_a_table_is_a_formula_or_turns_a_line(report: str, text: str) -> None:
    make = TABLES[report]
    table = make(text)
    for cell in cells(table):
        assert NUMBER.fullmatch(cell) or not BEGINS.match(cell), cell
        assert not UNSAFE & set(cell) and "\n" not in cell
    assert table.count("\r\n") == make("plain").count("\r\n"), "one row for each thing, whatever it is called"


@pytest.mark.parametrize("report", TEXTS)
@settings(max_examples=15, deadline=None)
@given(text=SIGNS)
def test_no_line_of_a_text_is_broken_or_turned(report: str, text: str) -> None:
    make = TEXTS[report]
    told = make(text)
    assert not UNSAFE & set(told)
    if text.strip():
        assert told.count("\n") == make("plain").count("\n"), "one line for each thing, whatever it is called"


def test_papers_are_set_whatever_they_name() -> None:
    text, tr = "\u202e=1\0\x1b شركة חברת <b>%s{0}", Translator("en")
    told = Print(of(Report, text), of(Figures, text), AT, 7, "7-ab-cd-2")
    assert shift_pdf.pdf(told, tr).startswith(b"%PDF") and manifest_pdf.pdf(of(Manifest, text), AT, tr).startswith(
        b"%PDF"
    )

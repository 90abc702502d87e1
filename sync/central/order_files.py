"""Reads files of return orders, CSV or NDJSON, one order after another however long the file is."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple

from sync.central.order_rows import Answer, Told, read_json, read_values

_LONGEST_LINE = 256 * 1024
_ORDER = (
    "rma", "client", "order", "kind", "asked", "zip", "customer", "version", "updated_at", "withdrawn", "moved_to"
)  # fmt: skip
_LINE = ("line", "sku", "title", "category", "quantity", "gtin", "reason", "weight_mg", "price_minor", "currency")
_LINE_MORE = ("serialised", "season", "model")
# Several values in a cell, with `;` or blanks between them; of components, which are words, with `;` alone.
_LISTS: Mapping[str, str] = {
    "trackings": r"[;\s]+", "serials": r"[;\s]+", "size_mm": r"[;\s]+", "components": r"\s*;\s*"
}  # fmt: skip
_OF_ORDER = frozenset((*_ORDER, "trackings"))
COLUMNS = (*_ORDER, "trackings", *_LINE, *_LINE_MORE, "serials", "components", "size_mm")
_NEEDED = ("rma", "client", "order", "line", "sku", "title", "category")
_NUMBERED = re.compile(r"lines\[(\d+)\]\.?")
# What a spreadsheet makes of a long number: the last digits are lost.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.ASCII)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What Python makes of a byte that is no text (surrogateescape).
_NOT_TEXT = re.compile("[\ud800-\udfff]")
# No column is called so: why a row cannot be told by its columns.
_UNREADABLE = "\0"
# What Python says of a row with a cell that goes on, and through how many lines one may.
_OPEN = "unexpected end of data"
_MOST_LINES = 20
# So many orders back it is known that rows of one stand apart.
_LOOKED_BACK = 20_000
# What some programs put before UTF-8.
BOM = b"\xef\xbb\xbf"


class UnreadableFile(Exception):
    """A file of which nothing more can be read; the message is a sentence that names the row."""


def read_ndjson(file: BinaryIO) -> Iterator[Told | Answer]:
    """Yield what each line of a file says; blank lines are passed over."""
    for row, line in _lines(file):
        if line.strip():
            bad = _not_utf8(line)
            yield Answer(row, "", "refused", "", bad) if bad else read_json(row, line)


def read_csv(file: BinaryIO, encoding: str, renamed: Mapping[str, str]) -> Iterator[Told | Answer]:
    """Yield each order of a table with a row for each of its lines; rows of one order follow one another.

    `renamed` says which column of the file is which of `COLUMNS`. Raises UnreadableFile.
    """
    lines = _decoded(file, encoding)
    head = next(lines, "")
    if bad := _undecoded(head, encoding):
        raise UnreadableFile(f"row 1: {bad}")
    delimiter = max(",;\t", key=head.count)
    try:
        given = next(csv.reader([head], delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFile(f"row 1: this is no CSV ({error}).") from error
    names = [renamed.get(name.strip(), name.strip().lower()) for name in given]
    _check_columns(names)
    seen: dict[str, _Seen] = {}
    for rma, grouped in groupby(_records(lines, names, delimiter, encoding), key=lambda each: each[1].get("rma", "")):
        rows = list(grouped)
        yield _apart(rma, rows, seen) or _order(rows)


class _Seen(NamedTuple):
    """The rows of one order that followed one another: the first of them, their version, and what tells them apart."""

    row: int
    version: tuple[str | None, ...]
    content: int


def _apart(rma: str, rows: list[tuple[int, dict[str, str]]], seen: dict[str, _Seen]) -> Answer | None:
    """Refuse rows of an order of which others stand further up: it would have the lines of some of them alone.

    The same once more, or another version, is a delivery of its own. `seen` learns of them.
    """
    first, head = rows[0]
    version = tuple(head.get(name) for name in ("version", "updated_at"))
    now = _Seen(first, version, hash(tuple(tuple(cells.items()) for _, cells in rows)))
    before = seen.setdefault(rma, now)
    if len(seen) > _LOOKED_BACK:
        del seen[next(iter(seen))]
    if before.version != version and any(before.version) and any(version):
        seen[rma] = before = now
    if not rma or before.content == now.content or any(_UNREADABLE in cells for _, cells in rows):
        return None
    why = f"the rows of an order follow one another, and row {before.row} is of this one too: sort the table by rma,"
    return Answer(first, rma[:64], "refused", "rma", f"{why} and raise its version, as a part of it may be taken in.")


def _check_columns(names: list[str]) -> None:
    unknown = next((name for name in names if name not in COLUMNS), None)
    if unknown is not None:
        raise UnreadableFile(f"row 1: there is no column {unknown[:64]!r}; there are {', '.join(COLUMNS)}.")
    missing = next((name for name in _NEEDED if name not in names), None)
    if missing is not None:
        raise UnreadableFile(f"row 1: the column {missing!r} is missing.")
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise UnreadableFile(f"row 1: the column {doubled!r} stands there twice.")


def _records(
    lines: Iterator[str], names: list[str], delimiter: str, encoding: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row of the table with its number, which is that of the line it ends on.

    One that cannot be read has the number of the line it begins on, and the next line is taken for a new one.
    """
    ahead: deque[str] = deque()
    row, rma_at = 1, names.index("rma")
    while (line := ahead.popleft() if ahead else next(lines, None)) is not None:
        row += 1
        found, more = _cells(line, ahead, lines, delimiter, len(names))
        row += more
        bad = found if isinstance(found, str) else _undecoded("".join(found), encoding)
        if isinstance(found, str) or bad:
            yield row, {"rma": _cell_of(line, rma_at, delimiter), _UNREADABLE: bad}
        elif not any(cell.strip() for cell in found):
            continue
        elif len(found) != len(names):
            why = f"it has {len(found)} cells, the header {len(names)}."
            yield row, {"rma": found[rma_at].strip() if rma_at < len(found) else "", _UNREADABLE: why}
        else:
            yield row, {name: cell.strip() for name, cell in zip(names, found, strict=True) if cell.strip()}


def _cells(
    first: str, ahead: deque[str], lines: Iterator[str], delimiter: str, width: int
) -> tuple[list[str] | str, int]:
    """Return the cells of the row that begins with a line, and of how many lines more it is; or why it is none.

    A cell may go on in the next lines, which are read ahead, but not through more than a few: a quotation mark that
    nobody closed would take all that comes for one cell.
    """
    try:
        return next(csv.reader([first], delimiter=delimiter, strict=True), []), 0
    except csv.Error as error:
        if str(error) != _OPEN:
            return f"this is no CSV ({error}): a quotation mark within a cell is written twice.", 0
    joined = [first]
    for place in range(_MOST_LINES):
        if place == len(ahead):
            line = next(lines, None)
            if line is None:
                break
            ahead.append(line)
        joined.append(ahead[place])
        if '"' not in ahead[place]:
            continue
        try:
            cells = next(csv.reader(joined, delimiter=delimiter, strict=True))
        except csv.Error as error:
            if str(error) == _OPEN:
                continue
            break
        if len(cells) != width:
            break
        for _ in joined[1:]:
            ahead.popleft()
        return cells, place + 1
    return "a quotation mark begins a cell in this row, and none ends it where a cell may end.", 0


def _cell_of(line: str, place: int, delimiter: str) -> str:
    """Return what a cell of a line that is no CSV seems to hold."""
    cells = _NOT_TEXT.sub("?", line).split(delimiter)
    return cells[place].strip().lstrip('"').partition('"')[0].strip() if place < len(cells) else ""


def _order(rows: list[tuple[int, dict[str, str]]]) -> Told | Answer:
    """Make one order of the rows that are its lines; what is said of the order must be the same in each."""
    first, head = rows[0]
    for row, cells in rows:
        wrong = _wrong(cells, head)
        if wrong is not None:
            return Answer(row, head.get("rma", "")[:64], "refused", *wrong)
    values: dict[str, Any] = {name: _cell(name, text) for name, text in head.items() if name in _OF_ORDER}
    values["lines"] = [
        {name: _cell(name, text) for name, text in cells.items() if name not in _OF_ORDER} for _, cells in rows
    ]
    found = read_values(first, values)
    if isinstance(found, Told):
        return found
    numbered = _NUMBERED.match(found.field)
    if numbered is None:
        return found
    row = rows[int(numbered[1])][0]
    return Answer(row, found.rma, found.status, found.field[numbered.end() :], found.why)


def _wrong(cells: Mapping[str, str], head: Mapping[str, str]) -> tuple[str, str] | None:
    if _UNREADABLE in cells:
        return "", cells[_UNREADABLE]
    for name, text in cells.items():
        if _ROUNDED.fullmatch(text):
            return name, f"a spreadsheet has rounded this number ({text[:40]}): keep the column as text."
    for name in _OF_ORDER:
        if name in cells and cells[name] != head.get(name):
            return name, "it differs from the first row, which is of the same return order."
    return None


def _cell(name: str, text: str) -> Any:
    return [each for each in re.split(_LISTS[name], text) if each] if name in _LISTS else text


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the lines of a file; a byte that is none of the encoding's is a sign that no text has."""
    for _, line in _lines(file):
        yield line.decode(encoding, "surrogateescape")


def _undecoded(text: str, encoding: str) -> str:
    """Say which byte of a text was none of its encoding's; nothing where all were."""
    found = _NOT_TEXT.search(text)
    return _no_text(ord(found[0]) & 0xFF, encoding) if found else ""


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers, without the mark that some programs put before UTF-8."""
    row = 0
    while line := file.readline(_LONGEST_LINE + 1):
        row += 1
        if len(line) > _LONGEST_LINE:
            raise UnreadableFile(f"row {row}: a line has at most {_LONGEST_LINE} bytes.")
        if row == 1 and line.startswith(_UTF16):
            raise UnreadableFile("row 1: the file is UTF-16; save it as UTF-8.")
        yield row, line.removeprefix(BOM) if row == 1 else line


def _not_utf8(line: bytes) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return _no_text(line[error.start], "utf-8")
    return ""


def _no_text(byte: int, encoding: str) -> str:
    if encoding != "utf-8":
        return f"byte 0x{byte:02X} is no sign of {encoding}: save the file as UTF-8, or name another --encoding."
    return (
        f"byte 0x{byte:02X} is not UTF-8; it may be Latin-1 (ISO 8859-1) or Windows-1252: "
        "save the file as UTF-8, or name its encoding with --encoding."
    )

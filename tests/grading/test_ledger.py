"""The ledger: every version in use stands in it to the letter, and whatever is changed afterwards shows."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.ledger import LedgerError, Published, content_sha256, objection, read, sign, written

RESOURCES = Path(__file__).parents[2] / "resources"
LEDGER = (RESOURCES / "published.toml").read_bytes()
FOLDERS = {"rubrics": "rubrics", "clients": "rubrics/clients", "routes": "routes"}
FILES = [(kind, file) for kind, folder in FOLDERS.items() for file in sorted((RESOURCES / folder).glob("*.toml"))]


@pytest.mark.parametrize(("kind", "file"), FILES, ids=lambda each: getattr(each, "name", each))
def test_every_version_in_use_is_published_and_unchanged(kind: str, file: Path) -> None:
    """Where this fails: raise the version and `returns-station publish --all-missing --by NAME --why TEXT`."""
    assert objection(read(LEDGER), kind, file.read_bytes()) == ""


def version(number: int, says: str = "x") -> bytes:
    return f'id = "one"\nversion = {number}\nsays = "{says}"\n'.encode()


def of(*numbers: int) -> list[Published]:
    entries: list[Published] = []
    for number in numbers:
        entries.append(sign(entries, "routes", version(number), "Ann", "2026-11-26", "Because"))
    return entries


def text_of(entries: list[Published]) -> bytes:
    return "".join(map(written, entries)).encode()


@pytest.mark.parametrize("number", [10**9, 10**26, 0])
def test_a_number_that_would_leave_none_above_it_is_not_signed(number: int) -> None:
    with pytest.raises(LedgerError, match="version: Expected `int`"):
        sign(of(1), "routes", version(number), "Ann", "2026-11-26", "Because")
    assert sign(of(1), "routes", version(999_999_999), "Ann", "2026-11-26", "Because").name == "routes/one@999999999"


def test_a_published_version_never_changes() -> None:
    ledger = of(1, 2)
    assert objection(ledger, "routes", version(2)) == ""
    assert objection(ledger, "routes", b"# only a comment\n" + version(2)) == ""
    assert "raise its version" in objection(ledger, "routes", version(2, "y"))
    assert "nobody signed it off" in objection(ledger, "routes", version(3))
    assert "nobody signed it off" in objection(ledger, "rubrics", version(2))
    assert "not TOML" in objection(ledger, "routes", b"id = ") or "no id" in objection(ledger, "routes", b"id = ")


@pytest.mark.parametrize(
    ("number", "says", "why", "told"),
    [
        (3, "x", "Because", "published already"),
        (3, "y", "Because", "raise its version"),
        (2, "x", "Because", "older than routes/one@3"),
        (4, "x", "", "cannot be written"),
        (4, "x", "w" * 501, "cannot be written"),
    ],
)
def test_what_may_not_be_signed_is_refused(number: int, says: str, why: str, told: str) -> None:
    with pytest.raises(LedgerError, match=told):
        sign(of(1, 3), "routes", version(number, says), "Ann", "2026-11-26", why)


@settings(deadline=None)
@given(by=st.text(min_size=1, max_size=120), why=st.text(min_size=1, max_size=300), replay=st.text(max_size=300))
def test_what_was_written_is_read_again(by: str, why: str, replay: str) -> None:
    try:
        entry = sign((), "routes", version(1), by, "2026-11-26", why, replay)
        said = written(entry).encode()
    except (LedgerError, UnicodeEncodeError):
        return  # a lone surrogate is no text
    assert read(said) == (entry,)


@given(st.data())
def test_an_entry_changed_moved_or_taken_out_shows(data: st.DataObject) -> None:
    entries = of(1, 2, 3)
    what = data.draw(st.sampled_from(["by", "why", "sha256", "moved", "taken", "twice"]))
    at = data.draw(st.integers(0, 1))
    changed = list(entries)
    if what == "moved":
        changed[at], changed[at + 1] = changed[at + 1], changed[at]
    elif what == "taken":
        del changed[at]
    elif what == "twice":
        changed.insert(at, changed[at])
    else:
        text = text_of(entries).decode().split("\n[[published]]")
        old, new = {"by": ("Ann", "Bob"), "why": ("Because", "For fun"), "sha256": ('sha256 = "', 'sha256 = "')}[what]
        part = text[at + 1].replace(old, new)
        if what == "sha256":
            part = part.replace(entries[at].sha256, content_sha256(version(9)))
        text[at + 1] = part
        with pytest.raises(LedgerError, match="was changed"):
            read("\n[[published]]".join(text).encode())
        return
    with pytest.raises(LedgerError, match="was changed"):
        read(text_of(changed))


@pytest.mark.parametrize("damage", [b"\xff", b"published = 3", b"[" * 100_000, b"[[published]]\nname = 'x'"])
def test_a_damaged_ledger_is_told(damage: bytes) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        read(damage)

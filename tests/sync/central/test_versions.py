"""Every version of a fact that was ever released: central takes it in and makes of it what it always did."""

from pathlib import Path
from typing import Any

import msgspec

from station import facts, projections
from station.entries import Entry, first_prev, sealed
from station.facts import Unknown
from sync.central import intake, tokens
from sync.central.store import Store
from sync.wire import Push
from tests.sync.central.resolutions.conftest import database, store
from tests.sync.conftest import NOW

__all__ = ["database", "store"]

CORPUS = Path(__file__).parents[1] / "corpus"


def released() -> list[Entry]:
    """The corpus as a journal, its times and ids counted off."""
    lines = [msgspec.json.decode(line) for line in (CORPUS / "facts.jsonl").read_bytes().splitlines()]
    entries, prev = [], first_prev("epoch")
    for seq, line in enumerate(lines, 1):
        about = (seq, f"{seq:032x}", f"{seq:032x}", "epoch", NOW, seq, "boot", "B1", "S1", line["type"], line["v"])
        entries.append(sealed(Entry(*about, line["body"].encode(), b"", b""), prev))
        prev = entries[-1].hash
    return entries


def test_the_corpus_has_every_fact_in_every_version() -> None:
    """Failed for a new fact, or for a new version of one: `tests/long/record_facts.py` adds it."""
    there = {(entry.type, entry.v) for entry in released()}
    assert there >= set(facts._VERSIONS.items())
    for name, version in facts._VERSIONS.items():
        assert {v for type_, v in there if type_ == name} == set(range(1, version + 1)), name


def test_every_released_fact_is_still_read_as_it_was_written() -> None:
    for entry in released():
        fact = entry.fact()
        assert not isinstance(fact, Unknown), entry.type
        if entry.v == facts._VERSIONS[entry.type]:
            assert facts.encode(fact) == entry.body, entry.type


def made_of(store: Store, entries: list[Entry]) -> dict[str, Any]:
    """The rows of a central that is given nothing but these entries."""
    tokens.enrol(store, "S01", "leeds", NOW)
    answer = intake.take_in(store, "S01", "leeds", Push("epoch", 1, NOW, tuple(entries)), NOW)
    assert (answer.acked, answer.results) == (len(entries), ())
    with store.reading() as connection:
        return projections.rows(connection)


def test_central_takes_them_all_and_its_rows_are_what_they_were(store: Store) -> None:
    """The rows were written down when a fact was released; a new column shows here (`record_facts.py --rows`)."""
    expected = msgspec.json.decode((CORPUS / "rows.json").read_bytes())
    assert msgspec.json.decode(msgspec.json.encode(made_of(store, released()))) == expected

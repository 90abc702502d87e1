"""Codes lie in runs: a record is found whichever holds its codes, and a run goes with the last of them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from station.local_copy import LocalCopy, Record
from station.records import Recall

# As many codes as fill a run, and some.
SKUS = tuple(f"SKU-{n}" for n in range(250_500))


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    yield copy
    copy.close()


def tell(copy: LocalCopy, name: str, skus: tuple[str, ...] | None) -> None:
    """Tell the copy of a recall of these articles, or of none any more."""
    recall = None if skus is None else Recall(name, f"Recall {name}", skus=skus)
    at = copy.cursor() + 1
    copy.apply(at, at, [Record(at, "recall", name, msgspec.Raw(msgspec.json.encode(recall)))])


def named(copy: LocalCopy, sku: str) -> list[str]:
    return [each.id for each in copy.recalls(sku, "")]


def runs(copy: LocalCopy) -> int:
    with copy.connection.begin():
        return int(copy.connection.exec_driver_sql("SELECT COUNT(*) FROM run").scalar_one())


def test_a_record_is_found_whichever_run_holds_its_codes_and_an_empty_run_goes(copy: LocalCopy) -> None:
    tell(copy, "first", SKUS)
    tell(copy, "second", (SKUS[0], "ONE"))
    assert runs(copy) == 2
    assert named(copy, SKUS[0]) == ["first", "second"], "one code, in two runs"
    assert (named(copy, SKUS[-1]), named(copy, "ONE")) == (["first"], ["second"])
    tell(copy, "first", ("TWO",))
    assert runs(copy) == 1, "nothing is left in the first"
    assert [named(copy, each) for each in (SKUS[0], SKUS[-1], "ONE", "TWO")] == [["second"], [], ["second"], ["first"]]
    tell(copy, "second", None)
    tell(copy, "first", None)
    assert runs(copy) == 1, "there is always one to fill"
    assert [named(copy, each) for each in (SKUS[0], "ONE", "TWO")] == [[], [], []]


def test_whatever_changes_each_code_finds_what_has_it_now(copy: LocalCopy) -> None:
    """Seeded: records that change, go and come while runs fill up."""
    random, told = Random(8), dict[str, frozenset[str]]()
    for step in range(36):
        name = f"R{random.randrange(5)}"
        if step % 12 == 0:
            many = random.randrange(100)
            told["big"] = frozenset(SKUS[many:])
            tell(copy, "big", SKUS[many:])
        if random.random() < 0.2:
            told.pop(name, None)
            tell(copy, name, None)
        else:
            told[name] = frozenset(random.sample(SKUS[:100], 7))
            tell(copy, name, tuple(told[name]))
    for sku in SKUS[:100]:
        assert named(copy, sku) == sorted(name for name, skus in told.items() if sku in skus)
    assert runs(copy) <= 3

"""Each protection is there for something: switched off, a history that is sound with it goes wrong.

The whole table, every pair too: python tests/long/switch_off.py --pairs
"""

import random
from pathlib import Path

import pytest

from station.moments import utc
from station.receiving.facts import ParcelArrived
from station.salvage import salvage
from sync.clock import Clock
from sync.errand import Heard
from tests.sync.simulation.center import INDIGESTIBLE, Center
from tests.sync.simulation.history import START, play
from tests.sync.simulation.invariants import problems
from tests.sync.simulation.line import Line, Weather
from tests.sync.simulation.machine import Machine
from tests.sync.simulation.protections import PROTECTIONS
from tests.sync.simulation.seeded import be_quiet

# Enough for every row to drain when it can.
ROUNDS = 200


@pytest.mark.parametrize(
    ("names", "seed", "steps", "wrong"),
    [
        (("poison set aside",), 0, 20, "I5"),
        (("refused push taken apart",), 0, 20, "I5"),
        (("own timer",), 0, 20, "I5"),
        (("mark",), 0, 20, "I5"),
        (("cursor with its records",), 2, 20, "I4"),
        (("known ids",), 3, 20, "I1"),
        (("daily comparison",), 13, 20, "I1"),
        # The provider's own key holds for a day; after twenty hours nothing is sent again but by a person.
        (("provider look-up", "person after 20 h"), 2, 40, "I3"),
    ],
)
def test_without_it_a_history_goes_wrong(
    names: tuple[str, ...], seed: int, steps: int, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quiet(monkeypatch)
    for name in names:
        PROTECTIONS[name](monkeypatch)
    outcome = play(seed, tmp_path, steps, rounds=ROUNDS)
    assert outcome.problems
    assert outcome.problems[0].startswith(wrong), outcome.problems


@pytest.mark.parametrize(
    ("names", "seed", "steps", "faults", "wrong"),
    [
        # What this lets through is found by the daily comparison: it is noticed when neither is there.
        ("ack only what is confirmed + daily comparison", 9, 12, "work weather", "I1"),
        # Central goes on behind a hole, and the daily comparison makes an honest bench begin anew for it.
        ("gap check", 13, 15, "work back_up_central restore_central weather", "I7"),
        # The daily comparison would put these right, a day late.
        ("snapshot checked", 13, 25, "work order tidy weather", "I4"),
        ("feed gap check", 5, 10, "work order weather", "I4"),
        ("fork remembered", 13, 20, "work back_up restore", "I5"),
        # Two copies of a bench go on, central is put back between them, and what follows another is no damage.
        ("fork by a broken chain", 28, 15, "work clone back_up_central restore_central", "I1"),
    ],
)
def test_without_it_a_history_of_few_faults_goes_wrong(
    names: str, seed: int, steps: int, faults: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quiet(monkeypatch)
    for name in names.split(" + "):
        PROTECTIONS[name](monkeypatch)
    outcome = play(seed, tmp_path, steps, frozenset(faults.split()), ROUNDS)
    assert outcome.problems
    assert outcome.problems[0].startswith(wrong), outcome.problems


def test_what_was_damaged_on_the_disk_is_held_back_by_the_bench_or_by_central(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These two stand behind one another: the bench looks before it sends, and central looks again."""
    be_quiet(monkeypatch)
    for name in ("sound before sent", "hash and chain"):
        PROTECTIONS[name](monkeypatch)
    faults = frozenset(("work", "rot", "weather", "pass", "crash"))
    outcome = play(10, tmp_path, 40, faults, ROUNDS)
    assert outcome.problems[0].startswith("I1 central has what nobody said"), outcome.problems


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_was_set_aside_and_comes_again_whole_is_no_second_fact(
    is_noted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Central failed at a fact; a newer one does not, and the salvaged journal says it under another number."""
    be_quiet(monkeypatch)
    if not is_noted:
        PROTECTIONS["came later"](monkeypatch)
    center, weather, now_s = Center(tmp_path / "central", lambda: utc(START)), Weather(random.Random(1)), 0.0
    line = Line(center, weather, center.enrol("A1", "north"), lambda _: None)
    bench = Machine("A1", "A1", "north", tmp_path / "A1", line, weather, Clock(lambda: now_s, lambda: START), 7)
    said = bench.record(ParcelArrived("P-1", "T1", INDIGESTIBLE.decode(), "return", "none"))
    for is_failing in (True, False):
        center.fails = is_failing
        bench.step(Heard(facts=True))
        while bench.errand.status.waiting or not bench.errand.is_settled:
            now_s = max(now_s, bench.due_at)
            bench.step(Heard())
        if is_failing:
            bench.close()
            salvage(bench.folder, "A1")
            bench.open()
    held = {entry.id: entry for entry in said}
    found = problems(center, [bench], {"A1": held}, {entry.id: entry.body for entry in said}, set())
    assert [each[:16] for each in found] == ([] if is_noted else ["I1 in two places"])
    bench.close()
    center.close()

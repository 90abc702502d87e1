"""Each protection is there for something: switched off, a history that is sound with it goes wrong.

The whole table, every pair too: python tests/long/switch_off.py --pairs
"""

from pathlib import Path

import pytest

from tests.sync.simulation.history import play
from tests.sync.simulation.protections import PROTECTIONS
from tests.sync.simulation.seeded import be_quiet

ROUNDS = 400


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
        # What this lets through is found by the daily comparison: it is noticed when neither is there.
        (("ack only what is confirmed", "daily comparison"), 9, 20, "I1"),
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

"""When the courier goes: it spares central small pushes, waits as long as it asks, and goes at once when told to."""

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.moments import utc
from station.receiving.facts import ParcelArrived
from sync.clock import Clock
from sync.errand import Heard
from sync.errors import Unreachable
from sync.wire import Next
from tests.sync.simulation.center import Center
from tests.sync.simulation.history import START
from tests.sync.simulation.line import Line, Weather
from tests.sync.simulation.machine import Machine

NEWS = Heard(facts=True)


class Asking(Line):
    """A line that notes each push, whose central may ask for something."""

    pushes: list[tuple[float, int]]
    asks: Next | None = None
    error: Unreachable | None = None
    now_s = 0.0

    def push(self, push: Any) -> Any:
        self.pushes.append((self.now_s, len(push.entries)))
        if self.error is not None:
            raise self.error
        return msgspec.structs.replace(super().push(push), next=self.asks)

    def pull(self, site: str, after: int, limit: int, mark: int = 0) -> Any:
        if self.error is not None:
            raise self.error
        return super().pull(site, after, limit, mark)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A station with a courier whose clock stands until a test says otherwise."""
    center = Center(tmp_path / "central", lambda: utc(START))
    weather = Weather(random.Random(1))
    line = Asking(center, weather, center.enrol("A1", "north"), lambda _: None)
    line.pushes = []
    made = Machine("A1", "A1", "north", tmp_path / "A1", line, weather, Clock(lambda: line.now_s, lambda: START), 7)
    until(machine=made, at_s=0.0)
    yield made
    made.close()
    center.close()


def until(machine: Machine, at_s: float, heard: Heard = Heard()) -> None:  # noqa: B008 - a frozen value
    """Let the courier live until an instant, from what it hears now on."""
    line: Any = machine.line
    machine.step(heard)
    while machine.due_at <= at_s:
        line.now_s = max(line.now_s, machine.due_at)
        machine.step(Heard())
    line.now_s = at_s


def record(machine: Machine, count: int = 1) -> None:
    for _ in range(count):
        number = machine.journal.last_seq
        machine.record(ParcelArrived(f"P-{number}", f"T{number}", "ups", "return", "none"))


def test_the_first_fact_goes_at_once_and_those_behind_it_together(machine: Machine) -> None:
    line: Any = machine.line
    for step in range(9):
        record(machine)
        until(machine, 0.1 * step, NEWS)
    until(machine, 3.0)
    assert [count for _, count in line.pushes] == [1, 8]
    assert line.pushes[0][0] == 0.0
    assert 1.0 <= line.pushes[1][0] <= 2.0


def test_full_batches_do_not_wait_for_one_another(machine: Machine) -> None:
    line: Any = machine.line
    record(machine, 350)
    until(machine, 0.0, NEWS)
    assert line.pushes == [(0.0, 100), (0.0, 200), (0.0, 50)]


def test_central_is_spared_as_long_as_it_asks(machine: Machine) -> None:
    line: Any = machine.line
    line.asks = Next(delay_ms=4_000)
    record(machine, 330)
    until(machine, 5.0, NEWS)
    assert line.pushes == [(0.0, 100), (4.0, 200)]


def test_who_is_asked_to_come_back_later_does_and_no_impatience_helps(machine: Machine) -> None:
    line: Any = machine.line
    line.error = Unreachable("busy", "", status=429, retry_after_s=30.0)
    record(machine)
    until(machine, 0.0, NEWS)
    line.error = None
    until(machine, 29.9, Heard(facts=True, retry=True))
    assert line.pushes == [(0.0, 1)]
    until(machine, 31.0)
    assert len(line.pushes) == 2


def test_after_an_hour_away_it_goes_at_once_when_a_person_or_the_network_says_so(machine: Machine) -> None:
    line: Any = machine.line
    line.error = Unreachable("unreachable", "")
    record(machine)
    until(machine, 5_500.0, NEWS)
    late = [at_s for at_s, _ in line.pushes if at_s > 3_700.0]
    assert 60.0 < max(b - a for a, b in pairwise(late)) <= 300.0
    line.error = None
    seen = len(line.pushes)
    until(machine, 5_500.0, Heard(retry=True))
    assert len(line.pushes) == seen + 1
    assert machine.errand.status.waiting == 0

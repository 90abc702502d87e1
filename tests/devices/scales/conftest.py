"""What the tests of scales share: simulated scales of every dialect, and workers that ask them quickly."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.readings import Weight, WeightState
from devices.scales.models import MODELS, ScaleModel, session
from devices.simulators import wire
from devices.simulators.scale import HID, Scale, programs
from devices.worker import Worker


class Simulated:
    """A simulated scale in this process, on a real pty, FIFO or TCP port, with the commands it takes as a process."""

    def __init__(self, dialect: str, folder: Path, tcp: bool) -> None:
        program = programs()[dialect]()
        self._line: wire.Wire
        if dialect == HID:
            self._line = wire.ReportWire(folder / "scale")
        elif tcp:
            self._line = wire.Rfc2217Wire(0)
        else:
            self._line = wire.PtyWire(folder / "scale", program.framing)
        self._scale = Scale(self._line, program)
        self._scale.start()

    @property
    def address(self) -> str:
        return self._line.address

    def do(self, name: str, **fields: object) -> None:
        getattr(self._scale, name)({"do": name, **fields})

    def close(self) -> None:
        self._scale.end()


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Callable[..., Simulated]]:
    """Starts a simulated scale: `simulated("cas-22")`, with `tcp=True` over RFC 2217."""
    running: list[Simulated] = []

    def start(dialect: str, tcp: bool = False) -> Simulated:
        running.append(Simulated(dialect, tmp_path, tcp))
        return running[-1]

    yield start
    for each in running:
        each.close()


def quick(model: ScaleModel) -> ScaleModel:
    """The model as it is, asked more often than a bench would; an answer may be late, for the computer is busy."""
    answer_s = 0.3 if model.polling.silence_is_rest else 0.6
    polling = replace(model.polling, interval_s=0.02, answer_s=answer_s)
    return replace(model, polling=polling)


@pytest.fixture
def weighing(inbox) -> Iterator[Callable[..., Worker]]:
    """Starts a worker for a model: `weighing("cas-22", address)`; what `session` takes may follow."""
    workers: list[Worker] = []

    def start(model: str, address: str, **settings) -> Worker:
        made = session(quick(MODELS[model]), "scale", address, **settings)
        workers.append(Worker("scale", made, inbox.post, backoff_s=(0.05, 0.2)))
        workers[-1].start()
        return workers[-1]

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture
def emptied(inbox) -> Callable[[], Weight]:
    """Waits until the scale shows that nothing lies on it."""
    return lambda: inbox.next(Weight, lambda weight: weight.state is WeightState.stable_zero)

"""The scale driver against a real process speaking MT-SICS over a pty and over RFC 2217."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.readings import AcceptedWeight, Down, Fault, Up, Weight, WeightState
from devices.scales.line import Polling, SerialScale
from devices.scales.mt_sics import MtSics
from devices.serial_port import LineSettings
from devices.simulators.process import Simulator
from devices.worker import Worker

QUICK = Polling(interval_s=0.02, answer_s=0.3)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    simulated = Simulator("scale", ["--link", str(tmp_path / "scale")])
    yield simulated
    simulated.close()


def weighing(line: LineSettings, inbox) -> Worker:
    worker = Worker("scale", SerialScale("scale", line, MtSics, polling=QUICK), inbox.post, backoff_s=(0.05, 0.2))
    worker.start()
    return worker


@pytest.fixture
def scale(simulator: Simulator, inbox) -> Iterator[Worker]:
    worker = weighing(LineSettings(simulator.address), inbox)
    inbox.next(Up)
    yield worker
    worker.stop()


def empty(inbox) -> None:
    inbox.next(Weight, lambda weight: weight.state is WeightState.stable_zero)


def test_two_articles_of_one_weight_are_weighed_after_they_stop_rocking(simulator, scale, inbox) -> None:
    for _ in range(2):
        simulator.do("place", weight_mg=2_310_000, wobble_s=0.2)
        assert inbox.next(AcceptedWeight).weight_mg == 2_310_000
        simulator.do("wobble", wobble_s=0.1)
        inbox.next(Weight, lambda weight: weight.state is WeightState.moving)
        inbox.next(Weight, lambda weight: weight.state is WeightState.stable)
        simulator.do("remove", wobble_s=0.05)
        empty(inbox)
    assert len(inbox.of(AcceptedWeight)) == 2


def test_an_article_there_before_the_program_is_weighed(simulator, inbox) -> None:
    simulator.do("place", weight_mg=500_000, wobble_s=0.0)
    worker = weighing(LineSettings(simulator.address), inbox)
    assert inbox.next(AcceptedWeight).weight_mg == 500_000
    worker.stop()


def test_a_still_scale_is_not_repeated(simulator, scale, inbox) -> None:
    simulator.do("place", weight_mg=100_000, wobble_s=0.0)
    inbox.next(AcceptedWeight)
    before = len(scale.recent())
    while len(scale.recent()) < min(before + 20, 200):
        pass_weights = len(inbox.of(Weight))
    assert pass_weights <= 4


def test_overload_is_a_state_and_never_a_weight(simulator, scale, inbox) -> None:
    simulator.do("place", weight_mg=61_000_000, wobble_s=0.0)
    assert inbox.next(Weight, lambda weight: weight.state is WeightState.over).value is None
    simulator.do("remove")
    empty(inbox)
    assert not inbox.of(AcceptedWeight)


@pytest.mark.usefixtures("goes_down")
def test_unplugged_with_an_article_on_it(simulator, scale, inbox) -> None:
    simulator.do("place", weight_mg=700_000, wobble_s=0.0)
    assert inbox.next(AcceptedWeight).weight_mg == 700_000
    simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    simulator.do("plug")
    inbox.next(Up)
    inbox.next(Weight, lambda weight: weight.state is WeightState.stable)
    simulator.do("remove", wobble_s=0.0)
    empty(inbox)
    simulator.do("place", weight_mg=800_000, wobble_s=0.0)
    assert inbox.next(AcceptedWeight).weight_mg == 800_000
    assert len(inbox.of(AcceptedWeight)) == 2


@pytest.mark.usefixtures("goes_down")
def test_noise_and_silence(simulator, scale, inbox) -> None:
    simulator.do("garbage", seed=5)
    inbox.next(Weight, lambda weight: weight.state is WeightState.garbled)
    simulator.do("silence")
    inbox.next(Weight, lambda weight: weight.state is WeightState.no_answer)
    assert inbox.next(Down).why is Fault.no_answer
    simulator.do("speak")
    inbox.next(Up)
    simulator.do("place", weight_mg=300_000, wobble_s=0.0)
    assert inbox.next(AcceptedWeight).weight_mg == 300_000


@pytest.mark.usefixtures("goes_down")
def test_the_wrong_baud_rate_is_named(simulator, inbox) -> None:
    worker = weighing(LineSettings(simulator.address, baud=4800), inbox)
    assert inbox.next(Down).why is Fault.wrong_line_settings
    worker.stop()
    assert not inbox.of(Up)
    assert not inbox.of(AcceptedWeight)


@pytest.mark.usefixtures("goes_down")
def test_a_scale_that_understands_another_language_is_named(simulator, inbox) -> None:
    class Foreign(MtSics):
        request = b"W\r\n"

    session = SerialScale("scale", LineSettings(simulator.address), Foreign, polling=QUICK)
    worker = Worker("scale", session, inbox.post)
    worker.start()
    assert inbox.next(Down).why is Fault.wrong_line_settings
    worker.stop()
    assert not inbox.of(Up)


# pyserial 3.5's RFC 2217 port names its thread in the old way, and leaves the socket of a lost connection
# to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
@pytest.mark.usefixtures("goes_down")
def test_line_settings_cross_rfc2217(inbox) -> None:
    simulated = Simulator("scale", ["--rfc2217", "0"])
    wrong = weighing(LineSettings(simulated.address, baud=9600, data_bits=7, parity="E"), inbox)
    assert inbox.next(Down).why is Fault.wrong_line_settings
    wrong.stop()
    right = weighing(LineSettings(simulated.address), inbox)
    inbox.next(Up)
    simulated.do("place", weight_mg=1_234_000, wobble_s=0.1)
    assert inbox.next(AcceptedWeight).weight_mg == 1_234_000
    simulated.do("unplug")
    inbox.next(Down)
    simulated.do("plug")
    inbox.next(Up)
    right.stop()
    simulated.close()

"""The session of a scale against a process speaking MT-SICS, over a pty and over RFC 2217."""

import termios
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from devices.readings import AcceptedWeight, Down, Fault, Up, Weight, WeightState
from devices.scales import mt_sics
from devices.scales.acceptance import FACTORY_RULE
from devices.scales.line import Polling, ScaleSession
from devices.serial_port import LineSettings, open_port
from devices.simulators.process import Simulator
from devices.simulators.wire import FACTORY_FRAMING, PtyWire
from devices.worker import Worker


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    simulated = Simulator("scale", ["--link", str(tmp_path / "scale")])
    yield simulated
    simulated.close()


@pytest.fixture
def scale(simulator: Simulator, weighing, inbox) -> Worker:
    worker = weighing("mt-sics", simulator.address)
    inbox.next(Up)
    return worker


def test_two_articles_of_one_weight_are_weighed_after_they_stop_rocking(simulator, scale, inbox, emptied) -> None:
    for _ in range(2):
        simulator.do("place", weight_mg=2_310_000, wobble_s=0.2)
        assert inbox.next(AcceptedWeight).weight_mg == 2_310_000
        simulator.do("wobble", wobble_s=600.0)
        inbox.next(Weight, lambda weight: weight.state is WeightState.moving)
        simulator.do("wobble", wobble_s=0.0)
        inbox.next(Weight, lambda weight: weight.state is WeightState.stable)
        simulator.do("remove", wobble_s=0.05)
        emptied()
    assert len(inbox.of(AcceptedWeight)) == 2


def test_an_article_there_before_the_program_is_weighed(simulator, weighing, inbox) -> None:
    simulator.do("place", weight_mg=500_000, wobble_s=0.0)
    weighing("mt-sics", simulator.address)
    assert inbox.next(AcceptedWeight).weight_mg == 500_000


def test_a_still_scale_is_not_repeated(simulator, scale, inbox, until) -> None:
    simulator.do("place", weight_mg=100_000, wobble_s=0.0)
    inbox.next(AcceptedWeight)
    before = scale.recent()[-1]
    until(lambda: len([frame for frame in scale.recent() if frame.at > before.at]) > 20)
    assert len(inbox.of(Weight)) <= 4


@pytest.mark.usefixtures("goes_down")
def test_unplugged_with_an_article_on_it(simulator, scale, inbox, emptied) -> None:
    simulator.do("place", weight_mg=700_000, wobble_s=0.0)
    assert inbox.next(AcceptedWeight).weight_mg == 700_000
    simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    simulator.do("plug")
    inbox.next(Up)
    inbox.next(Weight, lambda weight: weight.state is WeightState.stable)
    simulator.do("remove", wobble_s=0.0)
    emptied()
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
def test_a_scale_that_understands_another_language_is_named(simulator, inbox) -> None:
    source = partial(open_port, LineSettings(simulator.address))
    session = ScaleSession("scale", source, mt_sics.codec, Polling(b"W\r\n", 0.02, 0.3), FACTORY_RULE)
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
def test_line_settings_cross_rfc2217(weighing, inbox) -> None:
    simulated = Simulator("scale", ["--rfc2217", "0"])
    wrong = weighing("mt-sics", simulated.address, data_bits=7, parity="E")
    assert inbox.next(Down).why is Fault.wrong_line_settings
    wrong.stop()
    right = weighing("mt-sics", simulated.address)
    inbox.next(Up)
    simulated.do("place", weight_mg=1_234_000, wobble_s=0.1)
    assert inbox.next(AcceptedWeight).weight_mg == 1_234_000
    simulated.do("unplug")
    inbox.next(Down)
    simulated.do("plug")
    inbox.next(Up)
    right.stop()
    simulated.close()


@pytest.mark.parametrize(("parity", "checked"), [("N", False), ("E", True)])
def test_a_line_with_parity_has_it_checked(tmp_path: Path, parity: str, checked: bool) -> None:
    """A pty has no parity that could be wrong, but tells whether the check was asked for."""
    wire = PtyWire(tmp_path / "scale", FACTORY_FRAMING)
    line = LineSettings(wire.address, 9600, 7 if checked else 8, parity)
    with open_port(line), (tmp_path / "scale").open("rb") as tty:
        assert bool(termios.tcgetattr(tty.fileno())[0] & termios.INPCK) is checked
    wire.unplug()

"""Every scale model through the same life: a real line, a real worker, and a simulator that speaks its dialect."""

import time
from typing import NamedTuple

import pytest

from devices.readings import AcceptedWeight, Down, Fault, Up, Weight, WeightState
from devices.scales.models import MODELS, named, session


class Case(NamedTuple):
    """A model as a bench names it, the simulator for it, what is put on it, and what it reads then."""

    model: str
    dialect: str
    simulator: str
    load_mg: int
    weight_mg: int
    tcp: bool = False


_POUNDS_5 = 2_267_962  # 5.00 lb is 2 267 961.85 mg
CASES = [
    Case("mt-sics", "", "mt-sics", 2_310_000, 2_310_000),
    Case("toledo-8217", "kg", "toledo-8217-kg", 2_310_000, 2_310_000, tcp=True),
    Case("toledo-8217", "lb", "toledo-8217-lb", _POUNDS_5, _POUNDS_5),
    Case("nci", "diva-ecr", "diva-ecr", 2_310_000, 2_310_000),
    Case("nci", "nci-7800", "nci-7800", _POUNDS_5, _POUNDS_5),
    Case("brecknell", "scp-12", "scp-12", _POUNDS_5, _POUNDS_5),
    Case("brecknell", "sbi", "sbi", 2_310_000, 2_310_000),
    Case("brecknell-8213", "lb", "brecknell-8213-lb", _POUNDS_5, _POUNDS_5),
    Case("brecknell-8213", "kg", "brecknell-8213-kg", 2_310_000, 2_310_000),
    Case("brecknell-8213", "g", "brecknell-8213-g", 2_310_000, 2_310_000),
    Case("a-and-d", "", "a-and-d", 2_310_000, 2_310_000),
    Case("cas-22", "", "cas-22", 2_310_000, 2_310_000),
    Case("cas-sw2", "", "cas-sw2", 2_310_000, 2_310_000),
    Case("ohaus", "", "ohaus", 2_310_000, 2_310_000),
    Case("ohaus-ranger", "", "ohaus-ranger", 2_310_000, 2_310_000),
    Case("adam-azextra", "", "adam-azextra", 2_310_000, 2_310_000),
    Case("adam-cpwplus", "", "adam-cpwplus", 2_310_000, 2_310_000),
    Case("hid-pos", "", "hid-pos", 2_310_000, 2_310_000),
]
every_scale = pytest.mark.parametrize("case", CASES, ids=lambda case: case.simulator)
# Scales that differ from another only in the unit they are set to go through one life and not through all.
every_serial_language = pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if case.simulator not in {"toledo-8217-lb", "brecknell-8213-kg", "brecknell-8213-g", "hid-pos"}
    ],
    ids=lambda case: case.simulator,
)
# pyserial 3.5's RFC 2217 port names its thread in the old way, and leaves the socket of a lost connection to the
# garbage collector.
rfc2217_warns = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning"),
]
pytestmark = rfc2217_warns


class Hands:
    """A person at the scale, who presses its print key where it is not asked."""

    def __init__(self, case: Case, scale, inbox, until) -> None:
        self.case, self.scale, self._inbox, self._until = case, scale, inbox, until
        self._presses = MODELS[case.model].polling.silence_is_rest

    def put_on(self, wobble_s: float) -> None:
        self.scale.do("place", weight_mg=self.case.load_mg, wobble_s=wobble_s)

    def read(self) -> int:
        count = len(self._inbox.of(AcceptedWeight))

        def came() -> bool:
            if self._presses:
                self.scale.do("print")
            return len(self._inbox.of(AcceptedWeight)) > count

        self._until(came, what="an accepted weight")
        return self._inbox.of(AcceptedWeight)[-1].weight_mg

    def clear(self) -> None:
        before = self.shown()
        self.scale.do("remove", wobble_s=0.0)
        if self._presses:  # it is a silence of 0.3 s, seen by a thread that may be late, that makes room for the next
            last = self._inbox.of(AcceptedWeight)[-1]
            self._until(lambda: time.monotonic() - last.at > 1.3)
        else:
            self._until(lambda: self.shown() is not before and self.shown().state is WeightState.stable_zero)

    def shown(self) -> Weight:
        return self._inbox.of(Weight)[-1]


@pytest.fixture
def hands(case: Case, simulated, inbox, until) -> Hands:
    return Hands(case, simulated(case.simulator, tcp=case.tcp), inbox, until)


@every_scale
def test_weighed_when_still_twice_the_same_and_again_after_a_pulled_plug(
    case: Case, hands: Hands, weighing, inbox, goes_down
) -> None:
    weighing(case.model, hands.scale.address, dialect=case.dialect)
    inbox.next(Up)
    for _ in range(2):
        hands.put_on(wobble_s=0.15)
        assert hands.read() == case.weight_mg
        if MODELS[case.model].zero_after_removal and case.model != "adam-cpwplus":
            hands.scale.do("wobble", wobble_s=600.0)
            inbox.next(Weight, lambda weight: weight.state is WeightState.moving)
            hands.scale.do("wobble", wobble_s=0.0)
            inbox.next(Weight, lambda weight: weight.state is WeightState.stable)
        else:
            hands.scale.do("wobble", wobble_s=0.15)
        hands.clear()
    hands.put_on(wobble_s=0.0)
    hands.read()
    hands.scale.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    hands.scale.do("plug")
    inbox.next(Up)
    hands.clear()
    hands.put_on(wobble_s=0.0)
    assert hands.read() == case.weight_mg
    assert [each.weight_mg for each in inbox.of(AcceptedWeight)] == [case.weight_mg] * 4


@every_serial_language
def test_split_and_glued_frames_and_states_that_are_no_weight(case: Case, hands: Hands, weighing, inbox) -> None:
    weighing(case.model, hands.scale.address, dialect=case.dialect)
    inbox.next(Up)
    for deal in ("split", "glued"):
        if deal == "glued" and case.model in {"adam-azextra", "adam-cpwplus"}:
            continue  # the one never sends two, the other needs a long run that a late answer breaks
        hands.scale.do("deal", how=deal)
        hands.put_on(wobble_s=0.0)
        assert hands.read() == case.weight_mg
        hands.clear()
    hands.scale.do("deal", how="whole")
    if case.model in {"adam-azextra", "adam-cpwplus"}:
        return  # they have no word for it
    count = len(inbox.of(AcceptedWeight))
    hands.scale.do("place", weight_mg=61_000_000, wobble_s=0.0)
    assert inbox.next(Weight, lambda weight: weight.state is WeightState.over).value is None
    if case.model not in {"cas-22", "cas-sw2"}:
        hands.scale.do("place", weight_mg=-5_000_000, wobble_s=0.0)
        assert inbox.next(Weight, lambda weight: weight.state is WeightState.under).value is None
    assert len(inbox.of(AcceptedWeight)) == count


@every_serial_language
@pytest.mark.usefixtures("goes_down")
def test_the_wrong_baud_rate_is_named(case: Case, hands: Hands, weighing, inbox, until) -> None:
    hands.put_on(wobble_s=0.0)
    weighing(case.model, hands.scale.address, dialect=case.dialect, baud=19_200)

    def named() -> bool:
        if case.model == "adam-azextra":
            hands.scale.do("remove", wobble_s=0.0)
            hands.put_on(wobble_s=0.0)
            hands.scale.do("print")
        return bool(inbox.of(Down))

    until(named)
    assert inbox.of(Down)[0].why is Fault.wrong_line_settings
    assert not inbox.of(AcceptedWeight)


@pytest.mark.parametrize("model", ["mt-sics", "cas-22", "hid-pos"])
@pytest.mark.usefixtures("goes_down")
def test_asleep_is_said_and_waking_is_seen(model: str, simulated, weighing, inbox) -> None:
    scale = simulated(model)
    weighing(model, scale.address)
    inbox.next(Up)
    scale.do("silence")
    inbox.next(Weight, lambda weight: weight.state is WeightState.no_answer)
    down = inbox.next(Down)
    assert (down.why, "asleep" in down.detail) == (Fault.no_answer, True)
    scale.do("speak")
    inbox.next(Up)
    scale.do("place", weight_mg=300_000, wobble_s=0.0)
    assert inbox.next(AcceptedWeight).weight_mg == 300_000


@pytest.mark.usefixtures("goes_down")
def test_seven_bits_with_parity_read_as_eight_are_wrong_line_settings(simulated, weighing, inbox) -> None:
    scale = simulated("toledo-8217-kg", tcp=True)
    weighing("toledo-8217", scale.address, dialect="kg", data_bits=8, parity="N")
    assert inbox.next(Down).why is Fault.wrong_line_settings
    assert not inbox.of(Up)


@pytest.mark.usefixtures("goes_down")
def test_pounds_from_a_scale_said_to_be_in_kilograms_are_refused(simulated, weighing, inbox) -> None:
    scale = simulated("toledo-8217-lb")
    weighing("toledo-8217", scale.address, dialect="kg")
    scale.do("place", weight_mg=_POUNDS_5, wobble_s=0.0)
    assert inbox.next(Down).why is Fault.wrong_line_settings
    assert not inbox.of(AcceptedWeight)


def test_a_usb_scale_over_and_under_its_range_gives_no_weight(simulated, weighing, inbox) -> None:
    scale = simulated("hid-pos")
    weighing("hid-pos", scale.address)
    for load_mg, state in ((61_000_000, WeightState.over), (-5_000_000, WeightState.under)):
        scale.do("place", weight_mg=load_mg, wobble_s=0.0)
        assert inbox.next(Weight, lambda weight, state=state: weight.state is state).value is None
    assert not inbox.of(AcceptedWeight)


def test_a_usb_scale_that_is_not_there_is_unreachable(tmp_path, weighing, inbox, expect_log) -> None:
    expect_log("is down: unreachable")
    weighing("hid-pos", str(tmp_path / "no-such-hidraw"))
    assert inbox.next(Down).why is Fault.unreachable


def test_a_dialect_is_named_and_never_guessed() -> None:
    for model in MODELS.values():
        assert model.id in MODELS
        for dialect in model.dialects or ("",):
            session(model, "scale", "/dev/null", dialect)
        with pytest.raises(ValueError, match=model.id):
            session(model, "scale", "/dev/null", "esperanto")
    with pytest.raises(ValueError, match="no dialect was given; its dialects are: diva-ecr, nci-7800"):
        session(MODELS["nci"], "scale", "/dev/null")


def test_a_model_nobody_knows_is_said() -> None:
    assert named("cas-22") is MODELS["cas-22"]
    with pytest.raises(ValueError, match="there is no scale model 'bathroom'; known are: mt-sics, toledo-8217"):
        named("bathroom")


def test_every_model_and_dialect_has_its_life_tested() -> None:
    tested = {(case.model, case.dialect) for case in CASES}
    listed = {(model.id, dialect) for model in MODELS.values() for dialect in model.dialects or ("",)}
    # The 3700LP in ounces differs from pounds by a word of ours; its NCI mode is that of the 7800.
    assert listed - tested == {("brecknell-8213", "oz"), ("brecknell", "nci-7800")}

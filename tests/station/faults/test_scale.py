"""A scale that babbles or wobbles never yields a weight."""

from devices.readings import AcceptedWeight, Weight, WeightState
from station import sample

PARCEL = next(each for each in sample.parcels() if each.key == "headphones")


def test_garbage_from_the_scale_is_never_a_weight(opened) -> None:
    floor = opened("scale")
    floor.go_to("weigh")
    for seed in range(3):
        floor.devices.scale.garbage(seed)
        floor.devices.scale.wobble(600.0)
        floor.until_heard(Weight, lambda weight: weight.state is WeightState.moving)
        floor.devices.scale.wobble(0.0)
        floor.until_heard(Weight, lambda weight: weight.state is WeightState.stable_zero)
    assert WeightState.garbled in {word.state for word in floor.heard if isinstance(word, Weight)}
    assert floor.stage == "weigh" and not any(isinstance(word, AcceptedWeight) for word in floor.heard)
    floor.devices.scale.place(PARCEL.weight_mg, 0.1)
    floor.until(lambda: floor.stage == "item", "the weight")
    assert floor.bench.state.parcel.weighed.weight_mg == PARCEL.weight_mg


def test_a_wobbling_scale_never_yields_a_weight(opened) -> None:
    floor = opened("scale")
    floor.go_to("weigh")
    floor.until_heard(Weight, lambda weight: weight.state is WeightState.stable_zero)
    floor.devices.scale.place(PARCEL.weight_mg, 600.0)
    floor.until_heard(Weight, lambda weight: weight.state is WeightState.moving, 12)
    assert floor.stage == "weigh" and not any(isinstance(word, AcceptedWeight) for word in floor.heard)
    floor.devices.scale.wobble(0.05)
    floor.until(lambda: floor.stage == "item", "the weight once it is still")
    assert floor.bench.state.parcel.weighed.weight_mg == PARCEL.weight_mg

"""The rule which of a scale's many weights the bench may use."""

from dataclasses import dataclass, replace

from devices.readings import AcceptedWeight, Weight, WeightState


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """When a weight is settled: `frames` equal ones in a row, or equal ones (at least two) for `settle_s`.

    Figures from -`zero_band_mg` to `zero_band_mg` are an empty platform. `silence_arms` is for a scale that never says
    zero and sends each weight once: then it is its silence after a weight that makes room for the next.
    """

    frames: int = 3
    settle_s: float = 0.5
    zero_band_mg: int = 0
    silence_arms: bool = False


FACTORY_RULE = AcceptanceRule()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What has to be remembered between weights. Armed at first: what already lies there at start is read.

    A weight is accepted when it is stable, has a unit we know, is settled, and the platform was seen empty
    since the last accepted one. So one article gives one reading however long it lies there, two articles of
    the same weight give two, and an article put beside another gives none. A stable figure below zero means
    that the scale is tared to something that is gone: nothing is accepted until it shows zero again.
    """

    rule: AcceptanceRule
    armed: bool = True
    equal_mg: int | None = None
    equal_frames: int = 0
    equal_since: float = 0.0

    def interrupted(self) -> "Acceptance":
        """After a reconnect: a run of equal frames starts over, an accepted article stays accepted."""
        return replace(self, equal_mg=None, equal_frames=0)

    def silent(self) -> "Acceptance":
        """After a time in which the scale said nothing."""
        return replace(self.interrupted(), armed=self.armed or self.rule.silence_arms)

    def see(self, weight: Weight) -> tuple["Acceptance", AcceptedWeight | None]:
        """The next memory, and the accepted weight if this one completes it."""
        weight_mg = weight.weight_mg
        if weight.state not in {WeightState.stable, WeightState.stable_zero} or weight_mg is None:
            return self.interrupted(), None
        if abs(weight_mg) <= self.rule.zero_band_mg:
            return replace(self.interrupted(), armed=True), None
        if weight_mg < 0:
            return replace(self.interrupted(), armed=False), None
        if weight_mg == self.equal_mg:
            seen = replace(self, equal_frames=self.equal_frames + 1)
        else:
            seen = replace(self, equal_mg=weight_mg, equal_frames=1, equal_since=weight.at)
        if not seen.armed or not seen._settled(weight.at):
            return seen, None
        return replace(seen, armed=False), AcceptedWeight(weight.device, weight_mg, weight.at)

    def _settled(self, at: float) -> bool:
        by_time = self.equal_frames > 1 and at - self.equal_since >= self.rule.settle_s
        return self.equal_frames >= self.rule.frames or by_time

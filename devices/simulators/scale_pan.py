"""What lies on a simulated scale: a load that people change, a zero, a tare, and how long it rocks."""

import random
from decimal import ROUND_HALF_EVEN, Decimal

from devices.readings import MILLIGRAMS_PER_UNIT

CAPACITY_MG = 60_000_000
ZERO_RANGE_MG = CAPACITY_MG // 50
_WOBBLE_MG = 40_000


class Pan:
    """The platform; who shares it between threads locks around it. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.load_mg = 0
        self.zero_mg = 0
        self.tare_mg = 0
        self.moving_until = 0.0
        self.cleared = 0  # how often it was made empty
        self._noise = random.Random(1)

    def put(self, load_mg: int, moving_until: float) -> None:
        """Put something there instead of what is there; nothing or less is an empty platform."""
        self.load_mg, self.moving_until = load_mg, moving_until
        self.cleared += load_mg <= 0

    def moving(self, now: float) -> bool:
        """Whether it still rocks."""
        return now < self.moving_until

    @property
    def over(self) -> bool:
        """Whether it carries more than it may."""
        return self.load_mg > CAPACITY_MG

    @property
    def under(self) -> bool:
        """Whether it hangs below the zero range."""
        return self.load_mg - self.zero_mg < -ZERO_RANGE_MG

    def shown(self, now: float, unit: str = "g", decimals: int = 0, gross: bool = False) -> Decimal:
        """What the display shows in that unit, rounded to its division; it dances while the platform rocks."""
        weight_mg = self.load_mg - self.zero_mg - (0 if gross else self.tare_mg)
        if self.moving(now):
            weight_mg += self._noise.randrange(-_WOBBLE_MG, _WOBBLE_MG)
        division = Decimal(1).scaleb(-decimals)
        shown = (weight_mg / MILLIGRAMS_PER_UNIT[unit]).quantize(division, ROUND_HALF_EVEN)
        return abs(shown) if shown == 0 else shown

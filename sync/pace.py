"""How often and how much the courier sends: decisions about waiting, batch sizes and entries that may be poison."""

import random

import msgspec

from sync.wire import MOST_ENTRIES

_FIRST_LIMIT = 100
_FAULTS_BEFORE_SUSPICION = 5
_FAULTS_ALONE = 2


class Backoff(msgspec.Struct, frozen=True):
    """How long to wait after failures: anything up to `base_s` doubled with each, and never beyond `cap_s`; after
    `long_after_s` of nothing but failures up to `long_cap_s`.

    Full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015): benches that lost central together do not
    come back together.
    """

    base_s: float = 1.0
    cap_s: float = 60.0
    long_cap_s: float = 300.0
    long_after_s: float = 3600.0

    def delay_s(self, failures: int, failing_s: float, chance: random.Random) -> float:
        """Return how long to wait after this many failures in a row, the first of them `failing_s` ago."""
        if failing_s >= self.long_after_s:
            return chance.uniform(0.0, self.long_cap_s)
        return chance.uniform(0.0, min(self.cap_s, self.base_s * 2.0 ** min(failures, 30)))


class Lane(msgspec.Struct, frozen=True):
    """One kind of work of the courier: when it is due (monotonic seconds), and its failures in a row since when.

    Each kind has its own lane, so that uploads that fail never stop downloads.
    """

    due_at: float = 0.0
    failures: int = 0
    why: str = ""
    failing_since: float = 0.0

    def rested(self, until: float) -> "Lane":
        """Return the lane after all went well."""
        return Lane(due_at=until)

    def hurried(self, at: float) -> "Lane":
        """Return the lane when there is new work, due `at` the latest; one that is failing keeps waiting."""
        return self if self.failures else Lane(due_at=min(self.due_at, at))

    def failed(self, why: str, now: float, until: float) -> "Lane":
        """Return the lane after a failure."""
        return Lane(until, self.failures + 1, why, self.failing_since if self.failures else now)


class Pace(msgspec.Struct, frozen=True):
    """How many entries go in one push. Entries up to `suspect_until` go alone, because central failed at a batch.

    `faults` counts how often central failed with `status` at a push that began with entry `first`.
    """

    limit: int = _FIRST_LIMIT
    suspect_until: int = 0
    first: int = 0
    status: int = 0
    faults: int = 0

    def size(self, first: int) -> int:
        """Return how many entries a push may have that begins with this one."""
        return 1 if self.is_suspect(first) else self.limit

    def alone(self, last: int) -> "Pace":
        """Return the pace at which the entries up to `last` go one by one, to find the one that is meant."""
        return Pace(self.limit, suspect_until=last)

    def is_suspect(self, seq: int) -> bool:
        """Tell whether the entry is among those that central failed at."""
        return seq <= self.suspect_until

    def is_poison(self, seq: int) -> bool:
        """Tell whether central failed at the entry alone often enough to believe that it always will."""
        return self.is_suspect(seq) and self.first == seq and self.faults >= _FAULTS_ALONE

    def after_success(self) -> "Pace":
        """Return the pace after a push was taken: twice as many next time."""
        return Pace(min(MOST_ENTRIES, self.limit * 2), self.suspect_until)

    def after_slowness(self) -> "Pace":
        """Return the pace after no answer came in time: half as many next time."""
        return Pace(max(1, self.limit // 2), self.suspect_until)

    def after_fault(self, first: int, last: int, status: int) -> "Pace":
        """Return the pace after central failed at a push of entries `first` to `last`."""
        same = (first, status) == (self.first, self.status)
        faults = self.faults + 1 if same else 1
        if not self.is_suspect(first) and faults >= _FAULTS_BEFORE_SUSPICION:
            return self.alone(last)
        return Pace(self.limit, self.suspect_until, first, status, faults)

    def after_refusal(self, first: int, last: int, status: int) -> "Pace":
        """Return the pace after central would not take a push for what is in it: find the entry at once."""
        if first < last:
            return self.alone(last)
        return Pace(self.limit, last, first, status, _FAULTS_ALONE)

"""What the bench shows of its sync: nothing lost, and visibly so."""

import msgspec

from station.archive import Pack

_CLOCK_MAY_DIFFER_S = 120.0


class SyncStatus(msgspec.Struct, frozen=True):
    """One look at the courier. Times are UTC in ISO 8601, "" when there is none.

    `waiting` counts facts central has not confirmed, the oldest of them recorded at `oldest_waiting_at`; `refused`
    counts those it keeps but a person must look at; `photos_waiting` counts photos of facts not yet uploaded, which
    have `photos_bytes` together. `clock_offset_s` is central's clock minus ours, to half a second. `rolled_back`
    counts facts that central has under this journal's numbers and the journal lacks. `is_put_back`: central
    had less than it had confirmed, as from a backup, and not all agrees again. `why` is "" while all is well;
    else the code of what is wrong. `ready` is a run of old facts that may leave the journal in a quiet moment.
    `disk_free_bytes` is what the data folder's disk has left, to a tenth of a gigabyte; -1 before the first look.
    """

    online: bool = False
    waiting: int = 0
    oldest_waiting_at: str = ""
    refused: int = 0
    photos_waiting: int = 0
    last_ack_at: str = ""
    clock_offset_s: float = 0.0
    why: str = ""
    photos_bytes: int = 0
    rolled_back: int = 0
    is_put_back: bool = False
    ready: Pack | None = None
    disk_free_bytes: int = -1

    @property
    def is_clock_off(self) -> bool:
        """Whether a person must be told that this computer's clock is wrong."""
        return abs(self.clock_offset_s) > _CLOCK_MAY_DIFFER_S

    @property
    def is_safe_to_switch_off(self) -> bool:
        """Whether central has every fact and photo: then nothing is lost even if this computer never starts again."""
        return bool(self.last_ack_at or self.online) and not self.waiting and not self.photos_waiting

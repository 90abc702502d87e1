"""What the bench shows of its sync: nothing lost, and visibly so."""

import msgspec


class SyncStatus(msgspec.Struct, frozen=True):
    """One look at the courier. Times are UTC in ISO 8601, "" when there is none.

    `waiting` counts facts central has not confirmed, the oldest of them recorded at `oldest_waiting_at`; `refused`
    counts those it keeps but a person must look at; `photos_waiting` counts photos of facts not yet uploaded.
    `clock_offset_s` is central's clock minus ours, to half a second. `why` is "" while all is well; else a sentence.
    """

    online: bool = False
    waiting: int = 0
    oldest_waiting_at: str = ""
    refused: int = 0
    photos_waiting: int = 0
    last_ack_at: str = ""
    clock_offset_s: float = 0.0
    why: str = ""

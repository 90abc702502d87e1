"""Tells what a scanned code can be: carrier tracking numbers, GS1 codes, RMAs, plates, bins, badges, commands."""

from typing import Literal

import msgspec

CodeKind = Literal["command", "badge", "plate", "bin", "rma", "tracking", "sscc", "gtin", "other"]


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """One meaning of a code. `value` is the normal form that look-ups use; `score` ranks (higher is likelier).

    GS1 element strings and Digital Links fill `gtin`, `serial`, `lot` and `expiry` (ISO date) at once.
    """

    kind: CodeKind
    value: str
    carrier: str = ""
    score: int = 0
    gtin: str = ""
    serial: str = ""
    lot: str = ""
    expiry: str = ""

"""What of the ten rules central alone knows: which photos have arrived, and what became of the money.

Written like `station.shifts.parts`; the line of a resolution is counted where its first unit was found, so that two
benches with units of one line do not count it twice.
"""

from resources.words import mark
from station.shifts.counting import families
from station.shifts.parts import PARTS, PHOTOS, Part, Side

ARRIVED = "arrived"

_TAKEN = f"{PHOTOS} AND f.sha256 <> ''"
# A photo with a shipping label stays at the bench: its copy without is what arrives.
_HAS_ARRIVED = (
    "(EXISTS (SELECT 1 FROM stored_photo s WHERE s.sha256 = f.sha256)"
    " OR EXISTS (SELECT 1 FROM shared_photo c JOIN stored_photo s ON s.sha256 = c.shared_sha256"
    " WHERE c.sha256 = f.sha256))"
)
_MONEY = (
    "item i JOIN here h ON h.station = i.station JOIN resolution r ON r.rma = i.rma AND r.line = i.line"
    " WHERE i.shift_n = h.n AND i.line <> '' AND r.state <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM item j"
    " WHERE j.rma = i.rma AND j.line = i.line AND (j.identified_at < i.identified_at"
    " OR (j.identified_at = i.identified_at AND (j.station < i.station"
    " OR (j.station = i.station AND j.item < i.item)))))"
)
_RELEASED, _REJECTED = "r.state IN ('claimed', 'sent', 'unknown', 'confirmed')", "r.state = 'closed'"
# Some unit of the line had its grade, and every answer it rests on, when the provider was first asked.
_GRADED = (
    "EXISTS (SELECT 1 FROM item g WHERE g.rma = r.rma AND g.line = r.line AND g.letter <> '' AND NOT EXISTS"
    " (SELECT 1 FROM answer a WHERE a.station = g.station AND a.item = g.item AND a.answered_at > r.first_sent_at))"
)


def _photos(side: Side, name: str, when: str) -> Part:
    return Part(6, side, name, _TAKEN, when, "item", "i.item", "i.client", f"'{ARRIVED}'")


def _money(side: Side, name: str, when: str) -> Part:
    return Part(7, side, name, _MONEY, when, "resolution", "r.id", "r.client", "r.kind")


CENTRAL_PARTS: tuple[Part, ...] = (
    *PARTS,
    _photos("expected", mark("taken"), "1 = 1"),
    _photos("actual", mark("arrived at central"), _HAS_ARRIVED),
    _money("expected", mark("decided"), "1 = 1"),
    _money("actual", mark("released"), _RELEASED),
    _money("actual", mark("held"), f"NOT {_RELEASED} AND NOT ({_REJECTED})"),
    _money("actual", mark("rejected"), _REJECTED),
    _money("told", mark("released before grading"), f"r.first_sent_at <> '' AND NOT {_GRADED}"),
)
CENTRAL_FAMILIES = families(CENTRAL_PARTS)

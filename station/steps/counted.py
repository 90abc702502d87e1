"""What is scanned while a bin is counted blind: a plate, or words why it does not count."""

from devices.readings import Scan
from resources.words import mark
from station.inputs import TYPED
from station.known import Known
from station.outcome import Outcome
from station.steps.notices import attention, best, refused

# As long as a plate may be that is none of ours.
_CODE_KEPT = 64


def plate_of(scan: Scan, had: tuple[str, ...], known: Known) -> str | Outcome:
    """Return the plate that was scanned, whatever it is and whoever's; or why it does not count.

    A plate in hand is scanned, not typed: a number can be read off a list. The barcode of goods is on many units, a
    badge or a command on none: none of these is a plate.
    """
    candidates = known.recognise(scan.text, scan.aim)
    plate = best(candidates, "plate")
    code = plate.value if plate is not None else scan.text.strip()[:_CODE_KEPT]
    if not code:
        return Outcome()
    if scan.device == TYPED:
        return refused(mark("A plate is scanned here, not typed. What has no label to scan is missing in the count."))
    if plate is None and best(candidates, "gtin", "command", "badge") is not None:
        return refused(mark("{code} is no plate. Scan the label that we stuck on the item."), code=code)
    return attention(mark("{plate} is counted already."), plate=code) if code in had else code

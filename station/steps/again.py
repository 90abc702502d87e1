"""An item whose grade a supervisor doubts is inspected once more: its plate opens it, and both grades are kept."""

import msgspec

from resources.words import mark
from station.known import Known, Lying
from station.outcome import Outcome
from station.plates import again_id
from station.receiving.facts import RegradeBegan
from station.steps.notices import accepted, refused


def begin(lying: Lying, known: Known) -> Outcome:
    """Open an item for its next inspection, under a name of its own, so that nothing of the first one changes."""
    first = known.inspected(lying.parcel, lying.item)
    if first is None:
        return refused(mark("What was recorded of {plate} cannot be read here. Ask IT."), plate=lying.plate)
    n = lying.grades + 1
    item, parcel = again_id(lying.item, n), again_id(lying.parcel, n)
    serial = msgspec.structs.replace(first.serial, item=item) if first.serial is not None else None
    fact = RegradeBegan(
        item,
        n,
        lying.plate,
        lying.bin,
        lying.copies,
        lying.letter,
        lying.disposition,
        msgspec.structs.replace(first.arrived, parcel=parcel, declared=()),
        msgspec.structs.replace(first.identified, parcel=parcel, item=item),
        serial,
    )
    text = mark("Take it out of bin {bin}: {title} is graded again.")
    return Outcome(accepted(text, bin=lying.bin, title=lying.title), (fact,), ask=None)

"""The words of a question about what lies on the bench: its plate, its way and the bins that take it."""

from resources.words import mark
from station.known import Known
from station.receiving.parcel import Item
from station.state import State
from station.steps.place import right_bins, takes
from station.words import ROUTE_WORDS

BINS_NAMED = 3


def params(state: State, known: Known) -> dict[str, str]:
    """Return the figures and words that a question about the unit, or a counted bin, names."""
    item = state.item
    if state.check is not None:
        return {"counting": state.check.bin, "scanned": str(len(state.check.plates))}
    if state.closing is not None:
        return {"counting": state.closing.bin, "scanned": str(len(state.closing.plates))}
    if item is None:
        return {}
    codes = (*_new_bins(state, item), *(each.code for each in right_bins(state, item)))
    fitting = ", ".join(codes) or _site_bins(item, known)
    return {
        "plate": item.plate,
        "letter": item.graded.letter if item.graded is not None else "",
        "disposition": ROUTE_WORDS[item.disposition] if item.disposition is not None else "",
        "bins": fitting or mark("There is no bin for it: press B for a new one."),
    }


def _new_bins(state: State, item: Item) -> tuple[str, ...]:
    """Return the bins whose labels were printed here and are not scanned yet, the last one first."""
    return tuple(
        each.bin
        for each in reversed(state.labelled)
        if each.disposition == item.disposition
        and each.client in ("", item.identified.client)
        and not item.is_hazard
        and not each.apart
    )


def _site_bins(item: Item, known: Known) -> str:
    """Return the bins of the site that would take the item; they open when they are scanned."""
    fitting = sorted((each for each in known.site_bins() if takes(each, item)), key=lambda each: not each.client)
    return ", ".join(each.code for each in fitting[:BINS_NAMED])

"""What earlier returns of a customer ask for at the bench: words for the counts, photos and a weight besides.

Counts are evidence for the person who looks: they change no grade, no way and no price.
"""

from collections.abc import Iterable, Mapping

from grading.rubric import Shot
from resources.words import mark
from station.known import Known
from station.receiving.facts import PatternNoted
from station.records import PatternSign, ReturnOrder

WEIGH_ITEM = "weigh_item"
CAUSE = "pattern:weigh"
WEIGHED_WRONG = "weight:again"
_WEIGH = "weigh"

# By the kind of sign: the counts, and what to look at first.
SIGN_WORDS: Mapping[str, str] = {
    "another_product": mark(
        "{count} of this customer's last {of} items were another product: look at the code and the serial number first."
    ),
    "serial_differs": mark(
        "{count} of this customer's last {of} items had another serial number: look at the serial number first."
    ),
    "weight": mark(
        "{count} of this customer's last {of} items did not weigh what their article weighs: weigh this one."
    ),
    "empty_box": mark("{count} of this customer's last {of} returns came empty: open this one under the camera."),
}
# The photos that may be asked for besides those of the questions, by what central asks for.
_SHOTS: Mapping[str, Shot] = {
    "photo_all": Shot(
        "care_all",
        mark("Photograph everything that was in the parcel"),
        mark("The item, its packaging and all that came with it, in one picture."),
    ),
    "photo_serial": Shot(
        "care_serial",
        mark("Photograph the serial number"),
        mark("On the item, or on the box that bears it, so that it can be read."),
    ),
}


def noted(parcel: str, orders: Iterable[ReturnOrder], known: Known) -> tuple[PatternNoted, ...]:
    """Return what central has counted about the customers of a parcel; the pseudonym itself is not written down."""
    told = ((order, known.pattern(order)) for order in orders)
    return tuple(
        PatternNoted(parcel, order.rma, each.level, each.signs, each.returns, each.days, each.ask)
        for order, each in told
        if each is not None
    )


def words(sign: PatternSign) -> tuple[str, dict[str, str]] | None:
    """Return the sentence of a sign with its parameters; None for one that this program has no words for."""
    text = SIGN_WORDS.get(sign.kind)
    return (text, {"count": str(sign.count), "of": str(sign.of)}) if text is not None else None


def asked(patterns: Iterable[PatternNoted], rma: str) -> tuple[str, ...]:
    """Return what is asked besides of an item of a return order; of one that is of none, what any order asks."""
    mine = (each for each in patterns if each.level == "care" and rma in ("", each.rma))
    return tuple(dict.fromkeys(code for each in mine for code in each.ask))


def shots(codes: Iterable[str]) -> tuple[Shot, ...]:
    """Return the photos among what is asked besides."""
    return tuple(_SHOTS[code] for code in codes if code in _SHOTS)


def wants_weight(codes: Iterable[str]) -> bool:
    """Tell whether the item is to be weighed by itself."""
    return _WEIGH in codes

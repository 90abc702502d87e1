"""The words people read for what speaks for a return order."""

from collections.abc import Mapping

from resources.words import mark
from station.resolver.ranking import Kind

REASON_WORDS: Mapping[Kind, str] = {
    "number": mark("the number {what} is its own"),
    "near_number": mark("the number is {what} but for one sign, or two swapped"),
    "serial": mark("serial number {what} was shipped with it"),
    "contents": mark("{what} of its units are here"),
    "complete": mark("nothing of it is missing"),
    "zip": mark("it comes from {what}"),
    "weight": mark("the parcel weighs what it should"),
    "client": mark("the goods are of {what}"),
}

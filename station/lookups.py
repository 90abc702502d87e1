"""Every look-up of the workflow, answered from this computer: central's copy, the bench's own past, and the rules."""

from collections.abc import Mapping

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from grading import route, rubric
from resources import find
from station import interlocks
from station.codes import Candidate, Patterns, read_patterns, recognise
from station.history import History
from station.interlocks import Interlock
from station.known import Plated, Received, Unit
from station.local_copy import LocalCopy
from station.moments import today
from station.recalls import applies, concerns, is_in_force
from station.records import Bin, Operator, Product, Recall, Receipt, ReturnOrder, SerialNote
from station.weights import ItemWeights, read_item_weights


class Rules(msgspec.Struct, frozen=True):
    """What a site can change, read once at the start: code patterns, questions by category, routes by client.

    A client's own routes are in the file of its name in small letters, as in `routes/hearthwick.toml`.
    """

    patterns: Patterns
    rubrics: Mapping[str, rubric.Rubric]
    routes: Mapping[str, route.RouteTable]
    interlocks: Mapping[str, Interlock]
    weights: ItemWeights


def read_rules() -> Rules:
    """Read the rules that came with the program; raises RubricError, RouteError or ValueError naming the place."""
    rubrics = [rubric.parse(find.read(name)) for name in find.names("rubrics") if name.endswith(".toml")]
    default = find.read("routes/default.toml")
    routes = {"": route.parse(default)}
    for name in find.names("routes"):
        client = name.rpartition("/")[2].removesuffix(".toml").casefold()
        if name.endswith(".toml") and client != "default":
            routes[client] = route.parse(default, find.read(name))
    patterns = read_patterns(find.read("carriers.toml"))
    weights = read_item_weights(find.read("weights.toml"))
    stops = interlocks.parse(find.read("interlocks.toml"))
    return Rules(patterns, {each.category: each for each in rubrics}, routes, stops, weights)


class Lookups:
    """The `station.known.Known` of a real bench."""

    def __init__(self, rules: Rules, copy: LocalCopy, history: History) -> None:
        self._rules = rules
        self._copy = copy
        self._history = history
        self._hasher = PasswordHasher()

    def operator(self, badge: str) -> Operator | None:
        """Return the person whose badge this is."""
        return self._copy.operator(badge)

    def pin_is_right(self, operator: Operator, pin: str) -> bool:
        """Tell whether the PIN fits; a damaged hash fits nothing, and what is no text fits no hash."""
        try:
            return self._hasher.verify(operator.pin_hash, pin)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def recognise(self, text: str, aim: str) -> tuple[Candidate, ...]:
        """Return what a code can be, most likely first."""
        return recognise(text, aim, self._rules.patterns)

    def orders(self, code: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders that a code stands for."""
        return self._copy.orders(code)

    def product(self, code: str) -> Product | None:
        """Return the product with this GTIN or SKU."""
        return self._copy.product(code)

    def orders_with_serial(self, serial: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders that shipped this serial number."""
        return self._copy.orders_with_serial(serial)

    def receipt(self, code: str) -> Receipt | None:
        """Return the earlier receipt: this bench's own, or one that central told of."""
        here = self._history.receipt(code)
        if here is not None:
            return here
        # What central says of this bench is an echo, and later than an undo.
        told = (each for each in self._copy.receipts(code) if not self._history.took_back(each))
        return next(told, None)

    def received(self, rma: str) -> tuple[Received, ...]:
        """Return the units of a return order that this bench received."""
        return self._history.received(rma)

    def item_stands(self, item: str) -> bool:
        """Tell whether an item that was named here was not undone."""
        return self._history.item_stands(item)

    def plated(self, plate: str) -> Plated | None:
        """Return what is known of a plate printed here."""
        return self._history.plated(plate)

    def bin(self, code: str) -> Bin | None:
        """Return the bin, as central knows it or as it was labelled here."""
        return self._copy.bin(code) or self._history.bin(code)

    def site_bins(self) -> tuple[Bin, ...]:
        """Return the bins of the site that are not closed here."""
        return tuple(each for each in self._copy.bins() if not self.bin_is_closed(each.code))

    def bin_is_closed(self, code: str) -> bool:
        """Tell whether this bench closed the bin."""
        return self._history.bin_is_closed(code)

    def categories(self) -> tuple[str, ...]:
        """Return the categories a person can name; the kinds within one are known by the product's record only."""
        return tuple(name for name, each in self._rules.rubrics.items() if each.kind_of is None)

    def rubric(self, category: str, client: str) -> rubric.Rubric | None:
        """Return the questions for a category."""
        return self._rules.rubrics.get(category)

    def routes(self, client: str) -> route.RouteTable:
        """Return the client's table, or the one for all."""
        return self._rules.routes.get(client.casefold()) or self._rules.routes[""]

    def interlock(self, code: str) -> Interlock:
        """Return what a stop means; nobody's words are those of every other stop."""
        return self._rules.interlocks.get(code) or self._rules.interlocks[interlocks.OTHER]

    def recalls(self, sku: str, gtin: str) -> tuple[Recall, ...]:
        """Return the recalls of an article that are in force today, by the bench's own calendar."""
        found = self._copy.recalls(sku, gtin)
        return (
            tuple(each for each in found if concerns(each, sku, gtin) and is_in_force(each, today())) if found else ()
        )

    def item_weights(self) -> ItemWeights:
        """Return how far units may weigh from their articles."""
        return self._rules.weights

    def serial_notes(self, serial: str) -> tuple[SerialNote, ...]:
        """Return what central noted of a serial number."""
        return self._copy.serial_notes(serial)

    def units_with_serial(self, serial: str) -> tuple[Unit, ...]:
        """Return the units with this serial number that this bench received."""
        return self._history.units_with_serial(serial)

    def recalled_in(self, bins: tuple[str, ...]) -> tuple[tuple[Unit, Recall], ...]:
        """Return the units in these bins that are, or may be, recalled and of which nobody was told yet."""
        if not bins or not self._copy.all_recalls():
            return ()
        of_article: dict[tuple[str, str], tuple[Recall, ...]] = {}
        found = []
        for unit in self._history.untold_units_in(bins):
            article = (unit.sku, unit.gtin)
            if article not in of_article:
                of_article[article] = self.recalls(*article)
            may_hold = (each for each in of_article[article] if applies(each, unit.lot, unit.serial, "") != "no")
            recall = next(may_hold, None)
            if recall is not None:
                found.append((unit, recall))
        return tuple(found)

"""Every look-up of the workflow, answered from this computer: central's copy, the bench's own past, and the rules.

Long because each look-up of the workflow is a door of its own, of a few lines.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from grading.route import RouteTable
from grading.rubric import Rubric
from station import interlocks
from station.article_pictures import KIND, of_article
from station.authority.roles import Authority
from station.bins.manifest import Manifest
from station.calibration.due import Due, Rate, read_rate
from station.calibration.facts import RefresherBegan, SecondLookBegan
from station.calibration.past import Past
from station.codes import Candidate, recognise
from station.deliveries import in_force
from station.exceptions import kinds, of_site
from station.exceptions.queue import Decided, Unsent, Waiting
from station.history import History
from station.interlocks import Interlock
from station.known import Day, FoundUnit, Inspected, Judged, Lying, Plated, Received, Unit
from station.local_copy import LocalCopy
from station.moments import Clock, today
from station.moments import now as utc_now
from station.recalls import concerns, is_in_force, may_apply
from station.receiving.facts import ItemUnlinked
from station.records import (
    Bin,
    Operator,
    Pattern,
    Product,
    Recall,
    Receipt,
    ReturnOrder,
    SerialNote,
    pattern_key,
)
from station.references import AnswerPictures
from station.resolver.gathering import likely
from station.resolver.ranking import Evidence, Ranked
from station.routing.facts import RouteOverridden
from station.rules import Rules
from station.shifts.facts import ItemFoundAgain
from station.shifts.findings import Finding, Lost
from station.shifts.lines import Line
from station.weights import ItemWeights

_log = logging.getLogger(__name__)


class Lookups:
    """The `station.known.Known` of a real bench."""

    def __init__(
        self,
        rules: Rules,
        copy: LocalCopy,
        history: History,
        pictures: AnswerPictures | None = None,
        past: Past | None = None,
    ) -> None:
        """Answer from the copy and this journal's history; in training also from the `past` of the real one."""
        self._pictures = pictures
        self._past = past
        self._shipped = rules
        self._rules = rules
        self._newest = 0
        self._words: tuple[Rules | None, str, Mapping[str, str]] = (None, "", {})
        self._nothing_recalled: tuple[int, str, tuple[str, ...]] | None = None
        self._compared: tuple[tuple[Recall, ...], str, tuple[str, ...]] | None = None
        self._copy = copy
        self._history = history
        self._hasher = PasswordHasher()
        self._kinds: kinds.Kinds | None = None
        self._rate: Rate | None = None
        self._noted: tuple[int, tuple[of_site.ExceptionNote, ...]] = (-1, ())
        self._read: dict[bytes, of_site.ExceptionNote | None] = {}

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
        return recognise(text, aim, self._shipped.patterns)

    def orders(self, code: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders that a code stands for."""
        return self._copy.orders(code)

    def elsewhere(self, code: str) -> tuple[str, ...]:
        """Return the other sites that expect this code."""
        return self._copy.elsewhere(code)

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
        rubrics = self._in_force().rubrics
        return tuple(name for name, each in sorted(rubrics.items()) if each.kind_of is None)

    def photograph(self, category: str, question: str, option: str, client: str) -> Path | None:
        """Return the photograph of what an answer means, the bench's own or central's; None where there is none."""
        return self._pictures.of(category, question, option, client) if self._pictures is not None else None

    def article_picture(self, sku: str, shots: tuple[str, ...]) -> Path | None:
        """Return the picture of a good unit that central delivered of the first of these shots that has one here."""
        store = self._pictures.articles if self._pictures is not None else None
        if not sku or store is None:
            return None
        return of_article(self._copy.kept_below(KIND, f"{sku}|"), sku, shots, store)

    def said(self, language: str, sentence: str) -> str:
        """Return a sentence of the rules in a language that they were written in too; empty where they were not."""
        if self._words[0] is not self._rules or self._words[1] != language:
            self._words = (self._rules, language, self._rules.words(language))
        return self._words[2].get(sentence, "")

    def rubric(self, category: str, client: str) -> Rubric | None:
        """Return the questions for a client's goods of a category."""
        return self._in_force().rubric(category, client)

    def rubric_version(self, name: str) -> Rubric | None:
        """Return the rubric of this name and version, in force or not."""
        return self._in_force().version(name)

    def routes(self, client: str) -> RouteTable:
        """Return the client's table, or the one for all."""
        routes = self._in_force().routes
        return routes.get(client.casefold()) or routes[""]

    def clock(self) -> Clock:
        """Return what the clocks of this bench say."""
        return self._history.clock()

    def authority(self, client: str = "") -> Authority:
        """Return who may do what: with a client's goods, where that is delivered for them alone."""
        rules = self._in_force()
        return rules.authorities.get(client.casefold(), rules.authority)

    def day(self) -> Day:
        """Return today's date, and what this bench placed today by way."""
        now = datetime.now(UTC).astimezone()
        return Day(now.date().isoformat(), self._history.placed(now))

    def interlock(self, code: str) -> Interlock:
        """Return what a stop means; nobody's words are those of every other stop."""
        return self._shipped.interlocks.get(code) or self._shipped.interlocks[interlocks.OTHER]

    def recalls(self, sku: str, gtin: str) -> tuple[Recall, ...]:
        """Return the recalls of an article that are in force today, by the bench's own calendar."""
        found = self._copy.recalls(sku, gtin)
        return (
            tuple(each for each in found if concerns(each, sku, gtin) and is_in_force(each, today())) if found else ()
        )

    def bin_fill(self, code: str) -> int:
        """Return how often a bin has left this bench with all that lay in it."""
        return self._history.bin_fill(code)

    def lying(self, plate: str) -> Lying | None:
        """Return what is known of the item that bears a plate of this bench and was put into a bin."""
        return self._history.lying(plate)

    def lying_item(self, item: str) -> Lying | None:
        """Return the same of an item by its name."""
        return self._history.lying_item(item)

    def told_apart(self, plate: str = "") -> tuple[Lying, ...]:
        """Return the items in bins here of which another bench decided where they go, and this one has not noted it."""
        only = self._history.lying(plate) if plate else None
        if plate and only is None:
            return ()
        found: dict[str, Lying] = {}
        for note, made in of_site.about_goods(self._notes(), self._history.station):
            for each in self._lying_about(note, only):
                heard = of_site.heard(each, made)
                found |= {each.item: heard} if heard is not None else {}
        return tuple(found.values())

    def sent_by(self, parcel: str, exception: str, n: int) -> tuple[RouteOverridden, ...]:
        """Return where the `n`-th decision about an exception of a parcel sent its items."""
        return self._history.sent_by(parcel, exception, n)

    def found_in(self, parcel: str) -> tuple[FoundUnit, ...]:
        """Return the units that were found in a parcel, in the order they were taken out."""
        return self._history.found_in(parcel)

    def linked_before(self, parcel: str, item: str, exception: str, n: int) -> ItemUnlinked | None:
        """Return what an item was linked to before the `n`-th decision about an exception of its parcel."""
        return self._history.linked_before(parcel, item, exception, n)

    def inspected(self, parcel: str, item: str) -> Inspected | None:
        """Return what the inspection of an item of a parcel began with; None when it cannot be read any more."""
        return self._history.inspected(parcel, item)

    def judged(self, parcel: str, item: str) -> Judged | None:
        """Return how an item of a parcel was graded and routed last; None when that cannot be read any more."""
        return self._history.judged(parcel, item)

    def plates_in(self, code: str) -> tuple[str, ...]:
        """Return the plates that should lie in a bin, by our own count."""
        return self._history.plates_in(code)

    def manifest(self, code: str) -> Manifest | None:
        """Return what lies in a bin of this bench now, by our own count."""
        return self._history.manifest(code)

    def bins_with_goods(self) -> tuple[Bin, ...]:
        """Return the bins in which something should lie, by our own count."""
        return self._history.bins_with_goods()

    def shift_lines(self, shift: str) -> tuple[Line, ...]:
        """Return how a shift of this bench adds up now, by the ten rules."""
        return self._history.shift_lines(shift)

    def shift_opened_at(self, shift: str) -> str:
        """Return when a shift of this bench began."""
        return self._history.shift_opened_at(shift)

    def lost(self, shift: str) -> tuple[Lost, ...]:
        """Return the units that the blind count of a shift did not find."""
        return self._history.lost(shift)

    def shift_findings(self, shift: str) -> tuple[Finding, ...]:
        """Return what the blind count of a shift of this bench shows."""
        return self._history.shift_findings(shift)

    def found_again(self, shift: str) -> tuple[ItemFoundAgain, ...]:
        """Return the units that had been written off, and that the count of a shift found."""
        return self._history.found_again(shift)

    def carriers(self) -> tuple[str, ...]:
        """Return the carriers whose numbers are known, by name."""
        return tuple(sorted({each.carrier for each in self._shipped.patterns.numbers}))

    def head(self) -> str:
        """Return the hash (hex) of the last fact of this bench's journal."""
        return self._history.head()

    def likely_orders(self, evidence: Evidence) -> tuple[Ranked, ...]:
        """Return the return orders that the evidence speaks for, the likeliest first."""
        return likely(self._copy, self.received, evidence)

    def item_weights(self) -> ItemWeights:
        """Return how far units may weigh from their articles."""
        return self._shipped.weights

    def serial_notes(self, serial: str) -> tuple[SerialNote, ...]:
        """Return what central noted of a serial number."""
        return self._copy.serial_notes(serial)

    def pattern(self, order: ReturnOrder) -> Pattern | None:
        """Return what central counted in earlier returns of an order's customer, until the day it holds to."""
        body = self._copy.kept("pattern", pattern_key(order.client, order.customer)) if order.customer else None
        if body is None:
            return None
        try:
            found = msgspec.json.decode(body, type=Pattern)
        except msgspec.MsgspecError as error:
            # It was kept by a program that did not know its kind, or comes from a newer central.
            _log.warning("a pattern of central cannot be read: %s", error)
            return None
        return found if utc_now() < found.until else None

    def units_with_serial(self, serial: str) -> tuple[Unit, ...]:
        """Return the units with this serial number that this bench received."""
        return self._history.units_with_serial(serial)

    def recalled_in(self, bins: tuple[str, ...]) -> tuple[tuple[Unit, Recall], ...]:
        """Return the units in these bins that are, or may be, recalled and of which nobody was told yet.

        What came into a bin since the last look was compared on its way there: it is looked again only when central
        has told of other recalls, another day has begun, or other bins are open.
        """
        told = (self._copy.cursor(), today(), bins)
        if told == self._nothing_recalled:
            return ()
        # Most that central tells is of other things: only other recalls are worth a look through the bins.
        recalls = self._copy.all_recalls()
        found = () if (recalls, *told[1:]) == self._compared else self._recalled_now(bins, recalls)
        if not found:
            self._nothing_recalled, self._compared = told, (recalls, *told[1:])
        return found

    def decided_elsewhere(self) -> Mapping[str, Decided]:
        """Return what other benches decided about exceptions of this one, by their names, as far as it is known."""
        return of_site.decided_elsewhere(self._notes(), self._history.station)

    def exceptions_waiting(self) -> tuple[Waiting, ...]:
        """Return what waits for a person's decision at this bench, and at the site's others as far as central told."""
        if self._kinds is None:
            # Not at the start: a bench begins its day without it.
            self._kinds = kinds.read_kinds()
        unsent = tuple(Unsent(each.epoch, each.seq, each.code or each.status) for each in self._copy.refused())
        return self._history.exceptions_waiting(self._kinds, unsent, self._notes())

    def decisions_made(self, limit: int) -> tuple[Decided, ...]:
        """Return the latest decisions of this bench that stand, the newest first."""
        return self._history.decisions_made(limit)

    def second_looks_due(self, badge: str) -> tuple[Due, ...]:
        """Return the items that wait for a second look by this person, the longest first."""
        if self._rate is None:
            self._rate = read_rate()
        return self._history.second_looks_due(badge, self._rate)

    def first_look(self, plate: str) -> SecondLookBegan | None:
        """Return what a second look at the item with this plate begins with."""
        return self._history.first_look(plate)

    def _notes(self) -> tuple[of_site.ExceptionNote, ...]:
        """The site's exceptions as central told of them; when more came, only what is new is read."""
        cursor = self._copy.cursor()
        if self._noted[0] != cursor:
            bodies = self._copy.kept_below(of_site.KIND, "")
            known = self._read
            self._read = {each: known[each] if each in known else of_site.read(each) for each in bodies}
            self._noted = (cursor, tuple(filter(None, self._read.values())))
        return self._noted[1]

    def _lying_about(self, note: of_site.ExceptionNote, only: Lying | None) -> Iterable[Lying]:
        """Return the items in bins here that an exception is about; of these only one, where one is asked for."""
        if only is not None:
            return (only,) if only.item == note.item or (not note.item and only.parcel == note.parcel) else ()
        items = (note.item,) if note.item else tuple(each.item for each in self._history.found_in(note.parcel))
        return filter(None, map(self._history.lying_item, items))

    def past_items(self, badge: str) -> tuple[RefresherBegan, ...] | None:
        """Return past items that this person may practise on, the best first; None where nobody practises."""
        return self._past.items(badge, self._history.times_practised(badge)) if self._past is not None else None

    def _recalled_now(self, bins: tuple[str, ...], known: tuple[Recall, ...]) -> tuple[tuple[Unit, Recall], ...]:
        day = today()
        recalls = [each for each in known if is_in_force(each, day)] if bins else []
        found = []
        for unit in self._history.untold_units_in(bins) if recalls else ():
            about = (each for each in recalls if concerns(each, unit.sku, unit.gtin))
            made = partial(self._history.made_on, unit.parcel, unit.item)
            recall = next((each for each in about if may_apply(each, unit.lot, unit.serial, made)), None)
            if recall is not None:
                found.append((unit, recall))
        return tuple(found)

    def _in_force(self) -> Rules:
        """The rules that came with the program, or with what central delivered since; read again when more came."""
        newest = self._copy.newest_rules()
        if newest != self._newest:
            self._rules = in_force(self._copy.rules(), _refused) if newest else self._shipped
            self._newest = newest
        return self._rules


def _refused(name: str, why: str) -> None:
    _log.warning("the delivered rules %s cannot be used by this program any more: %s", name, why)

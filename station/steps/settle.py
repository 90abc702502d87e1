"""What a supervisor decides of an exception: which one, what, for which order or way, and why; each a fact."""

from collections.abc import Mapping

import msgspec

from devices.readings import Scan
from grading.route import RouteTable
from resources.words import mark
from station.authority.facts import PinCleared, StepUpGiven
from station.authority.may import Decide, Override, decides_alone
from station.exceptions.facts import Decision, DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.exceptions.kinds import DECISION_WORDS, MOVING, NOT_THERE
from station.exceptions.queue import Decided, Waiting
from station.facts import Recorded
from station.inputs import Command
from station.known import Known, Lying
from station.outcome import Notice, Outcome
from station.records import DISPOSITIONS, Apart, Disposition, Operator
from station.routing.facts import RouteOverridden
from station.state import Ask, Choice, State
from station.steps.allowed import ask_other, decides, is_allowed
from station.steps.carry import WHY_TAKEN_BACK, tell
from station.steps.linking import linked, moved, rmas_of, unlinked, with_rma
from station.steps.notices import accepted, attention, refused
from station.stops import BETWEEN
from station.words import DECIDED_WHY_WORDS, EXCEPTION_WORDS, ROUTE_WORDS

# So many have room with their words; any other is reached by scan.
OFFERED = 3
TAKEN_BACK = 4
_ORDERS = 8
_ABOUT_SHOWN = 36
TAKE, NO_MORE = "take", "no-more"
# Why a route was changed by a decision, or by taking one back.
RELEASED = "released"
ROUTE_REASONS: Mapping[str, str] = {
    RELEASED: mark("Released from hold"),
    "ship_back": mark("It goes back"),
    "reject": mark("The return is rejected"),
    "wrong_item": mark("Another article than its code says"),
    WHY_TAKEN_BACK: mark("The decision was taken back"),
}

_STOPPED = mark("It was stopped: it stays on hold or is recycled. Where the stop holds no longer, grade it again.")

REASONS: tuple[Choice, ...] = tuple(Choice(code, text) for code, text in DECIDED_WHY_WORDS.items())


def route_reason(code: str, table: RouteTable) -> str:
    """Return the sentence for the reason a route was changed by."""
    return next((each.text for each in table.override_reasons if each.code == code), ROUTE_REASONS.get(code, code))


def words_of(one: Waiting) -> dict[str, str]:
    """Return what a sentence says of an exception: its kind, what it is about, and how old it is."""
    about = one.title or one.code or one.plate or one.detail.partition(BETWEEN)[0] or one.exception
    kind = EXCEPTION_WORDS.get(one.kind, one.kind)
    return {"kind": kind, "about": _brief(about), "hours": str(one.hours), "bench": one.bench}


def _brief(about: str) -> str:
    return about if len(about) <= _ABOUT_SHOWN else f"{about[: _ABOUT_SHOWN - 1]}…"


def text_of(one: Waiting) -> str:
    """Return the sentence for the words of an exception: how old it is, and where, if at another bench."""
    if one.conflict:
        return mark("{kind}: {about}, decided twice")
    if one.bench:
        return mark("{kind}: {about}, {hours} h, at {bench}") if one.hours else mark("{kind}: {about}, new, at {bench}")
    return mark("{kind}: {about}, {hours} h") if one.hours else mark("{kind}: {about}, new")


def ask_which(state: State, command: Command, known: Known) -> Outcome:
    """a supervisor is offered what waits for a decision, the most pressing first"""
    if not decides(state, known):
        return refused(mark("Only a supervisor decides about exceptions. Sign in with a supervisor's badge."))
    waiting = known.exceptions_waiting()
    if not waiting and not known.decisions_made(1):
        return attention(mark("Nothing waits for a decision."))
    return Outcome(ask=_offered(waiting))


def scan_which(state: State, scan: Scan, known: Known) -> Outcome:
    """a parcel, an item's plate or another code leads to what waits about it; anything else is refused"""
    codes = {scan.text.strip(), *(each.value for each in known.recognise(scan.text, scan.aim))}
    found = tuple(each for each in known.exceptions_waiting() if codes & each.names)
    if not found:
        return refused(mark("Nothing about this code waits for a decision."))
    return _about(state, found[0]) if len(found) == 1 else Outcome(ask=_offered(found))


def choose_which(state: State, command: Command, known: Known) -> Outcome:
    """an exception asks what shall be done; only what fits its kind is offered"""
    one = _waiting(command.value, known)
    return _about(state, one) if one is not None else _gone()


def ask_take_back(state: State, command: Command, known: Known) -> Outcome:
    """offers the latest decisions, to take one back"""
    made = known.decisions_made(TAKEN_BACK)
    if not made:
        return attention(mark("Nothing was decided here that could be taken back."))
    return Outcome(ask=Ask("decided", choices=tuple(_taken_back(each) for each in made)))


def choose_take_back(state: State, command: Command, known: Known) -> Outcome:
    """the decision holds no longer, by a new fact, and the exception waits again"""
    one = next((each for each in known.decisions_made(TAKEN_BACK) if _key(each) == command.value), None)
    if one is None or state.operator is None:
        return _gone()
    fact = DecisionTakenBack(one.exception, one.n, state.operator.badge, one.parcel, one.item)
    back = _undoing(one, state.operator.badge, known)
    return Outcome(accepted(mark("The decision is taken back. The exception waits again.")), (fact, *back), ask=None)


def _undoing(made: Decided, badge: str, known: Known) -> tuple[Recorded, ...]:
    """Return the facts by which what a decision did is as it was; what was done anew since stays."""
    if made.decision in ("match", "split"):
        return unlinked(made, known)
    if made.decision == "release":
        lying = known.lying_item(made.item)
        return (_sent(lying, "hold", WHY_TAKEN_BACK, badge),) if lying is not None else ()
    if made.decision not in MOVING:
        return ()
    lying = known.lying_item(made.item)
    parcel = made.parcel or (lying.parcel if lying is not None else "")
    facts = []
    for sent in known.sent_by(parcel, made.exception, made.n):
        lying = known.lying_item(sent.item)
        if lying is not None and lying.apart == sent.apart:
            facts.append(_sent(lying, sent.was, WHY_TAKEN_BACK, badge, sent.was_apart))
    return tuple(facts)


def choose_decision(state: State, command: Command, known: Known) -> Outcome:
    """a match asks for the order, a split for each, a release for the way, any other why; or the person sees to it"""
    ask = state.ask or Ask("decision")
    one = _waiting(ask.code, known)
    if one is None or state.operator is None:
        return _gone()
    if command.value == TAKE:
        fact = ExceptionTaken(one.exception, state.operator.badge, *_goods(one))
        return Outcome(accepted(mark("Noted: you see to it.")), (fact,), ask=None)
    if not is_allowed(state, Decide(one.kind), known):
        return refused(mark("You may not decide this kind of exception. Ask a supervisor."))
    if command.value == "unlock" and one.detail == state.operator.badge:
        return refused(mark("Nobody unlocks their own badge. Ask another supervisor."))
    if command.value in ("match", "split"):
        return Outcome(ask=msgspec.structs.replace(ask, stage="decision-order", value=command.value, choices=()))
    if command.value == "release":
        return _ask_way(state, ask, one, known)
    return _why(msgspec.structs.replace(ask, value=command.value), "")


def scan_order(state: State, scan: Scan, known: Known) -> Outcome:
    """a return order of this number is the one it belongs to; of several one is chosen; any other code is refused"""
    codes = dict.fromkeys((*(each.value for each in known.recognise(scan.text, scan.aim)), scan.text.strip()))
    found = dict.fromkeys(order.rma for code in codes for order in known.orders(code))
    ask = state.ask or Ask("decision-order")
    if not found:
        return refused(mark("No return order has this number. Scan or type its number, or press Esc."))
    if len(found) == 1:
        return _named(ask, next(iter(found)))
    choices = tuple(Choice(rma, rma) for rma in list(found)[:_ORDERS])
    return Outcome(ask=msgspec.structs.replace(ask, choices=choices))


def choose_to(state: State, command: Command, known: Known) -> Outcome:
    """the order, or the way, asks for the reason; of a parcel that is split each order is named first"""
    ask = state.ask or Ask("decision-to")
    if command.value == NO_MORE:
        return _why(ask, ask.params["to"])
    return _named(ask, command.value) if ask.stage == "decision-order" else _why(ask, command.value)


def _named(ask: Ask, rma: str) -> Outcome:
    """Take the order of a match; or one more of those that a parcel is split into, of which there are two at least."""
    if ask.value != "split":
        return _why(ask, rma)
    to = with_rma(ask.params.get("to", ""), rma)
    several = len(rmas_of(to)) > 1
    choices = (Choice(NO_MORE, mark("No more: these are all"), {}),) if several else ()
    notice = accepted(mark("{rma} is one of them. Scan the next return order."), rma=rma)
    return Outcome(notice, ask=msgspec.structs.replace(ask, params={**ask.params, "to": to}, choices=choices))


def choose_why(state: State, command: Command, known: Known) -> Outcome:
    """the decision is written with its reason, or another's badge is asked for; then the next exception is offered"""
    ask = state.ask or Ask("decision-why")
    one = _waiting(ask.code, known)
    if one is None or state.operator is None:
        return _gone()
    decision: Decision = msgspec.convert(ask.value, Decision)
    to = ask.params.get("to", "")
    kind = _kind(one, decision, to, known)
    if decides_alone(known.authority(), state.operator.role, kind, _worth(one, kind, to, known)):
        return _decide(one, decision, to, command.value, state.operator.badge, known)
    other = ask_other("relink" if kind == "relink" else "decide", to, command.value)
    was = ", ".join(dict.fromkeys(each.was_rma for each in moved(one, to, known))) if kind == "relink" else ""
    said = {name: ask.params.get(name, "") for name in ("kind", "about", "goes_to")}
    about = {**said, "says": DECISION_WORDS[decision], "was": was, "exception": one.exception, "decision": decision}
    return Outcome(ask=msgspec.structs.replace(other, params={**other.params, **about}))


def act_asked(state: State, ask: Ask, known: Known) -> Decide | None:
    """Return the decision that a question for another's badge is about; None for one that was taken meanwhile."""
    one = _waiting(ask.params["exception"], known)
    return Decide(one.kind) if one is not None else None


def allowed(state: State, ask: Ask, by: Operator, known: Known) -> Outcome:
    """Return the decision that was allowed by another."""
    one = _waiting(ask.params["exception"], known)
    if one is None or state.operator is None:
        return _gone()
    decision: Decision = msgspec.convert(ask.params["decision"], Decision)
    to, why, badge = ask.params["to"], ask.params["why"], state.operator.badge
    worth = _worth(one, _kind(one, decision, to, known), to, known)
    minor = sum(each for _, each in worth) if all(each for _, each in worth) else 0
    currency = worth[0][0] if worth else ""
    fact = StepUpGiven(ask.params["act"], badge, by.badge, _goods(one)[1], to or decision, why, minor, currency)
    done = _decide(one, decision, to, why, badge, known)
    return msgspec.structs.replace(done, facts=(fact, *done.facts)) if done.facts else done


def _kind(one: Waiting, decision: Decision, to: str, known: Known) -> str:
    """Return the decision as the table of authority names it: a match may take a unit from another order."""
    return "relink" if decision in ("match", "split") and moved(one, to, known) else decision


def _worth(one: Waiting, kind: str, to: str, known: Known) -> tuple[tuple[str, int], ...]:
    """Return currency and list price (0: unknown) of what is decided about: of what lies in bins here, or is moved."""
    if kind == "relink":
        found = (known.lying_item(each.item) for each in moved(one, to, known))
        return tuple((each.currency, each.price_minor) if each is not None else ("", 0) for each in found)
    lying = (known.lying_item(each) for each in _items(one, known))
    return tuple((each.currency, each.price_minor) for each in lying if each is not None)


def _items(one: Waiting, known: Known) -> tuple[str, ...]:
    """Return the items of this bench that an exception is about: its own, or the units of its parcel."""
    if one.bench:
        return ()
    return (one.item,) if one.item else tuple(unit.item for unit in known.found_in(one.parcel))


def _decide(one: Waiting, decision: Decision, to: str, why: str, badge: str, known: Known) -> Outcome:
    """Write a decision, and what it does."""
    fact = ExceptionDecided(one.exception, one.times + 1, decision, why, badge, to, *_goods(one))
    left = tuple(each for each in known.exceptions_waiting() if each.exception != one.exception)
    follow = _following(one, decision, to, badge, known)
    if follow is None:
        return _gone()
    return Outcome(_decided(decision, one, follow, known), (fact, *follow), ask=_offered(left) if left else None)


def _decided(decision: Decision, one: Waiting, follow: tuple[Recorded, ...], known: Known) -> Notice:
    """Say what was decided, and what is to be fetched from its bin for it."""
    moved = [each.item for each in follow if isinstance(each, RouteOverridden)]
    again = [one.item] if decision == "regrade" and not one.bench else []
    fetched = [each for each in map(known.lying_item, (*moved, *again)) if each is not None and each.bin]
    words = DECISION_WORDS[decision]
    if not fetched:
        return accepted(mark("Decided: {decision}."), decision=words)
    if len(fetched) > 1:
        text = mark("Decided: {decision}. Items to fetch: {count}. Page Bins shows which: scan the plate of each.")
        return accepted(text, decision=words, count=str(len(fetched)))
    text = mark("Decided: {decision}. Fetch {plate} from bin {bin} and scan it.")
    return accepted(text, decision=words, plate=fetched[0].plate, bin=fetched[0].bin)


def _following(one: Waiting, decision: Decision, to: str, badge: str, known: Known) -> tuple[Recorded, ...] | None:
    """Return the facts by which a decision is carried out at once; None when it cannot be any more."""
    if decision == "unlock":
        return (PinCleared(one.detail, badge),)
    if decision in ("match", "split"):
        return linked(one, to, known)
    if decision == "release":
        lying = known.lying_item(one.item)
        if lying is None or lying.is_barred or _is_lost(lying, known):
            return None
        return (_sent(lying, to, RELEASED, badge),)
    if decision in MOVING:
        return _put_apart(one, decision, badge, known)
    return ()


def _put_apart(one: Waiting, decision: Decision, badge: str, known: Known) -> tuple[Recorded, ...]:
    """Return the facts that send what lies in bins here apart from all else: the item, or the units of the parcel.

    A hazard stays in the fire-safe box.
    """
    if not one.item and one.kind in NOT_THERE:
        return ()
    lying = (
        each
        for each in map(known.lying_item, _items(one, known))
        if each is not None and each.bin and not each.is_hazard
    )
    return tuple(_sent(each, "hold", decision, badge, MOVING[decision]) for each in lying)


def _ask_way(state: State, ask: Ask, one: Waiting, known: Known) -> Outcome:
    """Ask where a released item goes: every way that this person may send it."""
    lying = known.lying_item(one.item)
    if lying is None:
        return refused(mark("It lies in no bin yet. Put it into one first."))
    if _is_lost(lying, known):
        return tell(lying.plate, known)
    if lying.is_barred:
        return refused(mark("A hazard or a recalled item is not released at a bench."))
    judged = known.judged(lying.parcel, lying.item)
    if judged is None:
        return refused(mark("What was recorded of {plate} cannot be read here. Ask IT."), plate=lying.plate)
    stops, values = judged.stops, dict(judged.values)
    worth = (lying.letter, lying.price_minor, lying.currency, stops)
    allowed_ways = (way for way in DISPOSITIONS if is_allowed(state, Override(lying.disposition, way, *worth), known))
    ways = tuple(_valued(way, values.get(way), lying.currency) for way in allowed_ways)
    if not ways:
        return refused(_STOPPED if stops else mark("Nobody may send this item anywhere else."))
    params = {**ask.params, "stopped": _STOPPED} if stops else ask.params
    return Outcome(ask=msgspec.structs.replace(ask, stage="decision-to", value="release", params=params, choices=ways))


def _is_lost(lying: Lying, known: Known) -> bool:
    """Tell whether it was written off: nobody sends it anywhere until a count finds it again."""
    plated = known.plated(lying.plate) if not lying.bin else None
    return plated is not None and plated.is_lost


def _valued(way: Disposition, minor: int | None, currency: str) -> Choice:
    """A way, and what it brings in; of holding nobody says, for it has no worth."""
    if way == "hold":
        return Choice(way, ROUTE_WORDS[way])
    if minor is None:
        return Choice(way, mark("{way}: value not known"), {"way": ROUTE_WORDS[way]})
    amount = f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d} {currency}".strip()
    return Choice(way, mark("{way}: {amount}"), {"way": ROUTE_WORDS[way], "amount": amount})


def _sent(lying: Lying, to: str, why: str, badge: str, apart: Apart = "") -> RouteOverridden:
    """Return the fact that sends an item another way; until it is carried it lies where it lay."""
    way = next(each for each in DISPOSITIONS if each == to)
    return RouteOverridden(lying.item, lying.disposition, way, why, badge, apart=apart, was_apart=lying.apart)


def _goods(one: Waiting) -> tuple[str, str]:
    """Return the parcel and the item it is about, as this bench knows them: those of another bench it does not."""
    return ("", "") if one.bench else (one.parcel, one.item)


def _offered(waiting: tuple[Waiting, ...]) -> Ask:
    choices = tuple(Choice(each.exception, text_of(each), words_of(each)) for each in waiting[:OFFERED])
    return Ask("exception", params={"count": str(len(waiting))}, choices=choices)


def _about(state: State, one: Waiting) -> Outcome:
    """Ask what shall be done; a conflict is ended by taking one of its decisions back, where it was made."""
    if one.conflict:
        return attention(
            mark("Two benches decided otherwise. Take one of the decisions back with U, where it was made.")
        )
    mine = state.operator is not None and one.taken_by == state.operator.badge
    take = () if mine else (Choice(TAKE, mark("I see to it")),)
    choices = tuple(Choice(each, DECISION_WORDS[each]) for each in one.fitting)
    return Outcome(ask=Ask("decision", code=one.exception, params=words_of(one), choices=(*choices, *take)))


def _why(ask: Ask, to: str) -> Outcome:
    goes_to = next((words for way, words in ROUTE_WORDS.items() if way == to), to)
    params = {**ask.params, "decision": DECISION_WORDS[ask.value], "to": to, "goes_to": goes_to}
    return Outcome(ask=Ask("decision-why", ask.code, ask.value, params, REASONS))


def _waiting(exception: str, known: Known) -> Waiting | None:
    return next(
        (each for each in known.exceptions_waiting() if each.exception == exception and not each.conflict), None
    )


def _gone() -> Outcome:
    return Outcome(attention(mark("This was decided meanwhile.")).notice, ask=None)


def _key(made: Decided) -> str:
    return f"{made.exception}/{made.n}"


def _taken_back(made: Decided) -> Choice:
    words = {"decision": DECISION_WORDS.get(made.decision, made.decision), "about": _brief(made.about)}
    return Choice(_key(made), mark("{decision}: {about}"), words)

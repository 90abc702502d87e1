"""Why a grade or a route is what it is, in words."""

from collections.abc import Mapping

import msgspec


class Reason(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One reason: `code` names what decided, `text` is an English message id, `params` fill its placeholders.

    Codes are `question:option` for an answer, `evidence:name` for what the bench measured, `rule:number` for
    a line of a route table, and a plain word for what the program refuses by itself.
    """

    code: str
    text: str
    params: dict[str, str] = {}


REASON_TEXTS: Mapping[str, str] = {
    "evidence:match_undeclared": "Nobody announced this item",
    "evidence:match_wrong": "This is not the item that was announced",
    "evidence:serial_different": "The serial number is not the one that was shipped",
    "evidence:serial_unread": "A serial number was shipped but none was read on the item",
    "evidence:weight": "The weight is outside the expected band",
    "evidence:missing": "Part is missing: {part}",
    "evidence:unreadable": "What the bench measured cannot be used: {detail}",
    "evidence:recall": "It was recalled",
    "evidence:recall_part": "It may be one of those that were recalled",
    "evidence:serial": "Its serial number needs a look",
    "evidence:expired": "The date on it is past, or too near",
    "evidence:marked": "A defect that spoils it is marked, and no answer tells of it",
    "evidence:hazard": "Danger: it may burn or leak",
    "evidence:mould": "Mould: keep it away from other goods",
    "evidence:pests": "Insects: keep it away from other goods",
    "evidence:hygiene": "Hygiene: it cannot be sold again",
    "evidence:small_part": "A child could swallow the part that came off",
    "evidence:stop": "The station stopped it: {stop}",
    "incomplete": "A question is still open: {question}",
    "unknown_answer": "An answer belongs to no question of this rubric: {question}",
    "no_look": "No question asked what it looks like",
    "untested": "No question asked whether it works",
    "no_outcome": "An answer says nothing about the goods: {question}",
    "facts_unreadable": "What is known of the item cannot be used: {detail}",
    "rule_failed": "Rule {rule} could not be decided: {detail}",
    "no_rule": "No rule fits this item",
    "no_category": "Nobody wrote how the category {category} is routed",
    "no_letter": "Without a grade its worth is not known",
    "no_price": "Nobody knows its price",
    "no_percentage": "This way is not open to grade {letter}",
    "no_costs": "The costs are not known in the currency {currency}",
    "no_room": "There is no room this way: {waiting} items wait",
    "after_stop": "Stopped goods can only be held or recycled",
    "must_look": "After this stop it is held until somebody has looked",
    "not_clear": "What is not clear goes nowhere but on hold",
    "not_like_new": "Only complete goods of grade A that work are restocked",
    "no_value": "The value of the item is not known, so its routes cannot be compared",
    "not_allowed": "Rule {rule} says {disposition}, which is never allowed here",
}
"""English message ids of the reasons that are not in a rubric or a route table."""


def reason(code: str, **params: str) -> Reason:
    """Return one of the reasons above."""
    return Reason(code, REASON_TEXTS[code], params)


def deciding(disposition: str, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return the reasons of a route that decided: of goods on hold, what spoke against the way that a rule wanted."""
    return reasons[1:] if disposition == "hold" and len(reasons) > 1 else reasons[:1]

"""Tells the facts of a story in sentences, one for each kind of fact."""

from collections.abc import Mapping

from resources.words import Translator, mark
from station import facts
from station.exceptions.evidence import evidence
from station.exceptions.kinds import ON_HOLD
from station.fact_words import SENTENCES, values_in_words
from station.patterns import words as sign_words
from station.records import Ruled
from station.words import EVIDENCE_WORDS
from ui import wording
from ui.view import Line, View

# What shall be done, by how a review at central was ended.
_RULED: Mapping[str, str] = {
    "refund": mark("the customer gets money back"),
    "exchange": mark("the customer gets other goods"),
    "repair": mark("it is repaired"),
    "ship_back": mark("it is sent back to the customer"),
    "nothing": mark("nothing is paid"),
    "noted": mark("seen, and left as it is"),
    "together": mark("it belongs to this return order"),
    "apart": mark("it does not belong together"),
}


def sentence(tr: Translator, line: Line) -> str:
    """Return one line of a story in words; a kind of fact nobody wrote a sentence for shows its name."""
    fact = line.told.fact
    text = SENTENCES.get(type(fact))
    if text is None:
        return facts.name_of(fact)
    params = values_in_words(tr, fact)
    if isinstance(fact, facts.PatternNoted):
        params["signs"] = " ".join(wording.say(tr, *said) for each in fact.signs if (said := sign_words(each)))
    if isinstance(fact, facts.ExceptionRaised) and fact.kind in (*EVIDENCE_WORDS, *ON_HOLD):
        said = wording.say(tr, SENTENCES[type(fact)], {"kind": params["kind"]})
        return f"{said}. {evidence(tr, fact.kind, fact.detail, wording.say)}"
    params.update({name: wording.say(tr, words, more) for name, (words, more) in line.words.items()})
    return wording.say(tr, text, params)


def ruling(tr: Translator, ruled: Ruled) -> str:
    """Return what a supervisor decided on a review, in words."""
    what = wording.word(tr, _RULED, ruled.then)
    if ruled.kind == "merge_suggestion":
        return tr.format(mark("Decided at central on {number}: {what}"), number=ruled.line, what=what)
    words = mark("Decided at central on {rma}, line {line}: {what}")
    return tr.format(words, rma=ruled.rma, line=ruled.line, what=what)


def moment(view: View, at: str, badge: str) -> str:
    """Return a UTC instant (ISO 8601) by the clock on the wall, and who it was: by name, where it is known."""
    return " · ".join(part for part in (wording.brief_moment(view.tr, at), view.names.get(badge, badge)) if part)

"""The evidence of one item on paper: what it is, what was measured, the grade with its reasons, and the photos."""

from collections.abc import Mapping

from grading.defects import DEFECT_TEXTS, WORST, ZONE_TEXTS
from grading.rubric import chosen
from resources.words import Translator, mark
from station.evidence.dossier import PURPOSES, Dossier
from station.inspecting.facts import Answered, DefectMarked
from station.printed.paper import Paper
from station.receiving.facts import (
    ExceptionRaised,
    ItemWeighed,
    MarksRead,
    ParcelArrived,
    ParcelWeighed,
    SerialChecked,
)
from station.routing.facts import Graded
from station.rules import Rules
from station.words import EXCEPTION_WORDS

_TEXTS: Mapping[str, str] = {str(name): text for each in (ZONE_TEXTS, DEFECT_TEXTS) for name, text in each.items()}


def pdf(told: Dossier, photos: Mapping[str, bytes], rules: Rules, tr: Translator) -> bytes:
    """Return the paper, in the reader's language; photos that are not here any more are named by their hash."""
    title, about = PURPOSES[told.purpose]
    last = told.proofs[-1].entry
    words = mark("Item {item} · fact {seq} {hash}")
    foot = tr.format(words, item=told.item, seq=str(last.seq), hash=last.hash.hex()[:16])
    paper = Paper(foot, last.at)
    paper.title(tr.gettext(title), (tr.gettext(about),))
    paper.table([tr.gettext(mark("What")), ""], _identity(told, tr), (30, 120))
    graded = told.last(Graded)
    if isinstance(graded, Graded):
        paper.heading(tr.format(mark("Grade {letter}"), letter=graded.letter or tr.gettext(mark("not gradable"))))
        for reason in graded.reasons:
            paper.words("• " + tr.format(reason.text, **reason.params))
    answers = [_answer(each, told, rules, tr) for each in told.all(Answered) if isinstance(each, Answered)]
    if answers:
        paper.heading(tr.gettext(mark("Questions and answers")))
        heads = [tr.gettext(each) for each in (mark("Question"), mark("Answer"), mark("Version"))]
        paper.table(heads, answers, (70, 60, 25))
    paper.heading(tr.gettext(mark("What was recorded")))
    heads = [tr.gettext(each) for each in (mark("Fact"), mark("When"), mark("What"), mark("Hash"))]
    rows = [
        (str(each.entry.seq), _moment(each.entry.at), each.entry.type, each.entry.hash.hex()[:32])
        if each.fact is not None
        else (str(each.entry.seq), "", tr.gettext(mark("of other goods")), each.entry.hash.hex()[:32])
        for each in told.proofs
    ]
    paper.table(heads, rows, (12, 40, 40, 60))
    paper.heading(tr.gettext(mark("Photos")))
    for photo in told.photos:
        under = f"{photo.shows} · {_moment(photo.taken_at)} · SHA-256 {photo.sha256}"
        if photo.sha256 in photos:
            paper.picture(photos[photo.sha256], under)
        else:
            paper.words(f"{under} · {tr.gettext(mark('is not on this computer any more'))}")
        for each in photo.marks:
            paper.words("• " + _marked(each, tr))
    return paper.done()


def _answer(given: Answered, told: Dossier, rules: Rules, tr: Translator) -> tuple[str, str, str]:
    """Return a question and its answer in the words they were asked in; by their names where nobody has these."""
    rubric = rules.version(given.rubric)
    pair = ((given.question, given.option),)
    found = chosen(rubric, pair, told.named.components) if rubric is not None else ()
    for question, option in found:
        return tr.format(question.text, **question.params), tr.format(option.text, **option.params), given.rubric
    return given.question, given.option, given.rubric


def _marked(told: DefectMarked, tr: Translator) -> str:
    """Return what a person showed on a photo: the defect, how bad, how long, and where from the upper left corner."""
    what = {"zone": tr.gettext(_TEXTS.get(told.zone, told.zone)), "kind": tr.gettext(_TEXTS.get(told.kind, told.kind))}
    place = {"x": str(round(told.x_permille / 10)), "y": str(round(told.y_permille / 10))}
    words = mark("Marked at {x} % from the left, {y} % from the top: {zone}, {kind}, {severity} of {worst}")
    said = tr.format(words, **what, **place, severity=str(told.severity), worst=str(WORST))
    return f"{said}, {tr.figure(f'{told.length_um / 1000:.1f}')} mm" if told.length_um else said


def _identity(told: Dossier, tr: Translator) -> list[tuple[str, str]]:
    """Return what the item is and what was measured of it, each with its word; what nobody knows is left out."""
    named, arrived, serial = told.named, told.last(ParcelArrived), told.last(SerialChecked)
    marks = [each for each in told.all(MarksRead) if isinstance(each, MarksRead) and each.lot]
    rows = [
        (mark("Article"), named.title),
        (mark("SKU"), named.sku),
        (mark("GTIN"), named.gtin),
        (mark("Client"), named.client),
        (mark("Return order"), named.rma),
        (mark("Lot"), marks[-1].lot if marks else named.lot),
    ]
    if isinstance(arrived, ParcelArrived):
        rows.append((mark("Parcel"), " ".join(filter(None, (arrived.carrier, arrived.code)))))
    if isinstance(serial, SerialChecked):
        rows.append((mark("Serial number"), serial.serial))
    weights = ((mark("Parcel weight"), told.last(ParcelWeighed)), (mark("Item weight"), told.last(ItemWeighed)))
    for text, weighed in weights:
        if isinstance(weighed, ParcelWeighed | ItemWeighed):
            rows.append((text, _weight(weighed, tr)))
    for each in told.all(ExceptionRaised):
        if isinstance(each, ExceptionRaised):
            rows.append((mark("Noted"), tr.gettext(EXCEPTION_WORDS.get(each.kind, each.kind))))
    return [(tr.gettext(word), value) for word, value in rows if value]


def _weight(weighed: ParcelWeighed | ItemWeighed, tr: Translator) -> str:
    """Return a weight beside what was expected and how far from that is accepted, lest a light box read as a theft."""
    kg = {"weight": _kg(weighed.weight_mg, tr), "expected": _kg(weighed.expected_mg, tr)}
    if not weighed.expected_mg:
        return kg["weight"]
    if isinstance(weighed, ParcelWeighed) and weighed.high_mg:
        words = mark("{weight}, expected {expected}, accepted from {low} to {high}")
        return tr.format(words, **kg, low=_kg(weighed.low_mg, tr), high=_kg(weighed.high_mg, tr))
    if weighed.in_band is None:
        return tr.format(mark("{weight}, expected {expected}"), **kg)
    if weighed.in_band:
        return tr.format(mark("{weight}, expected {expected}: within what is accepted"), **kg)
    return tr.format(mark("{weight}, expected {expected}: beyond what is accepted"), **kg)


def _kg(weight_mg: int, tr: Translator) -> str:
    return f"{tr.figure(f'{weight_mg / 1_000_000:.3f}')} kg"


def _moment(at: str) -> str:
    return f"{at[:19].replace('T', ' ')} UTC"

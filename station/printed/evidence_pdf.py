"""The evidence of one item on paper: what it is, what was measured, the grade with its reasons, and the photos."""

from collections.abc import Mapping

from grading.defects import DEFECT_TEXTS, WORST, ZONE_TEXTS
from grading.rubric import chosen
from resources.words import Translator, mark
from station.evidence.dossier import PURPOSES, Dossier, Photo, Proof
from station.fact_words import SENTENCES, values_in_words
from station.facts import Recorded, Unknown, name_of
from station.inspecting.facts import Answered, DefectMarked, PhotoSkipped
from station.printed.paper import Paper
from station.receiving.facts import (
    ExceptionRaised,
    ItemWeighed,
    MarksRead,
    ParcelArrived,
    ParcelWeighed,
    SerialChecked,
    WeighingSkipped,
)
from station.routing.facts import RouteOverridden
from station.rules import Rules
from station.steps.arrive import SKIP_WEIGHT
from station.steps.pictures import SKIP_PHOTO
from station.steps.settle import route_reason
from station.words import EXCEPTION_WORDS, PHOTO_DOUBT_WORDS, SERIAL_WORDS, SHOT_WORDS

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
    graded = told.graded
    if graded is not None:
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
    paper.table(heads, [_recorded(each, told, rules, tr) for each in told.proofs], (12, 38, 72, 58))
    paper.heading(tr.gettext(mark("Photos")))
    for photo in told.photos:
        _show(paper, photo, photos.get(photo.sha256), tr)
    for each in told.all(PhotoSkipped):
        paper.words("• " + _said(each, told, rules, tr))
    if not told.photos:
        paper.words(tr.gettext(mark("There is no photo of it.")))
    return paper.done()


def _show(paper: Paper, photo: Photo, jpeg: bytes | None, tr: Translator) -> None:
    """Put a photo on the paper, with what was doubted about it and marked on it."""
    under = (
        f"{tr.gettext(SHOT_WORDS.get(photo.shows, photo.shows))} · {_moment(photo.taken_at)} · SHA-256 {photo.sha256}"
    )
    if jpeg is not None:
        paper.picture(jpeg, under)
    else:
        paper.words(f"{under} · {tr.gettext(mark('is not on this computer any more'))}")
    if photo.doubts:
        doubts = ", ".join(tr.gettext(PHOTO_DOUBT_WORDS.get(each, each)) for each in photo.doubts)
        paper.words("• " + tr.format(mark("A person kept this photo although it was doubted: {doubts}"), doubts=doubts))
    for each in photo.marks:
        paper.words("• " + _marked(each, tr))


def _recorded(proof: Proof, told: Dossier, rules: Rules, tr: Translator) -> tuple[str, str, str, str]:
    """Return a fact's number, when it was recorded, what it says, and its hash; of one about other goods no more."""
    number, hash_ = str(proof.entry.seq), proof.entry.hash.hex()[:32]
    if proof.fact is None:
        return number, "", tr.gettext(mark("of other goods")), hash_
    return number, _moment(proof.entry.at), _said(proof.fact, told, rules, tr), hash_


def _said(fact: Recorded | Unknown, told: Dossier, rules: Rules, tr: Translator) -> str:
    """Return a fact in one sentence; one of a newer program by its name."""
    sentence = SENTENCES.get(type(fact))
    if sentence is None or isinstance(fact, Unknown):
        return name_of(fact)
    params = values_in_words(tr, fact)
    match fact:
        case Answered():
            params["question"], params["option"], _ = _answer(fact, told, rules, tr)
        case RouteOverridden(why=why):
            params["why"] = tr.gettext(route_reason(why, rules.table(told.named.client)))
        case PhotoSkipped(why=why) | WeighingSkipped(why=why):
            texts = {each.value: each.text for each in (*SKIP_PHOTO, *SKIP_WEIGHT)}
            params["why"] = tr.gettext(texts.get(why, why))
    return tr.format(sentence, **params)


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
    rows += _expected(told)
    if isinstance(serial, SerialChecked):
        verdict = tr.gettext(SERIAL_WORDS.get(serial.verdict, serial.verdict))
        rows.append((mark("Serial number"), f"{serial.serial} ({verdict})" if serial.serial else verdict))
    weights = ((mark("Parcel weight"), told.last(ParcelWeighed)), (mark("Item weight"), told.last(ItemWeighed)))
    for text, weighed in weights:
        if isinstance(weighed, ParcelWeighed | ItemWeighed):
            rows.append((text, _weight(weighed, tr)))
    kinds = dict.fromkeys(each.kind for each in told.all(ExceptionRaised) if isinstance(each, ExceptionRaised))
    rows += [(mark("Noted"), tr.gettext(EXCEPTION_WORDS.get(kind, kind))) for kind in kinds]
    return [(tr.gettext(word), value) for word, value in rows if value]


def _expected(told: Dossier) -> list[tuple[str, str]]:
    """Return what should have come instead, where something else did, and the serial numbers that were shipped."""
    named, arrived, serial = told.named, told.last(ParcelArrived), told.last(SerialChecked)
    rows = []
    if named.match == "wrong" and isinstance(arrived, ParcelArrived):
        lines = [each for each in arrived.declared if (each.rma, each.line) == (named.rma, named.line)]
        rows += [
            (mark("Announced instead"), f"{each.title} ({each.sku})" if each.sku else each.title) for each in lines
        ]
    if isinstance(serial, SerialChecked) and serial.verdict != "same" and named.shipped_serials:
        rows.append((mark("Serial number that was shipped"), ", ".join(named.shipped_serials)))
    return rows


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

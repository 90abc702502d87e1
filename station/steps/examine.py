"""Examining an item: its own weight, guided photos with a gate, and the branching questions of the category."""

import msgspec

from devices.readings import AcceptedWeight, Scan
from grading.progress import Rest, rest
from resources.words import mark
from station.facts import Recorded
from station.inputs import Command, PhotoChecked, PhotoReady
from station.inspecting.facts import OPEN_BOX, Answered, PhotoSkipped, PhotoTaken
from station.judge import conclude
from station.known import Known
from station.outcome import Capture, Outcome
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised, ItemWeighed
from station.receiving.parcel import Item
from station.stages import next_shot, question_due, rubric_of
from station.state import Ask, State
from station.steps import open_box, prep
from station.steps.arrive import skip_weight
from station.steps.notices import accepted, attention, no_such_answer, refused, warned
from station.steps.pictures import DOUBT, SKIP_PHOTO
from station.stops import BETWEEN
from station.weights import explains

SAME_SHOT = "same_shot"
# In 42 drawn scenes grain moved 0 to 7 of a fingerprint's 256 bits (`grading.photo.fingerprint`), a shift of the item
# by 20 pixels of 1,280 moved 18 and more, a turn by five degrees 23 and more.
_SAME_BITS = 8


def shoot(state: State, command: Command, known: Known) -> Outcome:
    """asks the camera for a still of the shot that is due"""
    item = state.item
    if item is None:
        return open_box.shoot(state, command, known)
    shot = next_shot(item, known) if item is not None else None
    if item is None or shot is None:
        return attention(mark("No photo is due now."))
    return Outcome(capture=Capture(request_of(item, shot.id), shot.id), ask=None)


def shoot_ready(state: State, reading: PhotoReady, known: Known) -> Outcome:
    """the live picture is good and still: asks the camera for a still, unless another photo is due by now"""
    item = state.item
    if item is None:
        return open_box.shoot_ready(state, reading, known)
    shot = next_shot(item, known) if item is not None else None
    if item is None or shot is None or reading.request != request_of(item, shot.id):
        return Outcome()
    return Outcome(capture=Capture(reading.request, shot.id), ask=None)


def take_photo(state: State, reading: PhotoChecked, known: Known) -> Outcome:
    """a good photo is recorded; a bad one says what to do and can be taken again or kept"""
    item = state.item
    shot = next_shot(item, known) if item is not None else None
    if item is None or shot is None or reading.request != request_of(item, shot.id):
        return Outcome()
    own = item.again is not None and reading.repeat_of in (item.again.item, item.plate)
    if reading.repeat_of and (own or not known.item_stands(reading.repeat_of)):
        reading = msgspec.structs.replace(reading, repeat_of="")
    if _shows_an_earlier_shot(item, shot.id, reading):
        reading = msgspec.structs.replace(reading, problems=(*reading.problems, SAME_SHOT))
    if reading.problems or reading.repeat_of:
        ask = Ask("doubt", value=shot.id, params={"repeat_of": reading.repeat_of}, choices=DOUBT, photo=reading)
        return Outcome(warned(mark("This photo is not good enough.")), ask=ask)
    return _keep(state, item, shot.id, reading, known)


def choose_doubt(state: State, command: Command, known: Known) -> Outcome:
    """`again` takes another; `keep` records the photo with its faults"""
    item, ask = state.item, state.ask
    if item is None:
        return open_box.choose_doubt(state, command, known)
    if ask is None or ask.photo is None:
        return Outcome(ask=None)
    if command.value == "keep":
        return _keep(state, item, ask.value, ask.photo, known)
    return shoot(state, command, known)


def ask_skip_photo(state: State, command: Command, known: Known) -> Outcome:
    """asks why the photo is left out"""
    return Outcome(ask=Ask("skip-why", value="photo", choices=SKIP_PHOTO))


def choose_skip(state: State, command: Command, known: Known) -> Outcome:
    """records what was left out, and why"""
    if state.ask is not None and state.ask.value == "weight":
        return skip_weight(state, command.value)
    if state.ask is not None and state.ask.value == "prep":
        return prep.leave_out(state, command.value, known)
    if state.ask is not None and state.ask.value == OPEN_BOX:
        return open_box.leave_out(state, command.value, known)
    item = state.item
    shot = next_shot(item, known) if item is not None else None
    if item is None or shot is None:
        return Outcome(ask=None)
    skipped = PhotoSkipped(item.identified.item, shot.id, command.value)
    raised = _raise(state, item, "photo_left_out", shot.id)
    return Outcome(warned(mark("No photo; this is noted.")), conclude(state, (skipped, raised), known), ask=None)


def answer(state: State, command: Command, known: Known) -> Outcome:
    """records the answer; the last one is followed by the grade and the route"""
    item = state.item
    question = question_due(item, known) if item is not None else None
    rubric = rubric_of(item, known) if item is not None else None
    if item is None or question is None or rubric is None:
        return attention(mark("No question is open."))
    option = next((each for each in question.options if command.value in (each.id, str(each.key))), None)
    if option is None:
        return no_such_answer(len(question.options))
    facts = conclude(state, (Answered(item.identified.item, question.id, option.id, rubric.name),), known)
    if option.stop:
        return Outcome(warned(mark("Stop: {word}"), word=option.word), facts)
    return Outcome(accepted(option.word, **option.params), facts)


def rest_of(item: Item, known: Known) -> Rest:
    """Return what "nothing found on the rest" would answer now; one question alone is answered by itself."""
    rubric = rubric_of(item, known)
    found = rest(rubric, item.answers, item.identified.components) if rubric is not None else ()
    return found if len(found) > 1 else ()


def answer_rest(state: State, command: Command, known: Known) -> Outcome:
    """answers each question that is only looked for with its best answer, as one step; none while a stop is open"""
    item = state.item
    rubric = rubric_of(item, known) if item is not None else None
    found = rest_of(item, known) if item is not None else ()
    if item is None or rubric is None or not found:
        return attention(mark("Answer this question by itself."))
    name = item.identified.item
    answers = tuple(Answered(name, question.id, option.id, rubric.name, "rest") for question, option in found)
    due = question_due(item, known)
    if due is not None and all(question.id != due.id for question, _ in found):
        text = mark("Nothing found on the rest. This question is none of those: answer it by itself.")
        return Outcome(warned(text), conclude(state, answers, known))
    return Outcome(accepted(mark("Nothing found on the rest.")), conclude(state, answers, known))


def weigh_item(state: State, reading: AcceptedWeight, known: Known) -> Outcome:
    """the item's own weight is recorded and compared with its article's; a wrong one of some is asked for again"""
    item = state.item
    if item is None or item.weighed is not None:
        return Outcome()
    weighed = weigh(state, item, reading, known)
    return msgspec.structs.replace(weighed, facts=conclude(state, weighed.facts, known)) if weighed.notice else weighed


def weigh(state: State, item: Item, reading: AcceptedWeight, known: Known) -> Outcome:
    """Return the weight of an item, what is said of a wrong one, and the exception where nothing is held for it."""
    named, rule = item.identified, known.item_weights()
    expected = named.weight_mg
    fits = rule.in_band(named.category, reading.weight_mg, expected)
    fact = ItemWeighed(named.item, reading.weight_mg, expected, fits)
    if fits is not False:
        return Outcome(facts=(fact,))
    if rule.is_watched(named.serialised, named.price_minor, named.currency):
        return Outcome(warned(mark("The item's weight is not that of its article. Weigh it once more.")), (fact,))
    notice = warned(mark("The item's weight is not that of its article; this is noted."))
    parcel = state.parcel.weighed if state.parcel is not None else None
    if not explains(reading.weight_mg, expected, parcel):
        return Outcome(notice, (fact,))
    detail = BETWEEN.join(map(str, (expected, reading.weight_mg)))
    return Outcome(notice, (fact, _raise(state, item, "item_explains_weight", detail)))


def scan_before_photo(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the photo comes first"""
    return refused(mark("Take the photo first: press Space."))


def scan_before_answer(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: a question is open"""
    return refused(mark("Answer the question first."))


def due_photo(state: State, known: Known) -> tuple[str, str]:
    """Return the shot that is due, of the item or of the opened parcel, and the request for it; "" for none."""
    item = state.item
    if item is not None:
        shot = next_shot(item, known)
        return (shot.id, request_of(item, shot.id)) if shot is not None else ("", "")
    empty = state.parcel is not None and state.parcel.found_empty
    return (OPEN_BOX, open_box.request_of(state.parcel)) if state.parcel is not None and empty else ("", "")


def item_of(request: str) -> str:
    """Return the item that a request for a still is about."""
    return request.partition("/")[0]


def request_of(item: Item, shot: str) -> str:
    """Return the name of the next photo of a shot; it changes with every photo and answer of the item."""
    return f"{item.identified.item}/{shot}/{len(item.photos) + len(item.answers)}"


def _shows_an_earlier_shot(item: Item, shot: str, reading: PhotoChecked) -> bool:
    """Tell whether the photo is the picture that another shot of the item has already: nobody showed anything else."""
    if not reading.fingerprint:
        return False
    earlier = [each for each in item.photos if isinstance(each, PhotoTaken) and each.fingerprint and each.shot != shot]
    now = int(reading.fingerprint, 16)
    return any((int(each.fingerprint, 16) ^ now).bit_count() <= _SAME_BITS for each in earlier)


def _keep(state: State, item: Item, shot: str, reading: PhotoChecked, known: Known) -> Outcome:
    name = item.identified.item
    doubtful = bool(reading.problems or reading.repeat_of)
    photo = PhotoTaken(
        name,
        shot,
        reading.sha256,
        reading.size,
        reading.sharpness_milli,
        reading.brightness_milli,
        "accepted" if doubtful else "good",
        reading.problems,
        reading.fingerprint,
        reading.codes,
        shared_sha256=reading.shared_sha256,
        mat=reading.mat,
        gains=reading.gains,
    )
    facts: tuple[Recorded, ...] = (photo,)
    doubt = ("photo_repeat", reading.repeat_of) if reading.repeat_of else _conflict(item, reading, known)
    if doubt is not None:
        facts = (*facts, _raise(state, item, *doubt))
    notice = (
        warned(mark("The photo shows the code of another product; this is noted."))
        if (doubt is not None and not reading.repeat_of)
        else accepted(mark("Photo taken."))
    )
    return Outcome(notice, conclude(state, facts, known), ask=None)


def _conflict(item: Item, reading: PhotoChecked, known: Known) -> tuple[str, str] | None:
    """Return the doubt that a barcode in the photo raises: it is that of another product somebody sells."""
    for code in reading.codes:
        for candidate in known.recognise(code, ""):
            if candidate.kind != "gtin":
                continue
            product = known.product(candidate.gtin or candidate.value)
            if product is not None and item.identified.sku and product.sku != item.identified.sku:
                return "photo_code_differs", candidate.value
    return None


def _raise(state: State, item: Item, kind: str, detail: str) -> ExceptionRaised:
    number = exception_id(state.station, state.exceptions + 1)
    return ExceptionRaised(
        number, kind, "supervisor", parcel=item.identified.parcel, item=item.identified.item, detail=detail
    )

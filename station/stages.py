"""The stages of the main job, and which of them a state is in: derived, never stored."""

from collections.abc import Collection
from enum import StrEnum

from grading.rubric import Prep, Question, Rubric, Shot, next_question, prep_needed, shots_needed
from station.doubtful import doubt_due
from station.inspecting.facts import InterlockRaised
from station.known import Known
from station.patterns import shots
from station.receiving.parcel import EXPIRED, FOUND, MARK, Item
from station.records import Disposition
from station.state import State


class Stage(StrEnum):
    """Where the bench stands; from `pin` on they are questions inside a step."""

    SIGN_IN = "sign-in"
    IDLE = "idle"
    WEIGH = "weigh"
    ITEM = "item"
    SERIAL = "serial"
    PHOTO = "photo"
    INSPECT = "inspect"
    READING = "reading"
    RESULT = "result"
    PREP = "prep"
    LABEL = "label"
    PLACE = "place"
    PIN = "pin"
    MEANING = "meaning"
    AGAIN = "again"
    SKIP_WHY = "skip-why"
    WHICH = "which"
    CATEGORY = "category"
    ANOTHER = "another"
    DOUBT = "doubt"
    ROUTE = "route"
    ROUTE_WHY = "route-why"
    SUPERVISOR = "supervisor"
    SUPERVISOR_PIN = "supervisor-pin"
    REPRINT_WHY = "reprint-why"
    FULL_BIN = "full-bin"
    MISSING = "missing"
    OPEN_BOX = "open-box"
    INTERLOCK = "interlock"
    SERIAL_SHARED = "serial-shared"
    COUNT = "count"
    COUNT_BIN = "count-bin"
    REVIEW = "review"
    COUNTERSIGN = "countersign"
    MOVED_BIN = "moved-bin"
    LINE_WHY = "line-why"
    LINE_UNITS = "line-units"
    SHIFT = "shift"
    SHEET = "sheet"
    SHEET_NUMBER = "sheet-number"
    WRITE_OFF = "write-off"
    SIGN = "sign"
    SIGN_PIN = "sign-pin"
    EXCEPTION = "exception"
    DECISION = "decision"
    DECISION_ORDER = "decision-order"
    DECISION_TO = "decision-to"
    DECISION_WHY = "decision-why"
    DECIDED = "decided"
    SECOND_ITEM = "second-item"
    SECOND_LOOK = "second-look"
    REFRESHER_WHO = "refresher-who"
    REFRESHER = "refresher"
    REFRESHED = "refreshed"
    BIN = "bin"
    BIN_ACT = "bin-act"
    BIN_WHY = "bin-why"
    BIN_TO = "bin-to"
    BIN_INTO = "bin-into"
    BIN_WAY = "bin-way"
    BIN_CLIENT = "bin-client"
    BIN_DIFFERS = "bin-differs"
    CHECK = "check"
    CARRY = "carry"


def stage_of(state: State, known: Known) -> Stage:
    """Return the stage of a state; the rubric of the item in work decides between photo, question and result.

    A stop that nobody has acknowledged comes before everything else, also before an open question.
    """
    if state.operator is not None and state.item is not None and state.item.open_interlock is not None:
        return Stage.INTERLOCK
    if state.ask is not None:
        return Stage(state.ask.stage)
    if state.operator is None:
        return Stage.SIGN_IN
    if state.looking is not None:
        return Stage.SECOND_LOOK
    if state.practice is not None:
        return Stage.REFRESHER
    if state.parcel is None:
        return _stage_of_shift(state)
    if state.parcel.weighed is None and not state.parcel.unweighed_why:
        return Stage.WEIGH
    if state.parcel.found_empty:
        return Stage.OPEN_BOX
    return Stage.ITEM if state.parcel.item is None else _stage_of_item(state.parcel.item, known)


def _stage_of_shift(state: State) -> Stage:
    """Return where the close of the shift or the check of a bin stands; else the next parcel is waited for."""
    if state.check is not None:
        return Stage.CHECK
    if state.phase == "counting":
        return Stage.COUNT_BIN if state.closing is not None and state.closing.bin else Stage.COUNT
    return Stage.REVIEW if state.phase == "review" else Stage.IDLE


def _stage_of_item(item: Item, known: Known) -> Stage:
    if item.confirmed:
        return Stage.PLACE
    if item.is_taken:
        return Stage.PREP if prep_due(item, known) is not None else Stage.LABEL
    if item.routed is not None:
        return Stage.RESULT
    due = question_due(item, known)
    if due is not None and due.at_once:
        return Stage.INSPECT
    if wants_serial(item, known):
        return Stage.SERIAL
    if next_shot(item, known) is not None:
        return Stage.PHOTO
    # Last of all: what was read late must not come between a person and a question they are answering.
    doubtful = doubt_due(item) is not None and due is None
    return Stage.READING if doubtful else Stage.INSPECT


def wants_serial(item: Item, known: Known) -> bool:
    """Tell whether the unit bears a serial number that has not been compared yet, and is to be handled at all.

    Not compared yet is also what nobody could scan, where a photo showed another one and a person can read it.
    """
    is_open = item.serial is None or (item.other_serial and not item.serial.serial)
    return item.identified.serialised and is_open and not item.is_recalled and not _is_left_alone(item, known)


def rubric_of(item: Item, known: Known) -> Rubric | None:
    """Return the questions that hold for an item, or None when its category has none.

    An item keeps the version that its first answer was given by, whatever came into force since.
    """
    begun = known.rubric_version(item.rubric) if item.rubric else None
    return begun or known.rubric(item.identified.category, item.identified.client)


def next_shot(item: Item, known: Known) -> Shot | None:
    """Return the photo that is due: one the answers demand and nobody has taken or left out.

    None after a stop that says so: what lies in the fire-safe box stays there.
    """
    rubric = rubric_of(item, known)
    if rubric is None or item.is_recalled or _is_left_alone(item, known):
        return None
    done = {photo.shot for photo in item.photos}
    return next((shot for shot in shots_of(rubric, item) if shot.id not in done), None)


def shots_of(rubric: Rubric, item: Item) -> tuple[Shot, ...]:
    """Return the photos that the answers demand so far, and those that earlier returns ask for besides."""
    return (*shots_needed(rubric, item.answers), *shots(item.asked))


def _is_left_alone(item: Item, known: Known) -> bool:
    """Tell whether a stop forbids to take the item up again, as of one that lies in the fire-safe box."""
    return any(not known.interlock(each.code).photos for each in _standing(item))


def _standing(item: Item) -> tuple[InterlockRaised, ...]:
    """Return the stops of an item that were not cleared since."""
    return tuple(each for each in item.interlocks if each.code not in FOUND or each.code in item.stops_found)


def question_due(item: Item, known: Known) -> Question | None:
    """Return the question that is due, or None when enough is known (or nothing can be asked).

    A mark of what only a stop answer tells of ends the questions as that answer does.
    """
    rubric = rubric_of(item, known)
    if rubric is None or item.is_recalled:
        return None
    if any(each.cause.startswith(MARK) and each.code != "marked" for each in item.interlocks):
        return None
    due = next_question(rubric, item.answers, item.identified.components)
    return None if due is None or is_spared(item, due) else due


# What is out of date is not asked for its date, nor whether it is the article that is named.
_NOT_OF_EXPIRED = (EXPIRED, "another")


def is_spared(item: Item, question: Question) -> bool:
    """Tell whether a date that was found past spares a question: only what comes before the one about it is asked."""
    if EXPIRED not in item.stops_found:
        return False
    return question.kind != "stop" or any(option.stop in _NOT_OF_EXPIRED for option in question.options)


def preps_of(item: Item, known: Known) -> tuple[Prep, ...]:
    """Return what is to be done to an item before it goes on, in order, done or not."""
    rubric = rubric_of(item, known)
    if rubric is None or item.graded is None or item.disposition is None:
        return ()
    made_ready = known.routes(item.identified.client).figures.prepared
    needed = prep_needed(rubric, item.answers, item.identified.components)
    return preps_asked(needed, item.graded.functional, item.disposition, made_ready)


def preps_asked(
    needed: tuple[Prep, ...], functional: str, way: Disposition, made_ready: Collection[Disposition]
) -> tuple[Prep, ...]:
    """Return which of the preparations that answers demand are asked for, of goods that go a way.

    Sealed goods are left as they are, and so are those of a way whose goods the route table does not have made ready
    (and of which it counts no work): what is on hold, somebody must see as it came. What is done for safety is done
    whichever way they go.
    """
    if functional == "sealed":
        return ()
    goes_on = way != "hold" and way in made_ready
    return needed if goes_on else tuple(each for each in needed if each.always)


def prep_due(item: Item, known: Known) -> Prep | None:
    """Return the preparation that is due, or None when all are done or left out.

    They come when the result was taken: only then it is known that the goods go on, the label prints meanwhile, and
    it goes onto the new bag.
    """
    settled = {each.prep for each in item.prepared}
    return next((prep for prep in preps_of(item, known) if prep.id not in settled), None)

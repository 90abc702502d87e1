"""The whole bench behaviour as one pure function and one table: what each stage does with each input.

`step` reads no clock, no file and no device. A pair that the table does not list says why not, and changes nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from devices.readings import AcceptedWeight, NotPrinted, Printed, PrintWaiting, Scan, Unreadable
from resources.words import mark
from station.inputs import (
    Command,
    DefectDrawn,
    Do,
    Input,
    LabelRead,
    PhotoChecked,
    PhotoCompared,
    PhotoFailed,
    PhotoReady,
)
from station.known import Known
from station.outcome import Outcome
from station.stages import Stage, stage_of
from station.state import State
from station.steps import (
    another,
    arrive,
    bins,
    carry,
    check,
    close,
    count,
    decide,
    examine,
    finish,
    hint,
    identify,
    interlock,
    marks,
    open_box,
    pictures,
    place,
    plate,
    prep,
    reading,
    refresher,
    second_look,
    serial,
    settle,
    shift,
    sign_in,
    step_up,
)
from station.steps.notices import attention, no_such_answer, refused
from station.stops import late

Handler = Callable[[State, Any, Known], Outcome]

READINGS: Mapping[type, str] = {
    Scan: "scan",
    Unreadable: "unreadable",
    AcceptedWeight: "weight",
    PhotoChecked: "photo",
    PhotoFailed: "no photo",
    PhotoReady: "ready",
    DefectDrawn: "mark",
    PhotoCompared: "compared",
    Printed: "printed",
    PrintWaiting: "print waits",
    NotPrinted: "not printed",
    LabelRead: "label read",
}
INPUTS: tuple[str, ...] = (*READINGS.values(), *(str(do) for do in Do))


def unreadable(state: State, reading: Unreadable, known: Known) -> Outcome:
    """refused: the scanner sent something that is no code"""
    return refused(mark("That could not be read. Scan again."))


_EVERYWHERE: Mapping[str, Handler] = {
    "unreadable": unreadable,
    "compared": hint.note,
    "printed": plate.printed,
    "print waits": plate.print_waiting,
    "not printed": plate.not_printed,
    "label read": reading.take_reading,
}
_STEP: Mapping[str, Handler] = {**_EVERYWHERE, "undo": finish.undo}
_IN_HAND: Mapping[str, Handler] = {**_STEP, "another": another.ask_what}


def _question(choose: Handler, scan: Handler = examine.scan_before_answer) -> Mapping[str, Handler]:
    """Return the row of a question inside a step: it is answered, or left."""
    leave = finish.leave_question
    return {**_EVERYWHERE, "scan": scan, "choose": choose, "cancel": leave, "undo": leave}


def _badge(scan: Handler) -> Mapping[str, Handler]:
    """Return the row of a question that a badge, a PIN or a number answers; it can be left."""
    return {**_EVERYWHERE, "scan": scan, "cancel": finish.leave_question, "undo": finish.leave_question}


TABLE: Mapping[Stage, Mapping[str, Handler]] = {
    Stage.SIGN_IN: {**_EVERYWHERE, "scan": sign_in.scan_badge},
    Stage.PIN: _badge(sign_in.enter_pin),
    Stage.IDLE: {
        **_STEP,
        "scan": arrive.scan_parcel,
        "sign-out": sign_in.sign_out,
        "close-shift": shift.ask_what,
        "decide": settle.ask_which,
        "second-look": second_look.ask_which,
        "bins": bins.ask_which,
    },
    Stage.MEANING: _question(arrive.choose_meaning),
    Stage.AGAIN: _question(arrive.receive_again),
    Stage.WEIGH: {
        **_STEP,
        "scan": arrive.scan_before_weight,
        "weight": arrive.take_weight,
        "skip": arrive.ask_skip_weight,
    },
    Stage.SKIP_WHY: _question(examine.choose_skip),
    Stage.ITEM: {
        **_STEP,
        "scan": identify.scan_item,
        "no-code": identify.no_code,
        "finish": finish.finish,
        "confirm": finish.finish,
    },
    Stage.WHICH: _question(identify.choose_which),
    Stage.CATEGORY: _question(identify.choose_category),
    Stage.ANOTHER: _question(another.choose_what, another.scan_what),
    Stage.MISSING: _question(finish.choose_missing),
    Stage.OPEN_BOX: {
        **_STEP,
        "scan": open_box.scan_meanwhile,
        "photo": open_box.take,
        "no photo": pictures.photo_failed,
        "ready": open_box.shoot_ready,
        "shoot": open_box.shoot,
        "confirm": open_box.shoot,
        "skip": open_box.ask_skip,
    },
    Stage.SERIAL: {
        **_IN_HAND,
        "scan": another.or_else(serial.scan_serial),
        "weight": examine.weigh_item,
        "skip": serial.skip_serial,
    },
    Stage.SERIAL_SHARED: _question(serial.choose_shared, serial.scan_shared),
    Stage.PHOTO: {
        **_IN_HAND,
        "scan": another.or_else(examine.scan_before_photo),
        "weight": examine.weigh_item,
        "photo": examine.take_photo,
        "no photo": pictures.photo_failed,
        "ready": examine.shoot_ready,
        "mark": marks.mark_defect,
        "shoot": examine.shoot,
        "confirm": examine.shoot,
        "skip": examine.ask_skip_photo,
    },
    Stage.DOUBT: {
        **_question(examine.choose_doubt, another.or_else(examine.scan_before_photo)),
        "another": another.ask_what,
        "ready": examine.shoot_ready,
        "shoot": examine.shoot,
        "confirm": examine.shoot,
    },
    Stage.INSPECT: {
        **_IN_HAND,
        "scan": another.or_else(examine.scan_before_answer),
        "weight": examine.weigh_item,
        "choose": another.or_answer(examine.answer),
        "rest": examine.answer_rest,
        "mark": marks.mark_defect,
    },
    Stage.READING: {**_IN_HAND, "scan": another.or_else(reading.scan_serial), "choose": reading.answer},
    Stage.INTERLOCK: {
        **_STEP,
        "scan": interlock.scan,
        "weight": interlock.weigh,
        "photo": examine.take_photo,
        "no photo": pictures.photo_failed,
        "shoot": interlock.shoot,
        "confirm": interlock.confirm,
        "skip": interlock.leave_unweighed,
    },
    Stage.RESULT: {
        **_IN_HAND,
        "scan": another.or_else(decide.scan_at_result),
        "confirm": decide.accept_result,
        "override": decide.ask_route,
        "mark": marks.mark_defect,
    },
    Stage.ROUTE: _question(decide.choose_route),
    Stage.ROUTE_WHY: _question(decide.choose_route_why),
    Stage.SUPERVISOR: _badge(step_up.scan_badge),
    Stage.SUPERVISOR_PIN: _badge(step_up.enter_pin),
    Stage.PREP: {
        **_IN_HAND,
        "scan": another.or_else(prep.scan_before_prep),
        "confirm": prep.done,
        "skip": prep.ask_why_left_out,
    },
    Stage.LABEL: {**_IN_HAND, "scan": another.or_else(plate.confirm_plate), "reprint": plate.ask_reprint},
    Stage.REPRINT_WHY: _question(plate.choose_reprint, plate.confirm_plate),
    Stage.PLACE: {
        **_STEP,
        "scan": place.scan_bin,
        "bin-full": place.bin_full,
        "reprint": plate.ask_reprint,
    },
    Stage.FULL_BIN: _question(place.choose_full, place.scan_full),
    Stage.COUNT: {
        **_EVERYWHERE,
        "scan": count.scan_bin,
        "confirm": count.end,
        "finish": count.end,
        "move-bin": count.ask_moved,
        "cancel": count.call_off,
        "sign-out": sign_in.sign_out,
    },
    Stage.COUNT_BIN: {
        **_EVERYWHERE,
        "scan": count.scan_plate,
        "confirm": count.end_bin,
        "finish": count.end_bin,
        "undo": count.take_plate_back,
        "cancel": count.begin_again,
    },
    Stage.MOVED_BIN: _question(count.choose_moved, count.scan_moved),
    Stage.REVIEW: {
        **_EVERYWHERE,
        "scan": close.scan_at_review,
        "choose": close.choose_line,
        "confirm": close.ask_sign,
        "undo": close.take_reasons_back,
        "cancel": close.count_again,
        "sign-out": sign_in.sign_out,
    },
    Stage.LINE_WHY: _question(close.choose_why, close.scan_before_reason),
    Stage.LINE_UNITS: _question(close.choose_units, close.scan_before_reason),
    Stage.SHIFT: _question(shift.choose_what, close.scan_before_choice),
    Stage.SHEET: _question(shift.choose_carrier, close.scan_before_reason),
    Stage.SHEET_NUMBER: {**_badge(shift.type_number), "confirm": shift.no_more},
    Stage.WRITE_OFF: _question(close.choose_written_off, close.scan_before_reason),
    Stage.SIGN: _badge(close.scan_signer),
    Stage.SIGN_PIN: _badge(close.enter_pin),
    Stage.EXCEPTION: {**_question(settle.choose_which, settle.scan_which), "undo": settle.ask_take_back},
    Stage.DECISION: _question(settle.choose_decision, settle.scan_which),
    Stage.DECISION_ORDER: _question(settle.choose_to, settle.scan_order),
    Stage.DECISION_TO: _question(settle.choose_to),
    Stage.DECISION_WHY: _question(settle.choose_why, close.scan_before_reason),
    Stage.DECIDED: _question(settle.choose_take_back),
    Stage.SECOND_ITEM: _question(second_look.choose_which, second_look.scan_which),
    Stage.SECOND_LOOK: {
        **_EVERYWHERE,
        "scan": second_look.scan_meanwhile,
        "choose": second_look.answer,
        "undo": second_look.take_back,
        "cancel": second_look.leave,
        "sign-out": sign_in.sign_out,
    },
    Stage.REFRESHER_WHO: _badge(refresher.scan_who),
    Stage.REFRESHER: {
        **_EVERYWHERE,
        "scan": refresher.scan_meanwhile,
        "choose": refresher.answer,
        "undo": refresher.take_back,
        "cancel": refresher.leave,
        "sign-out": sign_in.sign_out,
    },
    Stage.REFRESHED: _question(refresher.go_on, refresher.scan_meanwhile),
    Stage.BIN: _question(bins.choose_which, bins.scan_which),
    Stage.BIN_ACT: _question(bins.choose_act, bins.scan_which),
    Stage.BIN_WHY: _question(bins.choose_why, close.scan_before_reason),
    Stage.BIN_TO: _question(bins.choose_place, bins.scan_place),
    Stage.BIN_INTO: _question(bins.choose_into, bins.scan_into),
    Stage.BIN_WAY: _question(bins.choose_way),
    Stage.BIN_CLIENT: _question(bins.choose_client),
    Stage.BIN_DIFFERS: {**_question(check.seen, arrive.scan_parcel), "confirm": check.seen},
    Stage.CHECK: {
        **_EVERYWHERE,
        "scan": check.scan_plate,
        "confirm": check.end,
        "finish": check.end,
        "undo": check.take_plate_back,
        "cancel": check.leave,
    },
    Stage.CARRY: {
        **_EVERYWHERE,
        "scan": carry.scan_bin,
        "bin-full": carry.new_bin,
        "cancel": finish.leave_question,
        "undo": finish.leave_question,
    },
    Stage.COUNTERSIGN: _badge(close.scan_second),
}


def step(state: State, given: Input, known: Known) -> Outcome:
    """Return what one input does at the bench: facts to write, what to show, sound, print and photograph.

    What stops an item comes first: a recall that arrived after its grade, before the label or the bin.
    """
    stage = stage_of(state, known)
    name = input_name(given)
    stopped = late(state, known) if stage in _DECIDED and name in ("scan", "confirm") else ()
    return interlock.alarm(Outcome(facts=stopped) if stopped else _handled(state, stage, name, given, known))


# From here on an item has its grade.
_DECIDED = (Stage.RESULT, Stage.LABEL, Stage.PLACE)


def _handled(state: State, stage: Stage, name: str, given: Input, known: Known) -> Outcome:
    handler = TABLE[stage].get(name)
    if handler is None:
        return not_now(name, stage)
    if isinstance(given, Command) and given.do is Do.CHOOSE and state.ask is not None:
        chosen = _chosen(state, given)
        if chosen is None:
            return no_such_answer(len(state.ask.choices)) if state.ask.choices else not_now(name, stage)
        return handler(state, chosen, known)
    return handler(state, given, known)


def input_name(given: Input) -> str:
    """Return the column of the table that an input belongs to."""
    return str(given.do) if isinstance(given, Command) else READINGS[type(given)]


def not_now(name: str, stage: Stage) -> Outcome:
    """Answer what the table does not list: a person is told, a device's word passes in silence."""
    if name in READINGS.values():
        return Outcome()
    if name == Do.SIGN_OUT and stage not in (Stage.SIGN_IN, Stage.PIN):
        return attention(mark("Finish this parcel first, or take it back with U; then sign out."))
    return attention(_NOT_NOW[Do(name)])


# Each says why, and what to do instead.
_NOT_NOW: Mapping[Do, str] = {
    Do.CONFIRM: mark("There is nothing to confirm at this step. Do what the screen asks."),
    Do.CHOOSE: mark("There is no question to answer at this step. Do what the screen asks."),
    Do.UNDO: mark("There is no step to take back yet. Sign in first."),
    Do.CANCEL: mark("No question is open that could be left. Do what the screen asks."),
    Do.FINISH: mark("A parcel can be finished only between two items. Do what the screen asks."),
    Do.REST: mark("This works only while an item is inspected. Do what the screen asks."),
    Do.SHOOT: mark("No photo is wanted at this step. Do what the screen asks: it says when to take one."),
    Do.SKIP: mark("This step cannot be left out. Do what the screen asks, or take it back with U."),
    Do.NO_CODE: mark("This works only where the next item is scanned. Do what the screen asks."),
    Do.ANOTHER: mark("This works only from the scan of an item until its label is scanned back."),
    Do.OVERRIDE: mark("Only an item that has its grade can be sent elsewhere. Do what the screen asks."),
    Do.REPRINT: mark("There is no label to print again at this step. Do what the screen asks."),
    Do.BIN_FULL: mark("A bin can be closed only while an item is put into it."),
    Do.SIGN_OUT: mark("Nobody is signed in. Scan your badge."),
    Do.CLOSE_SHIFT: mark("A shift can be closed only between two parcels. Do what the screen asks."),
    Do.MOVE_BIN: mark("A bin is said to have left while the shift is counted."),
    Do.BINS: mark("Bins are seen to between two parcels. Do what the screen asks."),
    Do.DECIDE: mark("Exceptions are decided between two parcels. Do what the screen asks."),
    Do.SECOND_LOOK: mark("A second look is taken between two parcels. Do what the screen asks."),
}


def _chosen(state: State, given: Command) -> Command | None:
    """Return the command with the choice's value, given by value or number; None when there is no such choice."""
    choices = state.ask.choices if state.ask is not None else ()
    if given.value.isdecimal() and 1 <= int(given.value) <= len(choices):
        return Command(given.do, choices[int(given.value) - 1].value)
    return given if any(each.value == given.value for each in choices) else None


def table_rows() -> tuple[tuple[str, str, str], ...]:
    """Return the table for people: stage, input, and what happens, which is each handler's docstring."""
    return tuple(
        (str(stage), name, str(row[name].__doc__).splitlines()[0])
        for stage, row in TABLE.items()
        for name in INPUTS
        if name in row
    )

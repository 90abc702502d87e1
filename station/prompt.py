"""The one question of the moment: what a state asks of the person, in words, with the keys that answer it.

Long because all questions are worded beside each other.
"""

from collections.abc import Mapping

import msgspec

from grading.photo import PROBLEM_TEXTS
from grading.reading import Reading
from grading.route import OWNER_TEXTS
from grading.rubric import Question
from resources.words import mark
from station.doubtful import doubt_due, expiry_read
from station.inputs import Command, Do
from station.known import Known
from station.references import picture_of
from station.stages import Stage, next_shot, prep_due, question_due, stage_of
from station.state import Ask, Choice, Item, State, open_lines
from station.steps import reading as readings
from station.steps import shift
from station.steps.allowed import decides
from station.steps.close import key_of, text_of, unsettled, words_of
from station.steps.examine import rest_of
from station.steps.place import right_bins, takes
from station.steps.second_look import question_of
from station.words import ROUTE_WORDS

BINS_NAMED = 3
_CODE_SHOWN = 48
_LINES_OFFERED = 8
# The questions beside which an expiry date read in a photo is shown.
EXPIRY_QUESTIONS = frozenset({"expiry", "expired"})


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that can be done: the key that does it, the words on it, the command it gives.

    `main` marks the expected answer (Enter); `aside` marks what is offered small, under the answers.
    `picture` is the path of a reference picture that shows what is meant.
    """

    key: str
    text: str
    command: Command
    params: dict[str, str] = {}
    main: bool = False
    aside: bool = False
    picture: str = ""


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question. `title` and `reason` are English message ids with `params`; `picture` names a drawing.

    `entry` tells what is typed here: a code, a PIN (shown as dots), a number, an address (no key is then an answer), or
    none.
    """

    stage: str
    title: str
    reason: str = ""
    params: dict[str, str] = {}
    buttons: tuple[Button, ...] = ()
    entry: str = "code"
    picture: str = ""


def prompt(state: State, known: Known) -> Prompt:
    """Return what the bench asks for now: one question, the reason in one line, and every way to answer it."""
    stage = stage_of(state, known)
    if stage is Stage.INTERLOCK:
        return _interlock(state, known)
    if state.ask is not None:
        return _asked(state, state.ask, stage)
    if stage is Stage.PHOTO:
        return _photo(state, known)
    if stage is Stage.INSPECT:
        return _question(state, known)
    if stage is Stage.SECOND_LOOK:
        return _second_look(state, known)
    if stage is Stage.PREP:
        return _prep(state, known)
    if stage is Stage.READING:
        return _reading(state)
    if stage is Stage.RESULT:
        return _result(state, known)
    if stage is Stage.ITEM:
        return _next_item(state)
    if stage is Stage.REVIEW:
        return _review(state, known)
    title, reason, picture, buttons = _PLAIN[stage]
    if stage is Stage.PLACE and state.item is not None and state.item.is_hazard:
        title = mark("Put it into the fire-safe box and scan the box")
    if not decides(state, known):
        buttons = tuple(each for each in buttons if each.command.do is not Do.DECIDE)
    # A check of a bin takes back its own plates.
    undo = _undo(state) if stage is not Stage.CHECK else ()
    return Prompt(str(stage), title, reason, _params(state, known), (*buttons, *undo), "code", picture)


def _button(key: str, text: str, do: Do, main: bool = False) -> Button:
    return Button(key, text, Command(do), main=main, aside=not main)


_NO_SCALE = _button("S", mark("It cannot be weighed"), Do.SKIP)
_NO_SERIAL = _button("S", mark("It cannot be read"), Do.SKIP)
_NO_PHOTO = _button("S", mark("Go on without"), Do.SKIP)
_NO_PREP = _button("S", mark("Leave it out"), Do.SKIP)
_REST = _button("N", mark("Nothing found on the rest"), Do.REST)
_REPRINT = _button("R", mark("Print again"), Do.REPRINT)
_SIGN_OUT = _button("F12", mark("Sign out"), Do.SIGN_OUT)
_LEAVE = Button("Esc", mark("Back"), Command(Do.CANCEL), aside=True)
_TAKE_BACK = _button("U", mark("Take a decision back"), Do.UNDO)
# The questions that are answered by typing, too: a code, a PIN or a number.
_ENTRIES: Mapping[Stage, str] = {
    **dict.fromkeys((Stage.EXCEPTION, Stage.DECISION_ORDER, Stage.SECOND_ITEM), "code"),
    **dict.fromkeys((Stage.BIN, Stage.BIN_ACT, Stage.BIN_TO, Stage.BIN_INTO, Stage.CARRY), "code"),
    **dict.fromkeys((Stage.PIN, Stage.SIGN_PIN, Stage.SUPERVISOR_PIN), "pin"),
    Stage.SHEET_NUMBER: "number",
}

_PLAIN: Mapping[Stage, tuple[str, str, str, tuple[Button, ...]]] = {
    Stage.SIGN_IN: (mark("Scan your badge"), mark("Then type your PIN."), "badge", ()),
    Stage.IDLE: (
        mark("Scan the label on the parcel"),
        mark("Any tracking number, return number or order number will do."),
        "parcel",
        (
            _button("F10", mark("Decisions"), Do.DECIDE),
            _button("F11", mark("The shift"), Do.CLOSE_SHIFT),
            _SIGN_OUT,
        ),
    ),
    Stage.WEIGH: (
        mark("Put the parcel on the scale"),
        mark("Unopened. The weight is taken by itself; if it lies there already, lift it once."),
        "scale",
        (_NO_SCALE,),
    ),
    Stage.SERIAL: (
        mark("Scan the serial number"),
        mark("It is on a sticker at the back, in the battery bay or on the box."),
        "serial",
        (_NO_SERIAL,),
    ),
    Stage.LABEL: (
        mark("Stick the label on and scan it"),
        mark("Plate {plate}. Press R if no label came out."),
        "label",
        (_REPRINT,),
    ),
    Stage.PLACE: (
        mark("Put it in {disposition} and scan the bin"),
        mark("{bins}"),
        "bin",
        (_button("B", mark("Bin is full, or a new bin"), Do.BIN_FULL), _REPRINT),
    ),
    Stage.COUNT: (
        mark("Scan a bin to count it"),
        mark("Every bin with goods is counted: scan its label, then every plate in it."),
        "bin",
        (
            _button("Enter", mark("All bins are counted"), Do.FINISH, main=True),
            _button("M", mark("A bin has left"), Do.MOVE_BIN),
            _button("Esc", mark("Call the count off"), Do.CANCEL),
            _SIGN_OUT,
        ),
    ),
    Stage.COUNT_BIN: (
        mark("Scan every plate in bin {counting}"),
        mark("Whatever lies in it, also what does not belong there. Scanned so far: {scanned}."),
        "label",
        (
            _button("Enter", mark("This bin is counted"), Do.FINISH, main=True),
            _button("U", mark("Take the last plate back"), Do.UNDO),
            _button("Esc", mark("Count it from nothing"), Do.CANCEL),
        ),
    ),
    Stage.CHECK: (
        mark("Scan every plate in bin {counting}"),
        mark("Whatever lies in it, also what does not belong there. Scanned so far: {scanned}."),
        "label",
        (
            _button("Enter", mark("This bin is counted"), Do.FINISH, main=True),
            _button("U", mark("Take the last plate back"), Do.UNDO),
            _button("Esc", mark("Leave it uncounted"), Do.CANCEL),
        ),
    ),
}

_ASKED: Mapping[Stage, tuple[str, str]] = {
    Stage.PIN: (mark("Type your PIN, {name}"), mark("Then press Enter.")),
    Stage.MEANING: (mark("What is this code?"), "{code}"),
    Stage.AGAIN: (
        mark("This parcel was received before"),
        mark("{code}: at {bench} by {operator}, {at}."),
    ),
    Stage.SKIP_WHY: (mark("Why can it not be done?"), mark("The answer is noted with the parcel.")),
    Stage.WHICH: (mark("Which item is this?"), mark("{title}")),
    Stage.CATEGORY: (mark("What kind of thing is it?"), mark("It decides the questions that follow.")),
    Stage.DOUBT: (mark("Take the photo again"), mark("{problems}")),
    Stage.ROUTE: (mark("Where shall it go instead?"), mark("A reason is asked for next.")),
    Stage.ROUTE_WHY: (mark("Why there?"), mark("The answer is noted with your name.")),
    Stage.SUPERVISOR: (
        mark("Ask a supervisor to scan their badge"),
        mark("This is beyond your authority. Their badge and PIN allow it this once; you stay signed in."),
    ),
    Stage.SUPERVISOR_PIN: (mark("Type your PIN, {name}"), mark("It allows this once, and it is noted.")),
    Stage.SHIFT: (mark("What about the shift?"), mark("A carrier's sheet can be typed in whenever it comes.")),
    Stage.SHEET: (mark("Whose sheet is it?"), mark("It is noted for shift {shift}.")),
    Stage.SHEET_NUMBER: ("", ""),
    Stage.WRITE_OFF: (
        mark("Write off what is lost?"),
        mark("Not found: {count}. What is written off is not expected again; if it turns up, it is named."),
    ),
    Stage.COUNTERSIGN: (
        mark("Ask a second supervisor to scan their badge"),
        mark("Much differs in shift {code}. It is locked when two have signed; Esc leaves that for later."),
    ),
    Stage.REPRINT_WHY: (mark("Why print it again?"), mark("Destroy the old label if there is one.")),
    Stage.FULL_BIN: (mark("Which bin is full?"), mark("Choose it or scan it. It is closed for good.")),
    Stage.MOVED_BIN: (mark("Which bin has left?"), mark("Choose it or scan it. What lay in it left with it.")),
    Stage.LINE_WHY: (mark("Why does it differ?"), ""),
    Stage.LINE_UNITS: (mark("How many have this reason?"), ""),
    Stage.SIGN: (mark("Ask a supervisor to scan their badge"), mark("The badge and its PIN sign the shift.")),
    Stage.SIGN_PIN: (mark("Type your PIN, {name}"), mark("It signs the shift.")),
    Stage.EXCEPTION: (
        mark("Which exception?"),
        mark("The most pressing of {count}. Scan a parcel or a plate for any other."),
    ),
    Stage.DECISION: (mark("What shall be done?"), mark("{kind}: {about}")),
    Stage.DECISION_ORDER: (mark("Scan or type the return order"), mark("{kind}: {about}")),
    Stage.DECISION_TO: (mark("Where shall it go?"), mark("{kind}: {about}")),
    Stage.DECISION_WHY: (mark("Why is it decided so?"), mark("{decision} {goes_to}. {kind}: {about}")),
    Stage.SECOND_ITEM: (
        mark("Scan the plate to look at again"),
        mark("{count} wait for a second look by you. Fetch one from its bin."),
    ),
    Stage.DECIDED: (mark("Which decision is taken back?"), mark("The exception waits again then.")),
    Stage.BIN: (mark("Which bin?"), mark("Scan its label, or choose one that is open.")),
    Stage.BIN_ACT: (mark("What shall be done with bin {bin}?"), mark("{way} {client}")),
    Stage.BIN_WHY: (mark("Why is it opened again?"), mark("Bin {bin}. The answer is noted with your name.")),
    Stage.BIN_TO: (mark("Where does bin {bin} go?"), mark("Scan or type the place. What lies in it goes with it.")),
    Stage.BIN_INTO: (
        mark("Into which bin?"),
        mark("All of {bin} goes into it. It must be for the same way and client."),
    ),
    Stage.BIN_WAY: (mark("What is the new bin for?"), mark("A bin takes goods of one way only.")),
    Stage.BIN_CLIENT: (mark("Whose goods are for it?"), mark("Its label is printed then.")),
    Stage.BIN_DIFFERS: (
        mark("Bin {bin} is not right"),
        mark("Missing: {missing}. Of other bins: {misplaced}. Not of here: {foreign}."),
    ),
    Stage.CARRY: (
        mark("Put it in {goes_to} and scan the bin"),
        mark("{title} lies in {bin}, and goes another way now."),
    ),
    Stage.SERIAL_SHARED: (
        mark("Is this number really on both items?"),
        mark("{code} is on another item of this parcel already."),
    ),
    Stage.MISSING: (mark("Is this really not in the parcel?"), mark("{lines}")),
}


def _asked(state: State, ask: Ask, stage: Stage) -> Prompt:
    title, reason = _ASKED[stage]
    params = {"code": _brief(ask.code), **ask.params, **_problem_words(ask)}
    if stage is Stage.MISSING and not params.get("lines"):
        title, reason = mark("Was the parcel empty?"), mark("No item of it was scanned.")
    if stage is Stage.WHICH and not params.get("title"):
        reason = mark("Choose the line it belongs to.")
    if stage in (Stage.LINE_WHY, Stage.LINE_UNITS):
        reason = text_of(ask.params)
    if stage is Stage.SHEET_NUMBER:
        title, reason = shift.TITLES[ask.value or shift.FIGURES[0]], shift.REASONS[ask.value or shift.FIGURES[0]]
    buttons = tuple(_choice(stage, number, choice) for number, choice in enumerate(ask.choices, start=1))
    entry = _ENTRIES.get(stage, "none")
    aside = (_TAKE_BACK, _LEAVE) if stage is Stage.EXCEPTION else (_LEAVE,)
    if stage is Stage.BIN_DIFFERS:
        aside = (_button("Enter", mark("Go on"), Do.CONFIRM, main=True),)
    if stage is Stage.SHEET_NUMBER and ask.value in shift.FIGURES[1:]:
        buttons = (_button("Enter", mark("None"), Do.CONFIRM),)
    return Prompt(str(stage), title, reason, params, (*buttons, *aside), entry, _PICTURES.get(stage, ""))


def _brief(code: str) -> str:
    """Return a code as it fits the question: its middle goes first, both ends tell which one it is."""
    return code if len(code) <= _CODE_SHOWN else f"{code[: _CODE_SHOWN - 9]}…{code[-8:]}"


def _choice(stage: Stage, number: int, choice: Choice) -> Button:
    """Return the button of a choice. No answer is offered as the expected one, but for another photo."""
    if stage is Stage.DOUBT and number == 1:
        return Button("Space", choice.text, Command(Do.SHOOT), main=True)
    return Button(str(number), choice.text, Command(Do.CHOOSE, choice.value), choice.params)


_PICTURES: Mapping[Stage, str] = {
    Stage.CARRY: "bin",
    Stage.BIN_TO: "bin",
    Stage.BIN_INTO: "bin",
    Stage.PIN: "badge",
    Stage.SUPERVISOR: "badge",
    Stage.COUNTERSIGN: "badge",
    Stage.DOUBT: "camera",
    Stage.SIGN: "badge",
    Stage.SIGN_PIN: "badge",
}


def _problem_words(ask: Ask) -> dict[str, str]:
    """Return the words for what is wrong with a doubtful photo: the worst fault, and what to do about it."""
    if ask.photo is None:
        return {}
    if ask.photo.problems:
        return {"problems": PROBLEM_TEXTS.get(ask.photo.problems[0], ask.photo.problems[0])}
    return {"problems": mark("This photo was taken before, of another item.")}


def _interlock(state: State, known: Known) -> Prompt:
    """Return the stop that stands: what it is, what to do now, what is forbidden, and who must act."""
    item = state.item
    stop = item.open_interlock if item is not None else None
    if stop is None:
        return Prompt(str(Stage.INTERLOCK), "")
    words = known.interlock(stop.code)
    done = (_button("Enter", _DONE.get(stop.code, mark("I have done this")), Do.CONFIRM, main=True),)
    params = {"now": words.hint, "never": words.never.text, "who": OWNER_TEXTS[stop.owner]}
    reason = mark("{now} {never} {who}.")
    if words.ask is not None:
        params["ask"] = words.ask.text
        reason = mark("{now} {never} {who}. {ask}")
    if stop.detail:
        params["detail"] = stop.detail
        reason = mark("{detail}. {now} {never} {who}.")
    if words.proof == "weight":
        reason, done = mark("{now} {never}"), (_NO_SCALE,)
    buttons = (*(done if words.proof != "box" else ()), *_undo(state))
    picture = {"weight": "scale", "box": "fire-box"}.get(words.proof, "stop")
    # A typed code proves no box and no badge; what is printed on a unit may be typed off.
    entry = "code" if stop.code == "recall_part" else "none"
    return Prompt(str(Stage.INTERLOCK), words.text, reason, params, buttons, entry, picture)


_DONE: Mapping[str, str] = {"recall_part": mark("It cannot be found")}


def _photo(state: State, known: Known) -> Prompt:
    item = state.item
    shot = next_shot(item, known) if item is not None else None
    if shot is None:
        return Prompt(str(Stage.PHOTO), "")
    buttons = (_button("Space", mark("Take the photo"), Do.SHOOT, main=True), _NO_PHOTO, *_undo(state))
    return Prompt(str(Stage.PHOTO), shot.text, shot.hint, {}, buttons, "none", "camera")


def _question(state: State, known: Known) -> Prompt:
    item = state.item
    question = question_due(item, known) if item is not None else None
    if question is None:
        return Prompt(str(Stage.INSPECT), "")
    fast = (_REST,) if item is not None and rest_of(item, known) else ()
    every = (*_options(question), *fast, *_undo(state))
    seen = expiry_read(item) if item is not None and question.id in EXPIRY_QUESTIONS else None
    hint, params = (question.hint, question.params) if seen is None else _expiry_seen(*seen)
    return Prompt(str(Stage.INSPECT), question.text, hint, params, every, "none")


def _second_look(state: State, known: Known) -> Prompt:
    """Return the question of a second look: as the first person was asked it, and nothing of what they said."""
    question = question_of(state.looking, known)
    if question is None:
        return Prompt(str(Stage.SECOND_LOOK), "")
    aside = (
        _button("U", mark("Take the last answer back"), Do.UNDO),
        Button("Esc", mark("Leave the second look"), Command(Do.CANCEL), aside=True),
        _SIGN_OUT,
    )
    return Prompt(
        str(Stage.SECOND_LOOK), question.text, question.hint, question.params, (*_options(question), *aside), "none"
    )


def _options(question: Question) -> tuple[Button, ...]:
    return tuple(
        Button(
            str(option.key),
            option.text,
            Command(Do.CHOOSE, option.id),
            option.params,
            picture=str(picture_of(option) or ""),
        )
        for option in question.options
    )


def _prep(state: State, known: Known) -> Prompt:
    item = state.item
    due = prep_due(item, known) if item is not None else None
    if due is None:
        return Prompt(str(Stage.PREP), "")
    buttons = (_button("Enter", mark("It is done"), Do.CONFIRM, main=True), _NO_PREP, *_undo(state))
    return Prompt(str(Stage.PREP), due.text, due.hint, {}, buttons, "none")


def _expiry_seen(reading: Reading, on: str) -> tuple[str, dict[str, str]]:
    """Return what the photo seems to say of the expiry date: a word beside the answers, never an answer."""
    if reading.others:
        dates = ", ".join((reading.text, *reading.others))
        return mark("The photo seems to show one of these dates: {dates}. Look yourself."), {"dates": dates}
    if reading.text < on:
        return mark("The photo seems to show {date}, which is past. Look yourself."), {"date": reading.text}
    return mark("The photo seems to show the date {date}. Look yourself."), {"date": reading.text}


def _reading(state: State) -> Prompt:
    doubt = doubt_due(state.item) if state.item is not None else None
    if doubt is None:
        return Prompt(str(Stage.READING), "")
    offered = readings.choices(doubt)
    buttons = tuple(
        Button(str(number), each.text, Command(Do.CHOOSE, each.value)) for number, each in enumerate(offered, start=1)
    )
    title, reason = readings.TITLES[doubt.subject], readings.REASONS[doubt.subject]
    return Prompt(str(Stage.READING), title, reason, {}, (*buttons, *_undo(state)), "none")


def _result(state: State, known: Known) -> Prompt:
    item = state.item
    reason = item.routed.reasons[0] if item is not None and item.routed is not None and item.routed.reasons else None
    buttons = (
        _button("Enter", mark("Print the label"), Do.CONFIRM, main=True),
        _button("O", mark("Send it elsewhere"), Do.OVERRIDE),
        *_undo(state),
    )
    return Prompt(
        str(Stage.RESULT),
        mark("{letter} {disposition}"),
        reason.text if reason is not None else "",
        {**_params(state, known), **(reason.params if reason is not None else {})},
        buttons,
        "none",
    )


def _next_item(state: State) -> Prompt:
    parcel = state.parcel
    still = sum(count for _, count in open_lines(parcel)) if parcel is not None else 0
    finish = _button("Enter", mark("Finish the parcel"), Do.FINISH, main=not still)
    buttons = (finish, _button("N", mark("It has no code"), Do.NO_CODE), *_undo(state))
    if still:
        title, reason = mark("Scan the next item"), mark("{count} still to come.")
    elif parcel is not None and parcel.arrived.declared:
        title, reason = mark("All items are here"), mark("Finish the parcel, or scan an extra item.")
    else:
        title, reason = mark("Scan each item in the parcel"), mark("Nobody told us what is in it.")
    return Prompt(str(Stage.ITEM), title, reason, {"count": str(still)}, buttons, "code", "item")


def _review(state: State, known: Known) -> Prompt:
    """Return what a supervisor decides of a counted shift: why each line differs, and at last the signature."""
    open_ = unsettled(state, known)
    lines = tuple(
        Button(str(number), text_of(words_of(line)), Command(Do.CHOOSE, key_of(line)), words_of(line))
        for number, line in enumerate(open_[:_LINES_OFFERED], start=1)
    )
    aside = (
        _button("U", mark("Take reasons back"), Do.UNDO),
        _button("Esc", mark("Count a bin again"), Do.CANCEL),
        _SIGN_OUT,
    )
    if open_:
        title, reason = (
            mark("Why does it differ?"),
            mark("{count} lines have no reason yet. Page Shift shows them all."),
        )
    else:
        title, reason = (
            mark("Sign the shift"),
            mark("Every line adds up or has its reasons. Page Shift shows them all."),
        )
        lines = (_button("Enter", mark("Sign"), Do.CONFIRM, main=True),)
    return Prompt(str(Stage.REVIEW), title, reason, {"count": str(len(open_))}, (*lines, *aside), "none", "")


def _params(state: State, known: Known) -> dict[str, str]:
    item = state.item
    if state.check is not None:
        return {"counting": state.check.bin, "scanned": str(len(state.check.plates))}
    if state.closing is not None:
        return {"counting": state.closing.bin, "scanned": str(len(state.closing.plates))}
    if item is None:
        return {}
    codes = (*_new_bins(state, item), *(each.code for each in right_bins(state, item)))
    fitting = ", ".join(codes) or _site_bins(item, known)
    return {
        "plate": item.plate,
        "letter": item.graded.letter if item.graded is not None else "",
        "disposition": ROUTE_WORDS[item.disposition] if item.disposition is not None else "",
        "bins": fitting or mark("There is no bin for it: press B for a new one."),
    }


def _new_bins(state: State, item: Item) -> tuple[str, ...]:
    """Return the bins whose labels were printed here and are not scanned yet, the last one first."""
    return tuple(
        each.bin
        for each in reversed(state.labelled)
        if each.disposition == item.disposition and each.client in ("", item.identified.client) and not item.is_hazard
    )


def _site_bins(item: Item, known: Known) -> str:
    """Return the bins of the site that would take the item; they open when they are scanned."""
    fitting = sorted((each for each in known.site_bins() if takes(each, item)), key=lambda each: not each.client)
    return ", ".join(each.code for each in fitting[:BINS_NAMED])


def _undo(state: State) -> tuple[Button, ...]:
    if not state.steps:
        return ()
    return (Button("U", mark("Undo: {step}"), Command(Do.UNDO), {"step": state.steps[-1].name}, aside=True),)

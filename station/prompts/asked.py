"""The questions inside a step, about what was scanned or chosen so far."""

from collections.abc import Mapping

from grading.photo import PROBLEM_TEXTS
from resources.words import mark
from station.inputs import Command, Do
from station.prompts.question import Button, Prompt, button, not_it
from station.stages import Stage
from station.state import Ask, Choice, State
from station.steps import shift
from station.steps.close import text_of
from station.steps.examine import SAME_SHOT

_CODE_SHOWN = 48
_LEAVE = Button("Esc", mark("Back"), Command(Do.CANCEL), aside=True)
_TAKE_BACK = button("U", mark("Take a decision back"), Do.UNDO)
# The questions that are answered by typing, too: a code, a PIN or a number.
_ENTRIES: Mapping[Stage, str] = {
    **dict.fromkeys((Stage.EXCEPTION, Stage.DECISION_ORDER, Stage.SECOND_ITEM), "code"),
    **dict.fromkeys((Stage.BIN, Stage.BIN_ACT, Stage.BIN_TO, Stage.BIN_INTO, Stage.CARRY), "code"),
    **dict.fromkeys((Stage.PIN, Stage.SIGN_PIN, Stage.SUPERVISOR_PIN), "pin"),
    Stage.SHEET_NUMBER: "number",
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
    Stage.ANOTHER: (
        mark("What is in your hand?"),
        mark("Its code says: {title}. If another code is on it, scan that."),
    ),
    Stage.CATEGORY: (mark("What kind of thing is it?"), mark("It decides the questions that follow.")),
    Stage.DOUBT: (mark("Take the photo again"), mark("{problems}")),
    Stage.ROUTE: (mark("Where shall it go instead?"), mark("A reason is asked for next.")),
    Stage.ROUTE_WHY: (
        mark("Why there?"),
        mark("It is noted with your name. If a question was answered wrongly, press Esc and take it back with U."),
    ),
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
        mark(
            "Units that differ in shift {code}: {count}, written off: {gone}. F5 shows its lines. It is locked when two"
            " have signed; Esc leaves that for later."
        ),
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
    Stage.DECISION: (mark("What to do?"), mark("{kind}: {about}")),
    Stage.DECISION_ORDER: (mark("Scan or type the return order"), mark("{kind}: {about}")),
    Stage.DECISION_TO: (mark("Where shall it go?"), mark("{kind}: {about}")),
    Stage.DECISION_WHY: (mark("Why so?"), mark("{decision}. {kind}: {about}")),
    Stage.SECOND_ITEM: (
        mark("Scan the plate to look at again"),
        mark("{count} wait for a second look by you. Fetch one from its bin."),
    ),
    Stage.REFRESHER_WHO: (
        mark("Scan the badge of who does a refresher"),
        mark("It begins when they sign in here, in training. The same badge again takes it back."),
    ),
    Stage.REFRESHED: (mark("Agreed: {agreed}. You came to {letter}."), ""),
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

_RESTS_ON = mark("Your answers were the agreed ones. The grade rests on: {why}.")
# By how many answers of a refresher differ.
_DIFFERS: tuple[str, ...] = (
    mark("Your answers were the agreed ones."),
    mark("{question1} Agreed: {agreed1}. You: {given1}."),
    mark("{question1} Agreed: {agreed1}. You: {given1}.\n{question2} Agreed: {agreed2}. You: {given2}."),
    mark(
        "{question1} Agreed: {agreed1}. You: {given1}.\n{question2} Agreed: {agreed2}. You: {given2}."
        "\n{question3} Agreed: {agreed3}. You: {given3}."
    ),
)
# What the signature says, before it is given.
_SIGNS: Mapping[str, str] = {
    "balanced": mark("Every line adds up. The badge and its PIN sign the shift."),
    "explained": mark("Units that differ: {count}, each with its reasons. The badge and its PIN sign the shift."),
    "open": mark("It closes with open items: not all facts are at central. Units that differ: {count}."),
}
_SIGNS_LOST: Mapping[str, str] = {
    "explained": mark(
        "Units that differ: {count}, each with its reasons. Written off: {gone}. The badge and its PIN sign the shift."
    ),
    "open": mark(
        "It closes with open items: not all facts are at central. Units that differ: {count}. Written off: {gone}."
    ),
}
_SECOND = mark("Ask another supervisor to scan their badge")
# Who allows it reads here what they allow.
_ALLOWS: Mapping[str, str] = {
    "decide": mark("{says}. {kind}: {about}. It is worth more than you decide alone, or nobody knows its worth."),
    "to": mark("{says} {goes_to}. {kind}: {about}. It is worth more than you decide alone, or nobody knows its worth."),
    "relink": mark(
        "{about}, from {was} to {goes_to}. It is worth more than you decide alone, or nobody knows its worth."
    ),
}

_PICTURES: Mapping[Stage, str] = {
    Stage.CARRY: "bin",
    Stage.BIN_TO: "bin",
    Stage.BIN_INTO: "bin",
    Stage.PIN: "badge",
    Stage.SUPERVISOR: "badge",
    **dict.fromkeys((Stage.COUNTERSIGN, Stage.REFRESHER_WHO), "badge"),
    Stage.DOUBT: "camera",
    Stage.SIGN: "badge",
    Stage.SIGN_PIN: "badge",
}


def asked(state: State, ask: Ask, stage: Stage) -> Prompt:
    """Return the question that is asked about what was scanned or chosen, at the stage it names."""
    title, reason = _ASKED[stage]
    params = {"code": _brief(ask.code), **ask.params, **_problem_words(ask)}
    reason = (_SIGNS_LOST if "gone" in params else _SIGNS).get(params.get("verdict", ""), reason)
    if stage is Stage.MISSING and not params.get("lines"):
        title, reason = mark("Was the parcel empty?"), mark("No item of it was scanned.")
    if stage is Stage.WHICH and not params.get("title"):
        reason = mark("Choose the line it belongs to.")
    if stage is Stage.DECISION_ORDER and ask.value == "split":
        title = mark("Scan each return order in the parcel")
        reason = mark("{kind}: {about}. So far: {to}") if params.get("to") else reason
    if stage is Stage.DECISION_TO and "stopped" in params:
        reason = mark("{kind}: {about}. {stopped}")
    if stage is Stage.DECISION_WHY and params.get("goes_to"):
        reason = mark("{decision} {goes_to}. {kind}: {about}")
    if stage is Stage.REFRESHED:
        reason = _DIFFERS[int(ask.code or 0)] if ask.code != "0" or not ask.params.get("why") else _RESTS_ON
    if stage in (Stage.LINE_WHY, Stage.LINE_UNITS):
        reason = text_of(ask.params)
    if stage is Stage.SHEET_NUMBER:
        title, reason = shift.TITLES[ask.value or shift.FIGURES[0]], shift.REASONS[ask.value or shift.FIGURES[0]]
    buttons = tuple(_choice(stage, number, choice) for number, choice in enumerate(ask.choices, start=1))
    entry = _ENTRIES.get(stage, "none")
    aside = _aside(state, stage)
    if stage is Stage.SUPERVISOR and params.get("act") in _ALLOWS:
        title, reason = _SECOND, _ALLOWS["to" if params["act"] == "decide" and params.get("goes_to") else params["act"]]
    if stage is Stage.CARRY:
        title = mark("Scan a bin marked {goes_to}") if ask.value else title
        aside = (button("B", mark("Label a new bin"), Do.BIN_FULL), _LEAVE)
    if stage is Stage.BIN_DIFFERS:
        aside = (button("Enter", mark("Go on"), Do.CONFIRM, main=True),)
    if stage is Stage.SHEET_NUMBER and ask.value in shift.FIGURES[1:]:
        buttons = (button("Enter", mark("None"), Do.CONFIRM),)
    return Prompt(str(stage), title, reason, params, (*buttons, *aside), entry, _PICTURES.get(stage, ""))


def _aside(state: State, stage: Stage) -> tuple[Button, ...]:
    """Return what is offered small, under the answers of most questions."""
    if stage is Stage.EXCEPTION:
        return (_TAKE_BACK, _LEAVE)
    return (*not_it(state), _LEAVE) if stage is Stage.DOUBT else (_LEAVE,)


def _brief(code: str) -> str:
    """Return a code as it fits the question: its middle goes first, both ends tell which one it is."""
    return code if len(code) <= _CODE_SHOWN else f"{code[: _CODE_SHOWN - 9]}…{code[-8:]}"


def _choice(stage: Stage, number: int, choice: Choice) -> Button:
    """Return the button of a choice. No answer is offered as the expected one, but for another photo."""
    if stage is Stage.DOUBT and number == 1:
        return Button("Space", choice.text, Command(Do.SHOOT), main=True)
    return Button(str(number), choice.text, Command(Do.CHOOSE, choice.value), choice.params)


def _problem_words(ask: Ask) -> dict[str, str]:
    """Return the words for what is wrong with a doubtful photo: the worst fault, and what to do about it."""
    if ask.photo is None:
        return {}
    if ask.photo.problems[:1] == (SAME_SHOT,):
        return {"problems": mark("This is the picture you took before. Show what this photo asks for.")}
    if ask.photo.problems:
        return {"problems": PROBLEM_TEXTS.get(ask.photo.problems[0], ask.photo.problems[0])}
    return {"problems": mark("This photo was taken before, of another item.")}

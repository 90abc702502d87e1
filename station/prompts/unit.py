"""The questions about the unit in work: its stops, photos, inspection, preparation and result, and the next one."""

from collections.abc import Mapping
from pathlib import Path

from grading.reading import Reading
from grading.reasons import deciding
from grading.route import OWNER_TEXTS
from grading.rubric import Question
from resources.words import mark
from station.calibration.facts import RefresherBegan, SecondLookBegan
from station.doubtful import doubt_due, expiry_read, lot_read
from station.exceptions.kinds import ON_HOLD
from station.inputs import Command, Do
from station.known import Known
from station.patterns import WEIGHED_WRONG
from station.prompts.about import params
from station.prompts.question import NO_SCALE, SIGN_OUT, Button, Prompt, button, not_it, options, undo
from station.receiving.parcel import EXPIRED, USE_BY, Item, open_lines
from station.stages import Stage, next_shot, prep_due, question_due, rubric_of
from station.state import State
from station.steps import reading as readings
from station.steps.examine import rest_of
from station.steps.interlock import wants_photo
from station.steps.refresher import question_of as practised
from station.steps.second_look import question_of
from station.steps.settle import route_reason
from station.stops import BETWEEN
from station.words import ROUTE_WORDS

_SHOOT = button("Space", mark("Take the photo"), Do.SHOOT, main=True)
_NO_PHOTO = button("S", mark("Go on without"), Do.SKIP)
_NO_PREP = button("S", mark("Leave it out"), Do.SKIP)
_REST = button("N", mark("Nothing found on the rest"), Do.REST)
NO_PICTURE = mark("There is no picture of this article here. {hint}")
_DONE: Mapping[str, str] = {
    "recall_part": mark("It cannot be found"),
    **dict.fromkeys(("serial", "weight"), mark("Go on")),
}


def interlock(state: State, known: Known) -> Prompt:
    """Return the stop that stands: what it is, what to do now, what is forbidden, and who must act."""
    item = state.item
    stop = item.open_interlock if item is not None else None
    if stop is None:
        return Prompt(str(Stage.INTERLOCK), "")
    words = known.interlock(stop.code)
    done = (button("Enter", _DONE.get(stop.code, mark("I have done this")), Do.CONFIRM, main=True),)
    params = {"now": words.hint, "never": words.never.text, "who": OWNER_TEXTS[stop.owner]}
    reason = mark("{now} {never} {who}.")
    if words.ask is not None:
        params["ask"] = words.ask.text
        reason = mark("{now} {never} {who}. {ask}")
    if stop.detail:
        params["detail"] = stop.detail
        reason = mark("{detail}. {now} {never} {who}.")
    if words.owner is None:
        reason = mark("{now} {never}")
    if stop.cause.startswith(USE_BY):
        until = mark("It can be used until {detail}. {now} {never}")
        reason = until if words.owner is None else mark("It can be used until {detail}. {now} {never} {who}.")
    if words.proof == "weight":
        reason, done = mark("{now} {never}"), (NO_SCALE,)
    if stop.cause == WEIGHED_WRONG and item is not None and item.weighed is not None:
        reason = mark("It weighs {weighed} g, its article {expected} g. Lift it and put it on once more. {never}")
        params |= {
            "weighed": str(item.weighed.weight_mg // 1000),
            "expected": str(item.weighed.expected_mg // 1000),
        }
    shot = (_SHOOT,) if item is not None and wants_photo(item, known) else ()
    buttons = (*shot, *(done if words.proof != "box" else ()), *undo(state))
    picture = {"weight": "scale", "box": "fire-box"}.get(words.proof, "stop")
    # A typed code proves no box and no badge; what is printed on a unit may be typed off.
    entry = "code" if stop.code == "recall_part" else "none"
    return Prompt(str(Stage.INTERLOCK), words.text, reason, params, buttons, entry, picture)


def photo(state: State, known: Known) -> Prompt:
    """Return the shot that is due."""
    item = state.item
    shot = next_shot(item, known) if item is not None else None
    if shot is None:
        return Prompt(str(Stage.PHOTO), "")
    buttons = (_SHOOT, _NO_PHOTO, *not_it(state), *undo(state))
    return Prompt(str(Stage.PHOTO), shot.text, shot.hint, {}, buttons, "none", "camera")


def open_box(state: State) -> Prompt:
    """Return the photo of the opened parcel in which nothing was found."""
    title = mark("Photograph the open box")
    hint = mark("So that everybody can see that nothing is in it. The parcel is finished then.")
    buttons = (_SHOOT, _NO_PHOTO, *undo(state))
    return Prompt(str(Stage.OPEN_BOX), title, hint, {}, buttons, "none", "camera")


def question(state: State, known: Known) -> Prompt:
    """Return the question of the rubric that is due, with what a photo seems to say of it."""
    item = state.item
    question = question_due(item, known) if item is not None else None
    rubric = rubric_of(item, known) if item is not None else None
    if item is None or rubric is None or question is None:
        return Prompt(str(Stage.INSPECT), "")
    fast = (_REST,) if rest_of(item, known) else ()
    article = known.article_picture(item.identified.sku, question.beside) if question.beside else None
    answers = options(question, rubric.category, item.identified.client, known, article)
    every = (*answers, *fast, *not_it(state), *undo(state))
    hint, params = _beside(question, item)
    if question.beside and article is None:
        hint, params = NO_PICTURE, {"hint": hint}
    return Prompt(str(Stage.INSPECT), question.text, hint, params, every, "none")


def _beside(question: Question, item: Item) -> tuple[str, dict[str, str]]:
    """Return what stands beside a question: its hint, with what a code or a photo says of the date or the lot."""
    stops = {option.stop for option in question.options}
    if EXPIRED in stops and item.identified.expiry:
        return mark("The code on it says the date {date}. Look yourself."), {"date": item.identified.expiry}
    if EXPIRED in stops and (seen := expiry_read(item)) is not None:
        return _expiry_seen(*seen)
    told = item.lot or item.identified.lot
    lot = told or lot_read(item)
    if "recall" in stops and lot:
        text = mark("Its lot is {lot}. {hint}") if told else mark("The photo seems to show the lot {lot}. {hint}")
        return text, {"lot": lot, "hint": question.hint}
    return question.hint, question.params


def second_look(state: State, known: Known) -> Prompt:
    """Return the question of a second look: as the first person was asked it, and nothing of what they said."""
    looking = state.looking
    began = looking.began if looking is not None else None
    return _blind(Stage.SECOND_LOOK, question_of(looking, known), began, mark("Leave the second look"), known)


def refresher(state: State, known: Known) -> Prompt:
    """Return the question of a refresher: as it was asked then, and nothing of what was agreed."""
    practice = state.practice
    began = practice.began if practice is not None else None
    return _blind(Stage.REFRESHER, practised(practice, known), began, mark("Leave the refresher"), known)


def _blind(
    stage: Stage, question: Question | None, began: SecondLookBegan | RefresherBegan | None, leave: str, known: Known
) -> Prompt:
    """Return a question that is asked again of an item, without what was answered before."""
    if began is None or question is None:
        return Prompt(str(stage), "")
    aside = (
        button("U", mark("Take the last answer back"), Do.UNDO),
        Button("Esc", leave, Command(Do.CANCEL), aside=True),
        SIGN_OUT,
    )
    article = _article_beside(question, began, known)
    every = (*options(question, began.category, began.client, known, article), *aside)
    if question.beside and article is None:
        return Prompt(str(stage), question.text, NO_PICTURE, {"hint": question.hint}, every, "none")
    return Prompt(str(stage), question.text, question.hint, question.params, every, "none")


def _article_beside(question: Question, began: SecondLookBegan | RefresherBegan, known: Known) -> Path | None:
    """Return the picture a question compares the goods with; none in a refresher, where nobody has the goods."""
    if not question.beside or isinstance(began, RefresherBegan):
        return None
    first = known.inspected(began.parcel, began.item)
    return known.article_picture(first.identified.sku, question.beside) if first is not None else None


def prep(state: State, known: Known) -> Prompt:
    """Return the preparation that is due."""
    item = state.item
    due = prep_due(item, known) if item is not None else None
    if due is None:
        return Prompt(str(Stage.PREP), "")
    buttons = (button("Enter", mark("It is done"), Do.CONFIRM, main=True), _NO_PREP, *not_it(state), *undo(state))
    return Prompt(str(Stage.PREP), due.text, due.hint, {}, buttons, "none")


def _expiry_seen(reading: Reading, on: str) -> tuple[str, dict[str, str]]:
    """Return what the photo seems to say of the expiry date: a word beside the answers, never an answer."""
    if reading.others:
        dates = ", ".join((reading.text, *reading.others))
        return mark("The photo seems to show one of these dates: {dates}. Look yourself."), {"dates": dates}
    if reading.text < on:
        return mark("The photo seems to show {date}, which is past. Look yourself."), {"date": reading.text}
    return mark("The photo seems to show the date {date}. Look yourself."), {"date": reading.text}


def reading(state: State) -> Prompt:
    """Return what is asked about a doubtful reading of a photo."""
    doubt = doubt_due(state.item) if state.item is not None else None
    if doubt is None:
        return Prompt(str(Stage.READING), "")
    offered = readings.choices(doubt)
    buttons = tuple(
        Button(str(number), each.text, Command(Do.CHOOSE, each.value)) for number, each in enumerate(offered, start=1)
    )
    title, reason = readings.TITLES[doubt.subject], readings.REASONS[doubt.subject]
    return Prompt(str(Stage.READING), title, reason, {}, (*buttons, *not_it(state), *undo(state)), "none")


def result(state: State, known: Known) -> Prompt:
    """Return the grade and the way, with what decided; of goods on hold each stop, too, and who must act."""
    reason, why = _because(state, known)
    buttons = (
        button("Enter", mark("Print the label"), Do.CONFIRM, main=True),
        button("O", mark("Send it elsewhere"), Do.OVERRIDE),
        *not_it(state),
        *undo(state),
    )
    return Prompt(
        str(Stage.RESULT),
        mark("{letter} {disposition}"),
        reason,
        {**params(state, known), **why},
        buttons,
        "none",
    )


def _because(state: State, known: Known) -> tuple[str, dict[str, str]]:
    """Return why the item goes its way; where a person chose that, who and why."""
    item, parcel = state.item, state.parcel
    if item is None or item.routed is None or parcel is None:
        return "", {}
    if item.overridden is not None:
        by = known.operator(item.overridden.badge)
        why = route_reason(item.overridden.why, known.routes(item.identified.client))
        name = by.name if by is not None else item.overridden.badge
        return mark("{name} sent it there instead of {was}: {why}"), {
            "name": name,
            "was": ROUTE_WORDS[item.overridden.was],
            "why": why,
        }
    reasons = deciding(item.routed.disposition, item.routed.reasons)
    if item.routed.disposition != "hold" or any(each.params for each in reasons):
        return (reasons[0].text, reasons[0].params) if reasons else ("", {})
    raised = [each for each in parcel.exceptions if each.item == item.identified.item and each.kind in ON_HOLD]
    stops = raised[-1].detail.split(BETWEEN) if raised else []
    told = list(dict.fromkeys((*(each.text for each in reasons), *stops)))
    words = {f"why{number}": each for number, each in enumerate(told)}
    template = "; ".join(f"{{{name}}}" for name in words)
    return f"{template}. {{who}}.", {**words, "who": OWNER_TEXTS[item.routed.owner or "supervisor"]}


def next_item(state: State) -> Prompt:
    """Return what is asked between two units of a parcel: the next one, or its end."""
    parcel = state.parcel
    still = sum(count for _, count in open_lines(parcel)) if parcel is not None else 0
    finish = button("Enter", mark("Finish the parcel"), Do.FINISH, main=not still)
    buttons = (finish, button("N", mark("It has no code"), Do.NO_CODE), *undo(state))
    if still:
        title, reason = mark("Scan the next item"), mark("{count} still to come.")
    elif parcel is not None and parcel.arrived.declared:
        title, reason = mark("All items are here"), mark("Finish the parcel, or scan an extra item.")
    else:
        title, reason = mark("Scan each item in the parcel"), mark("Nobody told us what is in it.")
    return Prompt(str(Stage.ITEM), title, reason, {"count": str(still)}, buttons, "code", "item")

"""Looks at the desk and says what the window shows: one view, made anew each time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.rubric import chosen, shots_needed
from resources.words import Translator
from station.facts import PhotoTaken
from station.stages import next_shot, rubric_of
from station.state import Item
from ui.theme import Theme
from ui.view import PAGES, Shown, View

if TYPE_CHECKING:
    from station.bench import Figures
    from station.desk import Desk
    from station.known import Known

DEVICES = ("scanner", "scale", "camera", "printer", "sync")


@dataclass(frozen=True, slots=True)
class Manner:
    """How one looks at the desk: the language, the colours, the page that is open, and the time on the wall."""

    tr: Translator
    theme: Theme
    page: str = "receive"
    now: str = ""
    reduced_motion: bool = False


def look(desk: "Desk", figures: "Figures", manner: Manner) -> View:
    """Return what is to be seen now. A page that the person's role does not have is the bench page."""
    bench = desk.bench
    item = bench.state.item
    role = bench.state.operator.role if bench.state.operator is not None else ""
    roles = PAGES[manner.page][2]
    prompt = bench.prompt
    return View(
        tr=manner.tr,
        theme=manner.theme,
        state=bench.state,
        prompt=prompt,
        notice=bench.notice,
        figures=figures,
        lamps=tuple(desk.lamps[name] for name in DEVICES if name in desk.lamps),
        last_step=bench.last_step,
        training=bench.training,
        page=manner.page if not roles or role in roles else "receive",
        now=manner.now,
        weight=desk.weight,
        frame=desk.frame,
        still=_doubtful(desk),
        shots=_shots(desk, item) if item is not None else (),
        answers=_answers(item, bench.known) if item is not None else (),
        reduced_motion=manner.reduced_motion,
        cannot_save=desk.cannot_save,
    )


def _doubtful(desk: "Desk") -> str:
    """Return the path of the photo the gate doubts, which is what the question is about."""
    ask = desk.bench.state.ask
    photo = ask.photo if ask is not None and ask.stage == "doubt" else None
    return str(desk.photo_path(photo.sha256)) if photo is not None else ""


def _shots(desk: "Desk", item: Item) -> tuple[Shown, ...]:
    """Return the checklist: the shots the answers demand, and any that were taken before an answer changed."""
    rubric = rubric_of(item, desk.bench.known)
    due = next_shot(item, desk.bench.known)
    needed = [shot.id for shot in shots_needed(rubric, item.answers)] if rubric is not None else []
    taken = {photo.shot: photo for photo in item.photos}
    shown: list[Shown] = []
    for shot in [*needed, *(each for each in taken if each not in needed)]:
        photo = taken.get(shot)
        if isinstance(photo, PhotoTaken):
            status = "taken" if photo.verdict == "good" else "doubted"
            shown.append(Shown(shot, status, str(desk.photo_path(photo.sha256))))
        elif photo is not None:
            shown.append(Shown(shot, "left-out"))
        else:
            shown.append(Shown(shot, "next" if due is not None and due.id == shot else "due"))
    return tuple(shown)


def _answers(item: Item, known: "Known") -> tuple[tuple[str, dict[str, str]], ...]:
    """Return what the answers tell of the goods, in the rubric's words with their parameters."""
    rubric = rubric_of(item, known)
    if rubric is None:
        return ()
    given = chosen(rubric, item.answers, item.identified.components)
    return tuple((option.word, option.params) for _, option in given)

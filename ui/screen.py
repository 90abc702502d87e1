"""Looks at the desk and says what the window shows: one view, made anew each time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from devices.worker import Worker
from grading.rubric import chosen, shots_needed
from resources.words import Translator
from station.facts import PhotoTaken
from station.settings import Settings
from station.stages import next_shot, rubric_of
from station.state import Item
from ui.theme import THEMES
from ui.view import PAGES, Lit, Shown, View

if TYPE_CHECKING:
    from station.desk import Desk
    from station.history import Figures, History
    from station.known import Known

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Manner:
    """How one looks at the desk: the language, the settings, the time on the wall, and whether sounds can be heard."""

    tr: Translator
    settings: Settings
    now: str = ""
    sound_trouble: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the person is: the page, the code searched for, the code that proved a scanner, what failed last."""

    page: str = "receive"
    searched: str = ""
    proved: str = ""
    failed: str = ""


def look(
    desk: "Desk",
    figures: "Figures",
    manner: Manner,
    opened: Opened,
    *,
    history: "History | None" = None,
    workers: Mapping[str, Worker] = MappingProxyType({}),
    demo: bool = False,
) -> View:
    """Return what is to be seen now. A page that the person's role does not have is the bench page."""
    bench = desk.bench
    item = bench.state.item
    role = bench.state.operator.role if bench.state.operator is not None else ""
    roles = PAGES[opened.page][2]
    page = opened.page if not roles or role in roles else "receive"
    searched = opened.searched if page == "search" else ""
    return View(
        tr=manner.tr,
        theme=THEMES["dark" if manner.settings.theme == "dark" else "light"],
        state=bench.state,
        prompt=bench.prompt,
        notice=bench.notice,
        figures=figures,
        lamps=tuple(_lamps(desk, workers)),
        last_step=bench.last_step,
        training=bench.training,
        page=page,
        now=manner.now,
        weight=desk.weight,
        frame=desk.frame,
        still=_doubtful(desk),
        shots=_shots(desk, item) if item is not None else (),
        answers=_answers(item, bench.known) if item is not None else (),
        cannot_save=desk.cannot_save,
        failed=opened.failed,
        proved=opened.proved,
        demo=demo,
        searched=searched,
        story=history.story(searched)[-_SHOWN:] if history is not None and searched else (),
        exceptions=history.exceptions(_SHOWN) if history is not None and page == "exceptions" else (),
        settings=manner.settings,
        sound_trouble=manner.sound_trouble,
        raw={name: worker.recent() for name, worker in workers.items()} if page == "devices" else {},
    )


def _lamps(desk: "Desk", workers: Mapping[str, Worker]) -> Iterator[Lit]:
    """Yield the lamp of each device of this bench, one that has said nothing yet as starting, and that of sync."""
    for name in dict.fromkeys((*workers, *desk.lamps)):
        lamp = desk.lamps.get(name)
        yield Lit(name, lamp.light, lamp.why) if lamp is not None else Lit(name, "", "")
    if desk.bench.training:
        return
    if desk.sync.refused:
        yield Lit("sync", "attention", "refused")
    elif desk.sync.online:
        yield Lit("sync", "ok", "")
    else:
        yield Lit("sync", "attention", "offline")


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

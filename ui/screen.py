"""Looks at the desk and says what the window shows: one view, made anew each time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from devices.cameras.controls import Control
from devices.worker import Worker
from grading.hints import LIKELY
from grading.rubric import chosen
from resources.words import Translator
from station.doubtful import Doubt, doubt_due
from station.inspecting.facts import PhotoTaken
from station.outcome import Notice, Tone
from station.receiving.parcel import Item
from station.settings import Settings
from station.shifts.figures import with_decisions
from station.shifts.lines import before_the_count
from station.stages import next_shot, rubric_of, shots_of
from station.steps.close import key_of
from station.steps.settle import route_reason
from ui import examined, setup_prompt, telling, wording
from ui.panels.enlarged import has_pictures
from ui.photos import PhotoDecoded
from ui.searching import Searched
from ui.setting_up import SettingUp
from ui.theme import THEMES
from ui.view import SETUP, WORK, Compared, Line, Lit, Looked, Shown, View, may_open

if TYPE_CHECKING:
    from station.desk import Desk
    from station.history import Figures, History
    from station.known import Known
    from station.print_ledger import Copy

_SHOWN = 200
# What only says that all is well goes by itself; a warning stays until the next step, a refusal until it was seen.
NOTICE_S = 6.0
_PASSING = (Tone.ACCEPTED, Tone.FINISHED)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one looks at the desk: the language, the settings, the time on the wall, and whether sounds can be heard.

    `at` is the moment of the look by the monotonic clock.
    """

    tr: Translator
    settings: Settings
    now: str = ""
    sound_trouble: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the person is: the page, the code searched for, the code that proved a scanner, what failed last,
    what was told of a long work, and the SHA-256 of the photo that is looked into, with the last one that was read.
    `enlarged`: the reference pictures are wanted large. `line` names that of the shift which is opened.
    `search` is what came of the search, None while it is going on, `bin` the bin that is looked into.
    """

    page: str = "receive"
    searched: str = ""
    proved: str = ""
    failed: str = ""
    told: str = ""
    photo: str = ""
    read: PhotoDecoded | None = None
    enlarged: bool = False
    line: str = ""
    search: Searched | None = None
    bin: str = ""


def look(
    desk: "Desk",
    figures: "Figures",
    manner: Manner,
    opened: Opened,
    *,
    history: "History | None" = None,
    workers: Mapping[str, Worker] = MappingProxyType({}),
    demo: bool = False,
    controls: Mapping[str, tuple[Control, ...]] = MappingProxyType({}),
    advice: tuple[str, ...] = (),
    labels: "tuple[Copy, ...]" = (),
    setting_up: SettingUp | None = None,
    explainer: examined.Explainer | None = None,
) -> View:
    """Return what is to be seen now. A page that the person's role does not have is the bench page.

    Who looks often brings an `explainer`, which remembers what it explained.
    """
    role = desk.bench.state.operator.role if desk.bench.state.operator is not None else ""
    page = opened.page if may_open(opened.page, desk.bench.state) else "receive"
    explainer = explainer or examined.Explainer()
    parcel = desk.bench.state.parcel
    view = replace(
        _at(desk, figures, manner, workers, page),
        why=_why(desk, manner.tr, explainer),
        likely=explainer.likely(parcel, desk.bench.known) if parcel is not None and parcel.item is None else (),
        failed=opened.failed,
        proved=opened.proved,
        told=opened.told,
        looked=_looked(desk, opened, page) if page in ("receive", "search") and opened.photo else None,
        enlarged=opened.enlarged and page == "receive" and not opened.photo and has_pictures(desk.bench.prompt),
        searched=opened.searched if page == "search" else "",
        demo=demo,
        controls=controls,
        advice=advice,
        labels=labels,
        sound_trouble=manner.sound_trouble,
        # Where no supervisor is known yet, whoever installs the bench sets it up.
        may_set_up=role == "supervisor" or not manner.settings.central.url,
    )
    if setting_up is not None:
        asked = setup_prompt.prompt(setting_up.now, setting_up.trouble)
        return replace(view, prompt=asked, setting_up=setting_up.now)
    if page == "search":
        return _with_found(view, opened, desk)
    return view if history is None else _with_the_past(view, opened, history, desk.bench.known)


def _at(desk: "Desk", figures: "Figures", manner: Manner, workers: Mapping[str, Worker], page: str) -> View:
    """Return how the bench itself stands, on any page."""
    bench = desk.bench
    item = bench.state.item
    live = page in ("devices", SETUP)
    return View(
        tr=manner.tr,
        theme=THEMES["dark" if manner.settings.theme == "dark" else "light"],
        state=bench.state,
        prompt=bench.prompt,
        notice=_standing(bench.notice, manner.at - desk.noticed_at),
        figures=figures,
        sync=desk.sync,
        lamps=tuple(_lamps(desk, workers)),
        last_step=bench.last_step,
        training=bench.training,
        page=page,
        now=manner.now,
        weight=desk.weight,
        frame=desk.frame,
        judged=desk.judged,
        taking_photo=desk.taking_photo,
        still=_doubtful(desk),
        crop=_place(desk),
        shots=_shots(desk, item) if item is not None else _practised(desk),
        inspection=examined.inspection(item, bench.known) if item is not None else None,
        preps=examined.preps(item, bench.known) if item is not None else (),
        asked_s=max(0.0, manner.at - desk.asked_at),
        compared=_compared(desk, item) if item is not None else (),
        cannot_save=desk.cannot_save,
        changed_why=_changed_why(item, bench.known) if item is not None else "",
        settings=manner.settings,
        raw={name: worker.recent() for name, worker in workers.items()} if live else {},
    )


def _why(desk: "Desk", tr: Translator, explainer: examined.Explainer) -> tuple[str, ...]:
    item = desk.bench.state.item
    return explainer.why(item, desk.bench.known, tr) if item is not None else ()


def _with_the_past(view: View, opened: Opened, history: "History", known: "Known") -> View:
    """Add what the page shows of earlier: the exceptions, the shift, the bins; and the names of the people in it."""
    if view.page == "bins":
        bins = history.bins(tuple(each.code for each in view.state.bins))
        badge = view.state.operator.badge if view.state.operator is not None else ""
        inside = history.contents(opened.bin, badge, lambda: _plates_due(badge, known)) if opened.bin else None
        return replace(view, bins=bins, contents=inside)
    waiting = known.exceptions_waiting() if view.page == "exceptions" else ()
    badges = {badge for each in waiting for badge in (each.operator, each.taken_by)}
    view = replace(view, exceptions=waiting, names=_names(known, badges))
    return _with_shift(view, history, known, opened.line) if view.page == "shift" else view


def _plates_due(badge: str, known: "Known") -> set[str]:
    """Return the plates that the person with a badge is to look at again; without a badge those of everybody."""
    return {each.plate for each in known.second_looks_due(badge)}


def _with_shift(view: View, history: "History", known: "Known", opened: str) -> View:
    """Add how the shift adds up, as far as it may be seen: nothing while it is counted blind; and the line opened."""
    shift, phase = view.shift
    if not shift or phase == "counting":
        return view
    lines = history.shift_lines(shift) if phase else before_the_count(history.shift_lines(shift))
    found = history.shift_findings(shift) if phase else ()
    line = next((each for each in lines if key_of(each) == opened), None)
    things = history.things(shift, line) if line is not None else ()
    if opened != WORK:
        late, told = history.late(shift), history.noted(shift)
        noted = tuple(msgspec.structs.replace(each, why=route_reason(each.why, known.routes(""))) for each in told)
        return replace(view, lines=lines, findings=found, line=line, things=things, late=late, noted=noted)
    worked = with_decisions(history.worked(shift), known.decided_elsewhere())
    badges = {*(each.badge for each in worked.people), *(each.owner for each in worked.carried)}
    badges |= {each.there.by for each in worked.carried if each.there is not None}
    return replace(view, lines=lines, worked=worked, names=_names(known, badges))


def _standing(notice: Notice | None, age_s: float) -> Notice | None:
    """Return the notice that is still to be seen."""
    passed = notice is not None and notice.tone in _PASSING and age_s >= NOTICE_S
    return None if passed else notice


def _with_found(view: View, opened: Opened, desk: "Desk") -> View:
    """Add what a search found: the newest lines of its story, each with the words for what it names by codes."""
    search, known = opened.search, desk.bench.known
    if search is None or search.text != view.searched:
        return view
    if search.found is None:
        return replace(view, search_failed=True)
    found = search.found
    told = found.story
    story = tuple(Line(each, telling.words_for(each.fact, told, known)) for each in told[-_SHOWN:])
    shots = tuple(
        Shown(
            each.shot,
            "taken",
            str(desk.photo_path(each.sha256)),
            PhotoTaken(each.item, each.shot, each.sha256, 0),
        )
        for each in found.pictures
    )
    badges = {*(line.entry.operator for line in told), *(hit.by for hit in found.hits)}
    return replace(view, found=found, story=story, found_shots=shots, names=_names(known, badges))


def _changed_why(item: Item, known: "Known") -> str:
    changed = item.overridden
    return route_reason(changed.why, known.routes(item.identified.client)) if changed is not None else ""


def _names(known: "Known", badges: set[str]) -> dict[str, str]:
    found = {badge: known.operator(badge) for badge in badges if badge}
    return {badge: person.name for badge, person in found.items() if person is not None}


def _lamps(desk: "Desk", workers: Mapping[str, Worker]) -> Iterator[Lit]:
    """Yield the lamp of each device of this bench, one that has said nothing yet as starting, that of sync, and,
    when it is full, that of the disk.
    """
    for name in dict.fromkeys((*workers, *desk.lamps)):
        lamp = desk.lamps.get(name)
        yield Lit(name, lamp.light, lamp.why) if lamp is not None else Lit(name, "", "")
    if not desk.bench.training:
        yield _sync_lamp(desk)
    if desk.last_space:
        yield Lit("disk", "attention", "last_space")


def _sync_lamp(desk: "Desk") -> Lit:
    """Return the lamp with what a person has to do something about, the most pressing first."""
    if desk.sync.why in ("fork", "damaged", "disk_full", *wording.SHUT_OUT):
        return Lit("sync", "attention", desk.sync.why)
    if desk.sync.refused:
        return Lit("sync", "attention", "refused")
    if desk.sync.is_clock_off:
        return Lit("sync", "attention", "clock_off")
    return Lit("sync", "ok") if desk.sync.online else Lit("sync", "attention", "offline")


def _doubtful(desk: "Desk") -> str:
    """Return the path of the photo that the question is about: the gate doubts it, what was read in it, or it is the
    evidence of what a supervisor decides.
    """
    ask = desk.bench.state.ask
    if ask is not None and ask.stage == "decision":
        waiting = (each for each in desk.bench.known.exceptions_waiting() if each.exception == ask.code)
        photos = next((each.photos for each in waiting if not each.bench), ())
        return str(desk.photo_path(photos[0])) if photos else ""
    read = _read_doubt(desk)
    if read is not None:
        return str(desk.photo_path(read.sha256))
    photo = ask.photo if ask is not None and ask.stage == "doubt" else None
    return str(desk.photo_path(photo.sha256)) if photo is not None else ""


def _place(desk: "Desk") -> tuple[int, int, int, int]:
    """Return the place in that photo; all noughts when it is all of it."""
    read = _read_doubt(desk)
    return read.box if read is not None else (0, 0, 0, 0)


def _read_doubt(desk: "Desk") -> Doubt | None:
    """Return the reading that is asked about now."""
    item = desk.bench.state.item
    return doubt_due(item) if item is not None and desk.bench.prompt.stage == "reading" else None


def _practised(desk: "Desk") -> tuple[Shown, ...]:
    """Return the photos of the past item that is practised on."""
    practice = desk.bench.state.practice
    photos = practice.began.photos if practice is not None else ()
    item = practice.began.item if practice is not None else ""
    told = ((shot, PhotoTaken(item, shot, sha256, 0)) for shot, sha256 in photos)
    return tuple(Shown(shot, "taken", str(desk.photo_path(photo.sha256)), photo) for shot, photo in told)


def _shots(desk: "Desk", item: Item) -> tuple[Shown, ...]:
    """Return the checklist: the shots the answers demand, and any that were taken before an answer changed."""
    rubric = rubric_of(item, desk.bench.known)
    due = next_shot(item, desk.bench.known)
    needed = [shot.id for shot in shots_of(rubric, item)] if rubric is not None else []
    taken = {photo.shot: photo for photo in item.photos}
    shown: list[Shown] = []
    for shot in [*needed, *(each for each in taken if each not in needed)]:
        photo = taken.get(shot)
        if isinstance(photo, PhotoTaken):
            status = "taken" if photo.verdict == "good" else "doubted"
            marks = tuple(each for each in item.marks if each.sha256 == photo.sha256)
            shown.append(Shown(shot, status, str(desk.photo_path(photo.sha256)), photo, marks))
        elif photo is not None:
            shown.append(Shown(shot, "left-out"))
        elif due is not None:  # else a stop says that nobody photographs it any more
            shown.append(Shown(shot, "next" if due.id == shot else "due"))
    return tuple(shown)


def _looked(desk: "Desk", opened: Opened, page: str) -> Looked | None:
    item = desk.bench.state.item
    path = str(desk.photo_path(opened.photo))
    if page == "search" or desk.bench.state.practice is not None:
        return Looked(opened.photo, opened.read.image if opened.read is not None and opened.read.path == path else None)
    return examined.looked(item, desk.bench.known, opened.photo, path, opened.read) if item is not None else None


def _compared(desk: "Desk", item: Item) -> tuple[Compared, ...]:
    """Return the hints of the item's photos, the surest first."""
    return tuple(
        Compared(
            hint.kind,
            hint.shot,
            hint.confidence_permille >= LIKELY,
            str(desk.photo_path(hint.sha256)),
            str(desk.photo_path(hint.beside)) if hint.beside else "",
            hint.region,
        )
        for hint in sorted(item.hints, key=lambda hint: -hint.confidence_permille)
    )


def _answers(item: Item, known: "Known") -> tuple[tuple[str, dict[str, str]], ...]:
    """Return what the answers tell of the goods, in the rubric's words with their parameters."""
    rubric = rubric_of(item, known)
    if rubric is None:
        return ()
    given = chosen(rubric, item.answers, item.identified.components)
    return tuple((option.word, option.params) for _, option in given)

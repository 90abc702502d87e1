"""Everything a screen may show, as one value: the same view always gives the same picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from devices.cameras.controls import Control
from devices.readings import Frame, Weight
from devices.worker import RawFrame
from grading.defects import Defect
from resources.words import Translator, mark
from station.inputs import FrameJudged
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.outcome import Notice
from station.prompts.question import Prompt
from station.settings import Settings
from station.state import State
from station.sync_status import SyncStatus
from station.words import PAGE_WORDS
from ui.setup import Setup
from ui.theme import Theme

if TYPE_CHECKING:
    from station.bins.manifest import Manifest
    from station.exceptions.queue import Waiting
    from station.history import BinContents, Figures
    from station.print_ledger import Copy
    from station.resolver.ranking import Ranked
    from station.search.found import Found
    from station.search.story import Told
    from station.shifts.counting import Thing
    from station.shifts.figures import Figures as ShiftFigures
    from station.shifts.findings import Finding
    from station.shifts.late import Late
    from station.shifts.lines import Line as ShiftLine
    from station.shifts.noted import Noted

WORK = "work/"
"""The name, among those of the lines of a shift, of how its work went."""

_RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")

# The pages with their key, their name, and the roles that have them (none: everybody).
PAGES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    name: (f"F{number}", words, ("supervisor",) if name in ("exceptions", "shift") else ())
    for number, (name, words) in enumerate(PAGE_WORDS.items(), start=1)
}
# Reached from the page of the devices, and shown as a part of it.
SETUP = "setup"
# Not a page but a panel beside the bench, in a demonstration only.
SIMULATOR = "simulator"
SIMULATOR_TAB = ("F8", mark("Simulator"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One shot of the checklist: its id, how it stands, and the path of its photo.

    `status` is taken, doubted, left-out, next or due; `taken` is the fact of a photo that is kept, with its `marks`.
    """

    shot: str
    status: str
    photo: str = ""
    taken: PhotoTaken | None = None
    marks: tuple[DefectMarked, ...] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of its photo; empty when there is none."""
        return self.taken.sha256 if self.taken is not None else ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The photo that is looked into: `image` is None until it is read, and null when it cannot be.

    `kind` and `zone` are what a mark on it is at first, `kinds` and `zones` what else it may be.
    """

    sha256: str
    image: QImage | None = field(default=None, compare=False)
    kind: str = ""
    zone: str = ""
    kinds: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A hint of a comparison: what it says, and the paths of the photo and of the one it was compared with ("": none).

    `region` is left, top, width and height in thousandths of the photo; empty means all of it.
    """

    kind: str
    shot: str
    likely: bool
    photo: str
    beside: str = ""
    region: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lit:
    """A lamp: the device, its light (ok, attention, down; empty while it has said nothing), and why (a code)."""

    device: str
    light: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story: what is told, and the words with parameters for codes in it, by the fact's field."""

    told: "Told"
    words: Mapping[str, tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """One question and the answer it got, in the rubric's words with their parameters.

    `severity` is that of the defect the answer tells of, 0 for none; `rest` says it was answered with others.
    """

    question: str
    question_params: dict[str, str]
    answer: str
    answer_params: dict[str, str]
    severity: int = 0
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """How far the questions have come: what was answered, how many are open if nothing more is found (the one that is
    asked counted), the words of what "nothing found on the rest" would answer, and the defects found, worst first.
    Until it is known whether the goods are sealed, how many are open is `estimated`. `is_over`: all was asked, and
    nothing stopped it.
    """

    answered: tuple[AnsweredLine, ...] = ()
    ahead: int = 0
    rest: tuple[tuple[str, dict[str, str]], ...] = ()
    defects: tuple[Defect, ...] = ()
    estimated: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class PrepLine:
    """One preparation: its words, the seconds it may take, and how it stands: done, left-out, next or due."""

    text: str
    seconds: int
    status: str


@dataclass(frozen=True, slots=True)
class View:
    """What the window shows. `lamps` come in the order of the header; `now` is local wall-clock time, HH:MM.

    `failed` is what went wrong in the program itself, for IT; `searched` the code whose `story` is shown, `found` all
    it stands for (None while it is looked for, or when that failed), `found_shots` the photos among that.
    `still` is the path of a photo that is asked about, `crop` the place in it (left, top, width, height in pixels;
    none: all of it). `names` are those of
    the people by their badges, where they are known; `changed_why` is the reason of a person who changed the route.
    `why` are the sentences that explain the grade, in the reader's language; none where there is nothing to explain.
    `asked_s` tells for how many seconds the question has been on the screen; `enlarged` that the reference pictures of
    its answers are wanted as large as they go. `lines` say how the shift adds up, `findings` what its count shows,
    `late` what it was told of earlier ones, `noted` which bins left or were counted again; `line` is the one that is
    opened, with the `things` behind it, `worked` how the work of the shift went, where that is opened. `bins` are those
    at the bench, `contents` what lies in the one that is looked into.
    `likely` are the orders that a parcel nobody announced may belong to, the likeliest first.
    """

    tr: Translator
    theme: Theme
    state: State
    prompt: Prompt
    notice: Notice | None
    figures: "Figures"
    lamps: tuple[Lit, ...]
    last_step: str = ""
    training: bool = False
    page: str = "receive"
    now: str = ""
    weight: Weight | None = None
    frame: Frame | None = None
    judged: FrameJudged | None = None
    taking_photo: bool = False
    shots: tuple[Shown, ...] = ()
    compared: tuple[Compared, ...] = ()
    still: str = ""
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    cannot_save: str = ""
    failed: str = ""
    searched: str = ""
    search_failed: bool = False
    found: "Found | None" = None
    found_shots: tuple[Shown, ...] = ()
    proved: str = ""
    told: str = ""
    demo: bool = False
    story: "tuple[Line, ...]" = ()
    names: Mapping[str, str] = field(default_factory=dict)
    changed_why: str = ""
    exceptions: "tuple[Waiting, ...]" = ()
    lines: "tuple[ShiftLine, ...]" = ()
    findings: "tuple[Finding, ...]" = ()
    late: "tuple[Late, ...]" = ()
    noted: "tuple[Noted, ...]" = ()
    line: "ShiftLine | None" = None
    things: "tuple[Thing, ...]" = ()
    worked: "ShiftFigures | None" = None
    settings: Settings = field(default_factory=Settings)
    sync: SyncStatus = field(default_factory=SyncStatus)
    sound_trouble: str = ""
    raw: Mapping[str, tuple[RawFrame, ...]] = field(default_factory=dict)
    labels: "tuple[Copy, ...]" = ()
    advice: tuple[str, ...] = ()
    controls: Mapping[str, tuple[Control, ...]] = field(default_factory=dict)
    setting_up: Setup | None = None
    may_set_up: bool = False
    inspection: Inspection | None = None
    preps: tuple[PrepLine, ...] = ()
    why: tuple[str, ...] = ()
    asked_s: float = 0.0
    looked: Looked | None = None
    enlarged: bool = False
    likely: "tuple[Ranked, ...]" = ()
    bins: "tuple[BinContents, ...]" = ()
    contents: "Manifest | None" = None

    @property
    def is_blind(self) -> bool:
        """Whether bins are being counted: then nothing tells what should lie in them."""
        return self.state.phase == "counting" or self.state.check is not None

    @property
    def shift(self) -> tuple[str, str]:
        """The shift of page Shift, and its phase: the one of which the second signature is asked for, which is `signed`
        by one, or the running one.
        """
        asked = _signed_second(self.state)
        return (asked, "signed") if asked else (self.state.shift, self.state.phase)

    @property
    def right_to_left(self) -> bool:
        """Whether the reader's language runs from right to left."""
        return self.tr.language.partition("_")[0] in _RIGHT_TO_LEFT


def may_open(page: str, state: State) -> bool:
    """Tell whether the person who is signed in, or nobody, has this page; what is no page of its own is everybody's.

    While the second signature of a shift is asked for, nobody is signed in, and whoever is to give it reads page Shift.
    """
    roles = PAGES[page][2] if page in PAGES else ()
    if page == "shift" and _signed_second(state):
        return True
    return not roles or (state.operator is not None and state.operator.role in roles)


def _signed_second(state: State) -> str:
    """Return the shift of which the second signature is asked for, by badge or by PIN; empty for none."""
    ask = state.ask
    if ask is None or ask.stage not in ("countersign", "sign-pin"):
        return ""
    return ask.code if ask.stage == "countersign" else ask.params.get("shift", "")

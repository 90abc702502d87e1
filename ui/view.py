"""Everything a screen may show, as one value: the same view always gives the same picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices.cameras.controls import Control
from devices.readings import Frame, Weight
from devices.worker import RawFrame
from resources.words import Translator, mark
from station.outcome import Notice
from station.prompt import Prompt
from station.settings import Settings
from station.state import State
from ui.setup import Setup
from ui.theme import Theme

if TYPE_CHECKING:
    from station.history import Figures, Raised, Told
    from station.print_ledger import Copy

_RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")

# The pages with their key, their name, and the roles that have them (none: everybody).
PAGES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "receive": ("F1", mark("Receive"), ()),
    "bins": ("F2", mark("Bins"), ()),
    "search": ("F3", mark("Search"), ()),
    "exceptions": ("F4", mark("Exceptions"), ("supervisor",)),
    "shift": ("F5", mark("Shift"), ("supervisor",)),
    "devices": ("F6", mark("Devices"), ()),
    "settings": ("F7", mark("Settings"), ()),
}
# Reached from the page of the devices, and shown as a part of it.
SETUP = "setup"
# Not a page but a window beside the bench, in a demonstration only.
SIMULATOR = "simulator"
SIMULATOR_TAB = ("F8", mark("Simulator"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One shot of the checklist: its id, how it stands, and the path of its photo.

    `status` is taken, doubted, left-out, next or due.
    """

    shot: str
    status: str
    photo: str = ""


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
class View:
    """What the window shows. `lamps` come in the order of the header; `now` is local wall-clock time, HH:MM.

    `failed` is what went wrong in the program itself, for IT; `searched` the code whose `story` is shown.
    `still` is the path of a photo that is asked about, `crop` the place in it (left, top, width, height in pixels;
    none: all of it); `answers` are words with their parameters. `names` are those of
    the people by their badges, where they are known; `changed_why` is the reason of a person who changed the route.
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
    taking_photo: bool = False
    shots: tuple[Shown, ...] = ()
    still: str = ""
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    answers: tuple[tuple[str, dict[str, str]], ...] = ()
    cannot_save: str = ""
    failed: str = ""
    searched: str = ""
    proved: str = ""
    told: str = ""
    demo: bool = False
    story: "tuple[Line, ...]" = ()
    names: Mapping[str, str] = field(default_factory=dict)
    changed_why: str = ""
    exceptions: "tuple[Raised, ...]" = ()
    settings: Settings = field(default_factory=Settings)
    sound_trouble: str = ""
    raw: Mapping[str, tuple[RawFrame, ...]] = field(default_factory=dict)
    labels: "tuple[Copy, ...]" = ()
    advice: tuple[str, ...] = ()
    controls: Mapping[str, tuple[Control, ...]] = field(default_factory=dict)
    setting_up: Setup | None = None
    may_set_up: bool = False

    @property
    def right_to_left(self) -> bool:
        """Whether the reader's language runs from right to left."""
        return self.tr.language.partition("_")[0] in _RIGHT_TO_LEFT

"""Everything a screen may show, as one value: the same view always gives the same picture."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices.readings import Frame, Weight
from resources.words import Translator
from station.outcome import Notice
from station.prompt import Prompt
from station.state import State
from ui.theme import Theme

if TYPE_CHECKING:
    from station.bench import Figures
    from station.desk import Lamp


@dataclass(frozen=True, slots=True)
class Shown:
    """One shot of the item in work: its words, whether it is taken, left out or due, and the photo if there is one."""

    shot: str
    text: str
    status: str
    photo: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What the window shows. `lamps` come in the order of the header; `now` is local wall-clock time, HH:MM."""

    tr: Translator
    theme: Theme
    state: State
    prompt: Prompt
    notice: Notice | None
    figures: "Figures"
    lamps: tuple["Lamp", ...]
    last_step: str = ""
    training: bool = False
    page: str = "receive"
    now: str = ""
    weight: Weight | None = None
    frame: Frame | None = None
    shots: tuple[Shown, ...] = ()
    reduced_motion: bool = False
    answers: tuple[tuple[str, str], ...] = field(default=())

"""The middle column: one question, what belongs to it, and every way to answer."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from resources.words import mark
from station.inputs import Do
from station.prompts.question import Button
from station.weights import weight_words
from ui.drawings import Picture
from ui.panels.enlarged import LARGER, has_pictures
from ui.parts.big import Big
from ui.parts.buttons import aside, tile
from ui.parts.card import Column
from ui.parts.crop import Crop
from ui.parts.entry import Entry
from ui.parts.interlock import InterlockCard, is_stop
from ui.parts.keypad import Keypad
from ui.parts.polish import set_property
from ui.parts.preview import Preview
from ui.parts.progress import Progress
from ui.parts.steps import Steps
from ui.parts.text import Text
from ui.parts.tiles import Tiles, columns_for
from ui.parts.verdict import Verdict
from ui.parts.worths import Worths
from ui.theme import S4, S8, S12, S16, S24
from ui.view import View
from ui.wording import say

_CAMERA_STAGES = ("photo", "open-box", "doubt")
# Not while a reason is asked for: its sentences need the room.
_VERDICT_STAGES = ("result", "place", "route", "supervisor")


# What is typed in figures, which have keys to touch, and what the field says then.
_FIGURES = ("pin", "number")
_HINTS: Mapping[str, str] = {"pin": mark("PIN"), "number": mark("Number")}
# So many letters leave no room for three sentences under them, take more lines of full size than a small screen has
# room for, or two of them.
_VERY_LONG, _LONG, _TWO_LINES = 72, 40, 24
_MANY = 4
# Heights of reference pictures, as large as they were made first: beside answers under each other, or over the words
# of answers in two columns. Where even the least has no room, the words do.
_TALL = (160, 128, 112, 96, 80, 72, 64, 56, 48)
# A column as high as this has room for every question; a window of 1,280 x 800 leaves it more.
_LOW = 560


class NowPanel(Column):
    """Shows the prompt. `pressed` carries a button of it, `submitted` what was typed; `enlarge_wanted`: large ones."""

    pressed = Signal(object)
    submitted = Signal(str)
    enlarge_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(S24, S8, parent)
        self._title = Text("prompt")
        self._reason = Text("body", quiet=True)
        self._big = Big()
        self._picture = Picture()
        self._preview = Preview()
        self._crop = Crop()
        self._verdict = Verdict()
        self._worths = Worths()
        self._keypad = Keypad()
        self._progress, self._steps, self._stop = Progress(), Steps(), InterlockCard()
        self._tiles = Tiles(tile, S12)
        self._asides = Tiles(aside, S8)
        self._entry = Entry()
        self._stage = ""
        self._arrange()
        self._tiles.chosen.connect(self.pressed)
        self._asides.chosen.connect(self._press_aside)
        self._entry.submitted.connect(self.submitted)
        self._keypad.typed.connect(self.type_text)
        self._keypad.erased.connect(self.erase)
        self._keypad.entered.connect(self.submit)

    def _arrange(self) -> None:
        self._filler = QWidget()
        self._filler.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._top = QVBoxLayout()
        self._top.setSpacing(S4)
        self._top.addWidget(self._progress)
        self._top.addWidget(self._title)
        self._top.addWidget(self._reason)
        self.column.addLayout(self._top)
        self.column.addWidget(self._big)
        for body in self._bodies():
            self.column.addWidget(body, 1)
        self.column.addWidget(self._worths)
        self.column.addWidget(self._tiles)
        self.column.addWidget(self._filler, 1)
        # With this key every other one is typed, also those that would press a button.
        self._slash = QLabel("/")
        self._slash.setObjectName("keycap")
        self._field = QHBoxLayout()
        self._field.setSpacing(S12)
        self._field.addWidget(self._slash, 0, Qt.AlignmentFlag.AlignVCenter)
        self._field.addWidget(self._entry, 1)
        self.column.addLayout(self._field)
        self.column.addSpacing(S16 - S12)
        self.column.addWidget(self._asides)

    def render(self, view: View) -> None:
        """Show the prompt of a view."""
        with self.filling():
            self._fill(view)

    def _fill(self, view: View) -> None:
        tr, prompt = view.tr, view.prompt
        if prompt.stage != self._stage:
            self._stage = prompt.stage
            self._entry.clear()
        shows_verdict = prompt.stage in _VERDICT_STAGES
        item = view.state.item
        # The verdict says the title of the result in letters of its own, larger than any prompt, and so does a stop.
        title = "" if prompt.stage == "result" or is_stop(prompt) else say(tr, prompt.title, prompt.params)
        set_property(self._title, "type", "ask" if len(title) > _LONG else "prompt")
        self._title.show_text(title)
        # So it says where to put it.
        reason = "" if prompt.stage == "place" else prompt.reason
        set_property(self._reason, "type", "body")
        self._reason.show_text(say(tr, reason, prompt.params) if reason else "")
        # What a stop wants is the first thing to be read; elsewhere the reason stands back behind the question.
        set_property(self._reason, "quiet", not is_stop(prompt))
        set_property(self._reason, "strong", is_stop(prompt))
        self._big.show_words(_big_words(view))
        self._preview.setVisible(prompt.stage in _CAMERA_STAGES)
        if prompt.stage in _CAMERA_STAGES:
            self._preview.render(view)
        self._crop.render(view)
        if shows_verdict:
            self._verdict.render(view, item)
        else:
            self._verdict.setVisible(False)
        crowded = prompt.stage in _CAMERA_STAGES or (shows_verdict and item is not None)
        # The hand of a stop is on its card.
        bare = crowded or prompt.entry in _FIGURES or prompt.picture == "stop"
        self._picture.show_picture("" if bare else prompt.picture, view.theme)
        self._keypad.setVisible(prompt.entry in _FIGURES)
        self._keypad.render(tr)
        for part in (self._progress, self._steps, self._stop, self._worths):
            part.render(view)
        self._show_answers(view)
        if not self._worths.isHidden() and not self._fits(squeezed=True):
            self._worths.leave_out_details()
        self._filler.setVisible(all(body.isHidden() for body in self._bodies()))

    def _bodies(self) -> tuple[QWidget, ...]:
        """What fills the middle, one of them at a time."""
        shown = (self._stop, self._picture, self._preview, self._crop, self._verdict, self._keypad)
        return (*shown, self._steps)

    def _press_aside(self, button: Button) -> None:
        if button == LARGER:
            self.enlarge_wanted.emit()
        else:
            self.pressed.emit(button)

    def type_text(self, text: str) -> None:
        """Type into the entry field, when there is one."""
        if not self._entry.isHidden():
            self._entry.insert(text)

    def erase(self) -> None:
        """Take back the last character typed."""
        self._entry.backspace()

    def submit(self) -> None:
        """Give what was typed to the bench; nothing typed gives nothing."""
        self._entry.submit()

    def focus_entry(self) -> None:
        """Put the cursor into the entry field, so that every key is typed."""
        if not self._entry.isHidden():
            self._entry.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def forget_typing(self) -> None:
        """Throw away what was typed."""
        self._entry.clear()

    @property
    def typed(self) -> str:
        """What is typed so far."""
        return self._entry.text()

    @property
    def has_focus(self) -> bool:
        """Whether the cursor is in the entry field."""
        return self._entry.hasFocus()

    def _show_answers(self, view: View) -> None:
        tr, prompt = view.tr, view.prompt
        answers = tuple(each for each in prompt.buttons if not each.aside)
        asides = tuple(each for each in prompt.buttons if each.aside)
        asides += (LARGER,) if has_pictures(prompt) else ()
        if any(each.command.do is Do.REST for each in asides):
            # There is no room for one more; the left column names its key, beside the article.
            asides = tuple(each for each in asides if each.command.do is not Do.ANOTHER)
        asked = len(self._title.text())
        crowded = (len(answers) >= _MANY and asked > _TWO_LINES) or (len(answers) >= _MANY - 1 and asked > _VERY_LONG)
        self._asides.show_buttons(asides, tr, 2 if len(asides) == 2 else 3)
        self._entry.setVisible(prompt.entry != "none")
        pin = prompt.entry == "pin"
        self._entry.setEchoMode(QLineEdit.EchoMode.Password if pin else QLineEdit.EchoMode.Normal)
        anything = mark("Type") if prompt.stage == "setup" else mark("Scan or type")
        hint = tr.gettext(_HINTS.get(prompt.entry, anything))
        self._slash.setVisible(prompt.entry == "code")
        self._entry.setPlaceholderText(hint)
        self._entry.setAccessibleName(hint)
        self._show_tiles(answers, view, columns_for(answers, tr, crowded))

    def _show_tiles(self, answers: tuple[Button, ...], view: View, columns: int) -> None:
        """Show the answers, with reference pictures as large as there is room for."""
        pictured = any(each.picture for each in answers)
        for across, tall in ((across, tall) for tall in _TALL for across in (1, 2)) if pictured else ():
            self._tiles.show_buttons(answers, view.tr, across, tall, over=across > 1)
            self._tiles.forget_heights()
            if self._fits():
                self._tiles.draw_pictures()
                return
        self._tiles.show_buttons(answers, view.tr, columns)
        if 1 < columns == len(answers) and not self._tiles.has_room_beside(self.width() - 2 * S24, columns):
            columns = 1
            self._tiles.show_buttons(answers, view.tr, columns)
        self._make_room(answers, view, columns)

    def _make_room(self, answers: tuple[Button, ...], view: View, columns: int) -> None:
        """On a low window let margins, the question's letters and the answers' order give way, until no word is cut."""
        self._set_margin(S24)
        is_bare = not answers and view.prompt.entry not in _FIGURES
        if is_bare or self.height() >= _LOW or self._fits(squeezed=True):
            return
        self._set_margin(S12)
        if self._fits(squeezed=True):
            return
        set_property(self._title, "type", "ask")
        if answers and columns == 1 and not self._fits(squeezed=True):
            self._tiles.show_buttons(answers, view.tr, 2)
            self._tiles.forget_heights()
        if not self._fits(squeezed=True):
            set_property(self._title, "type", "head")
            set_property(self._reason, "type", "small")

    def _set_margin(self, margin: int) -> None:
        """Leave so much free above and below."""
        self.column.setContentsMargins(S24, margin, S24, margin)

    def _fits(self, *, squeezed: bool = False) -> bool:
        """Whether all that is shown now has room, each part as high as it likes or `squeezed` to its least."""
        # A layout within another one forgets its height only when it is told.
        for layout in (self._top, self._field, self.column):
            layout.invalidate()
        wide = self.width()
        high = self.column.totalMinimumHeightForWidth(wide) if squeezed else self.column.totalHeightForWidth(wide) + S16
        return self.column.totalMinimumSize().width() <= wide and high + S8 <= self.height()


def _big_words(view: View) -> str:
    """Return what is read from afar at this stage: the live weight, or the plate."""
    if view.prompt.picture == "scale" and view.weight is not None and view.weight.weight_mg is not None:
        return weight_words(view.tr, view.weight.weight_mg)
    if view.prompt.stage == "label" and view.state.item is not None:
        return view.state.item.plate
    return ""

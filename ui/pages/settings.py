"""The settings of the screen: language, colours, sound and motion. They hold at once; there is nothing to save."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from resources.words import mark
from ui.parts.card import Card
from ui.parts.text import Text
from ui.theme import S12, S16, S24, TOUCH
from ui.view import View

# Each language is named in itself: who looks for it may not read the present one.
LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "es": "Español",
    "de": "Deutsch",
    "fr": "Français",
    "ar": "العربية",
}


class SettingsPage(QWidget):
    """`changed` carries the name of a setting and its new value."""

    changed = Signal(str, object)
    training_wanted = Signal(bool)
    sound_tried = Signal()

    def __init__(self, languages: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title = Text("prompt")
        self._labels = {name: Text("head") for name in ("language", "theme", "sound", "training")}
        self._languages = self._choices(
            {code: LANGUAGE_NAMES.get(code, code) for code in languages},
            lambda code: self.changed.emit("language", code),
        )
        self._themes = self._choices({"light": "", "dark": ""}, lambda name: self.changed.emit("theme", name))
        self._sound, self._motion = QPushButton(), QPushButton()
        for toggle in (self._sound, self._motion):
            toggle.setCheckable(True)
        self._sound.clicked.connect(lambda on: self.changed.emit("sound", on))
        self._motion.clicked.connect(lambda on: self.changed.emit("reduced_motion", on))
        self._try, self._trouble = QPushButton(), Text("small", quiet=True)
        self._try.clicked.connect(self.sound_tried)
        self._training, self._training_hint = QPushButton(), Text("small", quiet=True)
        self._training.setCheckable(True)
        self._training.clicked.connect(self.training_wanted)
        self._arrange()

    def _arrange(self) -> None:
        card = Card(S24, S12)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        column.addWidget(self._title)
        for name, buttons in (("language", self._languages), ("theme", self._themes)):
            card.column.addWidget(self._labels[name])
            card.column.addLayout(_row(*buttons.values()))
            card.column.addSpacing(S12)
        card.column.addWidget(self._labels["sound"])
        card.column.addLayout(_row(self._sound, self._motion, self._try))
        card.column.addWidget(self._trouble)
        card.column.addSpacing(S12)
        card.column.addWidget(self._labels["training"])
        card.column.addLayout(_row(self._training))
        card.column.addWidget(self._training_hint)
        card.column.addStretch(1)
        column.addWidget(card, 1)

    def _choices(self, names: dict[str, str], choose: Callable[[str], None]) -> dict[str, QPushButton]:
        buttons: dict[str, QPushButton] = {}
        for code, name in names.items():
            button = QPushButton(name)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, code=code: choose(code))
            buttons[code] = button
        return buttons

    def render(self, view: View) -> None:
        """Show the settings of a view."""
        tr, settings = view.tr, view.settings
        self._title.show_text(tr.gettext(mark("Settings")))
        headings = {
            "language": mark("Language"),
            "theme": mark("Colours"),
            "sound": mark("Sound and motion"),
            "training": mark("Training"),
        }
        for name, words in headings.items():
            self._labels[name].show_text(tr.gettext(words))
        self._themes["light"].setText(tr.gettext(mark("Light")))
        self._themes["dark"].setText(tr.gettext(mark("Dark")))
        for code, button in self._languages.items():
            button.setChecked(code == tr.language)
        for name, button in self._themes.items():
            button.setChecked(name == view.theme.name)
        self._sound.setText(tr.gettext(mark("Sounds: on") if settings.sound else mark("Sounds: off")))
        self._sound.setChecked(settings.sound)
        self._motion.setText(tr.gettext(mark("Motion: less") if settings.reduced_motion else mark("Motion: as usual")))
        self._motion.setChecked(settings.reduced_motion)
        self._try.setText(tr.gettext(mark("Hear the sounds")))
        self._trouble.show_text(tr.gettext(view.sound_trouble))
        self._training.setText(tr.gettext(mark("Stop practising") if view.training else mark("Practise")))
        self._training.setChecked(view.training)
        self._training_hint.show_text(
            tr.gettext(mark("The same work on a journal of its own. Nothing of it counts or is ever sent."))
        )
        for widget in (
            *self._languages.values(),
            *self._themes.values(),
            self._try,
            self._training,
            self._sound,
            self._motion,
        ):
            widget.setAccessibleName(widget.text())


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(S12)
    for widget in widgets:
        widget.setMinimumSize(160, TOUCH)
        row.addWidget(widget)
    row.addStretch(1)
    return row

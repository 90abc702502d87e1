"""The settings of the screen: language, colours, sound, motion, photos. They hold at once; there is nothing to save."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from resources.words import mark
from station.settings import ReadingSettings
from ui.parts.buttons import KeyButton, choice
from ui.parts.card import Card
from ui.parts.scroll import Scroll
from ui.parts.text import Text
from ui.theme import S12, S16
from ui.view import View

# Each language is named in itself: who looks for it may not read the present one.
LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "es": "Español",
    "de": "Deutsch",
    "fr": "Français",
    "ar": "العربية",
}


_HEADINGS: Mapping[str, str] = {
    "language": mark("Language"),
    "theme": mark("Colours"),
    "sound": mark("Sound and motion"),
    "photos": mark("Photos"),
    "training": mark("Training"),
}
_THEMES: Mapping[str, tuple[str, str]] = {"light": ("L", mark("Light")), "dark": ("D", mark("Dark"))}
_COLUMNS = 2


class SettingsPage(QWidget):
    """`changed` carries the name of a setting and its new value."""

    changed = Signal(str, object)
    training_wanted = Signal(bool)
    sound_tried = Signal()

    def __init__(self, languages: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title = Text("prompt")
        self._labels = {name: Text("head") for name in _HEADINGS}
        self._keys: dict[str, KeyButton] = {}
        self._languages = {
            code: self._choice(str(number), lambda code=code: self.changed.emit("language", code))
            for number, code in enumerate(languages, start=1)
        }
        self._themes = {
            name: self._choice(key, lambda name=name: self.changed.emit("theme", name))
            for name, (key, _) in _THEMES.items()
        }
        self._sound = self._choice("S", lambda: self.changed.emit("sound", self._sound.isChecked()))
        self._motion = self._choice("M", lambda: self.changed.emit("reduced_motion", self._motion.isChecked()))
        self._shutter = self._choice("P", lambda: self.changed.emit("auto_shutter", self._shutter.isChecked()))
        self._reading = self._choice("R", self._switch_reading)
        self._reading_hint = Text("small", quiet=True)
        self._try, self._trouble = self._choice("H", self.sound_tried.emit), Text("small", quiet=True)
        self._try.setCheckable(False)
        self._training = self._choice("T", lambda: self.training_wanted.emit(self._training.isChecked()))
        self._training_hint = Text("small", quiet=True)
        self._arrange()

    def press(self, key: str) -> bool:
        """Press the button with this key; tells whether there is one."""
        button = self._keys.get(key.upper())
        if button is not None:
            button.click()
        return button is not None

    def _choice(self, key: str, chosen: Callable[[], object]) -> KeyButton:
        button = choice()
        button.clicked.connect(lambda _=False: chosen())
        self._keys[key] = button
        return button

    def _switch_reading(self) -> None:
        self.changed.emit("reading", ReadingSettings(self._reading.isChecked()))

    def _arrange(self) -> None:
        sections = QGridLayout()
        sections.setSpacing(S12)
        rows: dict[str, tuple[KeyButton, ...]] = {
            "language": tuple(self._languages.values()),
            "theme": tuple(self._themes.values()),
            "sound": (self._sound, self._motion, self._try),
            "photos": (self._shutter, self._reading),
            "training": (self._training,),
        }
        below = {"sound": self._trouble, "photos": self._reading_hint, "training": self._training_hint}
        for place, (name, buttons) in enumerate(rows.items()):
            card = Card(S16, S12)
            card.column.addWidget(self._labels[name])
            card.column.addLayout(_grid(buttons))
            if name in below:
                card.column.addWidget(below[name])
            card.column.addStretch(1)
            sections.addWidget(card, place // _COLUMNS, place % _COLUMNS)
        for number in range(_COLUMNS):
            sections.setColumnStretch(number, 1)
        self._scroll = Scroll()
        self._scroll.column.addLayout(sections)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        column.addWidget(self._title)
        column.addWidget(self._scroll, 1)

    def render(self, view: View) -> None:
        """Show the settings of a view."""
        tr, settings = view.tr, view.settings
        self._title.show_text(tr.gettext(mark("Settings")))
        self._scroll.setAccessibleName(tr.gettext(mark("Settings")))
        for name, words in _HEADINGS.items():
            self._labels[name].show_text(tr.gettext(words))
        words_of: dict[KeyButton, str] = {
            **{button: LANGUAGE_NAMES.get(code, code) for code, button in self._languages.items()},
            **{button: tr.gettext(_THEMES[name][1]) for name, button in self._themes.items()},
            self._sound: tr.gettext(mark("Sounds: on") if settings.sound else mark("Sounds: off")),
            self._motion: tr.gettext(mark("Motion: less") if settings.reduced_motion else mark("Motion: as usual")),
            self._try: tr.gettext(mark("Hear the sounds")),
            self._shutter: tr.gettext(
                mark("Shutter: by itself") if settings.auto_shutter else mark("Shutter: by hand")
            ),
            self._reading: tr.gettext(
                mark("Print in photos: read") if settings.reading.text else mark("Print in photos: not read")
            ),
            self._training: tr.gettext(mark("Stop practising") if view.training else mark("Practise")),
        }
        for key, button in self._keys.items():
            button.show_button(key, words_of[button])
        for code, button in self._languages.items():
            button.setChecked(code == tr.language)
        for name, button in self._themes.items():
            button.setChecked(name == view.theme.name)
        self._sound.setChecked(settings.sound)
        self._motion.setChecked(settings.reduced_motion)
        self._shutter.setChecked(settings.auto_shutter)
        self._reading.setChecked(settings.reading.text)
        self._training.setChecked(view.training)
        self._trouble.show_text(tr.gettext(view.sound_trouble))
        self._reading_hint.show_text(
            tr.gettext(mark("Finds serial numbers and dates on labels. Switch it off where the computer is slow."))
        )
        self._training_hint.show_text(
            tr.gettext(mark("The same work on a journal of its own. Nothing of it counts or is ever sent."))
        )


def _grid(buttons: tuple[KeyButton, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(S12)
    for place, button in enumerate(buttons):
        grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
    for number in range(_COLUMNS):
        grid.setColumnStretch(number, 1)
    return grid

"""The window: header, page and page buttons; it turns keys and touches into words for the desk."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from resources.words import mark
from station.outcome import Tone
from station.prompt import Button
from ui.header import Header
from ui.pages.receive import ReceivePage
from ui.pages.sign_in import SignInPage
from ui.panels.now import NowPanel
from ui.parts.buttons import KeyButton, tab
from ui.parts.training import TrainingBanner
from ui.theme import S4, S16
from ui.view import PAGES, Page, View

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NAMES = {Qt.Key.Key_Escape: "Esc", Qt.Key.Key_Space: "Space", **dict.fromkeys(_ENTER, "Enter")}
_SIGN_IN_STAGES = ("sign-in", "pin")


class Window(QWidget):
    """`pressed` carries a button of the prompt, `submitted` a typed code, `page_wanted` the name of a page."""

    pressed = Signal(object)
    submitted = Signal(str)
    acknowledged = Signal()
    page_wanted = Signal(str)

    def __init__(self, others: dict[str, Page]) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(1024, 700)
        self._view: View | None = None
        self._receive, self._sign_in = ReceivePage(), SignInPage()
        self._pages: dict[str, Page] = {"receive": self._receive, "sign-in": self._sign_in, **others}
        self._header, self._training = Header(), TrainingBanner()
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._tabs = _Tabs(self.page_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._training, self._header):
            column.addWidget(widget)
        column.addWidget(self._stack, 1)
        column.addWidget(self._tabs)
        for bench in (self._receive, self._sign_in):
            bench.pressed.connect(self.pressed)
            bench.submitted.connect(self.submitted)
            bench.acknowledged.connect(self.acknowledged)

    def render(self, view: View) -> None:
        """Show a view; nothing else changes what the window shows."""
        asked_anew = self._view is None or self._view.prompt != view.prompt
        self._view = view
        self.setWindowTitle(view.tr.gettext(mark("Returns Station")))
        direction = Qt.LayoutDirection.RightToLeft if view.right_to_left else Qt.LayoutDirection.LeftToRight
        if QApplication.layoutDirection() != direction:
            QApplication.setLayoutDirection(direction)
        self._training.render(view)
        self._header.render(view)
        page = self._pages[self._page_name(view)]
        page.render(view)
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        elif asked_anew and isinstance(QApplication.focusWidget(), KeyButton):
            # A button that answered one question must not answer the next one to the space bar.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tabs.render(view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer the prompt by key, or type; F-keys are the page buttons' own."""
        now = self._now()
        if self._view is None or now is None:
            super().keyPressEvent(event)
            return
        name = _NAMES.get(Qt.Key(event.key()), "") or event.text().upper()
        if event.key() == Qt.Key.Key_F12:
            name = "F12"
        if event.key() in _ENTER and now.typed:
            now.submit()
        elif event.key() in _ENTER and self._refusal_stands(self._view):
            self.acknowledged.emit()
        elif event.key() == Qt.Key.Key_Escape and (now.typed or now.has_focus):
            now.forget_typing()
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif event.key() == Qt.Key.Key_Backspace:
            now.erase()
        elif event.text() == "/" and not now.typed:
            now.focus_entry()
        else:
            self._press_or_type(now, self._view, name, event.text())

    def _press_or_type(self, now: NowPanel, view: View, name: str, text: str) -> None:
        button = _button_of(view, name) if not now.typed else None
        if button is not None:
            self.pressed.emit(button)
        elif text.isprintable() and text:
            now.type_text(text)

    def _now(self) -> NowPanel | None:
        shown = self._stack.currentWidget()
        if shown is self._receive:
            return self._receive.now
        return self._sign_in.now if shown is self._sign_in else None

    @staticmethod
    def _refusal_stands(view: View) -> bool:
        return view.notice is not None and view.notice.tone is Tone.REFUSED

    @staticmethod
    def _page_name(view: View) -> str:
        if view.page != "receive":
            return view.page
        return "sign-in" if view.prompt.stage in _SIGN_IN_STAGES else "receive"


def _button_of(view: View, name: str) -> Button | None:
    """Return the button with this key; Enter is also the key of the expected answer."""
    buttons = view.prompt.buttons
    by_key = next((each for each in buttons if each.key.upper() == name.upper()), None)
    if by_key is None and name == "Enter":
        return next((each for each in buttons if each.main), None)
    return by_key


class _Tabs(QFrame):
    """The buttons of the pages, each with its F-key; a role sees its own pages."""

    def __init__(self, wanted: "Signal") -> None:
        super().__init__()
        self.setObjectName("bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, S4, S16, S4)
        row.setSpacing(S4)
        self._tabs: dict[str, KeyButton] = {}
        self._shortcuts: dict[str, QShortcut] = {}
        for name, (key, _, _) in PAGES.items():
            button = tab()
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            shortcut = QShortcut(QKeySequence(key), self)
            for signal in (button.clicked, shortcut.activated):
                signal.connect(lambda *_, name=name: wanted.emit(name))
            row.addWidget(button)
            self._tabs[name], self._shortcuts[name] = button, shortcut

    def render(self, view: View) -> None:
        """Show the pages this person has."""
        role = view.state.operator.role if view.state.operator is not None else ""
        for name, (key, words, roles) in PAGES.items():
            allowed = not roles or role in roles
            self._tabs[name].setVisible(allowed)
            self._shortcuts[name].setEnabled(allowed)
            self._tabs[name].show_button(key, view.tr.gettext(words))
            self._tabs[name].setChecked(view.page == name)



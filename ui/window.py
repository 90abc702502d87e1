"""The window: header, page and page buttons; it turns keys and touches into words for the desk."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources.words import mark
from station.inputs import Command, Do
from station.outcome import Tone
from station.prompts.question import Button
from station.stages import Stage
from ui.header import Header
from ui.pages.bins import BinsPage
from ui.pages.devices import DevicesPage
from ui.pages.exceptions import ExceptionsPage
from ui.pages.receive import ReceivePage
from ui.pages.search import SearchPage
from ui.pages.settings import SettingsPage
from ui.pages.setup import SetupPage
from ui.pages.shift import ShiftPage
from ui.pages.sign_in import SignInPage
from ui.pages.trouble import TroublePage
from ui.panels.now import NowPanel
from ui.parts.banner import Banner
from ui.parts.buttons import KeyButton, tab
from ui.parts.notice import NoticeStrip
from ui.parts.scroll import Scroll
from ui.parts.side_by_side import SideBySide
from ui.theme import S4, S12, S16
from ui.view import PAGES, SETUP, SIMULATOR, SIMULATOR_TAB, View, may_open

_LEAST = (1024, 700)
# Each pass reaches one widget further out; the words of a line of the parcel lie seven deep.
_SETTLING_PASSES = 8
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NAMES: Mapping[int, str] = {Qt.Key.Key_Escape: "Esc", Qt.Key.Key_Space: "Space", **dict.fromkeys(_ENTER, "Enter")}
_FUNCTIONS: Mapping[int, str] = {
    Qt.Key.Key_F9: "F9",
    Qt.Key.Key_F10: "F10",
    Qt.Key.Key_F11: "F11",
    Qt.Key.Key_F12: "F12",
}
_TURN = QAbstractSlider.SliderAction
_SCROLLS: Mapping[int, QAbstractSlider.SliderAction] = {
    Qt.Key.Key_PageDown: _TURN.SliderPageStepAdd,
    Qt.Key.Key_PageUp: _TURN.SliderPageStepSub,
    Qt.Key.Key_Home: _TURN.SliderToMinimum,
    Qt.Key.Key_End: _TURN.SliderToMaximum,
}
# Where the prompt has no such button, the bench says what comes first.
_SIGN_OUT = Button("F12", "", Command(Do.SIGN_OUT))
_BINS = Button("F9", "", Command(Do.BINS))
_DECIDE = Button("F10", "", Command(Do.DECIDE))
_SHIFT = Button("F11", "", Command(Do.CLOSE_SHIFT))
_ALWAYS: Mapping[str, Button] = {each.key: each for each in (_BINS, _DECIDE, _SHIFT, _SIGN_OUT)}
_SIGN_IN_STAGES = ("sign-in", "pin")


class Window(QWidget):
    """`pressed` carries a button of the prompt, `submitted` a typed code, `page_wanted` the name of a page."""

    pressed = Signal(object)
    submitted = Signal(str)
    acknowledged = Signal()
    trouble_answered = Signal()
    page_wanted = Signal(str)
    searched = Signal(str)
    line_wanted = Signal(str)
    support_wanted = Signal()
    retry_wanted = Signal()
    photo_wanted = Signal(str)
    enlarge_wanted = Signal(bool)
    marked = Signal(object)
    # After each picture that reached the screen.
    painted = Signal()
    bin_wanted = Signal(str)

    def __init__(self, settings: SettingsPage) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(*_LEAST)
        self._view: View | None = None
        self._tell: Callable[[], None] | None = None
        self._beside: QWidget | None = None
        self._receive, self._sign_in, self._setup = ReceivePage(), SignInPage(), SetupPage()
        devices, bins = DevicesPage(), BinsPage()
        # Pages with buttons of their own that have keys.
        self._keyed: tuple[DevicesPage | SettingsPage | BinsPage, ...] = (devices, settings, bins)
        search, self._exceptions, self._shift = SearchPage(), ExceptionsPage(), ShiftPage()
        # Each has `render(view)`, a name the stubs know only as QWidget's own.
        self._pages: dict[str, Any] = {
            "receive": self._receive,
            "sign-in": self._sign_in,
            "bins": bins,
            "search": search,
            "exceptions": self._exceptions,
            "shift": self._shift,
            "devices": devices,
            SETUP: self._setup,
            "settings": settings,
        }
        self._header, self._banner, self._notice = Header(), Banner(), NoticeStrip()
        self._trouble = TroublePage()
        self._stack = QStackedWidget()
        for page in (*self._pages.values(), self._trouble):
            self._stack.addWidget(page)
        self._tabs = _Tabs(self.page_wanted)
        self._arrange()
        for bench in (self._receive, self._sign_in, self._setup):
            bench.pressed.connect(self.pressed)
            bench.submitted.connect(self.submitted)
        self._receive.photo_wanted.connect(self.photo_wanted)
        self._receive.enlarge_wanted.connect(self.enlarge_wanted)
        self._receive.marked.connect(self.marked)
        self._notice.acknowledged.connect(self.acknowledged)
        self._trouble.chosen.connect(self.trouble_answered)
        self._exceptions.decide_wanted.connect(lambda: self._ask(_DECIDE))
        self._listen(search, devices, bins)
        self._shift.line_wanted.connect(self.line_wanted)
        self._shift.thing_wanted.connect(self._tell_story)

    def _listen(self, search: SearchPage, devices: DevicesPage, bins: BinsPage) -> None:
        """Hand on what these pages want."""
        bins.bin_wanted.connect(self.bin_wanted)
        bins.act_wanted.connect(lambda: self._ask(_BINS))
        search.searched.connect(self.searched)
        search.photo_wanted.connect(self.photo_wanted)
        devices.support_wanted.connect(self.support_wanted)
        devices.retry_wanted.connect(self.retry_wanted)
        devices.setup_wanted.connect(lambda: self.page_wanted.emit(SETUP))

    def _arrange(self) -> None:
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        column = QVBoxLayout()
        self._columns.addLayout(column, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._banner, self._header):
            column.addWidget(widget)
        strip = QHBoxLayout()
        strip.setContentsMargins(S16, S12, S16, 0)
        strip.addWidget(self._notice)
        column.addLayout(strip)
        column.addWidget(self._stack, 1)
        column.addWidget(self._tabs)

    def render(self, view: View) -> None:
        """Show a view; nothing else changes what the window shows."""
        asked_anew = self._view is None or self._view.prompt != view.prompt
        cover = self._cover()
        if cover is not None and self._view is not None and _goes_on(self._view, view):
            cover.leave()
        self._view = view
        self.setWindowTitle(view.tr.gettext(mark("Returns Station")))
        direction = Qt.LayoutDirection.RightToLeft if view.right_to_left else Qt.LayoutDirection.LeftToRight
        if QApplication.layoutDirection() != direction:
            QApplication.setLayoutDirection(direction)
        page: Any = self._trouble if view.failed or view.cannot_save else self._pages[self._page_name(view)]
        for part in (self._banner, self._header, self._notice, self._tabs):
            part.render(view)
        # A page chooses the size of its pictures by the room it has: the notice above it takes some, or leaves it.
        self._columns.activate()
        page.resize(self._stack.size())
        page.layout().activate()
        page.render(view)
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
            (page.focusProxy() or self).setFocus(Qt.FocusReason.OtherFocusReason)
        elif asked_anew and isinstance(QApplication.focusWidget(), KeyButton):
            # A button that answered one question must not answer the next one to the space bar.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        # Wrapped words ask for their height only after they got their width: settle all of it before it is painted.
        for _ in range(_SETTLING_PASSES):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def has_room_for(self, panel: QWidget) -> bool:
        """Whether a panel at its least width has room beside the bench at its own."""
        return self._room_beside(panel) >= panel.minimumWidth()

    def _room_beside(self, panel: QWidget) -> int:
        """As wide as a panel likes to be, and no wider than the bench can spare."""
        return min(panel.sizeHint().width(), self.width() - _LEAST[0])

    def show_beside(self, panel: QWidget) -> None:
        """Show a panel: beside the bench where there is room for both, else as a window of its own."""
        if self.has_room_for(panel):
            panel.setMaximumWidth(self._room_beside(panel))
            self._columns.addWidget(panel)
            self._beside = panel
        else:
            self.put_away(panel)
            panel.setMaximumWidth(panel.sizeHint().width())
            # Without a parent, so that it lies under the bench when that is touched, and hides nothing for long.
            panel.setParent(None, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus)
            panel.resize(panel.sizeHint().width(), self.height())
            panel.move(self.geometry().topRight() - QPoint(panel.width(), 0))
        panel.show()

    def put_away(self, panel: QWidget) -> None:
        """Give the bench the room of a panel beside it."""
        panel.hide()
        self._columns.removeWidget(panel)
        panel.setParent(None)
        self._beside = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A panel beside the bench is as wide as there is room; a window that became too narrow for both lets it go."""
        super().resizeEvent(event)
        if self._beside is not None:
            self.show_beside(self._beside)

    def event(self, event: QEvent) -> bool:
        """Tell when a picture has reached the screen; no key is a shortcut while photos lie over the bench."""
        if event.type() == QEvent.Type.ShortcutOverride and self._cover() is not None:
            event.accept()
            return True
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            self.painted.emit()
        return done

    def shown_first(self, tell: Callable[[], None]) -> None:
        """Call `tell` once, when the first picture is on the screen."""
        self._tell = tell

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell of the first picture, as soon as Qt has brought it to the screen."""
        super().paintEvent(event)
        if self._tell is not None:
            QTimer.singleShot(0, self._tell)
            self._tell = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer the prompt by key, or type; F-keys are the page buttons' own."""
        now, shown = self._now(), self._stack.currentWidget()
        alone = self._cover() or (self._trouble if shown is self._trouble else None)
        if alone is not None:
            alone.keyPressEvent(event)
            return
        if self._view is not None and event.key() in _ENTER and not (now and now.typed) and refusal_stands(self._view):
            self.acknowledged.emit()
            return
        if any(shown is page and page.press(event.text()) for page in self._keyed):
            return
        if shown is self._receive and self._receive.press(event):
            return
        if self._is_of_page(shown, event.key()):
            return
        if event.key() in _SCROLLS and any(each.turn(_SCROLLS[event.key()]) for each in shown.findChildren(Scroll)):
            return
        if self._view is None or now is None:
            super().keyPressEvent(event)
            return
        name = _NAMES.get(Qt.Key(event.key()), "") or event.text().upper()
        name = _FUNCTIONS.get(Qt.Key(event.key()), name)
        if event.key() in _ENTER and now.typed:
            now.submit()
        elif event.key() == Qt.Key.Key_Escape and (now.typed or now.has_focus):
            now.forget_typing()
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif event.key() == Qt.Key.Key_Backspace:
            now.erase()
        elif event.text() == "/" and not now.typed and not self._types(event.text()):
            now.focus_entry()
        else:
            self._press_or_type(now, self._view, name, event.text())

    def _is_of_page(self, shown: QWidget | None, key: int) -> bool:
        """Do what a key does on one page alone; tells whether it did."""
        asking = {Qt.Key.Key_F9: (self._pages["bins"], _BINS), Qt.Key.Key_F10: (self._exceptions, _DECIDE)}
        page, button = asking.get(Qt.Key(key), (None, _DECIDE))
        if page is not None and shown is page:
            self._ask(button)
        elif shown is self._shift and key == Qt.Key.Key_Escape:
            self._shift.leave()
        else:
            return False
        return True

    def _ask(self, button: Button) -> None:
        """Ask at the bench which exception, or bin, it is: there every answer has its key, its tile and its barcode."""
        self.page_wanted.emit("receive")
        self.pressed.emit(button)

    def _tell_story(self, code: str) -> None:
        """Leave for the page that tells the story of a thing."""
        self.page_wanted.emit("search")
        self.searched.emit(code)

    def _press_or_type(self, now: NowPanel, view: View, name: str, text: str) -> None:
        button = _button_of(view, name) if not now.typed and not self._types(text) else None
        if button is None and self._stack.currentWidget() is self._receive:
            button = _ALWAYS.get(name)
        if button is None and not now.typed and self._stack.currentWidget() is self._receive:
            button = _beside_the_answers(view, name)
        if button is not None:
            self.pressed.emit(button)
        elif text.isprintable() and text:
            now.type_text(text)

    def _types(self, text: str) -> bool:
        """Whether a key belongs to an address, which may begin with the key of an answer, or with a stroke."""
        return self._view is not None and self._view.prompt.entry == "address" and text != "" and text.isprintable()

    def _cover(self) -> SideBySide | None:
        """Return the photos that lie over the bench; they have the focus as long as they do."""
        focused = self.focusWidget()
        return focused if isinstance(focused, SideBySide) and focused.isVisible() else None

    def _now(self) -> NowPanel | None:
        shown = self._stack.currentWidget()
        return next((page.now for page in (self._receive, self._sign_in, self._setup) if page is shown), None)

    @staticmethod
    def _page_name(view: View) -> str:
        if view.page != "receive":
            return view.page
        return "sign-in" if view.prompt.stage in _SIGN_IN_STAGES else "receive"


def _goes_on(before: View, now: View) -> bool:
    """Whether something was done at the bench, that is to be seen: what lies over it is in the way then."""
    said = now.notice is not None and now.notice != before.notice
    moved = (now.prompt, now.page, now.failed, now.cannot_save)
    return said or moved != (before.prompt, before.page, before.failed, before.cannot_save)


def refusal_stands(view: View) -> bool:
    """Whether a refusal waits to be acknowledged; a stop on the screen is acknowledged for itself."""
    return view.notice is not None and view.notice.tone is Tone.REFUSED and view.prompt.stage != Stage.INTERLOCK


def _button_of(view: View, name: str) -> Button | None:
    """Return the button with this key; Enter is also the key of the expected answer."""
    buttons = view.prompt.buttons
    by_key = next((each for each in buttons if each.key.upper() == name.upper()), None)
    if by_key is None and name == "Enter":
        return next((each for each in buttons if each.main), None)
    return by_key


def _beside_the_answers(view: View, name: str) -> Button | None:
    """Return what a digit says that no answer has, for the bench to answer. Where digits are typed there is none."""
    numbered = any(each.key.isdecimal() for each in view.prompt.buttons)
    if view.prompt.entry != "none" or not numbered or not (name.isascii() and name.isdecimal()):
        return None
    return Button(name, "", Command(Do.CHOOSE, name))


class _Tabs(QFrame):
    """The buttons of the pages, each with its F-key; a role sees its own pages."""

    def __init__(self, wanted: SignalInstance) -> None:
        super().__init__()
        self.setObjectName("bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, S4, S16, S4)
        row.setSpacing(S4)
        self._tabs: dict[str, KeyButton] = {}
        self._shortcuts: dict[str, QShortcut] = {}
        for name, key in (*((name, page[0]) for name, page in PAGES.items()), (SIMULATOR, SIMULATOR_TAB[0])):
            button = tab()
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
            for signal in (button.clicked, shortcut.activated):
                signal.connect(lambda *_, name=name: wanted.emit(name))
            row.addWidget(button)
            self._tabs[name], self._shortcuts[name] = button, shortcut

    def render(self, view: View) -> None:
        """Show the pages this person has."""
        for name, (key, words, _) in PAGES.items():
            allowed = may_open(name, view.state)
            self._tabs[name].setVisible(allowed)
            self._shortcuts[name].setEnabled(allowed)
            self._tabs[name].show_button(key, view.tr.gettext(words))
            self._tabs[name].setChecked(view.page == name or (view.page == SETUP and name == "devices"))
        self._tabs[SIMULATOR].setVisible(view.demo)
        self._shortcuts[SIMULATOR].setEnabled(view.demo)
        self._tabs[SIMULATOR].show_button(SIMULATOR_TAB[0], view.tr.gettext(SIMULATOR_TAB[1]))
        self._tabs[SIMULATOR].setChecked(False)

"""The one door between the threads of the devices and the thread of the screen."""

from collections.abc import Callable
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Qt, Signal

from devices.readings import Frame, Weight
from station.inputs import FrameJudged

# Of these only the newest of each device is news.
_Newest = Frame | FrameJudged | Weight


class Inbox(QObject):
    """Takes values from any thread and hands them over in the thread it was born in, in the order they came.

    It must be made in the UI thread: a slot of an object made elsewhere would run elsewhere. After `close` nothing
    is handed over any more, and posting is harmless.
    """

    _came = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._values: SimpleQueue[object] = SimpleQueue()
        self._take: Callable[[object], object] | None = None
        self._came.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def open(self, take: Callable[[object], object]) -> None:
        """Hand over to `take` from now on, beginning with what has come already."""
        self._take = take
        self._came.emit()

    def post(self, value: object) -> None:
        """Bring a value to the screen's thread; returns at once."""
        self._values.put(value)
        try:
            self._came.emit()
        except RuntimeError:
            # Qt has destroyed its half of this object at the end of the program; there is no screen to tell.
            return

    def close(self) -> None:
        """Hand nothing over any more."""
        self._take = None
        while self._next() is not None:
            continue

    def _hand_over(self) -> None:
        """Hand over all that came; without anyone to take it, it waits.

        Of each device's live pictures and figures that piled up only the newest is news.
        """
        if self._take is None:
            return
        came: list[object] = []
        while (value := self._next()) is not None:
            came.append(value)
        newest: dict[tuple[type, str], int] = {
            (type(value), value.device): place for place, value in enumerate(came) if isinstance(value, _Newest)
        }
        for place, value in enumerate(came):
            device = value.device if isinstance(value, _Newest) else ""
            if self._take is not None and newest.get((type(value), device), place) == place:
                self._take(value)

    def _next(self) -> object | None:
        try:
            return self._values.get_nowait()
        except Empty:
            return None

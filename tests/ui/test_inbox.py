"""The door: in order, in the thread of the screen, and shut without harm."""

import threading

from PySide6.QtWidgets import QApplication

from devices.readings import Frame, Up
from ui.inbox import Inbox


def test_what_threads_post_is_handed_over_in_the_screens_thread_in_order(qapp: QApplication, qtbot) -> None:
    inbox, came, where = Inbox(), [], set()

    def take(value: object) -> None:
        came.append(value)
        where.add(threading.current_thread())

    inbox.open(take)
    threads = [threading.Thread(target=lambda n=n: [inbox.post((n, k)) for k in range(200)]) for n in range(4)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: len(came) == 800, timeout=60_000)
    for thread in threads:
        thread.join()
    assert where == {threading.main_thread()}
    for number in range(4):
        assert [k for n, k in came if n == number] == list(range(200))


def test_what_came_before_anyone_listened_is_kept(qapp: QApplication, qtbot) -> None:
    inbox, came = Inbox(), []
    inbox.post("early")
    qapp.processEvents()
    inbox.open(came.append)
    qtbot.waitUntil(lambda: came == ["early"], timeout=60_000)


def test_of_piled_up_pictures_only_the_newest_is_handed_over(qapp: QApplication, qtbot) -> None:
    inbox, came = Inbox(), []
    for number in range(5):
        inbox.post(Frame("camera", b"", 0, 0, number))
        inbox.post(Up("scale", number))
    inbox.post(Frame("camera-2", b"", 0, 0, 9))
    inbox.open(came.append)
    qtbot.waitUntil(lambda: bool(came), timeout=60_000)
    assert [(value.device, value.at) for value in came if isinstance(value, Frame)] == [("camera", 4), ("camera-2", 9)]
    assert [value.at for value in came if isinstance(value, Up)] == [0, 1, 2, 3, 4]


def test_after_closing_nothing_comes_and_posting_does_no_harm(qapp: QApplication) -> None:
    inbox, came = Inbox(), []
    inbox.open(came.append)
    inbox.post("late")
    inbox.close()
    inbox.post("later")
    qapp.processEvents()
    assert came == []


def test_it_can_be_opened_again_for_another_station(qapp: QApplication, qtbot) -> None:
    inbox, first, second = Inbox(), [], []
    inbox.open(first.append)
    inbox.close()
    inbox.open(second.append)
    inbox.post(1)
    qtbot.waitUntil(lambda: second == [1], timeout=60_000)
    assert first == []

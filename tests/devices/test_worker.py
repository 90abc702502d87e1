"""The supervisor around a session: each change said once, failures outlived, threads joined."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from devices.readings import Down, Fault, Up
from devices.worker import RECENT_FRAMES, DeviceError, Link, Worker


class Scripted:
    """A session that does one deed per connection, and waits once it has run out of them."""

    def __init__(self, *deeds: Callable[[Link], None]) -> None:
        self._deeds = list(deeds)
        self.runs = 0
        self.done = threading.Event()

    def run(self, link: Link) -> None:
        self.runs += 1
        if self._deeds:
            self._deeds.pop(0)(link)
            return
        self.done.set()
        while not link.wait(10.0):
            pass


def fail(error: Exception, up_first: bool = False) -> Callable[[Link], None]:
    def deed(link: Link) -> None:
        if up_first:
            link.up()
        raise error

    return deed


def reports(session: Scripted, inbox, pause_s: float = 0.001) -> list[str]:
    """Run the script and list what was said about health."""
    worker = Worker("device", session, inbox.post, (pause_s, pause_s))
    worker.start()
    assert session.done.wait(60.0)
    worker.stop()
    return ["up" if isinstance(reading, Up) else str(reading.why) for reading in inbox.readings]


@pytest.mark.usefixtures("goes_down")
def test_each_change_is_said_once(inbox) -> None:
    gone = OSError("gone")
    session = Scripted(
        fail(gone), fail(gone), fail(gone, up_first=True), fail(gone), fail(gone), fail(gone, up_first=True)
    )
    assert reports(session, inbox) == ["unreachable", "up", "lost", "up", "lost"]
    assert session.runs == 7


def test_up_is_said_once_however_often_it_proves_itself(inbox) -> None:
    def talkative(link: Link) -> None:
        for _ in range(3):
            link.up()

    assert reports(Scripted(talkative), inbox) == ["up"]


@pytest.mark.usefixtures("goes_down")
def test_another_cause_is_said_again_and_a_disappearance_too(inbox) -> None:
    frozen, silent = DeviceError(Fault.frozen), DeviceError(Fault.no_frames)
    session = Scripted(fail(frozen), fail(frozen), fail(silent), fail(OSError("gone")), fail(OSError("gone")))
    assert reports(session, inbox) == ["frozen", "no_frames", "unreachable"]


@pytest.mark.usefixtures("goes_down")
def test_the_pauses_grow_to_the_longest(inbox) -> None:
    began: list[float] = []

    def absent(link: Link) -> None:
        began.append(time.monotonic())
        raise OSError("gone")

    session = Scripted(*[absent] * 5)
    worker = Worker("device", session, inbox.post, (0.02, 0.08))
    worker.start()
    assert session.done.wait(60.0)
    worker.stop()
    pauses = [later - earlier for earlier, later in pairwise(began)]
    assert all(pause >= least for pause, least in zip(pauses, (0.02, 0.04, 0.08, 0.08), strict=True))


@pytest.mark.usefixtures("goes_down")
def test_a_bug_in_a_driver_is_logged_and_outlived(inbox, expect_log) -> None:
    expect_log("device: the driver failed")
    session = Scripted(fail(ZeroDivisionError("a bug")), lambda link: link.up())
    assert reports(session, inbox) == ["broken", "up"]


def test_the_last_frames_are_kept(inbox) -> None:
    def chatter(link: Link) -> None:
        for number in range(RECENT_FRAMES + 50):
            link.saw(b"%d" % number)

    session = Scripted(chatter)
    worker = Worker("device", session, inbox.post, (0.001, 0.001))
    worker.start()
    assert session.done.wait(60.0)
    worker.stop()
    assert [frame.raw for frame in worker.recent()] == [b"%d" % number for number in range(50, RECENT_FRAMES + 50)]


def test_a_nudge_ends_a_wait_and_stopping_says_nothing(inbox) -> None:
    woken = threading.Event()
    links: list[Link] = []

    def sleepy(link: Link) -> None:
        link.up()
        links.append(link)
        assert not link.wait(60.0)
        woken.set()
        assert link.wait(60.0)
        raise OSError("closed under it")

    worker = Worker("device", Scripted(sleepy), inbox.post)
    worker.start()
    inbox.next(Up)
    links[0].nudge()
    assert woken.wait(60.0)
    worker.stop()
    worker.stop()
    assert not inbox.of(Down)


@pytest.mark.usefixtures("goes_down")
def test_a_nudge_ends_the_pause_between_attempts(inbox, until) -> None:
    runs = []

    def absent(link: Link) -> None:
        runs.append(time.monotonic())
        raise OSError("gone")

    worker = Worker("device", Scripted(*[absent] * 3, lambda link: link.up()), inbox.post, (600.0, 600.0))
    worker.start()
    for attempt in range(3):
        until(lambda seen=attempt: len(runs) > seen)
        worker.nudge()
    inbox.next(Up)
    worker.stop()


@pytest.mark.usefixtures("goes_down")
def test_after_a_nudge_the_pauses_start_over(inbox, until) -> None:
    """A port that has just appeared may refuse at first, for its permissions come a moment later."""
    runs: list[float] = []

    def absent(link: Link) -> None:
        runs.append(time.monotonic())
        raise OSError("gone")

    # Pauses that doubled in twenty attempts from 10 ms would be longer than any test may take.
    session = Scripted(*[absent] * 24, lambda link: link.up())
    worker = Worker("device", session, inbox.post, (0.01, 600.0))
    worker.start()
    for attempt in range(20):
        until(lambda seen=attempt: len(runs) > seen)
        worker.nudge()
    inbox.next(Up)
    worker.stop()


def test_a_worker_that_never_started_stops(inbox) -> None:
    Worker("device", Scripted(), inbox.post).stop()


def test_a_session_that_will_not_end_is_named(inbox, expect_log, monkeypatch) -> None:
    expect_log("device did not stop within")
    monkeypatch.setattr("devices.worker.STOP_WITHIN_S", 0.05)
    let_go, deaf = threading.Event(), threading.Event()

    def hang(link: Link) -> None:
        deaf.set()
        let_go.wait(60.0)

    worker = Worker("device", Scripted(hang), inbox.post)
    worker.start()
    assert deaf.wait(60.0)
    worker.stop()
    let_go.set()


def test_a_driver_that_comes_late_out_of_a_connect_says_nothing_of_a_device_that_has_another(inbox) -> None:
    link = Link("scanner", inbox.post)
    link.stop()
    link.up()
    link.down(Fault.lost)
    assert inbox.readings == [] and not link.is_up


def test_a_password_in_an_address_is_said_to_nobody(inbox, expect_log) -> None:
    expect_log(r"device is down: unreachable could not open rfc2217://scale-host:4001$")
    session = Scripted(fail(OSError("could not open rfc2217://bob:pw9@scale-host:4001")))
    assert reports(session, inbox) == ["unreachable"]
    assert inbox.readings[0].detail == "could not open rfc2217://scale-host:4001"

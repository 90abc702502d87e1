"""What is looked at becomes words: lamps, notices that pass, stories without codes in them, local time."""

import re
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel

from devices.readings import Down, Fault, Up
from resources.words import Translator
from station.inputs import Command, Do
from station.local_copy import COPY_FILE, LocalCopy, Record
from station.outcome import Tone
from station.records import Ruled
from station.shifts.facts import DeliveryCounted
from tests.ui.conftest import parcel_called
from ui import story, wording
from ui.parts.buttons import KeyButton
from ui.parts.preview import Preview
from ui.parts.text import Text
from ui.screen import NOTICE_S
from ui.window import Window


def told(see: Callable, code: str, language: str = "en") -> list[str]:
    view = see(language, page="search", searched=code)
    return [story.sentence(view.tr, line) for line in view.story]


def test_who_signs_as_the_second_sees_the_lines_of_that_shift(hands, see: Callable, window: Window) -> None:
    hands.sign_in("BDG-9001")
    first = hands.bench.state.shift
    hands.bench.journal.append([DeliveryCounted(first, "UPS", 12)], operator="BDG-9001", shift=first)
    hands.do(Do.CLOSE_SHIFT)
    for what, value in ((Do.CHOOSE, "count"), (Do.FINISH, ""), (Do.CHOOSE, "1//UPS"), (Do.CHOOSE, "lost")):
        hands.do(what, value)
    hands.do(Do.CHOOSE, "12")
    hands.do(Do.CONFIRM)
    for code in ("BDG-9001", "9999", "BDG-9002"):
        assert see(page="shift").page == "shift"
        hands.scan(code)
    at_once = see(page="shift")
    assert hands.bench.state.operator is None, "nobody is signed in, and the badge of the second one was scanned"
    assert (at_once.page, [line.explained for line in at_once.lines if line.rule == 1]) == ("shift", [-12])
    window.render(at_once)
    said = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "Signed by one." in said and "needs its reasons" not in said and "waits for its second" not in said
    shown = {each.accessibleName() for each in window.findChildren(KeyButton) if each.isVisible()}
    assert "F5 Shift" in shown and "F4 Exceptions" not in shown
    hands.do(Do.CANCEL)
    assert see(page="shift").page == "receive", "it is left for later, and nobody has the page any more"
    hands.sign_in("BDG-9002")
    assert {line.rule for line in see(page="shift").lines} == {9}, "the next one has only begun"
    hands.do(Do.CLOSE_SHIFT)
    hands.do(Do.CHOOSE, f"second/{first}")
    view = see(page="shift")
    assert [(line.way, line.difference, line.explained) for line in view.lines if line.rule == 1] == [("UPS", -12, -12)]
    window.render(view)
    words = {label.text() for label in window.findChildren(QLabel) if label.isVisible()}
    assert "-12  Delivered by the carriers · UPS" in words and any(each.startswith(first) for each in words)


def test_what_only_says_done_goes_by_itself(hands, see: Callable) -> None:
    hands.sign_in()
    hands.begin("tee")
    assert hands.bench.notice.tone is Tone.ACCEPTED
    said_at = hands.desk.noticed_at
    assert abs(said_at - time.monotonic()) < 60
    assert see(at=said_at + NOTICE_S - 0.1).notice == hands.bench.notice
    assert see(at=said_at + NOTICE_S).notice is None


@pytest.mark.parametrize(("code", "tone"), [("NOT-A-BADGE", Tone.REFUSED), ("", Tone.ATTENTION)])
def test_a_refusal_and_a_warning_do_not_go_by_themselves(hands, see: Callable, code: str, tone: Tone) -> None:
    if code:
        hands.scan(code)
    else:
        hands.sign_in()
        hands.begin_unweighed("unknown")
    assert hands.bench.notice.tone is tone
    assert see(at=hands.desk.noticed_at + 3600).notice == hands.bench.notice


def test_a_bench_that_lives_on_its_reserve_says_so_once_and_has_a_lamp(hands, see: Callable) -> None:
    hands.sign_in()
    assert "disk" not in [lamp.device for lamp in see().lamps]
    hands.bench.journal._reserve.spend()
    hands.begin_unweighed("tee")
    assert hands.bench.notice.tone is Tone.ATTENTION
    assert "The disk is full" in hands.bench.notice.text
    lamp = see().lamps[-1]
    assert (lamp.device, lamp.light, lamp.why) == ("disk", "attention", "last_space")
    assert "make room" in wording.cure(Translator("en"), lamp.why)
    hands.weigh(100)
    assert "The disk is full" not in hands.bench.notice.text


def test_the_reserve_is_no_reason_to_hide_a_refusal(hands) -> None:
    hands.sign_in()
    hands.begin_unweighed("tee")
    hands.bench.journal._reserve.spend()
    hands.scan("RS:nonsense")
    assert hands.bench.notice.tone is Tone.REFUSED
    hands.weigh(100)
    assert "The disk is full" in hands.bench.notice.text


def test_a_story_has_words_for_questions_answers_reasons_and_people(hands, see: Callable) -> None:
    hands.sign_in()
    parcel = hands.begin_unweighed("three-orders")
    hands.do(Do.SKIP)
    hands.do(Do.CHOOSE, "size")
    hands.scan(parcel.items[0].code)
    hands.do(Do.SKIP)
    hands.do(Do.CHOOSE, "danger")
    hands.go_to("result")
    hands.do(Do.OVERRIDE)
    hands.do(Do.CHOOSE, "hold")
    hands.do(Do.CHOOSE, "client_asked")
    hands.go_to("label")
    hands.do(Do.REPRINT)
    hands.do(Do.CHOOSE, "damaged")
    hands.go_to("item")
    hands.do(Do.FINISH)
    hands.do(Do.CHOOSE, "missing")
    lines = "\n".join(told(see, parcel.code))
    for words in (
        "Parcel opened unweighed: It does not fit on the scale",
        "It is not safe to handle",
        "Is the bag still sealed, and the tag attached? Answer: Bag sealed",
        "instead of Restock: The client asked for it",
        "The label is damaged",
        "Missing from RMA-1054: 1 × Court sneakers, white, 42",
    ):
        assert words in lines, lines
    assert "Respuesta:" in "\n".join(told(see, parcel.code, "es"))
    ids = ("danger", "client_asked", "RouteOverridden", "packaging")
    assert not [word for word in ids if word in lines]
    view = see(page="search", searched=parcel.code)
    who = {story.moment(view, each.told.entry.at, each.told.entry.operator).split(" · ")[1] for each in view.story}
    assert who == {"Ayla Demir"}


def test_what_a_supervisor_decided_at_central_is_read_on_the_page_of_the_search(
    hands, see: Callable, window: Window, tmp_path: Path, qapp: QApplication
) -> None:
    by = ("Ana (desk)", "The photo came first", "2026-04-18T09:00:00.000000Z")
    made = (
        Ruled("resolution", "RMA-1045", "1", "refund", 1500, *by),
        Ruled("merge_suggestion", "RMA-1045", "1ZNA0HTV", "together", 0, *by),
    )
    with closing(LocalCopy.open(tmp_path / COPY_FILE)) as copy:
        after = copy.cursor()
        records = [
            Record(seq, "ruling", f"{each.kind}|{each.rma}|{each.line}", msgspec.Raw(msgspec.json.encode(each)))
            for seq, each in enumerate(made, after + 1)
        ]
        copy.apply(after + 1, after + 2, records)
    hands.sign_in()
    hands.begin("tee")
    for code in ("RMA-1045", parcel_called("tee").code):
        window.render(see(page="search", searched=code))
        qapp.processEvents()
        read = {each.text() for each in window.findChildren(QLabel) if each.isVisible()}
        assert {
            "Decided at central on RMA-1045, line 1: the customer gets money back",
            "Decided at central on 1ZNA0HTV: it belongs to this return order",
            "The photo came first",
        } <= read, read


def test_a_badge_nobody_knows_is_shown_as_it_is(see: Callable) -> None:
    assert story.moment(see(), "2026-04-16T14:22:09.120000Z", "BDG-GONE").endswith(" · BDG-GONE")


def test_who_changed_a_route_gave_a_reason_in_words(hands, see: Callable) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("result")
    hands.do(Do.OVERRIDE)
    hands.do(Do.CHOOSE, "hold")
    hands.do(Do.CHOOSE, "client_asked")
    assert see().changed_why == "The client asked for it"


def test_moments_are_told_by_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        monkeypatch.setenv("TZ", "Europe/Madrid")
        time.tzset()
        at = {"at": "2026-04-16T23:22:09.120000Z"}
        said = {code: wording.say(Translator(code), "{at}", at) for code in ("en", "es")}
        assert said == {"en": "Friday, 17 April 2026, 01:22", "es": "viernes, 17 de abril de 2026, 01:22"}
        assert wording.brief_moment(Translator("en"), "2026-04-16T23:22:09Z") == "Fri 17 Apr, 01:22:09"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert wording.day_and_time(Translator("en"), "no time") == wording.brief_moment(Translator("en"), "no time")


def test_a_parcel_received_before_says_which_when_and_by_whom(hands, see: Callable) -> None:
    hands.sign_in()
    parcel = hands.begin_unweighed("again")
    view = see()
    said = wording.say(view.tr, view.prompt.reason, view.prompt.params).replace("\u200b", "")
    assert re.fullmatch(rf"{parcel.code}: at D02 by Grace Okafor, Thursday, 16 April 2026, \d\d:\d\d\.", said), said


@pytest.mark.parametrize("code", ["HELLO WORLD 1", "X" * 300])
def test_what_is_this_code_shows_the_code(hands, see: Callable, code: str) -> None:
    hands.sign_in()
    hands.scan(code)
    view = see()
    assert view.prompt.stage == "meaning"
    said = wording.say(view.tr, view.prompt.reason, view.prompt.params).replace("\u200b", "")
    assert said == code if len(code) < 40 else said.startswith("XXXXX") and "…" in said and len(said) < 60


def test_a_picture_that_stands_still_does_not_look_live(hands, see: Callable, dress: Callable) -> None:
    dress("light")
    preview = Preview()
    preview.resize(640, 360)
    hands.desk.take(Up("camera", 0.0))
    preview.render(see())
    live = preview.grab().toImage()
    hands.desk.take(Down("camera", Fault.frozen, 0.0))
    preview.render(see())
    assert "Camera: frozen" in preview.accessibleName()
    assert "unplug it" in preview.accessibleName()
    still = preview.grab().toImage()
    assert colourfulness(still) < colourfulness(live) / 2
    hands.desk.take(Up("camera", 0.0))
    preview.render(see())
    assert preview.grab().toImage() == live
    preview.deleteLater()
    QApplication.processEvents()


def test_while_a_photo_is_taken_the_screen_says_so(hands, see: Callable) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    preview = Preview()
    hands.desk.take(Command(Do.SHOOT))
    preview.render(see())
    assert "Taking the photo" in preview.accessibleName()
    hands.settle()
    assert hands.last_photo()
    preview.render(see())
    assert "Taking the photo" not in preview.accessibleName()
    preview.deleteLater()


def colourfulness(image: QImage) -> float:
    """How far the pixels are from grey, on average."""
    colours = [QColor(image.pixel(x, y)) for x in range(40, 600, 20) for y in range(20, 340, 20)]
    return sum(max(c.red(), c.green(), c.blue()) - min(c.red(), c.green(), c.blue()) for c in colours) / len(colours)


def test_beside_an_unknown_parcel_stand_the_orders_it_may_be(hands, see: Callable) -> None:
    hands.sign_in()
    hands.begin("unknown-abroad")
    assert see().likely == ()
    hands.scan("H2224425130")
    assert see().likely == ()  # the evidence of the item in work has the place
    hands.go_to("place")
    hands.go_to("item")
    assert next(each.rma for each in see().likely) == "RMA-1044"


def test_a_line_that_finds_no_room_ends_in_an_ellipsis(qapp: QApplication) -> None:
    line = Text("small", wrap=False)
    line.show_text("Maximiliano Rodríguez-Castellanos")
    line.resize(line.sizeHint())
    whole = line.grab().toImage()
    line.resize(line.width() // 2, line.height())
    half = line.grab().toImage()
    assert half != whole.copy(0, 0, half.width(), half.height())
    assert line.text().replace("\u200b", "") == "Maximiliano Rodríguez-Castellanos"

"""What was read in photos: asked about before it counts, never in the way, and taken back with its photo."""

from datetime import date, timedelta

import msgspec
import pytest

from grading.reading import Reading
from station import facts as f
from station.doubtful import doubt_due
from station.fold import fold
from station.inputs import Do, LabelRead
from station.journal import Journal
from station.moments import today
from station.outcome import Tone
from station.prompt import prompt
from station.receiving.parcel import Item
from station.stages import Stage
from station.state import State

SHIPPED = "H2224425130"
ANSWERS = {"packaging": "no_box", "body": "smooth"}


def serial(text: str, confidence: int = 990) -> Reading:
    return Reading("serial", text, confidence, (10, 20, 300, 30))


@pytest.fixture
def unread(walk):
    """Headphones whose serial number nobody could scan, photographed."""
    walk.arrive("headphones").scan("9506000001074").found_safe().do(Do.SKIP)
    while walk.stage is Stage.PHOTO:
        walk.photo()
    return walk


@pytest.fixture
def scanned(walk):
    """Headphones with their serial number scanned, photographed."""
    walk.arrive("headphones").scan("9506000001074").found_safe().scan(SHIPPED)
    while walk.stage is Stage.PHOTO:
        walk.photo()
    return walk


def kinds(walk) -> list[str]:
    return [f.name_of(fact) for fact in walk.facts]


def test_nothing_waits_for_a_reading(scanned) -> None:
    scanned.examine(ANSWERS)
    assert scanned.stage is Stage.RESULT


def test_a_reading_never_comes_between_a_person_and_their_question(scanned) -> None:
    before = prompt(scanned.state, scanned.known)
    scanned.read("label", serial("ZZ77777777"))
    assert prompt(scanned.state, scanned.known) == before
    assert scanned.last.notice is None


@pytest.mark.parametrize("text", [SHIPPED, "H222442513O", "H22244251", "h2224-425130"])
def test_a_reading_like_the_scanned_number_asks_nothing(scanned, text: str) -> None:
    assert scanned.read("label", serial(text)).examine(ANSWERS).stage is Stage.RESULT


@pytest.mark.parametrize("answer", ["2", "3"])
def test_another_number_than_the_scanned_one_is_asked_about_and_a_no_changes_nothing(scanned, answer: str) -> None:
    scanned.read("label", serial("ZZ77777777")).examine(ANSWERS)
    assert scanned.stage is Stage.READING
    scanned.do(Do.CHOOSE, answer)
    assert scanned.stage is Stage.RESULT
    assert scanned.state.item.serial.verdict == "same"
    assert "serial_photo_differs" not in [e.kind for e in scanned.state.parcel.exceptions]


def test_a_confirmed_number_that_contradicts_the_scan_goes_to_the_supervisor(scanned) -> None:
    scanned.read("label", serial("ZZ77777777")).examine(ANSWERS).do(Do.CHOOSE, "1")
    (raised,) = (each for each in scanned.facts if isinstance(each, f.ExceptionRaised))
    assert (raised.kind, raised.owner, raised.detail) == (
        "serial_photo_differs",
        "supervisor",
        f"{SHIPPED} / ZZ77777777",
    )
    assert scanned.state.item.serial == f.SerialChecked(scanned.state.item.identified.item, SHIPPED, "same")
    assert scanned.stage is Stage.INTERLOCK
    scanned.do(Do.CONFIRM)
    assert (scanned.stage, scanned.state.item.disposition) == (Stage.RESULT, "hold")


def test_a_contradiction_that_was_read_badly_is_not_asked_about(scanned) -> None:
    assert scanned.read("label", serial("ZZ77777777", 700)).examine(ANSWERS).stage is Stage.RESULT


def test_a_number_nobody_could_scan_counts_once_it_is_confirmed(unread) -> None:
    unread.read("label", serial(SHIPPED)).examine(ANSWERS)
    assert unread.stage is Stage.READING
    assert unread.state.item.serial.verdict == "unread"
    unread.do(Do.CHOOSE, SHIPPED)
    checked = unread.state.item.serial
    assert (checked.serial, checked.verdict, checked.read_from) == (SHIPPED, "same", "photo")
    assert unread.stage is Stage.RESULT
    assert unread.last.notice.tone is Tone.ACCEPTED


def test_a_reading_that_only_looks_like_the_shipped_number_is_offered_in_both_forms(unread) -> None:
    unread.read("label", serial("H222442513O")).examine(ANSWERS)
    texts = [button.text for button in prompt(unread.state, unread.known).buttons if not button.aside]
    assert texts[:2] == [SHIPPED, "H222442513O"]
    unread.do(Do.CHOOSE, "2")
    assert unread.state.item.serial.verdict == "different"


def test_two_readings_that_look_alike_are_both_offered(unread) -> None:
    unread.read("label", serial("CO2YQEYGLVCF"), serial("C02YQEYGLVCF", 765), serial("XX99999999", 700))
    unread.examine(ANSWERS)
    texts = [button.text for button in prompt(unread.state, unread.known).buttons if not button.aside]
    assert texts[:2] == ["C02YQEYGLVCF", "CO2YQEYGLVCF"]
    assert "XX99999999" not in texts


def test_a_number_without_a_word_counts_only_when_the_order_knows_it(unread) -> None:
    unread.read("label", Reading("token", "AB-123456", 590)).examine(ANSWERS)
    assert unread.stage is Stage.RESULT


def test_another_number_than_the_photo_seems_to_show_can_be_typed(unread) -> None:
    unread.read("label", serial("ZZ77777777")).examine(ANSWERS)
    asked = unread.state
    unread.do(Do.CHOOSE, "none")
    assert (unread.stage, prompt(unread.state, unread.known).entry) == (Stage.SERIAL, "code")
    left = walk_at(unread, unread.state).do(Do.SKIP)
    assert (left.stage, left.state.item.serial.verdict, left.state.item.disposition) == (Stage.RESULT, "unread", "hold")
    typed = walk_at(unread, unread.state).scan(SHIPPED, device="keyboard")
    assert (typed.stage, typed.state.item.serial.verdict) == (Stage.RESULT, "same")
    assert typed.do(Do.UNDO).stage is Stage.SERIAL
    assert unread.do(Do.UNDO).state.parcel == asked.parcel


def walk_at(walk, state: State):
    """A walk of its own from a state."""
    return type(walk)(walk.known, state)


def test_a_reading_nobody_can_confirm_leaves_the_serial_number_unread(unread) -> None:
    unread.read("label", serial("ZZ77777777")).examine(ANSWERS).do(Do.CHOOSE, "unreadable")
    assert unread.state.item.serial.verdict == "unread"
    assert unread.stage is Stage.RESULT


def test_the_serial_number_can_be_scanned_instead(unread) -> None:
    unread.read("label", serial("ZZ77777777")).examine(ANSWERS).scan(SHIPPED)
    assert (unread.state.item.serial.serial, unread.state.item.serial.read_from) == (SHIPPED, "")


def test_a_scan_is_refused_while_another_thing_is_asked(scanned) -> None:
    scanned.read("label", Reading("expiry", "2097-03-31", 990)).examine(ANSWERS).scan(SHIPPED)
    assert scanned.last.notice.tone is Tone.REFUSED
    assert scanned.stage is Stage.READING


def test_an_answer_that_is_none_changes_nothing(unread) -> None:
    unread.read("label", serial("ZZ77777777")).examine(ANSWERS)
    before = unread.state
    unread.do(Do.CHOOSE, "9").do(Do.CHOOSE, "perhaps")
    assert unread.state == before


def test_a_date_that_can_be_two_is_asked_with_both(scanned) -> None:
    scanned.read("label", Reading("expiry", "2097-03-04", 990, (0, 0, 9, 9), ("2097-04-03",))).examine(ANSWERS)
    texts = [button.text for button in prompt(scanned.state, scanned.known).buttons if not button.aside]
    assert texts[:2] == ["2097-03-04", "2097-04-03"]
    assert scanned.state.item.identified.expiry == ""
    scanned.do(Do.CHOOSE, "2")
    assert scanned.state.item.identified.expiry == "2097-04-03"
    assert scanned.stage is Stage.RESULT


def test_a_lot_counts_once_it_is_confirmed(scanned) -> None:
    lot = Reading("lot", "4711B", 990, (10, 20, 300, 30))
    scanned.read("label", lot).read("whole", Reading("lot", "47118", 900)).examine(ANSWERS)
    shown = prompt(scanned.state, scanned.known)
    texts = [button.text for button in shown.buttons if not button.aside]
    assert (shown.title, texts[:2]) == ("Is this the lot on the item?", ["4711B", "47118"])
    assert scanned.state.item.lot == ""
    scanned.do(Do.CHOOSE, "2")
    assert scanned.state.item.lot == "47118"
    assert f.MarksRead(scanned.state.item.identified.item, "47118") in scanned.facts
    assert scanned.stage is Stage.RESULT


@pytest.mark.parametrize("answer", ["none", "unreadable"])
def test_a_lot_that_is_not_confirmed_is_not_known(scanned, answer: str) -> None:
    scanned.read("label", Reading("lot", "4711B", 990)).examine(ANSWERS).do(Do.CHOOSE, answer)
    assert (scanned.state.item.lot, scanned.stage) == ("", Stage.RESULT)


def test_a_lot_that_was_scanned_is_not_asked_about(scanned) -> None:
    known = fold(scanned.state, "t", (f.MarksRead(scanned.state.item.identified.item, "B12"),))
    assert doubt_due(known.item) is None
    item = known.item
    read = f.PhotoRead(item.identified.item, "label", item.photos[0].sha256, (Reading("lot", "4711B", 990),))
    assert doubt_due(fold(known, "t", (read,)).item) is None
    assert doubt_due(fold(scanned.state, "t", (read,)).item).subject == "lot"


def model(text: str, confidence: int = 990) -> Reading:
    return Reading("model", text, confidence, (10, 60, 300, 30))


@pytest.mark.parametrize(
    "text", ["HLD-220", "HLD 220", "hld-22O", "HLD-220 EMC 3542", "REV HLD-220/B", "HALDEN", "C", "2", "LOW NOISE"]
)
def test_the_model_of_the_article_and_what_is_no_model_number_ask_nothing(scanned, text: str) -> None:
    assert scanned.read("label", model(text)).examine(ANSWERS).stage is Stage.RESULT


def test_another_model_number_is_asked_about_beside_the_ordered_one(scanned) -> None:
    scanned.read("label", model("HLD-230")).examine(ANSWERS)
    shown = prompt(scanned.state, scanned.known)
    texts = [button.text for button in shown.buttons if not button.aside]
    assert (shown.title, texts[:2]) == ("Which model number is on the item?", ["HLD-220", "HLD-230"])
    before = len(scanned.facts)
    scanned.do(Do.CHOOSE, "2")
    raised, held = (each for each in scanned.facts[before:] if isinstance(each, f.ExceptionRaised))
    assert (raised.kind, raised.owner, raised.detail) == ("model_differs", "supervisor", "HLD-220 / HLD-230")
    assert (held.kind, held.owner) == ("held", "client")
    assert scanned.last.notice.tone is Tone.ATTENTION
    item = scanned.state.item
    assert (scanned.stage, item.disposition, item.routed.owner) == (Stage.RESULT, "hold", "client")
    assert item.routed.reasons[0].text == "Not the item that was announced"
    assert scanned.do(Do.UNDO).do(Do.CHOOSE, "1").state.item.disposition == "resale"


@pytest.mark.parametrize("answer", ["1", "3", "4"])
def test_a_model_number_that_nobody_confirms_raises_nothing(scanned, answer: str) -> None:
    scanned.read("label", model("HLD-230")).examine(ANSWERS).do(Do.CHOOSE, answer)
    assert "model_differs" not in [each.kind for each in scanned.state.parcel.exceptions]
    assert scanned.stage is Stage.RESULT


def test_a_model_number_that_was_read_badly_is_not_asked_about(scanned) -> None:
    assert scanned.read("label", model("HLD-230", 700)).examine(ANSWERS).stage is Stage.RESULT


def test_a_model_is_not_asked_about_where_the_record_has_none(walk) -> None:
    walk.arrive("kit").item("kit")
    while walk.stage is Stage.PHOTO:
        walk.photo()
    assert walk.read("label", model("LK-9")).examine({"packaging": "opened"}).stage is Stage.RESULT


def test_a_later_photo_that_agrees_settles_the_question(scanned) -> None:
    scanned.read("label", serial("ZZ77777777")).examine(ANSWERS)
    assert scanned.stage is Stage.READING
    scanned.read("whole", serial(SHIPPED))
    assert scanned.stage is Stage.RESULT


def test_a_late_reading_is_recorded_and_changes_nothing(unread) -> None:
    unread.examine(ANSWERS).label().place()
    item = unread.state.parcel.items[0]
    photo = next(each for each in item.photos if each.shot == "label")
    stage, graded = unread.stage, item.graded
    unread.give(LabelRead(item.identified.item, "label", photo.sha256, (serial(SHIPPED),), "2026-11-26"))
    assert kinds(unread)[-1] == "PhotoRead"
    assert (unread.stage, unread.state.parcel.items[0].graded) == (stage, graded)
    assert unread.state.parcel.items[0].serial.verdict == "unread"


def test_a_reading_of_a_photo_that_is_not_there_any_more_is_nothing(scanned) -> None:
    item = scanned.state.item.identified.item
    before = scanned.state
    scanned.give(LabelRead(item, "label", "ee" * 32, (serial("ZZ77777777"),), "2026-11-26"))
    scanned.give(LabelRead("no-item", "label", "ab" * 32, (serial("ZZ77777777"),), "2026-11-26"))
    assert scanned.state == before


def test_undo_keeps_what_was_read_as_long_as_its_photo_stands(unread) -> None:
    unread.read("label", serial(SHIPPED)).examine(ANSWERS).do(Do.CHOOSE, "1")
    unread.do(Do.UNDO)
    assert unread.stage is Stage.READING
    assert unread.state.item.serial.verdict == "unread"
    while len(unread.state.item.answers) > 1:  # the battery was asked about before the photos
        unread.do(Do.UNDO)
    assert len(unread.state.item.read) == 1
    while unread.state.item.photos:
        unread.do(Do.UNDO)
    assert unread.state.item.read == ()


def test_the_date_in_a_photo_stands_beside_the_question_and_answers_nothing(walk_from, unread) -> None:
    """Seen on a cosmetics item, whose questions ask for the date."""
    item = unread.state.item
    cosmetics = f.ItemIdentified("P-A01-9", "I-A01-9", "X", "undeclared", "Cream", "cosmetics")
    state = fold(unread.state, "t", (f.Placed(item.identified.item, "", "BIN-1"), cosmetics))
    cream = walk_from(state)
    while cream.stage is Stage.PHOTO:
        cream.photo()
    cream.read("batch", Reading("expiry", "2026-01-31", 990))
    while prompt(cream.state, cream.known).params.get("date") is None:
        assert cream.stage is Stage.INSPECT
        cream.do(Do.CHOOSE, "1")
    shown = prompt(cream.state, cream.known)
    assert "past" in shown.reason and shown.params == {"date": "2026-01-31"}
    assert "expiry" not in dict(cream.state.item.answers)


def test_the_journal_gives_the_same_question_again(empty_folder, unread) -> None:
    unread.read("label", serial(SHIPPED)).examine(ANSWERS)
    with Journal.open(empty_folder / "station.sqlite", "A01") as journal:
        for fact in unread.facts:
            journal.append((fact,), operator="BDG-1001", shift="S")
        state = journal.resume(State("A01", "Bench 1"))
    assert prompt(state, unread.known).buttons[0] == prompt(unread.state, unread.known).buttons[0]
    assert state.item.read == unread.state.item.read


NUMBERS = {
    "serial": ("H2224425130", "ZZ77777777"),
    "imei": ("490154203237518", "356938035643809"),
    "vin": ("1M8GDM9AXKP042788", "11111111111111111"),
}


def with_numbers(walk, shipped: str, scanned: str, *readings: Reading) -> Item:
    """The item of a walk, had this number been shipped and that one scanned, with these readings of its label."""
    item = walk.read("label", *readings).state.item
    identified = msgspec.structs.replace(item.identified, shipped_serials=(shipped,))
    verdict = "same" if scanned else "unread"
    serial = msgspec.structs.replace(item.serial, serial=scanned, verdict=verdict)
    return msgspec.structs.replace(item, identified=identified, serial=serial, read=item.read[-1:])


@pytest.mark.parametrize("kind", NUMBERS)
def test_each_kind_of_number_is_asked_about_before_it_counts(unread, kind: str) -> None:
    shipped, other = NUMBERS[kind]
    for read in (shipped, other):
        item = with_numbers(unread, shipped, "", Reading(kind, read, 990))
        doubt = doubt_due(item)
        assert doubt is not None and (doubt.subject, doubt.offered) == ("serial", (read,))
        assert (item.serial.serial, item.serial.verdict) == ("", "unread")
    misread = shipped[:-1] + {"0": "O", "8": "B"}[shipped[-1]]
    doubt = doubt_due(with_numbers(unread, shipped, "", Reading(kind, misread, 990)))
    assert doubt is not None and set(doubt.offered) >= {shipped}


@pytest.mark.parametrize("kind", NUMBERS)
def test_each_kind_of_number_that_contradicts_the_scanned_one_is_asked_about(scanned, kind: str) -> None:
    shipped, other = NUMBERS[kind]
    assert doubt_due(with_numbers(scanned, shipped, shipped, Reading(kind, other, 700))) is None
    assert doubt_due(with_numbers(scanned, shipped, shipped, Reading(kind, other, 990))).offered == (other,)
    assert doubt_due(with_numbers(scanned, shipped, shipped, Reading(kind, shipped, 990))) is None


def test_a_number_of_another_sort_than_the_scanned_one_contradicts_nothing(scanned) -> None:
    shipped, _ = NUMBERS["imei"]
    for kind, (number, _) in NUMBERS.items():
        if kind != "imei":
            assert doubt_due(with_numbers(scanned, shipped, shipped, Reading(kind, number, 990))) is None


# -- dates and lots -------------------------------------------------------------------------------------------------

DAY = date.fromisoformat(today())
FAR = (DAY + timedelta(days=400)).isoformat()
CREAM = "09506000003450"


def cream_of(walk, code: str = CREAM, aim: str = ""):
    """The night cream of its parcel, photographed as far as may be."""
    walk.arrive("undeclared").scan(code, aim)
    while walk.stage is Stage.PHOTO:
        walk.photo()
    return walk


@pytest.mark.parametrize("days", [-900, -1, 0, 15, 85])
def test_a_confirmed_date_that_is_past_or_near_is_never_restocked(walk, days: int) -> None:
    near = (DAY + timedelta(days=days)).isoformat()
    cream_of(walk).read("batch", Reading("expiry", near, 990)).examine().do(Do.CHOOSE, near)
    shown = prompt(walk.state, walk.known)
    assert (walk.stage, shown.title) == (Stage.INTERLOCK, "Out of date: it cannot be sold again")
    assert shown.reason == "It can be used until {detail}. {now} {never}" and shown.params["detail"] == near
    stopped = walk.state
    walk.do(Do.CONFIRM)
    item = walk.state.item
    assert (walk.stage, item.graded.stops, item.graded.letter) == (Stage.RESULT, ("expired",), "D")
    assert (item.routed.disposition, item.routed.reasons[0].text) == ("recycle", "Out of date: never sold again")
    walk.do(Do.UNDO)
    assert walk.state.parcel == stopped.parcel
    walk.do(Do.UNDO)
    assert (walk.stage, walk.state.item.interlocks) == (Stage.READING, ())
    assert walk.do(Do.CHOOSE, "none").state.item.disposition == "restock"


def test_a_date_far_away_stops_nothing(walk) -> None:
    cream_of(walk).read("batch", Reading("expiry", FAR, 990)).examine().do(Do.CHOOSE, FAR)
    assert (walk.stage, walk.state.item.disposition) == (Stage.RESULT, "restock")


def test_a_date_in_the_code_counts_and_no_question_is_asked_that_it_answers(walk) -> None:
    cream_of(walk, "010950600000345017240531\x1d10B7K210", "]d2")
    assert (walk.stage, walk.state.item.interlocks[0].cause) == (Stage.INTERLOCK, "use-by:2024-05-31")
    walk.do(Do.CONFIRM).examine()
    assert dict(walk.state.item.answers) == {"recall": "no"}
    assert (walk.stage, walk.state.item.disposition) == (Stage.RESULT, "recycle")


def test_date_and_lot_of_the_code_stand_beside_the_questions_about_them(walk) -> None:
    cream_of(walk, f"010950600000345017{FAR[2:].replace('-', '')}10B7K210", "]d2")
    shown = prompt(walk.state, walk.known)
    assert shown.reason.startswith("Its lot is {lot}.") and shown.params["lot"] == "B7K210"
    walk.examine_until("expiry")
    shown = prompt(walk.state, walk.known)
    assert shown.reason.startswith("The code on it says the date {date}.") and shown.params["date"] == FAR


def test_the_lot_in_a_photo_stands_beside_the_question_about_recalled_lots(walk) -> None:
    cream_of(walk).read("batch", Reading("lot", "B7K210", 990))
    shown = prompt(walk.state, walk.known)
    assert shown.reason.startswith("The photo seems to show the lot {lot}.") and shown.params["lot"] == "B7K210"
    assert walk.state.item.lot == ""


def test_the_date_in_the_code_of_the_serial_number_counts(walk) -> None:
    walk.arrive("headphones").scan("9506000001074").found_safe().scan(f"010950600000107417240531\x1d21{SHIPPED}", "]d2")
    assert (walk.stage, walk.state.item.serial.verdict) == (Stage.INTERLOCK, "same")
    assert walk.state.item.stops_found == ("expired",)

"""The whole main job by pure steps: every stage with every input, and each case of the bench."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.readings import AcceptedWeight, Fault, NotPrinted, Printed, PrintWaiting, Scan, Unreadable
from grading.reading import Reading
from station import facts as f
from station import sample
from station.authority.facts import StepUpGiven
from station.calibration.facts import RefresherBegan, SecondLookBegan
from station.fold import fold
from station.inputs import (
    Command,
    DefectDrawn,
    Do,
    Input,
    LabelRead,
    PhotoChecked,
    PhotoCompared,
    PhotoFailed,
    PhotoReady,
)
from station.outcome import Tone
from station.prompt import prompt
from station.receiving.parcel import open_lines
from station.shifts.facts import ShiftSigned
from station.stages import Stage, question_due
from station.state import Ask, State
from station.workflow import INPUTS, TABLE, input_name, step, table_rows

README = Path(__file__).parents[2] / "README.md"

SAMPLES: dict[str, Input] = {
    "scan": Scan("scanner", "]nonsense", "", 0.0),
    "unreadable": Unreadable("scanner", Fault.garbled, b"\xff\xfe", 0.0),
    "weight": AcceptedWeight("scale", 500_000, 0.0),
    "photo": PhotoChecked("other/request/0", "cd" * 32, 1),
    "compared": PhotoCompared("I-A01-9", "front", "cd" * 32, "damage_area", 500),
    "no photo": PhotoFailed("other/request/0", "frozen"),
    "ready": PhotoReady("other/request/0"),
    "mark": DefectDrawn("cd" * 32, (1, 1), (1, 1), "cloth", "stain", 1),
    "printed": Printed("printer", "not-a-plate", 0.0),
    "print waits": PrintWaiting("printer", "not-a-plate", Fault.media_out, sent=True, at=0.0),
    "not printed": NotPrinted("printer", "not-a-plate", Fault.cancelled, 0.0),
    "label read": LabelRead("no-item", "label", "ab" * 32, (Reading("lot", "4711", 990),), "2026-11-26"),
    **{str(do): Command(do, "no such value") for do in Do},
}


# What waits for a decision is told by the journal, which a walk does not write: see tests/station/exceptions.
DECIDING = (
    Stage.EXCEPTION,
    Stage.DECISION,
    Stage.DECISION_ORDER,
    Stage.DECISION_TO,
    Stage.DECISION_WHY,
    Stage.DECIDED,
)
# What lies in a bin is told by the journal too: see tests/station/bins.
WITH_BINS = (
    Stage.BIN_WHY,
    Stage.BIN_TO,
    Stage.BIN_INTO,
    Stage.BIN_DIFFERS,
    Stage.CARRY,
)


def walked_states(walk, walk_from) -> dict[Stage, State]:
    """Reach every stage by working, and keep the state at each."""
    states = {Stage.SIGN_IN: walk.state}
    states[Stage.PIN] = walk.scan("BDG-1001").state
    states[Stage.IDLE] = walk.scan("1234", device="keyboard").state
    states[Stage.WEIGH] = walk.scan("1ZE2N61W0306291461").state
    states[Stage.SKIP_WHY] = walk.do(Do.SKIP).state
    walk.do(Do.CANCEL)
    states[Stage.ITEM] = walk.weigh(492_000).state
    states[Stage.MISSING] = walk_from(walk.state).do(Do.FINISH).state
    states[Stage.OPEN_BOX] = walk_from(states[Stage.MISSING]).do(Do.CHOOSE, "missing").state
    which = walk_from(walk.state).do(Do.NO_CODE)
    states[Stage.WHICH] = which.state
    states[Stage.CATEGORY] = which.do(Do.CHOOSE, "none").state
    walk.scan("9506000001074")
    states[Stage.INTERLOCK] = walk_from(walk.state).do(Do.CHOOSE, "yes").state
    states[Stage.SERIAL] = walk.found_safe().state
    states[Stage.SERIAL_SHARED] = walk_from(with_twin(walk.state, "H2224425130")).scan("H2224425130").state
    states[Stage.PHOTO] = walk.scan("H2224425130").state
    states[Stage.ANOTHER] = walk_from(walk.state).do(Do.ANOTHER).state
    states[Stage.DOUBT] = walk_from(walk.state).photo(problems=("blurred",)).state
    while walk.stage is Stage.PHOTO:
        walk.photo()
    states[Stage.INSPECT] = walk.state
    states[Stage.READING] = (
        walk_from(walk.state)
        .read("label", Reading("serial", "ZZ77777777", 990))
        .examine({"packaging": "no_box", "body": "smooth"})
        .state
    )
    states[Stage.RESULT] = walk.examine({"packaging": "no_box", "body": "smooth"}).state
    states[Stage.ROUTE] = walk_from(walk.state).do(Do.OVERRIDE).state
    why = walk_from(states[Stage.ROUTE]).do(Do.CHOOSE, "restock")
    states[Stage.ROUTE_WHY] = why.state
    states[Stage.SUPERVISOR] = why.do(Do.CHOOSE, "1").state
    states[Stage.SUPERVISOR_PIN] = walk_from(states[Stage.SUPERVISOR]).scan("BDG-9001").state
    states[Stage.PREP] = walk.do(Do.CONFIRM).state
    states[Stage.LABEL] = walk.prepare().state
    states[Stage.REPRINT_WHY] = walk_from(walk.state).do(Do.REPRINT).state
    item = walk.state.item
    assert item is not None
    states[Stage.PLACE] = walk.scan(item.plate).state
    opened = walk_from(with_bin(walk.state, f.BinOpened("BIN-RESALE-01", "resale")))
    states[Stage.FULL_BIN] = opened.do(Do.BIN_FULL).state
    states |= closing_states(walk_from, states[Stage.IDLE])
    states |= {stage: asking(states[Stage.IDLE], str(stage)) for stage in (*DECIDING, *WITH_BINS, Stage.SECOND_ITEM)}
    began = SecondLookBegan("I1", "LPN1", "P1", "apparel", "", "apparel@7", "BDG-2001", "A", (), "matched")
    states[Stage.SECOND_LOOK] = fold(states[Stage.IDLE], "earlier", (began,))
    past = RefresherBegan("I1", "LPN1", "Tee", "apparel", "", "apparel@7", "A", (), (), "matched")
    states[Stage.REFRESHER_WHO] = asking(states[Stage.IDLE], "refresher-who")
    states[Stage.REFRESHER] = fold(states[Stage.IDLE], "earlier", (past,))
    states[Stage.REFRESHED] = asking(states[Stage.IDLE], "refreshed")
    which = walk_from(states[Stage.IDLE]).do(Do.BINS)
    states[Stage.BIN] = which.state
    states[Stage.BIN_ACT] = walk_from(which.state).scan("BIN-RESALE-01").state
    states[Stage.BIN_WAY] = which.do(Do.CHOOSE, "new").state
    states[Stage.BIN_CLIENT] = which.do(Do.CHOOSE, "resale").state
    opened = walk_from(states[Stage.BIN_ACT]).do(Do.CHOOSE, "open").do(Do.BINS).scan("BIN-RESALE-01")
    states[Stage.CHECK] = opened.do(Do.CHOOSE, "count").state
    states[Stage.AGAIN] = walk_from(states[Stage.IDLE]).scan(again_code()).state
    states[Stage.MEANING] = walk_from(states[Stage.IDLE]).scan("MYSTERY-CODE-77").state
    return states


def closing_states(walk_from, idle: State) -> dict[Stage, State]:
    """Reach the stages of a shift's close; the questions are those that its handlers ask."""
    shift = idle.shift
    supervisor = fold(idle, "earlier", (f.SignedIn("BDG-9001", "Mireille Dubois", "supervisor"),))
    asked = walk_from(supervisor).do(Do.CLOSE_SHIFT)
    sheet = walk_from(asked.state).do(Do.CHOOSE, "sheet")
    counting = walk_from(asked.state).do(Do.CHOOSE, "count").state
    review = walk_from(counting).do(Do.FINISH).state
    sign = walk_from(review).do(Do.CONFIRM)
    half = fold(review, "earlier", (ShiftSigned(shift, "explained", "", needs_second=True, badge="BDG-9001"),))
    later = fold(half, "later", (f.ShiftOpened("S-A01-2", "bench"), f.SignedIn("BDG-1001", "Ayla Demir", "receiver")))
    second = walk_from(later).do(Do.CLOSE_SHIFT).do(Do.CHOOSE, f"second/{shift}").state
    return {
        Stage.SHIFT: asked.state,
        Stage.SHEET: sheet.state,
        Stage.SHEET_NUMBER: sheet.do(Do.CHOOSE, "UPS").state,
        Stage.WRITE_OFF: asking(review, "write-off"),
        Stage.COUNT: counting,
        Stage.COUNT_BIN: walk_from(counting).scan("BIN-RESALE-01").state,
        Stage.MOVED_BIN: asking(counting, "moved-bin"),
        Stage.REVIEW: review,
        Stage.LINE_WHY: asking(review, "line-why"),
        Stage.LINE_UNITS: asking(review, "line-units"),
        Stage.SIGN: sign.state,
        Stage.SIGN_PIN: sign.scan("BDG-9001").state,
        Stage.COUNTERSIGN: second,
    }


def asking(state: State, stage: str) -> State:
    return msgspec.structs.replace(state, ask=Ask(stage))


def with_bin(state: State, opened: f.BinOpened) -> State:
    return fold(state, "earlier", (opened,))


def with_twin(state: State, serial: str) -> State:
    """Put another item with this serial number into the parcel, before the item in work."""
    (item,) = state.parcel.items
    named = msgspec.structs.replace(item.identified, item="I-A01-0")
    twin = msgspec.structs.replace(item, identified=named, serial=f.SerialChecked("I-A01-0", serial, "same"))
    return msgspec.structs.replace(state, parcel=msgspec.structs.replace(state.parcel, items=(twin, item)))


def again_code() -> str:
    return next(each.code for each in sample.parcels() if "Already received" in each.says)


def test_every_stage_is_reached_by_working(walk, walk_from, site_known) -> None:
    states = walked_states(walk, walk_from)
    assert {stage: walk_from(state).stage for stage, state in states.items()} == {stage: stage for stage in Stage}


def test_every_stage_takes_every_input(walk, walk_from, site_known) -> None:
    """A pair the table does not list changes nothing; a listed one never fails, whatever it is given."""
    states = walked_states(walk, walk_from)
    for stage in Stage:
        for name in INPUTS:
            given_ = SAMPLES[name]
            assert input_name(given_) == name
            outcome = step(states[stage], given_, site_known)
            if name not in TABLE[stage]:
                assert outcome.facts == (), (stage, name)
                assert outcome.ask == "same", (stage, name)
                said = outcome.notice is not None
                assert said == (name in set(Do)), (stage, name)


def test_a_command_that_does_not_fit_is_told_why_and_what_to_do(walk, walk_from, site_known) -> None:
    states = walked_states(walk, walk_from)
    told = {
        (stage, do): step(states[stage], SAMPLES[do], site_known).notice.text
        for stage in Stage
        for do in Do
        if do not in TABLE[stage]
    }
    assert told[Stage.INSPECT, Do.SHOOT].startswith("No photo is wanted at this step. Do what the screen asks")
    assert all(len(each) > 30 for each in told.values()), told


@pytest.mark.parametrize("value", ["0", "5", "9", "99", "red", ""])
def test_an_answer_that_is_none_is_told_which_there_are(walk, value: str) -> None:
    walk.arrive("headphones").item("headphones")
    while walk.stage is Stage.PHOTO:
        walk.photo()
    before = walk.state
    walk.do(Do.CHOOSE, value)
    assert (walk.last.notice.text, walk.last.notice.params) == (
        "No answer has this key. Press a key from 1 to {last}.",
        {"last": "3"},
    )
    assert (walk.state, walk.last.notice.tone) == (before, Tone.ATTENTION)


def test_the_readme_shows_the_table() -> None:
    rows = [f"| {stage} | {name} | {words} |" for stage, name, words in table_rows()]
    text = README.read_text(encoding="utf-8")
    start = text.index("| stage | input | what happens |")
    listed = [line for line in text[start:].split("\n\n")[0].splitlines()[2:] if line.startswith("|")]
    assert listed == rows


def test_every_state_has_a_prompt_with_words(walk, walk_from, site_known) -> None:
    for stage, state in walked_states(walk, walk_from).items():
        shown = prompt(state, site_known)
        assert shown.stage == str(stage)
        assert shown.title, stage
        keys = [button.key for button in shown.buttons]
        assert len(keys) == len(set(keys)), (stage, keys)


def test_a_parcel_goes_all_the_way(walk) -> None:
    walk.arrive("headphones").item("headphones").examine({"packaging": "no_box", "body": "smooth"}).label().place()
    assert walk.stage is Stage.ITEM
    walk.do(Do.CONFIRM)
    assert walk.stage is Stage.IDLE
    assert walk.last.notice.tone is Tone.FINISHED
    names = [f.name_of(fact) for fact in walk.facts]
    assert names[:5] == ["ShiftOpened", "SignedIn", "ParcelArrived", "ParcelWeighed", "ItemIdentified"]
    assert names[-4:] == ["PlateConfirmed", "BinOpened", "Placed", "ParcelFinished"]
    assert walk.facts[-1] == f.ParcelFinished("P-A01-1", 1, 0)


def test_nobody_works_without_a_badge_and_a_pin(walk) -> None:
    walk.scan("1ZE2N61W0306291461")
    assert walk.last.notice.tone is Tone.REFUSED
    walk.scan("BDG-0000")
    assert walk.stage is Stage.SIGN_IN
    walk.scan("BDG-1001")
    for _ in range(5):
        assert walk.stage is Stage.PIN
        walk.scan("0000", device="keyboard")
        assert not any(isinstance(each, f.SignedIn | f.ShiftOpened) for each in walk.facts)
    assert walk.stage is Stage.SIGN_IN


def test_one_parcel_with_many_orders_knows_them_all(walk) -> None:
    walk.arrive("three-orders")
    arrived = walk.state.parcel.arrived
    assert arrived.match == "several"
    assert arrived.orders == ("RMA-1052", "RMA-1054", "RMA-1056")


def test_an_unknown_parcel_is_received_blind_with_an_exception(walk) -> None:
    unknown = next(each for each in sample.parcels() if "no order for" in each.says)
    walk.arrive(unknown.key)
    assert walk.state.parcel.arrived.match == "none"
    assert [fact.kind for fact in walk.facts if isinstance(fact, f.ExceptionRaised)] == ["unknown_parcel"]


def test_a_parcel_received_before_says_when_where_and_by_whom(walk) -> None:
    walk.sign_in().scan(again_code())
    assert walk.stage is Stage.AGAIN
    assert set(walk.state.ask.params) == {"bench", "operator", "at"}
    before = len(walk.facts)
    walk.do(Do.CHOOSE, "aside")
    assert (walk.stage, len(walk.facts)) == (Stage.IDLE, before)
    walk.scan(again_code()).do(Do.CHOOSE, "again")
    assert walk.state.parcel.arrived.match == "again"
    assert walk.facts[-1].kind == "double_receipt"


def test_return_to_sender_is_a_kind_of_its_own(walk) -> None:
    key = next(each.key for each in sample.parcels() if "Return to sender" in each.says)
    walk.arrive(key)
    assert walk.state.parcel.arrived.kind == "undelivered"


def test_a_weight_out_of_band_is_noted_and_nobody_is_stopped(walk) -> None:
    walk.sign_in().scan("1ZE2N61W0306291461").weigh(9_000_000)
    assert walk.stage is Stage.ITEM
    assert walk.last.notice.tone is Tone.ATTENTION
    assert walk.state.parcel.weighed.in_band is False
    assert walk.facts[-1].kind == "weight_out_of_band"


def test_a_parcel_that_cannot_be_weighed_says_why(walk) -> None:
    walk.sign_in().scan("1ZE2N61W0306291461").do(Do.SKIP).do(Do.CHOOSE, "1")
    assert walk.facts[-1] == f.WeighingSkipped("P-A01-1", "scale")
    assert walk.stage is Stage.ITEM


def test_an_item_not_on_the_list_is_wrong_or_extra_as_the_person_says(walk, walk_from) -> None:
    walk.arrive("headphones")
    other = "9506000003030"  # a lamp
    wrong = walk_from(walk.state).scan(other)
    assert wrong.stage is Stage.WHICH
    wrong.do(Do.CHOOSE, "1")
    assert wrong.state.item.identified.match == "wrong"
    assert [line.sku for line, _ in open_lines(wrong.state.parcel)] == ["LF-HP-220"]
    extra = walk_from(walk.state).scan(other).do(Do.CHOOSE, "none")
    assert extra.state.item.identified.match == "undeclared"


def test_an_item_without_a_code_is_matched_by_hand(walk) -> None:
    walk.arrive("headphones").do(Do.NO_CODE).do(Do.CHOOSE, "1")
    assert walk.state.item.identified.match == "matched"
    assert walk.state.item.identified.sku == "LF-HP-220"


def test_a_serial_alone_finds_the_line(walk) -> None:
    walk.arrive("headphones").scan("H2224425130")
    assert walk.state.item.serial.verdict == "same"
    assert walk.state.item.identified.sku == "LF-HP-220"


def test_a_serial_of_another_line_moves_the_item_there(walk) -> None:
    key = next(each.key for each in sample.parcels() if "only the serial tells" in each.says)
    walk.arrive(key)
    items = sample_items(key)
    for number in reversed(range(len(items))):
        walk.item(key, number).examine().label().place()
    lines = [(item.identified.rma, item.serial.serial, item.serial.verdict) for item in walk.state.parcel.items]
    assert len({rma for rma, _, _ in lines}) == 2
    assert {verdict for _, _, verdict in lines} == {"same"}


def sample_items(key: str) -> tuple[sample.SampleItem, ...]:
    return next(each for each in sample.parcels() if each.key == key).items


def test_a_serial_that_was_never_shipped_is_an_exception_and_is_held(walk) -> None:
    walk.arrive("headphones").scan("9506000001074").found_safe().scan("SWAPPED-1")
    assert walk.state.item.serial.verdict == "different"
    assert any(isinstance(fact, f.ExceptionRaised) and fact.kind == "serial_differs" for fact in walk.facts)
    walk.examine()
    assert walk.state.item.disposition == "hold"


def test_one_serial_cannot_be_on_two_items_of_a_parcel(walk) -> None:
    walk.arrive("serials").item("serials", 0).examine().label().place()
    taken = walk.state.parcel.items[0].serial.serial
    walk.scan(sample_items("serials")[1].code).found_safe().scan(taken)
    assert (walk.stage, walk.last.notice.tone, walk.last.facts) == (Stage.SERIAL_SHARED, Tone.REFUSED, ())
    walk.scan(sample_items("serials")[1].serial)
    assert walk.state.item.serial.verdict == "same"


def test_a_serial_nobody_can_read_stays_empty(walk) -> None:
    walk.arrive("headphones").scan("9506000001074").found_safe().do(Do.SKIP)
    assert (walk.state.item.serial.serial, walk.state.item.serial.verdict) == ("", "unread")


def test_a_bad_photo_is_taken_again_or_kept_knowingly(walk, walk_from) -> None:
    walk.arrive("tee").item("tee").photo(problems=("blurred",))
    assert walk.stage is Stage.DOUBT
    assert not any(isinstance(fact, f.PhotoTaken) for fact in walk.facts)
    kept = walk_from(walk.state).do(Do.CHOOSE, "keep")
    assert kept.facts[0].verdict == "accepted"
    again = walk_from(walk.state).do(Do.CHOOSE, "again")
    assert again.last.capture is not None
    assert again.facts == []


def test_the_picture_of_another_shot_of_the_item_is_asked_about(walk, walk_from) -> None:
    def shown(bits: int) -> str:
        return f"{(1 << bits) - 1:064x}"

    walk.arrive("headphones").item("headphones").photo(fingerprint=shown(0), sha256="01" * 32)
    assert walk.stage is Stage.PHOTO
    turned = walk_from(walk.state).photo(fingerprint=shown(18), sha256="02" * 32)
    assert turned.stage is not Stage.DOUBT
    walk.photo(fingerprint=shown(7), sha256="02" * 32)
    words = "This is the picture you took before. Show what this photo asks for."
    assert (walk.stage, prompt(walk.state, walk.known).params["problems"]) == (Stage.DOUBT, words)
    kept = walk_from(walk.state).do(Do.CHOOSE, "keep").facts[0]
    assert (kept.verdict, kept.problems) == ("accepted", ("same_shot",))
    assert walk.do(Do.CHOOSE, "again").last.capture is not None


def test_a_photo_left_out_says_why_and_somebody_must_look(walk) -> None:
    walk.arrive("tee").item("tee").do(Do.SKIP).do(Do.CHOOSE, "camera")
    skipped, raised = walk.last.facts
    assert (skipped.shot, skipped.why, raised.kind) == ("whole", "camera", "photo_left_out")


def test_a_photo_that_shows_another_products_code_is_noted(walk) -> None:
    walk.arrive("tee").item("tee").photo(codes=("9506000003030",))
    assert [fact.kind for fact in walk.facts if isinstance(fact, f.ExceptionRaised)] == ["photo_code_differs"]


def test_a_stop_answer_ends_the_questions_and_holds_the_item(walk) -> None:
    walk.arrive("headphones").item("headphones", is_safe=False).examine({"battery": "yes"})
    item = walk.state.item
    assert item.answers == (("battery", "yes"),)
    assert item.disposition == "hold"
    assert [fact.kind for fact in walk.facts if isinstance(fact, f.ExceptionRaised)] == ["hazard"]


def test_a_receiver_needs_a_supervisor_to_send_an_item_up(walk, walk_from) -> None:
    walk.arrive("headphones").item("headphones").examine({"packaging": "no_box", "body": "catches"})
    item = walk.state.item
    assert item.disposition not in ("restock", None)
    walk.do(Do.OVERRIDE).do(Do.CHOOSE, "restock").do(Do.CHOOSE, "1")
    assert walk.stage is Stage.SUPERVISOR
    assert walk.scan("BDG-1002").last.notice.tone is Tone.REFUSED
    walk.scan("BDG-9001", device="keyboard")
    assert (walk.stage, walk.last.notice.tone) == (Stage.SUPERVISOR, Tone.REFUSED)
    walk.scan("BDG-9001")
    assert walk.stage is Stage.SUPERVISOR_PIN
    assert walk.scan("1234", device="keyboard").last.notice.tone is Tone.REFUSED, "it is the supervisor's PIN"
    walk.scan("9999", device="keyboard")
    overridden = walk.state.item.overridden
    assert (overridden.disposition, overridden.badge, overridden.authorised_by) == ("restock", "BDG-1001", "BDG-9001")
    named = walk.state.item.identified
    (given,) = (each for each in walk.facts if isinstance(each, StepUpGiven))
    assert given == StepUpGiven(
        "override",
        "BDG-1001",
        "BDG-9001",
        named.item,
        "restock",
        overridden.why,
        named.price_minor,
        named.currency,
    )
    assert (walk.state.operator.badge, walk.stage) == ("BDG-1001", Stage.RESULT), "the session goes on"


def test_nobody_sends_a_hazard_to_the_shop(walk) -> None:
    walk.sign_in("BDG-9001").arrive("headphones").item("headphones", is_safe=False).examine({"battery": "yes"})
    walk.do(Do.OVERRIDE)
    assert [each.value for each in walk.state.ask.choices] == ["recycle"], "nothing else is offered"
    walk.do(Do.CHOOSE, "restock")
    assert (walk.state.item.overridden, walk.stage) == (None, Stage.ROUTE)


def test_only_the_items_own_plate_confirms_it(walk) -> None:
    walk.arrive("tee").item("tee").examine().do(Do.CONFIRM).prepare()
    plate = walk.state.item.plate
    walk.scan("LPNA0100000025" if plate != "LPNA0100000025" else "LPNA0100000033")
    assert (walk.stage, walk.last.notice.tone) == (Stage.LABEL, Tone.REFUSED)
    walk.scan(plate)
    assert walk.stage is Stage.PLACE


def test_a_reprint_is_the_same_plate_with_a_reason(walk) -> None:
    walk.arrive("tee").item("tee").examine().do(Do.CONFIRM).prepare()
    plate = walk.state.item.plate
    walk.do(Do.REPRINT).do(Do.CHOOSE, "damaged")
    assert walk.facts[-1] == f.PlateReprintAsked(walk.state.item.identified.item, plate, 2, "damaged")
    assert walk.last.labels[0].job == f"{plate}/2"


def test_a_wrong_bin_is_refused_and_a_right_one_opens(walk) -> None:
    walk.arrive("tee").item("tee").examine().label()
    assert walk.state.item.disposition == "restock"
    for code in ("BIN-RECYCLE-01", "BIN-RESTOCK-LUM", "BIN-NOWHERE", "9506000001074"):
        walk.scan(code)
        assert (walk.stage, walk.last.notice.tone, walk.last.facts) == (Stage.PLACE, Tone.REFUSED, ()), code
    walk.place()
    assert [f.name_of(fact) for fact in walk.last.facts] == ["BinOpened", "Placed"]


def test_a_hazard_goes_into_the_fire_safe_box_and_nothing_else_does(walk, walk_from) -> None:
    walk.arrive("hazard").item("hazard", is_safe=False).examine({"battery": "yes"}).label()
    for code in ("BIN-HOLD-01", "BIN-HOLD-LUM", "BIN-RECYCLE-01"):
        walk.scan(code)
        assert (walk.stage, walk.last.notice.tone, walk.last.facts) == (Stage.PLACE, Tone.REFUSED, ()), code
    assert walk.do(Do.BIN_FULL).last.notice.tone is Tone.REFUSED
    assert prompt(walk.state, walk.known).params["bins"] == "BIN-HAZARD-01"
    walk.scan("BIN-HAZARD-01")
    assert walk.facts[-1].bin == "BIN-HAZARD-01"
    other = walk_from(walk.state).do(Do.FINISH).arrive("tee").item("tee").examine().label()
    assert other.scan("BIN-HAZARD-01").last.notice.tone is Tone.REFUSED


def test_a_full_bin_is_closed_labelled_and_replaced(walk) -> None:
    walk.arrive("tee").item("tee").examine().label().place()
    full = walk.state.parcel.items[0].bin
    walk.do(Do.FINISH).arrive("exchange").item("exchange").examine().label()
    walk.do(Do.BIN_FULL)
    assert (walk.last.facts, [each.value for each in walk.state.ask.choices]) == ((), [full, "one-more"])
    walk.do(Do.CHOOSE, "1")
    assert [f.name_of(fact) for fact in walk.last.facts] == ["BinClosed", "BinLabelled"]
    closed, labelled = walk.last.facts
    assert (closed.bin, closed.why) == (full, "full")
    assert [label.template for label in walk.last.labels] == ["bin_closed", "bin"]
    assert walk.stage is Stage.PLACE
    assert prompt(walk.state, walk.known).params["bins"] == labelled.bin
    walk.scan(labelled.bin)
    assert [f.name_of(fact) for fact in walk.last.facts] == ["BinOpened", "Placed"]
    assert walk.state.labelled == ()


def test_of_two_open_bins_the_named_one_is_closed(walk, walk_from) -> None:
    walk.arrive("headphones").item("headphones").examine({"packaging": "no_box", "body": "smooth"}).label()
    state = with_bin(walk.state, f.BinOpened("BIN-RESALE-01", "resale"))
    state = with_bin(state, f.BinOpened("BIN-RESALE-LUM", "resale", "Lumenfold"))
    asked = walk_from(state).do(Do.BIN_FULL).state
    assert [each.value for each in asked.ask.choices] == ["BIN-RESALE-LUM", "BIN-RESALE-01", "one-more"]
    by_scan = walk_from(asked).scan("BIN-RESALE-01")
    assert by_scan.facts[0] == f.BinClosed("BIN-RESALE-01", "full", 0)
    one_more = walk_from(asked).do(Do.CHOOSE, "one-more")
    assert [f.name_of(fact) for fact in one_more.facts] == ["BinLabelled"]
    for other in ("BIN-HOLD-01", walk.state.item.plate):
        refused = walk_from(asked).scan(other)
        assert (refused.stage, refused.facts, refused.last.notice.tone) == (Stage.FULL_BIN, [], Tone.REFUSED)
    assert walk_from(asked).do(Do.CANCEL).stage is Stage.PLACE


def test_what_is_missing_is_confirmed_and_never_skipped(walk) -> None:
    walk.arrive("headphones").do(Do.FINISH)
    assert walk.stage is Stage.MISSING
    before = len(walk.facts)
    walk.do(Do.CHOOSE, "search")
    assert (walk.stage, len(walk.facts)) == (Stage.ITEM, before)
    walk.do(Do.FINISH).do(Do.CHOOSE, "missing")
    assert walk.stage is Stage.OPEN_BOX
    walk.photo()
    assert walk.stage is Stage.IDLE
    named = [f.name_of(fact) for fact in walk.last.facts]
    assert named == ["BoxPhotographed", "LineMissing", "ExceptionRaised", "ParcelFinished"]


@pytest.mark.parametrize("steps_back", range(1, 9))
def test_undo_goes_back_one_named_step_at_a_time(walk, steps_back: int) -> None:
    states = []
    walk.sign_in()
    for do in _steps_of_a_tee(walk):
        before = walk.state
        do()
        if len(walk.state.steps) > len(before.steps):
            states.append(before.parcel)
    for _ in range(steps_back):
        name = walk.state.steps[-1].name
        walk.do(Do.UNDO)
        assert isinstance(walk.last.facts[0], f.Undone)
        assert walk.last.facts[0].step == name
    assert walk.state.parcel == states[-steps_back]


def _steps_of_a_tee(walk) -> list[Callable[[], object]]:
    parcel = next(each for each in sample.parcels() if each.key == "tee")
    return [
        lambda: walk.scan(parcel.code),
        lambda: walk.weigh(parcel.weight_mg),
        lambda: walk.scan(parcel.items[0].code),
        walk.photo,
        *[lambda: _one_step(walk)] * 12,
        lambda: walk.do(Do.CONFIRM),
        lambda: walk.do(Do.CONFIRM),
        lambda: walk.scan(walk.state.item.plate),
    ]


def _one_step(walk) -> None:
    """One more photo or answer, if any is due."""
    if walk.stage is Stage.PHOTO:
        walk.photo()
    elif walk.stage is Stage.INSPECT:
        due = question_due(walk.state.item, walk.known)
        walk.do(Do.CHOOSE, "tagged" if due.id == "packaging" else due.options[0].id)


def test_undoing_a_label_voids_its_plate_and_never_gives_it_again(walk) -> None:
    walk.arrive("tee").item("tee").examine().do(Do.CONFIRM)
    first = walk.state.item.plate
    walk.do(Do.UNDO)
    assert walk.last.facts[1] == f.PlateVoided(first, "undone")
    assert walk.last.cancel_jobs == (f"{first}/1",)
    walk.do(Do.CONFIRM)
    assert walk.state.item.plate != first


def test_undoing_a_reprint_takes_its_label_back_from_the_printer(walk) -> None:
    walk.arrive("tee").item("tee").examine().do(Do.CONFIRM).prepare().do(Do.REPRINT).do(Do.CHOOSE, "damaged")
    assert [label.job for label in walk.last.labels] == [f"{walk.state.item.plate}/2"]
    plate = walk.state.item.plate
    walk.do(Do.UNDO)
    assert walk.last.cancel_jobs == (f"{plate}/2",)
    while walk.state.item.plate:
        walk.do(Do.UNDO)
    assert walk.last.cancel_jobs == (f"{plate}/1",)


def test_the_answer_about_a_part_names_it(walk) -> None:
    walk.arrive("kit").item("kit")
    while walk.stage is Stage.PHOTO:
        walk.photo()
    for option in ("no", "opened", "yes", "no", "yes"):
        walk.do(Do.CHOOSE, option)
    assert (walk.last.notice.text, walk.last.notice.params) == ("Part is there: {part}", {"part": "camera"})


def test_an_empty_parcel_is_said_to_be_empty(walk) -> None:
    walk.arrive("unknown").do(Do.FINISH)
    assert [each.text for each in walk.state.ask.choices] == ["Nothing was in it", "Look again"]


def test_what_lies_in_a_closed_bin_cannot_be_undone(walk) -> None:
    walk.arrive("tee").item("tee").examine().label().place()
    code = walk.state.parcel.items[0].bin
    walk.give(Command(Do.CANCEL))
    state = walk.state
    closed = State(
        **{name: getattr(state, name) for name in state.__struct_fields__ if name != "bins"},
        bins=tuple(each for each in state.bins if each.code != code),
    )
    outcome = step(closed, Command(Do.UNDO), walk.known)
    assert outcome.facts == ()
    assert outcome.notice.tone is Tone.REFUSED


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_nothing_is_lost_or_doubled(walk_from, data: st.DataObject) -> None:
    """Random work: never raises; numbers are never given twice; undo restores the parcel; nothing is skipped."""
    walk = walk_from(State("A01", "Bench 1")).sign_in(data.draw(st.sampled_from(["BDG-1001", "BDG-9001"])))
    parcels = sample.parcels()
    codes = [each.code for each in parcels] + [i.code for each in parcels for i in each.items if i.code]
    codes += [i.serial for each in parcels for i in each.items if i.serial]
    codes += ["BIN-RESTOCK-TAL", "BIN-RECYCLE-01", "BDG-9001", "nonsense", ""]
    for _ in range(data.draw(st.integers(5, 40))):
        before = walk.state
        _random_input(walk, data, codes)
        if walk.last.facts and isinstance(walk.last.facts[0], f.Undone):
            assert walk.state.parcel == before.steps[-1].before
        for counter in ("parcels", "items", "plates", "bin_labels", "exceptions", "shifts"):
            assert getattr(walk.state, counter) >= getattr(before, counter)
        prompt(walk.state, walk.known)
    plates = [fact.plate for fact in walk.facts if isinstance(fact, f.PlateAllotted)]
    raised = [fact.exception for fact in walk.facts if isinstance(fact, f.ExceptionRaised)]
    assert len(plates) == len(set(plates))
    assert len(raised) == len(set(raised))


def _random_input(walk, data: st.DataObject, codes: list[str]) -> None:
    kind = data.draw(st.sampled_from(["forward", "forward", "forward", "scan", "command", "weigh", "undo"]))
    if kind == "scan":
        walk.scan(data.draw(st.sampled_from(codes)))
    elif kind == "command":
        walk.do(data.draw(st.sampled_from(list(Do))), data.draw(st.sampled_from(["1", "2", "3", ""])))
    elif kind == "weigh":
        walk.weigh(data.draw(st.integers(0, 10**9)))
    elif kind == "undo":
        walk.do(Do.UNDO)
    else:
        _forward(walk, data, codes)


def _forward(walk, data: st.DataObject, codes: list[str]) -> None:
    """The likeliest next thing, so that random work gets somewhere."""
    stage = walk.stage
    item = walk.state.item
    if stage is Stage.PHOTO:
        walk.photo()
    elif stage is Stage.WEIGH:
        walk.weigh(500_000)
    elif stage is Stage.LABEL:
        walk.scan(item.plate)
    elif stage is Stage.PLACE:
        walk.place()
    elif stage is Stage.RESULT:
        walk.do(Do.CONFIRM)
    elif stage is Stage.ITEM and open_lines(walk.state.parcel):
        walk.scan(open_lines(walk.state.parcel)[0][0].gtin)
    elif stage in (Stage.IDLE, Stage.ITEM):
        walk.scan(data.draw(st.sampled_from(codes)))
    else:
        walk.do(Do.CHOOSE, data.draw(st.sampled_from(["1", "2"])))

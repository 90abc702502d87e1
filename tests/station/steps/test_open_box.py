"""A parcel in which nothing was found: the open box is photographed before it is finished, and it can be taken back."""

from devices.readings import Scan
from station import facts as f
from station.inputs import Command, Do, PhotoReady
from station.outcome import Capture, Tone
from station.prompt import prompt
from station.stages import Stage
from station.workflow import step


def empty(walk):
    return walk.arrive("headphones").do(Do.FINISH).do(Do.CHOOSE, "missing")


def names(walk) -> list[str]:
    return [f.name_of(fact) for fact in walk.last.facts]


def test_its_photo_comes_before_its_end_and_says_whose_it_is(walk) -> None:
    empty(walk)
    assert (walk.stage, names(walk)) == (Stage.OPEN_BOX, ["BoxFoundEmpty"])
    parcel = walk.state.parcel.arrived.parcel
    asked = prompt(walk.state, walk.known)
    assert (asked.title, asked.picture) == ("Photograph the open box", "camera")
    ready = step(walk.state, PhotoReady(f"{parcel}/open_box"), walk.known)
    assert ready.capture == Capture(f"{parcel}/open_box", "open_box")
    assert step(walk.state, PhotoReady("I-A01-1/whole/0"), walk.known).capture is None
    walk.photo(shared_sha256="5" * 64)
    photo = walk.last.facts[0]
    assert (photo.parcel, photo.verdict, photo.shared_sha256) == (parcel, "good", "5" * 64)
    assert names(walk) == ["BoxPhotographed", "LineMissing", "ExceptionRaised", "ParcelFinished"]
    assert walk.stage is Stage.IDLE


def test_who_finds_something_after_all_takes_it_back(walk) -> None:
    empty(walk)
    refused = step(walk.state, Scan("scanner", "9506000001074", "", 0.0), walk.known)
    assert (refused.facts, refused.notice.tone) == ((), Tone.REFUSED)
    assert "Press U" in refused.notice.text
    walk.do(Do.UNDO)
    assert (walk.stage, walk.state.parcel.found_empty) == (Stage.ITEM, False)
    walk.item("headphones")
    assert walk.state.item is not None


def test_a_photo_that_is_not_good_is_taken_again_or_kept_with_its_faults(walk, walk_from) -> None:
    doubt = walk_from(empty(walk).photo(problems=("blurred",)).state)
    assert doubt.stage is Stage.DOUBT
    for do in (Do.SHOOT, Do.CONFIRM):
        again = step(doubt.state, Command(do), walk.known)
        assert (again.capture.shot, again.facts) == ("open_box", ())
    assert step(doubt.state, Command(Do.CHOOSE, "again"), walk.known).capture.shot == "open_box"
    assert step(doubt.state, PhotoReady(again.capture.request), walk.known).capture == again.capture
    doubt.do(Do.CHOOSE, "keep")
    assert (doubt.last.facts[0].verdict, doubt.last.facts[0].problems) == ("accepted", ("blurred",))
    assert doubt.stage is Stage.IDLE


def test_without_a_camera_it_is_finished_and_a_supervisor_told(walk) -> None:
    empty(walk).do(Do.SKIP)
    assert walk.stage is Stage.SKIP_WHY
    walk.do(Do.CHOOSE, "camera")
    assert names(walk) == [
        "BoxNotPhotographed", "ExceptionRaised", "LineMissing", "ExceptionRaised", "ParcelFinished",
    ]  # fmt: skip
    left, raised, _, none, _ = walk.last.facts
    assert (left.why, raised.kind, none.kind) == ("camera", "photo_left_out", "empty_parcel")
    assert raised.exception != none.exception


def test_of_a_parcel_some_of_which_came_no_open_box_is_asked_for(walk) -> None:
    walk.arrive("two-clients").item("two-clients").examine().label().place().do(Do.FINISH).do(Do.CHOOSE, "missing")
    assert walk.stage is Stage.IDLE

"""A bench of the sample site without devices or screen: real look-ups on real files, walked by pure steps."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import msgspec
import pytest

from devices.readings import AcceptedWeight, Printed, Scan
from grading.reading import Reading
from station import sample
from station.facts import Recorded
from station.fold import fold
from station.history import History
from station.inputs import Command, Do, Input, LabelRead, PhotoChecked
from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.outcome import Outcome
from station.rules import Rules, read_rules
from station.stages import Stage, question_due, stage_of
from station.state import State
from station.steps.place import takes
from station.workflow import step
from sync.central import sample as sample_records
from tests.station.shifts import closed

GOOD_PHOTO = PhotoChecked("", "ab" * 32, 100_000, sharpness_milli=900, brightness_milli=500)


class Walk:
    """Folds what `step` decides, as the bench does, but keeps nothing: a state is a value and can be gone back to."""

    def __init__(self, known: Lookups, state: State) -> None:
        self.known = known
        self.state = state
        self.said: list[Outcome] = []
        self.facts: list[Recorded] = []
        self._count = 0

    @property
    def stage(self) -> Stage:
        return stage_of(self.state, self.known)

    @property
    def last(self) -> Outcome:
        return self.said[-1]

    def give(self, given: Input) -> "Walk":
        outcome = step(self.state, given, self.known)
        self._count += 1
        state = fold(self.state, f"t{self._count}", outcome.facts) if outcome.facts else self.state
        if outcome.ask != "same":
            state = msgspec.structs.replace(state, ask=outcome.ask)
        self.state = state
        self.said.append(outcome)
        self.facts += outcome.facts
        return self

    def scan(self, text: str, aim: str = "", device: str = "scanner") -> "Walk":
        return self.give(Scan(device, text, aim, 0.0))

    def do(self, do: Do, value: str = "") -> "Walk":
        return self.give(Command(do, value))

    def weigh(self, weight_mg: int) -> "Walk":
        return self.give(AcceptedWeight("scale", weight_mg, 0.0))

    def photo(self, **changes: object) -> "Walk":
        request = step(self.state, Command(Do.SHOOT), self.known).capture
        assert request is not None
        return self.give(msgspec.structs.replace(GOOD_PHOTO, request=request.request, **changes))

    def read(self, shot: str, *readings: Reading) -> "Walk":
        """Say what was read in the photo of a shot of the item in work."""
        item = self.state.item
        assert item is not None
        (photo,) = (each for each in item.photos if each.shot == shot)
        assert isinstance(photo, PhotoTaken)
        return self.give(LabelRead(item.identified.item, shot, photo.sha256, readings, "2026-11-26"))

    def sign_in(self, badge: str = "BDG-1001") -> "Walk":
        person = next(each for each in sample.people() if each.badge == badge)
        return self.scan(person.badge).scan(person.pin, device="keyboard")

    def arrive(self, key: str) -> "Walk":
        """Sign in if need be, scan a sample parcel and weigh it."""
        if self.stage is Stage.SIGN_IN:
            self.sign_in()
        parcel = parcel_called(key)
        self.scan(parcel.code, parcel.aim)
        if self.stage is Stage.WEIGH:
            self.weigh(parcel.weight_mg)
        return self

    def item(self, key: str, number: int = 0, is_safe: bool = True) -> "Walk":
        """Scan one item of a sample parcel, and its serial number where one is asked for.

        Of one that is safe, what is asked at once is answered before; else that question stays open.
        """
        item = parcel_called(key).items[number]
        self.scan(item.code, item.aim)
        if is_safe:
            self.found_safe()
        if self.stage is Stage.SERIAL and item.serial:
            self.scan(item.serial)
        return self

    def found_safe(self) -> "Walk":
        """Answer with the best what is asked before the serial number and any photo, if anything is."""
        item = self.state.item
        due = question_due(item, self.known) if item is not None else None
        if due is not None and due.at_once:
            self.do(Do.CHOOSE, due.options[0].id)
        return self

    def examine(self, answers: dict[str, str] | None = None) -> "Walk":
        """Photograph and answer until there is a result: the first option, or what `answers` says."""
        while self.stage in (Stage.PHOTO, Stage.INSPECT, Stage.INTERLOCK):
            if self.stage is Stage.INTERLOCK:
                self.acknowledge()
                continue
            if self.stage is Stage.PHOTO:
                self.photo()
                continue
            item = self.state.item
            assert item is not None
            question = question_due(item, self.known)
            assert question is not None
            self.do(Do.CHOOSE, (answers or {}).get(question.id, question.options[0].id))
        return self

    def prepare(self) -> "Walk":
        """Do every preparation that is due."""
        while self.stage is Stage.PREP:
            self.do(Do.CONFIRM)
        return self

    def examine_until(self, question: str, **answers: str) -> "Walk":
        """Photograph and answer, the first option where nothing else is said, until a question is asked."""
        while self.stage in (Stage.PHOTO, Stage.INSPECT):
            if self.stage is Stage.PHOTO:
                self.photo()
                continue
            item = self.state.item
            assert item is not None
            due = question_due(item, self.known)
            assert due is not None
            if due.id == question:
                return self
            self.do(Do.CHOOSE, answers.get(due.id, due.options[0].id))
        raise AssertionError(f"nobody asked {question}")

    def acknowledge(self) -> "Walk":
        """Do what the stop on the screen asks for."""
        item = self.state.item
        assert item is not None and item.open_interlock is not None
        proof = self.known.interlock(item.open_interlock.code).proof
        if proof == "box":
            return self.scan(next(each.code for each in sample.bins() if each.hazard))
        if proof == "weight":
            return self.do(Do.SKIP)
        return self.do(Do.CONFIRM)

    def label(self) -> "Walk":
        """Take the result, let the printer print, prepare the item, and scan the plate back."""
        self.do(Do.CONFIRM)
        item = self.state.item
        assert item is not None
        self.give(Printed("printer", self.last.labels[0].job, 0.0))
        return self.prepare().scan(item.plate)

    def place(self) -> "Walk":
        """Scan a bin that takes the item."""
        item = self.state.item
        assert item is not None
        for each in sample.bins():
            if takes(each, item):
                return self.scan(each.code)
        raise AssertionError(f"no sample bin takes {item.disposition}")


def parcel_called(key: str) -> sample.SampleParcel:
    return next(each for each in sample.parcels() if each.key == key)


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules that come with the program."""
    return read_rules()


@pytest.fixture(scope="session")
def site_known(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookups]:
    """Real look-ups over the sample site; nothing has happened at this bench yet."""
    folder = tmp_path_factory.mktemp("site")
    journal = Journal.open(folder / "station.sqlite", "A01")
    copy = LocalCopy.open(folder / "expected.sqlite")
    records = [
        Record(seq, change.kind, change.key, msgspec.Raw(change.body))
        for seq, change in enumerate(sample_records.records(), start=1)
    ]
    copy.apply(1, len(records), records)
    yield Lookups(rules, copy, History(journal))
    copy.close()
    journal.close()


@pytest.fixture
def walk(site_known: Lookups) -> Walk:
    """A bench at the start of a shift, nobody signed in."""
    return Walk(site_known, State("A01", "Bench 1"))


@pytest.fixture
def walk_from(site_known: Lookups) -> Callable[[State], Walk]:
    """A bench in any state."""
    return lambda state: Walk(site_known, state)


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    """A folder for a station's data."""
    folder = tmp_path / "station"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def _worked_once(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Path:
    folder = tmp_path_factory.mktemp("worked")
    with Journal.open(folder / "station.sqlite", closed.STATION) as journal:
        closed.work(journal)
    with closed.opened(folder, rules):
        pass
    return folder


@pytest.fixture
def worked(_worked_once: Path, tmp_path: Path) -> Path:
    """A folder with the journal of a shift's work and the copy of the site's records, nobody signed in."""
    return copytree(_worked_once, tmp_path / "worked")

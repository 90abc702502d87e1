"""A bench that is ended by force at every point of every commit, and begun again until its parcels are finished.

Run as a program of its own by test_bench_power_cut.py: a process that forks must have no other threads.
"""

import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from devices.readings import AcceptedWeight, Printed, Scan, Still
from station import sample
from station.bench import Bench
from station.cli.player import Player
from station.desk import Desk
from station.history import History
from station.inputs import Command, Do, PhotoChecked
from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.photos import PhotoStore
from station.rules import Rules, read_rules
from station.stages import Stage, stage_of
from station.state import State
from sync.central import sample as sample_records

POINTS = ("before_begin", "after_insert", "after_projections", "before_commit", "after_commit")
PARCELS = ("headphones", "empty")
MOST_ACTS = 200
_SECONDS = itertools.count(1)


class Answering:
    """Devices that answer at once: every photo is good, and the same one for the same request."""

    def __init__(self, store: PhotoStore) -> None:
        self.answers: list[PhotoChecked] = []
        self._store = store

    def print(self, job: str, data: bytes) -> None:
        pass

    def cancel(self, job: str) -> None:
        pass

    def preview(self, wanted: bool, shot: str = "", camera: str = "", due: str = "") -> None:
        pass

    def compare(self, taken: object, size_mm: tuple[int, ...]) -> None:
        pass

    def read(self, photo: PhotoTaken) -> None:
        pass

    def check(self, still: Still, item: str, parcel: str = "") -> None:
        pass

    def still(self, request: str, shot: str) -> None:
        sha256 = self._store.put(b"\xff\xd8" + request.encode())
        self.answers.append(PhotoChecked(request, sha256, 100, (), 900, 500))


class Hands:
    """What a person does goes straight to the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def scan(self, text: str, aim: str = "") -> None:
        self._desk.take(Scan("scanner", text, aim, float(next(_SECONDS))))

    def type(self, text: str) -> None:
        self._desk.take(Scan("keyboard", text, "", float(next(_SECONDS))))

    def press(self, key: Command) -> None:
        self._desk.take(key)

    def weigh(self, weight_mg: int) -> None:
        self._desk.take(AcceptedWeight("scale", weight_mg, 0.0))

    def show(self, category: str, seed: int, look: str) -> None:
        pass


class Play:
    """One life of a bench: what is done next follows from the journal alone."""

    def __init__(self, folder: Path, rules: Rules, trace: Callable[[str], None]) -> None:
        self.journal = Journal.open(folder / "station.sqlite", "A01", trace=trace)
        self.copy = LocalCopy.open(folder / "expected.sqlite")
        known = Lookups(rules, self.copy, History(self.journal))
        self.bench = Bench(self.journal, known, State("A01", "Bench 1"))
        store = PhotoStore(folder / "photos")
        self._devices = Answering(store)
        self._desk = Desk(self.bench, self._devices, store.path)
        self._player = Player.at(self.bench, Hands(self._desk))
        self._acts = 0

    def close(self) -> None:
        self.copy.close()
        self.journal.close()

    def txns(self) -> list[str]:
        return list(dict.fromkeys(entry.txn for entry in self.journal.entries(0, 10_000)))

    def screen(self) -> dict[str, str]:
        """Return the state and the prompt as text, with transactions named by their place in the journal."""
        state = msgspec.json.encode(msgspec.structs.replace(self.bench.state, ask=None)).decode()
        for place, txn in enumerate(self.txns()):
            state = state.replace(txn, f"t{place}")
        return {"state": state, "prompt": msgspec.json.encode(self.bench.prompt).decode()}

    def finished(self) -> int:
        return sum(entry.type == "ParcelFinished" for entry in self.journal.entries(0, 10_000))

    def act(self) -> None:
        """Do the next thing; the first label is taken back once it came out."""
        self._acts += 1
        if self._acts > MOST_ACTS:
            raise RuntimeError(f"the play does not come to an end: {self.bench.prompt}")
        state = self.bench.state
        if stage_of(state, self.bench.known) in (Stage.PREP, Stage.LABEL) and state.item is not None:
            item = state.item
            if item.copies_printed < item.copies_asked:
                self._desk.take(Printed("printer", f"{item.plate}/{item.copies_asked}", 0.0))
                return
            if state.plates == 1:
                self._desk.take(Command(Do.UNDO))
                return
        key = PARCELS[self.finished()]
        self._player.act(next(each for each in sample.parcels() if each.key == key))
        while self._devices.answers:
            self._desk.take(self._devices.answers.pop(0))


@contextmanager
def playing(folder: Path, rules: Rules, trace: Callable[[str], None] = lambda point: None) -> Iterator[Play]:
    with closing(Play(folder, rules, trace)) as play:
        yield play


def undisturbed(folder: Path, rules: Rules) -> list[dict[str, str]]:
    """Play to the end; return the screen after each number of transactions, from none on."""
    with playing(folder, rules) as play:
        screens = [play.screen()]
        while play.finished() < len(PARCELS):
            play.act()
            if len(play.txns()) == len(screens):
                screens.append(play.screen())
        return screens


def life(folder: Path, rules: Rules, point: str, seen: Path) -> None:
    """Note the screen after the start, then work until the first commit comes to its point."""

    def trace(at: str) -> None:
        if at == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with playing(folder, rules, trace) as play:
        with seen.open("a") as file:
            file.write(json.dumps({"txns": len(play.txns()), **play.screen()}) + "\n")
        while play.finished() < len(PARCELS):
            play.act()


def fill(path: Path) -> None:
    copy = LocalCopy.open(path)
    records = [
        Record(seq, change.kind, change.key, msgspec.Raw(change.body))
        for seq, change in enumerate(sample_records.records(), start=1)
    ]
    copy.apply(1, len(records), records)
    copy.close()


def main(folder: Path) -> None:
    rules = read_rules()
    calm, torn, seen = folder / "calm", folder / "torn", folder / "seen.jsonl"
    for each in (calm, torn):
        each.mkdir()
    fill(calm / "expected.sqlite")
    shutil.copy(calm / "expected.sqlite", torn / "expected.sqlite")
    # A journal must be there before its copy of central's records, or it counts as vanished.
    for each in (calm, torn):
        (each / "expected.sqlite").rename(each / "later")
        Journal.open(each / "station.sqlite", "A01").close()
        (each / "later").rename(each / "expected.sqlite")
    (folder / "calm.json").write_text(json.dumps(undisturbed(calm, rules)))
    for point in itertools.cycle(POINTS):
        child = os.fork()
        if not child:
            life(torn, rules, point, seen)
            return
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != -signal.SIGKILL:
            sys.exit(status)  # 0: the last one came to its end


if __name__ == "__main__":
    main(Path(sys.argv[1]))

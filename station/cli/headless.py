"""Plays scripted parcels with no screen, through the same workflow, devices and central, and reports on them."""

import json
import queue
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from devices.readings import WeightState
from devices.simulators.bench import SimulatedBench
from station import sample, schema
from station.cli import report
from station.cli.demo import EmbeddedCentral, demo_settings
from station.cli.errors import Stuck
from station.cli.hands import SimulatedHands
from station.cli.parts import Station, open_station
from station.cli.player import Player
from station.files import put_in_place
from station.ownership import check_free
from station.sample import SampleParcel
from station.settings import Settings, SettingsError
from station.stages import Stage, stage_of

ANSWER_WITHIN_S = 20.0
LABEL_WITHIN_S = 30.0
DRAIN_WITHIN_S = 120.0
WOBBLE_S = 0.15
PLAN_FILE = "run.json"
REPORT_FILE = "report.json"


class Play:
    """One run: pumps what devices say into the desk, and lets the player act when the bench is waiting for a person."""

    def __init__(self, station: Station, devices: SimulatedBench, words: queue.SimpleQueue[Any]) -> None:
        self._station = station
        self._words = words
        hands = SimulatedHands(devices, words.put)
        person = next(each for each in sample.people() if each.role == "grader")
        self._player = Player(station.desk.bench, hands, person, sample.bins())
        self._saw_mat, self._label_lost = False, False

    def wait(self, condition: Callable[[], bool], within_s: float, what: str) -> None:
        """Take words until the condition holds; raises Stuck when it does not in time."""
        deadline = time.monotonic() + within_s
        while not condition():
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise Stuck(f"waited {within_s:.0f} s in vain for {what}")
            try:
                self._station.desk.take(self._words.get(timeout=min(left_s, 0.5)))
            except queue.Empty:
                continue

    def parcel(self, parcel: SampleParcel) -> None:
        """Work on one parcel until it is finished, from wherever the bench stands."""
        desk = self._station.desk
        begun = desk.bench.state.parcel is not None
        while True:
            state = desk.bench.state
            if begun and state.parcel is None:
                return
            begun = begun or state.parcel is not None
            self._label_out()
            if stage_of(state, desk.bench.known) is Stage.WEIGH:
                self.wait(self._scale_is_empty, ANSWER_WITHIN_S, "the empty scale")
            if not self._saw_mat and stage_of(state, desk.bench.known) is Stage.PHOTO:
                self.wait(self._mat_is_bare, ANSWER_WITHIN_S, "the bare mat in the live picture")
                self._saw_mat = True
            before = self._signature()
            self._player.act(parcel)
            self.wait(lambda before=before: self._signature() != before, ANSWER_WITHIN_S, self._standing(parcel))  # type: ignore[misc]

    def _scale_is_empty(self) -> bool:
        """Tell whether the scale shows that the last thing is off it: people see that before they put on the next."""
        shown = self._station.desk.weight
        return shown is not None and shown.state is WeightState.stable_zero

    def _mat_is_bare(self) -> bool:
        """Tell whether the mat was seen with nothing on it: what is laid there from now on is told from its print."""
        judged = self._station.desk.judged
        return judged is not None and "empty" in judged.problems

    def go_on(self) -> None:
        """Ask again for a label that was under way when the run was interrupted: nobody sends it any more."""
        item = self._station.desk.bench.state.item
        self._label_lost = item is not None and item.copies_printed < item.copies_asked
        self._ask_again()

    def _ask_again(self) -> None:
        """Ask for the lost label as soon as the bench wants it: a preparation may come before."""
        if self._label_lost and self._waits_for_label():
            self._label_lost = False
            asked = self._station.desk.bench.state.ask
            self._player.reprint()
            self.wait(lambda: self._station.desk.bench.state.ask is not asked, ANSWER_WITHIN_S, "the question why")

    def _label_out(self) -> None:
        """Wait until the label that was asked for came out of the printer."""
        self._ask_again()
        if self._waits_for_label():
            self.wait(lambda: not self._waits_for_label(), LABEL_WITHIN_S, "the label")

    def _waits_for_label(self) -> bool:
        bench = self._station.desk.bench
        item = bench.state.item
        if item is None or stage_of(bench.state, bench.known) is not Stage.LABEL:
            return False
        return item.copies_printed < item.copies_asked

    def _signature(self) -> tuple[int, object]:
        bench = self._station.desk.bench
        return bench.journal.last_seq, bench.state.ask

    def _standing(self, parcel: SampleParcel) -> str:
        bench = self._station.desk.bench
        said = bench.notice.text if bench.notice is not None else "nothing"
        return f"an answer to parcel {parcel.key} at the stage {stage_of(bench.state, bench.known)} (it says: {said})"


def play(folder: Path, parcels: int, seed: int, settings: Settings) -> int:
    """Play `parcels` parcels into `folder`, or go on with the run it holds; return the exit code."""
    check_free(folder)
    if (folder / REPORT_FILE).exists():
        _say(f"{folder} holds a finished run: {folder / REPORT_FILE}. Name another folder to play again.")
        return 0
    parcels, seed = _plan(folder, parcels, seed)
    pile = _pile(parcels, seed)
    generated = max(0, parcels - len(sample.parcels()))
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with ExitStack() as stack:
        database = f"sqlite:///{(folder / 'central.sqlite').resolve().as_posix()}"
        central = stack.enter_context(EmbeddedCentral(folder / "central", database, generated, seed))
        devices = stack.enter_context(SimulatedBench(folder / "devices", folder / "labels" / "printed", mat=True))
        ours = demo_settings(settings, devices, central.settings())
        station = stack.enter_context(open_station(folder, ours, words.put))
        station.begin()
        run = Play(station, devices, words)
        known = station.desk.bench.known
        run.wait(
            lambda: all(known.orders(rma) for each in pile for rma in each.orders),
            ANSWER_WITHIN_S * 3,
            "central's orders",
        )
        run.wait(lambda: _all_up(station), ANSWER_WITHIN_S, "the devices")
        run.go_on()
        began = time.monotonic()
        done = _finished(station)
        for number, parcel in enumerate(pile[done:], start=done + 1):
            run.parcel(parcel)
            _say(f"{number}/{len(pile)} {parcel.key}: {parcel.says}")
        desk = station.desk
        run.wait(lambda: _drained(station), DRAIN_WITHIN_S, "central to have everything")
        more = {
            "seed": seed,
            "planned": parcels,
            "seconds": round(time.monotonic() - began, 3),
            "sync": {
                "waiting": desk.sync.waiting,
                "refused": desk.sync.refused,
                "last_seq": desk.bench.journal.last_seq,
            },
        }
        _finish(station, devices, folder, more)
    _say(f"done: {folder / REPORT_FILE}")
    return 0


def _all_up(station: Station) -> bool:
    lamps = station.desk.lamps
    return all(name in lamps and lamps[name].light == "ok" for name in station.workers)


def _drained(station: Station) -> bool:
    """Tell whether central has every fact and photo."""
    sync = station.desk.sync
    return station.history.waiting() == 0 and sync.online and not sync.waiting and not sync.photos_waiting


def _finish(station: Station, devices: SimulatedBench, folder: Path, more: dict[str, Any]) -> None:
    with station.desk.bench.journal.reading() as connection:
        content = report.report(connection, station.desk.timings, more)
        plates = list(connection.execute(select(schema.plate.c.plate)).scalars())
    report.keep_labels(devices.printer.labels(), folder / "labels", plates, station.settings.printer.dpi)
    report.write(folder / REPORT_FILE, content)


def _finished(station: Station) -> int:
    """Return how many parcels of the pile are finished: they are worked on in order, one after the other."""
    with station.desk.bench.journal.reading() as connection:
        count = select(func.count()).where(schema.parcel.c.finished_at != "")
        return int(connection.execute(count).scalar_one())


def _plan(folder: Path, parcels: int, seed: int) -> tuple[int, int]:
    """Return what is to be played: what the folder's interrupted run had planned, or what was asked for."""
    path = folder / PLAN_FILE
    if path.exists():
        try:
            plan = json.loads(path.read_text(encoding="utf-8"))
            plan = {"parcels": int(plan["parcels"]), "seed": int(plan["seed"])}
        except (ValueError, TypeError, KeyError) as error:
            raise SettingsError(f"{path} does not say what was to be played: choose another folder") from error
        if (plan["parcels"], plan["seed"]) != (parcels, seed):
            _say(f"{folder} holds a run of {plan['parcels']} parcels with seed {plan['seed']}; going on with that one")
        return plan["parcels"], plan["seed"]
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"parcels": parcels, "seed": seed}) + "\n", encoding="utf-8")
    put_in_place(draft, path)
    return parcels, seed


def _pile(parcels: int, seed: int) -> list[SampleParcel]:
    """Return the parcels in the order they are worked on: the sample's cases first, then made-up plain ones."""
    cases = list(sample.parcels())[:parcels]
    more = [sample.plain_parcel(order, seed) for order in sample.many_orders(max(0, parcels - len(cases)), seed)]
    return cases + more


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

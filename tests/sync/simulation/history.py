"""One seeded history: benches work, lines fail, disks are put back, and at last all is calm and must be in order."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from station.errors import JournalError
from station.facts import Recorded, Undone
from station.inspecting.facts import PhotoTaken
from station.moments import utc
from station.receiving.facts import ItemIdentified, ParcelArrived, SerialChecked
from station.records import Product, ReturnLine, ReturnOrder
from sync.central.feed import Change
from sync.central.snapshot import raise_floors
from sync.clock import Clock
from sync.errand import Heard
from tests.sync.simulation.center import INDIGESTIBLE, POISON, Center
from tests.sync.simulation.invariants import Held, end_state, left_alone, not_as_told, problems, refused_though_whole
from tests.sync.simulation.line import Line, Weather
from tests.sync.simulation.machine import Machine
from tests.sync.simulation.seeded import seeded
from tests.sync.simulation.till import Till

START = datetime(2026, 4, 18, 8, tzinfo=UTC)
EVENTS = {
    "work": 44,
    "weather": 10,
    "order": 8,
    "pass": 8,
    "restart": 4,
    "crash": 4,
    "revoke": 3,
    "back_up": 3,
    "restore": 2,
    "clone": 1,
    "lose_copy": 2,
    "back_up_central": 2,
    "restore_central": 2,
    "clock": 2,
    "rot": 1,
    "pay": 6,
    "fill": 2,
}
# These come by dice of their own, at each step with this chance, so that a seed still is what it was without them.
RARE = {"tidy": 0.1, "heal": 0.05}
ALL = frozenset((*EVENTS, *RARE))
# How much of what nobody got an answer to, and is still under way, never arrives.
NEVER = 0.3
Wrong = Callable[[float], timedelta]
MOST_MACHINES = 4
# Seeds whose short histories have a salvage, a clone, poison and rot among them.
SEEDS_OF_SUITE = (0, 2, 8)
# More rounds than any backoff, and the daily look, need to come round.
ROUNDS = 6000
# A courier that begins compares with central within this; then daily, up to a fifth of a day late.
FIRST_LOOK_S = 1800.0
LONGEST_DAY_S = 105_000.0


@dataclass
class Outcome:
    """What came of a history: the hash of all that happened, what is wrong at its end, and how much it was.

    `end` is what central has then, but for dates.
    """

    seed: int
    trace: list[str]
    problems: list[str]
    facts: int = 0
    salvages: int = 0
    payments: int = 0
    end: str = ""
    seen: set[str] = field(default_factory=set)

    @property
    def hash(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


class History:
    """The benches, central, the lines and the time of one seed."""

    def __init__(self, seed: int, folder: Path, faults: frozenset[str], rounds: int, wrong: Wrong) -> None:
        self.dice = random.Random(seed)
        # What a person does while a call is under way, and what happens last, has dice of its own.
        self.side_dice = random.Random(seed + 3)
        self.rare_dice = random.Random(seed + 5)
        self.late_dice = random.Random(seed + 6)
        self.is_calm = False
        self.now_s = 0.0
        self.skew = timedelta()
        self.wrong = wrong
        self.weather = Weather(random.Random(seed + 1))
        self.folder = folder
        self.faults = faults
        self.rounds = rounds
        self.outcome = Outcome(seed, [], [])
        self.held: dict[str, Held] = {}
        self.rotten: set[str] = set()
        self.facts: dict[str, bytes] = {}
        self._count = 0
        self._txns: dict[str, list[str]] = {}
        self._revoked: set[str] = set()
        self.center = Center(folder / "central", self.said_now)
        self.till = Till(seed + 4, self.central_now)
        self.machines: list[Machine] = []
        for number, site in enumerate(("north", "north", "south")[: self.dice.choice((1, 2, 2, 3))]):
            self._enrol(f"A{number}", f"A{number}", site)

    def central_now(self) -> datetime:
        return START + timedelta(seconds=self.now_s)

    def said_now(self) -> str:
        return utc(self.central_now())

    def wall(self) -> datetime:
        return START + self.skew + self.wrong(self.now_s) + timedelta(seconds=self.now_s)

    def note(self, what: str) -> None:
        self.outcome.trace.append(f"{self.now_s:.3f} {what}")

    def play(self, steps: int) -> Outcome:
        events = {name: weight for name, weight in EVENTS.items() if name in self.faults}
        for _ in range(steps):
            event = self.dice.choices(list(events), list(events.values()))[0]
            self.note(event)
            self.outcome.seen.add(event)
            getattr(self, f"_{event}")(self.dice.choice(self.machines))
            self._rarely()
            self.now_s += self.dice.expovariate(1.0)
            if self.weather.late and self.dice.random() < 0.3:
                self._arrive_late(self.dice.randrange(len(self.weather.late)))
            for machine in list(self.machines):
                if machine.due_at <= self.now_s:
                    self._step(machine, Heard())
        self._calm_down()
        self.outcome.facts = len(self.facts)
        self.outcome.payments = self.till.count
        self.outcome.salvages = sum(machine.salvages for machine in self.machines)
        return self.outcome

    def close(self) -> None:
        for machine in self.machines:
            machine.close()
        self.center.close()

    def _rarely(self) -> None:
        for name, chance in RARE.items():
            if self.rare_dice.random() < chance and name in self.faults:
                self.note(name)
                self.outcome.seen.add(name)
                getattr(self, f"_{name}")()

    def _enrol(self, name: str, station: str, site: str) -> None:
        token = self.center.enrol(station, site)
        self.held[name] = {}
        self._add(name, station, site, token)

    def _add(self, name: str, station: str, site: str, token: str) -> None:
        line = Line(
            self.center,
            self.weather,
            token,
            lambda what: self.note(f"{name} {what}"),
            lambda: self._meanwhile(name),
        )
        clock = Clock(lambda: self.now_s, self.wall)
        machine = Machine(name, station, site, self.folder / name, line, self.weather, clock, self.dice.getrandbits(32))
        self.machines.append(machine)

    def _step(self, machine: Machine, heard: Heard) -> None:
        before = machine.db.cursor()
        machine.step(heard)
        if machine.db.cursor() > before and "central restored" not in self.outcome.seen:
            self.outcome.problems += not_as_told(self.center, machine)
        status = machine.errand.status
        self.note(f"{machine.name} waits for {machine.due_at - self.now_s:.3f}: {status.waiting} {status.why}")

    def _work(self, machine: Machine) -> None:
        for _ in range(self.dice.choice((1, 1, 1, 2, 12))):
            self._record(machine, self.dice)
        self._step(machine, Heard(facts=True))

    def _record(self, machine: Machine, dice: random.Random) -> None:
        try:
            entries = machine.record(*self._said(machine, dice))
        except JournalError as error:
            # The person is told that nothing was saved.
            assert error.code == "disk_full", error.code
            self.outcome.seen.add("not recorded")
            return
        self.held[machine.name].update({entry.id: entry for entry in entries})
        self.facts.update({entry.id: entry.body for entry in entries})
        self._txns.setdefault(machine.name, []).append(entries[0].txn)

    def _meanwhile(self, name: str) -> None:
        """I8: while a call is under way, however long, a person works on: nothing here waits for it."""
        machine = next((each for each in self.machines if each.name == name), None)
        if self.is_calm or machine is None or self.side_dice.random() > 0.05:
            return
        self.note(f"{name} works on meanwhile")
        self.outcome.seen.add("meanwhile")
        try:
            self._record(machine, self.side_dice)
            machine.look_up("R1")
        except (JournalError, DBAPIError) as error:
            self.outcome.problems.append(f"I8 {name}: {type(error).__name__} {error}")

    def _said(self, machine: Machine, dice: random.Random) -> list[Recorded]:
        self._count += 1
        parcel, item = f"P-{self._count}", f"I-{self._count}"
        sort = dice.choices(("parcel", "item", "photo", "undo", "poison", "indigestible"), (30, 30, 20, 8, 2, 2))[0]
        if sort == "undo" and self._txns.get(machine.name):
            return [Undone((dice.choice(self._txns[machine.name]),), "arrival")]
        carrier = {"poison": POISON.decode(), "indigestible": INDIGESTIBLE.decode()}.get(sort, "ups")
        arrived = ParcelArrived(parcel, f"T{self._count}", carrier, "return", "none")
        if sort not in ("item", "photo"):
            return [arrived]
        rma = f"R{dice.randrange(6)}"
        named = ItemIdentified(parcel, item, "C", "matched", "Thing", "home", rma=rma, line="1")
        if sort == "item":
            return [arrived, named, SerialChecked(item, f"S{self._count}", "same")]
        content = f"photo {dice.randrange(40)}".encode()
        return [arrived, named, PhotoTaken(item, "whole", machine.photos.put(content), len(content))]

    def _weather(self, _: Machine) -> None:
        self.weather.trouble = self.dice.choice((0.0, 0.0, 0.1, 0.3, 0.6, 1.0))

    def _order(self, machine: Machine) -> None:
        rma = f"R{self.dice.randrange(6)}"
        # Of this client a cheap thing is refunded at once, by its rules.
        product = Product("SKU", "Thing", "apparel", "Tallowby", price_minor=1900, currency="USD")
        line = ReturnLine("1", product, self.dice.randrange(1, 3), reason="damaged")
        order = ReturnOrder(rma, "Tallowby", f"O{rma}", (line,))
        body = None if self.dice.random() < 0.2 else msgspec.json.encode(order)
        self.center.tell(machine.site, Change("order", rma, body))

    def _pass(self, _: Machine) -> None:
        self.now_s += self.dice.choice((5.0, 60.0, 600.0, 7200.0, 90_000.0))

    def _tidy(self) -> None:
        """The floor of every feed rises as far as it can: who was away takes a snapshot."""
        raise_floors(self.center.store, self.said_now(), days=0)

    def _heal(self) -> None:
        """A newer central does not fail any more at what the old one failed at."""
        self.center.fails = False

    def _restart(self, machine: Machine) -> None:
        machine.restart()

    def _crash(self, machine: Machine) -> None:
        machine.restart_courier()

    def _revoke(self, machine: Machine) -> None:
        """A new token for the station makes the old one void; its computers hear of it later."""
        self.center.enrol(machine.station, machine.site)
        self._revoked.add(machine.station)

    def _back_up(self, machine: Machine) -> None:
        machine.back_up()
        self.held[f"{machine.name} backup"] = dict(self.held[machine.name])

    def _restore(self, machine: Machine) -> None:
        if machine.restore():
            self.outcome.seen.add("restored")
            self.held[machine.name] = dict(self.held[f"{machine.name} backup"])

    def _clone(self, machine: Machine) -> None:
        if len(self.machines) < MOST_MACHINES:
            name = f"C{len(self.machines)}"
            machine.clone_to(self.folder / name)
            self.held[name] = dict(self.held[machine.name])
            self._add(name, machine.station, machine.site, machine.line.token)

    def _lose_copy(self, machine: Machine) -> None:
        machine.lose_copy()

    def _back_up_central(self, _: Machine) -> None:
        self.center.back_up()

    def _restore_central(self, _: Machine) -> None:
        if self.center.restore():
            self.outcome.seen.add("central restored")
            # A token that was given since the copy is unknown again, and one that was void is not.
            self._revoked.update(machine.station for machine in self.machines)

    def _clock(self, _: Machine) -> None:
        self.skew = timedelta(days=self.dice.choice((0, -3650, 3650, 1)))

    def _rot(self, machine: Machine) -> None:
        """A bit of a fact that central has not confirmed flips on the disk."""
        pending = [entry for entry in self.held[machine.name].values() if self._can_rot(machine, entry.id)]
        if pending:
            entry = self.dice.choice(pending)
            machine.rot(entry.id)
            self.rotten.add(entry.id)

    def _can_rot(self, machine: Machine, id_: str) -> bool:
        return machine.is_pending(id_) and not self.center.knows(id_) and id_ not in self.rotten

    def _pay(self, _: Machine) -> None:
        """Central's worker carries out what is due, and may be killed at any point of it."""
        self.note(f"paid: {self.till.work(self.center.store, self.weather.trouble)}")

    def _fill(self, machine: Machine) -> None:
        """The disk is full, or there is room again."""
        if self.dice.random() < 0.5:
            machine.fill()
        else:
            machine.make_room()

    def _arrive_late(self, number: int) -> None:
        """What is late arrives at last, or it never does, and nobody hears which of the two."""
        what, ask = self.weather.late.pop(number)
        if self.late_dice.random() < NEVER:
            self.note(f"late: {what} never arrives")
            return
        try:
            said = ask()
        except Exception as error:  # noqa: BLE001 - nobody waits for this answer any more
            said = f"{type(error).__name__} {error}".encode()
        self.note(f"late: {what} -> {hashlib.sha256(repr(said).encode()).hexdigest()[:12]}")

    def _calm_down(self) -> None:
        """No fault any more, and no new fact: all that waits must get through."""
        self.is_calm = True
        if "restore_central" in self.faults and self.side_dice.random() < 0.3:
            # Nobody has anything new to say after it.
            self._restore_central(self.machines[0])
        self.weather.trouble = 0.0
        self.skew = timedelta()
        for machine in self.machines:
            machine.make_room()
        while self.weather.late:
            self._arrive_late(0)
        for station in sorted({machine.station for machine in self.machines} & self._revoked):
            mine = [machine for machine in self.machines if machine.station == station]
            token = self.center.enrol(station, mine[0].site)
            for machine in mine:
                machine.line.token = token
        # A day passes: what only the daily look can find is found. Who begins anew looks some minutes later.
        self.now_s += LONGEST_DAY_S
        began_anew = False
        for _ in range(self.rounds):
            self.now_s = max(self.now_s, min(machine.due_at for machine in self.machines))
            for machine in self.machines:
                if machine.due_at <= self.now_s:
                    self._step(machine, Heard())
                    if machine.errand.status.why in ("fork", "damaged"):
                        machine.restart()
                        began_anew = True
            if all(map(self._is_through, self.machines)) and all(map(self._is_current, self.machines)):
                if not began_anew:
                    break
                began_anew = False
                self.now_s += 2 * FIRST_LOOK_S
        else:
            stuck = [(machine.name, machine.errand.status) for machine in self.machines]
            self.outcome.problems.append(f"I5 does not drain: {stuck}")
        self.outcome.problems += problems(self.center, self.machines, self.held, self.facts, self.rotten)
        if not self.rotten:
            self.outcome.problems += [line for each in self.machines for line in refused_though_whole(each)]
        if not self.outcome.seen & {"restored", "clone", "rot"}:
            self.outcome.problems += [line for each in self.machines for line in left_alone(each)]
        self.outcome.problems += self._settle_up()
        self.outcome.end = end_state(self.center)

    def _settle_up(self) -> list[str]:
        """Let a day pass in which the provider answers, and return what is wrong with what was paid: I3."""
        for _ in range(24):
            self.till.work(self.center.store, 0.0)
            self.now_s += 3600.0
        return self.till.problems(self.center.store)

    def _is_through(self, machine: Machine) -> bool:
        status = machine.errand.status
        is_done = status.online and not status.waiting and not status.photos_waiting and not status.why
        return is_done and machine.errand.is_settled

    def _is_current(self, machine: Machine) -> bool:
        return machine.db.cursor() == self.center.head(machine.site)


def play(
    seed: int,
    folder: Path,
    steps: int = 60,
    faults: frozenset[str] = ALL,
    rounds: int = ROUNDS,
    wrong: Wrong = lambda _: timedelta(),
) -> Outcome:
    """Play one history in an empty folder; the same seed, steps and faults give the same history.

    `wrong` is how far the benches' clocks are off, by the seconds since it began.
    """
    history: History | None = None
    ids = random.Random(seed + 2)

    def now() -> str:
        return utc(history.wall()) if history is not None else utc(START)

    with seeded(ids, now, lambda: history.now_s if history is not None else 0.0):
        history = History(seed, folder, faults, rounds, wrong)
        try:
            return history.play(steps)
        finally:
            history.close()

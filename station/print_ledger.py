"""Where every label copy is: folded from what the journal says and what the printer said since the start.

Facts outlive a restart and only they prove anything; what the printer says is of this run alone. A copy that was asked
for before and of which nothing was heard since is `unknown`: a person looks for it and, if there is none, prints again.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from devices.readings import Fault, NotPrinted, Printed, PrintWaiting, Reading
from station.facts import Recorded, Undone, Unknown, decode
from station.journal import Journal
from station.routing.facts import PlateAllotted, PlateConfirmed, PlatePrinted, PlateReprintAsked, PlateVoided
from station.statements import Statement

Stage = Literal["queued", "sent", "waiting", "printed", "confirmed", "voided", "cancelled", "unknown"]
STAGES: tuple[Stage, ...] = ("queued", "sent", "waiting", "printed", "confirmed", "voided", "cancelled", "unknown")

# A hundred items: what was allotted before is history, told by its story. To read it takes some thirty milliseconds.
TAIL = 2_000
# The printer had the label, and now nobody sees it.
_OUT_OF_SIGHT = frozenset({Fault.lost, Fault.unreachable, Fault.no_answer})


class Copy(msgspec.Struct, frozen=True):
    """One copy of an item's label. `why` is a fault's code or, for a void one, the reason; `at` UTC of its last fact.

    `printed` means that the printer reports it done, `confirmed` that it was scanned back from the item.
    """

    plate: str
    copy: int
    item: str
    stage: Stage
    why: str
    at: str


class Live(msgspec.Struct, frozen=True):
    """What the printer last said of a job in this run."""

    stage: Stage
    why: str = ""


class Told(msgspec.Struct, frozen=True):
    """A fact of a label, when and in which transaction it was recorded."""

    at: str
    txn: str
    fact: Recorded | Unknown


Heard = Mapping[str, Live]


def asked(heard: Heard, job: str) -> Heard:
    """A label was given to the printer's driver just now."""
    return {**heard, job: Live("queued")}


def hear(heard: Heard, reading: Reading) -> Heard:
    """Return what is known of the jobs after a reading; other readings change nothing."""
    match reading:
        case Printed():
            return {**heard, reading.job: Live("printed")}
        case PrintWaiting(sent=False):
            return {**heard, reading.job: Live("queued", str(reading.why))}
        case PrintWaiting():
            stage: Stage = "sent" if reading.why in _OUT_OF_SIGHT else "waiting"
            return {**heard, reading.job: Live(stage, str(reading.why))}
        case NotPrinted(why=Fault.outcome_unknown):
            return {**heard, reading.job: Live("unknown", str(reading.why))}
        case NotPrinted():
            return {**heard, reading.job: Live("cancelled", str(reading.why))}
        case _:
            return heard


def fold(told: Iterable[Told], heard: Heard) -> tuple[Copy, ...]:
    """Return every copy the facts speak of, the latest asked for first. Facts come in the order of the journal."""
    facts = list(told)
    undone = {txn for each in facts if isinstance(each.fact, Undone) for txn in each.fact.txns}
    copies: dict[str, Copy] = {}
    for each in facts:
        _take(copies, each, each.txn in undone)
    return tuple(_with_live(copy, heard) for copy in reversed(copies.values()))


def figures(copies: Iterable[Copy]) -> Mapping[Stage, int]:
    """Return how many copies are at each stage; all stages are there."""
    counts = dict.fromkeys(STAGES, 0)
    for copy in copies:
        counts[copy.stage] += 1
    return counts


def ledger(journal: Journal, heard: Heard, limit: int = 200) -> tuple[Copy, ...]:
    """Return the latest copies of this station's labels, the latest asked for first, in the journal's thread."""
    with journal.reading() as connection:
        rows = _TAIL.run(connection, {"after": journal.last_seq - TAIL}).all()
    entries = (decode(row.type, row.v, row.body) for row in rows)
    told = [Told(row.at, row.txn, fact) for row, fact in zip(rows, entries, strict=True)]
    return fold(told, heard)[:limit]


def _take(copies: dict[str, Copy], told: Told, undone: bool) -> None:
    match told.fact:
        case PlateAllotted(item=item, plate=plate):
            copies[f"{plate}/1"] = Copy(plate, 1, item, "unknown", "", told.at)
        case PlateReprintAsked(item=item, plate=plate, copy=number):
            copies[f"{plate}/{number}"] = Copy(plate, number, item, "unknown", "", told.at)
        case PlatePrinted(item=item, plate=plate, copy=number):
            # That a label came out stays true when the step is taken back.
            known = copies.get(f"{plate}/{number}", Copy(plate, number, item, "unknown", "", told.at))
            if known.stage == "unknown":
                copies[f"{plate}/{number}"] = msgspec.structs.replace(known, stage="printed", at=told.at)
        case PlateConfirmed(plate=plate) if not undone:
            _confirm(copies, plate, told.at)
        case PlateVoided(plate=plate, why=why):
            for job, copy in copies.items():
                if copy.plate == plate:
                    copies[job] = msgspec.structs.replace(copy, stage="voided", why=why, at=told.at)
        case _:
            pass


def _confirm(copies: dict[str, Copy], plate: str, at: str) -> None:
    """All copies bear the same code: the scan proves the last one that came out, or was asked for."""
    own = [copy for copy in copies.values() if copy.plate == plate]
    out = [copy for copy in own if copy.stage == "printed"] or own
    if out:
        copy = out[-1]
        copies[f"{plate}/{copy.copy}"] = msgspec.structs.replace(copy, stage="confirmed", at=at)


def _with_live(copy: Copy, heard: Heard) -> Copy:
    live = heard.get(f"{copy.plate}/{copy.copy}")
    if copy.stage != "unknown" or live is None:
        return copy
    return msgspec.structs.replace(copy, stage=live.stage, why=live.why)


_TAIL = Statement(
    "SELECT at, txn, type, v, body FROM journal WHERE seq > :after AND type IN ('PlateAllotted', 'PlatePrinted',"
    " 'PlateReprintAsked', 'PlateConfirmed', 'PlateVoided', 'Undone') ORDER BY seq"
)

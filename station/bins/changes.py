"""What the facts of bins change in the projected tables, row by row; no undo of a parcel's step takes it back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from station import schema
from station.bins.facts import BinCheckBegan, BinChecked, BinCheckLeft, BinClosed, BinLabelled, BinOpened, BinReopened
from station.bins.moving import REMEMBER_FOUND
from station.change import Change, Row, Said
from station.plates import shift_count
from station.shifts.facts import ItemFoundAgain
from station.statements import update, upsert


def _bin_row(fact: BinOpened | BinLabelled, said: Said) -> Row:
    labelled = isinstance(fact, BinLabelled)
    return {
        "station": said.station,
        "bin": fact.bin,
        "disposition": fact.disposition,
        "client": fact.client,
        "replaces": fact.replaces if isinstance(fact, BinLabelled) else "",
        "labelled_at": said.at if labelled else "",
        "opened_at": "" if labelled else said.at,
        "closed_at": "",
        "closed_why": "",
        "hazard": int(isinstance(fact, BinOpened) and fact.hazard),
        "apart": fact.apart,
    }


def _check(fact: BinCheckBegan | BinChecked | BinCheckLeft, said: Said) -> Row:
    """Return the row of a check as it stands: the whole of it, so that no earlier one is needed."""
    told: dict[str, Any] = {"ended_at": "" if isinstance(fact, BinCheckBegan) else said.at, "plates": None}
    if isinstance(fact, BinChecked):
        told["plates"] = fact.plates
        found = {"missing": fact.missing, "misplaced": fact.misplaced, "foreign": fact.foreign}
        told["findings"] = msgspec.json.encode(found).decode()
    named = {"station": said.station, "n": fact.n, "bin": fact.bin, "operator": said.operator, "findings": ""}
    return {**named, **told}


_CHECK = Change(upsert(schema.bin_check), _check)

CHANGES: Mapping[type, Change] = {
    BinLabelled: Change(upsert(schema.bin_), _bin_row),
    BinOpened: Change(upsert(schema.bin_, "replaces", "labelled_at"), _bin_row),
    BinClosed: Change(
        update(schema.bin_, "closed_at", "closed_why"),
        lambda fact, said: {"station": said.station, "bin": fact.bin, "closed_at": said.at, "closed_why": fact.why},
    ),
    BinReopened: Change(
        update(schema.bin_, "closed_at", "closed_why"),
        lambda fact, said: {"station": said.station, "bin": fact.bin, "closed_at": "", "closed_why": ""},
    ),
    ItemFoundAgain: Change(
        REMEMBER_FOUND,
        lambda fact, said: {
            "station": said.station,
            "item": fact.item,
            "n": shift_count(fact.shift),
            "way": fact.disposition,
            "txn": said.txn,
        },
    ),
    BinCheckBegan: _CHECK,
    BinChecked: _CHECK,
    BinCheckLeft: _CHECK,
}

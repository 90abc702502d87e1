"""What the facts of bins change in the projected tables, row by row; no undo of a parcel's step takes it back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from station import schema
from station.bins.facts import BinCheckBegan, BinChecked, BinCheckLeft, BinReopened
from station.change import Change, Row, Said
from station.facts import BinClosed, BinLabelled, BinOpened
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
    }


def _begun(fact: BinCheckBegan, said: Said) -> Row:
    return {
        "station": said.station,
        "n": fact.n,
        "bin": fact.bin,
        "operator": said.operator,
        "begun_at": said.at,
        "ended_at": "",
        "plates": None,
        "findings": "",
    }


def _ended(fact: BinChecked | BinCheckLeft, said: Said) -> Row:
    told: dict[str, Any] = {"station": said.station, "n": fact.n, "ended_at": said.at, "plates": None, "findings": ""}
    if isinstance(fact, BinChecked):
        found = {"missing": fact.missing, "misplaced": fact.misplaced, "foreign": fact.foreign}
        told |= {"plates": fact.plates, "findings": msgspec.json.encode(found).decode()}
    return told


_END = Change(update(schema.bin_check, "ended_at", "plates", "findings"), _ended)

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
    BinCheckBegan: Change(upsert(schema.bin_check), _begun),
    BinChecked: _END,
    BinCheckLeft: _END,
}

"""What lies in a bin leaves it with the bin, into another one, or one by one; and comes back by another fact."""

from typing import Any

from sqlalchemy.engine import Connection

from station.bins.facts import BinMerged, BinStepTakenBack, Carried
from station.change import Said
from station.shifts.facts import BinMoved, ItemFoundAgain
from station.statements import Statement

Moving = BinMoved | BinMerged | Carried | BinStepTakenBack


def move(connection: Connection, fact: Moving, said: Said) -> None:
    """Change the rows of all that moves; where it lay before stays known. Raises the database's errors."""
    named: dict[str, Any] = {"station": said.station, "bin": fact.bin, "fill": fact.fill, "n": said.shift_n}
    if isinstance(fact, BinMoved):
        _LEAVE.write(connection, {**named, "fill": fact.fill - 1})
        _SET_APART.write(connection, named)
    elif isinstance(fact, BinMerged):
        _REMEMBER_ALL.write(connection, {**named, "txn": said.txn})
        _POUR.write(connection, {**named, "into": fact.into, "into_fill": fact.into_fill})
    elif isinstance(fact, Carried):
        _REMEMBER_ONE.write(
            connection, {"station": said.station, "item": fact.item, "n": said.shift_n, "txn": said.txn}
        )
        _CARRY.write(connection, {**named, "item": fact.item, "way": fact.disposition})
    else:
        _take_back(connection, fact, said)


def remember(connection: Connection, fact: ItemFoundAgain, said: Said) -> None:
    """Keep where an item should lie that was found again elsewhere, before its row says so."""
    _REMEMBER_ONE.write(connection, {"station": said.station, "item": fact.item, "n": said.shift_n, "txn": said.txn})


def _take_back(connection: Connection, fact: BinStepTakenBack, said: Said) -> None:
    bin_ = {"station": said.station, "bin": fact.bin}
    if fact.step in ("merged", "carried"):
        txn = {"station": said.station, "txn": fact.txn}
        for statement in (_BACK, _FORGET_PLACE):
            statement.write(connection, txn)
    elif fact.step == "moved":
        for statement in (_RETURN, _FORGET_MOVE):
            statement.write(connection, {**bin_, "fill": fact.fill})
    elif fact.step == "closed":
        _UNCLOSE.write(connection, bin_)
    elif fact.step == "reopened":
        _CLOSE_AGAIN.write(connection, bin_ | {"at": said.at})
    else:
        _UNOPEN.write(connection, bin_)


_LIES = "station = :station AND bin = :bin AND fill = :fill AND moved_n = 0 AND placed_n > 0"
_LEAVE = Statement(
    "UPDATE item SET moved_n = :n WHERE station = :station AND bin = :bin AND fill = :fill AND placed_n > 0"
)
_SET_APART = Statement(
    "UPDATE bin_move SET apart = COALESCE((SELECT b.apart FROM bin b WHERE b.station = bin_move.station"
    " AND b.bin = bin_move.bin), '') WHERE station = :station AND bin = :bin AND fill = :fill"
)
_REMEMBER = (
    "INSERT INTO earlier_place (station, item, n, bin, fill, way, left_n, txn)"
    " SELECT i.station, i.item, (SELECT COALESCE(MAX(e.n), 0) + 1 FROM earlier_place e"
    " WHERE e.station = i.station AND e.item = i.item), i.bin, i.fill, i.way, :n, :txn FROM item i"
)
_REMEMBER_ALL = Statement(
    f"{_REMEMBER} WHERE i.station = :station AND i.bin = :bin AND i.fill = :fill AND i.moved_n = 0 AND i.placed_n > 0"
)
_REMEMBER_ONE = Statement(f"{_REMEMBER} WHERE i.station = :station AND i.item = :item AND i.placed_n > 0")
_POUR = Statement(f"UPDATE item SET bin = :into, fill = :into_fill, carried_n = :n WHERE {_LIES}")
_CARRY = Statement(
    "UPDATE item SET bin = :bin, fill = :fill, way = :way, carried_n = :n"
    " WHERE station = :station AND item = :item AND placed_n > 0"
)
_WAS = "SELECT e.{0} FROM earlier_place e WHERE e.station = item.station AND e.item = item.item AND e.txn = :txn"
_BACK = Statement(
    f"UPDATE item SET {', '.join(f'{name} = ({_WAS.format(name)})' for name in ('bin', 'fill', 'way'))},"
    " carried_n = (SELECT COALESCE(MAX(e.left_n), 0) FROM earlier_place e"
    " WHERE e.station = item.station AND e.item = item.item AND e.txn <> :txn)"
    " WHERE station = :station AND item IN (SELECT item FROM earlier_place WHERE station = :station AND txn = :txn)"
)
_FORGET_PLACE = Statement("DELETE FROM earlier_place WHERE station = :station AND txn = :txn")
_RETURN = Statement(
    "UPDATE item SET moved_n = 0 WHERE station = :station AND bin = :bin AND fill = :fill - 1 AND placed_n > 0"
)
_FORGET_MOVE = Statement("DELETE FROM bin_move WHERE station = :station AND bin = :bin AND fill = :fill")
_UNCLOSE = Statement("UPDATE bin SET closed_at = '', closed_why = '' WHERE station = :station AND bin = :bin")
_CLOSE_AGAIN = Statement(
    "UPDATE bin SET closed_at = :at, closed_why = 'undone' WHERE station = :station AND bin = :bin"
)
_UNOPEN = Statement("UPDATE bin SET opened_at = '' WHERE station = :station AND bin = :bin")

"""What a journal tells of its items is what they were judged by, undone steps left out, the latest first."""

from pathlib import Path

import pytest

from station.errors import JournalError
from station.facts import Undone
from station.inputs import Do
from station.journal import Journal
from station.judge import route_facts
from station.judged import judged_items
from station.known import Day
from station.routing.facts import PlateAllotted, Routed, RouteOverridden


def test_items_are_read_back_as_they_were_judged(walk, tmp_path: Path) -> None:
    walk.arrive("tee").item("tee").examine()
    item = walk.state.item
    walk.do(Do.OVERRIDE).do(Do.CHOOSE, "hold").do(Do.CHOOSE, "no_room")
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        for fact in walk.facts:
            journal.append([fact], operator="", shift="")
        (judged,) = judged_items(tmp_path, 10)
        assert list(judged_items(tmp_path, 0)) == []
    assert any(isinstance(fact, RouteOverridden) for fact in walk.facts)
    routed = item.routed
    assert (judged.answers, judged.grade.letter, judged.table) == (item.answers, item.graded.letter, routed.table)
    assert (judged.route.disposition, judged.route.values) == (routed.disposition, routed.values)
    facts = route_facts(item, walk.state.parcel.arrived.kind, Day(routed.today, routed.waiting), 0)
    assert {**judged.facts, "prep_s": 0} == facts


def test_what_was_taken_back_is_left_out(walk, tmp_path: Path) -> None:
    walk.arrive("tee").item("tee").examine()
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        txns = [journal.append([fact], operator="", shift="").txn for fact in walk.facts]
        taken = [txn for txn, fact in zip(txns, walk.facts, strict=True) if isinstance(fact, Routed)]
        journal.append([Undone(tuple(taken), "the route")], operator="", shift="")
        assert list(judged_items(tmp_path, 10)) == []


def test_an_item_has_the_name_of_the_plate_it_bears(walk, tmp_path: Path) -> None:
    walk.arrive("tee").item("tee").examine()
    item = walk.state.item.identified.item
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        for fact in walk.facts:
            journal.append([fact], operator="", shift="")
        txn = journal.append([PlateAllotted(item, "LPN1")], operator="", shift="").txn
        assert [each.name for each in judged_items(tmp_path, 10)] == ["LPN1"]
        journal.append([Undone((txn,), "the label")], operator="", shift="")
        assert [each.name for each in judged_items(tmp_path, 10)] == [item]


def test_a_folder_without_a_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal"):
        next(judged_items(tmp_path, 1))

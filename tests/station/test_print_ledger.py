"""The print ledger: where each label copy is, before and after a restart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Fault, NotPrinted, Printed, PrintWaiting, Reading, Up
from station.facts import Undone
from station.journal import Journal
from station.print_ledger import STAGES, Heard, Told, asked, figures, fold, hear, ledger
from station.routing.facts import PlateAllotted, PlateConfirmed, PlatePrinted, PlateReprintAsked, PlateVoided

JOB, SECOND = "N1/1", "N1/2"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        yield journal


def put(journal: Journal, *facts: Any) -> str:
    return journal.append(facts, operator="B1", shift="S1-1").txn


def stages(journal: Journal, heard: Heard = {}) -> dict[str, str]:  # noqa: B006 (never changed)
    return {f"{copy.plate}/{copy.copy}": copy.stage for copy in ledger(journal, heard)}


def waiting(why: Fault, *, sent: bool) -> PrintWaiting:
    return PrintWaiting("printer", JOB, why, sent, 1.0)


def test_a_label_from_asked_for_to_scanned_back(journal: Journal) -> None:
    put(journal, PlateAllotted("I1", "N1"))
    assert stages(journal) == {JOB: "unknown"}
    heard = asked({}, JOB)
    assert stages(journal, heard) == {JOB: "queued"}
    heard = hear(heard, Printed("printer", JOB, 2.0))
    assert stages(journal, heard) == {JOB: "printed"}
    put(journal, PlatePrinted("I1", "N1"))
    assert stages(journal) == {JOB: "printed"}
    put(journal, PlateConfirmed("I1", "N1"))
    assert stages(journal) == stages(journal, heard) == {JOB: "confirmed"}
    copy = ledger(journal, heard)[0]
    assert (copy.plate, copy.copy, copy.item, copy.why) == ("N1", 1, "I1", "")


@pytest.mark.parametrize(
    ("reading", "stage", "why"),
    [
        (waiting(Fault.paused, sent=False), "queued", "paused"),
        (waiting(Fault.media_out, sent=True), "waiting", "media_out"),
        (waiting(Fault.lost, sent=True), "sent", "lost"),
        (NotPrinted("printer", JOB, Fault.outcome_unknown, 1.0), "unknown", "outcome_unknown"),
        (NotPrinted("printer", JOB, Fault.cancelled, 1.0), "cancelled", "cancelled"),
        (Up("printer", 1.0), "queued", ""),
    ],
)
def test_what_the_printer_says(journal: Journal, reading: Reading, stage: str, why: str) -> None:
    put(journal, PlateAllotted("I1", "N1"))
    copy = ledger(journal, hear(asked({}, JOB), reading))[0]
    assert (copy.stage, copy.why) == (stage, why)


def test_after_a_restart_only_facts_speak(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        put(journal, PlateAllotted("I1", "N1"))
        put(journal, PlatePrinted("I1", "N1"))
        put(journal, PlateAllotted("I2", "N2"))
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        assert stages(journal) == {"N2/1": "unknown", JOB: "printed"}


def test_copies_are_told_apart(journal: Journal) -> None:
    put(journal, PlateAllotted("I1", "N1"))
    put(journal, PlateReprintAsked("I1", "N1", 2, "none"))
    put(journal, PlatePrinted("I1", "N1", 2))
    put(journal, PlateConfirmed("I1", "N1"))
    assert stages(journal) == {SECOND: "confirmed", JOB: "unknown"}
    put(journal, PlateVoided("N1", "undone"))
    assert stages(journal) == {SECOND: "voided", JOB: "voided"}
    assert {copy.why for copy in ledger(journal, {})} == {"undone"}


def test_a_scan_back_taken_back_no_longer_counts_and_a_label_that_came_out_does(journal: Journal) -> None:
    put(journal, PlateAllotted("I1", "N1"))
    printed = put(journal, PlatePrinted("I1", "N1"))
    confirmed = put(journal, PlateConfirmed("I1", "N1"))
    put(journal, Undone((printed, confirmed), "label"))
    assert stages(journal) == {JOB: "printed"}


def test_latest_first_and_figures(journal: Journal) -> None:
    for number in range(30):
        put(journal, PlateAllotted(f"I{number}", f"N{number}"))
    copies = ledger(journal, {"N29/1": hear({}, waiting(Fault.media_out, sent=True))[JOB]}, limit=10)
    assert [copy.plate for copy in copies] == [f"N{number}" for number in range(29, 19, -1)]
    counts = figures(copies)
    assert set(counts) == set(STAGES)
    assert (counts["waiting"], counts["unknown"]) == (1, 9)


PLATES, COPIES = st.sampled_from(["N1", "N2"]), st.integers(1, 3)
FACTS = st.one_of(
    st.builds(PlateAllotted, st.just("I1"), PLATES),
    st.builds(PlatePrinted, st.just("I1"), PLATES, COPIES),
    st.builds(PlateReprintAsked, st.just("I1"), PLATES, COPIES, st.just("none")),
    st.builds(PlateConfirmed, st.just("I1"), PLATES),
    st.builds(PlateVoided, PLATES, st.just("undone")),
    st.builds(Undone, st.tuples(st.sampled_from("0123456789")), st.just("label")),
)
READINGS = st.one_of(
    st.builds(Printed, st.just("printer"), st.sampled_from([JOB, SECOND]), st.just(1.0)),
    st.builds(PrintWaiting, st.just("printer"), st.just(JOB), st.sampled_from(Fault), st.booleans(), st.just(1.0)),
    st.builds(NotPrinted, st.just("printer"), st.just(JOB), st.sampled_from(Fault), st.just(1.0)),
)


@given(st.lists(FACTS, max_size=10), st.lists(READINGS, max_size=6))
def test_the_printer_never_overrules_a_fact(facts: list[Any], readings: list[Reading]) -> None:
    told = [Told("", str(place), fact) for place, fact in enumerate(facts)]
    heard: Heard = {}
    for reading in readings:
        heard = hear(heard, reading)
    silent, loud = fold(told, {}), fold(told, heard)
    for before, after in zip(silent, loud, strict=True):
        assert (before.plate, before.copy) == (after.plate, after.copy)
        assert before.stage in ("unknown", after.stage)
    assert sum(figures(loud).values()) == len(loud)
    voided = {fact.plate for fact in facts if isinstance(fact, PlateVoided)}
    assert {copy.plate for copy in loud if copy.stage == "voided"} <= voided

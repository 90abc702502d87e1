"""The bench keeps what it shows true: a refusal stays until a person has done something about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.readings import AcceptedWeight, Fault, Printed, PrintWaiting, Scan
from station import sample
from station.bench import Bench
from station.inputs import Command, Do
from station.journal import Journal
from station.lookups import Lookups
from station.outcome import Tone
from station.state import State


@pytest.fixture
def bench(site_known: Lookups, tmp_path: Path) -> Iterator[Bench]:
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        yield Bench(journal, site_known, State("A01", "Bench 1"))


def scan(bench: Bench, text: str) -> None:
    bench.handle(Scan("scanner", text, "", 0.0))


def tone(bench: Bench) -> Tone | None:
    return bench.notice.tone if bench.notice is not None else None


def test_a_printers_word_does_not_take_a_refusal_off_the_screen(bench: Bench) -> None:
    scan(bench, "1ZE2N61W0306291461")
    assert tone(bench) is Tone.REFUSED
    bench.handle(Printed("printer", "LPNA010000001K/1", 0.0))
    bench.handle(PrintWaiting("printer", "LPNA010000001K/1", Fault.media_out, sent=True, at=0.0))
    assert tone(bench) is Tone.REFUSED
    scan(bench, "BDG-1001")
    assert bench.notice is None


def test_nor_does_it_take_a_stop_off_the_screen(bench: Bench) -> None:
    scan(bench, "BDG-1001")
    scan(bench, "1234")
    parcel = next(each for each in sample.parcels() if each.key == "recalled")
    scan(bench, parcel.code)
    bench.handle(AcceptedWeight("scale", parcel.weight_mg, 0.0))
    scan(bench, parcel.items[0].code)
    assert tone(bench) is Tone.STOPPED
    bench.handle(Printed("printer", "LPNA010000001K/1", 0.0))
    assert tone(bench) is Tone.STOPPED


def test_leaving_a_question_is_seeing_its_refusal(bench: Bench) -> None:
    scan(bench, "BDG-1001")
    scan(bench, "0000")
    assert tone(bench) is Tone.REFUSED
    bench.handle(Command(Do.CANCEL))
    assert bench.notice is None


def test_a_refusal_is_acknowledged_once(bench: Bench) -> None:
    scan(bench, "no badge at all")
    bench.acknowledge()
    assert bench.notice is None


@pytest.mark.parametrize("job", ["test", "BIN-A01-0001X", "LPNA010000001K/1"])
def test_the_warning_that_a_label_waits_goes_when_it_comes_out(bench: Bench, job: str) -> None:
    bench.handle(PrintWaiting("printer", job, Fault.media_out, sent=True, at=0.0))
    assert tone(bench) is Tone.ATTENTION
    bench.handle(Printed("printer", job, 0.0))
    assert bench.notice is None

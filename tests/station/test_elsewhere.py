"""A parcel of another site: told with no network, recorded, finished unopened, and never called empty."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from station import facts as f
from station import sample
from station.elsewhere import Elsewhere, hashed
from station.history import History
from station.inputs import Do
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.outcome import Tone
from station.record_codes import code_of
from station.rules import Rules
from station.stages import Stage
from station.state import State
from station.words import EXCEPTION_WORDS
from sync.central import sample as sample_records

ORDER_NUMBER = "#LDS-77"


@pytest.fixture
def stray() -> str:
    """The code of a sample parcel that no order here names."""
    return next(each for each in sample.parcels() if "no order for" in each.says).code


@pytest.fixture
def signed_in(rules: Rules, tmp_path: Path, stray: str, walk: object) -> Iterator[object]:
    """A bench that was told that the parcel and an order number are expected in Leeds."""
    journal = Journal.open(tmp_path / "station.sqlite", "A01")
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    codes = ("RMA-LDS-1", stray, ORDER_NUMBER)
    told = Elsewhere("leeds", (b"".join(hashed(code_of(code)) for code in codes),))
    changes = [(each.kind, each.key, each.body) for each in sample_records.records()]
    changes.append(("elsewhere", "leeds|1", msgspec.json.encode(told)))
    records = [Record(seq, kind, key, msgspec.Raw(body)) for seq, (kind, key, body) in enumerate(changes, 1)]
    copy.apply(1, len(records), records)
    bench = type(walk)(Lookups(rules, copy, History(journal)), State("A01", "Bench 1"))  # type: ignore[call-arg]
    yield bench.sign_in()  # type: ignore[attr-defined]
    copy.close()
    journal.close()


def raised(walk) -> list[tuple[str, str]]:
    return [(each.kind, each.detail) for each in walk.facts if isinstance(each, f.ExceptionRaised)]


def test_it_says_where_the_parcel_belongs_and_records_it(signed_in, stray) -> None:
    signed_in.scan(stray)
    assert signed_in.stage is Stage.WEIGH
    assert signed_in.last.notice.tone is Tone.ATTENTION
    assert signed_in.last.notice.params == {"site": "leeds"}
    assert signed_in.state.parcel.arrived.match == "none"
    assert raised(signed_in) == [("misrouted_parcel", "leeds")]
    assert "misrouted_parcel" in EXCEPTION_WORDS


def test_it_is_finished_unopened_and_not_called_empty(signed_in, stray) -> None:
    signed_in.scan(stray).weigh(700_000).do(Do.FINISH)
    assert signed_in.stage is Stage.IDLE
    assert [type(each) for each in signed_in.facts[-1:]] == [f.ParcelFinished]
    assert raised(signed_in) == [("misrouted_parcel", "leeds")]


def test_an_order_number_of_another_site_needs_no_question(signed_in) -> None:
    signed_in.scan(ORDER_NUMBER)
    assert signed_in.stage is Stage.WEIGH
    assert raised(signed_in) == [("misrouted_parcel", "leeds")]


def test_what_is_expected_here_stays_here(signed_in) -> None:
    order = sample.orders()[0]
    signed_in.scan(order.rma)
    assert signed_in.state.parcel.arrived.orders == (order.rma,)
    assert raised(signed_in) == []


def test_a_parcel_nobody_knows_is_still_unknown(walk, stray) -> None:
    walk.sign_in().scan(stray)
    assert [kind for kind, _ in raised(walk)] == ["unknown_parcel"]

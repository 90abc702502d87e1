"""What earlier returns of a customer ask for: plain words with the counts, photos and a weight; no grade is changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import words
from station import facts as f
from station import patterns
from station.history import History
from station.inputs import Do
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups, Rules
from station.outcome import Tone
from station.prompt import prompt
from station.records import Pattern, PatternSign, pattern_key
from station.stages import Stage
from station.state import State
from sync.central import sample as sample_records
from sync.central.pattern_rule import Ask, SignKind
from tests.station.conftest import Walk, parcel_called

SEEN = PatternSign("another_product", 3, 9)
CARE = Pattern("Lumenfold", "c-7f31a9", "care", (SEEN,), 4, 365, "2999-01-01", ("photo_serial", "photo_all", "weigh"))
LOOK = msgspec.structs.replace(CARE, level="look", ask=())
WEIGHT_MG = 412_000


class Site:
    """The sample site; the customer of the headphones is known by a pseudonym, and central may tell of them."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        self.journal = Journal.open(folder / "station.sqlite", "A01")
        self.copy = LocalCopy.open(folder / "expected.sqlite")
        self.head = 0
        for change in sample_records.records():
            self.tell(change.kind, change.key, msgspec.json.decode(change.body or b"null"))
        (order,) = self.copy.orders(parcel_called("headphones").code)
        self.tell("order", order.rma, msgspec.structs.replace(order, customer=CARE.customer))
        self.known = Lookups(rules, self.copy, History(self.journal))
        self.signed_in = Walk(self.known, State("A01", "Bench 1")).sign_in("BDG-9001").state

    def tell(self, kind: str, key: str, value: object) -> None:
        self.head += 1
        self.copy.apply(self.head, self.head, [Record(self.head, kind, key, msgspec.Raw(msgspec.json.encode(value)))])

    def count(self, value: object) -> None:
        self.tell("pattern", pattern_key(CARE.client, CARE.customer), value)

    def walk(self) -> Walk:
        return Walk(self.known, self.signed_in)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Iterator[Site]:
    """One site for all tests here: each tells what it needs."""
    site = Site(tmp_path_factory.mktemp("site"), rules)
    yield site
    site.copy.close()
    site.journal.close()


def noted(walk: Walk) -> list[f.PatternNoted]:
    return [each for each in walk.facts if isinstance(each, f.PatternNoted)]


def outcome(walk: Walk) -> tuple[Any, Any]:
    item = walk.state.item
    assert item is not None and item.graded is not None and item.routed is not None
    return item.graded, item.routed


def test_all_that_central_may_tell_or_ask_has_words_in_every_language() -> None:
    assert set(patterns.SIGN_WORDS) == set(get_args(SignKind))
    assert {*patterns.shots(get_args(Ask))} and patterns.wants_weight(get_args(Ask))
    for language in words.languages():
        is_known = words.known(language)
        assert [text for text in patterns.SIGN_WORDS.values() if not is_known(text)] == []


def test_nothing_is_said_of_a_customer_nobody_counted(site: Site) -> None:
    site.count(None)
    walk = site.walk().arrive("headphones").item("headphones")
    assert noted(walk) == [] and walk.state.parcel is not None and walk.state.parcel.patterns == ()
    assert walk.said[0].notice is not None and "Return order" in walk.said[0].notice.text


def test_at_look_the_counts_are_shown_and_nothing_more_is_asked(site: Site) -> None:
    site.count(LOOK)
    walk = site.walk().arrive("headphones")
    told = walk.said[0].notice
    assert told is not None and (told.tone, told.params) == (Tone.ATTENTION, {"count": "3", "of": "9"})
    assert told.text == patterns.SIGN_WORDS["another_product"]
    walk.item("headphones").examine()
    item = walk.state.item
    assert item is not None and {"care_all", "care_serial"} & {photo.shot for photo in item.photos} == set()
    assert walk.stage is Stage.RESULT


def test_at_care_a_weight_and_photos_are_asked_and_written_down(site: Site) -> None:
    site.count(CARE)
    walk = site.walk().arrive("headphones")
    (fact,) = noted(walk)
    assert (fact.level, fact.signs, fact.ask) == ("care", (SEEN,), CARE.ask)
    # The pseudonym stays with the order: the journal is for ever.
    assert CARE.customer.encode() not in b"".join(map(f.encode, walk.facts))
    walk.scan(parcel_called("headphones").items[0].code)
    assert walk.stage is Stage.INSPECT, "first of all whether it may be lifted at all"
    walk.found_safe()
    assert walk.stage is Stage.INTERLOCK and walk.last.notice is not None
    assert walk.last.notice.tone is not Tone.REFUSED, "nothing is wrong with the item"
    assert [button.command.do for button in prompt(walk.state, walk.known).buttons] == [Do.SKIP, Do.UNDO]
    before = walk.state
    walk.do(Do.CONFIRM).scan("RS:nothing")
    assert walk.state == before, "a key pressed by habit is no weight"
    walk.weigh(WEIGHT_MG)
    assert walk.stage is Stage.SERIAL
    walk.scan(parcel_called("headphones").items[0].serial).examine()
    item = walk.state.item
    assert item is not None and item.weighed is not None and item.weighed.weight_mg == WEIGHT_MG
    assert [each.proof for each in item.acknowledged] == ["weight"]
    assert {"care_all", "care_serial"} <= {photo.shot for photo in item.photos}
    assert walk.stage is Stage.RESULT


def test_what_cannot_be_weighed_or_photographed_goes_on_and_says_so(site: Site) -> None:
    site.count(CARE)
    walk = site.walk().arrive("headphones")
    walk.scan(parcel_called("headphones").items[0].code).found_safe().do(Do.SKIP)
    assert [each.proof for each in walk.facts if isinstance(each, f.InterlockAcknowledged)] == ["unweighed"]
    assert walk.stage is Stage.SERIAL
    walk.do(Do.UNDO)
    assert walk.stage is Stage.INTERLOCK
    walk.do(Do.UNDO)
    assert walk.stage is Stage.INSPECT


def test_what_may_burn_is_put_onto_no_scale(site: Site) -> None:
    site.count(CARE)
    walk = site.walk().arrive("headphones")
    walk.scan(parcel_called("headphones").items[0].code).do(Do.CHOOSE, "yes")
    item = walk.state.item
    assert item is not None and [each.code for each in item.interlocks] == ["hazard"]
    walk.acknowledge()
    assert walk.stage is Stage.RESULT and [each.code for each in item.interlocks] == ["hazard"]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(CARE.ask), st.integers(0, 3), st.booleans())
def test_no_count_ever_changes_a_grade_a_way_or_a_price(site: Site, ask: list[str], asked: int, weighed: bool) -> None:
    def end(pattern: Pattern | None) -> tuple[Any, Any]:
        site.count(pattern)
        walk = site.walk().arrive("headphones")
        item = parcel_called("headphones").items[0]
        walk.scan(item.code).found_safe()
        if walk.stage is Stage.INTERLOCK:
            walk.weigh(WEIGHT_MG) if weighed else walk.do(Do.SKIP)
        elif weighed:
            walk.weigh(WEIGHT_MG)
        return outcome(walk.scan(item.serial).examine())

    assert end(msgspec.structs.replace(CARE, ask=tuple(ask[:asked]))) == end(None)


@pytest.mark.parametrize(
    "told",
    [
        msgspec.structs.replace(CARE, until="2020-01-01"),
        {"client": "Lumenfold", "level": "worse"},
        ["no", "pattern"],
    ],
)
def test_counts_that_are_too_old_or_cannot_be_read_say_nothing(site: Site, told: object, expect_log: Any) -> None:
    site.count(told)
    if not isinstance(told, Pattern):
        expect_log("a pattern of central cannot be read")
    assert noted(site.walk().arrive("headphones")) == []


def test_a_sign_and_a_step_of_a_newer_central_stop_nothing(site: Site) -> None:
    newer = msgspec.structs.replace(CARE, signs=(PatternSign("unheard", 5, 6), SEEN), ask=("sniff", "photo_serial"))
    site.count(newer)
    walk = site.walk().arrive("headphones").item("headphones").examine()
    item = walk.state.item
    assert item is not None and "care_serial" in {photo.shot for photo in item.photos}
    assert walk.said[0].notice is not None
    assert walk.said[0].notice.text == patterns.SIGN_WORDS["another_product"]

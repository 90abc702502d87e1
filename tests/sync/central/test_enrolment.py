"""Who gets in and who stays out: codes used, ended and guessed; keys that renew; two stations of one name."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from sync.central import enrolment, tokens
from sync.central.identity_tables import challenge, enrol_code, station_token
from sync.central.store import Store
from sync.central.tables import station as old_station
from sync.central.tokens import Caller, NotAdmitted, later
from sync.wire import Admission, Enrolment, Renewal, enrolment_text, renewal_text
from tests.conftest import HUNG_S

NOW = "2026-04-18T08:00:00.000000Z"


def after(**times: float) -> str:
    return later(NOW, timedelta(**times))


class Key:
    """A bench's key, and what it does with it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.key = Ed25519PrivateKey.generate()

    def enrol(self, code: str, station: str, now: str = NOW) -> Admission:
        signature = self.key.sign(enrolment_text(code, station))
        public = self.key.public_key().public_bytes_raw()
        return enrolment.enrol(self.store, Enrolment(code, station, public, signature), now)

    def renew(self, station: str, now: str) -> Admission:
        nonce = enrolment.challenge_for(self.store, station, now).nonce
        return enrolment.renew(self.store, station, Renewal(nonce, self.key.sign(renewal_text(nonce, station))), now)


@pytest.fixture(scope="module")
def own_database(cluster: str) -> str:
    """A database on PostgreSQL that no other test has."""
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE enrolment")
    return cluster % "enrolment"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Store]:
    """A database that is empty of stations."""
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("own_database")
    opened = Store(url)
    with opened.writing() as connection:
        for table in (enrol_code, challenge, station_token, old_station):
            connection.execute(table.delete())
        connection.exec_driver_sql("DELETE FROM enrolled_station")
    yield opened
    opened.close()


@pytest.fixture
def key(store: Store) -> Key:
    return Key(store)


def code(store: Store, station: str = "", now: str = NOW, site: str = "leeds") -> str:
    return enrolment.make_code(store, site, station, now)


def speaks(store: Store, token: str, now: str = NOW) -> str:
    """Say which station a token lets speak, or why it does not."""
    try:
        return tokens.caller(store, token, now).station
    except NotAdmitted as error:
        return error.error


def refused(call: Any, *given: Any) -> str:
    with pytest.raises(NotAdmitted) as raised:
        call(*given)
    return raised.value.error


def test_a_code_lets_one_key_in_and_the_same_key_again_when_its_answer_was_lost(store: Store, key: Key) -> None:
    written = code(store)
    first = key.enrol(written.lower().replace("-", " "), "B07")
    assert (first.station, first.site) == ("B07", "leeds")
    again = key.enrol(written, "B07")
    assert speaks(store, again.token) == "B07"
    assert refused(Key(store).enrol, written, "B07") == "code_used"
    assert refused(Key(store).enrol, written, "B08") == "code_used"
    assert tokens.caller(store, again.token, NOW) == Caller("B07", "leeds")


def test_a_code_ends_after_ten_minutes(store: Store, key: Key) -> None:
    written = code(store)
    assert refused(key.enrol, written, "B07", after(minutes=10)) == "code_unknown"
    assert key.enrol(written, "B07", after(minutes=9, seconds=59)).site == "leeds"


def test_a_code_that_was_guessed_at_five_times_is_void(store: Store, key: Key) -> None:
    written = code(store)
    for last in "ABCDE":
        wrong = written[:-1] + ("F" if written[-1] == last else last)
        assert refused(key.enrol, wrong, "B07") == "code_unknown"
    assert refused(key.enrol, written, "B07") == "code_unknown"
    assert refused(key.enrol, "", "B07") == "code_unknown"
    assert refused(key.enrol, "\0" * 16, "B07") == "code_unknown"


def test_of_eight_who_use_a_code_at_once_one_gets_in(store: Store) -> None:
    written = code(store)
    keys = [Key(store) for _ in range(8)]
    together = threading.Barrier(8)

    def try_it(each: Key) -> str:
        together.wait()
        try:
            return each.enrol(written, "B07").token
        except NotAdmitted as error:
            return error.error

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(try_it, keys))
    assert answers.count("code_used") == 7
    (token,) = (each for each in answers if each != "code_used")
    assert speaks(store, token) == "B07"


def both_at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run these in threads, begun in the same moment; a refusal is a result, anything else is raised."""
    together = threading.Barrier(len(works), timeout=HUNG_S)

    def run(work: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return work()
        except NotAdmitted as error:
            return error.error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_two_codes_for_one_new_name_used_at_once_one_counts(store: Store) -> None:
    for round_ in range(12):
        name = f"N{round_:02}"
        keys = [(Key(store), code(store)) for _ in range(3)]
        works = [lambda key=key, written=written, name=name: key.enrol(written, name) for key, written in keys]  # type: ignore[misc]
        answers = both_at_once(*works)
        assert sorted(map(str, answers)).count("station_taken") == 2
        (let_in,) = (each for each in answers if isinstance(each, Admission))
        assert speaks(store, let_in.token) == name


def test_who_takes_the_place_of_a_bench_that_is_just_renewing_leaves_it_no_token(store: Store) -> None:
    for round_ in range(12):
        name = f"R{round_:02}"
        old, new = Key(store), Key(store)
        old.enrol(code(store), name)
        written = code(store, name)
        renewed, let_in = both_at_once(
            lambda old=old, name=name: old.renew(name, NOW),  # type: ignore[misc]
            lambda new=new, written=written, name=name: new.enrol(written, name),  # type: ignore[misc]
        )
        assert speaks(store, let_in.token) == name
        if isinstance(renewed, Admission):
            assert speaks(store, renewed.token) == "token_unknown"
        else:
            assert renewed in ("not_enrolled", "signature_wrong")


def test_four_wrong_tries_are_forgiven(store: Store, key: Key) -> None:
    written = code(store)
    for _ in range(4):
        assert refused(key.enrol, written[:-4] + "UUUU", "B07") == "code_unknown"
    assert key.enrol(written, "B07").station == "B07"


def test_nobody_enrols_a_key_that_is_not_his(store: Store, key: Key) -> None:
    written = code(store)
    public = key.key.public_key().public_bytes_raw()
    for bad in (b"", b"x" * 64, Ed25519PrivateKey.generate().sign(enrolment_text(written, "B07"))):
        assert refused(enrolment.enrol, store, Enrolment(written, "B07", public, bad), NOW) == "signature_wrong"
    assert refused(enrolment.enrol, store, Enrolment(written, "B07", b"short", b"x"), NOW) == "signature_wrong"
    for name in ("", "b07", "B0777", "B\0 7"):
        assert refused(key.enrol, written, name) == "malformed"


def test_two_stations_of_one_name(store: Store, key: Key) -> None:
    first = key.enrol(code(store), "B07")
    other = Key(store)
    assert refused(other.enrol, code(store), "B07") == "station_taken"
    assert speaks(store, first.token) == "B07"
    assert refused(other.enrol, code(store, "B08"), "B07") == "other_station"
    # A supervisor who names it means it: the new computer takes the place of the old one.
    second = other.enrol(code(store, "B07"), "B07")
    assert (speaks(store, first.token), speaks(store, second.token)) == ("token_unknown", "B07")
    assert refused(key.renew, "B07", NOW) == "signature_wrong"


def test_who_was_shut_out_is_told_so_and_comes_back_with_a_new_code(store: Store, key: Key) -> None:
    first = key.enrol(code(store), "B07")
    assert tokens.revoke(store, "B07", NOW)
    assert speaks(store, first.token) == "revoked"
    assert refused(key.renew, "B07", NOW) == "revoked"
    assert refused(Key(store).enrol, code(store, site="york"), "B07") == "station_taken"
    back = Key(store).enrol(code(store), "B07")
    assert (speaks(store, first.token), speaks(store, back.token)) == ("token_unknown", "B07")
    assert not tokens.revoke(store, "B99", NOW)


def test_a_code_that_is_open_yet_lets_nobody_in_who_was_shut_out(store: Store, key: Key) -> None:
    used, others = code(store), code(store, "B07")
    key.enrol(used, "B07")
    unused = code(store)
    assert tokens.revoke(store, "B07", NOW)
    for written in (used, others):
        assert refused(key.enrol, written, "B07") == "code_unknown"
    assert tokens.enrol(store, "B08", "leeds", NOW)
    assert tokens.revoke(store, "B08", NOW), "it has no key"
    assert Key(store).enrol(unused, "B09").station == "B09"


def test_a_token_ends_and_the_key_gets_the_next_one_for_ninety_days(store: Store, key: Key) -> None:
    first = key.enrol(code(store), "B07")
    assert first.renew_at == after(days=30)
    assert speaks(store, first.token, after(days=59, hours=23)) == "B07"
    assert speaks(store, first.token, after(days=60)) == "token_expired"
    late = after(days=149, hours=23)
    second = key.renew("B07", late)
    assert speaks(store, second.token, late) == "B07"
    gone = later(second.expires_at, timedelta(days=90))
    assert refused(key.renew, "B07", gone) == "key_expired"
    assert refused(key.renew, "nobody", NOW) == "not_enrolled"


def test_two_tokens_are_valid_at_once_and_no_third(store: Store, key: Key) -> None:
    first = key.enrol(code(store), "B07")
    second = key.renew("B07", after(days=30))
    assert [speaks(store, each.token) for each in (first, second)] == ["B07", "B07"]
    third = key.renew("B07", after(days=31))
    assert [speaks(store, each.token) for each in (first, second, third)] == ["token_unknown", "B07", "B07"]


def test_a_challenge_counts_once_for_its_station_and_two_minutes(store: Store, key: Key) -> None:
    key.enrol(code(store), "B07")
    other = Key(store)
    other.enrol(code(store), "B08")

    def answer(nonce: str, now: str = NOW, station: str = "B07", by: Key = key) -> str:
        signature = by.key.sign(renewal_text(nonce, station))
        try:
            return enrolment.renew(store, station, Renewal(nonce, signature), now).station
        except NotAdmitted as error:
            return error.error

    def ask(station: str = "B07") -> str:
        return enrolment.challenge_for(store, station, NOW).nonce

    nonce = ask()
    assert (answer(nonce), answer(nonce)) == ("B07", "signature_wrong")
    assert answer(ask(), after(minutes=2)) == "signature_wrong"
    assert answer(ask("B08")) == "signature_wrong"
    assert answer(ask(), by=other) == "signature_wrong"
    assert answer("made up") == "signature_wrong"


def test_challenges_do_not_pile_up(store: Store, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "_MOST_CHALLENGES", 5)
    key.enrol(code(store), "B07")
    for number in range(12):
        enrolment.challenge_for(store, "B07", after(seconds=number))
    with store.reading() as connection:
        assert len(connection.execute(challenge.select()).all()) == 5
    enrolment.challenge_for(store, "B07", after(days=1))
    with store.reading() as connection:
        assert len(connection.execute(challenge.select()).all()) == 1


def test_a_token_of_before_still_counts_until_its_station_is_enrolled(store: Store, key: Key) -> None:
    row = {"station": "B07", "site": "leeds", "token_hash": tokens.hash_of("old"), "made_at": NOW}
    with store.writing() as connection:
        connection.execute(insert(old_station), [row])
    assert tokens.caller(store, "old", after(days=999)) == Caller("B07", "leeds")
    assert tokens.is_enrolled(store, "B07")
    assert refused(key.enrol, code(store), "B07") == "station_taken"
    assert refused(key.renew, "B07", NOW) == "not_enrolled"
    assert tokens.revoke(store, "B07", NOW)
    assert speaks(store, "old") == "revoked"
    assert speaks(store, key.enrol(code(store), "B07").token) == "B07"
    assert speaks(store, "old") == "token_unknown"


def test_of_secrets_only_hashes_are_kept(store: Store, key: Key) -> None:
    written = code(store)
    given = key.enrol(written, "B07")
    nonce = enrolment.challenge_for(store, "B07", NOW).nonce
    with store.reading() as connection:
        rows = [
            str(row) for table in (enrol_code, station_token, challenge) for row in connection.execute(table.select())
        ]
    for secret in (given.token, nonce, written.replace("-", "")[4:]):
        assert not any(secret in row for row in rows)


def test_the_doors_say_plainly_what_is_wrong(central: Any) -> None:
    with httpx.Client(base_url=central.url, trust_env=False, timeout=60) as http:
        for body in (b"", b"{}", b"[" * 4000, b'{"code":1}', b"\xff"):
            assert http.post("/v1/enrol", content=body).json()["error"] == "malformed"
            assert http.post("/v1/stations/B07/token", content=body).json()["error"] == "malformed"
        assert http.post("/v1/enrol", content=b"x" * 5000).status_code == 413
        for station, word in (("nobody", "not_enrolled"), ("%00", "malformed"), ("A" * 500, "malformed")):
            assert http.post(f"/v1/stations/{station}/challenge").json()["error"] == word

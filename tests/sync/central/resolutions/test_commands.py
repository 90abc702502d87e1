"""What a person does at central's command line: look, decide, settle; and the worker as it is run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from resources import find
from sync.central import feed
from sync.central.__main__ import main
from sync.central.resolutions.follow import follow
from sync.central.store import Store
from sync.central.tables import resolution, resolution_ruling
from tests.sync.central.resolutions.histories import START, cheap, shipped, tell

ROOT = Path(__file__).parents[4]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    tell(store, cheap("RMA-1"), cheap("RMA-2", 9900))
    follow(store, shipped(), START)
    store.close()
    return tmp_path


@pytest.fixture
def provider() -> Iterator[str]:
    command = [sys.executable, "-m", "sync.central.simulators.provider"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1]
    process.terminate()
    assert process.wait(60) == 0
    process.stdout.close()


def say(data: Path, *words: str) -> int:
    return main(["resolutions", *words, "--data", str(data)])


def test_the_worker_carries_out_and_show_tells(data: Path, provider: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["work-resolutions", "--data", str(data), "--provider", provider, "--until-idle"]) == 0
    assert say(data, "list", "--state", "confirmed") == 0
    assert "1900 USD  confirmed" in capsys.readouterr().out
    assert say(data, "show", "RMA-1") == 0
    refund = json.loads(capsys.readouterr().out)[1]
    assert refund["reference"].startswith("PAY-")
    assert [each["state"] for each in refund["history"]] == ["requested", "claimed", "sent", "confirmed"]
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store:
        for price, says in ((1500, ["confirmed  by now: refund 1500 USD, keep_item 0 USD"]), (1900, [])):
            tell(store, cheap("RMA-1", price))
            follow(store, shipped(), START)
            assert say(data, "list", "--later") == 0
            listed = capsys.readouterr().out.splitlines()
            assert [each.partition("USD  ")[2] for each in listed] == says


def test_a_person_decides_a_line_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by = ("--by", "Ana", "--why", "Agreed by telephone")
    assert say(data, "rule", "RMA-2", "1", "--then", "refund", *by) == 1
    assert "needs --minor" in capsys.readouterr().err
    for much, says in (("9" * 20, "needs --minor"), ("9901", "9901 USD is more than the 9900 that was paid for it")):
        assert say(data, "rule", "RMA-2", "1", "--then", "refund", "--minor", much, *by) == 1
        assert says in capsys.readouterr().err
    assert say(data, "rule", "RMA-2", "1", "--then", "refund", "--minor", "4500", *by) == 0
    assert say(data, "rule", "RMA-2", "1", "--then", "exchange", *by) == 1
    assert "RMA-2 1 is decided already: refund, by Ana" in capsys.readouterr().err
    assert say(data, "list", "--state", "requested") == 0
    assert "RMA-2 1  refund  4500 USD" in capsys.readouterr().out
    # The price is lowered before it is paid: the ruling is void, and another one may be made.
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store:
        tell(store, cheap("RMA-2", 4000))
        follow(store, shipped(), START)
    assert say(data, "list", "--state", "withdrawn") == 0
    assert "RMA-2 1  refund  4500 USD" in capsys.readouterr().out
    assert say(data, "rule", "RMA-2", "1", "--then", "refund", "--minor", "3900", *by) == 0
    assert say(data, "list", "--state", "requested") == 0
    assert "RMA-2 1  refund  3900 USD" in capsys.readouterr().out


def test_a_ruling_on_a_line_without_a_price_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by = ("--by", "Ana", "--why", "Agreed by telephone")
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store:
        tell(store, cheap("RMA-3", 0))
    assert say(data, "rule", "RMA-3", "1", "--then", "refund", "--minor", "4500", *by) == 0
    capsys.readouterr()
    assert say(data, "show", "RMA-3") == 0
    assert json.loads(capsys.readouterr().out)[0]["why"] == "Agreed by telephone (no price of it is known)"


def test_what_cannot_be_asked_for_is_said_and_no_ruling_is_used_up(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = ("--by", "Ana", "--why", "Agreed by telephone")
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store, store.writing() as connection:
        feed.append(connection, "leeds", [feed.Change("order", "RMA-1", None)])
    for rma, line, says in (
        ("RMA-2", "l", "RMA-2 has no line l, but 1"),
        ("RMA-99", "1", "central was never told of an order RMA-99"),
        ("RMA-1", "1", "RMA-1 was withdrawn: nothing can be decided until the order is told again"),
    ):
        assert say(data, "rule", rma, line, "--then", "refund", "--minor", "4500", *by) == 1
        assert says in capsys.readouterr().err
        assert say(data, "rule", rma, line, "--then", "nothing", *by) == 1
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store, store.reading() as connection:
        assert connection.execute(select(resolution_ruling)).all() == []


def test_a_ruling_asks_again_for_what_was_settled_as_not_done(
    data: Path, provider: str, capsys: pytest.CaptureFixture[str]
) -> None:
    by = ("--by", "Ana", "--why", "The customer has a new card")
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store, store.writing() as connection:
        connection.execute(update(resolution).where(resolution.c.kind == "refund").values(state="needs_person"))
        mine = (resolution.c.rma == "RMA-1", resolution.c.kind == "refund")
        old = connection.execute(select(resolution.c.id).where(*mine)).scalar_one()
    assert say(data, "settle", old, "--as", "closed", *by) == 0
    assert say(data, "rule", "RMA-1", "1", "--then", "refund", "--minor", "1900", *by) == 0
    assert say(data, "rule", "RMA-1", "1", "--then", "refund", "--minor", "1900", *by) == 1, "once"
    assert main(["work-resolutions", "--data", str(data), "--provider", provider, "--until-idle"]) == 0
    capsys.readouterr()
    assert say(data, "show", "RMA-1") == 0
    (refund,) = (each for each in json.loads(capsys.readouterr().out) if each["kind"] == "refund")
    assert (refund["state"], refund["amount_minor"], refund["id"] == old) == ("confirmed", 1900, False)
    assert refund["history"][0]["why"] == f"{old} was settled as not done"


def test_only_what_waits_for_a_person_is_settled(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(f"sqlite:///{data / 'central.sqlite'}")
    with store.writing() as connection:
        connection.execute(update(resolution).where(resolution.c.kind == "refund").values(state="needs_person"))
    store.close()
    assert say(data, "list") == 0
    id_ = capsys.readouterr().out.split()[0]
    with closing(Store(f"sqlite:///{data / 'central.sqlite'}")) as store:
        tell(store, cheap("RMA-1", 1500))
        follow(store, shipped(), START)
    assert main(["reviews", "--data", str(data)]) == 0
    assert "contradiction  decides_otherwise  RMA-1  1" in capsys.readouterr().out
    settle = ("settle", id_, "--as", "closed", "--by", "Ana", "--why", "The provider has nothing of it")
    assert say(data, *settle) == 0
    # Nothing was paid, so nothing is contradicted.
    capsys.readouterr()
    assert main(["reviews", "--data", str(data)]) == 0
    assert "contradiction" not in capsys.readouterr().out
    assert say(data, *settle) == 1
    assert "does not wait for a person" in capsys.readouterr().err


def test_a_sites_own_rules_replace_the_programs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "resolutions").mkdir()
    own = data / "resolutions" / "own.toml"
    own.write_bytes(find.read("resolutions/default.toml").replace(b'id = "default"', b'id = "own"'))
    assert say(data, "check", str(own)) == 0
    assert "own@1" in capsys.readouterr().out
    own.write_bytes(b'id = "own"')
    assert say(data, "check", str(own)) == 1
    assert main(["work-resolutions", "--data", str(data), "--provider", "http://127.0.0.1:1", "--until-idle"]) == 1
    assert "own.toml" in capsys.readouterr().err


def test_a_provider_that_is_refused_is_named_without_its_password(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["work-resolutions", "--data", str(data), "--provider", "http://pay:SECRET@example.org"]
    assert main(asked) == 1
    said = capsys.readouterr().err
    assert "needs https, not http: example.org" in said and "SECRET" not in said

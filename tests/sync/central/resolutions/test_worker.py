"""At most once: over seeded histories with crashes at each point, over kill -9, and not without the protections."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from sync.central.resolutions import worker
from sync.central.resolutions.follow import follow
from sync.central.resolutions.provider import HttpProvider, Order
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from sync.central.tables import resolution, resolution_step
from tests.conftest import ExpectedLog
from tests.sync.central.resolutions.histories import (
    POINTS,
    BlindLine,
    Clock,
    KeylessLine,
    Line,
    cheap,
    play,
    shipped,
    tell,
)

ROOT = Path(__file__).parents[4]
COUNT = 4
BOOK = shipped()


def states(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        return {f"{row.rma}/{row.kind}": row.state for row in connection.execute(select(resolution))}


def check(payments: Payments, ended: dict[str, str]) -> None:
    """I3: at most once for each; what is called done was done; nothing is left hanging."""
    assert set(payments.counts().values()) <= {1}
    assert {id_ for id_, state in ended.items() if state == "confirmed"} <= set(payments.counts())
    assert set(ended.values()) <= {"confirmed", "needs_person"}


@pytest.mark.parametrize("seed", [1])
def test_nothing_is_carried_out_twice_and_everything_ends(store: Store, seed: int, expect_log: ExpectedLog) -> None:
    payments, ended = play(store, seed, COUNT)
    if "needs_person" in ended.values():
        expect_log("needs a person")
    assert len(ended) == 2 * COUNT
    assert "confirmed" in ended.values()
    check(payments, ended)


@pytest.mark.parametrize("mutant", [KeylessLine, BlindLine])
def test_a_blind_retry_is_caught(mutant: type[Line], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look-up, and without a key or without the bound of 20 hours, the same histories pay twice."""
    monkeypatch.setattr(worker, "RESEND_WITHIN", timedelta(days=9))
    store = Store(f"sqlite:///{tmp_path / 'mutant.sqlite'}")
    payments, _ = play(store, 5, COUNT, mutant)
    store.close()
    assert max(payments.counts().values()) > 1


def test_two_workers_take_each_resolution_once(store: Store) -> None:
    """Whoever is faster: the count of claims says that no two workers had one in hand."""
    payments, clock = Payments(), Clock()
    tell(store, *(cheap(f"RMA-{each}") for each in range(12)))
    follow(store, BOOK, clock.now)

    def run(name: str) -> None:
        line = Line(payments, clock, 1, share=0)
        while work_one(store, BOOK, line, name, clock) is not None:
            pass

    threads = [threading.Thread(target=run, args=(f"w{each}",)) for each in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    run("last")
    assert set(states(store).values()) == {"confirmed"}
    assert list(payments.counts().values()) == [1] * 24
    with store.reading() as connection:
        assert set(connection.execute(select(resolution.c.attempts)).scalars()) == {1}


def test_after_twenty_hours_a_person_is_called_and_nothing_is_sent(store: Store, expect_log: ExpectedLog) -> None:
    expect_log("needs a person")
    payments, clock = Payments(), Clock()
    tell(store, cheap("RMA-1"))
    follow(store, BOOK, clock.now)
    line = Line(payments, clock, 1, share=0)

    def die(point: str) -> None:
        if point == "marked":
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            work_one(store, BOOK, line, "w1", clock, die)
    clock.now += timedelta(hours=19)
    assert work_one(store, BOOK, line, "w2", clock) == "confirmed"
    clock.now += timedelta(hours=1)
    assert work_one(store, BOOK, line, "w2", clock) == "needs_person"
    assert work_one(store, BOOK, line, "w2", clock) is None
    assert len(payments.counts()) == 1


def test_a_provider_that_did_something_else_calls_a_person(store: Store, expect_log: ExpectedLog) -> None:
    expect_log("did something else")
    payments, clock = Payments(), Clock()
    tell(store, cheap("RMA-1"))
    follow(store, BOOK, clock.now)
    with store.reading() as connection:
        kept, row = connection.execute(select(resolution).order_by(resolution.c.kind)).all()
    payments.execute(Order(row.id, "refund", "RMA-1", "1", row.amount_minor + 1, "USD"), "", clock.now, None)
    payments.execute(Order(kept.id, "keep_item", "RMA-1", "1", 0, "USD", 2), "", clock.now, None)
    while work_one(store, BOOK, Line(payments, clock, 1, share=0), "w", clock) is not None:
        pass
    assert states(store) == {"RMA-1/refund": "needs_person", "RMA-1/keep_item": "needs_person"}
    assert list(payments.counts().values()) == [1, 1]
    with store.reading() as connection:
        said = connection.execute(select(resolution_step.c.why).where(resolution_step.c.id == kept.id)).scalars()
        assert any("units: 2 instead of 1" in why for why in said)


def test_what_was_paid_before_a_restored_backup_is_found(tmp_path: Path) -> None:
    """A central that lost its tables asks with the same ids, and is told that it was done."""
    payments, clock = Payments(), Clock()
    for name in ("before", "restored"):
        store = Store(f"sqlite:///{tmp_path / name}.sqlite")
        tell(store, cheap("RMA-1"))
        follow(store, BOOK, clock.now)
        while work_one(store, BOOK, Line(payments, clock, 1, share=0), name, clock) is not None:
            pass
        assert set(states(store).values()) == {"confirmed"}
        store.close()
        clock.now += timedelta(days=30)
    assert list(payments.counts().values()) == [1, 1]


@pytest.fixture
def provider() -> Iterator[str]:
    """The simulator as a process, with every fault that ends."""
    command = [sys.executable, "-m", "sync.central.simulators.provider", "--seed", "3", "--share", "30"]
    process = subprocess.Popen(
        [*command, "--faults", "lost,error,twice"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1]
    process.terminate()
    assert process.wait(60) == 0
    process.stdout.close()


def test_a_worker_killed_at_each_point_pays_once(database: str, store: Store, provider: str) -> None:
    """kill -9 between any two marks; the next worker comes when the claim has run out."""
    tell(store, *(cheap(f"RMA-{each}") for each in range(6)))
    script = [sys.executable, "-m", "tests.sync.central.resolutions.dying_worker", database, provider, *POINTS]
    died = subprocess.run(script, cwd=ROOT, check=True, capture_output=True, text=True)
    assert died.stdout.split() == [word for point in POINTS for word in (point, "-9")]
    assert set(states(store).values()) == {"confirmed"}
    with httpx.Client(trust_env=False) as client:
        counts = client.get(f"{provider}/v1/simulator/executions").json()
    assert len(counts) == 12
    assert set(counts.values()) == {1}


def test_history_tells_each_step(store: Store) -> None:
    tell(store, cheap("RMA-1"))
    clock = Clock()
    follow(store, BOOK, clock.now)
    while work_one(store, BOOK, Line(Payments(), clock, 1, share=0), "w", clock) is not None:
        pass
    with store.reading() as connection:
        query = select(resolution_step.c.state).join(resolution, resolution.c.id == resolution_step.c.id)
        told = connection.execute(query.where(resolution.c.kind == "refund").order_by(resolution_step.c.n)).scalars()
        assert list(told) == ["requested", "claimed", "sent", "confirmed"]


@pytest.mark.parametrize("url", ["http://pay.example/", "ftp://127.0.0.1/", "pay"])
def test_money_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        HttpProvider(url)

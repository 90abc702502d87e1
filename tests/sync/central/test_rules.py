"""Rules travel from central to the bench: what a bench would refuse is not published, and the next pull brings it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from resources import find
from station.deliveries import body_of
from station.local_copy import LocalCopy
from sync.central import feed
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.mirror import Mirror

SHIPPED = find.read("rubrics/apparel.toml")
_VERSION = int(tomllib.loads(SHIPPED.decode())["version"])
NEWER = SHIPPED.replace(b"version = %d\n" % _VERSION, b"version = %d\n" % (_VERSION + 1), 1)

TYPO = NEWER.replace(b"version = %d\n" % (_VERSION + 1), b"version = %d\n" % (_VERSION + 2)).replace(
    b'"hygiene"\ncap', b'"hygeine"\ncap'
)
TALLOWBY = find.read("routes/tallowby.toml").replace(b"version = 1", b"version = 5")
# Sound by itself and mapped, but what works not fares better than what does.
SOFT = b"""id = "hearthwick"
version = 9
[[rules]]
number = 1
section = "contract"
when = 'functional == "faulty" || functional == "untested"'
to = "resale"
text = "Like new"
"""


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    yield copy
    copy.close()


def publish(bench: Any, *arguments: str) -> int:
    where = ["--data", str(bench.central.data)]
    where += ["--database", bench.central.database] if bench.central.database else []
    return main(["publish-rules", *arguments, "--site", bench.site, *where])


def put(folder: Path, name: str, toml: bytes) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(toml)
    return str(file)


def test_published_rules_reach_the_bench_and_are_withdrawn(
    bench: Any, copy: LocalCopy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric = put(tmp_path, "rubrics/apparel.toml", NEWER)
    routes = put(tmp_path, "routes/hearthwick.toml", find.read("routes/hearthwick.toml"))
    assert publish(bench, rubric, routes) == 0
    assert capsys.readouterr().out == "published: rubrics/apparel.toml, routes/hearthwick.toml\n"
    mirror = Mirror(bench.client(), copy, bench.site)
    mirror.pull_some()
    assert [(each.key, each.toml, each.why) for each in copy.rules()] == [
        ("rubrics/apparel.toml", NEWER, ""),
        ("routes/hearthwick.toml", find.read("routes/hearthwick.toml"), ""),
    ]
    assert publish(bench, rubric, "--withdraw") == 0
    mirror.pull_some()
    assert [(each.key, each.toml) for each in copy.rules()][-1] == ("rubrics/apparel.toml", b"")


def test_what_a_bench_would_refuse_is_not_published(
    bench: Any, copy: LocalCopy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(bench, put(tmp_path, "rubrics/apparel.toml", NEWER)) == 0
    assert publish(bench, put(tmp_path, "routes/tallowby.toml", TALLOWBY)) == 0
    changed = NEWER.replace(b"One, under a fingertip", b"One, tiny")
    # All or none: the first time there is a good one before it.
    good = [put(tmp_path, "rubrics/media.toml", find.read("rubrics/media.toml"))]
    for name, toml, says in (
        ("rubrics/apparel.toml", changed, f"apparel@{_VERSION + 1} was published before and says something else"),
        ("rubrics/toys.toml", b"id = ", "rubrics/toys.toml: not TOML"),
        ("rubrics/toys.toml", b"\xff", "rubrics/toys.toml: not UTF-8"),
        ("rubrics/toys.toml", b"", "rubrics/toys.toml: it is empty"),
        ("routes/hearthwick.toml", SOFT, "goes to refurb, but"),
        ("routes/tallowby.toml", find.read("routes/hearthwick.toml"), "it must be called routes/hearthwick.toml"),
        (
            "routes/tallowby.toml",
            TALLOWBY.replace(b"damaged", b"worn"),
            "tallowby.toml@5 was published before and says",
        ),
        ("routes/tallowby.toml", TALLOWBY.replace(b"= 5", b"= 3"), "@3 is older than routes/tallowby.toml@5"),
        ("rubrics/apparel.toml", TYPO, "stop: hygeine has no words"),
        ("loose.toml", NEWER, "rule files lie in a folder called"),
        ("rubrics/none/here.toml", NEWER, "no rules of this program have such a name"),
    ):
        assert publish(bench, *good, put(tmp_path, name, toml)) == 1
        assert says in capsys.readouterr().err
        good = []
    Mirror(bench.client(), copy, bench.site).pull_some()
    assert [each.key for each in copy.rules()] == ["rubrics/apparel.toml", "routes/tallowby.toml"]


def test_a_bench_refuses_what_a_careless_central_sends_and_says_so(
    bench: Any, copy: LocalCopy, expect_log: Any
) -> None:
    expect_log("the rules rubrics/apparel.toml of central are refused, the last good ones stay: its record")
    with bench.central.store.writing() as connection:
        change = Change("rules", "rubrics/apparel.toml", msgspec.json.encode({"toml": 1}))
        feed.append(connection, bench.site, [change])
    Mirror(bench.client(), copy, bench.site).pull_some()
    assert copy.cursor() == 1
    assert "cannot be read" in copy.rules()[0].why


def test_hostile_rules_are_tried_apart_and_the_last_good_ones_stay(
    bench: Any, copy: LocalCopy, expect_log: Any
) -> None:
    """Nothing of them is read in the station itself: the bench goes on while the courier waits for the verdicts."""
    question = NEWER[NEWER.index(b"[[questions]]") : NEWER.index(b"[[prep]]")]
    rule = b'[[rules]]\nnumber = 1\nsection = "contract"\nwhen = "%s"\nto = "resale"\ntext = "-"\n'
    hostile = {
        "rubrics/apparel.toml": NEWER + question * 30,
        "rubrics/bags.toml": b"x = " + b"[" * 200_000,
        "rubrics/toys.toml": b"x = 1\n" * 100_000,
        "routes/a.toml": b'id = "a"\nversion = 1\n' + rule % b"letter.matches('(a+)+$')",
        "routes/b.toml": b'id = "b"\nversion = 1\n' + (rule % b"letter == 'A'") * 10_000,
    }
    says = ("length <= 40", "too deep", "bytes", "calls matches", "length <= 500")
    for name in hostile:
        expect_log(f"the rules {name} of central are refused")
    changes = [Change("rules", "rubrics/apparel.toml", body_of(NEWER))]
    changes += [Change("rules", name, body_of(toml)) for name, toml in hostile.items()]
    with bench.central.store.writing() as connection:
        feed.append(connection, bench.site, changes)
    Mirror(bench.client(), copy, bench.site).pull_some()
    good, *refused = copy.rules()
    assert good.why == ""
    assert [says in each.why for says, each in zip(says, refused, strict=True)] == [True] * 5, refused


def test_a_client_without_rules_and_orders_is_remarked_and_one_with_orders_is_not(
    bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # An override, which is proved in a tenth of a table's time.
    shipped = find.read("rubrics/clients/tallowby.footwear.toml")
    for client in ("tallowbi", "lumenfold"):
        toml = shipped.replace(b'"tallowby"', b'"%s"' % client.encode(), 1).replace(
            b'"Tallowby"', b'"%s"' % client.encode(), 1
        )
        assert publish(bench, put(tmp_path, f"rubrics/clients/{client}.footwear.toml", toml)) == 0
    out = capsys.readouterr().out
    assert "note: rubrics/clients/tallowbi.footwear.toml: client: nobody knows a client tallowbi; known are" in out
    assert "client lumenfold" not in out

"""Delivered rules: the broken and the unsound stay out, the last good one stays, an item keeps what it began with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from resources import find
from resources.words import Translator
from station.authority.may import Act, Close, Override, may
from station.cli.doctor import checks
from station.copy_marks import rules_in
from station.deliveries import body_of, book_of, fault, in_force, judged
from station.fold import fold
from station.history import History
from station.inputs import Do
from station.inspecting.facts import Answered
from station.journal import Journal
from station.local_copy import Delivered, LocalCopy, Record
from station.lookups import Lookups
from station.routing.facts import Graded
from station.rules import Rules
from station.stages import Stage, question_due
from station.state import State
from sync.central import sample as sample_records

APPAREL = find.read("rubrics/apparel.toml").decode()
NEWER = APPAREL.replace("version = 7", "version = 8").replace("One, under a fingertip", "One, smaller than a pea")
ROUTES = find.read("routes/default.toml").decode()
CLIENT = """
id = "northwind"
version = 1
client = "Northwind"
overrides = "apparel@8"
[grades]
missing_part = "D"
"""


def told(seq: int, key: str, toml: str | None) -> Record:
    return Record(seq, "rules", key, msgspec.Raw(b"null" if toml is None else body_of(toml.encode())))


def take(copy: LocalCopy, *records: Record) -> list[Delivered]:
    """What the courier does with a page."""
    rules = judged(records, copy.rules(), fault)
    copy.apply(copy.cursor() + 1, copy.cursor() + len(records), records, rules)
    return rules


@pytest.fixture
def copy(empty_folder: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(empty_folder / "expected.sqlite")
    yield copy
    copy.close()


@pytest.fixture
def known(copy: LocalCopy, rules: Rules, tmp_path: Path) -> Iterator[Lookups]:
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        yield Lookups(rules, copy, History(journal))


def names(known: Lookups, client: str = "") -> str:
    found = known.rubric("apparel", client)
    assert found is not None
    return found.name


def test_a_new_version_a_client_and_a_way_back(copy: LocalCopy, known: Lookups) -> None:
    assert names(known) == "apparel@7"
    take(copy, told(1, "rubrics/apparel.toml", NEWER), told(2, "rubrics/clients/northwind.apparel.toml", CLIENT))
    assert (names(known), names(known, "NORTHWIND")) == ("apparel@8", "apparel@8+northwind@1")
    take(copy, told(3, "rubrics/apparel.toml", None))
    # The override still names version 7, which was in force once.
    assert (names(known), names(known, "Northwind")) == ("apparel@7", "apparel@8+northwind@1")
    take(copy, told(4, "rubrics/clients/northwind.apparel.toml", None), told(5, "rubrics/apparel.toml", NEWER))
    assert (names(known), names(known, "Northwind")) == ("apparel@8", "apparel@8")
    assert known.rubric_version("apparel@8+northwind@1") is not None


@pytest.mark.parametrize(
    ("key", "toml", "says"),
    [
        ("rubrics/apparel.toml", "id = ", "not TOML"),
        ("rubrics/apparel.toml", NEWER.replace('stop = "hygiene"\n', ""), "a stop question needs an answer that stops"),
        ("rubrics/apparel.toml", APPAREL.replace("One, under", "One, below"), "says something else; raise its version"),
        ("rubrics/clothes.toml", NEWER, "it must be called rubrics/apparel.toml"),
        ("rubrics/../apparel.toml", NEWER, "no rules of this program have such a name"),
        ("rubrics/clients/northwind.apparel.toml", CLIENT, "no apparel@8 is known"),
        ("routes/default.toml", 'id = "default"\nversion = 10', "No rule fits this item"),
        (
            "rubrics/clients/other.footwear.toml",
            find.read("rubrics/clients/tallowby.footwear.toml").decode().replace('id = "tallowby"', 'id = "other"'),
            "client: Tallowby has another override of footwear",
        ),
        ("routes/northwind.toml", 'id = "northwind"\nversion = 1\nrules = 1', "rules: Expected"),
        (
            "routes/northwind.toml",
            'id = "northwind"\nversion = 1\n[[rules]]\nnumber = 1\nsection = "contract"\n'
            'when = \'functional == "faulty" || functional == "untested"\'\nto = "resale"\ntext = "Like new"',
            "goes to refurb, but",
        ),
        (
            "routes/default.toml",
            ROUTES.replace('"Recalled: it', '"{who}: it'),
            "default: rule 17: text: nothing fills the place {who}",
        ),
        (
            "rubrics/hats.toml",
            NEWER.replace('category = "apparel"', 'category = "hats"'),
            "10 categories would be offered on 9 keys",
        ),
    ],
)
def test_what_is_broken_or_unsound_stays_out_and_says_why(
    copy: LocalCopy, known: Lookups, key: str, toml: str, says: str
) -> None:
    (refused,) = take(copy, told(1, key, toml))
    assert says in refused.why
    assert copy.cursor() == 1
    assert names(known) == "apparel@7"
    assert fault(book_of(()), key, toml.encode()) == refused.why


def test_a_record_that_is_damaged_or_none_of_ours_stays_out(copy: LocalCopy, known: Lookups) -> None:
    damaged = body_of(NEWER.encode()).replace(b"fingertip", b"thumb")
    rules = take(
        copy,
        Record(1, "rules", "rubrics/apparel.toml", msgspec.Raw(damaged)),
        Record(2, "rules", "rubrics/apparel.toml", msgspec.Raw(b'{"toml": 1}')),
        told(3, "rubrics/apparel.toml", ""),
    )
    assert ["SHA-256" in rules[0].why, "cannot be read" in rules[1].why, rules[2].why] == [True, True, "it is empty"]
    assert names(known) == "apparel@7"


OWN = """
[[add.questions]]
id = "ribbon"
kind = "inspection"
text = "Is the {brand} ribbon on it?"
hint = "At the collar."
params = { brand = "Northwind" }
[[add.questions.options]]
id = "yes"
key = 1
text = "On it"
word = "Ribbon on it"
cosmetic = "A"
[[add.questions.options]]
id = "no"
key = 2
text = "Cut off"
word = "Ribbon cut off"
cosmetic = "B"
[words.es]
"Is the {brand} ribbon on it?" = "¿Lleva la cinta de {brand}?"
"""
IN_APPAREL_7 = CLIENT.replace("apparel@8", "apparel@7")


def test_a_client_says_its_own_sentences_in_the_language_of_the_bench(copy: LocalCopy, known: Lookups) -> None:
    (told_of,) = take(copy, told(1, "rubrics/clients/northwind.apparel.toml", IN_APPAREL_7 + OWN))
    assert (told_of.why, names(known, "Northwind")) == ("", "apparel@7+northwind@1")
    translator = Translator("es", known.said)
    said = translator.format("Is the {brand} ribbon on it?", brand="Northwind")
    assert said == "¿Lleva la cinta de Northwind?"
    assert Translator("en", known.said).gettext("Cut off") == translator.gettext("Cut off") == "Cut off"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('es."Nobody says this" = "Nadie"', "words.es: 'Nobody says this' is no sentence of this file"),
        ('es."On it" = " "', "words.es: 'On it' has no words"),
        ('es."On it" = "{brand}"', "words.es: 'On it': nothing fills the place {brand}"),
        ('ES."On it" = "X"', "words"),
        ('xx."On it" = "X"', "words: xx: the program does not speak it; it speaks es"),
        ('es."Tag or label" = "X"', "is no sentence of this file"),
        ('es."Yes" = "Si"', "words: es: 'Yes' is said by the program already"),
    ],
)
def test_words_that_would_say_nothing_or_break_are_refused_where_they_are_written(words: str, says: str) -> None:
    toml = IN_APPAREL_7 + OWN.replace("Cut off", "Yes") + f"[words]\n{words}\n"
    toml = toml.replace('[words.es]\n"Is the {brand} ribbon on it?" = "¿Lleva la cinta de {brand}?"\n', "")
    assert says in fault(book_of(()), "rubrics/clients/northwind.apparel.toml", toml.encode(), writing=True)


def test_another_text_under_a_name_that_was_signed_off_stays_out(copy: LocalCopy) -> None:
    cheaper = ROUTES.replace("restock = 150", "restock = 149", 1)
    newer = cheaper.replace("version = 9", "version = 10", 1)
    rules = take(copy, told(1, "routes/default.toml", cheaper), told(2, "routes/default.toml", newer))
    assert "routes/default@9 is not what Returns Station signed off" in rules[0].why
    assert rules[1].why == ""


TALLOWBY = find.read("routes/tallowby.toml").decode().replace("version = 1", "version = 5")


def test_no_version_says_two_things_goes_back_or_bears_another_files_name(copy: LocalCopy) -> None:
    take(copy, told(1, "routes/tallowby.toml", TALLOWBY), told(2, "rubrics/apparel.toml", NEWER))
    take(copy, told(3, "routes/tallowby.toml", None))
    told_why = take(
        copy,
        told(4, "routes/tallowby.toml", TALLOWBY.replace('== "D"', 'in ["C", "D"]')),
        told(5, "routes/tallowby.toml", TALLOWBY.replace("= 5", "= 3")),
        told(6, "routes/tallowby.toml", TALLOWBY.replace('"tallowby"', '"hearthwick"')),
        told(7, "routes/default.toml", ROUTES.replace('"default"', '"lumenfold"')),
        told(8, "rubrics/apparel.toml", APPAREL),
        told(9, "routes/tallowby.toml", "# The same, with a word more.\n" + TALLOWBY),
    )
    for each, says in zip(
        told_why,
        (
            "tallowby.toml@5 was published before and says something else",
            "tallowby.toml@3 is older than routes/tallowby.toml@5, which was published",
            "it must be called routes/hearthwick.toml",
            "it must be called routes/lumenfold.toml",
            "apparel.toml@7 is older than rubrics/apparel.toml@8, which was published",
            "",
        ),
        strict=True,
    ):
        assert says in each.why if says else not each.why


def test_one_file_that_an_older_program_took_keeps_no_other_out(copy: LocalCopy, known: Lookups) -> None:
    other = TALLOWBY.replace('"tallowby"', '"hearthwick"')
    broken = ROUTES.replace('id = "default"', 'id = "mine"')
    taken = [Delivered(1, "routes/tallowby.toml", other.encode()), Delivered(2, "routes/default.toml", broken.encode())]
    copy.apply(1, 2, [], taken)
    refused: list[str] = []
    rules = in_force(copy.rules(), lambda name, why: refused.append(name))
    assert refused == ["routes/default.toml", "routes/tallowby.toml"]
    assert (rules.table("Tallowby").name, rules.table("").name) == ("default@9", "default@9")
    assert [each.why for each in take(copy, told(3, "rubrics/apparel.toml", NEWER))] == [""]
    assert [each.why for each in take(copy, told(4, "routes/tallowby.toml", TALLOWBY.replace("= 5", "= 6")))] == [""]


def test_the_doctor_tells_of_the_refused_and_forgets_them_when_mended(copy: LocalCopy, empty_folder: Path) -> None:
    def said() -> tuple[str, str]:
        return next((each.verdict, each.words) for each in checks(empty_folder, None) if each.name == "rules")

    assert said() == ("ok", "15 rubrics, 2 clients' overrides, 4 route tables, published and unchanged")
    take(copy, told(1, "rubrics/apparel.toml", "id = "))
    verdict, words = said()
    assert verdict == "look" and "rubrics/apparel.toml: not TOML" in words
    take(copy, told(2, "rubrics/apparel.toml", NEWER))
    assert said()[0] == "ok"
    assert len(rules_in(empty_folder / "expected.sqlite")) == 2


def test_what_a_newer_program_cannot_use_is_left_out_and_told() -> None:
    orphan = Delivered(1, "rubrics/clients/northwind.apparel.toml", CLIENT.encode())
    refused: list[str] = []
    rules = in_force([orphan], lambda name, why: refused.append(f"{name}: {why}"))
    assert refused == [f"{orphan.key}: overrides: no apparel@8 is known; name a version that is in use"]
    assert rules.rubric("apparel", "Northwind") == rules.rubrics["apparel"]


def test_the_bench_logs_what_it_cannot_use(copy: LocalCopy, known: Lookups, expect_log: Callable[[str], None]) -> None:
    expect_log("cannot be used by this program any more")
    copy.apply(1, 1, [], [Delivered(1, "rubrics/clients/northwind.apparel.toml", CLIENT.encode())])
    assert names(known, "Northwind") == "apparel@7"


def test_an_item_in_work_keeps_its_version_and_the_next_one_has_the_new(
    walk_from: Callable, site_copy_of: LocalCopy, known_site: Lookups
) -> None:
    bench = walk_from(State("A01", "Bench 1"))
    bench.known = known_site
    bench.arrive("three-orders").item("three-orders", 0)
    while bench.stage is Stage.PHOTO:
        bench.photo()
    first = question_due(bench.state.item, known_site)
    bench.do(Do.CHOOSE, first.options[0].id)
    end = site_copy_of.cursor()
    rules = judged([told(end + 1, "rubrics/apparel.toml", NEWER)], (), fault)
    site_copy_of.apply(end + 1, end + 1, [told(end + 1, "rubrics/apparel.toml", NEWER)], rules)
    assert rules[0].why == ""
    # A power cut: the state is the fold of the same facts, and the version is known again.
    bench.state = msgspec.structs.replace(fold(State("A01", "Bench 1"), "t", tuple(bench.facts)), ask=None)
    bench.examine({"packaging": "tagged"})
    answered = {fact.rubric for fact in bench.facts if isinstance(fact, Answered)}
    graded = [fact for fact in bench.facts if isinstance(fact, Graded)]
    assert (answered, graded[-1].rule) == ({"apparel@7"}, "apparel@7")
    assert dict(graded[-1].scores)["total"] == 100
    bench.label().place()
    bench.item("three-orders", 2).examine({"packaging": "tagged"})
    graded = [fact for fact in bench.facts if isinstance(fact, Graded)]
    assert graded[-1].rule == "apparel@8"


AUTHORITY = find.read("authority.toml").decode()
# Receivers close shifts, and send nothing another way.
FREER = AUTHORITY.replace("version = 1", "version = 2").replace('name = "receiver"', 'name = "receiver"\ncloses = true')


def may_do(known: Lookups, role: str, act: Act, client: str = "") -> str:
    return may(known.authority(client), role, act)


def test_who_may_do_what_is_delivered_too_for_all_or_for_one_clients_goods(copy: LocalCopy, known: Lookups) -> None:
    to_hold = Override("resale", "recycle")
    assert (may_do(known, "receiver", Close()), may_do(known, "receiver", to_hold)) == ("step_up", "step_up")
    strict = AUTHORITY.replace('to = ["restock", "refurb", "resale", "recycle", "hold"]', 'to = ["hold"]')
    rules = take(copy, told(1, "authority.toml", FREER), told(2, "authority/northwind.toml", strict))
    assert [each.why for each in rules] == ["", ""]
    assert may_do(known, "receiver", Close()) == "yes"
    assert may_do(known, "supervisor", to_hold) == "yes"
    assert may_do(known, "supervisor", to_hold, "Northwind") == "never", "of this client's goods nobody may"
    assert may_do(known, "supervisor", to_hold, "Tallowby") == "yes"
    take(copy, told(3, "authority.toml", None))
    assert may_do(known, "receiver", Close()) == "step_up"


@pytest.mark.parametrize(
    ("key", "toml", "says"),
    [
        ("authority.toml", FREER.replace("closes = true", "closes = 7"), "role[0].closes"),
        ("authority.toml", FREER.replace("countersigns = true", ""), "nobody signs too"),
        ("authority.toml", FREER.replace("version = 2", "version = 1"), "raise its version"),
        ("authority/northwind.toml", "roles", "not TOML"),
        ("authorities.toml", FREER, "no rules of this program have such a name"),
    ],
)
def test_a_wrong_table_stays_out_and_the_last_good_one_holds(
    copy: LocalCopy, known: Lookups, empty_folder: Path, key: str, toml: str, says: str
) -> None:
    newest = FREER.replace("version = 2", "version = 3")
    take(copy, told(1, "authority.toml", newest))
    (refused,) = take(copy, told(2, key, toml))
    assert says in refused.why
    assert fault(book_of(copy.rules()), key, toml.encode()) == refused.why, "central publishes none of it"
    assert may_do(known, "receiver", Close()) == "yes", "the last good one"
    words = next(each.words for each in checks(empty_folder, None) if each.name == "rules")
    assert f"{key}: " in words
    (again,) = take(copy, told(3, "authority.toml", newest.replace("closes = true", "", 1)))
    assert "authority.toml@3 was published before" in again.why


def test_at_the_bench_a_client_s_own_table_holds_for_its_goods(
    walk_from: Callable, site_copy_of: LocalCopy, known_site: Lookups
) -> None:
    client = "Tallowby"
    strict = AUTHORITY.replace('to = ["hold"]', 'to = ["restock", "refurb", "resale", "recycle", "hold"]')
    end = site_copy_of.cursor()
    for key in ("authority/nobody.toml", f"authority/{client.casefold()}.toml"):
        bench = walk_from(State("A01", "Bench 1"))
        bench.known = known_site
        records = [told(end + 1, key, strict)]
        site_copy_of.apply(end + 1, end + 1, records, judged(records, site_copy_of.rules(), fault))
        end += 1
        bench.arrive("tee").item("tee", 0)
        while bench.stage is Stage.PHOTO:
            bench.photo()
        bench.examine({"packaging": "tagged"})
        assert bench.state.item.identified.client == client
        bench.do(Do.OVERRIDE).do(Do.CHOOSE, "recycle").do(Do.CHOOSE, "1")
        assert bench.stage is (Stage.SUPERVISOR if key == "authority/nobody.toml" else Stage.RESULT), key


@pytest.fixture
def site_copy_of(copy: LocalCopy) -> LocalCopy:
    """The copy with the sample site in it."""
    records = [
        Record(seq, each.kind, each.key, msgspec.Raw(each.body))
        for seq, each in enumerate(sample_records.records(), start=1)
    ]
    copy.apply(1, len(records), records)
    return copy


@pytest.fixture
def known_site(site_copy_of: LocalCopy, known: Lookups) -> Lookups:
    """The look-ups over it."""
    return known


def test_a_copy_without_rules_reads_nothing_twice(known: Lookups, rules: Rules) -> None:
    assert known.rubric("toys", "") is rules.rubrics["toys"]

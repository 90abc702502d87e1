"""`returns-station replay`: judges the last items again by other rubrics and routes, and says what would change."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from grading import ledger, overrides, route, rubric
from grading.ledger import Kind, LedgerError
from grading.replay import Again, Change, Judge, Judged, Report, is_of_versions, is_same, report
from resources import find
from station.deliveries import LEDGER
from station.judged import judged_items
from station.proof import DEFAULT
from station.rules import applied, read_rules
from station.settings import SettingsError
from station.trial import Pack, read_file, refusal

_SHOWN = 5
_EVERY = 1000


class Rules(msgspec.Struct, frozen=True):
    """Rubrics by category, those of a client by client and category, and route tables by client, "" for any other."""

    rubrics: dict[str, rubric.Rubric]
    tables: dict[str, route.RouteTable]
    clients: dict[tuple[str, str], rubric.Rubric] = {}

    def rubric(self, category: str, client: str) -> rubric.Rubric | None:
        """Return the questions for a client's goods of a category."""
        return self.clients.get((client.casefold(), category)) or self.rubrics.get(category)

    def table(self, client: str) -> route.RouteTable:
        """Return a client's table, or the one for all."""
        return self.tables.get(client.casefold()) or self.tables[""]

    def judge(self) -> Judge:
        """Return a judge by these rules."""
        return Judge(self.rubric, self.table)


class Replayed(msgspec.Struct, frozen=True):
    """A replay: what would change, and whether the versions at hand still say what they said then.

    `by_table` tells how many items were judged again by each route table, `by_override` by each client's questions.
    """

    report: Report
    same: int
    differing: tuple[str, ...]
    versions_not_here: dict[str, int]
    by_table: dict[str, int]
    by_override: dict[str, int] = {}

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing at all would change."""
        return self.report.unchanged == self.report.items and not self.differing


def replay(data: Path, rubrics: list[Path], routes: list[Path], last: int, every: bool, as_json: bool) -> int:
    """Print what these files would change about the last items; return 1 when anything.

    `every` lists all items of a figure. Raises SettingsError for files that cannot be used, JournalError for a folder
    without a journal.
    """
    old = shipped()
    new = with_files(old, rubrics, routes)
    replayed = run(_counted(judged_items(data, last), last), old, new)
    for place in routes:
        _find_client(place, old, new, replayed)
    for place in rubrics:
        _find_goods(place, old, replayed)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(replayed), indent=2) + b"\n")
        sys.stdout.flush()
    else:
        for line in lines(replayed, None if every else _SHOWN):
            sys.stdout.write(f"{line}\n")
    return int(not replayed.is_unchanged)


def shipped() -> Rules:
    """Return the rules that came with the program."""
    rules = read_rules()
    return Rules(dict(rules.rubrics), dict(rules.routes), dict(rules.clients))


def with_files(rules: Rules, rubrics: list[Path], routes: list[Path]) -> Rules:
    """Return the rules with these files in place of those of the same category or client; `rubrics` may be overrides.

    Each file is tried in a process of its own first.
    """
    given = {place: read_file(place) for place in (*rubrics, *routes)}
    read = {}
    over = {}
    for place in rubrics:
        if overrides.is_override(given[place]):
            _try(place, Pack("rubric", given[place], base_of(given[place])))
            _deny(place, "clients", given[place])
            override = overrides.parse(given[place])
            made = applied(override, read_rules().versions)
            over[(override.client.casefold(), made.category)] = made
        else:
            _try(place, Pack("rubric", given[place]))
            _deny(place, "rubrics", given[place])
            read[place] = rubric.parse(given[place])
    texts = _clients() | {"": find.read("routes/default.toml")}
    own = {whose(place, given[place]): place for place in routes}
    if len(own) < len(routes):
        raise SettingsError("Two of these route files are for the same client: give one for each.")
    for client, place in sorted(own.items()):
        _try(place, Pack("routes", given[place], texts[""] if client else b""))
        texts[client] = given[place]
    default = texts.pop("")
    tables = {"": route.parse(default)} | {name: route.parse(default, text) for name, text in texts.items()}
    return Rules(rules.rubrics | {each.category: each for each in read.values()}, tables, rules.clients | over)


def whose(place: Path, toml: bytes) -> str:
    """Return whose routes a file holds, a client in small letters or "" for any other: by the `id` in it.

    By its name where it cannot be read, which is told when it is tried.
    """
    try:
        client = ledger.name_of("routes", toml).removeprefix("routes/").rpartition("@")[0].casefold()
    except LedgerError:
        client = place.stem.casefold()
    return "" if client == DEFAULT else client


def base_of(override: bytes) -> bytes:
    """Return the file of the rubric that an override names; raises SettingsError where that version is not in use."""
    try:
        name = overrides.parse(override).overrides
    except rubric.RubricError as error:
        raise SettingsError(str(error)) from error
    files = (find.read(each) for each in find.names("rubrics") if each.endswith(".toml"))
    found = next((each for each in files if rubric.parse(each).name == name), None)
    if found is None:
        raise SettingsError(f"overrides: no {name} is in use; name the version that is")
    return found


def run(items: Iterable[Judged], old: Rules, new: Rules) -> Replayed:
    """Judge each item by the new rules, and by the old ones where they are those that judged it."""
    by_old, by_new = old.judge(), new.judge()
    differing: list[str] = []
    missing: dict[str, int] = {}
    by_table: dict[str, int] = {}
    by_override = {each.name: 0 for key, each in new.clients.items() if each is not old.clients.get(key)}
    same = 0

    def judged() -> Iterator[Again]:
        nonlocal same
        for item in items:
            if not is_of_versions(item, old.rubric(item.category, item.client), old.table(item.client)):
                name = f"{item.grade.rule}, {item.table or item.route.rule.rpartition(':')[0]}"
                missing[name] = missing.get(name, 0) + 1
            elif is_same(by_old.again(item)):
                same += 1
            else:
                differing.append(item.name)
            table = new.table(item.client).name
            by_table[table] = by_table.get(table, 0) + 1
            own = new.clients.get((item.client.casefold(), item.category))
            if own is not None and own.name in by_override:
                by_override[own.name] += 1
            yield by_new.again(item)

    changes = report(judged())
    return Replayed(changes, same, tuple(differing), missing, by_table, by_override)


def lines(replayed: Replayed, most: int | None) -> Iterator[str]:
    """Say the outcome in lines; `most` names of items behind each figure, None for all."""
    told = replayed.report
    yield f"{told.items} items judged again: {told.unchanged} unchanged."
    for table, count in sorted(replayed.by_table.items()):
        yield f"  by the routes {table}: {count}"
    for name, count in sorted(replayed.by_override.items()):
        yield f"  by the questions {name}: {count}"
    for figure, title in (("grade", "Grades"), ("route", "Routes"), ("value", "Values")):
        changes = [each for each in told.changes if each.figure == figure]
        if changes:
            yield f"{title}:"
        for each in changes:
            yield f"  {_change(each)}: {_items(each.items, most)}"
    for currency, before in told.before.items():
        after = told.after[currency]
        yield f"Value of the ways taken, {currency}: {_money(before)} -> {_money(after)} ({_signed(after - before)})"
    for question, names in told.asks.items():
        yield f"Would have to ask: {question}: {_items(names, most)}"
    yield f"By the versions that judged them: {replayed.same} the same to the letter."
    if replayed.differing:
        yield f"  DIFFERENT, which must not be: {_items(replayed.differing, most)}"
    for name, count in replayed.versions_not_here.items():
        yield f"  not compared, for these versions are not here: {name} ({count})"


def _find_client(place: Path, old: Rules, new: Rules, replayed: Replayed) -> None:
    """Refuse the routes of a client nobody knows: they were asked of nothing, which must not read as no change."""
    client = whose(place, read_file(place))
    table = new.table(client).name
    replayed.by_table.setdefault(table, 0)
    known = client in old.tables or any(client == name for name, _ in old.clients)
    if not known and not replayed.by_table[table]:
        raise SettingsError(f"{place}: its id is {client!r}, and no item here is of such a client: mend the id")


def _find_goods(place: Path, old: Rules, replayed: Replayed) -> None:
    """Refuse the questions of a client nobody knows, of whose goods no item here is."""
    text = read_file(place)
    if not overrides.is_override(text):
        return
    override = overrides.parse(text)
    client = override.client.casefold()
    known = client in old.tables or any(client == name for name, _ in old.clients)
    if not known and not replayed.by_override.get(f"{override.overrides}+{override.name}"):
        raise SettingsError(f"{place}: its client is {override.client!r}, and no item here is of such goods: mend it")


def _change(change: Change) -> str:
    worth = ", ".join(f"{_signed(minor)} {currency}" for currency, minor in change.minor.items())
    return f"{change.was} -> {change.now}" + (f" ({worth})" if worth else "")


def _items(names: tuple[str, ...], most: int | None) -> str:
    shown = names if most is None else names[:most]
    more = f" and {len(names) - len(shown)} more (--all)" if len(names) > len(shown) else ""
    return f"{len(names)}: {', '.join(shown)}{more}"


def _signed(minor: int) -> str:
    return f"{'+' * (minor > 0)}{_money(minor)}"


def _money(minor: int) -> str:
    return f"{'-' * (minor < 0)}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _counted(items: Iterator[Judged], last: int) -> Iterator[Judged]:
    """Pass items on, saying how many on a terminal."""
    shows = sys.stderr.isatty()
    for count, item in enumerate(items, 1):
        if shows and count % _EVERY == 0:
            sys.stderr.write(f"\r{count} of {last} ")
            sys.stderr.flush()
        yield item
    if shows:
        sys.stderr.write("\r")


def _clients() -> dict[str, bytes]:
    names = (name for name in find.names("routes") if name.endswith(".toml") and name != "routes/default.toml")
    return {name.rpartition("/")[2].removesuffix(".toml"): find.read(name) for name in names}


def _try(place: Path, pack: Pack) -> None:
    refused = refusal(pack)
    if refused:
        raise SettingsError(f"{place}: {refused}")


def _deny(place: Path, kind: Kind, toml: bytes) -> None:
    """Refuse questions under the name of published ones: answers given to those would be taken for answers to these."""
    try:
        denied = ledger.denial(ledger.read(find.read(LEDGER)), kind, toml)
    except LedgerError as error:
        raise SettingsError(f"{place}: {error}") from error
    if denied:
        raise SettingsError(f"{place}: {denied}")

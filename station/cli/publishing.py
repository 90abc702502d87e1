"""`returns-station publish`: signs rubrics and route files off into the ledger, once they are sound."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from grading import ledger, overrides, route, rubric
from grading.ledger import Kind, LedgerError, Published
from resources import find
from station import ownership, proof
from station.cli import replaying
from station.deliveries import LEDGER
from station.judged import judged_items
from station.rules import applied, read_rules
from station.settings import SettingsError
from station.trial import Pack, read_file, refusal

_FOLDERS: tuple[tuple[Kind, str], ...] = (("rubrics", "rubrics"), ("clients", "rubrics/clients"), ("routes", "routes"))
_REPLAYED = 1000
_HEAD = """\
# Which version of each rubric and route file was published, who signed it off and why. Written by
# `returns-station publish`; never changed by hand: each entry holds a hash over itself and the one before it.
"""


def publish(files: list[Path], all_missing: bool, by: str, why: str, data: Path | None, place: Path | None) -> int:
    """Write an entry for each file, after proving it sound; `all_missing` adds the program's files that have none.

    `data` is a data folder whose last items are judged again for the entry. Returns 1 when any file was refused.
    Raises SettingsError for a ledger that cannot be used.
    """
    place = place or find.path(".") / LEDGER
    known = {each.name for each in read_ledger(place)}
    wanted = [(file, kind_of(file)) for file in files]
    if all_missing:
        wanted += [(file, kind) for file, kind in in_use() if ledger.name_of(kind, file.read_bytes()) not in known]
    if not wanted:
        sys.stdout.write("Nothing to publish: every version is in the ledger.\n")
        return 0
    refused = 0
    twice = _twice([file for file, kind in wanted if kind == "clients"])
    for file, kind in wanted:
        text = read_file(file)
        try:
            problem = twice.get(file) or next(_problems(file, kind, text), "")
            if problem:
                raise LedgerError(problem)
            sys.stdout.writelines(_notes(file, kind, text))
            told = _replayed(file, kind, data) if data is not None else ""
            # Others may publish at the same time: what they wrote since is read again, and nobody writes beside us.
            with ownership.alone(place.with_name(f"{place.name}.lock")):
                entries = read_ledger(place)
                entry = ledger.sign(entries, kind, text, by, datetime.now(UTC).date().isoformat(), why, told)
                _write(place, (*entries, entry))
        except (LedgerError, SettingsError) as error:
            refused += 1
            sys.stderr.write(f"returns-station: {file}: {error}\n")
            continue
        sys.stdout.write(f"{entry.name} is published.{f' {told}' if told else ''}\n")
    return int(bool(refused))


def _twice(files: Sequence[Path]) -> dict[Path, str]:
    """Why overrides cannot be signed off together: one client has one override of a rubric."""
    first: dict[tuple[str, str], Path] = {}
    told: dict[Path, str] = {}
    for file in dict.fromkeys(files):
        try:
            override = overrides.parse(read_file(file))
        except rubric.RubricError:  # told of when it is tried
            continue
        over = override.overrides.partition("@")[0]
        other = first.setdefault((override.client.casefold(), over), file)
        if other != file:
            words = f"client: {{}} is {override.client}'s override of {over} too; make them one"
            told |= {file: words.format(other), other: words.format(file)}
    return told


def read_ledger(place: Path | None = None) -> tuple[Published, ...]:
    """Return the entries of a ledger, the program's own unless named; raises SettingsError when it is damaged."""
    place = place or find.path(".") / LEDGER
    try:
        return ledger.read(place.read_bytes()) if place.exists() else ()
    except LedgerError as error:
        raise SettingsError(f"{place}: {error}") from error


def in_use() -> Iterator[tuple[Path, Kind]]:
    """Give each rubric, client's override and route file that came with the program."""
    for kind, folder in _FOLDERS:
        yield from ((find.path(name), kind) for name in find.names(folder) if name.endswith(".toml"))


def objections() -> list[str]:
    """Return a sentence for each file in use that is not a published version; raises SettingsError for a bad ledger."""
    entries = read_ledger()
    said = (ledger.objection(entries, kind, file.read_bytes()) for file, kind in in_use())
    return [each for each in said if each]


def kind_of(file: Path) -> Kind:
    """Return what a rules file is: an override names a version of a rubric, a rubric its category, broken or not."""
    text = read_file(file)
    if overrides.is_override(text):
        return "clients"
    try:
        told = rubric.decoded(text, dict[str, object])
    except rubric.RubricError:
        return "routes"
    return "rubrics" if "category" in told else "routes"


def _problems(file: Path, kind: Kind, text: bytes) -> Iterator[str]:
    """What is wrong with a file, found in a process of its own first; benches know routes by their file's name."""
    default = find.read("routes/default.toml")
    is_default = kind == "routes" and not replaying.whose(file, text)
    below = b"" if is_default or kind == "rubrics" else replaying.base_of(text) if kind == "clients" else default
    refused = refusal(Pack("routes" if kind == "routes" else "rubric", text, below))
    if refused:
        yield refused
        return
    rules, made = read_rules(), _made(file, kind, text)
    if isinstance(made, rubric.Rubric):
        problems = proof.of_rubric(rules, made) + proof.unknown(rules, made)
        problems += proof.second(rules, overrides.parse(text), made.category) if kind == "clients" else []
    else:
        if file.name != f"{made.whose}.toml":
            yield f"its id is {made.whose}: it must be called {made.whose}.toml"
        problems = proof.of_table(rules, replaying.whose(file, text), made) + proof.unknown(rules, made)
    yield from (f"{each.place}: {each.text}" for each in problems)


def _made(file: Path, kind: Kind, text: bytes) -> rubric.Rubric | route.RouteTable:
    """What a file that can be read makes of the rules it stands on."""
    if kind == "routes":
        default = find.read("routes/default.toml")
        return route.parse(default, text) if replaying.whose(file, text) else route.parse(text)
    return applied(overrides.parse(text), read_rules().versions) if kind == "clients" else rubric.parse(text)


def _notes(file: Path, kind: Kind, text: bytes) -> Iterator[str]:
    """What keeps nobody from publishing: a site's own sentences are in the language it wrote them in."""
    for each in proof.untranslated(_made(file, kind, text)):
        yield f"{file}: note: {each.place}: {each.text}; it is shown as it is written\n"


def _replayed(file: Path, kind: Kind, data: Path) -> str:
    """What the file changes about the last items, in a line."""
    old = replaying.shipped()
    new = replaying.with_files(old, [file] if kind != "routes" else [], [file] if kind == "routes" else [])
    told = replaying.run(judged_items(data, _REPLAYED), old, new).report
    counted = [f"{told.items} items judged again, {told.unchanged} unchanged"]
    for figure in ("grade", "route"):
        moved = [each for each in told.changes if each.figure == figure]
        counted += [f"{figure} {each.was} -> {each.now}: {len(each.items)}" for each in moved]
    counted += [f"{currency} {before} -> {told.after[currency]} minor" for currency, before in told.before.items()]
    counted += [f"would have to ask {question}: {len(names)}" for question, names in told.asks.items()]
    line = "; ".join(counted)
    return line if len(line) <= 500 else f"{line[:497]}..."


def _write(place: Path, entries: Sequence[Published]) -> None:
    """Write the ledger whole, so that a power cut leaves the old one or the new one."""
    beside = place.with_name(f"{place.name}.new")
    beside.write_text(_HEAD + "".join(map(ledger.written, entries)), encoding="utf-8")
    beside.replace(place)

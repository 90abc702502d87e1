"""What a site can change without a new program: code patterns, questions by category and client, routes by client."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from grading import overrides, route, rubric
from grading.route import RouteError, RouteTable
from grading.rubric import Rubric, RubricError
from resources import find
from station import interlocks
from station.authority.roles import FILE as AUTHORITY
from station.authority.roles import Authority, AuthorityError, read_authority
from station.authority.roles import parse as parse_authority
from station.codes import Patterns, read_patterns
from station.interlocks import Interlock
from station.weights import ItemWeights, read_item_weights

RUBRICS = "rubrics/"
CLIENTS = "rubrics/clients/"
ROUTES = "routes/"
# Who may do what with one client's goods, in a file of the client's name in small letters.
AUTHORITIES = "authority/"
DEFAULT_ROUTES = "routes/default.toml"

Refuse = Callable[[str, str], object]
"""Is told of a file that cannot be used, and why."""


class Rules(msgspec.Struct, frozen=True):
    """The rules in force. A client's own routes are in the file of its name in small letters: `routes/hearthwick.toml`.

    `clients` are rubrics with a client's override applied, by the client in small letters and the category.
    `versions` are all rubrics known by their names, those in force and earlier ones. `interlocks` say what a stop asks
    for, `weights` how far units may weigh from their articles, `authority` who may do what, and
    `authorities` who may with a client's goods, by the client in small letters.
    """

    patterns: Patterns
    rubrics: Mapping[str, Rubric]
    routes: Mapping[str, RouteTable]
    interlocks: Mapping[str, Interlock]
    weights: ItemWeights
    authority: Authority
    clients: Mapping[tuple[str, str], Rubric] = {}
    versions: Mapping[str, Rubric] = {}
    authorities: Mapping[str, Authority] = {}

    def rubric(self, category: str, client: str) -> Rubric | None:
        """Return the questions for a client's goods of a category, or None when nobody wrote any."""
        return self.clients.get((client.casefold(), category)) or self.rubrics.get(category)

    def version(self, name: str) -> Rubric | None:
        """Return the rubric of this name and version, in force or not: known here, or shipped once with the program."""
        return self.versions.get(name) or released(name)

    def words(self, language: str) -> Mapping[str, str]:
        """Return what the files say in a language of their own sentences; those in force come before earlier ones."""
        rubrics = (*self.versions.values(), *self.rubrics.values(), *self.clients.values())
        written = (*(each.words for each in rubrics), *(each.words for each in self.routes.values()))
        return {english: said for words in written for english, said in words.get(language, {}).items()}

    def table(self, client: str) -> RouteTable:
        """Return a client's routes, or those for all."""
        return self.routes.get(client.casefold()) or self.routes[""]


@lru_cache(maxsize=32)
def released(name: str) -> Rubric | None:
    """Return a version of a rubric that an earlier program was shipped with; None when there was none of this name."""
    base, plus, _ = name.partition("+")
    try:
        toml = find.read(f"rubrics/released/{name}.toml")
    except (FileNotFoundError, ValueError):
        return None
    if not plus:
        return rubric.parse(toml)
    before = released(base) or read_rules().versions.get(base)
    return overrides.apply(before, overrides.parse(toml)) if before is not None else None


def shipped_files() -> dict[str, bytes]:
    """Return the rule files that came with the program, by their names."""
    names = [name for folder in ("rubrics", "rubrics/clients", "routes") for name in find.names(folder)]
    return {name: find.read(name) for name in names if name.endswith(".toml")}


def read_rules() -> Rules:
    """Read the rules that came with the program; raises RubricError, RouteError or ValueError naming the place."""
    return rules_of(shipped_files(), {})


def rules_of(files: Mapping[str, bytes], earlier: Mapping[str, Rubric], refuse: Refuse | None = None) -> Rules:
    """Read the rules from their files; `earlier` are versions of rubrics that an override may still name.

    With `refuse`, a file that cannot be used is left out and told of, and the program's own routes stand in for those
    of all; without, RubricError, RouteError or AuthorityError names it.
    """
    files = _with_usable_default(files, refuse)
    rubrics: dict[str, Rubric] = {}
    versions = dict(earlier)
    clients: dict[tuple[str, str], Rubric] = {}
    routes: dict[str, RouteTable] = {}
    # Overrides come after the rubrics they are for, clients' routes after those of all.
    for name in sorted(files, key=lambda name: (name.startswith(CLIENTS), name != DEFAULT_ROUTES, name)):
        try:
            if name.startswith(CLIENTS):
                override = overrides.parse(files[name])
                made = applied(override, versions)
                if (override.client.casefold(), made.category) in clients:
                    raise RubricError(
                        f"client: {override.client} has another override of {made.category}; make them one"
                    )
                clients[(override.client.casefold(), made.category)] = made
                versions[made.name] = made
            elif name.startswith(RUBRICS):
                made = rubric.parse(files[name])
                rubrics[made.category] = made
                versions[made.name] = made
            elif name.startswith(ROUTES):
                client = name.removeprefix(ROUTES).removesuffix(".toml").casefold()
                routes["" if name == DEFAULT_ROUTES else client] = _table(files, name)
        except (RubricError, RouteError) as error:
            if refuse is None:
                raise type(error)(f"{name}: {error}") from error
            refuse(name, str(error))
    authorities = _authorities(files, refuse)
    patterns = read_patterns(find.read("carriers.toml"))
    stops = interlocks.parse(find.read("interlocks.toml"))
    weights = read_item_weights(find.read("weights.toml"))
    authority = authorities.pop("", None) or read_authority()
    return Rules(patterns, rubrics, routes, stops, weights, authority, clients, versions, authorities)


def _table(files: Mapping[str, bytes], name: str) -> RouteTable:
    """The route table of a file; raises RouteError, also where the file bears another name than its `id`."""
    table = route.parse(files[DEFAULT_ROUTES], None if name == DEFAULT_ROUTES else files[name])
    if name != f"{ROUTES}{table.whose}.toml":
        raise RouteError(f"its id is {table.whose}: it must be called {ROUTES}{table.whose}.toml")
    return table


def _with_usable_default(files: Mapping[str, bytes], refuse: Refuse | None) -> Mapping[str, bytes]:
    """The files with the program's own routes for all, where theirs cannot be used; `refuse` is told."""
    if refuse is None:
        return files
    try:
        _table(files, DEFAULT_ROUTES)
    except RouteError as error:
        refuse(DEFAULT_ROUTES, str(error))
        return {**files, DEFAULT_ROUTES: find.read(DEFAULT_ROUTES)}
    return files


def _authorities(files: Mapping[str, bytes], refuse: Refuse | None) -> dict[str, Authority]:
    """Return the tables of who may do what among the files, by client, that of all under ""."""
    found: dict[str, Authority] = {}
    for name in sorted(files):
        if name == AUTHORITY or name.startswith(AUTHORITIES):
            try:
                client = name.removeprefix(AUTHORITIES).removesuffix(".toml").casefold()
                found["" if name == AUTHORITY else client] = parse_authority(files[name])
            except AuthorityError as error:
                if refuse is None:
                    raise AuthorityError(f"{name}: {error}") from error
                refuse(name, str(error))
    return found


def applied(override: overrides.Override, versions: Mapping[str, Rubric]) -> Rubric:
    """Return the rubric that an override names, with the override applied; raises RubricError."""
    base = versions.get(override.overrides)
    if base is None:
        raise RubricError(f"overrides: no {override.overrides} is known; name a version that is in use")
    return overrides.apply(base, override)

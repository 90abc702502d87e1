"""Our outcome in the codes of marketplaces and clients' systems: by data, and never silently as something good."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Annotated, Literal

import msgspec

from grading.grade import Grade, grade
from grading.route import RouteTable, route
from grading.rubric import Answers, Rubric, RubricError, decoded
from grading.soundness import endings
from grading.toml_text import Version

Liability = Literal["", "customer", "carrier", "warehouse", "vendor"]
LIABILITIES: tuple[Liability, ...] = ("", "customer", "carrier", "warehouse", "vendor")
_Field = Literal[
    "category", "letter", "cosmetic", "functional", "stops", "missing", "match", "disposition", "liability", "answers"
]

UNMAPPED_TEXTS: Mapping[str, str] = {"unmapped": "Nobody has said which code this is: a person must choose"}
"""English message id of what is said of an outcome that no row covers."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one unit, or of a declared one that was not there (`match` is `missing`).

    `missing` is yes or no: whether parts are. `answers` are `question:option`. `liability`, who is to blame, is a
    third thing beside reason and disposition: empty while nobody has decided it.
    """

    category: str
    letter: str = ""
    cosmetic: str = ""
    functional: str = "untested"
    stops: tuple[str, ...] = ()
    missing: Literal["yes", "no"] = "no"
    match: str = "matched"
    disposition: str = "hold"
    liability: Liability = ""
    answers: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line: when every field named has one of its values, the outcome has this code; or none, and why (`word`).

    With `unasked`, only where no question of these ids was answered.
    """

    when: Annotated[dict[_Field, tuple[str, ...]], msgspec.Meta(min_length=1)]
    unasked: tuple[str, ...] = ()
    code: str = ""
    word: str = ""


class CodeList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set of codes; the first row that fits counts. `sellable` codes are refused to goods that are not clear."""

    name: str
    rows: tuple[Row, ...]
    sellable: tuple[str, ...] = ()


class CodeBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The codes of one system. `source` says where they are published, and what could not be verified."""

    id: str
    version: Version
    title: str
    source: str
    lists: Annotated[tuple[CodeList, ...], msgspec.Meta(min_length=1)]

    @property
    def name(self) -> str:
        """The mapping and its version, as in `ebay@1`."""
        return f"{self.id}@{self.version}"


class Coded(msgspec.Struct, frozen=True):
    """An outcome in one list of codes; `code` is empty where there is none, and then `word` says why."""

    mapping: str
    list: str
    code: str
    word: str = ""


def parse(toml_bytes: bytes) -> CodeBook:
    """Read a mapping from TOML; raises RubricError."""
    mapping = decoded(toml_bytes, CodeBook)
    for each in mapping.lists:
        for number, row in enumerate(each.rows, 1):
            if bool(row.code) == bool(row.word):
                raise RubricError(f"{each.name}, row {number}: it needs either a code, or a word why there is none")
            if not all(row.when.values()):
                raise RubricError(f"{each.name}, row {number}: a condition names no value")
        unknown = set(each.sellable) - {row.code for row in each.rows}
        if unknown:
            raise RubricError(f"{each.name}: sellable names {', '.join(sorted(unknown))}, which no row gives")
    return mapping


def codes(mapping: CodeBook, outcome: Outcome) -> tuple[Coded, ...]:
    """Return the outcome in each list of the mapping; what no row covers has no code and says so."""
    return tuple(_coded(mapping, each, outcome) for each in mapping.lists)


def unmapped(mapping: CodeBook, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a sentence for each outcome that no row covers."""
    for outcome in outcomes:
        for coded in codes(mapping, outcome):
            if coded.word == UNMAPPED_TEXTS["unmapped"]:
                yield f"{mapping.name}, {coded.list}: no row fits {outcome}"


def outcome_of(
    category: str, graded: Grade, disposition: str, match: str, liability: Liability = "", answers: Answers = ()
) -> Outcome:
    """Return the outcome of a graded and routed unit."""
    return Outcome(
        category=category,
        letter=graded.letter,
        cosmetic=graded.cosmetic,
        functional=graded.functional,
        stops=graded.stops,
        missing="yes" if graded.missing else "no",
        match=match,
        disposition=disposition,
        liability=liability,
        answers=tuple(f"{question}:{option}" for question, option in answers),
    )


def outcomes(rubric: Rubric, table: RouteTable) -> Iterator[Outcome]:
    """Yield what each way through a rubric can become: any item, with and without a part, worth much or nothing."""
    yield Outcome(rubric.category, match="missing")
    for answers, match, missing, price in product(
        endings(rubric), ("matched", "undeclared", "wrong"), ((), ("a part",)), (0, 10_000)
    ):
        evidence = {"match": match, "serial": "not_known", "missing": missing, "weight_in_band": True}
        graded = grade(rubric, answers, evidence)
        more = {"category": rubric.category, "client": "", "kind": "return", "price_minor": price, "currency": "USD"}
        way = route(table, graded, {**evidence, **more}).disposition
        yield from (outcome_of(rubric.category, graded, way, match, each, answers) for each in LIABILITIES)


def _coded(mapping: CodeBook, codes: CodeList, outcome: Outcome) -> Coded:
    for row in codes.rows:
        fits = all(_has(getattr(outcome, field), values) for field, values in row.when.items())
        fits = fits and not any(each.partition(":")[0] in row.unasked for each in outcome.answers)
        if fits and (row.code not in codes.sellable or _is_clear(outcome)):
            return Coded(mapping.name, codes.name, row.code, row.word)
    return Coded(mapping.name, codes.name, "", UNMAPPED_TEXTS["unmapped"])


def _has(value: str | tuple[str, ...], values: tuple[str, ...]) -> bool:
    return value in values if isinstance(value, str) else any(each in values for each in value)


def _is_clear(outcome: Outcome) -> bool:
    """What no data can change: only graded, announced goods that nothing stopped or held are sold as anything."""
    moves = outcome.disposition in ("restock", "resale", "refurb")
    return moves and bool(outcome.letter) and not outcome.stops and outcome.match == "matched"

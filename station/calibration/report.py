"""How alike a bench's (or a site's) people grade: the figures of all second looks since a day, as text, JSON or CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from sqlalchemy.engine import Connection

from station.calibration.agreement import Agreement, Drift, Pair, agreement, by_letter, by_question, drifts
from station.safe_text import cell, shown
from station.statements import Statement


class Refreshed(msgspec.Struct, frozen=True):
    """How a person graded past items in training: so many, and how many of them as people had agreed."""

    badge: str
    items: int
    agreed: int


class Calibration(msgspec.Struct, frozen=True):
    """What second looks say: of all letters, of each, of each question, and of each grader and version of questions.

    `questions` are named `category: question`. Shares are fractions; the graders' are held against all looks at goods
    of the same categories. `refreshers` are no looks at goods, and count in none of the others.
    """

    since: str
    letters: Agreement
    each_letter: Mapping[str, Agreement]
    questions: Mapping[str, Agreement]
    graders: tuple[Drift, ...]
    rubrics: tuple[Drift, ...]
    refreshers: tuple[Refreshed, ...] = ()


def pairs(connection: Connection, stations: Iterable[str], since: str) -> tuple[Pair, ...]:
    """Return the second looks that stations took since a moment (UTC), in their order; raises the database's errors."""
    looks = [row for each in stations for row in _LOOKS.run(connection, {"station": each, "since": since}).mappings()]
    found = (Pair(**{**row, "answers": _answers(row["answers"])}) for row in looks)
    return tuple(sorted(found, key=lambda each: (each.looked_at, each.item)))


def of_shift(connection: Connection, station: str, shift: str) -> Calibration:
    """Return what the second looks say that a station took in one shift; raises the database's errors."""
    about = {"station": station, "shift": shift}
    found = (
        Pair(**{**row, "answers": _answers(row["answers"])}) for row in _OF_SHIFT.run(connection, about).mappings()
    )
    since = _OPENED.run(connection, about).scalar() or ""
    return calibration(tuple(sorted(found, key=lambda each: (each.looked_at, each.item))), str(since))


def calibration(looks: tuple[Pair, ...], since: str) -> Calibration:
    """Return what these looks say."""
    named = tuple(
        msgspec.structs.replace(each, answers=tuple((f"{each.category}: {q}", a, b) for q, a, b in each.answers))
        for each in looks
    )
    return Calibration(
        since,
        agreement([(each.first_letter, each.second_letter) for each in looks]),
        by_letter(looks),
        by_question(named),
        drifts(looks, lambda each: each.grader),
        drifts(looks, lambda each: each.rubric),
    )


def as_json(told: Calibration) -> str:
    """Return the figures for machines."""
    return msgspec.json.format(msgspec.json.encode(told).decode(), indent=2) + "\n"


def as_csv(told: Calibration) -> str:
    """Return the figures as one table; no cell of it is taken for a formula."""
    out = io.StringIO()
    csv.writer(out).writerows(rows(told))
    return out.getvalue()


def rows(told: Calibration) -> Iterator[tuple[object, ...]]:
    """Yield the figures as the rows of that table, its head first."""
    yield ("what", "name", "looks", "alike", "share", "kappa", "low", "high", "expected", "stands_out")
    for what, name, alike in agreements(told):
        figures = [_rounded(figure) for figure in (alike.share, alike.kappa, alike.low, alike.high)]
        yield (what, cell(name), alike.pairs, alike.agreed, *figures, "", "")
    for what, drift in _drifts(told):
        figures = [_rounded(drift.agreed / drift.pairs), "", _rounded(drift.low), _rounded(drift.high)]
        about = (what, cell(drift.name), drift.pairs, drift.agreed)
        yield (*about, *figures, _rounded(drift.expected), int(drift.stands_out))
    for each in told.refreshers:
        share = _rounded(each.agreed / each.items)
        yield ("refresher", cell(each.badge), each.items, each.agreed, share, "", "", "", "", "")


def as_text(told: Calibration) -> str:
    """Return the figures for people."""
    return "".join(f"{line}\n" for line in _text(told))


def _text(told: Calibration) -> Iterator[str]:
    yield from _looks_text(told)
    if told.refreshers:
        yield ""
        yield f"{'refreshers in training, past items':44} {'items':>6} {'alike':>6}"
    for each in told.refreshers:
        yield f"{shown(each.badge)[:44]:44} {each.items:>6} {each.agreed / each.items:>6.0%}"


def _looks_text(told: Calibration) -> Iterator[str]:
    if not told.letters.pairs:
        yield f"Nobody looked at an item again since {told.since[:10]}. Press F11 at a bench, between two parcels."
        return
    yield f"Second looks since {told.since[:10]}: {told.letters.pairs}"
    yield f"{'':32} {'looks':>6} {'alike':>6}   kappa (95 of 100)"
    for _, name, each in agreements(told):
        yield f"{shown(name)[:32]:32} {each.pairs:>6} {each.share:>6.0%}   {kappa(each)}"
    for what, title in (("grader", "graders"), ("rubric", "versions of questions")):
        yield ""
        yield f"{title + ', beside all for such goods':44} {'looks':>6} {'alike':>6} {'all':>6}"
        yield from (_line(drift) for kind, drift in _drifts(told) if kind == what)


def _line(drift: Drift) -> str:
    """Return one person's line; who stands out is said to, and which way."""
    said = ""
    if drift.stands_out:
        way = "stricter" if drift.stricter > drift.milder else "milder"
        said = f"  differs: {way} {max(drift.stricter, drift.milder)} of {drift.pairs - drift.agreed}"
        said = said if drift.difference < 0 else "  agrees more often"
    return (
        f"{shown(drift.name)[:44]:44} {drift.pairs:>6} {drift.agreed / drift.pairs:>6.0%} {drift.expected:>6.0%}{said}"
    )


def kappa(each: Agreement) -> str:
    """Return kappa with its interval for people; `-` where there is none."""
    if each.kappa is None or each.low is None or each.high is None:
        return "-"
    return f"{each.kappa:.2f} ({each.low:.2f} to {each.high:.2f})"


def agreements(told: Calibration) -> Iterator[tuple[str, str, Agreement]]:
    """Yield how alike looks are: `all` letters, each `letter`, each `question`; with the name of it."""
    yield "all", "all letters", told.letters
    yield from (("letter", name, each) for name, each in told.each_letter.items())
    yield from (("question", name, each) for name, each in told.questions.items())


def _drifts(told: Calibration) -> Iterator[tuple[str, Drift]]:
    yield from (("grader", each) for each in told.graders)
    yield from (("rubric", each) for each in told.rubrics)


def _rounded(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.4f}"


def _answers(json: str) -> tuple[tuple[str, str, str], ...]:
    return msgspec.json.decode(json, type=tuple[tuple[str, str, str], ...])


_PAIR = (
    "k.item, k.category, k.rubric, k.grader, k.second, k.first_letter, k.letter AS second_letter, k.looked_at,"
    " k.answers"
)
_LOOKS = Statement(f"SELECT {_PAIR} FROM second_look k WHERE k.station = :station AND k.looked_at >= :since")
_OF_SHIFT = Statement(
    f"SELECT {_PAIR} FROM shift h JOIN second_look k ON k.station = h.station AND k.looked_n = h.n"
    " WHERE h.station = :station AND h.shift = :shift"
)
_OPENED = Statement("SELECT opened_at FROM shift WHERE station = :station AND shift = :shift")

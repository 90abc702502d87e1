"""How alike a bench's (or a site's) people grade: the figures of all second looks since a day, as text, JSON or CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
from sqlalchemy.engine import Connection

from resources.words import mark
from station.calibration.agreement import (
    Agreement,
    Drift,
    NoInterval,
    Pair,
    agreement,
    by_letter,
    by_question,
    drifts,
    wilson,
)
from station.safe_text import cell, shown
from station.statements import Statement

_NO_INTERVAL: Mapping[NoInterval, str] = {
    "too_few": mark("too few looks"),
    "one_answer": mark("nearly always one answer"),
    "all_alike": mark("all alike"),
}


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
    yield (
        *("what", "name", "looks", "alike", "share", "share_low", "share_high"),
        *("kappa", "kappa_low", "kappa_high", "no_interval"),
        *(
            "compared",
            "expected",
            "difference",
            "difference_low",
            "difference_high",
            "stricter",
            "milder",
            "way",
            "stands_out",
        ),
    )
    for what, name, alike in agreements(told):
        figures = map(_rounded, (alike.kappa, alike.low, alike.high))
        yield (*_shares(what, name, alike.agreed, alike.pairs), *figures, alike.no_interval or "", *[""] * 9)
    for what, drift in _drifts(told):
        beside = (drift.compared, *map(_rounded, (drift.expected, drift.difference, drift.low, drift.high)))
        ways = (drift.stricter, drift.milder, drift.way)
        yield (
            *_shares(what, drift.name, drift.agreed, drift.pairs),
            *[""] * 4,
            *beside,
            *ways,
            int(drift.stands_out),
        )
    for each in told.refreshers:
        yield (*_shares("refresher", each.badge, each.agreed, each.items), *[""] * 13)


def _shares(what: str, name: str, agreed: int, looks: int) -> tuple[object, ...]:
    share = (agreed / looks if looks else 0.0, *wilson(agreed, looks))
    return (what, cell(name), looks, agreed, *map(_rounded, share))


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
    yield f"{'':32} {'looks':>6} {'alike':>6} {'95 of 100':>14}   kappa (95 of 100)"
    for _, name, each in agreements(told):
        between = f"{each.share_low:.0%} to {each.share_high:.0%}"
        yield f"{shown(name)[:32]:32} {each.pairs:>6} {each.share:>6.0%} {between:>14}   {kappa(each)}"
    for what, title in (("grader", "graders"), ("rubric", "versions of questions")):
        yield ""
        yield f"{title + ', beside all for such goods':44} {'looks':>6} {'alike':>6} {'all':>6}"
        yield from (_line(drift) for kind, drift in _drifts(told) if kind == what)


def _line(drift: Drift) -> str:
    """Return one line; who stands out is said to, which way where there is one, and that nobody is there to compare."""
    beside = "-" if drift.expected is None else f"{drift.expected:.0%}"
    return f"{shown(drift.name)[:44]:44} {drift.pairs:>6} {drift.agreed / drift.pairs:>6.0%} {beside:>6}{_said(drift)}"


def _said(drift: Drift) -> str:
    if drift.difference is None:
        return "  no other to compare with"
    said = f"  compared: {drift.compared} of {drift.pairs}" if drift.compared < drift.pairs else ""
    if drift.stands_out:
        said += f"  differs: {_way(drift)}" if drift.difference < 0 else "  agrees more often"
    return said


def _way(drift: Drift) -> str:
    if not drift.way:
        return f"both ways, stricter {drift.stricter}, milder {drift.milder}"
    return f"{drift.way} {max(drift.stricter, drift.milder)} of {drift.pairs - drift.agreed}"


def kappa(each: Agreement, say: Callable[[str], str] = str) -> str:
    """Return kappa for people, `-` where there is none, with its interval or why it has none."""
    figure = "-" if each.kappa is None else f"{each.kappa:.2f}"
    if each.low is not None and each.high is not None:
        return f"{figure} ({each.low:.2f} to {each.high:.2f})"
    return figure if each.no_interval is None else f"{figure} ({say(_NO_INTERVAL[each.no_interval])})"


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

"""The grade of one item: a letter from what it looks like and what it does, with every reason named."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Literal

import msgspec

from grading.reasons import REASON_TEXTS, Reason, reason
from grading.rubric import (
    PART_PREFIX,
    Answers,
    Chosen,
    Functional,
    Letter,
    Option,
    Question,
    Rubric,
    chosen,
    due,
)
from grading.scores import Lost, SubScores, lost, sub_scores

Match = Literal["matched", "undeclared", "wrong"]
Serial = Literal["same", "different", "unread", "not_known"]
Limit = Letter | Literal["stop"]
# What limits the letter: its place among the others, the best letter it allows, and why.
Finding = tuple[int, Limit, Reason]

_LIMITS: tuple[Limit, ...] = ("stop", "D", "C", "B", "A")
# After what any answer tells with the same limit.
_LAST = 8
_RANKS: tuple[Functional, ...] = ("sealed", "works", "partly", "untested", "faulty")


class Evidence(msgspec.Struct, frozen=True):
    """What the bench found besides the answers: the schema of `grade`'s evidence; other keys are ignored.

    `weight_in_band` is None when no weight was expected; `parts` are a kit's components, `missing` those
    known to be missing from elsewhere than the answers; `stops_found` the stops no answer gave (a recall).
    """

    match: Match
    serial: Serial
    weight_in_band: bool | None = None
    parts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stops_found: tuple[str, ...] = ()


class Grade(msgspec.Struct, frozen=True, gc=False):
    """The outcome. `letter` and `cosmetic` are empty when nothing could be graded: then the item must be
    held.

    `functional` is `untested` unless an answer says more. `stops` are the codes of stop answers, `missing`
    the parts not there, `rule` the rubric and version. The first reason is the one that decided. `scores` are the
    sub-scores of a letter that no stop answer gave.
    """

    letter: Letter | Literal[""]
    cosmetic: Letter | Literal[""]
    functional: Functional
    reasons: tuple[Reason, ...]
    rule: str
    stops: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    scores: SubScores = ()


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What one answer says, worked out once; texts are empty where it says nothing of that."""

    finding: Finding
    stop: str
    is_scrap: bool
    function: Functional | Literal[""]
    cosmetic: Letter | Literal[""]
    part: str
    looks: bool
    has_outcome: bool
    lost: Lost


def grade(rubric: Rubric, answers: Answers, evidence: Mapping[str, object]) -> Grade:
    """Return the grade: the worst letter that any answer or missing part allows.

    `evidence` holds the fields of Evidence. No letter is given while a question is open, for an answer
    without outcome, for evidence that cannot be read, or for a stop answer that sets none (`cap`). Never
    raises for bad data.
    """
    return Grader(rubric).grade(answers, evidence)


class Grader:
    """Grades by one rubric, and works out once what each answer says: for many items. Use from one thread."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        self._said: dict[tuple[str, str], _Said] = {}

    def grade(self, answers: Answers, evidence: Mapping[str, object]) -> Grade:
        """Return what `grade` says of these answers."""
        rubric = self._rubric
        try:
            found = msgspec.convert(dict(evidence), Evidence)
        except msgspec.ValidationError as error:
            return _ungradable(rubric, (reason("evidence:unreadable", detail=str(error)),))
        pairs = chosen(rubric, answers, found.parts)
        given = self._of(pairs)
        not_there = [each.part for each in given if each.part]
        lacking = [part for part in dict.fromkeys(found.missing) if part not in not_there]
        missing = tuple(dict.fromkeys((*not_there, *lacking)))
        stops = tuple(dict.fromkeys((*[each.stop for each in given if each.stop], *found.stops_found)))
        functional = _functional(given)
        findings = _findings(rubric, given, lacking)
        if stops:
            scrap = not found.stops_found and any(each.is_scrap for each in given)
            letter: Letter | Literal[""] = "D" if scrap else ""
            why = (*map(_stopped, found.stops_found), *_reasons(findings, found))
            return Grade(letter, "", functional, why, rubric.name, stops, missing)
        refused = _open_ends(rubric, answers, found, pairs, given)
        if refused:
            return _ungradable(rubric, (*refused, *_reasons(findings, found)), functional, missing)
        return Grade(
            letter=_letter(findings),
            cosmetic=max([each.cosmetic for each in given if each.cosmetic], default="A"),
            functional=functional,
            reasons=_reasons(findings, found),
            rule=rubric.name,
            missing=missing,
            scores=sub_scores(rubric, [each.lost for each in given], _is_silent(given), len(missing) - len(not_there)),
        )

    def _of(self, pairs: Chosen) -> list[_Said]:
        said = []
        for question, option in pairs:
            key = (question.id, option.id)
            known = self._said.get(key)
            if known is None:
                known = self._said[key] = _said(self._rubric, question, option)
            said.append(known)
        return said


def best_letter(rubric: Rubric, option: Option) -> Letter:
    """Return the best letter that this one answer allows."""
    allowed: list[Letter] = [letter for letter in (option.cosmetic, option.cap) if letter]
    if option.functional:
        allowed.append(getattr(rubric.grades, option.functional))
    if option.sealed:
        allowed.append(rubric.grades.sealed)
    return max(allowed, default="A")


def _said(rubric: Rubric, question: Question, option: Option) -> _Said:
    limit: Limit = "stop" if option.stop else best_letter(rubric, option)
    # Of those with the same limit what tells most comes first: function before look before the rest.
    telling = 4 * (not option.sealed) + 2 * (not option.functional) + (not option.cosmetic)
    is_missing = question.id.startswith(PART_PREFIX) and option.id == "missing"
    return _Said(
        finding=(_place(limit) + telling, limit, _answered(question, option)),
        stop=option.stop or "",
        is_scrap=bool(option.stop) and option.cap == "D",
        function=option.functional or ("sealed" if option.sealed else ""),
        cosmetic=option.cosmetic or "",
        part=question.id.removeprefix(PART_PREFIX) if is_missing else "",
        looks=option.sealed or bool(option.cosmetic),
        has_outcome=option.has_outcome,
        lost=lost(rubric.scores, option),
    )


def _open_ends(
    rubric: Rubric, answers: Answers, found: Evidence, pairs: Chosen, given: Sequence[_Said]
) -> tuple[Reason, ...]:
    """Why no letter may be given: what was not asked, not understood, or says nothing."""
    reasons = []
    asked = dict(answers)
    if len(asked) != len(pairs):
        known = {question.id for question, _ in pairs}
        reasons += [reason("unknown_answer", question=name) for name in asked if name not in known]
    reasons += [
        reason("no_outcome", question=question.id)
        for (question, _), each in zip(pairs, given, strict=True)
        if not each.has_outcome
    ]
    following = due(rubric, pairs, found.parts)
    if following is not None:
        reasons.append(reason("incomplete", question=following.id))
    if not any(each.looks for each in given):
        reasons.append(reason("no_look"))
    return tuple(reasons)


def _findings(rubric: Rubric, given: Sequence[_Said], lacking: Sequence[str]) -> list[Finding]:
    """Everything that limits the letter, what tells most first: stop answers, then the worst letter."""
    findings = [each.finding for each in given]
    for part in lacking:
        limit = rubric.grades.missing_part
        findings.append((_place(limit) + _LAST, limit, reason("evidence:missing", part=part)))
    if _is_silent(given):
        limit = rubric.grades.untested
        findings.append((_place(limit) + _LAST, limit, reason("untested")))
    findings.sort(key=itemgetter(0))
    return findings


def _letter(findings: Sequence[Finding]) -> Letter | Literal[""]:
    """The worst letter; nothing was stopped."""
    limit = findings[0][1]
    return "" if limit == "stop" else limit


def _functional(given: Sequence[_Said]) -> Functional:
    """The worst of what the answers say; silence means untested."""
    said = [each.function for each in given if each.function]
    return max(said, key=_RANKS.index, default="untested")


def _is_silent(given: Sequence[_Said]) -> bool:
    """Whether no answer says anything of function."""
    return not any(each.function or each.stop for each in given)


def _place(limit: Limit) -> int:
    return 16 * _LIMITS.index(limit)


def _stopped(code: str) -> Reason:
    name = f"evidence:{code}"
    return reason(name) if name in REASON_TEXTS else reason("evidence:stop", stop=code)


def _answered(question: Question, option: Option) -> Reason:
    params = {"question": question.id, "answer": option.id} | option.params
    return Reason(f"{question.id}:{option.id}", option.word, params)


def _reasons(findings: list[Finding], found: Evidence) -> tuple[Reason, ...]:
    """The findings that decided, then the lesser ones; all of them when none is a defect. Then what was
    measured.

    What was measured does not change the letter: where such an item goes is for the route.
    """
    reasons = [why for _, limit, why in findings if limit > "A"] or [why for _, _, why in findings]
    notes = []
    if found.match != "matched":
        notes.append(reason(f"evidence:match_{found.match}"))
    if found.serial in ("different", "unread"):
        notes.append(reason(f"evidence:serial_{found.serial}"))
    if found.weight_in_band is False:
        notes.append(reason("evidence:weight"))
    return (*reasons, *notes)


def _ungradable(
    rubric: Rubric,
    reasons: tuple[Reason, ...],
    functional: Functional = "untested",
    missing: tuple[str, ...] = (),
) -> Grade:
    return Grade("", "", functional, reasons, rubric.name, (), missing)

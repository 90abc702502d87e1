"""The grade of one item: a letter from what it looks like and what it does, with every reason named."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from grading.reasons import REASON_TEXTS, Reason, reason
from grading.rubric import (
    PART_PREFIX,
    Answers,
    Functional,
    Letter,
    Option,
    Question,
    Rubric,
    chosen,
    due,
)
from grading.scores import SubScores, sub_scores

Match = Literal["matched", "undeclared", "wrong"]
Serial = Literal["same", "different", "unread", "not_known"]
Chosen = tuple[tuple[Question, Option], ...]
Finding = tuple[Letter | Literal["stop"], Reason]

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


def grade(rubric: Rubric, answers: Answers, evidence: Mapping[str, object]) -> Grade:
    """Return the grade: the worst letter that any answer or missing part allows.

    `evidence` holds the fields of Evidence. No letter is given while a question is open, for an answer
    without outcome, for evidence that cannot be read, or for a stop answer that sets none (`cap`). Never
    raises for bad data.
    """
    try:
        found = msgspec.convert(dict(evidence), Evidence)
    except msgspec.ValidationError as error:
        return _ungradable(rubric, (reason("evidence:unreadable", detail=str(error)),))
    given = chosen(rubric, answers, found.parts)
    missing = tuple(dict.fromkeys((*_missing_parts(given), *found.missing)))
    stops = tuple(dict.fromkeys((*(option.stop for _, option in given if option.stop), *found.stops_found)))
    functional = _functional(given)
    findings = _findings(rubric, given, found)
    if stops:
        scrap = not found.stops_found and any(o.stop and o.cap == "D" for _, o in given)
        letter: Letter | Literal[""] = "D" if scrap else ""
        why = (*map(_stopped, found.stops_found), *_reasons(findings, found))
        return Grade(letter, "", functional, why, rubric.name, stops, missing)
    refused = _open_ends(rubric, answers, found, given)
    if refused:
        reasons = (*refused, *_reasons(findings, found))
        return _ungradable(rubric, reasons, functional, missing)
    return Grade(
        letter=max(limit for limit, _ in findings if limit != "stop"),
        cosmetic=max((option.cosmetic for _, option in given if option.cosmetic), default="A"),
        functional=functional,
        reasons=_reasons(findings, found),
        rule=rubric.name,
        missing=missing,
        scores=sub_scores(rubric, [option for _, option in given], len(missing) - len(_missing_parts(given))),
    )


def best_letter(rubric: Rubric, option: Option) -> Letter:
    """Return the best letter that this one answer allows."""
    allowed: list[Letter] = [letter for letter in (option.cosmetic, option.cap) if letter]
    if option.functional:
        allowed.append(getattr(rubric.grades, option.functional))
    if option.sealed:
        allowed.append(rubric.grades.sealed)
    return max(allowed, default="A")


def _open_ends(rubric: Rubric, answers: Answers, found: Evidence, given: Chosen) -> tuple[Reason, ...]:
    """Why no letter may be given: what was not asked, not understood, or says nothing."""
    known = {question.id for question, _ in given}
    reasons = [reason("unknown_answer", question=name) for name in dict(answers) if name not in known]
    reasons += [reason("no_outcome", question=q.id) for q, option in given if not option.has_outcome]
    following = due(rubric, given, found.parts)
    if following is not None:
        reasons.append(reason("incomplete", question=following.id))
    if not any(option.sealed or option.cosmetic for _, option in given):
        reasons.append(reason("no_look"))
    return tuple(reasons)


def _functional(given: Chosen) -> Functional:
    """The worst of what the answers say; silence means untested."""
    said = [option.functional for _, option in given if option.functional]
    said += ["sealed"] * any(option.sealed for _, option in given)
    return max(said, key=_RANKS.index, default="untested")


def _findings(rubric: Rubric, given: Chosen, found: Evidence) -> list[Finding]:
    """Everything that limits the letter, each with the best letter it allows, what tells most first.

    That is: stop answers, then the worst letter, then function before look before the rest.
    """
    telling = sorted(given, key=lambda pair: (not pair[1].sealed, not pair[1].functional, not pair[1].cosmetic))
    findings: list[Finding] = [
        ("stop" if option.stop else best_letter(rubric, option), _answered(question, option))
        for question, option in telling
    ]
    lacking = [part for part in dict.fromkeys(found.missing) if part not in _missing_parts(given)]
    findings += [(rubric.grades.missing_part, reason("evidence:missing", part=part)) for part in lacking]
    if not any(option.functional or option.sealed or option.stop for _, option in given):
        findings.append((rubric.grades.untested, reason("untested")))
    return sorted(findings, key=lambda each: each[0], reverse=True)


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
    reasons = [why for limit, why in findings if limit > "A"] or [why for _, why in findings]
    notes = []
    if found.match != "matched":
        notes.append(reason(f"evidence:match_{found.match}"))
    if found.serial in ("different", "unread"):
        notes.append(reason(f"evidence:serial_{found.serial}"))
    if found.weight_in_band is False:
        notes.append(reason("evidence:weight"))
    return (*reasons, *notes)


def _missing_parts(given: Chosen) -> tuple[str, ...]:
    return tuple(
        question.id.removeprefix(PART_PREFIX)
        for question, option in given
        if question.id.startswith(PART_PREFIX) and option.id == "missing"
    )


def _ungradable(
    rubric: Rubric,
    reasons: tuple[Reason, ...],
    functional: Functional = "untested",
    missing: tuple[str, ...] = (),
) -> Grade:
    return Grade("", "", functional, reasons, rubric.name, (), missing)

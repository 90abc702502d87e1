"""The grade of one item: a letter from what it looks like and what it does, with every reason named."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
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
    open_question,
    prep_due,
)
from grading.scores import Lost, SubScores, lost, sub_scores, total

Match = Literal["matched", "undeclared", "wrong"]
Serial = Literal["same", "different", "unread", "not_known"]
Limit = Letter | Literal["stop"]
# What limits the letter: its place among the others, the best letter it allows, and why.
Finding = tuple[int, Limit, Reason]

_LIMITS: tuple[Limit, ...] = ("stop", "D", "C", "B", "A")
# So many items' answers are remembered: goods without a fault are answered alike, and what is rare does not come again.
_REMEMBERED = 500
# What the station finds by itself and makes goods worthless, as the answer that says so does.
_SPOILT = frozenset({"expired"})
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

    `functional` is `untested` unless an answer says more. `stops` are the codes of stop answers, `missing` the parts
    not there and the questions whose answer says that something is missing, `rule` the rubric and version. The first
    reason is the one that decided. `scores` are the sub-scores of a letter that no stop answer gave.
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
    """What one answer says, worked out once; texts are empty where it says nothing of that.

    `rank` is the place of its function among `_RANKS`, -1 where it says nothing of function. `kit` is the component
    that the question was made for: without it among an item's parts the answer counts as unknown.
    """

    question: str
    finding: Finding
    stop: str
    is_scrap: bool
    rank: int
    cosmetic: Letter | Literal[""]
    part: str
    kit: str
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


class _Read(msgspec.Struct, frozen=True, gc=False):
    """What answers say by themselves, whatever else was measured: `findings` are sorted, `refused` is why no letter
    may be given, `prep_s` the seconds their prep steps take.
    """

    is_scrap: bool
    missing: tuple[str, ...]
    stops: tuple[str, ...]
    functional: Functional
    cosmetic: Letter
    is_silent: bool
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    refused: tuple[Reason, ...]
    lost: Lost
    prep_s: int


class Grader:
    """Grades by one rubric, and works out once what each answer, and what all of an item say. Use from one thread."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        self._said: dict[tuple[str, str], _Said] = {}
        self._read: dict[tuple[Answers, tuple[str, ...]], tuple[_Read, Grade]] = {}
        self._deciding = _deciding(rubric)
        self._ahead: dict[object, tuple[str, int]] = {}

    def grade(self, answers: Answers, evidence: Mapping[str, object]) -> Grade:
        """Return what `grade` says of these answers."""
        return self.grade_and_prep(answers, evidence)[0]

    def grade_and_prep(self, answers: Answers, evidence: Mapping[str, object]) -> tuple[Grade, int]:
        """Return what `grade` says, and the seconds that the prep steps of these answers take."""
        rubric = self._rubric
        try:
            found = msgspec.convert(evidence, Evidence)
        except msgspec.ValidationError as error:
            return _ungradable(rubric, (reason("evidence:unreadable", detail=str(error)),)), 0
        key = (answers, found.parts)
        known = self._read.get(key)
        if known is None:
            read = self._reading(answers, found.parts)
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            known = self._read[key] = (read, self._outcome(read, (), (), ()))
        read, plain = known
        lacking = [part for part in dict.fromkeys(found.missing) if part not in read.missing] if found.missing else ()
        notes = _notes(found)
        if not (lacking or notes or found.stops_found):
            return plain, read.prep_s
        return self._outcome(read, lacking, notes, found.stops_found), read.prep_s

    def _outcome(
        self, read: _Read, lacking: Sequence[str], notes: Sequence[Reason], stops_found: tuple[str, ...]
    ) -> Grade:
        """The grade of answers and of what else was found."""
        rubric = self._rubric
        missing, findings, reasons = read.missing, read.findings, read.reasons
        if lacking:
            missing = (*missing, *lacking)
            findings = _sorted((*findings, *[_lacking(rubric, part) for part in lacking]))
            reasons = _telling(findings)
        reasons = (*reasons, *notes)
        if read.stops or stops_found:
            stops = tuple(dict.fromkeys((*read.stops, *stops_found)))
            scrap = (read.is_scrap or not read.stops) and _SPOILT.issuperset(stops_found)
            why = (*map(_stopped, stops_found), *reasons)
            return Grade("D" if scrap else "", "", read.functional, why, rubric.name, stops, missing)
        if read.refused:
            return _ungradable(rubric, (*read.refused, *reasons), read.functional, missing)
        scores = sub_scores(rubric, read.lost, read.is_silent, len(lacking))
        return Grade(_letter(findings), read.cosmetic, read.functional, reasons, rubric.name, (), missing, scores)

    def _reading(self, answers: Answers, parts: tuple[str, ...]) -> _Read:
        """One turn over the answers: where no two items have the same, a replay spends most of its time here."""
        rubric = self._rubric
        options = dict(answers)
        given = self._of(options, parts)
        stops = [each for each in given if each.stop]
        rank = max([each.rank for each in given], default=-1)
        is_silent = rank < 0 and not stops
        findings = [each.finding for each in given]
        if is_silent:
            findings.append(_silence(rubric))
        ordered = _sorted(findings)
        known = _known(options, given)
        following, prep_s = ("", 0) if stops else self._still(known, parts)
        return _Read(
            is_scrap=any(each.is_scrap for each in stops),
            missing=tuple([each.part for each in given if each.part]),
            stops=tuple(dict.fromkeys([each.stop for each in stops])),
            functional=_RANKS[rank] if rank >= 0 else "untested",
            cosmetic=max([each.cosmetic for each in given if each.cosmetic], default="A"),
            is_silent=is_silent,
            findings=ordered,
            reasons=_telling(ordered),
            refused=() if stops else _open_ends(options, known, given, following),
            lost=total([each.lost for each in given]),
            prep_s=prep_s,
        )

    def _still(self, options: Mapping[str, str], parts: tuple[str, ...]) -> tuple[str, int]:
        """The question still to be asked (empty for none) and the seconds of prep: few answers decide about either."""
        key = (tuple(options), parts, tuple(map(options.get, self._deciding)))
        found = self._ahead.get(key)
        if found is None:
            rubric = self._rubric
            is_sealed = any(option.sealed for _, option in chosen(rubric, tuple(options.items()), parts))
            following = open_question(rubric, options, parts, is_sealed)
            seconds = sum(step.seconds for step in prep_due(rubric, options))
            found = self._ahead[key] = ("" if following is None else following.id, seconds)
        return found

    def _of(self, options: Mapping[str, str], parts: tuple[str, ...]) -> list[_Said]:
        """What each answer says that the rubric knows."""
        said = self._said
        given = []
        for answer in options.items():
            each = said.get(answer)
            if each is None:
                for question, option in chosen(self._rubric, (answer,), parts):
                    each = said[answer] = _said(self._rubric, question, option)
            if each is not None and (not each.kit or each.kit in parts):
                given.append(each)
        return given


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
    function = option.functional or ("sealed" if option.sealed else None)
    is_own = (question.id, option.id) in rubric.pairs
    return _Said(
        question=question.id,
        finding=(_place(limit) + telling, limit, _answered(question, option)),
        stop=option.stop or "",
        is_scrap=bool(option.stop) and option.cap == "D",
        rank=-1 if function is None else _RANKS.index(function),
        cosmetic=option.cosmetic or "",
        part=question.id.removeprefix(PART_PREFIX) if option.missing else "",
        kit="" if is_own else question.id.removeprefix(PART_PREFIX),
        looks=option.sealed or bool(option.cosmetic),
        has_outcome=option.has_outcome,
        lost=lost(rubric.scores, option),
    )


def _known(options: Mapping[str, str], given: Sequence[_Said]) -> Mapping[str, str]:
    """The options of the questions that the rubric knows: as a rule all."""
    if len(options) == len(given):
        return options
    return {each.question: options[each.question] for each in given}


def _deciding(rubric: Rubric) -> tuple[str, ...]:
    """The questions whose answer, and not only that they were answered, decides what is asked and prepared."""
    branches = (*[each.when for each in rubric.questions], *[each.when for each in rubric.prep])
    named = {name for when in branches for condition in when for name in condition}
    named |= {each.id for each in rubric.questions if any(option.sealed for option in each.options)}
    return tuple(sorted(named))


def _open_ends(
    options: Mapping[str, str], known: Mapping[str, str], given: Sequence[_Said], following: str
) -> tuple[Reason, ...]:
    """Why no letter may be given, where nothing was stopped: what was not asked, not understood, or says nothing."""
    reasons = []
    if known is not options:
        reasons += [reason("unknown_answer", question=name) for name in options if name not in known]
    reasons += [reason("no_outcome", question=each.question) for each in given if not each.has_outcome]
    if following:
        reasons.append(reason("incomplete", question=following))
    if not any(each.looks for each in given):
        reasons.append(reason("no_look"))
    return tuple(reasons)


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Everything that limits the letter, what tells most first: stop answers, then the worst letter."""
    return tuple(sorted(findings, key=itemgetter(0)))


def _lacking(rubric: Rubric, part: str) -> Finding:
    """What a part tells that is known to be missing from elsewhere than the answers."""
    limit = rubric.grades.missing_part
    return _place(limit) + _LAST, limit, reason("evidence:missing", part=part)


def _silence(rubric: Rubric) -> Finding:
    """What it tells that no answer says anything of function."""
    limit = rubric.grades.untested
    return _place(limit) + _LAST, limit, reason("untested")


def _letter(findings: Sequence[Finding]) -> Letter | Literal[""]:
    """The worst letter; nothing was stopped."""
    limit = findings[0][1]
    return "" if limit == "stop" else limit


def _place(limit: Limit) -> int:
    return 16 * _LIMITS.index(limit)


def _stopped(code: str) -> Reason:
    name = f"evidence:{code}"
    return reason(name) if name in REASON_TEXTS else reason("evidence:stop", stop=code)


def _answered(question: Question, option: Option) -> Reason:
    params = {"question": question.id, "answer": option.id} | option.params
    return Reason(f"{question.id}:{option.id}", option.word, params)


def _telling(findings: Sequence[Finding]) -> tuple[Reason, ...]:
    """The findings that decided, then the lesser ones; all of them when none is a defect."""
    return tuple([why for _, limit, why in findings if limit > "A"] or [why for _, _, why in findings])


def _notes(found: Evidence) -> list[Reason]:
    """What was measured; it does not change the letter: where such an item goes is for the route."""
    notes = []
    if found.match != "matched":
        notes.append(reason(f"evidence:match_{found.match}"))
    if found.serial in ("different", "unread"):
        notes.append(reason(f"evidence:serial_{found.serial}"))
    if found.weight_in_band is False:
        notes.append(reason("evidence:weight"))
    return notes


def _ungradable(
    rubric: Rubric,
    reasons: tuple[Reason, ...],
    functional: Functional = "untested",
    missing: tuple[str, ...] = (),
) -> Grade:
    return Grade("", "", functional, reasons, rubric.name, (), missing)

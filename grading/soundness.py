"""Finds what is wrong with a rubric that reads well: dead branches, unreachable grades, empty answers."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from grading.grade import best_letter, grade
from grading.rubric import Answers, Option, Question, Rubric, chosen, next_question

_GRADABLE: Mapping[str, str] = {"match": "matched", "serial": "not_known"}


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend: the place in the rubric, and what is wrong with it."""

    place: str
    text: str


def check(rubric: Rubric) -> list[Problem]:
    """Return all problems of a rubric; a rubric with any must not be used.

    Every way through the questions is walked, ways that differ only in answers no condition asks for taken as
    one.
    """
    problems = [*_doubles(rubric), *_conditions(rubric)]
    for question in rubric.questions:
        problems += _options(rubric, question)
    return problems or list(_ways(rubric))


def _doubles(rubric: Rubric) -> Iterator[Problem]:
    for kind, ids in (
        ("questions", [q.id for q in rubric.questions]),
        ("shots", [s.id for s in rubric.shots]),
    ):
        yield from (Problem(f"{kind}.{name}", "the id is there twice") for name, n in Counter(ids).items() if n > 1)
    for question in rubric.questions:
        place = f"questions.{question.id}"
        options = Counter(option.id for option in question.options)
        yield from (Problem(f"{place}.{name}", "the id is there twice") for name, n in options.items() if n > 1)
        keys = [option.key for option in question.options]
        if keys != list(range(1, len(keys) + 1)):
            yield Problem(place, "the keys must count from 1 in the order of the options")


def _conditions(rubric: Rubric) -> Iterator[Problem]:
    """What `when` names must exist."""
    known = {question.id: {option.id for option in question.options} for question in rubric.questions}
    if rubric.shots[0].when:
        yield Problem(f"shots.{rubric.shots[0].id}", "the first shot must always be taken")
    for place, when in [(f"questions.{q.id}", q.when) for q in rubric.questions] + [
        (f"shots.{s.id}", s.when) for s in rubric.shots
    ]:
        for condition in when:
            for question, options in condition.items():
                unknown = sorted(set(options) - known.get(question, set()))
                if unknown or not options:
                    yield Problem(place, f"when: {question} has no option {', '.join(unknown) or '(none named)'}")


def _options(rubric: Rubric, question: Question) -> Iterator[Problem]:
    place = f"questions.{question.id}"
    for option in question.options:
        if not option.has_outcome:
            yield Problem(f"{place}.{option.id}", "the answer has no outcome")
        if option.sealed and question.kind != "packaging":
            yield Problem(f"{place}.{option.id}", "only a packaging question can say that goods are sealed")
        if option.stop and option.cap not in (None, "D"):
            yield Problem(f"{place}.{option.id}", "a stop answer has the letter D or none")
    if question.kind == "stop" and not any(option.stop for option in question.options):
        yield Problem(place, "a stop question needs an answer that stops")
    says = {option.functional is not None for option in question.options if not option.stop}
    if len(says) > 1:
        yield Problem(place, "either all its answers tell of function or none")
    ranks = [_rank(rubric, option) for option in question.options]
    if ranks != sorted(ranks):
        yield Problem(place, "its options must go from the best answer to the worst")


def _rank(rubric: Rubric, option: Option) -> tuple[bool, str]:
    return option.stop is not None, "" if option.stop else best_letter(rubric, option)


def _ways(rubric: Rubric) -> Iterator[Problem]:
    """Walk every way and report questions no way reaches, and letters no way ends in."""
    asked: set[str] = set()
    letters: set[str] = set()
    for answers, question in _walk(rubric):
        if question is not None:
            asked.add(question.id)
        else:
            result = grade(rubric, answers, _GRADABLE)
            letters.add(result.letter)
            silent = [reason for reason in result.reasons if reason.code in ("no_look", "untested")]
            yield from (Problem(answers[-1][0], f"a way ends here: {reason.text}") for reason in silent)
    for dead in (question.id for question in rubric.questions if question.id not in asked):
        yield Problem(f"questions.{dead}", "no way through the answers leads here")
    for letter in ("A", "B", "C", "D"):
        if letter not in letters:
            yield Problem("grades", f"no way through the answers ends in {letter}")


def _walk(rubric: Rubric) -> Iterator[tuple[Answers, Question | None]]:
    """Every state of the questioning, with one way to it; states of the same future and letter are one."""
    asked_for = {name for q in rubric.questions for condition in q.when for name in condition}
    waiting: list[Answers] = [()]
    seen = set()
    while waiting:
        answers = waiting.pop()
        question = next_question(rubric, answers, ())
        yield answers, question
        for option in question.options if question else ():
            longer = (*answers, (question.id, option.id)) if question else answers
            state = _future(rubric, longer, asked_for)
            if state not in seen:
                seen.add(state)
                waiting.append(longer)


def _future(rubric: Rubric, answers: Answers, asked_for: set[str]) -> object:
    """What still matters of these answers."""
    options = [option for _, option in chosen(rubric, answers, ())]
    return (
        frozenset(name for name, _ in answers),
        frozenset(pair for pair in answers if pair[0] in asked_for),
        max((best_letter(rubric, option) for option in options), default="A"),
        any(option.functional for option in options),
        any(option.cosmetic for option in options),
        any(option.sealed for option in options),
        any(option.stop for option in options),
    )

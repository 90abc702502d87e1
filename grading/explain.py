"""What a grade hangs on: the findings that alone decided it, and the one better answer that would have raised it."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from grading.grade import Evidence, Grade, best_letter, grade
from grading.reasons import Reason
from grading.rubric import Answers, Letter, Option, Question, Rubric, chosen

Say = Callable[..., str]
"""Translates a message id and fills its placeholders, as `Translator.format` does."""

EXPLAIN_TEXTS: Mapping[str, str] = {
    "stopped": "{word}: this alone stopped the questions.",
    "decided": "{word}: this alone made it {letter}; without it: {without}.",
    "each": "Each of these alone makes it {letter}: {words}.",
    "faultless": "Nothing took anything off.",
    "near": "One better answer would make it {letter}: “{answer}” to “{question}”",
    "near_part": "With {part} there, it would be {letter}.",
}
"""English message ids of the sentences that explain a grade."""


class Decisive(msgspec.Struct, frozen=True):
    """A finding without which the grade would be another: `without` is that letter; empty after a stop answer."""

    reason: Reason
    without: Letter | str


class NearMiss(msgspec.Struct, frozen=True):
    """One better answer, or a missing part, that alone would give the better letter."""

    letter: Letter
    question: Question | None = None
    option: Option | None = None
    part: str = ""


class Explanation(msgspec.Struct, frozen=True):
    """Why it is this letter and no better one: `each` are findings of which every one gives this letter by itself.

    A letter is the worst that any finding allows, so two that allow the same never add up to a worse one.
    """

    letter: str
    decisive: tuple[Decisive, ...] = ()
    each: tuple[Reason, ...] = ()
    near: tuple[NearMiss, ...] = ()


def explain(rubric: Rubric, answers: Answers, evidence: Mapping[str, object]) -> Explanation:
    """Explain the grade of these answers and this evidence; arguments are those of `grading.grade.grade`.

    Without a letter only stop answers are named: there is nothing a better answer could raise. Never raises.
    """
    graded = grade(rubric, answers, evidence)
    if graded.stops:
        stops = [why for why in graded.reasons if _is_stop(rubric, answers, why)]
        return Explanation(graded.letter, tuple(Decisive(why, "") for why in stops))
    if not graded.letter:
        return Explanation("")
    found = msgspec.convert(dict(evidence), Evidence)
    near = tuple(_near(rubric, answers, evidence, found, graded))
    if graded.letter == "A":
        return Explanation("A")
    limiting = [why for why in graded.reasons if _limit(rubric, answers, found, why) == graded.letter]
    if len(limiting) > 1:
        return Explanation(graded.letter, (), tuple(limiting), near)
    without = max((_limit(rubric, answers, found, why) for why in graded.reasons if why not in limiting), default="A")
    return Explanation(graded.letter, tuple(Decisive(why, without) for why in limiting), (), near)


def sentences(explained: Explanation, say: Say) -> tuple[str, ...]:
    """Return the explanation in plain sentences of the language that `say` speaks."""
    told = []
    for each in explained.decisive:
        word = say(each.reason.text, **each.reason.params)
        if each.without:
            words = EXPLAIN_TEXTS["decided"]
            told.append(say(words, word=word, letter=explained.letter, without=each.without))
        else:
            told.append(say(EXPLAIN_TEXTS["stopped"], word=word))
    if explained.each:
        words = "; ".join(say(why.text, **why.params) for why in explained.each)
        told.append(say(EXPLAIN_TEXTS["each"], letter=explained.letter, words=words))
    if explained.letter == "A" and not told:
        told.append(say(EXPLAIN_TEXTS["faultless"]))
    return (*told, *(_told_near(miss, say) for miss in explained.near))


def _told_near(miss: NearMiss, say: Say) -> str:
    if miss.question is None or miss.option is None:
        return say(EXPLAIN_TEXTS["near_part"], part=miss.part, letter=miss.letter)
    answer = say(miss.option.text, **miss.option.params)
    question = say(miss.question.text, **miss.question.params)
    return say(EXPLAIN_TEXTS["near"], letter=miss.letter, answer=answer, question=question)


def _near(
    rubric: Rubric, answers: Answers, evidence: Mapping[str, object], found: Evidence, graded: Grade
) -> Iterator[NearMiss]:
    """The nearest better answer of each question, and each part from elsewhere, that alone raises the letter.

    Goods that were opened are not called sealed, and that nobody could try it is no better answer. Where the better
    answer asks for more, nobody knows what it gives.
    """
    for question, given in chosen(rubric, answers, found.parts):
        at = question.options.index(given)
        for option in reversed(question.options[:at]):
            if option.sealed or option.functional == "untested":
                continue
            better = grade(rubric, tuple({**dict(answers), question.id: option.id}.items()), evidence)
            if better.letter and better.letter < graded.letter and not better.stops:
                yield NearMiss(better.letter, question, option)
                break
    for part in found.missing:
        rest = tuple(each for each in found.missing if each != part)
        better = grade(rubric, answers, {**evidence, "missing": rest})
        if better.letter and better.letter < graded.letter:
            yield NearMiss(better.letter, part=part)


def _limit(rubric: Rubric, answers: Answers, found: Evidence, why: Reason) -> str:
    """The best letter that one reason of a grade allows."""
    if why.code == "evidence:missing":
        return rubric.grades.missing_part
    if why.code == "untested":
        return rubric.grades.untested
    given = chosen(rubric, answers, found.parts)
    limits = [best_letter(rubric, option) for question, option in given if f"{question.id}:{option.id}" == why.code]
    return max(limits, default="A")


def _is_stop(rubric: Rubric, answers: Answers, why: Reason) -> bool:
    return any(
        option.stop and f"{question.id}:{option.id}" == why.code for question, option in chosen(rubric, answers, ())
    )

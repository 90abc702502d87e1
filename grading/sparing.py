"""Finds prep that a worse answer spares: then a way that pays for it could pay for the worse goods alone."""

from collections.abc import Iterator

from grading.rubric import Condition, Rubric


def spared(rubric: Rubric) -> Iterator[tuple[str, str]]:
    """Yield the place of each prep step that the goods of a worse answer are spared, and what is wrong with it.

    What was tried on worse goods was work too. Goods that are stopped are spared everything: nobody pays for them.
    """
    for step in rubric.prep:
        for name, option in dict.fromkeys(_sparing(rubric, step.when, frozenset())):
            yield f"prep.{step.id}", f"{name} = {option} is a worse answer and may not spare this work"


def _sparing(rubric: Rubric, when: tuple[Condition, ...], seen: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The answers, by question, worse than one of a condition and not in it; also of what is asked before."""
    alone = [condition for condition in when if len(condition) == 1]
    for condition in when:
        for name, options in condition.items():
            question = next((each for each in rubric.questions if each.id == name), None)
            if question is None or name in seen:
                continue
            wanted = {*options, *(option for each in alone for option in each.get(name, ()))}
            going_on = [option.id for option in question.options if not option.stop]
            due = [option in wanted for option in going_on]
            yield from ((name, option) for at, option in enumerate(going_on) if not due[at] and any(due[:at]))
            asked = (*question.when, *(_opened(rubric) if question.kind == "inspection" else ()))
            yield from _sparing(rubric, asked, seen | {name})


def _opened(rubric: Rubric) -> Iterator[Condition]:
    """What must have been answered before an inspection: that the goods are not sealed."""
    for question in rubric.questions:
        if any(option.sealed for option in question.options):
            yield {question.id: tuple(option.id for option in question.options if not (option.sealed or option.stop))}

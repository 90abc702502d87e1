"""How far an inspection has come: what is still to be asked, and what one answer may say of all the rest."""

from grading.rubric import PART_PREFIX, Answers, Option, Question, Rubric, chosen, holds, next_question

Rest = tuple[tuple[Question, Option], ...]


def still_to_come(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> tuple[Question, ...]:
    """Return the questions that are still open when each gets its best answer, the one that is due first.

    A worse answer may end the questions or bring others, so this is what is to come if nothing is found. Goods count
    as opened until somebody says that they are sealed: nearly all that come back are.
    """
    ahead: list[Question] = []
    due = next_question(rubric, answers, parts)
    while due is not None:
        ahead.append(due)
        best = next((option for option in due.options if not option.sealed), due.options[0])
        answers = (*answers, (due.id, best.id))
        due = next_question(rubric, answers, parts)
    return tuple(ahead)


def rest(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> Rest:
    """Return the open questions that "nothing found on the rest" answers, each with its best answer.

    There are none before the stop questions, the packaging and a kit's parts were answered one by one. Only what
    is looked for is answered so: what must be tried, counted or may stop the work is always asked by itself.
    """
    ahead = still_to_come(rubric, answers, parts)
    if not ahead or ahead[0].kind != "inspection" or ahead[0].id.startswith(PART_PREFIX):
        return ()
    options = {question.id: option.id for question, option in chosen(rubric, answers, parts)}
    found: list[tuple[Question, Option]] = []
    for question in ahead:
        if _is_looked_for(question) and holds(question.when, options):
            options[question.id] = question.options[0].id
            found.append((question, question.options[0]))
    return tuple(found)


def _is_looked_for(question: Question) -> bool:
    """Tell whether the best answer means that nothing was found: every other one tells of a defect that is seen."""
    best, *worse = question.options
    if best.defect is not None or not best.has_outcome:
        return False
    if any(option.functional or option.stop or option.sealed for option in question.options):
        return False
    return all(option.defect is not None and option.defect.kind != "missing" for option in worse)

"""Finds what is wrong with a rubric that reads well: dead branches, unreachable grades, outcomes without a route."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise

import msgspec

from grading.defects import SEVERITIES
from grading.grade import Grade, best_letter, grade
from grading.route import RouteTable, route
from grading.rubric import (
    PART_PREFIX,
    Answers,
    Condition,
    Option,
    Question,
    Rubric,
    chosen,
    holds,
    next_question,
    sentences_of,
)
from grading.scores import lost
from grading.sparing import spared
from grading.toml_text import text_fault, words_faults

_GRADABLE: Mapping[str, object] = {"match": "matched", "serial": "not_known"}
_MOST_STATES = 5_000
_UNDECIDED = frozenset({"facts_unreadable", "rule_failed", "no_rule", "no_value", "not_allowed"})
_Way = tuple[Answers, Question | None]


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend: the place in the rubric, and what is wrong with it."""

    place: str
    text: str


def check(rubric: Rubric) -> list[Problem]:
    """Return all problems of a rubric; a rubric with any must not be used.

    Every way through the questions is walked, ways that differ only in answers no condition asks for taken as
    one.
    """
    problems = [
        *_doubles(rubric),
        *_conditions(rubric),
        *_denials(rubric),
        *_order(rubric),
        *(Problem(place, text) for place, text in spared(rubric)),
        *_points(rubric),
        *_texts(rubric),
    ]
    for question in rubric.questions:
        problems += _options(rubric, question)
    if problems:
        return problems
    ways = list(islice(_walk(rubric), _MOST_STATES + 1))
    if len(ways) > _MOST_STATES:
        text = f"there are more than {_MOST_STATES} ways through the answers; let fewer questions depend on others"
        return [Problem("questions", text)]
    return [*_dead(rubric, ways), *_contradictions(rubric, ways), *_endings(rubric, ways)]


def unmapped(rubric: Rubric, table: RouteTable) -> list[Problem]:
    """Return each outcome of a sound rubric that no rule of the table decides, with one answer that leads to it.

    Every letter, function and stop that a way ends in is tried, complete and with a part missing, at a price in
    each currency the table knows. A rule that says hold decides; a hold for want of a rule does not.
    """
    listed = table.figures.weekly_permille
    if listed and rubric.category not in listed:
        return [
            Problem("category", f"the route table {table.name} does not say what {rubric.category} loses each week")
        ]
    problems: dict[object, Problem] = {}
    for answers in endings(rubric):
        for missing in ((), ("a part",)):
            graded = grade(rubric, answers, {**_GRADABLE, "missing": missing})
            for currency in table.figures.handling_minor or ("",):
                why = _undecided(rubric, table, graded, currency)
                outcome = (graded.letter, graded.functional, graded.stops, bool(graded.missing), why)
                if why and outcome not in problems:
                    problems[outcome] = Problem(_decisive(graded, answers), f"{_outcome(graded)}: {why}")
    return list(problems.values())


def endings(rubric: Rubric) -> Iterator[Answers]:
    """Yield the answers of each way to the end of a sound rubric, of ways with the same future one."""
    yield from (answers for answers, question in islice(_walk(rubric), _MOST_STATES) if question is None)


def untranslated(rubric: Rubric, known: Callable[[str], bool]) -> list[Problem]:
    """Return each sentence of a rubric that is not `known` to a catalogue, once for each place it stands at."""
    return [
        Problem(place, f"not translated: {sentence}")
        for place, sentences in sentences_of(rubric)
        for sentence in dict.fromkeys(sentences)
        if not known(sentence)
    ]


def _texts(rubric: Rubric) -> Iterator[Problem]:
    """Sentences that cannot be shown."""
    params: dict[str, Mapping[str, str]] = {}
    for question in rubric.questions:
        params[f"questions.{question.id}"] = question.params
        params |= {f"questions.{question.id}.{option.id}": option.params for option in question.options}
    for place, sentences in sentences_of(rubric):
        faults = (text_fault(sentence, params.get(place, {})) for sentence in sentences)
        yield from (Problem(place, fault) for fault in faults if fault)
    filled = {sentence: params.get(place, {}) for place, sentences in sentences_of(rubric) for sentence in sentences}
    yield from (Problem("words", fault) for fault in words_faults(rubric.words, filled))


def _points(rubric: Rubric) -> Iterator[Problem]:
    """The sub-scores must add up, and a worse answer may never take less off than a better one."""
    points = rubric.scores
    if points is None:
        return
    weights = points.weights
    if weights.function + weights.cosmetic + weights.completeness != 100:
        yield Problem("scores", "the weights must be 100 together")
    for question in rubric.questions:
        going_on = [option for option in question.options if not option.stop]
        for better, worse in pairwise(going_on):
            if any(less > more for less, more in zip(lost(points, better), lost(points, worse), strict=True)):
                yield Problem(f"questions.{question.id}.{worse.id}", "it takes fewer points off than a better answer")


def _doubles(rubric: Rubric) -> Iterator[Problem]:
    for kind, ids in (
        ("questions", [q.id for q in rubric.questions]),
        ("shots", [s.id for s in rubric.shots]),
        ("prep", [p.id for p in rubric.prep]),
    ):
        yield from (Problem(f"{kind}.{name}", "the id is there twice") for name, n in Counter(ids).items() if n > 1)
    for question in rubric.questions:
        place = f"questions.{question.id}"
        if question.id.startswith(PART_PREFIX):
            yield Problem(place, "only the questions made for a kit's parts have such an id")
        options = Counter(option.id for option in question.options)
        yield from (Problem(f"{place}.{name}", "the id is there twice") for name, n in options.items() if n > 1)
        texts = Counter(option.text for option in question.options)
        twice = (option for option in question.options if texts[option.text] > 1)
        yield from (Problem(f"{place}.{option.id}", "another answer has the same text") for option in twice)
        keys = [option.key for option in question.options]
        if keys != list(range(1, len(keys) + 1)):
            yield Problem(place, "the keys must count from 1 in the order of the options")


def _conditions(rubric: Rubric) -> Iterator[Problem]:
    """What `when` and `beside` name must exist."""
    shots = {shot.id for shot in rubric.shots}
    for each in rubric.questions:
        unknown_shots = sorted(set(each.beside) - shots)
        if unknown_shots:
            yield Problem(f"questions.{each.id}", f"beside: there is no shot {', '.join(unknown_shots)}")
    known = {question.id: {option.id for option in question.options} for question in rubric.questions}
    if rubric.shots[0].when:
        yield Problem(f"shots.{rubric.shots[0].id}", "the first shot must always be taken")
    for place, condition in _branches(rubric):
        if not condition:
            yield Problem(place, "when: a condition names no question")
        for question, options in condition.items():
            unknown = sorted(set(options) - known.get(question, set()))
            if unknown or not options:
                yield Problem(place, f"when: {question} has no option {', '.join(unknown) or '(none named)'}")


def _denials(rubric: Rubric) -> Iterator[Problem]:
    """What `rules_out` names must exist; a client's override may have taken the other question away."""
    known = {question.id: {option.id for option in question.options} for question in rubric.questions}
    for question, option in rubric.pairs.values():
        for other, denied in option.rules_out.items():
            unknown = sorted(set(denied) - known.get(other, set())) if other in known or not rubric.over else []
            if unknown or not denied:
                text = f"rules_out: {other} has no option {', '.join(unknown) or '(none named)'}"
                yield Problem(f"questions.{question.id}.{option.id}", text)


def _order(rubric: Rubric) -> Iterator[Problem]:
    """Stop questions and the packaging come first, and sealed goods skip the inspection: nothing may undo that."""
    packaging = [question for question in rubric.questions if question.kind == "packaging"]
    if not packaging and not rubric.loose:
        text = "none is of the kind packaging, which comes first; goods without any packaging say loose = true"
        yield Problem("questions", text)
    elif packaging and not any(option.sealed for question in packaging for option in question.options):
        yield Problem(f"questions.{packaging[0].id}", "no answer of the packaging says that the goods are sealed")
    late = {question.id for question in rubric.questions if question.kind == "inspection"}
    for question in rubric.questions:
        is_first = question in rubric.order[0][:1] and question.kind == "stop" and not question.when
        if question.at_once and not is_first:
            text = "only the first stop question, which waits for no other, is asked at once"
            yield Problem(f"questions.{question.id}", text)
        waits = late & {name for condition in question.when for name in condition}
        if waits and question.kind != "inspection":
            text = f"a {question.kind} question comes first and cannot wait for {', '.join(sorted(waits))}"
            yield Problem(f"questions.{question.id}", text)


def _branches(rubric: Rubric) -> Iterator[tuple[str, Condition]]:
    """Every condition of the rubric, with the place of what depends on it."""
    for kind, each in (("questions", rubric.questions), ("shots", rubric.shots), ("prep", rubric.prep)):
        for one in each:
            yield from ((f"{kind}.{one.id}", condition) for condition in one.when)


def _options(rubric: Rubric, question: Question) -> Iterator[Problem]:
    place = f"questions.{question.id}"
    for option in question.options:
        if not option.has_outcome:
            yield Problem(f"{place}.{option.id}", "the answer has no outcome")
        if option.sealed and question.kind != "packaging":
            yield Problem(f"{place}.{option.id}", "only a packaging question can say that goods are sealed")
        if option.missing and option.sealed:
            yield Problem(f"{place}.{option.id}", "goods that were never opened cannot lack anything")
        elif option.missing and not option.stop and best_letter(rubric, option) == "A":
            yield Problem(f"{place}.{option.id}", "something missing allows no letter better than B")
        if option.stop and option.cap not in (None, "D"):
            yield Problem(f"{place}.{option.id}", "a stop answer has the letter D or none")
        worst = SEVERITIES[option.defect.severity - 1] if option.defect else "A"
        if option.defect and not option.stop and best_letter(rubric, option) < worst:
            text = f"a defect of severity {option.defect.severity} allows no letter better than {worst}"
            yield Problem(f"{place}.{option.id}", text)
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


def _dead(rubric: Rubric, ways: list[_Way]) -> Iterator[Problem]:
    """Questions that no way asks, and conditions that no way fulfils."""
    asked = {question.id: question for _, question in ways if question is not None}
    for dead in (question.id for question in rubric.questions if question.id not in asked):
        yield Problem(f"questions.{dead}", "no way through the answers leads here")
    for place, condition in _branches(rubric):
        # After a stop nothing is prepared and nothing more is asked; a photo may still be due.
        stopped = place.startswith("shots.")
        if len(condition) == 1:
            ((name, options),) = condition.items()
            question = asked.get(name)
            choices = [question.option(each) for each in options] if question else []
            reached = any(option and (stopped or not option.stop) for option in choices)
        else:
            reached = any(
                holds((condition,), dict(answers)) and (stopped or not _stopped(rubric, answers)) for answers, _ in ways
            )
        if not reached:
            said = " and ".join(f"{name} = {' or '.join(options)}" for name, options in condition.items())
            yield Problem(place, f"no way through the answers gives {said}")


def _contradictions(rubric: Rubric, ways: list[_Way]) -> Iterator[Problem]:
    """Questions that offer what an answer before them denies: one that it rules out, or which rules it out; and that
    something works where nothing does.

    Of the last only what may be dead itself is meant: a hinge holds, and a battery charges, in goods that do not start.
    """
    found: dict[tuple[str, ...], Problem] = {}
    for answers, question in ways:
        if question is None:
            continue
        for before, given in chosen(rubric, answers, ()):
            place, said = f"questions.{question.id}", f"{before.id} = {given.id}"
            if _is_dead(given) and _tries_power(question):
                text = f"it may say that it works after {said} said that nothing does"
                found[before.id, question.id] = Problem(place, text)
            for option in question.options:
                denied = option.id in given.rules_out.get(question.id, ())
                if denied or given.id in option.rules_out.get(before.id, ()):
                    text = f"it is offered after {said}, and nobody can give both"
                    found[before.id, given.id, question.id, option.id] = Problem(f"{place}.{option.id}", text)
    yield from found.values()


def _tries_power(question: Question) -> bool:
    """Tell whether a part can be found to work or to be dead; whether a battery charges is not meant."""
    found = [option.defect for option in question.options if option.defect]
    may_work = any(option.functional == "works" for option in question.options)
    return may_work and any(defect.kind in ("dead", "partly") and defect.zone != "battery" for defect in found)


def _is_dead(option: Option) -> bool:
    defect = option.defect
    return defect is not None and (defect.zone, defect.kind, defect.severity) == ("all", "dead", 4)


def _endings(rubric: Rubric, ways: list[_Way]) -> Iterator[Problem]:
    """Ways that end too soon to say anything, and letters no way ends in."""
    letters: set[str] = set()
    for answers in (answers for answers, question in ways if question is None):
        result = grade(rubric, answers, _GRADABLE)
        letters.add(result.letter)
        silent = [reason for reason in result.reasons if reason.code in ("no_look", "untested")]
        place = ".".join(("questions", *answers[-1])) if answers else "questions"
        yield from (Problem(place, f"a way ends here: {reason.text}") for reason in silent)
    for letter in ("A", "B", "C", "D"):
        if letter not in letters:
            yield Problem("grades", f"no way through the answers ends in {letter}")


def _undecided(rubric: Rubric, table: RouteTable, graded: Grade, currency: str) -> str:
    """Why no rule decides about this grade; empty when one does."""
    plain = {"client": "", "kind": "return", "weight_in_band": True, "price_minor": 10_000, "currency": currency}
    decided = route(table, graded, {**_GRADABLE, **plain, "category": rubric.category})
    failed = [why.text.format(**why.params) for why in decided.reasons if why.code in _UNDECIDED]
    return f"{failed[0]} ({decided.rule})" if failed else ""


def _decisive(graded: Grade, answers: Answers) -> str:
    """The place of the answer that decided; of the last one where a missing part did."""
    known = graded.reasons[0].params
    if "answer" in known:
        return f"questions.{known['question']}.{known['answer']}"
    return ".".join(("questions", *answers[-1]))


def _outcome(graded: Grade) -> str:
    letter = f"letter {graded.letter}" if graded.letter else "no letter"
    stops = f", stopped by {', '.join(graded.stops)}" if graded.stops else ""
    return f"{letter}, {graded.functional}{stops}{', a part missing' if graded.missing else ''}"


def _stopped(rubric: Rubric, answers: Answers) -> bool:
    return any(option.stop for _, option in chosen(rubric, answers, ()))


def _walk(rubric: Rubric) -> Iterator[_Way]:
    """Every state of the questioning, with one way to it; states of the same future and outcome are one."""
    joint = [condition for _, condition in _branches(rubric) if len(condition) > 1]
    joint += [condition for question in rubric.questions for condition in question.when]
    asked_for = {name for condition in joint for name in condition}
    for each, option in rubric.pairs.values():
        asked_for |= {each.id, *option.rules_out} if option.rules_out else set()
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
        frozenset(option.functional for option in options),
        any(option.cosmetic for option in options),
        any(option.sealed for option in options),
        any(option.missing for option in options),
        any(_is_dead(option) for option in options),
        frozenset((option.stop, option.cap) for option in options if option.stop),
    )

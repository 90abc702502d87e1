"""The questions and photos of one category, as schema-checked data, and which of them comes next."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Annotated, Literal, TypeVar

import msgspec

from grading import toml_text
from grading.defects import Defect
from grading.toml_text import TomlError, Version, Words

Letter = Literal["A", "B", "C", "D"]
Functional = Literal["sealed", "works", "partly", "untested", "faulty"]
Kind = Literal["stop", "packaging", "inspection"]
Answers = tuple[tuple[str, str], ...]
Condition = dict[str, tuple[str, ...]]

PART_PREFIX = "part:"
PART_TEXTS: Mapping[str, str] = {
    "question": "Is this part there: {part}?",
    "hint": "Look in every bag and under the inlay before you say it is missing.",
    "yes": "Yes",
    "missing": "Missing",
    "yes.word": "Part is there: {part}",
    "missing.word": "Part is missing: {part}",
}
"""English message ids of the questions that are made for a kit's parts."""

MOST_BYTES = 256 * 1024
"""No file of questions is longer: what a hostile one could cost is bounded before it is read."""

_File = TypeVar("_File")
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=160)]


class RubricError(ValueError):
    """A rubric that cannot be used; the message names the place in the file and what to mend."""


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer: `key` is the digit that gives it, `text` is on its button, `word` says what it tells of the
    goods.

    Its outcome is any of: the best letter its look allows (`cosmetic`), what it says of function
    (`functional`), a critical defect (`cap`: no letter better than this), an end to all questions (`stop`, a
    code that routes know), or that the goods were never opened (`sealed`). `missing` says that something of the
    goods is not there: the grade then names the question among its missing parts, for routes, contracts and codes.
    `defect` says the same of the goods in the words all categories share; it decides nothing. `rules_out` names
    answers, by question, that nobody can give who gave this one: no way through the questions may offer both.
    `params` fill `{name}` in the texts. `picture` is a file of `resources/references/` that shows what is meant.
    """

    id: Name
    key: Annotated[int, msgspec.Meta(ge=1, le=9)]
    text: _Text
    word: _Text
    cosmetic: Letter | None = None
    functional: Functional | None = None
    cap: Letter | None = None
    stop: Name | None = None
    sealed: bool = False
    missing: bool = False
    defect: Defect | None = None
    rules_out: Condition = {}
    params: dict[str, str] = {}
    picture: Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9_.-]{0,79}\.png)?$")] = ""

    @property
    def has_outcome(self) -> bool:
        """Whether the answer says anything a grade can be made of."""
        return bool(self.cosmetic or self.functional or self.cap or self.stop or self.sealed)


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One measurable test. Options go from the best answer to the worst.

    `when` lists conditions, each `{question: [options]}`: the question is asked when all of one condition
    holds; without any it is always asked. `at_once`: before a serial number is looked for and before any photo, since
    nobody may handle the item any more after one of its answers. `without_parts`: only of goods whose parts nobody has
    listed; where they are listed, each is asked about by itself. `beside` are the shots of which a picture of a good
    unit of the article is shown with the question: of the first that has one at the bench.
    """

    id: str
    kind: Kind
    text: _Text
    hint: _Text
    options: Annotated[tuple[Option, ...], msgspec.Meta(min_length=2, max_length=9)]
    when: tuple[Condition, ...] = ()
    params: dict[str, str] = {}
    at_once: bool = False
    without_parts: bool = False
    beside: tuple[Name, ...] = ()

    def option(self, option_id: str) -> Option | None:
        """Return the option with this id, or None."""
        for option in self.options:  # half the time of a generator, and a replay asks a million times
            if option.id == option_id:
                return option
        return None


Pair = tuple[Question, Option]
Chosen = tuple[Pair, ...]


class Shot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One photo to take; with `when`, as in Question, only after the answers that demand it."""

    id: Name
    text: _Text
    hint: _Text
    when: tuple[Condition, ...] = ()


class Prep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to do to the goods before they go on, and the seconds it may take; `when` as in Question.

    `always`: for safety, so it is done whichever way they go, also to what is held; but never after a stop.
    """

    id: Name
    text: _Text
    hint: _Text
    seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)]
    when: tuple[Condition, ...] = ()
    always: bool = False


class Floors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The best letter that each finding allows in this category."""

    sealed: Letter
    works: Letter
    partly: Letter
    untested: Letter
    faulty: Letter
    missing_part: Letter


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each sub-score weighs in the total, in percent; together 100."""

    function: _Percent
    cosmetic: _Percent
    completeness: _Percent


class Scores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The points of 100 that a finding takes off its sub-score, by function or by the letter it allows; else none."""

    weights: Weights
    function: dict[Functional, _Percent]
    cosmetic: dict[Letter, _Percent]
    completeness: dict[Letter, _Percent]


class Rubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All that is asked, photographed and done in one category; `name` is the frozen version on every grade.

    `kind_of` is the wider category that people are offered when they name one by hand: only a product's
    record leads to this one. `over` is the client's override that was applied, as in `northwind@1`; no file has it.
    `loose` goods have no packaging of their own, so no question has to ask for it. `words` are those of its sentences
    that the program's catalogues do not have, in other languages.
    """

    id: Name
    category: Name
    version: Version
    grades: Floors
    shots: Annotated[tuple[Shot, ...], msgspec.Meta(min_length=1, max_length=12)]
    questions: Annotated[tuple[Question, ...], msgspec.Meta(min_length=1, max_length=40)]
    prep: Annotated[tuple[Prep, ...], msgspec.Meta(max_length=12)] = ()
    kind_of: Name | None = None
    scores: Scores | None = None
    over: str = ""
    loose: bool = False
    words: Words = {}

    @cached_property
    def name(self) -> str:
        """The rubric and its version, as in `electronics@1`, or `apparel@2+northwind@1` with a client's override."""
        return f"{self.id}@{self.version}" + (f"+{self.over}" if self.over else "")

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], Pair]:
        """Each question with each of its options, by their ids; of two questions with one id the later."""
        questions = {question.id: question for question in self.questions}.values()
        return {(each.id, option.id): (each, option) for each in questions for option in reversed(each.options)}

    @cached_property
    def order(self) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
        """The questions in the order of asking: those that come before a kit's parts, and those after them."""
        stop, packaging, inspection = (
            [each for each in self.questions if each.kind == kind] for kind in ("stop", "packaging", "inspection")
        )
        return (*stop, *packaging), tuple(inspection)


# The same thirty files are read again beside each one that central delivers, or a site means to publish.
@lru_cache(maxsize=48)
def parse(toml_bytes: bytes) -> Rubric:
    """Read a rubric from TOML; raises RubricError. Whether it makes sense, `grading.soundness.check` says."""
    rubric = decoded(toml_bytes, Rubric)
    if rubric.over:
        raise RubricError("over: only a client's override sets it; remove it")
    return rubric


def decoded(toml_bytes: bytes, kind: type[_File]) -> _File:
    """Read a file of this room from TOML; raises RubricError naming the place."""
    if len(toml_bytes) > MOST_BYTES:
        raise RubricError(f"it has more than {MOST_BYTES} bytes; ask fewer questions")
    try:
        return toml_text.decoded(toml_bytes, kind)
    except TomlError as error:
        raise RubricError(str(error)) from error


def sentences_of(rubric: Rubric) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the sentences of a rubric, with the place of each."""
    for question in rubric.questions:
        yield f"questions.{question.id}", (question.text, question.hint)
        for option in question.options:
            yield f"questions.{question.id}.{option.id}", (option.text, option.word)
    yield from ((f"shots.{shot.id}", (shot.text, shot.hint)) for shot in rubric.shots)
    yield from ((f"prep.{step.id}", (step.text, step.hint)) for step in rubric.prep)


def next_question(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> Question | None:
    """Return what to ask now, or None when enough is known.

    Stop questions come first, then the packaging, then a kit's `parts`, then the inspection; a stop answer
    ends it, sealed goods skip parts and inspection. An answer the rubric does not know counts as none; of two
    answers to one question the later holds.
    """
    given = chosen(rubric, answers, parts)
    if any(option.stop for _, option in given):
        return None
    return open_question(rubric, options_of(given), parts, any(option.sealed for _, option in given))


def options_of(given: Chosen) -> dict[str, str]:
    """Return the option by question."""
    return {question.id: option.id for question, option in given}


def open_question(
    rubric: Rubric, options: Mapping[str, str], parts: tuple[str, ...], is_sealed: bool
) -> Question | None:
    """Return what `next_question` does where nothing was stopped; of the options the rubric knows each."""
    before, after = rubric.order
    for question in before:
        if question.id not in options and holds(question.when, options):
            return question
    if is_sealed:
        return None
    for part in parts:
        if PART_PREFIX + part not in options:
            return part_question(rubric, part)
    for question in after:
        if question.id not in options and not (parts and question.without_parts) and holds(question.when, options):
            return question
    return None


def shots_needed(rubric: Rubric, answers: Answers) -> tuple[Shot, ...]:
    """Return the photos these answers demand, in order; with no answers, those taken before asking."""
    options = dict(answers)
    return tuple(shot for shot in rubric.shots if holds(shot.when, options))


def prep_needed(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> tuple[Prep, ...]:
    """Return what these answers demand to be done, in order; nothing after a stop, when nobody may touch it."""
    given = chosen(rubric, answers, parts)
    if any(option.stop for _, option in given):
        return ()
    return prep_due(rubric, options_of(given))


def prep_due(rubric: Rubric, options: Mapping[str, str]) -> tuple[Prep, ...]:
    """Return what `prep_needed` does where nothing was stopped; of the options the rubric knows each."""
    return tuple([prep for prep in rubric.prep if holds(prep.when, options)])


def defects(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> tuple[tuple[str, Defect], ...]:
    """Return the defects these answers tell of, each with its question, the worst first."""
    found = [(question.id, option.defect) for question, option in chosen(rubric, answers, parts) if option.defect]
    return tuple(sorted(found, key=lambda each: -each[1].severity))


def chosen(rubric: Rubric, answers: Answers, parts: tuple[str, ...]) -> Chosen:
    """Return each known question with the option that was chosen, in the order of the answers."""
    pairs = rubric.pairs
    given = []
    for answer in dict(answers).items():
        pair = pairs.get(answer) or _of_part(rubric, *answer, parts)
        if pair is not None:
            given.append(pair)
    return tuple(given)


def holds(when: tuple[Condition, ...], options: Mapping[str, str]) -> bool:
    """Tell whether one of the conditions holds for the options by question; none at all always holds."""
    if not when:
        return True
    for condition in when:  # half the time of generators, and a replay asks a million times
        for question, wanted in condition.items():
            if options.get(question) not in wanted:
                break
        else:
            return True
    return False


def part_question(rubric: Rubric, part: str) -> Question:
    """Return the question whether a kit's part is there."""
    params = {"part": part}
    missing: Letter = rubric.grades.missing_part
    return Question(
        id=PART_PREFIX + part,
        kind="inspection",
        text=PART_TEXTS["question"],
        hint=PART_TEXTS["hint"],
        params=params,
        options=(
            Option("yes", 1, PART_TEXTS["yes"], PART_TEXTS["yes.word"], cosmetic="A", params=params),
            Option(
                "missing",
                2,
                PART_TEXTS["missing"],
                PART_TEXTS["missing.word"],
                cap=missing,
                missing=True,
                params=params,
            ),
        ),
    )


def _of_part(rubric: Rubric, question_id: str, option_id: str, parts: tuple[str, ...]) -> Pair | None:
    """The answer to a question about a kit's part; the rubric's own question of that id comes before it."""
    part = question_id.removeprefix(PART_PREFIX)
    if part == question_id or part not in parts or any(each.id == question_id for each in rubric.questions):
        return None
    question = part_question(rubric, part)
    option = question.option(option_id)
    return None if option is None else (question, option)

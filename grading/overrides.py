"""A client's own rules over one version of a rubric: says what it changes, and can never make it softer about safety.

Looks are the client's: what stops an item, tells whether it works or what is missing, says what is sealed or allows no
better letter whatever the looks are, can only be made stricter.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar, get_args

import msgspec

from grading.rubric import (
    Functional,
    Letter,
    Name,
    Option,
    Prep,
    Question,
    Rubric,
    RubricError,
    Shot,
    decoded,
    sentences_of,
)
from grading.toml_text import Version, Words, joined

_Part = TypeVar("_Part", Question, Shot, Prep)
Finding = Literal["sealed", "works", "partly", "untested", "faulty", "missing_part"]
# What a client sells as new is a matter of looks; what nobody knows to work and to be whole is not.
_NEVER_BETTER: tuple[Finding, ...] = ("partly", "untested", "faulty", "missing_part")
_FUNCTIONS: tuple[Functional, ...] = get_args(Functional)


class OptionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another outcome for one answer; what is left out stays as it was. `stop` can be set, and never unset."""

    question: str
    option: str
    cosmetic: Letter | None = None
    functional: Functional | None = None
    cap: Letter | None = None
    stop: Name | None = None
    picture: str | None = None


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole questions, photos and prep steps."""

    questions: tuple[Question, ...] = ()
    shots: tuple[Shot, ...] = ()
    prep: tuple[Prep, ...] = ()


class Ids(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ids of questions, photos and prep steps."""

    questions: tuple[str, ...] = ()
    shots: tuple[str, ...] = ()
    prep: tuple[str, ...] = ()


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one client changes in one version of one rubric, `overrides`, as in `apparel@2`.

    `grades` are floors, `options` other outcomes of single answers. `add`, `replace` and `remove` are by id;
    what is added comes after what was there. `words` say the client's own sentences in other languages.
    """

    id: Name
    version: Version
    client: Annotated[str, msgspec.Meta(pattern=r"^\S(.*\S)?\Z", max_length=80)]
    overrides: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}@[1-9][0-9]{0,8}$")]
    grades: dict[Finding, Letter] = {}
    options: tuple[OptionChange, ...] = ()
    add: Parts = Parts()
    replace: Parts = Parts()
    remove: Ids = Ids()
    words: Words = {}

    @property
    def name(self) -> str:
        """The override and its version, as in `northwind@1`."""
        return f"{self.id}@{self.version}"


def parse(toml_bytes: bytes) -> Override:
    """Read an override from TOML; raises RubricError."""
    return decoded(toml_bytes, Override)


def is_override(toml_bytes: bytes) -> bool:
    """Tell whether a file says that it overrides another; one that cannot be read does not."""
    try:
        return "overrides" in decoded(toml_bytes, dict[str, object])
    except RubricError:
        return False


def apply(rubric: Rubric, override: Override) -> Rubric:
    """Return the rubric as the client wants it; its name tells both versions, as in `apparel@2+northwind@1`.

    Raises RubricError where the override is for another version, names what is not there, changes nothing or
    would be softer than the rubric about what stops, what works, what is sealed or what is missing. Whether the
    result makes sense, `grading.soundness.check` says.
    """
    if override.overrides != rubric.name:
        raise RubricError(f"overrides: it is for {override.overrides}, not for {rubric.name}; look through it again")
    for fault in (*_unfit(rubric, override), *_softer(rubric, override)):
        raise RubricError(fault)
    changed = msgspec.structs.replace(
        rubric,
        over=override.name,
        grades=msgspec.structs.replace(rubric.grades, **override.grades),
        questions=tuple(
            _changed(question, override)
            for question in _merged(
                rubric.questions, override.add.questions, override.replace.questions, override.remove.questions
            )
        ),
        shots=_merged(rubric.shots, override.add.shots, override.replace.shots, override.remove.shots),
        prep=_merged(rubric.prep, override.add.prep, override.replace.prep, override.remove.prep),
    )
    changed = msgspec.structs.replace(changed, words=_worded(rubric, changed, override))
    try:
        return msgspec.convert(msgspec.to_builtins(changed), Rubric)
    except msgspec.ValidationError as error:
        raise RubricError(f"with {override.name} applied: {error}; change less") from error


def _worded(rubric: Rubric, changed: Rubric, override: Override) -> Words:
    """The words of both; without those of sentences that the client took away."""
    there = {sentence for _, sentences in sentences_of(changed) for sentence in sentences}
    kept = {
        language: {sentence: translated for sentence, translated in said.items() if sentence in there}
        for language, said in rubric.words.items()
    }
    return joined(kept, override.words)


def described(rubric: Rubric, override: Override) -> list[str]:
    """Return what the override changes in its rubric, one sentence each."""
    told = [
        f"{finding.replace('_', ' ')}: the best letter is {letter}, not {getattr(rubric.grades, finding)}"
        for finding, letter in override.grades.items()
    ]
    told += [sentence for change in override.options for sentence in _told(rubric, change)]
    for verb, parts in (("added", override.add), ("replaced", override.replace)):
        told += [f"question {each.id} is {verb}: {each.text}" for each in parts.questions]
        told += [f"photo {each.id} is {verb}: {each.text}" for each in parts.shots]
        told += [f"prep step {each.id} is {verb}: {each.text}" for each in parts.prep]
    told += [f"question {name} is not asked" for name in override.remove.questions]
    told += [f"photo {name} is not taken" for name in override.remove.shots]
    told += [f"prep step {name} is left out" for name in override.remove.prep]
    told += [f"{len(said)} of its sentences are said in {language}" for language, said in override.words.items()]
    return told


def _told(rubric: Rubric, change: OptionChange) -> Iterator[str]:
    old = _option(rubric, change)
    for field in ("cosmetic", "functional", "cap", "stop", "picture"):
        new = getattr(change, field)
        if new is not None:
            was = (getattr(old, field) if old else None) or "none"
            yield f"question {change.question}, answer {change.option}: {field} is {new}, not {was}"


def _option(rubric: Rubric, change: OptionChange) -> Option | None:
    question = next((each for each in rubric.questions if each.id == change.question), None)
    return question.option(change.option) if question else None


def _unfit(rubric: Rubric, override: Override) -> Iterator[str]:
    """What the override names that is not there, or that is there already."""
    if not described(rubric, override):
        yield f"{override.name} changes nothing; remove it"
    for kind in ("questions", "shots", "prep"):
        there = {each.id for each in getattr(rubric, kind)}
        added = [each.id for each in getattr(override.add, kind)]
        named = [*getattr(override.remove, kind), *(each.id for each in getattr(override.replace, kind))]
        yield from (f"add.{kind}: {name} is there already; replace it" for name in added if name in there)
        yield from (f"{kind}: {rubric.name} has no {name} to remove or replace" for name in named if name not in there)
        yield from (f"{kind}: {name} is named twice" for name in {*named} if named.count(name) > 1)
    for change in override.options:
        if _option(rubric, change) is None:
            yield f"options: {rubric.name} has no answer {change.option} to question {change.question}"


def _softer(rubric: Rubric, override: Override) -> Iterator[str]:
    """Where a client would be told less than the rubric finds out: of stops, of function, of what is missing."""
    for finding in _NEVER_BETTER:
        was: Letter = getattr(rubric.grades, finding)
        if override.grades.get(finding, was) < was:
            words = finding.replace("_", " ")
            yield f"grades: {words} allows {was} at best: a client can make it worse, and never better"
    guarded = _guarded(rubric)
    for name in (*override.remove.questions, *(each.id for each in override.replace.questions)):
        if name in guarded:
            yield f"question {name} {guarded[name]}: a client can neither remove nor replace it"
    loose = _guarded(rubric, capped=False)
    for change in override.options:
        old = _option(rubric, change)
        if old is not None and old.stop:
            yield f"options: {change.option} of question {change.question} stops the item: a client cannot change it"
        elif old is not None and change.question in guarded:
            yield from _better(change, old, guarded[change.question], looks=change.question not in loose)
    for question in (*override.add.questions, *override.replace.questions):
        if any(option.sealed for option in question.options):
            yield f"question {question.id}: a client cannot call more goods sealed; that skips the inspection"


def _guarded(rubric: Rubric, capped: bool = True) -> dict[str, str]:
    """The questions that every client's goods are asked as the rubric has them, each with what it does.

    Without `capped`, those are left out that cap the letter alone, or tell what is missing.
    """
    stopping = {each.id for each in rubric.questions if any(option.stop for option in each.options)}
    telling = {each.id for each in rubric.questions if any(option.functional for option in each.options)}
    sealing = {each.id for each in rubric.questions if any(option.sealed for option in each.options)}
    why: dict[str, str] = {}
    if capped:
        capping = {each.id for each in rubric.questions if any(_caps(option) for option in each.options)}
        lacking = {each.id for each in rubric.questions if any(option.missing for option in each.options)}
        why |= dict.fromkeys(_leading(rubric, capping), "leads to a question that caps the letter")
        why |= dict.fromkeys(_leading(rubric, lacking), "leads to a question that tells what is missing")
        why |= dict.fromkeys(capping, "caps the letter")
        why |= dict.fromkeys(lacking, "tells what is missing")
    why |= dict.fromkeys(sealing, "says what is sealed")
    why |= dict.fromkeys(_leading(rubric, telling), "leads to a question that tells whether it works")
    why |= dict.fromkeys(telling, "tells whether it works")
    why |= dict.fromkeys(_leading(rubric, stopping), "leads to a stop question")
    return why | dict.fromkeys(stopping, "can stop an item")


def _caps(option: Option) -> bool:
    return option.cap is not None and option.cap != "A"


def _leading(rubric: Rubric, wanted: set[str]) -> set[str]:
    """The questions on whose answers it depends whether one of the wanted is asked, at once or by others between."""
    waits = {each.id: {name for when in each.when for name in when} for each in rubric.questions}
    found: set[str] = set()
    new = wanted
    while new := {name for each in new for name in waits.get(each, ())} - found:
        found |= new
    return found


def _better(change: OptionChange, old: Option, why: str, looks: bool) -> Iterator[str]:
    """What one answer would say that is better than what it said; `looks` are free where that is all it would be."""
    place = f"options: {change.option} of question {change.question}"
    for field in ("cap",) if looks else ("cosmetic", "cap"):
        was, new = getattr(old, field), getattr(change, field)
        if was and new and new < was:
            yield f"{place}: {field} {new} is better than {was}, and the question {why}: a client can only be stricter"
    new = change.functional
    if new and (old.functional is None or _FUNCTIONS.index(new) < _FUNCTIONS.index(old.functional)):
        was = old.functional or "none"
        yield f"{place}: function {new} is better than {was}, and the question {why}: a client can only be stricter"


def _changed(question: Question, override: Override) -> Question:
    changes = {change.option: change for change in override.options if change.question == question.id}
    if not changes:
        return question
    options = []
    for option in question.options:
        new = msgspec.structs.asdict(changes[option.id]) if option.id in changes else {}
        fields = {
            name: value for name, value in new.items() if value is not None and name not in ("question", "option")
        }
        options.append(msgspec.structs.replace(option, **fields))
    return msgspec.structs.replace(question, options=tuple(options))


def _merged(
    there: tuple[_Part, ...], added: tuple[_Part, ...], replaced: tuple[_Part, ...], removed: tuple[str, ...]
) -> tuple[_Part, ...]:
    instead: dict[str, _Part] = {each.id: each for each in replaced}
    kept: list[_Part] = [instead.get(each.id, each) for each in there if each.id not in removed]
    return tuple(kept) + added

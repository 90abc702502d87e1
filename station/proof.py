"""Proves rule files: the same for the command line, for who publishes and for the bench that a file is delivered to."""

from collections.abc import Iterator
from typing import get_args

from grading import soundness, table_soundness
from grading.grade import Grade
from grading.overrides import Override
from grading.route import RouteTable, tries
from grading.rubric import Rubric
from grading.soundness import Problem
from grading.toml_text import Words
from resources.words import SOURCE_LANGUAGE, known, languages
from station.receiving.parcel import FOUND
from station.records import OrderKind
from station.references import picture_of
from station.rules import Rules

_NAMED = 12
DEFAULT = "default"
"""The `id` of the routes of all clients that have none of their own."""


def of_rubric(rules: Rules, made: Rubric) -> list[Problem]:
    """Return what is unsound in a rubric, or what the routes of all leave undecided of it."""
    return soundness.check(made) or soundness.unmapped(made, rules.routes[""])


def of_table(rules: Rules, client: str, table: RouteTable) -> list[Problem]:
    """Return what is to be mended in a route table for the rubrics in use; `client` is in small letters, "" for all."""
    own = {category: each for (name, category), each in rules.clients.items() if name == client}
    rubrics = {**rules.rubrics, **own}
    asked = (*rules.rubrics.values(), *rules.clients.values()) if not client else rubrics.values()
    problems = [problem for each in asked for problem in soundness.unmapped(each, table)]
    return problems + table_soundness.check(table, {category: each.grades for category, each in rubrics.items()})


def unknown(rules: Rules, written: Rubric | RouteTable) -> list[Problem]:
    """Return the names in what somebody writes that nothing has: stops without words or that nothing gives,
    pictures, kinds of orders, another client, languages.

    For the writer alone: a bench of another version may have what we have not, and goes on without the words or the
    picture.
    """
    spoken = [Problem("words", text) for text in _needless(written.words)]
    if isinstance(written, Rubric):
        answers = [(f"questions.{question.id}.{option.id}", option) for question, option in written.pairs.values()]
        unworded = [
            Problem(place, f"stop: {option.stop} has no words; one of {', '.join(sorted(rules.interlocks))}")
            for place, option in answers
            if option.stop and option.stop not in rules.interlocks
        ]
        return (
            spoken
            + unworded
            + [
                Problem(
                    place, f"picture: there is no {option.picture} among the program's; leave it out, or name another"
                )
                for place, option in answers
                if option.picture and picture_of(option) is None
            ]
        )
    rubrics = (*rules.rubrics.values(), *rules.clients.values())
    given = {option.stop for each in rubrics for _, option in each.pairs.values() if option.stop} | {*FOUND}
    own = "" if written.whose == DEFAULT else written.whose.casefold()
    kinds = get_args(OrderKind)
    problems = spoken
    for name, _, condition in written.rules:
        told = [
            f"no question gives the stop {code}; one of {', '.join(sorted(given))}"
            for code in sorted(condition.sought("stops") - given)
        ]
        told += [
            f"there is no kind {kind}; one of {', '.join(kinds)}"
            for kind in sorted(condition.compared("kind") - {*kinds})
        ]
        told += [
            f"{client} is another client, and these are the routes of {own} alone"
            for client in sorted(condition.compared("client"))
            if own and client.casefold() != own
        ]
        problems += [Problem(f"rule {name}", f"when: {each}") for each in told]
    return problems


def _needless(words: Words) -> Iterator[str]:
    """Languages the program does not speak, and sentences it has its own words for: nobody would see the file's."""
    spoken = {*languages()} - {SOURCE_LANGUAGE}
    for language, said in words.items():
        if language not in spoken:
            yield f"{language}: the program does not speak it; it speaks {', '.join(sorted(spoken))}"
            continue
        is_known = known(language)
        yield from (
            f"{language}: {text!r} is said by the program already, and its own words are shown; leave it out"
            for text in said
            if is_known(text)
        )


def remarks(
    rules: Rules, written: Rubric | RouteTable | Override, ordering: frozenset[str] = frozenset()
) -> list[Problem]:
    """Return what may be meant and may be a slip: clients that nothing else knows, goods as new
    that are destroyed. It keeps nobody from publishing.

    `ordering` are clients, in small letters, of whom there are orders where they are known.
    """
    known = ordering | {client for client in rules.routes if client} | {client for client, _ in rules.clients}
    names = ", ".join(sorted(known)[:_NAMED]) + (", …" if len(known) > _NAMED else "")
    if isinstance(written, Override):
        told = Problem("client", f"nobody knows a client {written.client}; known are {names}")
        return [told] * (written.client.casefold() not in known)
    if isinstance(written, Rubric):
        return []
    own = Problem("id", f"nobody knows a client {written.whose}; known are {names}")
    found = [] if written.whose == DEFAULT or written.whose in known else [own]
    found += _destroying(rules, written)
    return found + [
        Problem(f"rule {name}", f"when: nobody knows a client {client}; known are {names}")
        for name, _, condition in written.rules
        for client in sorted(condition.compared("client"))
        if client and client.casefold() not in known
    ]


def _destroying(rules: Rules, table: RouteTable) -> Iterator[Problem]:
    """Rules of a client that send goods as new to recycling; one for each."""
    facts = {"match": "matched", "serial": "same", "weight_in_band": True, "kind": "return", "client": table.whose}
    facts |= {"price_minor": 10_000, "currency": "USD"}
    said: set[str] = set()
    for category in rules.rubrics:
        for functional in ("sealed", "works"):
            grade = Grade("A", "A", functional, (), "note@1")
            tried = tries(table, grade, {**facts, "category": category})
            hit = next((each for each in tried if each.holds), None)
            own = table.whose != DEFAULT and hit is not None and hit.name.startswith(f"{table.whose}@")
            if (
                hit is not None
                and own
                and hit.name not in said
                and "recycle" in (hit.rule.to, hit.rule.among[0] if len(hit.rule.among) == 1 else None)
            ):
                said.add(hit.name)
                yield Problem(f"rule {hit.name}", f"sends {category} as new to recycle; they are destroyed")


def untranslated(written: Rubric | RouteTable) -> list[Problem]:
    """Return the sentences that a language of the program has no words for; of a client's table, its own alone."""
    found: list[Problem] = []
    for language in languages():
        if language == SOURCE_LANGUAGE:
            continue
        is_known = known(language)
        own_words = written.words.get(language, {})
        if isinstance(written, Rubric):
            told = soundness.untranslated(written, lambda text: text in own_words or is_known(text))  # noqa: B023
        else:
            own = written.name.rpartition("+")[2]
            told = [
                Problem(f"rule {name}", f"not translated: {rule.text}")
                for name, rule, _ in written.rules
                if name.startswith(f"{own}:") and rule.text not in own_words and not is_known(rule.text)
            ]
        found += [Problem(each.place, f"language {language}: {each.text}") for each in told]
    return found


def second(rules: Rules, override: Override, category: str) -> list[Problem]:
    """Return that the client has another override of the category already, where it has one of another id."""
    held = rules.clients.get((override.client.casefold(), category))
    if held is None or held.over.partition("@")[0] == override.id:
        return []
    return [Problem("client", f"{override.client} has {held.over} for {category} already; change that one")]

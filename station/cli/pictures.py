"""`returns-station pictures`: a site's own photographs beside answers: put there, listed, taken away."""

import sys
from collections.abc import Iterable
from pathlib import Path

from station.cli.parts import COPY_FILE, JOURNAL_FILE
from station.copy_marks import rules_in
from station.deliveries import in_force
from station.reference_photo import NotAPicture, read
from station.references import FOLDER, AnswerPictures, Place, belongs
from station.rules import Rules
from station.settings import SettingsError


def add(data: Path, file: Path, place: Place) -> int:
    """Put a photograph beside an answer; one that stood there is put away.

    Raises SettingsError, with nothing changed, for a file that is no such photograph or an answer that is not asked;
    OSError when a file cannot be read or written.
    """
    if not data.is_dir():
        raise SettingsError(f"There is no folder {data}. Name a station's data folder.")
    try:
        jpeg = read(file)
    except NotAPicture as error:
        raise SettingsError(f"{file}: nothing was changed: {error}.") from error
    rules = _rules(data)
    _refuse_unknown(rules, place)
    known = {name for name in rules.routes if name} | {name for name, _ in rules.clients}
    if place.client and place.client.casefold() not in known:
        _say(f"note: no rule here is for a client {place.client!r}; known are {', '.join(sorted(known))}.")
    try:
        away = AnswerPictures(data / FOLDER).put(place, jpeg)
    except ValueError as error:
        raise SettingsError(f"Nothing was changed: {error}.") from error
    _say(f"{_named(place)}: {file.name} stands beside it from the next question on.")
    _say(*(f"The photograph that stood there lies in {each} now." for each in away))
    return 0


def show(data: Path) -> int:
    """List the answers that have a photograph of the site; 1 when one of them is not asked any more.

    Raises SettingsError for a folder that is no station's.
    """
    if not (data / JOURNAL_FILE).is_file() and not (data / FOLDER).is_dir():
        raise SettingsError(f"There is neither a journal nor a photograph in {data}. Name a station's data folder.")
    rules, known = _rules(data), AnswerPictures(data / FOLDER).all()
    lost = [place for place in sorted(known) if not belongs(place, rules.rubric)]
    for place, file in sorted(known.items()):
        _say(f"{_named(place)}: {file.name}{' ✘ no question has this answer any more' if place in lost else ''}")
    _say(f"{len(known)} {'photograph' if len(known) == 1 else 'photographs'}, {len(lost)} of them shown to nobody.")
    return int(bool(lost))


def remove(data: Path, place: Place) -> int:
    """Take a photograph from beside an answer; the program's drawing stands there again, where there is one.

    Raises SettingsError when there is none.
    """
    away = AnswerPictures(data / FOLDER).remove(place)
    if not away:
        raise SettingsError(f"{_named(place)}: there is no photograph of the site; `pictures list` tells where one is.")
    _say(*(f"{_named(place)}: taken away; it lies in {each}, and `pictures add` brings it back." for each in away))
    return 0


def _rules(data: Path) -> Rules:
    return in_force(rules_in(data / COPY_FILE), lambda _name, _why: None)


def _refuse_unknown(rules: Rules, place: Place) -> None:
    """Say which category, question or answer there is none of, and which there are."""
    rubric = rules.rubric(place.category, place.client)
    if rubric is None:
        raise SettingsError(f"There are no questions for the category {place.category!r}; {_one_of(rules.rubrics)}.")
    if belongs(place, rules.rubric):
        return
    question = next((each for each in rubric.questions if each.id == place.question), None)
    if question is None:
        asked = _one_of(each.id for each in rubric.questions)
        raise SettingsError(f"{rubric.name} has no question {place.question!r}; {asked}.")
    answers = _one_of(each.id for each in question.options)
    raise SettingsError(f"The question {place.question} of {rubric.name} has no answer {place.option!r}; {answers}.")


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"


def _named(place: Place) -> str:
    client = f" for {place.client}" if place.client else ""
    return f"{place.category} {place.question} {place.option}{client}"


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)

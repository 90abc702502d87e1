"""The pictures beside answers: the drawings of the program, and the photographs that a site or central put there.

A photograph is one file whose name says which answer it belongs to, so nothing else can say otherwise.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from grading.rubric import Option, Rubric
from resources import find
from station.files import put_in_place
from station.photos import PhotoStore
from station.rules import Rules

FOLDER = "answer_pictures"
REMOVED = "removed"
_MOST_NAME = 120
_HASH = 12


class Place(msgspec.Struct, frozen=True, order=True):
    """The answer a picture belongs to, by ids; `client`, in small letters, when it is for that client's goods alone."""

    category: str
    question: str
    option: str
    client: str = ""


def _nothing(_place: Place) -> None:
    pass


class AnswerPictures:
    """The photographs of one bench, in one folder, which need not be there. Usable by one thread.

    Which there are is read anew when the folder was changed, by this program or another. `delivered` gives what
    central delivered for exactly a place (`station.delivered_pictures`), `articles` holds its pictures of good units.
    """

    def __init__(
        self,
        folder: Path,
        delivered: Callable[[Place], Path | None] = _nothing,
        articles: PhotoStore | None = None,
    ) -> None:
        self._folder = folder
        self._delivered = delivered
        self.articles = articles
        self._seen: int | None = None
        self._known: Mapping[Place, Path] = {}

    def of(self, category: str, question: str, option: str, client: str) -> Path | None:
        """Return the photograph for an answer; None when there is none.

        What is for the client alone comes before what is for all; of either, the bench's own before central's.
        """
        known = self.all()
        for whose in dict.fromkeys((client.casefold(), "")):
            place = Place(category, question, option, whose)
            found = known.get(place) or self._delivered(place)
            if found is not None:
                return found
        return None

    def all(self) -> Mapping[Place, Path]:
        """Return every photograph of the bench's own by its place; of two for one place the last by name."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except OSError:
            self._seen, self._known = None, {}
            return self._known
        if changed != self._seen:
            files = sorted(self._folder.glob("*.jpg"))
            self._known = {place: file for file in files if (place := _place_of(file)) is not None}
            self._seen = changed
        return self._known

    def put(self, place: Place, jpeg: bytes) -> tuple[Path, ...]:
        """Keep a photograph durably, and return where the one lies now that stood there, if any.

        Raises ValueError for a client's name that is too long.
        """
        file = self._folder / _name_of(place, jpeg)
        before = [each for each in self._standing(place) if each != file]
        self._folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(jpeg)
        put_in_place(part, file)
        self._seen = None  # the clock of the disk may stand still between two changes
        return tuple(map(self._put_away, before))

    def remove(self, place: Place) -> tuple[Path, ...]:
        """Put the photograph of an answer away, and return where it lies now; none where there was none."""
        return tuple(map(self._put_away, self._standing(place)))

    def _standing(self, place: Place) -> list[Path]:
        return [each for each in sorted(self._folder.glob("*.jpg")) if _place_of(each) == place]

    def _put_away(self, file: Path) -> Path:
        away = self._folder / REMOVED / file.name
        away.parent.mkdir(exist_ok=True)
        put_in_place(file, away)
        self._seen = None
        return away


def picture_of(option: Option) -> Path | None:
    """Return the drawing that shows what an answer means; None when it names none, or one we do not have."""
    if not option.picture:
        return None
    try:
        return find.path(f"references/{option.picture}")
    except FileNotFoundError:
        return None


def belongs(place: Place, rubric_of: Callable[[str, str], Rubric | None]) -> bool:
    """Tell whether there is such an answer; `rubric_of` gives the questions of a category for a client's goods."""
    rubric = rubric_of(place.category, place.client)
    return rubric is not None and (place.question, place.option) in rubric.pairs


def why_unknown(place: Place, rules: Rules) -> str:
    """Say which category, question or answer there is none of, and which there are; empty when the answer is asked."""
    rubric = rules.rubric(place.category, place.client)
    if rubric is None:
        return f"There are no questions for the category {place.category!r}; {_one_of(rules.rubrics)}."
    if belongs(place, rules.rubric):
        return ""
    question = next((each for each in rubric.questions if each.id == place.question), None)
    if question is None:
        return f"{rubric.name} has no question {place.question!r}; {_one_of(each.id for each in rubric.questions)}."
    answers = _one_of(each.id for each in question.options)
    return f"The question {place.question} of {rubric.name} has no answer {place.option!r}; {answers}."


def clients_known(rules: Rules) -> frozenset[str]:
    """Return the clients, in small letters, that rules are for."""
    return frozenset({name for name in rules.routes if name} | {name for name, _ in rules.clients})


def named(place: Place) -> str:
    """Return an answer as lists and commands name it."""
    client = f" for {place.client}" if place.client else ""
    return f"{place.category} {place.question} {place.option}{client}"


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"


def _name_of(place: Place, jpeg: bytes) -> str:
    client = quote(place.client, safe="").replace(".", "%2E")
    if len(client) > _MOST_NAME:
        raise ValueError(f"the client's name is too long for a file's: {place.client[:40]}…")
    sha256 = hashlib.sha256(jpeg).hexdigest()[:_HASH]
    return f"{place.category}.{place.question}.{place.option}.{client}.{sha256}.jpg"


def _place_of(file: Path) -> Place | None:
    match file.name.split("."):
        case [category, question, option, client, _sha256, "jpg"]:
            return Place(category, question, option, unquote(client))
    return None

"""The pictures beside answers: the drawings of the program, and the photographs that a site put in their place.

A photograph is one file whose name says which answer it belongs to, so nothing else can say otherwise.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from grading.rubric import Option, Rubric
from resources import find
from station.article_pictures import read
from station.files import put_in_place
from station.photos import PhotoStore

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


class AnswerPictures:
    """The photographs of one site, in one folder, which need not be there; in `articles`, where given, those of good
    units that central delivered. Usable by one thread.

    Which there are is read anew when the folder was changed, by this program or another.
    """

    def __init__(self, folder: Path, articles: PhotoStore | None = None) -> None:
        self._folder = folder
        self._articles = articles
        self._seen: int | None = None
        self._known: Mapping[Place, Path] = {}

    def of(self, category: str, question: str, option: str, client: str) -> Path | None:
        """Return the site's photograph for an answer, the client's own before that for all; None when it has none."""
        known = self.all()
        if not known:
            return None
        own = known.get(Place(category, question, option, client.casefold()))
        return own or known.get(Place(category, question, option))

    def of_article(self, bodies: Iterable[bytes], sku: str, shots: Iterable[str]) -> Path | None:
        """Return the picture of an article, of the first of the shots of which a file is here; `bodies` are central's
        records.
        """
        articles = self._articles
        if articles is None:
            return None
        told = [each for each in read(bodies) if each.sku == sku and articles.has(each.sha256)]
        return next((articles.path(each.sha256) for shot in shots for each in told if each.shot == shot), None)

    def all(self) -> Mapping[Place, Path]:
        """Return every photograph by its place; of two for one place the last by name."""
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

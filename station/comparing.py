"""Compares a recorded photo with those of before: the same picture again, and good ones of the same article.

Used by the two threads of the photo work, beside the bench; it reads the journal's file through connections of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy.exc import DBAPIError

from grading import compare, hints, reuse, unusual
from grading.hints import Hint
from grading.photo import is_same_picture
from station.article_pictures import ArticlePictures
from station.database import open_sqlite
from station.inputs import PhotoCompared
from station.inspecting.facts import PhotoTaken
from station.photo_index import PhotoIndex
from station.photos import PhotoStore
from station.statements import Statement

REFERENCES = 5
WORN = 8
_PROVED = 4
_BESIDE_GOOD_ONES: tuple[hints.Kind, ...] = (
    "same_item_again",
    "wrong_item",
    "damage_area",
    "missing_part",
    "wrong_colour",
)


LookUnusual = Callable[[bytes, Sequence[bytes], Callable[[], bool]], unusual.Unusual | None]
"""Says what is unusual in a photo beside good ones; the last is asked whether to stop. None: it cannot say."""


class Article(NamedTuple):
    """What an item is: the article and its category; empty where nobody knows."""

    sku: str
    category: str


class Comparing:
    """The photos of one station and what is known of them.

    `chosen` are the site's switches of hints, `told` the pictures of good units that central delivered, if any;
    `look_unusual` works in a process of its own, where there is one.
    """

    def __init__(
        self,
        index: PhotoIndex,
        store: PhotoStore,
        journal: Path,
        station: str,
        chosen: Mapping[str, tuple[str, ...]],
        told: ArticlePictures | None = None,
        look_unusual: LookUnusual | None = None,
    ) -> None:
        self._index = index
        self._store = store
        self._journal = journal
        self._station = station
        self._chosen = chosen
        self._told = told
        self._look_unusual = look_unusual
        self._stopped = False

    def stop(self) -> None:
        """Let what is being worked at end soon."""
        self._stopped = True

    def close(self) -> None:
        """Close the index; nobody may look any more."""
        self._index.close()

    def same(self, jpeg: bytes, item: str) -> str:
        """Return the other item this very picture was taken of, or an empty string: a frozen or replayed camera."""
        for seen in self._index.look(reuse.probes(jpeg)):
            if seen.item != item and is_same_picture(jpeg, self._photo(seen.sha256)):
                return seen.item
        return ""

    def remember(self, jpeg: bytes, sha256: str, item: str) -> None:
        """Remember what a photo looks like."""
        prints = reuse.prints(jpeg)
        if prints is not None:
            self._index.add(sha256, item, prints)

    def catch_up(self) -> None:
        """Remember the photos that facts name and the index lacks: it is derived, and may be lost or torn."""
        for item, sha256 in self._index.missing(self._recorded()):
            if self._stopped:
                return
            self.remember(self._photo(sha256), sha256, item)
        self._index.put_in_order(stopped=lambda: self._stopped)

    def hints(self, taken: PhotoTaken, size_mm: tuple[int, ...] = ()) -> Iterator[PhotoCompared]:
        """Yield what a recorded photo hints at, of the kinds that are on for its category."""
        article = self._article(taken.item)
        jpeg = self._photo(taken.sha256)
        wanted = [kind for kind in hints.KINDS if hints.is_on(kind, article.category, self._chosen)]
        found: list[tuple[Hint, str]] = []
        if "photo_reused" in wanted and not self._stopped:
            found += self._reused(jpeg, taken.item)
        if {*_BESIDE_GOOD_ONES} & {*wanted} and article.sku and not self._stopped:
            found += self._beside_good_ones(jpeg, taken, article, "same_item_again" in wanted)
        if "unusual_area" in wanted and article.sku and not self._stopped:
            found += self._unusual(jpeg, taken, article)
        if "wrong_size" in wanted and size_mm and taken.mat and not self._stopped:
            size = hints.of_size(jpeg, size_mm)
            found += [(size, "")] if size is not None else []
        for hint, beside in found:
            if hint.kind in wanted:
                box = hint.region
                region = (box.left, box.top, box.width, box.height) if box is not None else ()
                photo = (taken.item, taken.shot, taken.sha256)
                yield PhotoCompared(*photo, hint.kind, hint.confidence, region, hint.detail, beside)

    def _reused(self, jpeg: bytes, item: str) -> list[tuple[Hint, str]]:
        others = [seen for seen in self._index.look(reuse.probes(jpeg)) if seen.item != item][:_PROVED]
        for seen in others:
            likeness = reuse.likeness(jpeg, self._photo(seen.sha256))
            if likeness >= reuse.SAME:
                return [(Hint("photo_reused", likeness, None, seen.item), seen.sha256)]
        return []

    def _beside_good_ones(
        self, jpeg: bytes, taken: PhotoTaken, article: Article, again: bool
    ) -> list[tuple[Hint, str]]:
        good = self.references(article.sku, taken.shot, taken.item)
        if not good:
            return []
        references = [self._photo(sha256) for sha256 in good]
        worn = self._worn(article.sku, taken.shot, taken.item) if again else []
        compared = compare.compare(jpeg, references, [self._photo(sha256) for _, sha256 in worn])
        colour = hints.of_colour(jpeg, references[0], taken.gains)
        found = [*hints.of_comparison(compared), *([colour] if colour is not None else [])]
        beside = [(each, good[0]) for each in found]
        marks = hints.of_marks(compared)
        if marks is not None:
            hint, place = marks
            item, sha256 = worn[place]
            beside.append((msgspec.structs.replace(hint, detail=item), sha256))
        return beside

    def _unusual(self, jpeg: bytes, taken: PhotoTaken, article: Article) -> list[tuple[Hint, str]]:
        good = self.references(article.sku, taken.shot, taken.item, unusual.MOST)
        if self._look_unusual is None or len(good) < unusual.ENOUGH:
            return []
        looked = self._look_unusual(jpeg, [self._photo(sha256) for sha256 in good], lambda: self._stopped)
        hint = hints.of_look(looked) if looked is not None else None
        # The picture in which it glows is shown beside the photo; the fact names it as it names photos.
        return [(hint, self._store.put(looked.heat))] if looked is not None and hint is not None else []

    def references(self, sku: str, shot: str, besides: str, most: int = REFERENCES) -> tuple[str, ...]:
        """Return the hashes of good photos of an article from the same side.

        First what central delivered, then the latest photos here of units of grade A, or never opened.
        """
        told = self._told.of(sku, shot) if self._told is not None else ()
        values: dict[str, str | int] = {"station": self._station, "sku": sku, "shot": shot, "item": besides}
        values["most"] = most
        rows = self._asked(_GOOD, values)
        return (*told, *(str(row[0]) for row in rows))[:most]

    def _worn(self, sku: str, shot: str, besides: str) -> list[tuple[str, str]]:
        """Return items and hashes of the latest photos of other pieces of an article that were not good."""
        rows = self._asked(_WORN, {"station": self._station, "sku": sku, "shot": shot, "item": besides})
        return [(str(row[0]), str(row[1])) for row in rows]

    def _article(self, item: str) -> Article:
        rows = self._asked(_ARTICLE, {"station": self._station, "item": item})
        return Article(str(rows[0][0]), str(rows[0][1])) if rows else Article("", "")

    def _recorded(self) -> list[tuple[str, str]]:
        rows = self._asked(_RECORDED, {"station": self._station})
        return [(str(row[0]), str(row[1])) for row in rows]

    def _asked(self, statement: Statement, values: Mapping[str, str | int]) -> list[tuple[object, ...]]:
        engine = open_sqlite(self._journal, read_only=True, begin="DEFERRED")
        try:
            with engine.begin() as connection:
                return [tuple(row) for row in statement.run(connection, values)]
        except DBAPIError:
            # The bench says what is wrong with its journal; a hint less harms nobody.
            return []
        finally:
            engine.dispose()

    def _photo(self, sha256: str) -> bytes:
        """Return a photo's bytes; none where the file is gone, which nothing is like."""
        try:
            return self._store.path(sha256).read_bytes()
        except OSError:
            return self._delivered(sha256)

    def _delivered(self, sha256: str) -> bytes:
        if self._told is None:
            return b""
        try:
            return self._told.path(sha256).read_bytes()
        except OSError:
            return b""


_ARTICLE = Statement("SELECT sku, category FROM item WHERE station = :station AND item = :item")
_RECORDED = Statement(
    "SELECT item, sha256 FROM photo WHERE station = :station AND sha256 <> '' AND fingerprint <> '' ORDER BY taken_at"
)
# The newest photos of the station are gone through by their index, and their items looked up: no whole table is read.
_LATEST = (
    " FROM (SELECT item, sha256, shot, taken_at FROM photo WHERE station = :station"
    " ORDER BY taken_at DESC LIMIT 20000) AS latest JOIN item ON item.station = :station AND item.item = latest.item"
    " WHERE latest.shot = :shot AND latest.sha256 <> '' AND latest.item <> :item AND item.sku = :sku"
)
_GOOD = Statement(f"SELECT latest.sha256{_LATEST} AND (item.letter = 'A' OR item.functional = 'sealed') LIMIT :most")
_WORN = Statement(
    f"SELECT latest.item, latest.sha256{_LATEST} AND item.letter NOT IN ('', 'A') AND item.functional <> 'sealed'"
    f" LIMIT {WORN}"
)

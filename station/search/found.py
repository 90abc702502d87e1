"""What a search gives: the parcels, items, bins and hours that a code stands for, with their story and photos."""

from typing import Literal

import msgspec

from station.records import ReturnOrder, Ruled
from station.search.story import Told

HitKind = Literal["parcel", "item", "bin", "hour"]


class Hit(msgspec.Struct, frozen=True):
    """One thing that a code stands for. A search for `code` finds this one alone.

    `title` names it for people: a parcel by its number, an item by its goods, a bin by its code, an hour by the badge.
    `way` is the disposition, `bin` where it lies, `at` (UTC) when it was last moved on, `by` whose badge began it.
    `units` are the items of a parcel, a bin or an hour, `parcels` those of an hour. `is_done` says that a parcel is
    finished, an item placed, or a bin closed; `is_lost` that an item was written off, and no count found it again.
    """

    kind: HitKind
    code: str
    title: str
    client: str = ""
    way: str = ""
    bin: str = ""
    at: str = ""
    by: str = ""
    units: int = 0
    parcels: int = 0
    is_done: bool = False
    is_lost: bool = False


class Picture(msgspec.Struct, frozen=True):
    """A photo of an item that was found, by the SHA-256 of its file."""

    item: str
    shot: str
    sha256: str
    taken_at: str


class Found(msgspec.Struct, frozen=True):
    """All that this computer knows of a code, as of one moment.

    `read_as` are the kinds of codes it was looked for as, in the words of `station.codes`. `has_more` says that only
    the latest hits are listed. `story` is told where the code stands for few enough parcels. `expected` are return
    orders of central that it names, `goods` the title of the article, `sites` the other sites that expect it;
    `rulings` is what supervisors decided at central about what was found, in the order in which they did.
    `is_withheld` says that it is another person's badge, whose hours only a supervisor sees.
    """

    code: str
    read_as: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    has_more: bool = False
    story: tuple[Told, ...] = ()
    pictures: tuple[Picture, ...] = ()
    expected: tuple[ReturnOrder, ...] = ()
    goods: str = ""
    sites: tuple[str, ...] = ()
    rulings: tuple[Ruled, ...] = ()
    is_withheld: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nobody here knows anything of the code."""
        central = self.expected or self.goods or self.sites or self.rulings
        return not (self.hits or self.story or central or self.is_withheld)

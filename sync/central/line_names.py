"""When two names of return lines mean one line: people, spreadsheets and systems write 1 as 01, or a1 as A 1."""

import re
import unicodedata
from collections.abc import Iterable

_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def plain(name: str) -> str:
    """Return a line's name without what tells no lines apart: case, blanks, zeros before a number, signs' forms."""
    return _ZEROS.sub("", "".join(unicodedata.normalize("NFKC", name).casefold().split()))


def doubled(names: Iterable[str]) -> tuple[int, str] | None:
    """Return the place of the first name that means the same line as an earlier one, and a sentence, or None."""
    seen: dict[str, str] = {}
    for place, name in enumerate(names):
        before = seen.setdefault(plain(name), name)
        if place >= len(seen):
            why = f"line {name} stands there twice" + (f": {before} means the same line." if before != name else ".")
            return place, why
    return None

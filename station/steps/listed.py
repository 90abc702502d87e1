"""A bin that is closed, and what it bears from then on: the label that says so, and the list of what lies in it."""

from collections.abc import Iterator

from station.bins.facts import BinClosed, BinLabelled
from station.bins.manifest import Manifest, articles, brief, digest
from station.known import Known
from station.outcome import Label
from station.records import Bin

_LINES = 8
# What is in more lines than these labels hold, a person reads on paper: `bin --form pdf` has the same list.
_LABELS = 4


def closed(bin_: Bin, why: str, known: Known) -> tuple[BinClosed, tuple[Label, ...]]:
    """Return the fact that a bin takes no more goods, and its labels."""
    told = known.manifest(bin_.code)
    if told is None:
        return BinClosed(bin_.code, why), (_closed(bin_, None),)
    return BinClosed(bin_.code, why, len(told.items), digest(told)), labels_of(bin_, known)


def label_of_bin(bin_: Bin | BinLabelled) -> Label:
    """Return the label of a bin that takes goods."""
    code = bin_.bin if isinstance(bin_, BinLabelled) else bin_.code
    fields = {"bin": code, "disposition": bin_.disposition, "client": bin_.client, "apart": bin_.apart}
    return Label(code, "bin", fields)


def labels_of(bin_: Bin, known: Known) -> tuple[Label, ...]:
    """Return what a closed bin bears, as it lies now: the label that says so, and its list."""
    told = known.manifest(bin_.code)
    lists = tuple(_lists(told)) if told is not None and told.items else ()
    return (_closed(bin_, told), *lists)


def _closed(bin_: Bin, told: Manifest | None) -> Label:
    fields = {
        "bin": bin_.code,
        "disposition": bin_.disposition,
        "apart": bin_.apart,
        "client": bin_.client,
        "items": str(len(told.items) if told is not None else 0),
        "list": brief(digest(told)) if told is not None else "",
    }
    return Label(f"{bin_.code}:closed", "bin_closed", fields)


def _lists(told: Manifest) -> Iterator[Label]:
    """Yield the labels of the list: how many of which article, on as many labels as it takes, up to so many."""
    found = articles(told)
    pages = [found[at : at + _LINES] for at in range(0, len(found), _LINES)]
    shown = pages[:_LABELS]
    for number, page in enumerate(shown, start=1):
        left = len(found) - _LABELS * _LINES if number == len(shown) else 0
        lines = {f"line{chr(ord('a') + at)}": f"{units} x {title}" for at, (title, units) in enumerate(page)}
        fields = {
            "bin": told.bin,
            "disposition": told.disposition,
            "apart": told.apart,
            "client": told.client,
            "items": str(len(told.items)),
            "page": f"{number}/{len(shown)}",
            "list": brief(digest(told)),
            "left": str(max(0, left)) if left > 0 else "",
            **lines,
        }
        yield Label(f"{told.bin}:list:{number}", "bin_list", fields)

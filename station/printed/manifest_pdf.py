"""The manifest of a bin on paper, to lie in it or to go with it."""

from resources.words import Translator, mark
from station.bins.manifest import Manifest, brief, digest
from station.printed.paper import Paper
from station.words import APART_WORDS, ROUTE_WORDS


def pdf(told: Manifest, at: str, tr: Translator) -> bytes:
    """Return the paper as of a moment (UTC, ISO 8601), in the reader's language."""
    paper = Paper(tr.format(mark("Bin {bin} · {at} UTC"), bin=told.bin, at=at[:16].replace("T", " ")), at)
    words = {str(way): text for way, text in (*ROUTE_WORDS.items(), *APART_WORDS.items())}
    way = tr.gettext(words.get(told.apart or told.disposition, told.disposition))
    count = tr.plural("{count} item", "{count} items", len(told.items))
    left = tr.format(mark("Left for {to}, {at} UTC"), to=told.moved_to or "?", at=told.moved_at[:16].replace("T", " "))
    about = " · ".join(filter(None, (way, told.client, count)))
    list_ = tr.format(mark("List {hash}, as on the label of the closed bin"), hash=brief(digest(told)))
    paper.title(tr.format(mark("Bin {bin}"), bin=told.bin), (about, *((left,) if told.moved_at else ()), list_))
    heads = (mark("Plate"), mark("Article"), mark("SKU"), mark("Serial number"), mark("Grade"), mark("Return order"))
    rows = [(each.plate, each.title, each.sku, each.serial, each.letter, each.rma) for each in told.items]
    paper.table([tr.gettext(each) for each in heads], rows, (32, 50, 26, 28, 12, 24))
    if told.strangers:
        paper.heading(tr.gettext(mark("Does not belong here")))
        paper.table(
            [tr.gettext(each) for each in (mark("Plate"), mark("Article"))],
            [(each.plate, each.title) for each in told.strangers],
            (40, 100),
        )
    return paper.done()

"""Tells what a search found, for a terminal and for machines."""

from collections.abc import Iterator
from typing import Any

import msgspec

from station import facts
from station.safe_text import shown
from station.search.found import Found, Hit


def as_json(found: Found) -> str:
    """Return all that was found, for machines: each line of the story with its fact."""
    story = [
        {"seq": line.entry.seq, "at": line.entry.at, "operator": line.entry.operator, **_fact(line.fact)}
        | ({"undone": True} if line.undone else {})
        for line in found.story
    ]
    told = {**msgspec.to_builtins(msgspec.structs.replace(found, story=())), "story": story}
    return msgspec.json.format(msgspec.json.encode(told).decode(), indent=2) + "\n"


def as_text(found: Found) -> str:
    """Return what was found for a terminal; a text of strangers can do nothing to it."""
    return "".join(f"{shown(line)}\n" for line in _text(found))


def _text(found: Found) -> Iterator[str]:
    if found.is_nothing:
        yield f"Nobody here knows {shown(found.code)}. {looked_through(found)}"
        return
    for order in found.expected:
        units = sum(line.quantity for line in order.lines)
        yield f"expected   {shown(order.rma)} of {shown(order.client)}, order {shown(order.order)}: {units} units"
    for site in found.sites:
        yield f"elsewhere  site {shown(site)} expects it"
    for each in found.rulings:
        about = " line ".join(shown(part) for part in (each.rma, each.line) if part)
        yield f"decided    {shown(each.at[:19])}Z {shown(each.by)} on {about}: {shown(each.then)}. {shown(each.why)}"
    if found.goods:
        yield f"article    {shown(found.goods)}"
    yield from (_hit(each) for each in found.hits)
    if found.has_more:
        yield "           and more, which are older"
    for picture in found.pictures:
        yield f"photo      {picture.sha256} {shown(picture.shot)} of {shown(picture.item)}"
    for line in found.story:
        told = _fact(line.fact)
        name = told.pop("type")
        said = " ".join(f"{key}={shown(_short(value))}" for key, value in told.items())
        undone = " (taken back)" if line.undone else ""
        yield f"{line.entry.at[:19]}Z {shown(line.entry.operator):10} {name}{undone} {said}".rstrip()


def looked_through(found: Found) -> str:
    """Return, in English, what a code was looked for in, and as what."""
    kinds = ", ".join(found.read_as) or "nothing we have a form for"
    return (
        "Looked through the parcels, return orders, plates, items, serial numbers, bins, badges and articles of this"
        f" bench, and what central told of; the code reads as: {kinds}."
    )


def _hit(hit: Hit) -> str:
    where = "written off as lost" if hit.is_lost else f"in {hit.bin}" if hit.bin else ""
    count = f"{hit.parcels} parcels, {hit.units} items" if hit.kind == "hour" else ""
    count = f"{hit.units} items" if hit.kind in ("parcel", "bin") else count
    about = (hit.title, hit.client, hit.way, where, count, hit.at[:19] + "Z" if hit.at else "", hit.by)
    return f"{hit.kind:10} {shown(hit.code)} · " + " · ".join(shown(part) for part in about if part)


def _fact(fact: facts.Recorded | facts.Unknown) -> dict[str, Any]:
    if isinstance(fact, facts.Unknown):
        return {"type": fact.type}
    told = msgspec.json.decode(facts.encode(fact), type=dict[str, Any])
    return {"type": told.pop("t"), **told}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:60]} … {text[-12:]}"

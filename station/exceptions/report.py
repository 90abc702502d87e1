"""The queue of exceptions as text, JSON and CSV."""

import csv
import io
from collections.abc import Sequence

import msgspec

from resources.words import SOURCE_LANGUAGE, Translator
from station.exceptions.evidence import evidence
from station.exceptions.kinds import DECISION_WORDS
from station.exceptions.queue import Waiting
from station.safe_text import cell, shown
from station.words import EXCEPTION_WORDS, OWNER_WORDS

_COLUMNS = (
    "exception", "kind", "owner", "taken_by", "raised_at", "hours", "level", "code", "parcel", "item", "title",
    "plate", "bin", "bench", "detail", "photos", "may_be", "decided",
)  # fmt: skip
# What codes mean, after all of them: whoever reads these columns by their place still does.
_WORDS = ("kind", "owner", "detail", "may_be", "decided")
_ENGLISH = Translator(SOURCE_LANGUAGE)


def as_text(waiting: Sequence[Waiting]) -> str:
    """Return the queue as lines for people."""
    if not waiting:
        return "Nothing waits for a decision.\n"
    return "".join(f"{shown(line)}\n" for each in waiting for line in _lines(each))


def as_json(waiting: Sequence[Waiting], tr: Translator = _ENGLISH) -> str:
    """Return the queue as JSON, with all that is known of each; under `words` what its codes mean in a language."""
    told = [
        {**msgspec.to_builtins(each), "conflict": msgspec.to_builtins(each.conflict), "words": _words(each, tr)}
        for each in waiting
    ]
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n"


def as_csv(waiting: Sequence[Waiting], tr: Translator = _ENGLISH) -> str:
    """Return the queue as a table, the words of its codes in a language; no cell of it is taken for a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow((*_COLUMNS, *(f"{name}_words" for name in _WORDS)))
    for each in waiting:
        figures = {"hours": each.hours, "level": each.level, "photos": len(each.photos)}
        codes = {"may_be": " ".join(each.fitting), "decided": _conflict(each)}
        for name in _COLUMNS:
            codes.setdefault(name, str(getattr(each, name, "")))
        words = _words(each, tr)
        meant = (cell(words[name]) for name in _WORDS)
        table.writerow((*(figures.get(name, cell(codes[name])) for name in _COLUMNS), *meant))
    return out.getvalue()


def _words(each: Waiting, tr: Translator) -> dict[str, str]:
    """What the codes of an exception mean; a code that nobody has words for stays."""
    named = {str(code): tr.gettext(text) for code, text in DECISION_WORDS.items()}
    return {
        "kind": tr.gettext(EXCEPTION_WORDS.get(each.kind, each.kind)),
        "owner": tr.gettext(OWNER_WORDS.get(each.owner, each.owner)),
        "detail": evidence(tr, each.kind, each.detail),
        "may_be": ", ".join(named.get(code, code) for code in each.fitting),
        "decided": ", ".join(
            f"{named.get(one.decision, one.decision)} {one.to} ({one.station} {one.decided_at})"
            for one in each.conflict
        ),
    }


def _lines(each: Waiting) -> Sequence[str]:
    kind = EXCEPTION_WORDS.get(each.kind, each.kind)
    bench = f"at {each.bench}" if each.bench else ""
    about = (each.title, each.code, each.plate, each.bin, bench)
    what = " · ".join(shown(part) for part in (kind, *about) if part)
    who = f"{shown(each.taken_by)} sees to it" if each.taken_by else f"waits for: {shown(each.owner)}"
    clock = "conflict" if each.conflict else f"{each.hours} h" + "!" * each.level
    detail = evidence(_ENGLISH, each.kind, each.detail)
    more = "; ".join(shown(part) for part in (who, detail, _conflict(each)) if part)
    return f"{clock:>10} {what}", f"{'':>10} {more}; may be: {', '.join(each.fitting)}; {shown(each.exception)}"


def _conflict(each: Waiting) -> str:
    return ", ".join(f"{one.decision} {one.to} ({one.station} {one.decided_at})" for one in each.conflict)

"""What the detail of an exception says, in words: the same on the screen and in the lists of the command line."""

from collections.abc import Callable

from resources.words import Translator
from station.exceptions.kinds import ON_HOLD
from station.stops import BETWEEN
from station.weights import weight_words
from station.words import EVIDENCE_WORDS, SHOT_WORDS

Say = Callable[[Translator, str, dict[str, str]], str]


def plainly(tr: Translator, text: str, params: dict[str, str]) -> str:
    """Return a sentence with its parameters as they are."""
    return tr.format(text, **params)


def evidence(tr: Translator, kind: str, detail: str, say: Say = plainly) -> str:
    """Return what an exception's detail says, in words that `say` puts together; what is no evidence of ours is shown
    as it is.
    """
    if kind in ON_HOLD:
        return "; ".join(tr.gettext(each) for each in detail.split(BETWEEN))
    if kind == "photo_left_out":
        return tr.gettext(SHOT_WORDS.get(detail, detail))
    text, names = EVIDENCE_WORDS.get(kind, ("", ()))
    pieces = detail.split(BETWEEN, len(names) - 1) if names else []
    if not names or len(pieces) != len(names):
        return tr.gettext(detail)
    named = zip(names, pieces, strict=True)
    params = {
        name: weight_words(tr, int(piece)) if name.startswith("weight") and piece.isdecimal() else piece
        for name, piece in named
    }
    return say(tr, text, params)

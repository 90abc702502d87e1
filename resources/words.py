"""Turns the English sentences of the program into the language of the person at the bench."""

import gettext
import io
import string
from collections.abc import Callable, Mapping, Sequence

from resources import find

SOURCE_LANGUAGE = "en"
_DOMAIN = "station"


def mark(text: str) -> str:
    """The same text; tells the extractor that it will be translated later, where it is shown."""
    return text


def languages() -> tuple[str, ...]:
    """The codes of the languages there are, the source language first."""
    folders = (name.rpartition("/")[2] for name in find.names("languages") if find.path(name).is_dir())
    return (SOURCE_LANGUAGE, *folders)


# What stands between whole and part: each language writes its own sign in its catalogue.
DECIMAL_SIGN = mark(".")


Own = Callable[[str, str], str]
"""Says a site's own sentence in a language, given both, where the site wrote it so too; empty where it did not."""


def none_of_its_own(_language: str, _sentence: str) -> str:
    """Where a site has no sentences of its own."""
    return ""


class Translator:
    """The sentences of one language; what has no translation, or a broken one, is shown in English.

    `own` are the words of a site's own sentences: they say what the catalogue does not, and nothing else.
    Raises LookupError for a language that `languages` does not list.
    """

    def __init__(self, language: str, own: Own = none_of_its_own) -> None:
        if language not in languages():
            raise LookupError(f"no language {language!r}; there are {', '.join(languages())}")
        self.language = language
        self._catalogue = _catalogue(language)
        self._own = own

    def gettext(self, msgid: str) -> str:
        """The sentence as it is written, placeholders and all."""
        said = self._catalogue.gettext(msgid) if msgid else ""
        return (self._own(self.language, msgid) or said) if said == msgid else said

    def format(self, msgid: str, /, **params: object) -> str:
        """The sentence with each `{name}` replaced; a placeholder English itself lacks raises KeyError."""
        return filled(self.gettext(msgid), msgid, params)

    def figure(self, digits: str) -> str:
        """The digits of a number, `-1234.50`, with the decimal sign of this language."""
        return digits.replace(".", self.gettext(DECIMAL_SIGN))

    def money(self, minor: int, currency: str = "") -> str:
        """An amount in minor units, with its currency code; every currency the clients use has two decimals."""
        digits = f"{'-' * (minor < 0)}{abs(minor) // 100}.{abs(minor) % 100:02d}"
        return f"{self.figure(digits)} {currency}".rstrip()

    def plural(self, singular: str, plural: str, count: int, /, **params: object) -> str:
        """The form that fits `count`, which fills `{count}`; the other placeholders as in `format`."""
        english = singular if count == 1 else plural
        translated = self._catalogue.ngettext(singular, plural, count)
        return filled(translated, english, {"count": count, **params})


def known(language: str) -> Callable[[str], bool]:
    """Whether a sentence has a translation, as a question to ask of many; English knows every sentence."""
    if language == SOURCE_LANGUAGE:
        return lambda sentence: True
    catalogue = _catalogue(language)
    catalogue.add_fallback(_Silent())
    return lambda sentence: bool(catalogue.gettext(sentence))


def placeholders(sentence: str) -> frozenset[str]:
    """The names a sentence wants filled; raises ValueError where its braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def filled(translated: str, english: str, params: Mapping[str, object]) -> str:
    """The translated sentence with its placeholders replaced, or the English one where that fails."""
    fill: Callable[..., str] = _PlainNames().vformat
    try:
        return fill(translated, (), params)
    except (LookupError, ValueError, TypeError):
        if translated == english:
            raise
        return fill(english, (), params)


class _Silent(gettext.NullTranslations):
    """Says nothing where a catalogue has nothing to say."""

    def gettext(self, message: str) -> str:
        return ""


class _PlainNames(string.Formatter):
    """Fills `{name}` and `{name:.2f}`; a catalogue cannot reach into a value by `{name.part}`."""

    def get_field(self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[object, str]:
        # The whole of `name.part` is looked up as one name, which nobody has.
        return kwargs[field_name], field_name


def _catalogue(language: str) -> gettext.NullTranslations:
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    content = find.read(f"languages/{language}/LC_MESSAGES/{_DOMAIN}.mo")
    return gettext.GNUTranslations(io.BytesIO(content))

"""The language a command was asked to speak."""

from collections.abc import Mapping

from resources.words import Translator, languages
from station.settings import SettingsError


def translator(code: str, words: Mapping[str, Mapping[str, str]] | None = None) -> Translator:
    """Return the sentences of a language, with a site's own `words` by language; SettingsError for one we lack."""
    if code not in languages():
        raise SettingsError(f"There is no language {code!r}; one of {', '.join(languages())}.")
    return Translator(code, lambda language, sentence: (words or {}).get(language, {}).get(sentence, ""))

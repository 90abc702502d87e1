"""The language a command was asked to speak."""

from resources.words import Translator, languages
from station.settings import SettingsError


def translator(code: str) -> Translator:
    """Return the sentences of a language; raises SettingsError for one we do not have."""
    if code not in languages():
        raise SettingsError(f"There is no language {code!r}; one of {', '.join(languages())}.")
    return Translator(code)

"""Sentences come out in the bench's language, and a fault in a catalogue never takes a sentence away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import words


def test_english_comes_first_and_every_language_opens() -> None:
    assert words.languages()[:2] == ("en", "es")
    assert [words.Translator(code).language for code in words.languages()] == list(words.languages())


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="'xx'"):
        words.Translator("xx")


def test_marking_changes_nothing() -> None:
    assert words.mark("Scan the parcel") == "Scan the parcel"


@pytest.mark.parametrize("language", words.languages())
def test_a_sentence_without_translation_is_english(language: str) -> None:
    translator = words.Translator(language)
    assert translator.gettext("No catalogue has this {thing}") == "No catalogue has this {thing}"
    assert translator.format("No catalogue has this {thing:.1f}", thing=2) == "No catalogue has this 2.0"
    assert translator.gettext("") == ""


def test_a_sites_own_words_say_what_the_catalogue_does_not_and_nothing_else() -> None:
    own = {"Is the zip whole?": "¿Está entera la cremallera?", "Settings": "Otra cosa"}
    translator = words.Translator("es", lambda language, sentence: own.get(sentence, "") if language == "es" else "")
    assert translator.gettext("Is the zip whole?") == "¿Está entera la cremallera?"
    assert translator.gettext("Settings") == words.Translator("es").gettext("Settings") != "Otra cosa"
    assert translator.gettext("No catalogue has this") == "No catalogue has this"


@pytest.mark.parametrize(("count", "said"), [(0, "0 crates"), (1, "1 crate"), (2, "2 crates")])
def test_the_form_follows_the_count(count: int, said: str) -> None:
    assert words.Translator("es").plural("{count} crate", "{count} crates", count) == said


@pytest.mark.parametrize(
    "broken",
    [
        "Pieza {plata}",
        "Pieza {plate",
        "Pieza }",
        "Pieza {}",
        "Pieza {plate.__class__}",
        "Pieza {plate[0]}",
        "{plate:d}",
    ],
)
def test_a_broken_translation_falls_back_to_english(broken: str) -> None:
    assert words.filled(broken, "Item {plate}", {"plate": "LP1"}) == "Item LP1"


def test_a_placeholder_english_lacks_is_a_bug() -> None:
    with pytest.raises(KeyError):
        words.Translator("en").format("Item {plate}", item="LP1")


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_sentence(value: str, broken: str) -> None:
    said = words.filled(broken, "<{value}>", {"value": value})
    assert said == f"<{value}>" or "{" not in broken.replace("{{", "") or "{value" in broken


@given(st.text())
def test_placeholders_are_names_or_a_plain_refusal(sentence: str) -> None:
    try:
        found = words.placeholders(sentence)
    except ValueError:
        return
    assert all(name in sentence for name in found)


def test_what_a_catalogue_knows_can_be_asked() -> None:
    assert words.known("es")("No"), "translated by the very same word"
    assert not words.known("es")("No catalogue has this")
    assert words.known("en")("No catalogue has this")

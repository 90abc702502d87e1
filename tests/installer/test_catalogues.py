"""The catalogues hold exactly the sentences of the program, and every language has them all."""

import gettext
import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from resources import words

ROOT = Path(__file__).parents[2]
HINT = "run: python3 installer/dev.py translations"
PYTHON = """
TITLE = mark("Scan the parcel")
REASON_TEXTS: Mapping[str, str] = {"weight": "The weight is outside the expected band"}
CODES = {"weight": "no sentence"}
def shown(tr, n):
    tr.format("Bin {bin} is full", bin=1)
    tr.plural("{count} item", "{count} items", n)
    say(f"[{tr.gettext(mark('Photo'))}] {n}")
    log("no sentence either")
"""
DATA = """
id = "no sentence"
[[questions]]
text = "Is it warm?"
hint = ""
options = [{ word = "Warm", key = 1, text = 2 }]
"""


@pytest.fixture
def catalogues(part: Callable[[str], ModuleType]) -> ModuleType:
    return part("catalogues")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small program with one language that has an old sentence and one of the new ones."""
    (tmp_path / "station").mkdir()
    (tmp_path / "station" / "a.py").write_text(PYTHON)
    (tmp_path / "resources" / "rubrics").mkdir(parents=True)
    (tmp_path / "resources" / "rubrics" / "a.toml").write_text(DATA)
    folder = tmp_path / "resources" / "languages" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "station.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Warm"\nmsgstr "Caliente"\n\nmsgid "Gone"\nmsgstr "Ido"\n'
    )
    return tmp_path


def ids(catalogue: list[object]) -> set[object]:
    return {message.id for message in catalogue if message.id}


def test_sentences_are_found_in_code_and_data(catalogues: ModuleType, tree: Path) -> None:
    assert ids(catalogues.extracted(tree)) == {
        "Scan the parcel",
        "The weight is outside the expected band",
        "Bin {bin} is full",
        "Photo",
        ("{count} item", "{count} items"),
        "Is it warm?",
        "Warm",
    }


def test_an_update_keeps_what_fits_and_drops_what_is_gone(catalogues: ModuleType, tree: Path) -> None:
    template = catalogues.extracted(tree)
    updated = catalogues.updated(catalogues.catalogues(tree)[0], template)
    assert ids(updated) == ids(template)
    assert updated["Warm"].string == "Caliente"
    assert b"Ido" not in catalogues.as_po(updated)
    assert sorted(catalogues.untranslated(updated)) == [
        "Bin {bin} is full",
        "Is it warm?",
        "Photo",
        "Scan the parcel",
        "The weight is outside the expected band",
        "{count} items",
    ]


def test_writing_twice_writes_the_same(catalogues: ModuleType, tree: Path) -> None:
    po = catalogues.catalogues(tree)[0]
    template = catalogues.extracted(tree)
    once = catalogues.as_po(catalogues.updated(po, template))
    po.write_bytes(once)
    again = catalogues.updated(po, template)
    assert catalogues.as_po(again) == once
    compiled = gettext.GNUTranslations(io.BytesIO(catalogues.as_mo(again)))
    assert compiled.gettext("Warm") == "Caliente"
    assert b"Date" not in catalogues.as_mo(again)


def test_what_rules_said_is_kept_for_old_journals_with_its_translation(catalogues: ModuleType, tree: Path) -> None:
    (tree / "resources" / "routes").mkdir()
    route = tree / "resources" / "routes" / "a.toml"
    route.write_text('text = "Gone: it said \\"sold\\""\n')
    (tree / "station" / "b.py").write_text('mark("A button")')
    catalogues.pot(tree).write_bytes(catalogues.as_po(catalogues.extracted(tree)))
    po = catalogues.catalogues(tree)[0]
    before = catalogues.updated(po, catalogues.extracted(tree))
    before['Gone: it said "sold"'].string = "Decía"
    po.write_bytes(catalogues.as_po(before))
    route.write_text('text = "Said now"\n')
    (tree / "station" / "b.py").unlink()
    template = catalogues.extracted(tree)
    assert catalogues.retire(tree, template) == ['Gone: it said "sold"']
    after = catalogues.updated(po, catalogues.extracted(tree))
    assert after['Gone: it said "sold"'].string == "Decía" and "A button" not in after
    assert catalogues.retire(tree, catalogues.extracted(tree)) == []


def test_our_catalogues_are_up_to_date(catalogues: ModuleType) -> None:
    template = catalogues.extracted(ROOT)
    assert catalogues.as_po(template) == catalogues.pot(ROOT).read_bytes(), HINT
    for po in catalogues.catalogues(ROOT):
        updated = catalogues.updated(po, template)
        assert catalogues.as_po(updated) == po.read_bytes(), HINT
        assert catalogues.as_mo(updated) == po.with_suffix(".mo").read_bytes(), HINT


def test_every_sentence_is_translated_with_its_placeholders(catalogues: ModuleType) -> None:
    template = catalogues.extracted(ROOT)
    for po in catalogues.catalogues(ROOT):
        catalogue = catalogues.updated(po, template)
        assert catalogues.untranslated(catalogue) == []
        for message in catalogue:
            wanted = (
                {words.placeholders(text) for text in message.id}
                if message.pluralizable
                else {words.placeholders(message.id)}
            )
            for form in catalogues.forms(message) if message.id else ():
                assert words.placeholders(form) in wanted, (message.id, form)


def test_every_language_of_the_program_has_a_catalogue(catalogues: ModuleType) -> None:
    there = {po.parts[-3] for po in catalogues.catalogues(ROOT)}
    assert there == set(words.languages()) - {words.SOURCE_LANGUAGE}

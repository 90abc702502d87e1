"""Keeps the translations: finds every sentence in Python and data files, updates and compiles the catalogues.

In Python a sentence is the first argument of `mark`, `tr`, `_`, `gettext` or `format`, the first two of
`plural`, and every value of a constant called `..._TEXTS` (for packages that import nothing of ours and so
have no `mark`). In a data file it is the value of a key `text`, `hint` or `word`, however deep.

What rubrics and routes say is kept by journals: a sentence that leaves them goes to `retired.toml`, and keeps its
translations.
"""

import argparse
import ast
import io
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("station", "devices", "grading", "sync", "ui", "resources")
DOMAIN = "station"
KEYWORDS = {"mark": None, "tr": None, "_": None, "gettext": None, "format": None, "plural": (1, 2)}
TEXTS = "_TEXTS"
KEYS = frozenset({"text", "hint", "word"})
# Reasons and answers stand in a journal as the sentences they were given in, for as long as there are journals.
KEPT = ("resources/rubrics/", "resources/routes/", "resources/interlocks.toml", "grading/")


def main() -> int:
    """Updates and compiles, or lists what a language lacks; the exit code is 1 while something is lacking."""
    parser = argparse.ArgumentParser(prog="dev.py translations", description="Update and compile the catalogues.")
    parser.add_argument("--missing", action="store_true", help="list what is not translated; change nothing")
    chosen = parser.parse_args()
    template = extracted(ROOT)
    if not chosen.missing and retire(ROOT, template):
        template = extracted(ROOT)
    lacking = 0
    for po in catalogues(ROOT):
        catalogue = updated(po, template)
        missing = untranslated(catalogue)
        lacking += len(missing)
        if chosen.missing:
            print(*missing, sep="\n", end="\n" if missing else "")
        else:
            po.write_bytes(as_po(catalogue))
            po.with_suffix(".mo").write_bytes(as_mo(catalogue))
            print(f"{catalogue.locale_identifier}: {len(catalogue)} sentences, {len(missing)} not translated")
    if not chosen.missing:
        pot(ROOT).write_bytes(as_po(template))
    return int(bool(lacking))


def catalogues(root: Path) -> list[Path]:
    """The .po file of each language."""
    return sorted((root / "resources" / "languages").glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def pot(root: Path) -> Path:
    """The catalogue without a language, which a new language starts from."""
    return root / "resources" / "languages" / f"{DOMAIN}.pot"


def retired(root: Path) -> Path:
    """The sentences that nothing says any more but journals."""
    return root / "resources" / "languages" / "retired.toml"


def retire(root: Path, template: Catalog) -> list[str]:
    """Keep what the rules of the last template said and this one's do not; returns what was added."""
    if not pot(root).exists():
        return []
    with pot(root).open("rb") as file:
        before = read_po(file, domain=DOMAIN)
    gone = [
        message.id
        for message in before
        if isinstance(message.id, str)
        and message.id
        and message.id not in template
        and any(name.startswith(KEPT) for name, _ in message.locations)
    ]
    if gone:
        with retired(root).open("a", encoding="utf-8") as file:
            # A JSON string is a TOML string.
            file.writelines(f"\n[[sentences]]\ntext = {json.dumps(each, ensure_ascii=False)}\n" for each in gone)
    return gone


def extracted(root: Path) -> Catalog:
    """Every sentence of the program, each with the files it is found in."""
    found: dict[str | tuple[str, ...], list[str]] = {}
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            name = file.relative_to(root).as_posix()
            for sentence in dict.fromkeys(sentences(file)):
                found.setdefault(sentence, []).append(name)
    catalogue = Catalog(charset="utf-8")
    for sentence in sorted(found, key=lambda sentence: (found[sentence][0], str(sentence))):
        # No line numbers: they would change the catalogue with every change of the program.
        catalogue.add(sentence, locations=[(name, 0) for name in found[sentence]])
    return catalogue


def sentences(file: Path) -> Iterator[str | tuple[str, ...]]:
    """The sentences of one file; a pair for one that follows a count."""
    if file.suffix == ".py":
        yield from (sentence for _, sentence, _, _ in extract_from_file("python", file, keywords=KEYWORDS) if sentence)
        tree = ast.parse(file.read_bytes(), str(file))
        yield from texts(tree)
        yield from within(tree)
    elif file.suffix == ".toml" and not {"simulators", "released"} & set(file.parts):
        yield from values(tomllib.loads(file.read_text("utf-8")))


def within(tree: ast.Module) -> Iterator[str]:
    """The sentences that are marked within an f-string, where the search by words does not look."""
    for inner in (each for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for each in ast.walk(node)):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "mark":
            yield from (each.value for each in inner.args if isinstance(each, ast.Constant))


def texts(tree: ast.Module) -> Iterator[str]:
    """The values of the dictionaries called `..._TEXTS` at the top of a module."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = any(isinstance(target, ast.Name) and target.id.endswith(TEXTS) for target in targets)
        if named and isinstance(value := getattr(node, "value", None), ast.Dict):
            for item in value.values:
                if isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value:
                    yield item.value


def values(data: Any) -> Iterator[str]:
    """The values of the keys that hold sentences, in tables and lists however deep."""
    if isinstance(data, list):
        for entry in data:
            yield from values(entry)
    elif isinstance(data, dict):
        for key, entry in data.items():
            if key in KEYS and isinstance(entry, str):
                yield from [entry] if entry else []
            else:
                yield from values(entry)


def updated(po: Path, template: Catalog) -> Catalog:
    """A language's catalogue with exactly the sentences of the template, and the translations it had."""
    with po.open("rb") as file:
        catalogue = read_po(file, locale=po.parts[-3], domain=DOMAIN)
    # No guesses from similar sentences: what changed is translated anew.
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences without a translation, or with one marked doubtful; of a pair the plural."""
    return [
        message.id if isinstance(message.id, str) else message.id[-1]
        for message in catalogue
        if message.id and (message.fuzzy or not all(forms(message)))
    ]


def forms(message: Message) -> tuple[str, ...]:
    """The translations of a sentence: one, or one for each plural form."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


class _Undated(Catalog):
    """A catalogue whose compiled header has no date in it."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header as babel wants it, in pairs."""
        return [(name, value) for name, _, value in (line.partition(": ") for line in header(self))]


def header(catalogue: Catalog) -> list[str]:
    """The header lines, without the dates and names that would change the file and say nothing."""
    lines = [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    if catalogue.locale_identifier:
        lines += [f"Language: {catalogue.locale_identifier}", f"Plural-Forms: {catalogue.plural_forms}"]
    return lines


def as_po(catalogue: Catalog) -> bytes:
    """The text form, the same bytes for the same sentences."""
    file = io.BytesIO()
    head = "".join(f'"{line}\\n"\n' for line in header(catalogue))
    file.write(f'msgid ""\nmsgstr ""\n{head}\n'.encode())
    write_po(file, catalogue, width=100, omit_header=True, include_lineno=False)
    return file.getvalue().rstrip() + b"\n"


def as_mo(catalogue: Catalog) -> bytes:
    """The compiled form, the same bytes for the same translations."""
    file = io.BytesIO()
    still = _Undated(catalogue.locale, domain=DOMAIN, charset="utf-8")
    for message in catalogue:
        if message.id:
            still.add(message.id, message.string, flags=message.flags)
    write_mo(file, still)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())

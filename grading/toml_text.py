"""Reads the TOML of this room's files: what is wrong is said with its place, whatever the file holds."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Annotated, TypeVar

import msgspec

Version = Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
"""A file's version. With no bound, one slip of the finger would leave no higher number for the next version."""

Words = dict[Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")], dict[str, str]]
"""What a file says in other languages: by the language, each of its own sentences by the English one."""

# A key of so many parts. Python's reader keeps each beginning of it: 30 kB of `a.a.a` cost it a gigabyte.
_DEEP_KEY = re.compile(rb"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")

_File = TypeVar("_File")


class TomlError(ValueError):
    """A text that is no file of ours; the message names the place and what to mend."""


def decoded(toml_bytes: bytes, kind: type[_File]) -> _File:
    """Read a file from TOML; raises TomlError."""
    deep = _DEEP_KEY.search(toml_bytes)
    if deep is not None:
        line = toml_bytes.count(b"\n", 0, deep.start()) + 1
        raise TomlError(f"line {line}: not TOML of ours: a key has too many parts; mend that line")
    try:
        return msgspec.toml.decode(toml_bytes, type=kind)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `")
        where = place.strip("`").removeprefix("$.").removeprefix("$") or "the top of the file"
        raise TomlError(f"{where}: {problem}; mend it there") from error
    except UnicodeDecodeError as error:
        raise TomlError(f"not UTF-8 from byte {error.start} on; save it as UTF-8") from error
    except RecursionError as error:
        raise TomlError("not TOML of ours: brackets lie too deep in each other; mend that line") from error
    except (msgspec.DecodeError, ValueError) as error:  # Python's own, of a number with thousands of digits
        raise TomlError(f"not TOML: {error}; mend that line") from error


def text_fault(sentence: str, params: Mapping[str, str]) -> str:
    """Return why a sentence cannot be shown; empty when it can.

    Only plain `{name}` is filled: a width or a path into a value could cost any amount of memory or show anything.
    """
    if not sentence.isprintable():
        return "it has a character that cannot be shown"
    try:
        fields = list(Formatter().parse(sentence))
    except ValueError as error:
        return f"its braces do not match: {error}"
    for _, name, spec, conversion in fields:
        if name is not None and (spec or conversion or name not in params):
            return f"nothing fills the place {{{name}}}"
    return ""


def joined(*all_words: Words) -> Words:
    """Return the words of several files; the later ones come before the earlier."""
    languages = {language for words in all_words for language in words}
    return {
        language: {english: said for words in all_words for english, said in words.get(language, {}).items()}
        for language in languages
    }


def words_faults(words: Words, sentences: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield why words cannot stand for the sentences of their file, which are given with what fills their places."""
    for language, said in words.items():
        for sentence, translated in said.items():
            place = f"words.{language}: {sentence!r}"
            if sentence not in sentences:
                yield f"{place} is no sentence of this file"
            elif not translated.strip():
                yield f"{place} has no words"
            elif text_fault(translated, sentences[sentence]):
                yield f"{place}: {text_fault(translated, sentences[sentence])}"

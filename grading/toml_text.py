"""Reads the TOML of this room's files: what is wrong is said with its place, whatever the file holds."""

from collections.abc import Mapping
from string import Formatter
from typing import Annotated, TypeVar

import msgspec

Version = Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
"""A file's version. With no bound, one slip of the finger would leave no higher number for the next version."""

_File = TypeVar("_File")


class TomlError(ValueError):
    """A text that is no file of ours; the message names the place and what to mend."""


def decoded(toml_bytes: bytes, kind: type[_File]) -> _File:
    """Read a file from TOML; raises TomlError."""
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

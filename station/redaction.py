"""Takes out of text what must not leave the station: names, addresses, numbers of parcels and things, badges, PINs.

A log line is ours up to its message; the message may carry anything that was scanned or typed. So it is the other way
round than a list of secrets: what is plainly a word of ours stays, all else is masked. The same word gives the same
mask within one bundle, so that a reader still sees what belongs together; the key to the marks is thrown away.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

# 2026-11-26 17:35:14,123 WARNING devices.worker: message
_LOG_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ [\w.]+: )(.*)", re.DOTALL)
_TRACE_LINE = re.compile(r'(\s+File ")(?:.*[/\\])?([^/\\"]+)(", line \d+, in [\w<>]+\s*)')
_TOKEN = re.compile(r"[^\s,;:=()\[\]{}<>\"'|/\\]+")
# Plain lower-case words, and names as programs write them: ValueError, no_frames, devices.worker.
_WORD = re.compile(r"[a-z]{1,20}(?:[-_.][a-z]+)*|(?:[A-Z][a-z]+)*(?:Error|Exception|Warning)")
_SMALL_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,3})?%?")
# A telephone number in groups, each of which is small.
_GROUPED = re.compile(r"\+?\d[\d ()/-]{5,}\d")
_PUNCTUATION = re.compile(r"[\W_]+")
# Words with a capital that the program itself writes; any other may be somebody's name.
_OURS = frozenset(
    """
    Traceback File Errno None True False Up Down Scan Still NoStill Weight Frame Printed PrintWaiting NotPrinted
    AcceptedWeight Unreadable Command Unreachable Refused Fault WeightState HTTP TCP USB SQLite JSON UTC OK The A It
    There
    """.split()  # noqa: SIM905 (a list of words is read more easily than thirty quoted ones)
)
# What stands in quotes was scanned, typed or configured: no word of it is taken for one of ours.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_ADDRESS = re.compile(r"\w+://\S+")
_SECRET_NAME = re.compile(r"token|pin|password|secret|key", re.IGNORECASE)


class Redactor:
    """Masks text and settings. `known` are names and codes of people, masked also where they are written small."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._salt = secrets.token_bytes(16)
        words = {part for text in known for part in (text, *text.split()) if len(part) > 1}
        longest_first = sorted(map(re.escape, words), key=len, reverse=True)
        self._known = re.compile(rf"\b(?:{'|'.join(longest_first)})\b", re.IGNORECASE) if words else None

    def mark(self, text: str) -> str:
        """What stands for a text that was taken out."""
        return f"‹{hashlib.blake2b(text.casefold().encode(), key=self._salt, digest_size=4).hexdigest()}›"

    def line(self, line: str) -> str:
        """One line of a log, or of a trace beneath it."""
        if (trace := _TRACE_LINE.fullmatch(line)) is not None:
            return "".join(trace.groups())
        head, message = "", line
        if (found := _LOG_LINE.fullmatch(line)) is not None:
            head, message = found.groups()
        return head + self.message(message)

    def message(self, text: str) -> str:
        """A sentence that may carry what was scanned or typed."""
        if self._known is not None:
            text = self._known.sub(lambda match: self.mark(match[0]), text)
        text = _ADDRESS.sub(lambda match: address(match[0]), text)
        text = _QUOTED.sub(lambda match: _TOKEN.sub(lambda token: self._foreign(token[0]), match[0]), text)
        text = _GROUPED.sub(lambda match: self.mark(match[0]), text)
        return _TOKEN.sub(lambda match: self._token(match[0]), text)

    def plain(self, text: str) -> str:
        """A text that the program wrote by itself: known names, passwords in addresses and the home folder go."""
        if self._known is not None:
            text = self._known.sub(lambda match: self.mark(match[0]), text)
        text = _ADDRESS.sub(lambda match: address(match[0]), text)
        return text.replace(str(Path.home()), "~") if len(str(Path.home())) > 1 else text

    def _token(self, token: str) -> str:
        bare = token.strip(".!?…-–%*#·^~")
        kept = not bare or bare.startswith("‹") or bare in _OURS or _PUNCTUATION.fullmatch(bare)
        if kept or _WORD.fullmatch(bare) or _SMALL_NUMBER.fullmatch(bare):
            return token
        return self.mark(token)

    def _foreign(self, token: str) -> str:
        return token if token.startswith("‹") or _PUNCTUATION.fullmatch(token) else self.mark(token)


def shape(raw: bytes) -> str:
    """What a scanner sent, without what it says: A for each capital, a for each small letter, 9 for each figure.

    It comes in pieces of any size, a byte at a time on a slow line: no word or number in it can be told from another.
    """
    return "".join(_shape_of(chr(byte)) for byte in raw)


def _shape_of(sign: str) -> str:
    if sign.isascii() and sign.isalnum():
        return "9" if sign.isdecimal() else "A" if sign.isupper() else "a"
    return "?" if not sign.isascii() else repr(sign)[1:-1]


def settings(fields: Any, name: str = "") -> Any:
    """Settings as plain values: no secret, and no one's password in an address."""
    if isinstance(fields, dict):
        return {key: settings(value, key) for key, value in fields.items()}
    if isinstance(fields, list | tuple):
        return [settings(value, name) for value in fields]
    if isinstance(fields, str) and fields and _SECRET_NAME.search(name):
        return "‹set›"
    return address(fields) if isinstance(fields, str) else fields


def address(text: str) -> str:
    """An address without user, password and query; what is none stays as it is."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "‹an address that cannot be read›"
    return urlunsplit((parts.scheme, host, parts.path, "‹…›" if parts.query else "", ""))

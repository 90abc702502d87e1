"""Makes texts of strangers harmless where they are read: on a terminal, in a line of print, in a spreadsheet."""

import re
import unicodedata

# Spreadsheets take what begins so for a formula, also in its full width (owasp.org, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Control signs, marks of the reading direction, ends of lines, halves of pairs; not the joiners that scripts need.
_UNSAFE = ("Cc", "Cf", "Zl", "Zp", "Cs")
_JOINERS = ("\u200c", "\u200d")
# What a reader may pass over before a formula: blanks of any width, and joiners.
_BLANK = re.compile("[\\s\u200c\u200d]*")


def shown(text: str) -> str:
    """Return a text that can do nothing to a terminal or to the reading direction of the line it stands in."""
    return "".join("\ufffd" if _is_unsafe(sign) else sign for sign in text)


def cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    safe = shown(text)
    return f"'{safe}" if text.startswith(_FORMULA) or _BLANK.sub("", text, count=1).startswith(_FORMULA) else safe


def _is_unsafe(sign: str) -> bool:
    return sign not in _JOINERS and unicodedata.category(sign) in _UNSAFE

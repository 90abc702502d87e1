"""AIM symbology identifiers: the three characters `]cm` a scanner puts in front of a code (ISO/IEC 15424)."""

import re

SIZE = 3

_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")


def split(text: str) -> tuple[str, str]:
    """The identifier, or an empty string, and the code behind it."""
    match = _AIM.match(text)
    return (match.group(), text[match.end() :]) if match else ("", text)

"""Adam: the AZextra's printed label, and the CPWplus's answer to `G`.

AZextra: source is the user manual 3.10 and what drivers in the field found: it answers `P` only for a new weight that
is not zero, beeps when asked for the same one, and says nothing when the platform is cleared. So it is not asked: the
person presses Print, and the label that comes is the weight. Of the label's lines only those with a weight are
read; the rest is the shop's own text. CPWplus: user manual page 16, `G + 2.00 kg`; it does not tell whether
the figure is still, so only a long run of equal answers counts (see its rule in models.py).
Neither has a check: a damaged digit is another digit.
"""

import re
from decimal import Decimal

from devices.scales.frames import GARBLED, Basis, Codec, Frames, Shown, figure

CPWPLUS_REQUEST = b"G\r\n"
_LONGEST_FRAME = 120
_UNIT = r"(?P<unit>kg|g|lb|oz)"
_LABEL_LINE = re.compile(
    rf"\s*(?:(?P<label>gross|net)(?: ?(?:wt|weight))?|wt|weight)?[.:]* *(?P<value>\d+\.\d+) ?{_UNIT}\s*", re.IGNORECASE
)
_PRINTABLE = re.compile(rb"[\x20-\x7e\t\x80-\xff]*\r?\n?\r?")
_ANSWER = re.compile(rf"(?P<label>[GN]) *(?P<sign>[+-]) *(?P<value>\d+(?:\.\d+)?) *{_UNIT}\r\n")


def codec_azextra(device: str) -> Codec:
    """Lines of a label end with LF."""
    return Frames(device, decode_label_line, last=0x0A, longest=_LONGEST_FRAME)


def codec_cpwplus(device: str) -> Codec:
    """Frames end with CR LF."""
    return Frames(device, decode_answer, last=0x0A, longest=_LONGEST_FRAME)


def decode_label_line(frame: bytes) -> Shown | None:
    """What one line of a label says; None for any other text on it."""
    text = frame.decode("ascii", "replace")
    found = _LABEL_LINE.fullmatch(text)
    if found:
        label = (found["label"] or "").lower()
        basis: Basis = "net" if label == "net" else "gross" if label == "gross" else "unknown"
        return figure(Decimal(found["value"]), found["unit"].lower(), still=True, basis=basis)
    return None if text.isascii() and text.rstrip("\r\n").isprintable() else GARBLED


def decode_answer(frame: bytes) -> Shown | None:
    """What one answer of a CPWplus says."""
    found = _ANSWER.fullmatch(frame.decode("ascii", "replace"))
    if not found:
        return GARBLED
    value = Decimal(found["value"])
    basis: Basis = "net" if found["label"] == "N" else "gross"
    return figure(-value if found["sign"] == "-" else value, found["unit"], still=True, basis=basis)

"""What arrived from a scanner, whole: a code, or nothing that any symbol can hold."""

from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim, layouts

LONGEST_CODE = 7_089  # figures in a QR code version 40-L, the most any symbol a bench scanner reads can hold
RAW_KEPT = 80  # bytes of what could not be read that are worth looking at

# Separators of ISO/IEC 15434 envelopes and GS1 element strings; any other control character is line noise.
_ALLOWED_CONTROLS = layouts.SEPARATORS


def text_of(raw: bytes) -> str:
    """Return UTF-8, or ISO 8859-1, the default of QR and Data Matrix, where it is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def reading_of(device: str, text: str, at: float) -> Scan | Unreadable:
    """Return the scan of a text that may have an AIM identifier in front, without its suffix; or why it is none."""
    symbology, code = aim.split(text)
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in code if c not in _ALLOWED_CONTROLS):
        return unreadable(device, Fault.garbled, text.encode(errors="replace"), at)
    if not code.strip():
        return unreadable(device, Fault.empty, text.encode(errors="replace"), at)
    return Scan(device, code, symbology, at)


def unreadable(device: str, why: Fault, raw: bytes, at: float) -> Unreadable:
    """Return what to say of bytes that are no code, with the start of them."""
    return Unreadable(device, why, bytes(raw[:RAW_KEPT]), at)

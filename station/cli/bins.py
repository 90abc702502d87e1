"""`bin`: the manifest of a bin; the bench may be at work."""

import sys
from pathlib import Path

from station.bins.manifest import as_csv, as_json, as_text, is_counted_blind, manifest
from station.cli.find import reading
from station.cli.language import translator
from station.moments import now
from station.printed import manifest_pdf
from station.safe_text import shown

FORMS = ("text", "json", "csv", "pdf")


def show(data: Path, code: str, form: str, to: Path | None, times_ago: int, language: str) -> int:
    """Print what lies in a bin, or write it to a file; return 1 for a bin nobody knows, or while bins are counted.

    Raises JournalError when there is no journal that can be read, SettingsError for a language we do not have, OSError
    when the file cannot be written.
    """
    tr = translator(language)
    with reading(data) as (connection, station):
        if times_ago == 0 and is_counted_blind(connection, station):
            sys.stderr.write("The bins are being counted, blind: their lists are told when all are counted.\n")
            return 1
        told = manifest(connection, station, code, times_ago)
    if told is None:
        sys.stderr.write(f"Nobody here knows bin {shown(code)}, or it did not leave so often.\n")
        return 1
    if form == "pdf":
        content = manifest_pdf.pdf(told, now(), tr)
    else:
        content = {"text": as_text, "json": as_json, "csv": as_csv}[form](told).encode()
    if to is not None:
        to.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return 0

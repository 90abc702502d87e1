"""`calibration`: how alike people grade, by the second looks of a bench; it may be at work."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from station.calibration.past import TRAINING_FOLDER, refreshed
from station.calibration.report import as_csv, as_json, as_text, calibration, pairs
from station.cli.find import reading
from station.moments import utc
from station.opening import JOURNAL_FILE


def show(data: Path, days: int, form: str) -> int:
    """Print what the second looks of the last days say, and the refreshers in training.

    Raises JournalError when there is no journal, or when it cannot be read.
    """
    since = utc(datetime.now(UTC) - timedelta(days=days))
    with reading(data) as (connection, station):
        told = calibration(pairs(connection, [station], since), since)
    practised = data / TRAINING_FOLDER
    if (practised / JOURNAL_FILE).exists():
        with reading(practised) as (connection, _):
            told = msgspec.structs.replace(told, refreshers=refreshed(connection, since))
    sys.stdout.write({"json": as_json, "csv": as_csv}.get(form, as_text)(told))
    return 0

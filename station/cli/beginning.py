"""`returns-station begin`: the first settings of a real bench; its devices are set up on its own screen."""

import sys
from pathlib import Path

from station.plates import parcel_id
from station.settings import SETTINGS_FILE, Settings, SettingsError, write


def begin(data: Path, station: str, bench: str) -> int:
    """Write settings.toml into a data folder that has none; raises SettingsError, with nothing written."""
    path = data / SETTINGS_FILE
    if path.exists():
        raise SettingsError(
            f"{path} is there already. Devices are set up on the bench's own screen (F6); mend the rest there."
        )
    try:
        parcel_id(station, 1)
    except ValueError as error:
        raise SettingsError(
            f"The station's code {station!r} cannot be used: three of A-Z and 0-9, its own at each bench."
        ) from error
    data.mkdir(parents=True, exist_ok=True)
    write(path, Settings(station=station, bench=bench))
    sys.stdout.write(
        f"{path} is written for station {station}, {bench}.\n"
        f"Next: `returns-station enrol --data {data} --central URL --code CODE` lets it in at central;\n"
        f"`returns-station run --data {data}` opens the bench; set up its devices there on page F6,\n"
        f"then prove them all with `returns-station doctor --data {data}`.\n"
    )
    return 0

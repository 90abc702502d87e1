"""One code seen twice in a blink by one scanner is one scan."""

from devices.readings import Scan


class DuplicateWindow:
    """Tells repeats from new scans. A repeat extends the window, so a stuttering scanner is one scan."""

    def __init__(self, window_s: float = 0.3) -> None:
        self._window_s = window_s
        self._last: dict[str, Scan] = {}

    def is_repeat(self, scan: Scan) -> bool:
        """Whether this device read the same code less than the window ago."""
        last = self._last.get(scan.device)
        self._last[scan.device] = scan
        return (
            last is not None and (last.text, last.aim) == (scan.text, scan.aim) and scan.at - last.at < self._window_s
        )

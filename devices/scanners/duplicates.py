"""One code seen twice in a blink by one scanner is one scan."""

from collections.abc import Mapping

from devices.readings import Scan


class DuplicateWindow:
    """Tells repeats from new scans. A repeat extends the window, so a stuttering scanner is one scan.

    Each device is by itself: two scanners that read one code are two people with two things in their hands, or one
    person who means it, and both scans count. `of` gives devices a window other than `window_s`; 0 lets all through.
    It stands in one place, where all scanners meet: a keyboard scanner has no session that could do it.
    """

    def __init__(self, window_s: float = 0.3, of: Mapping[str, float] | None = None) -> None:
        self._window_s = window_s
        self._of = dict(of or {})
        self._last: dict[str, Scan] = {}

    def is_repeat(self, scan: Scan) -> bool:
        """Whether this device read the same code less than its window ago."""
        last = self._last.get(scan.device)
        self._last[scan.device] = scan
        window_s = self._of.get(scan.device, self._window_s)
        return last is not None and (last.text, last.aim) == (scan.text, scan.aim) and scan.at - last.at < window_s

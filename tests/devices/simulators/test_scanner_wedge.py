"""The simulated keyboard scanner, seen by a window that is not ours: the keys are those of a scanner's own layout."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from Xlib import X, display

from devices.readings import Scan
from devices.scanners import layouts
from devices.scanners.wedge import WedgeDecoder, WedgeSettings
from devices.simulators.process import Simulator


@pytest.fixture
def keys(xvfb: str) -> Iterator[display.Display]:
    """A bare window with the focus, and what is typed into it."""
    with closing(display.Display(xvfb)) as shown:
        screen = shown.screen()
        mask = X.KeyPressMask | X.KeyReleaseMask | X.StructureNotifyMask
        window = screen.root.create_window(0, 0, 50, 50, 0, screen.root_depth, event_mask=mask)
        window.map()
        while shown.next_event().type != X.MapNotify:
            continue
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        shown.sync()
        yield shown
        window.destroy()


@pytest.mark.parametrize("layout", sorted(layouts.LAYOUTS))
def test_a_code_is_typed_with_the_scanners_own_layout(keys: display.Display, xvfb: str, layout: str) -> None:
    decoder = WedgeDecoder("wedge", WedgeSettings(layouts.LAYOUTS[layout]))
    simulator = Simulator("scanner_wedge", ("--display", xvfb, "--layout", layout))
    try:
        assert simulator.address == xvfb
        simulator.do("scan", text="0109501101530003\x1d10AB-7yz", aim="]d2")
        reading = None
        while reading is None:
            event = keys.next_event()
            if event.type not in (X.KeyPress, X.KeyRelease):
                continue
            code, at = event.detail - layouts.X11_OFFSET, event.time / 1000
            decide = decoder.press if event.type == X.KeyPress else decoder.release
            reading = decide(code, at).reading
    finally:
        simulator.close()
    assert isinstance(reading, Scan)
    assert (reading.text, reading.aim) == ("0109501101530003\x1d10AB-7yz", "]d2")

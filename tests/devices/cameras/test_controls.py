"""Controls on a made-up UVC camera that behaves as real ones do: it refuses, rounds, and says yes without doing."""

from collections.abc import Mapping

import cv2
import pytest

from devices.cameras.controls import HOLDABLE, Control, fix, hold, release


class Uvc:
    """A camera's properties. A value can be set only while its automatic is off; `deaf` ones say yes and do nothing."""

    SWITCHES: Mapping[int, tuple[int, float]] = {
        cv2.CAP_PROP_FOCUS: (cv2.CAP_PROP_AUTOFOCUS, 1),
        cv2.CAP_PROP_EXPOSURE: (cv2.CAP_PROP_AUTO_EXPOSURE, 3),
        cv2.CAP_PROP_WB_TEMPERATURE: (cv2.CAP_PROP_AUTO_WB, 1),
    }

    def __init__(self, values: Mapping[int, float], deaf: tuple[int, ...] = (), step: float = 1.0) -> None:
        self.values = dict(values)
        self._deaf = deaf
        self._step = step

    def get(self, prop: int, /) -> float:
        return self.values.get(prop, -1.0)

    def set(self, prop: int, value: float, /) -> bool:
        switch, on = self.SWITCHES.get(prop, (0, None))
        if prop not in self.values or (on is not None and self.values.get(switch) == on):
            return False
        if prop not in self._deaf:
            self.values[prop] = round(value / self._step) * self._step
        return True


def whole() -> dict[int, float]:
    """A camera that has everything, left on manual by the program before."""
    return {
        cv2.CAP_PROP_AUTOFOCUS: 0,
        cv2.CAP_PROP_FOCUS: 35,
        cv2.CAP_PROP_AUTO_EXPOSURE: 1,
        cv2.CAP_PROP_EXPOSURE: 250,
        cv2.CAP_PROP_AUTO_WB: 0,
        cv2.CAP_PROP_WB_TEMPERATURE: 4600,
    }


def test_automatics_are_left_to_find_themselves_and_then_held_at_that() -> None:
    camera = Uvc(whole())
    waiting = release(cv2, camera, HOLDABLE)
    assert {control.state for control in waiting} == {"settling"}
    assert [camera.get(switch) for switch, _ in Uvc.SWITCHES.values()] == [1, 3, 1]
    camera.values.update({cv2.CAP_PROP_FOCUS: 40, cv2.CAP_PROP_EXPOSURE: 156, cv2.CAP_PROP_WB_TEMPERATURE: 5100})
    assert hold(cv2, camera, HOLDABLE) == (
        Control("focus", "held", 40),
        Control("exposure", "held", 156),
        Control("white_balance", "held", 5100),
    )
    assert [camera.get(switch) for switch, _ in Uvc.SWITCHES.values()] == [0, 1, 0]


def test_what_a_camera_has_not_is_said_and_the_rest_is_held() -> None:
    camera = Uvc({cv2.CAP_PROP_AUTO_EXPOSURE: 3, cv2.CAP_PROP_EXPOSURE: 99})
    assert hold(cv2, camera, HOLDABLE) == (
        Control("focus", "not_controllable", None),
        Control("exposure", "held", 99),
        Control("white_balance", "not_controllable", None),
    )


def test_a_manual_focus_without_automatic_is_held() -> None:
    camera = Uvc({cv2.CAP_PROP_FOCUS: 12})
    assert hold(cv2, camera, ["focus"]) == (Control("focus", "held", 12),)


def test_an_automatic_that_says_off_and_stays_on_is_not_held() -> None:
    class Stubborn(Uvc):
        SWITCHES: Mapping[int, tuple[int, float]] = {}

    values = {cv2.CAP_PROP_AUTOFOCUS: 1, cv2.CAP_PROP_FOCUS: 12}
    camera = Stubborn(values, deaf=(cv2.CAP_PROP_AUTOFOCUS,))
    assert hold(cv2, camera, ["focus"]) == (Control("focus", "not_controllable", 12),)


@pytest.mark.parametrize(
    ("camera", "state", "value"),
    [
        (Uvc(whole()), "set", 30),
        (Uvc(whole(), deaf=(cv2.CAP_PROP_FOCUS,)), "not_controllable", 35),
        (Uvc(whole(), step=20), "not_controllable", 40),
        (Uvc({}), "not_controllable", None),
        (Uvc({**whole(), cv2.CAP_PROP_AUTOFOCUS: 1}), "not_controllable", None),
    ],
)
def test_a_value_of_the_settings_counts_when_it_is_read_back(camera: Uvc, state: str, value: float | None) -> None:
    assert fix(cv2, camera, {"FOCUS": 30}) == (Control("FOCUS", state, value),)


def test_the_automatic_is_switched_off_first_when_the_settings_say_so_first() -> None:
    camera = Uvc({**whole(), cv2.CAP_PROP_AUTOFOCUS: 1})
    fixed = fix(cv2, camera, {"AUTOFOCUS": 0, "FOCUS": 30, "NONSENSE": 1})
    assert fixed == (
        Control("AUTOFOCUS", "set", 0),
        Control("FOCUS", "set", 30),
        Control("NONSENSE", "not_controllable", None),
    )

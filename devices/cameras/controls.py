"""Focus, exposure and white balance of a camera: left to find themselves, then held, and always read back.

Automatic focus hunts whenever a hand comes into the picture, and automatic exposure makes two photos of one item
differ. V4L2 and UVC let a value be set only while its automatic is off, and drivers say yes to what the camera then
does not do: so what counts is what is read back. The numbers of AUTO_EXPOSURE are V4L2's: 1 manual, 3 aperture
priority.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, Protocol

_NEAR = 0.5


class Properties(Protocol):
    """The part of OpenCV's VideoCapture that matters here."""

    def get(self, prop: int, /) -> float:
        """The value now; 0 or -1 where there is no such property."""

    def set(self, prop: int, value: float, /) -> bool:
        """Ask for a value; True says only that the driver took the request."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control as it stands: `value` is what the camera says itself, None when it has no such control.

    `settling`: on automatic until it is held. `held`: automatic off, and the value it had found. `set`: as the
    settings want it. `not_controllable`: this camera does not take it, or has none.
    """

    name: str
    state: Literal["settling", "held", "set", "not_controllable"]
    value: float | None


@dataclass(frozen=True, slots=True)
class _Automatic:
    """The property that switches an automatic, its values for on and off, and the property it works on."""

    switch: str
    on: float
    off: float
    value: str


HOLDABLE: Mapping[str, _Automatic] = {
    "focus": _Automatic("AUTOFOCUS", 1, 0, "FOCUS"),
    "exposure": _Automatic("AUTO_EXPOSURE", 3, 1, "EXPOSURE"),
    "white_balance": _Automatic("AUTO_WB", 1, 0, "WB_TEMPERATURE"),
}


def fix(cv2: ModuleType, capture: Properties, wanted: Mapping[str, float]) -> tuple[Control, ...]:
    """Set each property (OpenCV's name without CAP_PROP_) in the given order, and read it back."""
    controls = []
    for name, value in wanted.items():
        prop = getattr(cv2, f"CAP_PROP_{name}", None)
        now = capture.get(prop) if prop is not None and capture.set(prop, value) else None
        done = now is not None and abs(now - value) <= _NEAR
        controls.append(Control(name, "set" if done else "not_controllable", now))
    return tuple(controls)


def release(cv2: ModuleType, capture: Properties, names: Iterable[str]) -> tuple[Control, ...]:
    """Switch these automatics on, whatever the program before us left them at."""
    for name in names:
        automatic = HOLDABLE[name]
        capture.set(_number(cv2, automatic.switch), automatic.on)
    return tuple(Control(name, "settling", None) for name in names)


def hold(cv2: ModuleType, capture: Properties, names: Iterable[str]) -> tuple[Control, ...]:
    """Switch these automatics off and keep the values they found."""
    return tuple(_hold(cv2, capture, name, HOLDABLE[name]) for name in names)


def _hold(cv2: ModuleType, capture: Properties, name: str, automatic: _Automatic) -> Control:
    switch, prop = _number(cv2, automatic.switch), _number(cv2, automatic.value)
    found = capture.get(prop)
    capture.set(switch, automatic.off)
    if not capture.set(prop, found):
        return Control(name, "not_controllable", None)
    now = capture.get(prop)
    held = abs(now - found) <= _NEAR and capture.get(switch) != automatic.on
    return Control(name, "held" if held else "not_controllable", now)


def _number(cv2: ModuleType, name: str) -> int:
    return int(getattr(cv2, f"CAP_PROP_{name}"))

"""When the camera takes a photo by itself: pictures in, "now" out. A person's key or tap takes one at any moment.

A photo is due, the picture is good and nothing moves for a while: that is the moment, once for each thing shown. What
lay there at the last still, or when the bench was turned back to the same photo, must be seen to change first.
"""

from typing import Any

import msgspec

from grading.gate import differs
from grading.photo import LIMITS

HOLD_S = 0.5
"""How long the picture must stay good and still."""

HOLD_FRAMES = 5
"""How many pictures that takes at least: a slow camera shows too little of what moves."""

SAME, SAME_ITEM = "same", "same_item"
"""Said in place of a problem: the picture is good, and is the one a photo was taken of, or one of the item before."""

Trace = Any  # grading.gate.Glance.trace


class Shutter(msgspec.Struct, frozen=True):
    """What is remembered between two pictures.

    `due` is the request of the photo that is due, empty when none is, `last` the latest that was; `shown` is what was
    to be seen at the last still and `of` its item; `began` is when and with which trace the picture began to be good
    and still.
    """

    due: str = ""
    last: str = ""
    shown: Trace | None = None
    of: str = ""
    began: tuple[float, Trace] | None = None
    frames: int = 0


class Look(msgspec.Struct, frozen=True):
    """What one picture does: the share of the waiting that is over, whether to take the photo now, and what to say
    (`SAME` or `SAME_ITEM`) where only the same thing is still shown."""

    steady: float = 0.0
    shoot: bool = False
    same: str = ""


def arm(shutter: Shutter, request: str, trace: Trace | None) -> Shutter:
    """Take note of the photo that is due now; `trace` is what is to be seen at this moment.

    Whoever came back to a photo by undo or cancel, or left one out, does not want it taken of what lies there.
    """
    if request == shutter.due:
        return shutter
    if not request:
        return msgspec.structs.replace(shutter, due="", began=None)
    shown, of = shutter.shown, shutter.of
    if request == shutter.last or (shown is None and _item(request) == _item(shutter.last)):
        shown, of = trace, _item(request)
    return Shutter(request, request, shown, of)


def taken(shutter: Shutter, trace: Trace | None) -> Shutter:
    """A still was asked for, by whomever: the next one needs something else to be seen than now."""
    return msgspec.structs.replace(shutter, shown=trace, of=_item(shutter.due or shutter.last), began=None)


def look(shutter: Shutter, problems: tuple[str, ...], trace: Trace, at: float) -> tuple[Shutter, Look]:
    """Take the verdict of one picture, seen at `at` (monotonic seconds)."""
    rest = msgspec.structs.replace(shutter, began=None, frames=0)
    if not shutter.due or problems:
        return rest, Look()
    if shutter.shown is not None and not differs(shutter.shown, trace, LIMITS.changed_share):
        return rest, Look(same=SAME if shutter.of == _item(shutter.due) else SAME_ITEM)
    began = shutter.began
    # Against the first of the good ones: what creeps never moves much between two pictures.
    if began is None or differs(began[1], trace, LIMITS.moved_share):
        return msgspec.structs.replace(shutter, began=(at, trace), frames=1), Look()
    frames, share = shutter.frames + 1, min(1.0, (at - began[0]) / HOLD_S)
    if share >= 1.0 and frames >= HOLD_FRAMES:
        return rest, Look(1.0, shoot=True)
    return msgspec.structs.replace(shutter, frames=frames), Look(share)


def _item(request: str) -> str:
    return request.partition("/")[0]

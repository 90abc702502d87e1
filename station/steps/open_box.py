"""The photo of an opened parcel in which nothing was found: the only evidence there will be of it."""

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.inputs import Command, PhotoChecked, PhotoReady
from station.inspecting.facts import OPEN_BOX, BoxNotPhotographed, BoxPhotographed
from station.known import Known
from station.outcome import Capture, Outcome
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised
from station.receiving.parcel import Parcel
from station.state import Ask, State
from station.steps.finish import closed
from station.steps.notices import attention, refused, warned
from station.steps.pictures import DOUBT, SKIP_PHOTO


def shoot(state: State, command: Command, known: Known) -> Outcome:
    """asks the camera for a still of the opened parcel"""
    parcel = _empty(state)
    if parcel is None:
        return attention(mark("No photo is due now."))
    return Outcome(capture=Capture(request_of(parcel), OPEN_BOX), ask=None)


def shoot_ready(state: State, reading: PhotoReady, known: Known) -> Outcome:
    """the live picture is good and still: asks the camera for a still of the opened parcel"""
    parcel = _empty(state)
    if parcel is None or reading.request != request_of(parcel):
        return Outcome()
    return Outcome(capture=Capture(reading.request, OPEN_BOX), ask=None)


def take(state: State, reading: PhotoChecked, known: Known) -> Outcome:
    """a good photo is recorded, and the parcel is finished; a bad one says what to do and can be taken again or kept"""
    parcel = _empty(state)
    if parcel is None or reading.request != request_of(parcel):
        return Outcome()
    if reading.problems:
        ask = Ask("doubt", value=OPEN_BOX, choices=DOUBT, photo=reading)
        return Outcome(warned(mark("This photo is not good enough.")), ask=ask)
    return _keep(state, parcel, reading, known)


def choose_doubt(state: State, command: Command, known: Known) -> Outcome:
    """`again` takes another; `keep` records the photo with its faults, and the parcel is finished"""
    parcel, photo = _empty(state), state.ask.photo if state.ask is not None else None
    if parcel is None or photo is None:
        return Outcome(ask=None)
    return _keep(state, parcel, photo, known) if command.value == "keep" else shoot(state, command, known)


def ask_skip(state: State, command: Command, known: Known) -> Outcome:
    """asks why the photo is left out"""
    return Outcome(ask=Ask("skip-why", value=OPEN_BOX, choices=SKIP_PHOTO))


def leave_out(state: State, why: str, known: Known) -> Outcome:
    """Record that there is no photo of the opened parcel, and finish it."""
    parcel = _empty(state)
    if parcel is None:
        return Outcome(ask=None)
    name = parcel.arrived.parcel
    number = exception_id(state.station, state.exceptions + 1)
    raised = ExceptionRaised(number, "photo_left_out", "supervisor", parcel=name, detail=OPEN_BOX)
    end = closed(msgspec.structs.replace(state, exceptions=state.exceptions + 1), known)
    return msgspec.structs.replace(end, facts=(BoxNotPhotographed(name, why), raised, *end.facts))


def scan_meanwhile(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the photo of the open box comes first, or U where something was in it"""
    return refused(mark("Photograph the open box first. Was something in it? Press U, then scan it."))


def request_of(parcel: Parcel) -> str:
    """Return the name of the photo of an opened parcel."""
    return f"{parcel.arrived.parcel}/{OPEN_BOX}"


def _empty(state: State) -> Parcel | None:
    """Return the parcel on the bench, when nothing was in it."""
    return state.parcel if state.parcel is not None and state.parcel.found_empty else None


def _keep(state: State, parcel: Parcel, reading: PhotoChecked, known: Known) -> Outcome:
    photo = BoxPhotographed(
        parcel.arrived.parcel,
        reading.sha256,
        reading.size,
        reading.sharpness_milli,
        reading.brightness_milli,
        "accepted" if reading.problems else "good",
        reading.problems,
        reading.fingerprint,
        reading.shared_sha256,
    )
    end = closed(state, known)
    return msgspec.structs.replace(end, facts=(photo, *end.facts))

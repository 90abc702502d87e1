"""Hints of the comparisons of photos: recorded whenever they come; no stage waits for them or is moved by them."""

from station.inputs import PhotoCompared
from station.inspecting.facts import Hinted
from station.known import Known
from station.outcome import Outcome
from station.state import State


def note(state: State, reading: PhotoCompared, known: Known) -> Outcome:
    """the hint of a comparison is recorded with its photo; it changes neither grade nor route"""
    if not known.item_stands(reading.item):
        return Outcome()
    hint = Hinted(
        reading.item,
        reading.shot,
        reading.sha256,
        reading.kind,
        reading.confidence_permille,
        reading.region,
        reading.detail,
        reading.beside,
    )
    return Outcome(facts=(hint,))

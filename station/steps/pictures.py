"""What is asked and said of any photo: whether to take it again, why there is none, and why the camera gave none."""

from collections.abc import Mapping

from resources.words import mark
from station.inputs import PhotoFailed
from station.known import Known
from station.outcome import Outcome
from station.state import Choice, State
from station.steps.notices import attention

SKIP_PHOTO = (
    Choice("camera", mark("The camera does not work")),
    Choice("size", mark("It does not fit under the camera")),
    Choice("danger", mark("It is not safe to handle")),
    Choice("disk", mark("There is no room for it on the disk")),
)
_NOT_SAVED: Mapping[str, str] = {
    "disk_full": mark("The disk is full: the photo could not be saved. Call IT, then try again."),
    "disk_low": mark("The disk is nearly full: no more photos. Press S to go on without, and call IT."),
    "disk_error": mark("The disk does not take the photo. Call IT at once."),
    "read_only": mark("The folder of the photos cannot be written. Call IT."),
}
DOUBT = (
    Choice("again", mark("Take it again")),
    Choice("keep", mark("Keep this photo")),
)


def photo_failed(state: State, reading: PhotoFailed, known: Known) -> Outcome:
    """says that the camera gave no picture"""
    text = mark("The camera gave no picture. Try again, or press S to go on without.")
    return attention(_NOT_SAVED.get(reading.why, text))

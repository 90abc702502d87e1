"""The facts of inspecting a unit: its photos and what was read in them, answers, marks, preparation and stops."""

from typing import Literal

import msgspec

from grading.reading import Reading
from station.fact import Fact
from station.records import Owner

PhotoVerdict = Literal["good", "accepted"]
ReadingSubject = Literal["serial", "expiry", "lot", "model"]
ReadingWord = Literal["yes", "no", "unreadable"]


class PhotoTaken(Fact, frozen=True):
    """A photo is on disk under its SHA-256. `verdict` is `accepted` when a person kept one the gate doubted.

    Only the copy `shared_sha256`, in which no shipping label can be read, leaves the bench where there is one; else the
    photo itself may. `mat` and `gains` are those of station.inputs."""

    item: str
    shot: str
    sha256: str
    size: int
    sharpness_milli: int = 0
    brightness_milli: int = 0
    verdict: PhotoVerdict = "good"
    problems: tuple[str, ...] = ()
    fingerprint: str = ""
    codes: tuple[str, ...] = ()
    shared_sha256: str = ""
    mat: tuple[float, ...] = ()
    gains: tuple[float, ...] = ()


class PhotoRead(Fact, frozen=True):
    """What was found in the print and the barcodes of a photo, on which day: candidates, none of them confirmed."""

    item: str
    shot: str
    sha256: str
    readings: tuple[Reading, ...] = ()
    on: str = ""


class ReadingAnswered(Fact, frozen=True):
    """A person looked at the goods: which of the offered readings is right (`chosen`), or none, or nobody can read it.

    `subject` is serial, expiry, lot or model; `sha256` names the photo they were read in.
    """

    item: str
    subject: ReadingSubject
    answer: ReadingWord
    chosen: str = ""
    offered: tuple[str, ...] = ()
    sha256: str = ""


class ExpiryRead(Fact, frozen=True):
    """The expiry date (ISO) was read in a photo and confirmed by a person, or stood in the code of a serial number."""

    item: str
    expiry: str


class PhotoSkipped(Fact, frozen=True):
    """A demanded photo was not taken, and why."""

    item: str
    shot: str
    why: str


class BoxPhotographed(Fact, frozen=True):
    """The opened parcel, in which nothing was found, was photographed; what is said of it is as in PhotoTaken."""

    parcel: str
    sha256: str
    size: int
    sharpness_milli: int = 0
    brightness_milli: int = 0
    verdict: PhotoVerdict = "good"
    problems: tuple[str, ...] = ()
    fingerprint: str = ""
    shared_sha256: str = ""


class BoxNotPhotographed(Fact, frozen=True):
    """There is no photo of the opened parcel in which nothing was found, and why."""

    parcel: str
    why: str


# The shot that the photo of an opened parcel is told by, among those of items.
OPEN_BOX = "open_box"
# The facts that name the file of a photo, and of the copy of it that may leave, in the same words; and their names.
PICTURES = (PhotoTaken, BoxPhotographed)
PICTURE_TYPES = tuple(each.__name__ for each in PICTURES)


class Files(msgspec.Struct, frozen=True):
    """The files that the body of either names, whatever else it says."""

    sha256: str
    shared_sha256: str = ""


class Hinted(Fact, frozen=True):
    """A comparison of a photo gave a hint, with its confidence: something to look at; no grade or route rests on it.

    `region` is left, top, width and height in thousandths of the photo; `detail` says what the hint rests on, `beside`
    is the SHA-256 of a photo it was compared with.
    """

    item: str
    shot: str
    sha256: str
    kind: str
    confidence_permille: int
    region: tuple[int, ...] = ()
    detail: str = ""
    beside: str = ""


class Answered(Fact, frozen=True):
    """One question of the rubric was answered.

    `how` is `rest` when "nothing found on the rest" answered it with others, and empty when it was asked by itself.
    """

    item: str
    question: str
    option: str
    rubric: str
    how: Literal["", "rest"] = ""


class PrepDone(Fact, frozen=True):
    """What the rubric wants done to the goods before they go on was done; `prep` is the step's id."""

    item: str
    prep: str


class PrepSkipped(Fact, frozen=True):
    """A wanted preparation was left out, and why."""

    item: str
    prep: str
    why: str


class DefectMarked(Fact, frozen=True):
    """A person showed where a defect is on a photo: evidence, which changes no grade unless it is one that stops.

    From one point to another (the same for a tap), in thousandths of the picture's width and height; `length_um` is
    0 where nobody knows how large the picture is in reality.
    """

    item: str
    mark: int
    sha256: str
    x_permille: int
    y_permille: int
    x2_permille: int
    y2_permille: int
    zone: str
    kind: str
    severity: int
    length_um: int = 0


class InterlockRaised(Fact, frozen=True):
    """Nothing goes on with the item until a person has acknowledged this stop.

    `cause` is the answer (`battery:yes`), the recall (`recall:ID`), the serial number (`serial:...`) or the mark on a
    photo (`mark:N`) behind it.
    """

    item: str
    code: str
    cause: str
    owner: Owner
    detail: str = ""


class InterlockAcknowledged(Fact, frozen=True):
    """A person has read a stop and did what it asks for; `proof` is `confirm`, the box's code or a badge.

    `read` as proof: what was not known before was read, and the stop does not hold for this unit.
    """

    item: str
    code: str
    cause: str
    proof: str

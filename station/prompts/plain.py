"""The questions that are asked alike whatever lies on the bench."""

from collections.abc import Mapping

from resources.words import mark
from station.inputs import Do
from station.prompts.question import NO_SCALE, REPRINT, SIGN_OUT, Button, button
from station.stages import Stage

_NO_SERIAL = button("S", mark("It cannot be read"), Do.SKIP)
PLAIN: Mapping[Stage, tuple[str, str, str, tuple[Button, ...]]] = {
    Stage.SIGN_IN: (mark("Scan your badge"), mark("Then type your PIN."), "badge", ()),
    Stage.IDLE: (
        mark("Scan the label on the parcel"),
        mark("Any tracking number, return number or order number will do."),
        "parcel",
        (
            button("F10", mark("Decisions"), Do.DECIDE),
            button("F11", mark("The shift"), Do.CLOSE_SHIFT),
            SIGN_OUT,
        ),
    ),
    Stage.WEIGH: (
        mark("Put the parcel on the scale"),
        mark("Unopened. The weight is taken by itself; if it lies there already, lift it once."),
        "scale",
        (NO_SCALE,),
    ),
    Stage.SERIAL: (
        mark("Scan the serial number"),
        mark("It is on a sticker at the back, in the battery bay or on the box."),
        "serial",
        (_NO_SERIAL,),
    ),
    Stage.LABEL: (
        mark("Stick the label on and scan it"),
        mark("Plate {plate}. Press R if no label came out."),
        "label",
        (REPRINT,),
    ),
    Stage.PLACE: (
        mark("Put it in {disposition} and scan the bin"),
        mark("{bins}"),
        "bin",
        (button("B", mark("Bin is full, or a new bin"), Do.BIN_FULL), REPRINT),
    ),
    Stage.COUNT: (
        mark("Scan a bin to count it"),
        mark("Every bin with goods is counted: scan its label, then every plate in it."),
        "bin",
        (
            button("Enter", mark("All bins are counted"), Do.FINISH, main=True),
            button("M", mark("A bin has left"), Do.MOVE_BIN),
            button("Esc", mark("Call the count off"), Do.CANCEL),
            SIGN_OUT,
        ),
    ),
    Stage.COUNT_BIN: (
        mark("Scan every plate in bin {counting}"),
        mark("Whatever lies in it, also what does not belong there. Scanned so far: {scanned}."),
        "label",
        (
            button("Enter", mark("This bin is counted"), Do.FINISH, main=True),
            button("U", mark("Take the last plate back"), Do.UNDO),
            button("Esc", mark("Count it from nothing"), Do.CANCEL),
        ),
    ),
    Stage.CHECK: (
        mark("Scan every plate in bin {counting}"),
        mark("Whatever lies in it, also what does not belong there. Scanned so far: {scanned}."),
        "label",
        (
            button("Enter", mark("This bin is counted"), Do.FINISH, main=True),
            button("U", mark("Take the last plate back"), Do.UNDO),
            button("Esc", mark("Leave it uncounted"), Do.CANCEL),
        ),
    ),
}

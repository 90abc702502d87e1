"""Makes the pictures of the README from the screens as they are drawn now, with few colours so that they stay small.

    python tests/long/pictures.py [FOLDER]

FOLDER is resources/pictures unless given.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SCREENS = "tests/ui/test_screens.py::test_each_stage_and_page_is_drawn"
COLOURS = 128
# A lamp of few pixels keeps its colour: colours mean something here.
_RARE_TOO = Image.Quantize.MAXCOVERAGE
# The picture's name, and the scene of tests/ui/test_screens.py it is taken of.
PICTURES: Mapping[str, str] = {
    "sign_in": "01-sign-in",
    "idle": "03-idle",
    "weigh": "06-weigh",
    "item": "07-item",
    "photo": "08-photo",
    "inspect": "25-inspect-rest",
    "result": "16-result-refurb",
    "label": "12-label-printer-out",
    "place": "13-place",
    "missing": "19-missing",
}


def main(folder: Path) -> int:
    """Draw the screens, and keep those the README shows."""
    with tempfile.TemporaryDirectory() as drawn:
        command = [sys.executable, "-m", "pytest", "-q", f"{SCREENS}[light-en-1280]"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "SCREENSHOTS": drawn}, check=True)
        for name, scene in PICTURES.items():
            with Image.open(Path(drawn) / f"{scene}-en-light-1280.png") as screen:
                few = screen.convert("RGB").quantize(COLOURS, _RARE_TOO, dither=Image.Dither.NONE)
            few.save(folder / f"{name}.png", optimize=True)
    print(f"{sum(path.stat().st_size for path in folder.glob('*.png')) // 1024} KiB in {folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "pictures"))

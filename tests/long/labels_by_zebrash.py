"""Every kind of barcode with hostile data, drawn by zpl-renderer-js: `python tests/long/labels_by_zebrash.py`.

Not in the suite: it needs node and npm, 27 MB from the npm registry, and more than a second a label.
"""

import base64
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "devices" / "printers")]

import test_symbols as symbols  # noqa: E402 (the path to it is made above)

PACKAGE = "zpl-renderer-js@3.4.0"
SCRIPT = """
import { ready } from "zpl-renderer-js";
import { readFileSync, writeFileSync } from "node:fs";
const { api } = await ready;
const asked = JSON.parse(readFileSync("asked.json", "utf8"));
const drawn = [];
for (const zpl of asked) {
  try { drawn.push((await api.zplToBase64MultipleAsync(zpl, 150, 60, 8))[0]); }
  catch (error) { drawn.push("error: " + error); }
  if (drawn.length % 50 === 0) console.error(drawn.length, "of", asked.length);
}
writeFileSync("drawn.json", JSON.stringify(drawn));
process.exit(0);
"""


def known_to_differ(kind: str, data: str) -> bool:
    """zebrash loses the last sign behind a `>0`, and its drawing of one sign alone is not read; zplkit's are."""
    return kind in ("code128", "gs1_128") and (data[-2:-1] == ">" or len(data) == 1)


def main() -> int:
    """Print what came out other than it went in; 1 when anything did that is not known."""
    cases = [case for case in symbols.cases() if case[0] not in symbols.NOT_IN_ZEBRASH]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["npm", "install", "--silent", "--no-fund", PACKAGE], cwd=folder, check=True)
        zpl = [symbols.zpl_of(*case).decode("ascii") for case in cases]
        (folder / "asked.json").write_text(json.dumps(zpl))
        (folder / "draw.mjs").write_text(SCRIPT)
        subprocess.run(["node", "draw.mjs"], cwd=folder, check=True)
        drawn = json.loads((folder / "drawn.json").read_text())
    wrong = 0
    for case, picture in zip(cases, drawn, strict=True):
        found = [] if picture.startswith("error") else symbols.read(Image.open(io.BytesIO(base64.b64decode(picture))))
        if found != symbols.expected(*case):
            known = known_to_differ(*case)
            wrong += not known
            print("known " if known else "WRONG ", case, "came out as", found or picture[:80])
    print(f"{len(cases)} labels, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

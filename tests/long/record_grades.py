"""Records the grades of new rubric versions for ever: `python tests/long/record_grades.py`.

Appends to `tests/grading/data/grades.jsonl` what each shipped version says that has no line there yet: first a hash
of its content, then some ways through its questions with the grade they end in. Lines are never changed; a rubric
that is changed gets a new version, and its old file goes to `resources/rubrics/released/NAME@VERSION.toml`. A client's
override is recorded under the name that both give the grade, as in `footwear@3+tallowby@1`, with a hash of its own
file.
"""

import hashlib
import json
import random
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from grading import overrides  # noqa: E402 (the path to it is set one line above)
from grading.grade import grade  # noqa: E402
from grading.rubric import Answers, Rubric, next_question, parse  # noqa: E402

RECORD = ROOT / "tests" / "grading" / "data" / "grades.jsonl"
EVIDENCE = {"match": "matched", "serial": "same", "weight_in_band": True}
WALKS = 12


def walk(rubric: Rubric, parts: tuple[str, ...], random_: random.Random) -> Answers:
    """One way through the questions; good answers are likelier, or every way would end in D."""
    answers: Answers = ()
    while (question := next_question(rubric, answers, parts)) is not None:
        options = [option for option in question.options if not option.sealed or random_.random() < 0.3]
        at = min(int(random_.expovariate(1.6)), len(options) - 1)
        answers = (*answers, (question.id, options[at].id))
    return answers


def content_hash(toml: bytes) -> str:
    """What a rubric says, whatever its comments and line ends."""
    return hashlib.sha256(json.dumps(tomllib.loads(toml.decode()), sort_keys=True).encode()).hexdigest()


def shipped() -> Iterator[tuple[Rubric, Path]]:
    """Each rubric that comes with the program and the file it is of, those with a client's override last."""
    folder = ROOT / "resources" / "rubrics"
    plain = {rubric.name: (rubric, file) for file in sorted(folder.glob("*.toml")) for rubric in [read(file)]}
    yield from plain.values()
    for file in sorted((folder / "clients").glob("*.toml")):
        override = overrides.parse(file.read_bytes())
        yield overrides.apply(plain[override.overrides][0], override), file


def read(file: Path) -> Rubric:
    """The rubric in a file."""
    return parse(file.read_bytes())


def main() -> int:
    """Append the lines of each version that has none."""
    known = {json.loads(line)["rule"] for line in RECORD.read_text().splitlines()} if RECORD.exists() else set()
    with RECORD.open("a") as record:
        for rubric, file in shipped():
            if rubric.name in known:
                continue
            record.write(json.dumps({"rule": rubric.name, "content": content_hash(file.read_bytes())}) + "\n")
            random_ = random.Random(rubric.name)
            for number in range(WALKS):
                parts = ("cable",) if number % 4 == 3 else ()
                answers = walk(rubric, parts, random_)
                graded = grade(rubric, answers, {**EVIDENCE, "parts": parts})
                line = {"rule": rubric.name, "parts": parts, "answers": answers}
                record.write(json.dumps(line | {"grade": msgspec.to_builtins(graded)}) + "\n")
            print(f"{rubric.name}: {WALKS} grades recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())

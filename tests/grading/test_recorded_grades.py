"""Same answers and same version, same grade for ever: what was recorded of each version is said again."""

import hashlib
import json
import tomllib
from pathlib import Path

import msgspec
import pytest

from grading import overrides
from grading.grade import Grade, grade
from grading.rubric import Rubric, parse

DATA = Path(__file__).parent / "data"
RELEASED = Path(__file__).parents[2] / "resources" / "rubrics" / "released"
RUBRICS = Path(__file__).parents[2] / "resources" / "rubrics"
SHIPPED = {parse(file.read_bytes()).name: file for file in RUBRICS.glob("*.toml")}
SHIPPED |= {
    f"{override.overrides}+{override.name}": file
    for file in (RUBRICS / "clients").glob("*.toml")
    for override in [overrides.parse(file.read_bytes())]
}
LINES = [json.loads(line) for line in (DATA / "grades.jsonl").read_text().splitlines()]
EVIDENCE = {"match": "matched", "serial": "same", "weight_in_band": True}


def file_of(rule: str) -> Path:
    return SHIPPED.get(rule) or RELEASED / f"{rule}.toml"


def rubric_of(rule: str) -> Rubric:
    base, plus, _ = rule.partition("+")
    toml = file_of(rule).read_bytes()
    return overrides.apply(rubric_of(base), overrides.parse(toml)) if plus else parse(toml)


@pytest.mark.parametrize("rule", sorted({line["rule"] for line in LINES}))
def test_what_was_graded_once_is_graded_the_same_again(rule: str) -> None:
    rubric = rubric_of(rule)
    assert rubric.name == rule
    recorded = [line for line in LINES if line["rule"] == rule and "answers" in line]
    assert len(recorded) > 10
    for line in recorded:
        answers = tuple((question, option) for question, option in line["answers"])
        again = grade(rubric, answers, EVIDENCE | {"parts": line["parts"]})
        assert msgspec.json.encode(again) == msgspec.json.encode(msgspec.convert(line["grade"], Grade)), answers


@pytest.mark.parametrize("line", [line for line in LINES if "content" in line], ids=lambda line: line["rule"])
def test_a_version_never_changes(line: dict[str, str]) -> None:
    """Where this fails: raise the version, move the old file to `resources/rubrics/released/`, and run
    `tests/long/record_grades.py`.
    """
    said = json.dumps(tomllib.loads(file_of(line["rule"]).read_text()), sort_keys=True)
    assert hashlib.sha256(said.encode()).hexdigest() == line["content"]


def test_every_shipped_version_is_recorded() -> None:
    assert set(SHIPPED) <= {line["rule"] for line in LINES}

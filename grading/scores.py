"""The sub-scores of a grade: how much of 100 function, look and completeness keep; they explain, they never decide."""

from collections.abc import Mapping, Sequence
from typing import Literal

from grading.rubric import Option, Rubric, Scores

Axis = Literal["function", "cosmetic", "completeness", "total"]
SubScores = tuple[tuple[Axis, int], ...]

SCORE_TEXTS: Mapping[Axis, str] = {
    "function": "Function",
    "cosmetic": "Looks",
    "completeness": "Completeness",
    "total": "Altogether",
}
"""English message ids of what is scored."""

_FULL = 100


def sub_scores(rubric: Rubric, options: Sequence[Option], lacking: int) -> SubScores:
    """Return the sub-scores of answers that leave nothing open; none for a rubric without points.

    Each finding takes its points off 100, never below 0, so a worse answer never raises a score. `lacking` parts are
    known to be missing from elsewhere than the answers. `total` weighs the three.
    """
    points = rubric.scores
    if points is None:
        return ()
    taken = [lost(points, option) for option in options]
    if not any(option.functional or option.sealed for option in options):
        taken.append((points.function.get("untested", 0), 0, 0))
    taken += [(0, 0, points.completeness.get(rubric.grades.missing_part, 0))] * lacking
    function, cosmetic, completeness = (max(0, _FULL - sum(column)) for column in zip(*taken, strict=True))
    weights = points.weights
    weighed = function * weights.function + cosmetic * weights.cosmetic + completeness * weights.completeness
    return (
        ("function", function),
        ("cosmetic", cosmetic),
        ("completeness", completeness),
        ("total", weighed // _FULL),
    )


def lost(points: Scores, option: Option) -> tuple[int, int, int]:
    """Return what one answer takes off function, look and completeness.

    One that says nothing of function or look tells of completeness: battery, data, accessories, parts.
    """
    rest = option.cap if not option.cosmetic and not option.functional else None
    return (
        points.function.get(option.functional, 0) if option.functional else 0,
        points.cosmetic.get(option.cosmetic, 0) if option.cosmetic else 0,
        points.completeness.get(rest, 0) if rest else 0,
    )

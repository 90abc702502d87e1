"""The sub-scores of a grade: how much of 100 function, look and completeness keep; they explain, they never decide."""

from collections.abc import Mapping, Sequence
from typing import Literal

from grading.rubric import Option, Rubric, Scores

Axis = Literal["function", "cosmetic", "completeness", "total"]
Lost = tuple[int, int, int]
SubScores = tuple[tuple[Axis, int], ...]

SCORE_TEXTS: Mapping[Axis, str] = {
    "function": "Function",
    "cosmetic": "Looks",
    "completeness": "Completeness",
    "total": "Altogether",
}
"""English message ids of what is scored."""

_FULL = 100


def sub_scores(rubric: Rubric, taken: Lost, is_silent: bool, lacking: int) -> SubScores:
    """Return the sub-scores of answers that leave nothing open; none for a rubric without points.

    `taken` is what the answers take together (`total`), none of it below 0, so a worse answer never raises a score.
    `is_silent` says that none tells of function, `lacking` parts are known to be missing from elsewhere than the
    answers. The total weighs the three.
    """
    points = rubric.scores
    if points is None:
        return ()
    function, cosmetic, completeness = taken
    if is_silent:
        function += points.function.get("untested", 0)
    if lacking:
        completeness += lacking * points.completeness.get(rubric.grades.missing_part, 0)
    function, cosmetic, completeness = max(0, _FULL - function), max(0, _FULL - cosmetic), max(0, _FULL - completeness)
    weights = points.weights
    weighed = function * weights.function + cosmetic * weights.cosmetic + completeness * weights.completeness
    return (
        ("function", function),
        ("cosmetic", cosmetic),
        ("completeness", completeness),
        ("total", weighed // _FULL),
    )


def total(taken: Sequence[Lost]) -> Lost:
    """Return what several answers take together."""
    function = look = rest = 0
    for off_function, off_look, off_rest in taken:
        function += off_function
        look += off_look
        rest += off_rest
    return function, look, rest


def lost(points: Scores | None, option: Option) -> Lost:
    """Return what one answer takes off function, look and completeness; nothing where a rubric has no points.

    One that says nothing of function or look tells of completeness: battery, data, accessories, parts.
    """
    if points is None:
        return 0, 0, 0
    rest = option.cap if not option.cosmetic and not option.functional else None
    return (
        points.function.get(option.functional, 0) if option.functional else 0,
        points.cosmetic.get(option.cosmetic, 0) if option.cosmetic else 0,
        points.completeness.get(rest, 0) if rest else 0,
    )

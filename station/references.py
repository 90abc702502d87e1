"""The reference pictures beside answers: where the one of an answer is on disk."""

from pathlib import Path

from grading.rubric import Option
from resources import find


def picture_of(option: Option) -> Path | None:
    """Return the file that shows what an answer means; None when it names none, or one this program does not have."""
    if not option.picture:
        return None
    try:
        return find.path(f"references/{option.picture}")
    except FileNotFoundError:
        return None

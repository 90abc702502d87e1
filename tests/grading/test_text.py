"""Photos that lie on their side: told by their print, and each line found again where it stands in the photo."""

from hypothesis import given
from hypothesis import strategies as st

from grading.text import Line, is_on_its_side, turned_back

SIZES = st.integers(1, 300)


def test_a_photo_lies_on_its_side_when_most_of_its_print_runs_up_or_down() -> None:
    wide, tall = Line("S/N H2224425130", 990, (10, 10, 300, 20)), Line("S/N H2224425130", 990, (10, 10, 20, 300))
    assert not is_on_its_side([])
    assert not is_on_its_side([wide])
    assert is_on_its_side([tall])
    assert not is_on_its_side([wide, tall])
    assert is_on_its_side([tall, Line("LOT", 990, (10, 10, 60, 20))])
    assert not is_on_its_side([Line("1", 990, (10, 10, 20, 25))])


@given(SIZES, SIZES, SIZES, SIZES, SIZES, SIZES)
def test_a_line_read_in_the_turned_photo_is_found_where_it_stands(
    left: int, top: int, width: int, height: int, right: int, below: int
) -> None:
    wide, high = left + width + right, top + height + below
    # Where the box lies once the photo was turned: counted from the side that is now the upper or the left one.
    clockwise = Line("A", 1, (below, left, height, width))
    other = Line("A", 1, (top, right, height, width))
    assert turned_back(clockwise, high, True).box == (left, top, width, height)
    assert turned_back(other, wide, False).box == (left, top, width, height)

"""Dates as goods bear them: every one that the print can be, and no other."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.printed_dates import gs1, read
from grading.reading import load
from resources import find

MONTHS = load(find.read("readings.toml")).months


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2027-03-31", ["2027-03-31"]),
        ("2027/03", ["2027-03-31"]),
        ("20270331", ["2027-03-31"]),
        ("31.03.2027", ["2027-03-31"]),
        ("03/31/2027", ["2027-03-31"]),
        ("03/04/2027", ["2027-03-04", "2027-04-03"]),
        ("04/04/2027", ["2027-04-04"]),
        ("03/04/27", ["2027-03-04", "2027-04-03"]),
        ("31/03/27", ["2027-03-31", "2031-03-27"]),
        ("11-10-12", ["2011-10-12", "2012-10-11", "2012-11-10"]),
        ("270331", ["2027-03-31", "2031-03-27"]),
        ("03/27", ["2027-03-31"]),
        ("02/28", ["2028-02-29"]),
        ("10/11", ["2010-11-30", "2011-10-31"]),
        ("31 MAR 27", ["2027-03-31"]),
        ("MAR2027", ["2027-03-31"]),
        ("15MAY2028", ["2028-05-15"]),
        ("1 JANV 2028", ["2028-01-01"]),
        ("DEZEMBER 2027", ["2027-12-31"]),
        ("FEB/26/21", ["2021-02-26", "2026-02-21"]),
        ("FEB 26, 2021", ["2021-02-26"]),
        ("DEC-28-2021", ["2021-12-28"]),
        ("MAR 04 2021 09:34", ["2021-03-04"]),
        ("12 DEC 28 2021", ["2021-12-28", "2028-12-12"]),
        ("2027 AUG 31", ["2027-08-31"]),
        ("15FEB22B 09:07", ["2022-02-15"]),
        ("01 SEP 2023 288", ["2023-09-01"]),
        ("MAY 2022 18:55", ["2022-05-31"]),
        ("AUG 27 10:30", ["2027-08-31"]),
        ("END OF 03/2027", ["2027-03-31"]),
        ("2027.03.31 08:15", ["2027-03-31"]),
        ("30 FEB 2027", []),
        # A sign of the day or of the year was not read right: what is left is another date, so it is none.
        ("19 Q9-2021", []),
        ("1B 04 2021", []),
        ("B/04/2021", []),
        ("SO 09 2027", []),
        ("1B MAR 2027", []),
        ("11/12/2O27", []),
        ("2O27/11/12", []),
        ("L231204", []),
        ("2027 09:34", []),
        ("13/2027", []),
        ("2009-01-01", []),
        ("LOT 1234567", []),
        ("", []),
    ],
)
def test_what_a_print_can_mean(text: str, dates: list[str]) -> None:
    assert list(read(text, MONTHS)) == dates


DAYS = st.integers(0, 15_000).map(lambda days: date(2011, 1, 1) + timedelta(days))


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%y", "%y%m%d", "%m-%d-%y", "%d%m%y"]))
def test_the_true_date_is_always_among_them(day: date, form: str) -> None:
    assert day.isoformat() in read(day.strftime(form), MONTHS)


@given(st.text(max_size=40))
def test_any_text_gives_days_in_order(text: str) -> None:
    dates = read(text.upper(), MONTHS)
    assert list(dates) == sorted({date.fromisoformat(each).isoformat() for each in dates})


@pytest.mark.parametrize(
    ("digits", "dates"), [("270331", ("2027-03-31",)), ("270200", ("2027-02-28",)), ("271301", ()), ("000000", ())]
)
def test_gs1_writes_them_one_way(digits: str, dates: tuple[str, ...]) -> None:
    assert gs1(digits) == dates

"""What the pages are told of the unit in work: where a mark on a photo begins."""

from station.inputs import DefectDrawn
from station.stages import Stage
from tests.station.conftest import Walk, rules, site_known, walk  # noqa: F401
from ui.examined import inspection, looked


def test_a_mark_begins_with_what_the_open_question_asks_about(walk: Walk) -> None:  # noqa: F811
    walk.arrive("tee").item("tee").examine_until("stains", packaging="tagged")
    item = walk.state.item
    shown = looked(item, walk.known, item.photos[0].sha256, "", None)
    assert shown is not None and shown.kind == "stain"


def test_after_a_date_that_is_past_no_more_is_said_to_come_than_is_asked(walk: Walk) -> None:  # noqa: F811
    walk.arrive("undeclared").scan("010950600000345017240531\x1d10B7K210", "]d2").acknowledge()
    while walk.stage is Stage.PHOTO:
        walk.photo()
    shown = inspection(walk.state.item, walk.known)
    assert walk.stage is Stage.INSPECT and shown is not None and shown.ahead == 1


def test_what_a_person_marked_stands_among_the_defects_worst_first(walk: Walk) -> None:  # noqa: F811
    walk.arrive("tee").item("tee").examine({"packaging": "tagged", "stains": "small"})
    photo = walk.state.item.photos[0].sha256
    for severity in (2, 4, 4):
        walk.give(DefectDrawn(photo, (1, 1), (1, 1), "closure", "loose", severity))
    shown = inspection(walk.state.item, walk.known)
    assert shown is not None
    assert [(each.kind, each.severity) for each in shown.defects] == [("loose", 4), ("stain", 3), ("loose", 2)]

"""What the pages are told of the unit in work: where a mark on a photo begins."""

from tests.station.conftest import Walk, rules, site_known, walk  # noqa: F401
from ui.examined import looked


def test_a_mark_begins_with_what_the_open_question_asks_about(walk: Walk) -> None:  # noqa: F811
    walk.arrive("tee").item("tee").examine_until("stains", packaging="tagged")
    item = walk.state.item
    shown = looked(item, walk.known, item.photos[0].sha256, "", None)
    assert shown is not None and shown.kind == "stain"

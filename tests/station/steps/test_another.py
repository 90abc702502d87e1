"""The right code on it and something else in hand: said at any step, the item is held as the wrong one."""

from collections.abc import Callable

import pytest

from station import facts as f
from station.exceptions.kinds import read_kinds
from station.inputs import Do
from station.journal import Journal
from station.outcome import Tone
from station.projections import rows as projected_rows
from station.prompt import prompt
from station.receiving.parcel import open_lines
from station.stages import Stage
from station.steps.another import MISTAKE

HEADPHONES = "9506000001074"
"""The code of an article that nobody declared in the parcel of the tee."""


def begun(walk):
    return walk.arrive("tee").item("tee")


def photographed(walk):
    begun(walk)
    while walk.stage is Stage.PHOTO:
        walk.photo()
    return walk


def decided(walk):
    return begun(walk).examine()


def labelled(walk):
    return decided(walk).do(Do.CONFIRM)


STEPS: list[Callable] = [begun, photographed, decided, labelled]


@pytest.mark.parametrize(("reach", "differs"), [*zip(STEPS, ("1", "2", "3", "size"), strict=True)])
def test_another_article_is_held_from_whatever_step_it_is_said_at(walk, reach, differs) -> None:
    reach(walk)
    before, photos = walk.state, walk.state.item.photos
    answers = walk.state.item.answers
    assert "W" in [each.key for each in prompt(walk.state, walk.known).buttons]
    walk.do(Do.ANOTHER)
    assert (walk.stage, prompt(walk.state, walk.known).params["title"]) == (Stage.ANOTHER, "Merino tee, navy, M")
    walk.do(Do.CHOOSE, differs)
    item = walk.state.item
    assert (item.match, item.photos, item.answers) == ("wrong", photos, answers)
    assert (item.identified.sku, item.identified.gtin) == ("", "")
    raised = next(each for each in walk.facts if isinstance(each, f.ExceptionRaised))
    assert (raised.kind, raised.owner, raised.detail) == ("wrong_item", "supervisor", "Merino tee, navy, M")
    assert "W" not in [each.key for each in prompt(walk.state, walk.known).buttons]
    walk.examine()
    assert walk.state.item.disposition == "hold"
    assert walk.state.item.routed.reasons[0].text == "Not the item that was announced"
    assert [line.title for line, _ in open_lines(walk.state.parcel)] == ["Merino tee, navy, M"]
    while walk.state.item.match == "wrong":
        walk.do(Do.UNDO)
    assert walk.state.parcel.items == before.parcel.items
    assert walk.stage is not Stage.ANOTHER


def asked_whether_it_is(walk):
    return begun(walk).examine_until("article", packaging="loose")


@pytest.mark.parametrize("no", ["no", "2"])
def test_the_question_whether_it_is_the_article_asks_what_differs_and_is_answered_by_it(walk, no: str) -> None:
    assert asked_whether_it_is(walk).do(Do.CHOOSE, no).last.facts == ()
    assert walk.stage is Stage.ANOTHER
    assert walk.do(Do.CANCEL).stage is Stage.INSPECT
    walk.do(Do.CHOOSE, no).do(Do.CHOOSE, "colour")
    item = walk.state.item
    assert (item.match, item.answers[-1], item.found_wrong.differs) == ("wrong", ("article", "no"), "colour")
    assert (walk.stage, item.open_interlock.code) == (Stage.INTERLOCK, "another")
    walk.examine()
    assert (item.identified.title, walk.state.item.disposition) == ("Merino tee, navy, M", "hold")
    assert [each.kind for each in walk.facts if isinstance(each, f.ExceptionRaised)] == ["wrong_item", "held"]
    while walk.state.item.match == "wrong":
        walk.do(Do.UNDO)
    assert (walk.stage, "article" in dict(walk.state.item.answers)) == (Stage.INSPECT, False)


@pytest.mark.parametrize("say", [lambda walk: walk.do(Do.ANOTHER), lambda walk: walk.scan(HEADPHONES)])
def test_what_is_said_at_that_question_by_key_or_code_answers_it_too(walk, say) -> None:
    say(asked_whether_it_is(walk)).do(Do.CHOOSE, "1")
    assert walk.state.item.answers[-1] == ("article", "no")


def test_of_what_is_a_wrong_item_already_no_is_an_answer_like_any_other(walk) -> None:
    begun(walk).do(Do.ANOTHER).do(Do.CHOOSE, "size").examine_until("article", packaging="loose").do(Do.CHOOSE, "no")
    assert (walk.stage, walk.state.item.open_interlock.code) == (Stage.INTERLOCK, "another")
    assert len([each for each in walk.facts if isinstance(each, f.ItemFoundWrong)]) == 1


def test_a_label_that_is_printing_is_replaced_by_one_for_hold(walk) -> None:
    labelled(walk).do(Do.ANOTHER).do(Do.CHOOSE, "size")
    (label,) = walk.last.labels
    assert (label.fields["disposition"], label.fields["copy"]) == ("hold", "2")
    item = walk.state.item
    assert (walk.scan(item.plate).stage, walk.state.item.disposition) == (Stage.PLACE, "hold")
    assert walk.do(Do.ANOTHER).last.facts == ()


def test_a_changed_route_does_not_keep_another_article_off_hold(walk) -> None:
    walk.sign_in("BDG-9001")
    decided(walk).do(Do.OVERRIDE).do(Do.CHOOSE, "resale").do(Do.CHOOSE, "1")
    assert walk.state.item.disposition == "resale"
    walk.do(Do.ANOTHER).do(Do.CHOOSE, "article")
    assert (walk.stage, walk.state.item.disposition) == (Stage.RESULT, "hold")


@pytest.mark.parametrize("reach", STEPS)
def test_the_code_of_another_article_is_asked_about_and_names_what_is_in_hand(walk, reach) -> None:
    reach(walk).scan(HEADPHONES)
    asked = prompt(walk.state, walk.known)
    title = asked.buttons[0].params["title"]
    assert (walk.stage, asked.buttons[0].text, walk.last.facts) == (Stage.ANOTHER, "Yes, {title} is in my hand", ())
    assert walk.do(Do.CHOOSE, MISTAKE).state.item.match == "matched"
    walk.scan(HEADPHONES).do(Do.CHOOSE, "1")
    item = walk.state.item
    assert (item.match, item.identified.title, item.found_wrong.was) == ("wrong", title, "Merino tee, navy, M")
    assert item.identified.gtin.endswith(HEADPHONES)


def test_the_code_scanned_at_the_question_answers_it(walk) -> None:
    begun(walk).do(Do.ANOTHER).scan("9506000001012")
    assert (walk.stage, walk.last.notice.tone) == (Stage.ANOTHER, Tone.REFUSED)
    assert walk.scan(HEADPHONES).state.item.identified.gtin.endswith(HEADPHONES)
    assert walk.state.ask is None


def test_what_was_seen_is_the_same_after_a_power_cut_and_in_the_tables(tmp_path, walk) -> None:
    start = walk.state
    begun(walk).do(Do.ANOTHER).do(Do.CHOOSE, "colour")
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        journal.append(walk.facts[:-2], operator="BDG-1001", shift="S-A01-1")
        journal.append(walk.facts[-2:], operator="BDG-1001", shift="S-A01-1")
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        again = journal.resume(start)
        assert again.item == walk.state.item
        with journal.reading() as connection:
            (row,) = projected_rows(connection)["item"]
        assert (row["match"], row["sku"], row["title"]) == ("wrong", "", "Merino tee, navy, M")
        undone = f.Undone(again.steps[-1].txns, again.steps[-1].name)
        journal.append((undone,), operator="BDG-1001", shift="S-A01-1")
        with journal.reading() as connection:
            (row,) = projected_rows(connection)["item"]
        assert (undone.step, row["match"], row["sku"]) == ("wrong item", "matched", "TB-TS-M")


def test_a_supervisor_may_match_it_and_let_nothing_go_unseen() -> None:
    assert set(read_kinds().fitting("wrong_item")) == {"match", "regrade", "accept", "reject", "ship_back"}

"""Nothing found on the rest: one answer to what is only looked for, kept as single facts, and one step for undo."""

from station import facts as f
from station.inputs import Do
from station.outcome import Tone
from station.prompt import prompt
from station.stages import Stage, question_due

# What is answered by itself, with the answer of an opened garment with its tag.
ONE_BY_ONE = {"packaging": "tagged", "pests": "no", "hygiene": "whole"}


def inspecting(walk):
    """A T-shirt with its photos taken, at the first question."""
    return photographed(walk.arrive("tee").item("tee"))


def photographed(walk):
    while walk.stage is Stage.PHOTO:
        walk.photo()
    return walk


def looked_for(walk):
    """The same, when all that is left is only looked for."""
    inspecting(walk)
    for option in ONE_BY_ONE.values():
        photographed(walk).do(Do.CHOOSE, option)
    return walk


def due(walk) -> str:
    return question_due(walk.state.item, walk.known).id


def offered(walk) -> bool:
    return any(button.command.do is Do.REST for button in prompt(walk.state, walk.known).buttons)


def test_stop_questions_and_the_packaging_are_answered_one_by_one(walk) -> None:
    inspecting(walk)
    for question, option in ONE_BY_ONE.items():
        assert (due(photographed(walk)), offered(walk)) == (question, False)
        walk.do(Do.REST)
        assert (walk.last.facts, walk.last.notice.tone) == ((), Tone.ATTENTION)
        walk.do(Do.CHOOSE, option)
    assert offered(walk)


def test_the_rest_is_one_fact_for_each_question_that_is_looked_for(walk) -> None:
    looked_for(walk).do(Do.REST)
    item = walk.state.item
    answered = [fact for fact in walk.last.facts if isinstance(fact, f.Answered)]
    assert [(fact.question, fact.option, fact.how) for fact in answered] == [
        ("smell", "none", "rest"),
        ("stains", "none", "rest"),
        ("cloth", "none", "rest"),
        ("washed", "crisp", "rest"),
    ]
    assert item.rested == ("smell", "stains", "cloth", "washed")
    assert due(walk) == "closures"
    assert not offered(walk)


def test_the_grade_is_that_of_the_same_answers_one_by_one(walk, walk_from) -> None:
    looked_for(walk)
    singly = walk_from(walk.state).examine()
    walk.do(Do.REST).examine()
    assert walk.state.item.graded == singly.state.item.graded
    assert walk.state.item.routed == singly.state.item.routed


def test_a_defect_told_before_stays_and_the_rest_says_nothing_of_it(walk) -> None:
    looked_for(walk).do(Do.CHOOSE, "near").do(Do.REST)
    assert dict(walk.state.item.answers)["smell"] == "near"
    assert "smell" not in walk.state.item.rested


def test_undo_takes_all_of_it_back_as_one_named_step(walk) -> None:
    looked_for(walk)
    before = walk.state.parcel
    walk.do(Do.REST).do(Do.UNDO)
    assert walk.last.facts[0].step == "answers to the rest"
    assert walk.state.parcel == before


def test_an_answer_asked_by_itself_looks_in_the_journal_as_it_always_did() -> None:
    assert f.encode(f.Answered("I1", "smell", "none", "apparel@2")) == (
        b'{"t":"Answered","item":"I1","question":"smell","option":"none","rubric":"apparel@2"}'
    )


def test_a_question_that_stays_open_behind_the_rest_says_why(walk) -> None:
    walk.arrive("locked").item("locked").examine_until("liquid", packaging="opened")
    assert offered(walk)
    walk.do(Do.REST)
    assert due(walk) == "liquid" and walk.last.facts != ()
    assert "answer it by itself" in walk.last.notice.text

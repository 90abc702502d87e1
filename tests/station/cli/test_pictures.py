"""A site's photographs beside answers: put there, seen at the bench, listed, taken away; what is wrong is told."""

import hashlib
import shutil
from pathlib import Path

import msgspec
import pytest

from station import __main__ as main
from station.cli.parts import COPY_FILE, REFERENCES_FOLDER, open_station
from station.delivered_pictures import KIND
from station.local_copy import LocalCopy, Record
from station.photos import PhotoStore
from station.records import AnswerPicture, answer_picture_key
from station.references import FOLDER
from station.settings import Settings
from tests.bad_pictures import BROKEN, FOREIGN, drawn, saved

ANSWER = ("phones", "body", "catches")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    file = tmp_path / "scratch.jpg"
    file.write_bytes(saved(drawn(size=(640, 480))))
    return file


def in_folder(data: Path) -> dict[str, str]:
    return {
        str(each.relative_to(data)): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in data.rglob("*")
        if each.is_file()
    }


def say(*arguments: object) -> int:
    return main.main([str(each) for each in arguments])


def test_a_photograph_is_put_there_listed_walked_by_and_taken_away(data, scratch, tmp_path, capsys) -> None:
    assert say("pictures", "add", data, scratch, *ANSWER) == 0
    assert "phones body catches: scratch.jpg stands beside it" in capsys.readouterr().out
    assert say("pictures", "list", data) == 0
    assert capsys.readouterr().out.endswith("1 photograph, 0 of them shown to nobody.\n")
    answers = "no,opened,yes,no,all,white,flush,all,all,yes,none,catches"
    assert say("rubric", "preview", "phones", "--answers", answers, "--data", data) == 0
    told = capsys.readouterr().out
    assert f"One or two catch  (catches)  [{data / FOLDER}" in told and "(smooth)  [nail_smooth.png]" in told
    other = tmp_path / "other.png"
    other.write_bytes(saved(drawn(size=(500, 400)), "PNG"))
    assert say("pictures", "add", data, other, *ANSWER) == 0
    before = capsys.readouterr().out.split(" lies in ")[1].removesuffix(" now.\n")
    assert say("pictures", "add", data, before, *ANSWER) == 0, "it comes back from where it was put away"
    assert say("pictures", "remove", data, *ANSWER) == 0
    capsys.readouterr()
    assert say("pictures", "list", data) == 0
    assert capsys.readouterr().out.startswith("0 photographs")
    assert say("pictures", "remove", data, *ANSWER) == 1
    assert "there is no photograph of this bench's own" in capsys.readouterr().err


def test_a_bad_file_changes_nothing_and_says_why(data, scratch, tmp_path, capsys) -> None:
    assert say("pictures", "add", data, scratch, *ANSWER) == 0
    before = in_folder(data)
    bad = tmp_path / "bad.jpg"
    for name, content in {**FOREIGN, **BROKEN}.items():
        bad.write_bytes(content)
        assert say("pictures", "add", data, bad, *ANSWER) == 1, name
        assert f"{bad}: nothing was changed: it " in capsys.readouterr().err, name
        assert in_folder(data) == before, name


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (("phone", "body", "catches"), "no questions for the category 'phone'; one of apparel"),
        (("phones", "bodi", "catches"), "phones@14 has no question 'bodi'; one of battery, packaging"),
        (("phones", "body", "catch"), "has no answer 'catch'; one of none, smooth, catches, broken"),
        (("phones", "../../body", "catches"), "has no question '../../body'"),
        ((*ANSWER, "--client", "x" * 200), "the client's name is too long"),
    ],
)
def test_an_answer_nobody_is_asked_for_is_told(data, scratch, capsys, answer: tuple[str, ...], says: str) -> None:
    assert say("pictures", "add", data, scratch, *answer) == 1
    assert says in capsys.readouterr().err
    assert in_folder(data) == {}


def test_no_file_and_no_folder_are_told(data, scratch, tmp_path, capsys) -> None:
    assert say("pictures", "add", data, tmp_path / "none.jpg", *ANSWER) == 1
    assert "none.jpg is not there; look at its name" in capsys.readouterr().err
    assert say("pictures", "add", tmp_path / "nowhere", scratch, *ANSWER) == 1
    assert "Name a station's data folder" in capsys.readouterr().err


def test_a_photograph_whose_answer_is_gone_is_told_and_waits(data, scratch, capsys) -> None:
    """As after a new version of the questions: it is shown to nobody, but kept, and stands there again with them."""
    assert say("pictures", "add", data, scratch, *ANSWER) == 0
    (kept,) = (data / FOLDER).glob("*.jpg")
    shutil.copy(kept, kept.with_name(kept.name.replace("catches", "grazed")))
    capsys.readouterr()
    assert say("pictures", "list", data) == 1
    told = capsys.readouterr().out
    assert "phones body grazed: " in told and "✘ no question has this answer any more" in told
    assert told.endswith("2 photographs, 1 of them shown to nobody.\n")
    assert say("pictures", "remove", data, "phones", "body", "grazed") == 0
    assert say("pictures", "list", data) == 0


def told(data: Path, seq: int, *answer: str, content: bytes | None = None) -> str:
    """Have central tell of a picture, which comes or does not; return where it lies, in the folder of references."""
    store = PhotoStore(data / REFERENCES_FOLDER)
    sha256 = store.put(content) if content is not None else f"{seq:064x}"
    category, question, option, client = (*answer, "")[:4]
    body = msgspec.json.encode(AnswerPicture(category, question, option, sha256, 9, client))
    record = Record(seq, KIND, answer_picture_key(category, question, option, client), msgspec.Raw(body))
    copy = LocalCopy.open(data / COPY_FILE)
    copy.apply(seq, seq, [record])
    copy.close()
    return str(store.path(sha256))


def test_a_real_bench_finds_what_it_has_and_what_central_sends(data, scratch) -> None:
    assert say("pictures", "add", data, scratch, *ANSWER, "--client", "Lumenfold") == 0
    with open_station(data, Settings(), lambda _word: None) as station:
        assert station.desk.bench.known.photograph(*ANSWER, "Hearthwick") is None
        of_central = told(data, 1, *ANSWER, content=b"for all")
        found = station.desk.bench.known.photograph(*ANSWER, "LUMENFOLD")
        assert found is not None and found.is_relative_to(data / FOLDER)
        assert str(station.desk.bench.known.photograph(*ANSWER, "Hearthwick")) == of_central
        assert station.desk.bench.known.photograph("phones", "body", "smooth", "") is None


def test_the_list_tells_what_comes_from_central(data, scratch, capsys) -> None:
    assert say("pictures", "add", data, scratch, *ANSWER) == 0
    told(data, 1, *ANSWER, content=b"for all")
    of_client = told(data, 2, *ANSWER, "hearthwick", content=b"theirs")
    told(data, 3, "phones", "body", "smooth")
    capsys.readouterr()
    assert say("pictures", "list", data) == 0
    lines = capsys.readouterr().out.splitlines()
    named = [line.partition(": ")[0] for line in lines]
    assert named[:4] == [*["phones body catches"] * 2, "phones body catches for hearthwick", "phones body smooth"]
    assert any(line.endswith(" from central (this bench's own is shown instead)") for line in lines[:2])
    assert lines[2].endswith(f": {Path(of_client).stem[:12]} from central")
    assert lines[3].endswith(" from central (it did not come yet)")
    answers = "no,opened,yes,no,all,white,flush,all,all,yes,none,catches"
    walk = ("rubric", "preview", "phones", "--answers", answers, "--data", data)
    assert say(*walk, "--client", "Hearthwick") == 0
    assert of_client in capsys.readouterr().out
    told(data, 4, "phones", "body", "grazed", content=b"gone")
    assert say("pictures", "list", data) == 1
    assert " from central ✘ no question has this answer any more" in capsys.readouterr().out
    assert say("pictures", "remove", data, "phones", "body", "grazed") == 1


def test_a_folder_that_is_no_stations_lists_nothing(tmp_path, capsys) -> None:
    assert say("pictures", "list", tmp_path) == 1
    assert "There is neither a journal nor a photograph in" in capsys.readouterr().err


def test_a_client_that_no_rule_is_for_is_remarked(data, scratch, capsys) -> None:
    assert say("pictures", "add", data, scratch, *ANSWER, "--client", "Nobody") == 0
    assert "note: no rule here is for a client 'nobody'; known are hearthwick" in capsys.readouterr().out

"""Pictures of good units and beside answers go down to the benches that were told of them: whole, one at a time, never
more than fits.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy
import pytest

from station import reference_photo
from station.article_pictures import ArticlePictures
from station.delivered_pictures import DeliveredPictures
from station.local_copy import LocalCopy
from station.photos import PhotoStore
from station.records import AnswerPicture, Reference, reference_key
from station.references import AnswerPictures, Place
from sync.central import feed, sample
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.central.photos import open_shelf
from sync.central.store import Store
from sync.errors import Refused
from sync.mirror import Mirror
from sync.references import ReferenceQueue
from tests.bad_pictures import FOREIGN, drawn, saved

CATCHES = Place("phones", "body", "catches")
EXIF = b"Exif\x00\x00 taken at 52.37 N by ANNA"


def picture(seed: int) -> bytes:
    """A JPEG of noise, with something in it that a camera wrote."""
    noise = numpy.random.default_rng(seed).integers(0, 255, (60, 80, 3), numpy.uint8)
    jpeg = bytes(cv2.imencode(".jpg", noise)[1].tobytes())
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(EXIF) + 2) + EXIF + jpeg[2:]


class Downward:
    """A bench's copy, its folder of pictures and the queue that fills it."""

    def __init__(self, bench: Any, folder: Path, most_on_disk: int = 10**9) -> None:
        self.copy = LocalCopy.open(folder / "expected.sqlite")
        self.store = PhotoStore(folder / "references")
        self.told = ArticlePictures(folder / "expected.sqlite", self.store)
        self.beside = AnswerPictures(folder / "own", DeliveredPictures(self.copy.kept, self.store).of)
        self.mirror = Mirror(bench.client(), self.copy, bench.site)
        self.queue = ReferenceQueue(bench.client(), self.copy, self.store, bench.site, most_on_disk)

    def look(self, times: int = 1) -> list[str]:
        while self.mirror.pull_some():
            pass
        for _ in range(times):
            assert self.queue.fetch_some() is False
        return list(self.store.all())

    def shown(self, client: str = "") -> bytes:
        """What stands beside the answer on a client's goods; empty where nothing does."""
        found = self.beside.of(CATCHES.category, CATCHES.question, CATCHES.option, client)
        return found.read_bytes() if found is not None else b""


@pytest.fixture
def downward(bench: Any, tmp_path: Path) -> Iterator[Callable[..., Downward]]:
    made: list[Downward] = []

    def one(most_on_disk: int = 10**9) -> Downward:
        folder = tmp_path / f"bench-{len(made)}"
        folder.mkdir()
        made.append(Downward(bench, folder, most_on_disk))
        return made[-1]

    yield one
    for each in made:
        each.copy.close()


def command(bench: Any, *arguments: str) -> int:
    where = ["--site", bench.site, "--data", str(bench.central.data)]
    return main([*arguments, *where, *(["--database", bench.central.database] if bench.central.database else [])])


def beside(bench: Any, what: str, *arguments: str) -> int:
    """One of the commands `answer-pictures`, for the answer CATCHES."""
    answer = (CATCHES.category, CATCHES.question, CATCHES.option)
    file = arguments[:1] if what == "add" else ()
    return command(bench, "answer-pictures", what, *file, *answer, *arguments[len(file) :])


def photograph(folder: Path, side: int) -> str:
    """A photograph as a person has it: one of another side looks otherwise."""
    file = folder / f"{side}.png"
    file.write_bytes(saved(drawn(size=(side, 400)), "PNG"))
    return str(file)


def publish(bench: Any, folder: Path, seed: int, sku: str = "HW-1", shot: str = "whole") -> None:
    file = folder / f"{seed}.jpg"
    file.write_bytes(picture(seed))
    assert command(bench, "publish-reference", str(file), "--client", "Hearthwick", "--sku", sku, "--shot", shot) == 0


def test_a_published_picture_reaches_the_bench_and_goes_when_it_is_withdrawn(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = downward()
    publish(bench, tmp_path, 1)
    publish(bench, tmp_path, 2, shot="label")
    publish(bench, tmp_path, 1)
    assert len(here.look()) == 1, "one picture each time it looks"
    assert len(here.look(3)) == 2
    (sha256,) = here.told.of("HW-1", "whole")
    content = here.told.path(sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256 and b"ANNA" not in content
    assert here.told.of("HW", "whole") == here.told.of("HW-1", "soles") == here.told.of("", "whole") == ()
    capsys.readouterr()
    assert command(bench, "references", "list") == 0
    assert f"HW-1  whole  Hearthwick  {sha256}" in capsys.readouterr().out
    assert command(bench, "references", "withdraw", "HW-1", sha256[:12]) == 0
    assert here.told.of("HW-1", "whole") == (sha256,)
    assert len(here.look()) == 1
    assert here.told.of("HW-1", "whole") == ()
    assert command(bench, "references", "withdraw", "HW-1", sha256[:12]) == 1


def test_only_the_benches_that_were_told_may_have_it(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path
) -> None:
    publish(bench, tmp_path, 3)
    assert beside(bench, "add", photograph(tmp_path, 500)) == 0
    here = downward()
    pictures = here.look(2)
    (sha256,) = here.told.of("HW-1", "whole")
    other = bench.central.enrol(f"F{bench.station[1:]}", f"{bench.site}-far")
    client = other.client()
    private = b"\xff\xd8 a photo of a return"
    try:
        bench.send_photo(private)
        for site, name, code in (
            (bench.site, sha256, "other_site"),
            *((other.site, each, "no_photo") for each in pictures),
            (other.site, "x", "malformed"),
        ):
            with pytest.raises(Refused, match=code):
                client.reference(site, name, 10**6)
        with pytest.raises(Refused, match="no_photo"):
            bench.client().reference(bench.site, hashlib.sha256(private).hexdigest(), 10**6)
        with pytest.raises(Refused, match="too_large"):
            bench.client().reference(bench.site, sha256, 50)
    finally:
        client.close()


def test_what_does_not_fit_or_is_not_what_was_told_never_lies_on_the_disk(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path
) -> None:
    publish(bench, tmp_path, 4)
    publish(bench, tmp_path, 5, sku="HW-2")
    one = downward(most_on_disk=len(picture(4)) + 99)
    assert len(one.look(4)) == 1
    assert downward(most_on_disk=9).look(3) == []
    # A record whose file central does not have, one too large, one without a hash: the others still come.
    odd = [
        Reference("Hearthwick", "HW-0", "0" * 64, 100),
        Reference("Hearthwick", "HW-0", "1" * 64, 10**9),
        Reference("Hearthwick", "HW-0", "../../etc", 100),
    ]
    with bench.central.store.writing() as connection:
        feed.append(
            connection, bench.site, [Change("reference", reference_key(e), msgspec.json.encode(e)) for e in odd]
        )
        feed.append(connection, bench.site, [Change("reference", "HW-0|x", b'"no reference"')])
    assert len(downward().look(5)) == 2


def test_a_picture_that_was_damaged_at_central_is_thrown_away(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path, expect_log: Any
) -> None:
    publish(bench, tmp_path, 6)
    here = downward()
    here.mirror.pull_some()
    (told,) = (msgspec.json.decode(body, type=Reference) for body in here.copy.kept_below("reference", "HW-1|"))
    file = PhotoStore(bench.central.data / "photos").path(told.sha256)
    whole = file.read_bytes()
    file.write_bytes(whole[:-4] + b"XXXX")
    expect_log("a picture of HW-1 came damaged")
    assert here.look(3) == []
    file.write_bytes(whole)
    publish(bench, tmp_path, 7)
    assert len(here.look(3)) == 2, "central said more: it is tried again"


def test_a_photograph_is_shown_beside_its_answer_until_it_is_taken_back(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = downward()
    assert beside(bench, "add", photograph(tmp_path, 500)) == 0
    assert "the benches of" in capsys.readouterr().out
    here.look(0)
    assert here.shown() == b"", "its record is here before its file"
    (first,) = here.look()
    assert hashlib.sha256(here.shown()).hexdigest() == first
    assert beside(bench, "add", photograph(tmp_path, 500)) == 0
    assert here.look(2) == [first], "again is the same as once"
    assert beside(bench, "add", photograph(tmp_path, 600)) == 0
    here.look(0)
    assert here.shown() == b""
    (second,) = here.look()
    assert second != first and hashlib.sha256(here.shown()).hexdigest() == second
    capsys.readouterr()
    assert command(bench, "answer-pictures", "list") == 0
    assert capsys.readouterr().out == (
        f"{bench.site}: phones body catches: {second[:12]}\n1 photograph, 0 of them shown to nobody.\n"
    )
    assert beside(bench, "remove") == 0
    here.look(0)
    assert here.shown() == b"" and here.look() == []
    assert beside(bench, "remove") == 1
    assert "nothing stands there" in capsys.readouterr().err


def test_the_clients_comes_before_that_for_all_and_the_benchs_own_before_centrals(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, theirs = downward(), msgspec.structs.replace(CATCHES, client="hearthwick")
    assert beside(bench, "add", photograph(tmp_path, 500)) == 0
    here.look()
    of_central = here.shown("Hearthwick")
    assert of_central and of_central == here.shown("Other")
    here.beside.put(CATCHES, b"own, for all")
    assert here.shown("Hearthwick") == here.shown("Other") == b"own, for all"
    assert beside(bench, "add", photograph(tmp_path, 600), "--client", "HearthWick") == 0
    assert "beware" not in capsys.readouterr().err
    here.look()
    assert here.shown("Hearthwick") not in (b"", of_central, b"own, for all")
    assert here.shown("Other") == b"own, for all"
    here.beside.put(theirs, b"own, for theirs")
    assert here.shown("Hearthwick") == b"own, for theirs"
    for place in (theirs, CATCHES):
        here.beside.remove(place)
    assert beside(bench, "remove", "--client", "Hearthwick") == 0
    here.look()
    assert here.shown("Hearthwick") == of_central
    assert beside(bench, "add", photograph(tmp_path, 600), "--client", "Nobody") == 0
    assert "neither a rule nor an order is for a client 'nobody'" in capsys.readouterr().err


def test_answers_do_not_wait_for_the_room_that_articles_take(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path
) -> None:
    publish(bench, tmp_path, 11)
    publish(bench, tmp_path, 12, sku="HW-2")
    most = 2 * len(picture(11))
    here = downward(most)
    assert len(here.look(3)) == 2
    assert beside(bench, "add", photograph(tmp_path, 500)) == 0
    here.look(4)
    assert here.shown()
    assert sum(here.store.path(each).stat().st_size for each in here.store.all()) <= most
    assert len(here.told.of("HW-1", "whole") + here.told.of("HW-2", "whole")) == 1


def test_what_a_kill_leaves_behind_is_mended_by_the_next_look(
    bench: Any, downward: Callable[..., Downward], tmp_path: Path
) -> None:
    """At central the picture is kept and no bench was told; at the bench half a file, or one that nobody told of."""
    file = photograph(tmp_path, 500)
    shelf = open_shelf("", bench.central.data, bench.central.store)
    jpeg = reference_photo.read(Path(file))
    shelf.put(hashlib.sha256(jpeg).hexdigest(), jpeg, "central", "2026-01-01T00:00:00.000Z")
    here = downward()
    here.look()
    assert here.shown() == b""
    assert beside(bench, "add", file) == 0
    path = here.store.path(hashlib.sha256(jpeg).hexdigest())
    path.parent.mkdir(parents=True)
    half = path.with_name(f"{path.stem}.0123abcd.part")
    half.write_bytes(jpeg[:500])
    here.look(0)
    assert here.shown() == b""
    left = here.store.put(b"what nobody told of")
    here.queue = ReferenceQueue(bench.client(), here.copy, here.store, bench.site)  # the program starts again
    here.look()
    assert here.shown() == jpeg
    assert not half.exists() and not here.store.has(left)


def test_what_is_no_picture_is_not_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at_leeds = ["--site", "leeds", "--data", str(tmp_path / "central")]
    answer = ["phones", "body", "catches"]
    assert main(["migrate", *at_leeds[2:]]) == 0
    file, good = tmp_path / "x.jpg", photograph(tmp_path, 500)
    for content, says in (
        (b"", "it is empty"),
        (b"no picture", "it is neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff", "it is damaged"),
        (picture(8)[:400], "it is damaged"),
        (FOREIGN["a PNG that is cut off"], "it is damaged"),
        (bytes(25 * 1024**2 + 1), "it has more than 25 MB"),
    ):
        file.write_bytes(content)
        assert main(["publish-reference", str(file), "--client", "C", "--sku", "S", *at_leeds]) == 1
        assert "nothing was published" in capsys.readouterr().err
        assert main(["answer-pictures", "add", str(file), *answer, *at_leeds]) == 1
        assert f"{file}: nothing was published: {says}" in capsys.readouterr().err
    for asked, says in (
        ([str(tmp_path / "none.jpg"), *answer, *at_leeds], "none.jpg is not there"),
        ([good, "phones", "body", "catch", *at_leeds], "nothing was published. leeds: The question body of phones@"),
        ([good, *answer, *at_leeds[2:]], "No station was let in at any site yet"),
    ):
        assert main(["answer-pictures", "add", *asked]) == 1
        assert says in capsys.readouterr().err
    assert main(["answer-pictures", "list", *at_leeds]) == 0
    assert capsys.readouterr().out == "0 photographs, 0 of them shown to nobody.\n"


def test_a_photograph_whose_answer_the_sites_rules_do_not_have_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    central = ["--data", str(tmp_path / "central")]
    assert main(["migrate", *central]) == 0
    store = Store(f"sqlite:///{tmp_path / 'central' / 'central.sqlite'}")
    sample.enrol_station(store, tmp_path / "central", "2026-01-01T00:00:00.000Z")
    told = AnswerPicture("toys", "noise", "loud", "0" * 64, 100)
    with store.writing() as connection:
        feed.append(connection, "leeds", [Change("answer_picture", "toys|noise|loud|", msgspec.json.encode(told))])
    store.close()
    capsys.readouterr()
    good = photograph(tmp_path, 500)
    assert main(["answer-pictures", "add", good, "phones", "body", "catches", *central]) == 0
    assert main(["answer-pictures", "list", "--site", "leeds", "--site", "sample", *central]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "the benches of sample fetch it" in lines[0]
    assert "leeds: toys noise loud: 000000000000 ✘ no question there has this answer: it is shown to nobody" in lines
    assert lines[-1] == "2 photographs, 1 of them shown to nobody."
    assert main(["answer-pictures", "remove", "toys", "noise", "loud", "--site", "leeds", *central]) == 0


def test_the_courier_brings_them_in_the_background(
    bench: Any, book: Any, run_courier: Callable[..., Any], until: Callable[..., None], tmp_path: Path
) -> None:
    publish(bench, tmp_path, 9)
    publish(bench, tmp_path, 10)
    book.parcels(2)
    running = run_courier(book, bench)
    until(lambda: len(list(PhotoStore(book.folder / "references").all())) == 2)
    until(running.is_through)
    assert running.status.why == ""

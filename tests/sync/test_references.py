"""Pictures of good units go down to the benches that were told of them: whole, one at a time, never more than fits."""

import hashlib
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy
import pytest

from station.article_pictures import ArticlePictures
from station.local_copy import LocalCopy
from station.photos import PhotoStore
from station.records import Reference, reference_key
from sync.central import feed
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.errors import Refused
from sync.mirror import Mirror
from sync.references import ReferenceQueue

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
        self.mirror = Mirror(bench.client(), self.copy, bench.site)
        self.queue = ReferenceQueue(bench.client(), self.copy, self.store, bench.site, most_on_disk)

    def look(self, times: int = 1) -> list[str]:
        while self.mirror.pull_some():
            pass
        for _ in range(times):
            assert self.queue.fetch_some() is False
        return list(self.store.all())


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
    (sha256,) = downward().look()
    other = bench.central.enrol(f"F{bench.station[1:]}", f"{bench.site}-far")
    client = other.client()
    private = b"\xff\xd8 a photo of a return"
    try:
        bench.send_photo(private)
        for site, name, code in (
            (bench.site, sha256, "other_site"),
            (other.site, sha256, "no_photo"),
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


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff", picture(8)[:400]])
def test_what_is_no_picture_is_not_published(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.jpg"
    file.write_bytes(content)
    asked = ["publish-reference", str(file), "--client", "C", "--sku", "S", "--site", "leeds"]
    assert main(["migrate", "--data", str(tmp_path / "central")]) == 0
    assert main([*asked, "--data", str(tmp_path / "central")]) == 1
    assert "nothing was published" in capsys.readouterr().err


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

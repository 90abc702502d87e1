"""Evidence of an item: what is told and what is not, that every sum and hash can be made again, and whose photos go."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from grading.photo import PROBLEM_TEXTS
from grading.reasons import Reason
from station.__main__ import main
from station.bins.facts import Carried
from station.cli.find import reading
from station.evidence.bundle import photos_of, read, untrue
from station.evidence.dossier import TOLD, dossier
from station.fact_words import SENTENCES
from station.facts import Undone
from station.inspecting.facts import DefectMarked, PhotoSkipped, PhotoTaken
from station.journal import Journal
from station.photos import PhotoStore
from station.receiving.facts import (
    Declared,
    ExceptionRaised,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    LineMissing,
    MarksRead,
    ParcelArrived,
    ParcelWeighed,
    PatternNoted,
    Regraded,
    SerialChecked,
    WeighingSkipped,
)
from station.routing.facts import Graded, Placed, PlateAllotted, Routed, RouteOverridden
from station.search.story import story_of
from station.steps.examine import SAME_SHOT
from station.words import PHOTO_DOUBT_WORDS

WORDS_OF_OTHERS = (
    *("ZRMA", "ZLINE", "ZSKU", "Ztitle", "zcat", "zclient", "ZGTIN", "ZSER", "ZCODE", "ZOTHER", "Zitem", "zboss"),
    *("98765432", "LineMissing", "lines_missing"),
)
NASTY = '=1+1\x1b[2J\u202e<b>"'


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 0, 0)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A bench with one parcel of two items; of the first a photo with a copy without shipping label, and one undone."""
    contents = {hashlib.sha256(content).hexdigest(): content for content in map(jpeg, (10, 90, 200))}
    names = list(contents)
    (tmp_path / "names.json").write_text(json.dumps(names))
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:

        def put(*facts: object) -> str:
            return journal.append(facts, operator="BDG-1", shift="S-A01-1").txn

        put(ParcelArrived("P1", "1Z1", "ups", "return", "one", ("R1",), "acme"))
        put(
            PatternNoted("P1", "R1", "care", (), 9, 90),
            ExceptionRaised("E1", "serial_stolen", "supervisor", "P1", "I1"),
        )
        put(
            ItemIdentified("P1", "I1", "x", "matched", NASTY, "home", "acme", rma="R1"),
            SerialChecked("I1", "SN1", "same"),
        )
        put(PhotoTaken("I1", "front", names[0], 9, shared_sha256=names[1]))
        put(DefectMarked("I1", 1, names[0], 250, 400, 500, 400, "case", "crack", 4, 103_900))
        gone = put(PhotoTaken("I1", "back", names[2], 9))
        put(Undone((gone,), "photo"))
        put(Graded("I1", "D", "D", "broken", "home@1"), PlateAllotted("I1", "LPN1"))
        put(ItemIdentified("P1", "I2", "y", "undeclared", "Somebody else's", "home"))
    for name, content in contents.items():
        path = tmp_path / "photos" / name[:2] / name[2:4] / f"{name}.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return tmp_path


@pytest.fixture
def bundled(shelf: Path) -> Callable[..., dict[str, bytes]]:
    def _bundled(code: str = "LPN1", *more: str) -> dict[str, bytes]:
        file = shelf / "evidence.zip"
        assert main(["evidence", str(shelf), code, "--to", str(file), *more]) == 0
        with zipfile.ZipFile(file) as opened:
            return {name: opened.read(name) for name in opened.namelist()}

    return _bundled


def test_every_sum_can_be_made_again(bundled: Callable[..., dict[str, bytes]]) -> None:
    files = bundled()
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name]).hexdigest() == digest for name, digest in sums.items())


@pytest.mark.parametrize("purpose", ["carrier", "value"])
def test_nothing_of_the_other_orders_of_a_parcel_is_told_and_what_is_told_is_proved(
    shelf: Path, bundled: Callable[..., dict[str, bytes]], capsys: pytest.CaptureFixture[str], purpose: str
) -> None:
    others = [Declared(f"ZRMA{n}", f"ZLINE{n}", f"ZSKU{n}", f"Ztitle{n}", "zcat", f"zclient{n}", f"ZGTIN{n}", 1,
                       (f"ZSER{n}",), 1, 98765432) for n in range(3)]  # fmt: skip
    own = Declared("R7", "L7", "SKU7", "Kettle", "home", "acme", price_minor=4321)
    graded = Graded("I7", "B", "B", "works", "home@1")
    reason = Reason("way", "{net} is the most", {"net": "778899"})
    routed = Routed(
        "I7", "restock", "r", (reason,), (("restock", 778899),), "resale", "zboss", (), "", (("resale", 556677),)
    )
    orders = tuple(each.rma for each in (own, *others))
    with Journal.open(shelf / "station.sqlite", "A01") as journal:

        def put(*facts: object) -> None:
            journal.append(facts, operator="BDG-2001", shift="S-A01-1")

        put(ParcelArrived("P7", "1Z7", "ups", "return", "several", orders, "zclient0", (others[0], own, *others[1:])))
        wrong = ItemIdentified("P7", "I7", "c7", "matched", "Kettle", "home", "zclient0", rma="ZRMA0", line="ZLINE0",
                               price_minor=98765432, shipped_serials=("ZSER0",))  # fmt: skip
        put(wrong, ItemRelinked("I7", "ZRMA1", "ZLINE1", ("ZSER1",)), ItemRelinked("I7", "R7", "L7", ("SER7",)))
        put(PhotoTaken("I7", "front", "ab" * 32, 9, codes=("ZCODE",)), graded, routed, PlateAllotted("I7", "LPN7"))
        put(ItemIdentified("P7", "I8", "ZOTHER", "matched", "Zitem8", "home", "zclient1", rma="ZRMA1", line="ZLINE1"))
        put(LineMissing("P7", "ZRMA2", "ZLINE2", 1), ExceptionRaised("E7", "lines_missing", "zboss", "P7", "", "ZRMA2"))
        put(ExceptionRaised("E8", "weight_out_of_band", "zboss", "P7", "", "ZRMA2"))
    files = bundled("LPN7", "--for", purpose)
    facts = json.loads(files["facts.json"])["facts"]
    with pypdfium2.PdfDocument(files["evidence.pdf"]) as document:
        paper = "".join(page.get_textpage().get_text_range() for page in document)
    told = paper + files["facts.json"].decode() + " ".join(files)
    assert not [word for word in (*WORDS_OF_OTHERS, "BDG-", "556677") if word.casefold() in told.casefold()]
    assert ("778899" in told) == (purpose == "value")
    assert [each["told"]["orders"] for each in facts if each.get("type") == "ParcelArrived"] == [["R7"]]
    assert "R7" in paper and "SKU7" in told and "4321" in told and "SER7" in told
    assert [set(each) for each in facts if "told" not in each] == [{"seq", "prev", "hash"}] * 3
    assert not [each for each in facts if {"id", "txn", "boot", "operator", "shift", "mono_ms"} & set(each)]
    assert main(["evidence", str(shelf), "LPN7", "--prove", str(shelf / "evidence.zip")]) == 0
    assert f"all {len(facts)} facts stand so" in capsys.readouterr().out


def zip_of(files: Mapping[str, bytes], to: Path) -> None:
    with zipfile.ZipFile(to, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with the sums made again, as whoever forges one does."""
    rest = {name: content for name, content in files.items() if name != "SHA256SUMS"}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in rest.items())
    return {"SHA256SUMS": sums.encode(), **rest}


def test_a_bundle_that_says_otherwise_than_the_journal_is_not_proved(
    shelf: Path, bundled: Callable[..., dict[str, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    files = bundled()
    forged = shelf / "forged.zip"
    with reading(shelf) as (connection, station):
        item = dossier(story_of(connection, shelf, station, "P1"), "I1", "carrier")
    assert item is not None
    here = photos_of(item, PhotoStore(shelf / "photos"))

    def told(changed: Mapping[str, bytes]) -> str:
        zip_of(changed, forged)
        given = read(forged.read_bytes())
        assert given is not None
        return "".join(f"{each}.\n" for each in untrue(given, item, 0, files["evidence.pdf"], here))

    def facts(old: bytes, new: bytes) -> dict[str, bytes]:
        assert old in files["facts.json"]
        return with_sums({**files, "facts.json": files["facts.json"].replace(old, new)})

    assert "not so in the journal, or taken back since: fact 10." in told(facts(b'"letter": "D"', b'"letter": "A"'))
    assert "not so in the journal, or taken back since: fact 999." in told(facts(b'"seq": 1,', b'"seq": 999,'))
    byte_for_byte = "facts.json is not, byte for byte, what this bench writes of these facts.\n"
    assert told(facts(b'"by": 1', b'"by": 2')) == byte_for_byte
    twice = facts(b'"letter": "D"', b'"letter": "A", "letter": "D"')
    assert told(twice) == byte_for_byte, "what reads the first of two would read another letter"
    about = json.loads(files["facts.json"])
    cut = {**about, "facts": [each for each in about["facts"] if each["type"] != "SerialChecked"]}
    assert "incomplete: the journal has of this item too: fact 5.\n" in told(
        with_sums({**files, "facts.json": json.dumps(cut).encode()})
    )
    (photo,) = (name for name in files if name.startswith("photos/"))
    paper = "evidence.pdf is not what this bench, with the program and the rules it has now, makes of these facts.\n"
    assert told(with_sums({**files, "evidence.pdf": b"%PDF other"})) == paper
    other = f"{photo} is not the photo that was taken: it has another SHA-256.\n"
    assert told(with_sums({**files, photo: jpeg(11)})) == other
    assert told({**files, photo: jpeg(11)}) == f"{other}SHA256SUMS does not have the sums of its files.\n"
    gone = ("evidence.pdf", photo, "SHA256SUMS")
    parts = "".join(f"incomplete: {name} is not in it.\n" for name in gone)
    assert told({name: content for name, content in files.items() if name not in gone}) == parts
    assert "more.pdf is no part of such a file.\n" in told({**files, "more.pdf": b"x"})
    assert not told(files)
    zip_of(with_sums({**files, "evidence.pdf": b"%PDF other", photo: jpeg(11)}), forged)
    capsys.readouterr()
    assert main(["evidence", str(shelf), "LPN1", "--prove", str(forged)]) == 1
    out, err = capsys.readouterr()
    assert not out and err.replace(f"{forged}: ", "") == paper + other
    assert main(["evidence", str(shelf), "I2", "--prove", str(forged)]) == 1
    forged.write_bytes(b"no zip")
    assert main(["evidence", str(shelf), "LPN1", "--prove", str(forged)]) == 1


def test_a_bundle_is_proved_as_of_its_last_fact_and_is_incomplete_once_more_came(
    shelf: Path, bundled: Callable[..., dict[str, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    photo = json.loads((shelf / "names.json").read_text())[1]
    files, proving = bundled("LPN1", "--language", "es"), ["evidence", str(shelf), "LPN1", "--prove"]
    (shelf / "photos" / photo[:2] / photo[2:4] / f"{photo}.jpg").unlink()
    assert main([*proving, str(shelf / "evidence.zip")]) == 0, "its own photo has the hash, though the bench let it go"
    assert "the PDF, 1 photos and the sums" in capsys.readouterr().out
    with Journal.open(shelf / "station.sqlite", "A01") as journal:
        journal.append([ItemWeighed("I1", 400_000, 500_000, False)], operator="BDG-1", shift="S-A01-1")
    zip_of(files, shelf / "evidence.zip")
    assert main([*proving, str(shelf / "evidence.zip")]) == 1
    out, err = capsys.readouterr()
    assert err.endswith(": incomplete: it ends at fact 10, after which the journal has 1 more of this item.\n")
    assert err.count("\n") == 1 and not out


def test_only_what_concerns_the_goods_is_told(shelf: Path, bundled: Callable[..., dict[str, bytes]]) -> None:
    files = bundled()
    facts = [each["type"] for each in json.loads(files["facts.json"])["facts"]]
    assert facts == ["ParcelArrived", "ItemIdentified", "SerialChecked", "PhotoTaken", "DefectMarked", "Graded"]
    label, shared, undone = json.loads((shelf / "names.json").read_text())
    assert f"photos/{shared}.jpg" in files
    assert not [name for name in files if label in name or undone in name]
    assert b"Somebody else" not in files["facts.json"]


def test_the_paper_says_for_what_it_is_and_shows_the_photos(bundled: Callable[..., dict[str, bytes]]) -> None:
    for purpose, title in (
        ("carrier", "carrier claim"),
        ("marketplace", "dispute"),
        ("vendor", "debit"),
        ("value", "value"),
    ):
        document = pypdfium2.PdfDocument(bundled("I1", "--for", purpose)["evidence.pdf"])
        words = "".join(page.get_textpage().get_text_range() for page in document)
        assert title in words and "Grade D" in words and "SN1" in words
        marked = "Marked at 25 % from the left, 40 % from the top: case, crack, 4 of 4, 103.9 mm"
        assert marked in " ".join(words.split())
        assert not set(words) & set("\x1b\u202e")
        document.close()


def test_the_paper_names_what_was_announced_what_is_doubted_and_where_it_went(
    shelf: Path, bundled: Callable[..., dict[str, bytes]]
) -> None:
    announced = Declared("R9", "1", "TEE-M", "Tee, M", "apparel", "acme", serials=("SHIPPED9",))
    with Journal.open(shelf / "station.sqlite", "A01") as journal:

        def put(*facts: object) -> None:
            journal.append(facts, operator="BDG-2001", shift="S-A01-1")

        put(ParcelArrived("P9", "1Z9", "ups", "return", "one", ("R9",), "acme", (announced,)))
        put(WeighingSkipped("P9", "scale"))
        put(ItemIdentified("P9", "I9", "c9", "wrong", "Tee, L", "apparel", "acme", sku="TEE-L", rma="R9", line="1",
                           shipped_serials=("SHIPPED9",)))  # fmt: skip
        put(SerialChecked("I9", "OTHER9", "different"))
        again = PhotoTaken("I9", "whole", "ab" * 32, 9, verdict="accepted")
        put(again, ExceptionRaised("E9", "photo_repeat", "supervisor", "P9", "I9", detail="LPN-OF-OTHERS"))
        put(PhotoTaken("I9", "label", "cd" * 32, 9, verdict="accepted", problems=("blurred", "dark")))
        put(PhotoSkipped("I9", "defect", "camera"), Graded("I9", "B", "B", "untested", "apparel@1"))
        put(Routed("I9", "resale", "r", (), (("resale", 100),)))
        put(RouteOverridden("I9", "resale", "refurb", "client_asked", "BDG-2001", "BDG-9001", 4711))
        put(PlateAllotted("I9", "LPN9"), Placed("I9", "LPN9", "BIN-REFURB-01"))
        again = Graded("I9", "D", "D", "faulty", "apparel@1"), Routed("I9", "recycle", "r", (), (("recycle", 778899),))
        put(Regraded("I9", "P9", 1, *again, "recycle", "B", "refurb"))
        put(Carried("I9", "LPN9", "BIN-RECYCLE-01", "recycle", "BIN-REFURB-01"))
    for language, says in (
        (
            "en",
            (
                "Announced instead Tee, M (TEE-M)",
                "OTHER9 (differs from what was shipped)",
                "Serial number that was shipped SHIPPED9",
                "Noted Photo of another item",
                "whole item · 2",
                "although it was doubted: taken before, of another item",
                "although it was doubted: not sharp, too dark",
                "Photo left out: defect. The camera does not work",
                "A person sent it to Refurb instead of Resale:",
                "Put into bin BIN-REFURB-01",
                "Grade D What was recorded",
                "Graded again: D, before: B. Goes to Recycle",
                "Carried from bin BIN-REFURB-01 into bin BIN-RECYCLE-01",
            ),
        ),
        ("es", ("Lo anunciado era Tee, M", "Número de serie enviado SHIPPED9", "sin nitidez, demasiado oscura")),
    ):
        for purpose in ("marketplace", "value"):
            files = bundled("LPN9", "--for", purpose, "--language", language)
            with pypdfium2.PdfDocument(files["evidence.pdf"]) as document:
                paper = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
            assert not [each for each in says if each not in paper], paper
            told = files["facts.json"].decode()
            assert not [each for each in ("BDG-", "LPN-OF-OTHERS") if each in told + paper]
            assert ("4711" in told) == ("778899" in told) == (purpose == "value") and '"was": "resale"' in told
            assert not [each for each in ("PhotoTaken", "SerialChecked", "Routed") if each in paper]
    assert main(["evidence", str(shelf), "LPN9", "--prove", str(shelf / "evidence.zip")]) == 0


def test_every_fact_that_may_be_told_has_its_sentence_and_every_doubt_its_words() -> None:
    assert not [each.__name__ for each in TOLD if each not in SENTENCES]
    assert set(PHOTO_DOUBT_WORDS) == {*PROBLEM_TEXTS, SAME_SHOT, "repeat"}


def test_a_weight_is_told_with_what_is_accepted(shelf: Path, bundled: Callable[..., dict[str, bytes]]) -> None:
    with Journal.open(shelf / "station.sqlite", "A01") as journal:
        parcel = ParcelWeighed("P1", 492_000, 867_000, 389_000, 1_345_000, True)
        weighed = ItemWeighed("I1", 400_000, 500_000, False)
        # A lot is read from the unit later than it is named, and the day of making by itself.
        marks = MarksRead("I1", lot="L77"), MarksRead("I1", made="2026-01-02")
        journal.append((parcel, weighed, *marks), operator="BDG-1", shift="S-A01-1")
    for language, parcel_says, item_says in (
        ("en", "0.492 kg, expected 0.867 kg, accepted from 0.389 kg to 1.345 kg", "0.500 kg: beyond what is accepted"),
        ("es", "0,492 kg, esperado 0,867 kg, se acepta de 0,389 kg a 1,345 kg", "0,500 kg: fuera de lo aceptado"),
    ):
        with pypdfium2.PdfDocument(bundled("I1", "--language", language)["evidence.pdf"]) as document:
            words = " ".join(document[0].get_textpage().get_text_range().split())
        assert parcel_says in words and item_says in words and "L77" in words, words


def test_the_same_evidence_gives_the_same_bytes(shelf: Path, bundled: Callable[..., dict[str, bytes]]) -> None:
    bundled()
    first = (shelf / "evidence.zip").read_bytes()
    bundled()
    assert (shelf / "evidence.zip").read_bytes() == first


def test_a_photo_that_was_deleted_or_damaged_is_named_and_left_out(
    shelf: Path, bundled: Callable[..., dict[str, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    shared = json.loads((shelf / "names.json").read_text())[1]
    (shelf / "photos" / shared[:2] / shared[2:4] / f"{shared}.jpg").write_bytes(b"changed")
    files = bundled()
    assert not [name for name in files if name.startswith("photos/")]
    assert "1 not here any more" in capsys.readouterr().out
    assert main(["evidence", str(shelf), "LPN1", "--prove", str(shelf / "evidence.zip")]) == 0
    assert "1 photos that they name are neither in it nor here" in capsys.readouterr().out


def test_an_item_that_nobody_knows_has_none(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", str(shelf), "LPN9", "--to", str(shelf / "no.zip")]) == 1
    assert "No item LPN9" in capsys.readouterr().err
    assert not (shelf / "no.zip").exists()

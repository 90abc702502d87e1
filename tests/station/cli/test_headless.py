"""A headless run is a whole bench: killed at any moment and begun again, it loses nothing and doubles nothing."""

import hashlib
import io
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zplkit
import zxingcpp
from PIL import Image

from station import __main__ as main
from station import sample
from station.cli import bare_mats
from station.cli.equipment import MATS_FOLDER
from station.verify import verify

pytestmark = pytest.mark.timeout(400)
PILE = sample.parcels()[:7]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def photo(folder: Path, sha256: str) -> Path:
    return folder / "photos" / sha256[:2] / sha256[2:4] / f"{sha256}.jpg"


def test_each_life_was_cut_short_where_it_should_be(interrupted) -> None:
    *killed, last = interrupted.lives
    assert [life.ended_by for life in killed] == [-9, -9, -9, -9]
    counts = [len(life.entries) for life in interrupted.lives]
    assert counts == sorted(counts) and counts[1] < counts[2] < counts[3] < counts[4]
    assert "7/7" in last.said and "done: " in last.said


def test_a_kill_changes_no_fact_that_was_there(interrupted) -> None:
    for before, after in zip(interrupted.lives, interrupted.lives[1:], strict=False):
        assert after.entries[: len(before.entries)] == before.entries


def test_the_bare_mat_is_learnt_before_goods_are_laid_on_it(undisturbed) -> None:
    run, _ = undisturbed
    assert bare_mats.kept(run.folder / MATS_FOLDER, "camera") is not None


def test_every_parcel_is_finished_once_with_the_items_that_are_in_it(interrupted) -> None:
    report = interrupted.report
    assert [parcel["code"] for parcel in report["parcels"]] == [
        parcel["code"] for parcel in sorted(report["parcels"], key=lambda each: int(each["parcel"].rpartition("-")[2]))
    ]
    assert [len(parcel["items"]) for parcel in report["parcels"]] == [len(parcel.items) for parcel in PILE]
    for parcel, truth in zip(report["parcels"], PILE, strict=True):
        assert parcel["code"] == truth.code and parcel["finished_at"] > parcel["arrived_at"]
        assert parcel["weight_mg"] == truth.weight_mg
        assert [item["sku"] for item in parcel["items"]] == [item.sku for item in truth.items]
    finished = [entry.fact().parcel for entry in interrupted.lives[-1].entries if entry.type == "ParcelFinished"]
    assert len(finished) == len(set(finished)) == len(PILE)


def test_no_number_is_given_twice(interrupted) -> None:
    entries = interrupted.lives[-1].entries
    for kind, name in (("PlateAllotted", "plate"), ("ItemIdentified", "item"), ("ParcelArrived", "parcel")):
        given = [getattr(entry.fact(), name) for entry in entries if entry.type == kind]
        assert len(given) == len(set(given))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert len({entry.id for entry in entries}) == len(entries)
    placed = Counter(entry.fact().item for entry in entries if entry.type == "Placed")
    assert set(placed.values()) == {1} and len(placed) == len(interrupted.items)


def test_the_report_has_every_field(interrupted) -> None:
    for item in interrupted.items:
        assert re.fullmatch(r"LPNA01\d{7}[A-Z0-9]", item["plate"])
        assert item["grade"]["letter"] in ("A", "B", "C", "D") and item["grade"]["rule"]
        assert item["disposition"] in ("restock", "refurb", "resale", "recycle", "hold")
        assert item["bin"].startswith("BIN-")
        assert item["reasons"]["route"] and all(reason["text"] for reason in item["reasons"]["route"])
        assert item["photos"] and all(re.fullmatch(r"[0-9a-f]{64}", each["sha256"]) for each in item["photos"])
    assert [raised["kind"] for raised in interrupted.report["exceptions"]] == ["unknown_parcel", "held"]
    figures = interrupted.report["figures"]
    assert (figures["parcels"], figures["finished"], figures["items"]) == (7, 7, len(interrupted.items))
    assert figures["photos"] == sum(len(item["photos"]) for item in interrupted.items)
    assert sum(figures["by_disposition"].values()) == sum(figures["by_grade"].values()) == figures["items"]
    assert interrupted.report["sync"]["waiting"] == interrupted.report["sync"]["refused"] == 0


def test_the_report_tells_how_long_scans_took(interrupted) -> None:
    timings = interrupted.report["timings"]
    assert timings["scans"] > 0
    for name in ("scan_to_durable_ms", "scan_to_shown_ms"):
        assert 0 < timings[name]["p50"] <= timings[name]["p99"]
    assert timings["scan_to_durable_ms"]["p50"] <= timings["scan_to_shown_ms"]["p50"]


def test_every_plate_has_its_label_as_zpl_and_as_a_picture(interrupted) -> None:
    labels = interrupted.folder / "labels"
    plates = sorted(item["plate"] for item in interrupted.items)
    assert sorted(path.stem for path in labels.glob("*.zpl")) == plates
    assert sorted(path.stem for path in labels.glob("*.png")) == plates
    options = zplkit.Options(profile="specification", width=800, height=480, dpi=203)
    for plate in plates:
        zpl = (labels / f"{plate}.zpl").read_bytes()
        assert zpl.count(b"^PQ1,0,1,N") == 1
        drawn = zplkit.render(zpl.replace(b"^PQ1,0,1,N", b""), options).labels
        assert len(drawn) == 1
        for picture in (Image.open(io.BytesIO(drawn[0].png())), Image.open(labels / f"{plate}.png")):
            codes = [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]
            assert codes == [plate]


def test_every_photo_lies_under_its_hash_here_and_at_central(interrupted) -> None:
    for item in interrupted.items:
        for each in item["photos"]:
            for folder in (interrupted.folder, interrupted.folder / "central"):
                content = photo(folder, each["sha256"]).read_bytes()
                assert hashlib.sha256(content).hexdigest() == each["sha256"]
                assert content.startswith(b"\xff\xd8")


def test_central_has_each_fact_once_and_each_item_as_the_bench_has_it(interrupted) -> None:
    central, station = interrupted.folder / "central.sqlite", interrupted.folder / "station.sqlite"
    query = "SELECT seq, id, txn, at, type, body, prev, hash FROM journal ORDER BY seq"
    assert rows(central, query) == rows(station, query)
    assert rows(central, "SELECT count(*) FROM quarantine") == [(0,)]
    for table, columns in (
        ("item", "item, parcel, plate, letter, disposition, bin, serial, grade_reasons, route_reasons"),
        ("parcel", "parcel, code, weight_mg, finished_at"),
        ("plate", "plate, item"),
        ("exception", "exception, kind, parcel"),
        ("photo", "item, shot, sha256"),
    ):
        query = f"SELECT {columns} FROM {table} ORDER BY {columns}"
        assert rows(central, query) == rows(station, query) != []


def test_verify_finds_no_damage_after_four_kills(interrupted, capsys: pytest.CaptureFixture[str]) -> None:
    assert [finding for finding in verify(interrupted.folder) if finding.is_damage] == []
    assert main.main(["verify", str(interrupted.folder)]) == 0
    assert "nothing was lost, doubled or changed" in capsys.readouterr().out


def test_a_second_station_is_refused_by_name_and_disturbs_nothing(interrupted) -> None:
    intruder = interrupted.intruder
    assert intruder.returncode == 1
    assert re.fullmatch(
        r"returns-station: The data folder is in use by process \d+\. Only one station may work on it\.\n",
        intruder.stderr,
    )
    assert intruder.stdout == ""


def test_a_finished_run_is_left_alone(interrupted, capsys: pytest.CaptureFixture[str]) -> None:
    before = (interrupted.folder / "report.json").read_bytes()
    assert main.main(["run", "--headless", "--parcels", "3", "--out", str(interrupted.folder)]) == 0
    assert "holds a finished run" in capsys.readouterr().out
    assert (interrupted.folder / "report.json").read_bytes() == before


def test_a_plan_that_makes_no_sense_is_a_plain_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text("{")
    assert main.main(["run", "--headless", "--out", str(tmp_path)]) == 1
    assert "does not say what was to be played" in capsys.readouterr().err
    assert not (tmp_path / "central").exists()


def test_without_a_display_run_says_so_in_one_line_and_does_the_job(undisturbed) -> None:
    run, done = undisturbed
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert first == f"There is no display: playing 1 parcels into {run.folder} instead."
    assert rest == [f"1/1 {PILE[0].key}: {PILE[0].says}", f"done: {run.folder / 'report.json'}"]
    assert [parcel["code"] for parcel in run.report["parcels"]] == [PILE[0].code]
    assert verify(run.folder) == []


def test_a_run_leaves_nothing_half_done_behind(undisturbed, interrupted) -> None:
    for run in (undisturbed[0], interrupted):
        assert {"report.json", "run.json", "station.sqlite", "central.sqlite", "logs/station.log"} <= set(run.left)
        assert not [name for name in run.left if name.endswith((".new", ".part", ".partial", "devices/scanner"))]
    assert not [name for name in undisturbed[0].left if name.endswith("-wal")]
    assert json.loads((undisturbed[0].folder / "run.json").read_text()) == {"parcels": 1, "seed": 1}

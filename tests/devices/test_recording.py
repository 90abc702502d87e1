"""A recording gives back byte for byte what was noted, bounded on the disk, and never harms the device."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.recording import Recorder, RecordingError, files_of, read
from devices.worker import Link

NOTES = st.lists(
    st.tuples(st.text(max_size=8), st.sampled_from(["in", "out", "lost"]), st.binary(max_size=60)),
    min_size=1,
    max_size=20,
)


@given(notes=NOTES)
def test_what_is_noted_is_read_back(notes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("recording") / "bench.jsonl"
    recorder = Recorder(path)
    for device, direction, raw in notes:
        recorder.note(device, direction, raw)
    recorder.close()
    found = list(read(path))
    assert [(note.device, note.direction, note.raw) for note in found] == notes
    assert [note.t for note in found] == sorted(note.t for note in found)


def test_both_directions_of_a_link_are_recorded_and_the_ring_keeps_what_came(tmp_path: Path, inbox) -> None:
    recorder = Recorder(tmp_path / "bench.jsonl")
    link = Link("scale", inbox.post, recorder.note)
    link.sent(b"SI\r\n")
    link.saw(b"S S 1.00 kg\r\n")
    recorder.close()
    link.saw(b"late")
    assert [(each.direction, each.raw) for each in read(tmp_path / "bench.jsonl")] == [
        ("out", b"SI\r\n"),
        ("in", b"S S 1.00 kg\r\n"),
    ]
    assert [frame.raw for frame in link.recent()] == [b"S S 1.00 kg\r\n", b"late"]


def test_the_disk_holds_no_more_than_was_said_and_the_newest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    recorder = Recorder(path, max_bytes=2_000, kept=2)
    for number in range(200):
        recorder.note("scale", "in", b"%06d" % number)
    recorder.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bench.jsonl", "bench.jsonl.1", "bench.jsonl.2"]
    assert all(each.stat().st_size <= 2_000 for each in tmp_path.iterdir())
    kept = [note.raw for file in files_of(path) for note in read(file)]
    assert kept == [b"%06d" % number for number in range(200 - len(kept), 200)]
    assert len(kept) > 30


def test_an_earlier_recording_is_kept_when_a_new_one_begins(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    for word in (b"yesterday", b"today"):
        recorder = Recorder(path, kept=1)
        recorder.note("scanner", "in", word)
        recorder.close()
    assert [note.raw for file in files_of(path) for note in read(file)] == [b"yesterday", b"today"]
    Recorder(path, kept=0).close()
    assert list(read(path)) == []


def test_notes_of_many_threads_stay_whole(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "bench.jsonl", max_bytes=20_000, kept=9)

    def talk(name: str) -> None:
        for number in range(100):
            recorder.note(name, "in", b"%d" % number)

    threads = [threading.Thread(target=talk, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    notes = [note for file in files_of(tmp_path / "bench.jsonl") for note in read(file)]
    for name in "abcd":
        assert [note.raw for note in notes if note.device == name] == [b"%d" % number for number in range(100)]


def test_a_disk_that_refuses_ends_the_recording_and_not_the_device(tmp_path: Path, expect_log) -> None:
    expect_log("the recording ends, .*No such file")
    recorder = Recorder(tmp_path / "recordings" / "bench.jsonl", max_bytes=300, kept=0)
    recorder.note("scale", "in", b"fits")
    (tmp_path / "recordings").rename(tmp_path / "elsewhere")
    for _ in range(9):
        recorder.note("scale", "in", b"x" * 60)
    recorder.close()
    assert next(read(tmp_path / "elsewhere" / "bench.jsonl")).raw == b"fits"


def test_a_line_cut_off_by_a_power_cut_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    recorder = Recorder(path)
    recorder.note("scale", "in", b"whole")
    recorder.note("scale", "in", b"cut")
    recorder.close()
    path.write_bytes(path.read_bytes()[:-9])
    assert [note.raw for note in read(path)] == [b"whole"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nonsense", "line 2: no JSON"),
        ("[1]", "line 2: no JSON object"),
        ('{"t": 1, "device": "a", "direction": "up", "raw": ""}', "direction is 'up'"),
        ('{"t": 1, "device": "a", "direction": "in"}', "line 2: KeyError"),
        ('{"t": 1, "device": "a", "direction": "in", "raw": "\\u20ac"}', "line 2: "),
    ],
)
def test_what_is_no_recording_is_refused_by_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "bench.jsonl"
    path.write_text(json.dumps({"recording": 1}) + f"\n{line}\n")
    with pytest.raises(RecordingError, match=words):
        list(read(path))
    path.write_text('{"recording": 9}\n')
    with pytest.raises(RecordingError, match="line 1: this is no recording"):
        list(read(path))

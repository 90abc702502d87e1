"""The photo store: named by hash, whole or not there, and no name leads out of its folder."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from station.photos import PhotoError, PhotoStore

JPEG = b"\xff\xd8 a photo \xff\xd9" * 1000
SHA256 = hashlib.sha256(JPEG).hexdigest()


def test_a_photo_lies_under_its_hash(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path / "photos")
    assert not store.has(SHA256)
    assert not (tmp_path / "photos").exists()
    assert store.put(JPEG) == SHA256
    assert store.path(SHA256) == tmp_path / "photos" / SHA256[:2] / SHA256[2:4] / f"{SHA256}.jpg"
    assert store.path(SHA256).read_bytes() == JPEG
    assert store.has(SHA256) and store.is_whole(SHA256)
    assert list(store.all()) == [SHA256]


def test_the_same_photo_twice_is_one_file_and_a_damaged_one_is_mended(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    store.put(JPEG)
    inode = store.path(SHA256).stat().st_ino
    store.put(JPEG)
    assert store.path(SHA256).stat().st_ino == inode
    store.path(SHA256).write_bytes(JPEG[:-1])
    assert store.has(SHA256) and not store.is_whole(SHA256)
    store.put(JPEG)
    assert store.is_whole(SHA256)
    assert list(store.all()) == [SHA256]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "\n", "ab" * 31, "/" * 64])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        PhotoStore(tmp_path).path(name)


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file where the folder should be")
    with pytest.raises(PhotoError) as refused:
        PhotoStore(tmp_path / "photos").put(JPEG)
    assert refused.value.code == "disk_error"


@pytest.mark.parametrize("point", ["after_part", "before_rename", "after_rename", "after_sync"])
def test_a_save_cut_short_leaves_a_whole_photo_or_none(tmp_path: Path, point: str) -> None:
    program = (
        "import os, pathlib, signal, sys\n"
        "from station.photos import PhotoStore\n"
        "end = lambda at: at == sys.argv[2] and os.kill(os.getpid(), signal.SIGKILL)\n"
        "PhotoStore(pathlib.Path(sys.argv[1]), trace=end).put(sys.stdin.buffer.read())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), point], input=JPEG, env=os.environ, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    store = PhotoStore(tmp_path)
    assert store.has(SHA256) == store.is_whole(SHA256) == (point in {"after_rename", "after_sync"})
    assert store.sweep() == (0 if store.has(SHA256) else 1)
    assert store.put(JPEG) == SHA256
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [store.path(SHA256)]

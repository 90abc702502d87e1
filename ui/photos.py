"""Reads photos at their full size in a thread of its own, so that the screen never waits for a decoder."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from PySide6.QtGui import QImage, QImageReader


@dataclass(frozen=True, slots=True)
class PhotoDecoded:
    """A photo was read; `image` is null when the file cannot be read."""

    path: str
    image: QImage = field(compare=False)


class Decoder:
    """One thread: photos are looked at one by one. `post` brings what was read to the screen's thread."""

    def __init__(self, post: Callable[[object], None]) -> None:
        self._post = post
        self._pool = ThreadPoolExecutor(1, "photos")

    def want(self, path: str) -> None:
        """Read a photo; `PhotoDecoded` is posted when it is there."""
        self._pool.submit(self._decode, path)

    def close(self) -> None:
        """Read nothing more; returns when the thread has ended."""
        self._pool.shutdown(cancel_futures=True)

    def _decode(self, path: str) -> None:
        self._post(PhotoDecoded(path, decoded(path)))


def decoded(path: str) -> QImage:
    """Return a photo, upright, with all its pixels."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    return reader.read()

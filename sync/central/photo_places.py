"""Where central keeps photos: a folder, S3-compatible storage or this process's memory, chosen by URL, through obstore.

S3: `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`; keys come from the environment (AWS_ACCESS_KEY_ID and the like).
"""

import base64
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from station.files import sync_folder
from station.photos import PhotoError

if TYPE_CHECKING:
    from obstore.store import S3Config

# A storage that does not answer must not hold a thread of central for long: the bench comes again by itself.
_TIMEOUT, _CONNECT = timedelta(seconds=20), timedelta(seconds=3)
_RETRIES, _RETRY_WITHIN = 2, timedelta(seconds=25)
_SIGNED_FOR_S = 900
_JPEG = "image/jpeg"


class Found(NamedTuple):
    """An object that is there: its name, how many bytes it has, and when it came (UTC)."""

    name: str
    size: int
    at: datetime


class Signed(NamedTuple):
    """An address to which one object may be put once, with the headers that must go with it."""

    url: str
    headers: dict[str, str]


Sign = Callable[[str, bytes, int], Signed]


class Place:
    """Objects by name, `ab/cd/hash.jpg`. Usable from several threads. Every failure of it is a PhotoError.

    `folder` is where a local store lies; `sign` makes addresses to put to, where the storage knows them.
    """

    def __init__(self, objects: Any, folder: Path | None = None, sign: Sign | None = None) -> None:
        self._objects = objects
        self._folder = folder
        self._sign = sign

    def put(self, name: str, content: bytes) -> bool:
        """Keep an object durably; False, and nothing changed, when there is one of this name."""
        try:
            obstore.put(self._objects, name, content, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        except (BaseError, OSError) as error:
            raise _failed(error) from error
        finally:
            # Also when another worker put it a moment ago: what is told to be there must outlast a power cut.
            self._make_last(name)
        return True

    def replace(self, name: str, content: bytes) -> None:
        """Keep an object durably in the place of any other of this name."""
        try:
            obstore.put(self._objects, name, content, mode="overwrite", use_multipart=False)
        except (BaseError, OSError) as error:
            raise _failed(error) from error
        self._make_last(name)

    def get(self, name: str) -> bytes | None:
        """Return an object's bytes, or None."""
        try:
            return bytes(obstore.get(self._objects, name).bytes())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise _failed(error) from error

    def below(self, prefix: str) -> Iterator[Found]:
        """Yield the objects in a folder and all folders in it."""
        try:
            for several in obstore.list(self._objects, prefix):
                for each in several:
                    yield Found(each["path"], each["size"], each["last_modified"])
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _failed(error) from error

    def remove(self, name: str) -> None:
        """Remove an object; one that is not there is as good."""
        try:
            obstore.delete(self._objects, name)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _failed(error) from error

    def signed(self, name: str, sha256: bytes, size: int) -> Signed | None:
        """Return an address to which exactly these bytes may be put once; None where the storage knows none."""
        return self._sign(name, sha256, size) if self._sign is not None else None

    def _make_last(self, name: str) -> None:
        """Write a local file and the names that lead to it to the disk: the library leaves that to the system."""
        if self._folder is None:
            return
        path = self._folder / name
        try:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
            for folder in path.relative_to(self._folder).parents:
                sync_folder(self._folder / folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _failed(error) from error


def open_place(url: str, folder: Path) -> Place:
    """Return the place a URL names: empty for `folder`, `memory:`, `file:///PATH` or `s3://BUCKET/PREFIX`.

    Raises ValueError, with a sentence, for any other, and OSError when a folder cannot be made.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        return _in_s3(parts.netloc, parts.path.strip("/"), parse_qs(parts.query))
    if url == "memory:":
        return Place(MemoryStore())
    if url and (parts.scheme != "file" or parts.netloc or not parts.path):
        raise ValueError(f"photos are kept in file:///PATH, s3://BUCKET/PREFIX or memory:, not in {parts.scheme}:")
    chosen = Path(parts.path) if url else folder
    chosen.mkdir(parents=True, exist_ok=True)
    return Place(LocalStore(chosen, automatic_cleanup=True, mkdir=True), chosen)


def _in_s3(bucket: str, prefix: str, asked: dict[str, list[str]]) -> Place:
    endpoint = asked.get("endpoint", [""])[0]
    region = asked.get("region", [os.environ.get("AWS_REGION", "us-east-1")])[0]
    config: S3Config = {"region": region}
    if endpoint:
        config["endpoint"] = endpoint
    objects = S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={"timeout": _TIMEOUT, "connect_timeout": _CONNECT, "allow_http": endpoint.startswith("http:")},
        retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_WITHIN},
    )
    return Place(objects, sign=_signer(bucket, prefix, region, endpoint))


def _signer(bucket: str, prefix: str, region: str, endpoint: str) -> Sign:
    """Return what signs addresses: obstore cannot sign headers, and only signed ones bind the storage to a hash."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    style = {"addressing_style": "path"} if endpoint else {}
    config = Config(signature_version="s3v4", s3=style)
    client = boto3.client("s3", region_name=region, endpoint_url=endpoint or None, config=config)

    def sign(name: str, sha256: bytes, size: int) -> Signed:
        checksum = base64.b64encode(sha256).decode()
        said = {"ContentLength": size, "ContentType": _JPEG, "ChecksumSHA256": checksum, "IfNoneMatch": "*"}
        key = f"{prefix}/{name}" if prefix else name
        url = client.generate_presigned_url(
            "put_object", Params={"Bucket": bucket, "Key": key, **said}, ExpiresIn=_SIGNED_FOR_S
        )
        headers = {"Content-Type": _JPEG, "x-amz-checksum-sha256": checksum, "If-None-Match": "*"}
        return Signed(url, headers)

    return sign


def _failed(error: Exception) -> PhotoError:
    text = str(error).partition("\n")[0]
    if "os error 28" in text or "os error 122" in text:
        return PhotoError("disk_full", f"The disk of the photos is full: {text}")
    return PhotoError("photos_away", f"The place of the photos does not answer: {text}")

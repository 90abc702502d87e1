"""Who this station is to central: its Ed25519 key and its token, in two files that only this user can read.

The token file holds an `Admission` as JSON; a bare token, as a central on this computer leaves it, is read as well.
"""

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from station.files import sync_folder
from sync.wire import Admission, renewal_text

IDENTITY_FOLDER, TOKEN_FILE = "identity", "token"
_OWN_ONLY = 0o600
_TRY_EVERY_S = 60.0
_log = logging.getLogger(__name__)


def read_token(token_file: Path) -> str:
    """Return the token in a file; raises OSError."""
    return _admission(token_file).token


def key_file(token_file: Path) -> Path:
    """Return where the key of a station lies: beside its token."""
    return token_file.with_name(token_file.name + ".key")


class Identity:
    """A station's key and the token it has now. Used by one thread only. Raises OSError at its making."""

    def __init__(
        self, token_file: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC), *, renews: bool = True
    ) -> None:
        self._file = token_file
        self._renews = renews
        self._clock = clock
        self._admission = _admission(token_file)
        self._tried_at = -_TRY_EVERY_S

    @property
    def token(self) -> str:
        """The token central gave last."""
        return self._admission.token

    def follower(self) -> "Identity":
        """Return the same identity for another thread: it takes the tokens that this one leaves in the file."""
        return Identity(self._file, self._clock, renews=False)

    def is_due(self) -> bool:
        """Tell whether it is time for the next token."""
        renew_at = self._admission.renew_at if self._renews else ""
        try:
            return bool(renew_at) and datetime.fromisoformat(renew_at) <= self._clock()
        except (TypeError, ValueError):
            # Damaged on the disk: central says when it is time.
            return False

    def is_replaced(self) -> bool:
        """Tell whether another token stands in the file, as after a new enrolment beside us, and take it."""
        try:
            present = _admission(self._file)
        except OSError:
            return False
        other, self._admission = present.token != self._admission.token, present
        return other

    def may_try(self) -> bool:
        """Tell whether there is a key, and it did not fail a moment ago; whoever asks is taken to try."""
        now = time.monotonic()
        if not self._renews:
            return False
        if now - self._tried_at < _TRY_EVERY_S or not key_file(self._file).is_file():
            return False
        self._tried_at = now
        return True

    def signed(self, nonce: str) -> bytes:
        """Return the key's signature on a challenge."""
        return sign(key_file(self._file).read_bytes(), renewal_text(nonce, self._admission.station))

    def keep(self, admission: Admission) -> None:
        """Use a new token from now on; one that cannot be written down is good until the program ends."""
        self._admission = admission
        try:
            write_private(self._file, msgspec.json.encode(admission))
        except OSError as error:
            _log.warning("the new token could not be written: %s", error)


def next_key(token_file: Path) -> bytes:
    """Return the private key (32 bytes) of an enrolment that is begun; the same until `adopt`, for answers get lost."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = _next_key_file(token_file)
    with suppress(FileNotFoundError):
        begun = path.read_bytes()
        if not (token_file.exists() and _is_key(token_file, begun)):
            return begun
    key = Ed25519PrivateKey.generate().private_bytes_raw()
    write_private(path, key)
    return key


def adopt(token_file: Path, admission: Admission) -> None:
    """Be who central let in: the key first, for it gets another token should this one not come to the disk."""
    write_private(key_file(token_file), _next_key_file(token_file).read_bytes())
    write_private(token_file, msgspec.json.encode(admission))
    # Only now: without a token, the same key must be able to ask once more.
    _next_key_file(token_file).unlink()


def public_key(key: bytes) -> bytes:
    """Return the public half (32 bytes) of a private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def sign(key: bytes, text: bytes) -> bytes:
    """Return an Ed25519 signature (64 bytes)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).sign(text)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only this user can read, from its first moment on; the old one or the whole new one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWN_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def _is_key(token_file: Path, key: bytes) -> bool:
    try:
        return key_file(token_file).read_bytes() == key
    except FileNotFoundError:
        return False


def _next_key_file(token_file: Path) -> Path:
    return token_file.with_name(token_file.name + ".next-key")


def _admission(token_file: Path) -> Admission:
    content = token_file.read_bytes()
    try:
        return msgspec.json.decode(content, type=Admission)
    except (msgspec.MsgspecError, ValueError):
        return Admission("", "", content.decode("ascii", "replace").strip(), "", "")

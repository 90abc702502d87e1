"""Speaks HTTP with central: the one place where httpx is used, with every answer typed and every failure named."""

import base64
import contextlib
import hashlib
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from sync.errors import Refused, Unreachable
from sync.identity import Identity
from sync.wire import (
    Admission,
    Challenge,
    Enrolment,
    FeedPage,
    FeedRecord,
    Health,
    JournalDigest,
    PhotoAnswer,
    PhotoAsk,
    Problem,
    Push,
    Pushed,
    Quarantine,
    Renewal,
    SiteDigest,
    SnapshotEnd,
    SnapshotHead,
)

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")

# Long enough for a busy central to commit 500 entries; a connection on one site's network is there or it is not.
_TIMEOUT_S, _CONNECT_S = 10.0, 1.5
_PIECE = 64 * 1024
# Answers that say nothing against what was sent: too many requests, a gateway's complaint, a database away.
_PATIENCE = (429, 502, 503, 504)
# Answers to who we are, not to what we ask.
_ABOUT_US = (401, 403)
# Storage says so when the object is there already: it was put before, and only the answer was lost.
_IS_THERE = 412
_NOT_SECURE = "central's address must begin with https:// unless it is on this computer; nothing was sent"
_log = logging.getLogger(__name__)


class Gap(msgspec.Struct, frozen=True):
    """Central lacks entries before those that were pushed; `acked` is the last one it has."""

    acked: int


class Client:
    """Calls on central for one station, one at a time; made and used by one thread, `abort` by any.

    With an `identity` the token is renewed by the station's key, before it ends and after. `ca_file` names the only
    authorities (PEM) whose certificates count. Every call raises Unreachable or Refused, and nothing else.

    Raises ValueError for a URL that cannot be one.
    """

    def __init__(self, url: str, station: str, token: str, identity: Identity | None = None, ca_file: str = "") -> None:
        self._name = station
        self._station = quote(station, safe="")
        self._sockets: tuple[socket.socket, ...] = ()
        self._aborted = False
        self._agent = {"User-Agent": f"returns-station/{station}"}
        self._token = token
        self._identity = identity
        self._ca_file = ca_file
        self._url = _checked(url)
        self._http: httpx.Client | None = None
        self._elsewhere: httpx.Client | None = None

    def push(self, push: Push) -> Pushed | Gap:
        """Send entries; central has taken them when this returns Pushed."""
        return self._pushed("events", push)

    def put_away(self, entry: Quarantine) -> Pushed | Gap:
        """Hand over the raw bytes of an entry that central fails at in every other way."""
        return self._pushed("quarantine", entry)

    def pull(self, site: str, after: int, limit: int, mark: int = 0, wait_s: int = 0) -> FeedPage:
        """Return the next records of the site's feed after number `after`, whose short mark is `mark`, 0 when unknown;
        if there are none, those that come within `wait_s` seconds.
        """
        path = f"/v1/sites/{quote(site, safe='')}/feed?after={after}&limit={limit}"
        path += (f"&mark={mark}" if mark else "") + (f"&wait={wait_s}" if wait_s else "")
        return _decoded(self._call("GET", path, patience_s=wait_s), FeedPage)

    def ask_photo(self, sha256: str, size: int, direct: bool = False) -> PhotoAnswer:
        """Return what central wants of a photo of `size` bytes; with `direct` it may name storage to put it to."""
        asked = msgspec.json.encode(PhotoAsk(size, direct))
        return _decoded(self._call("PUT", f"/v1/photos/{sha256}", asked), PhotoAnswer)

    def put_part(self, sha256: str, size: int, number: int, part: bytes) -> None:
        """Send one part of a photo; again is the same as once."""
        digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:"}
        self._call("PUT", f"/v1/photos/{sha256}/parts/{number}?size={size}", part, headers=headers)

    def complete_photo(self, sha256: str, size: int) -> PhotoAnswer:
        """Have central put the parts together; the answer is `have`, or names parts that are missing."""
        return _decoded(self._call("POST", f"/v1/photos/{sha256}/complete?size={size}"), PhotoAnswer)

    def put_elsewhere(self, url: str, headers: Mapping[str, str], content: bytes) -> None:
        """Put a photo to the storage that central named. Our token is central's alone and does not go along."""
        with self._reaching():
            if not is_secure(url):
                raise Unreachable("not_secure", "the storage central names cannot be reached safely")
            self._elsewhere = self._elsewhere or self._connection("")
            answer = self._elsewhere.put(url, content=content, headers=dict(headers), extensions={"trace": self._trace})
        if not answer.is_success and answer.status_code != _IS_THERE:
            raise Unreachable("fault", f"the storage answers {answer.status_code}", status=answer.status_code)

    def enrol(self, asked: Enrolment) -> Admission:
        """Get a station in by its one-time code; the same key may ask again when the answer was lost."""
        return _decoded(self._answered("POST", "/v1/enrol", msgspec.json.encode(asked), {}), Admission)

    def reference(self, site: str, sha256: str, most: int) -> bytes:
        """Return a picture that central told this site of, read piece by piece.

        Raises Refused too when it is longer than `most` bytes.
        """
        path = f"/v1/sites/{quote(site, safe='')}/references/{sha256}"
        with self._streaming(path) as answer:
            content = b""
            for part in answer.iter_bytes(_PIECE):
                content += part
                if len(content) > most:
                    raise Refused("too_large", f"more than {most} bytes came", status=413)
            return content

    def snapshot(self, site: str) -> Iterator[SnapshotHead | FeedRecord | SnapshotEnd]:
        """Yield a site's records as they stand, between a head and an end; without the end it was cut off.

        Other calls may be made while it comes: they have a connection of their own.
        """
        path = f"/v1/sites/{quote(site, safe='')}/snapshot"
        with self._streaming(path) as answer:
            for line in answer.iter_lines():
                yield _line(line)

    def site_digest(self, site: str, upto: int) -> SiteDigest:
        """Return the digests of what stands in a site's feed as of record `upto`."""
        return _decoded(self._call("GET", f"/v1/sites/{quote(site, safe='')}/digest?upto={upto}"), SiteDigest)

    def journal_digest(self, epoch: str, after: int, upto: int) -> JournalDigest | Gap:
        """Return the digest of what central has of this station's entries after one up to another."""
        query = f"epoch={quote(epoch, safe='')}&after={after}&upto={upto}"
        answer = self._call("GET", f"/v1/stations/{self._station}/digest?{query}", may=(409,))
        return _decoded(answer, JournalDigest) if answer.status_code != 409 else _gap(answer)

    def twin(self) -> "Client":
        """Return another client for the same station, with a connection of its own for another thread."""
        identity = self._identity.follower() if self._identity is not None else None
        return Client(self._url, self._name, self._token, identity, self._ca_file)

    def health(self) -> Health:
        """Return what central says of itself; needs no valid token."""
        return _decoded(self._call("GET", "/v1/health"), Health)

    def abort(self) -> None:
        """Break off the call under way, and any later one; from any thread. httpx itself has no way to do it."""
        self._aborted = True
        for under_way in self._sockets:
            with contextlib.suppress(OSError):
                under_way.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        for each in (self._http, self._elsewhere):
            if each is not None:
                each.close()

    def _pushed(self, door: str, content: Push | Quarantine) -> Pushed | Gap:
        path = f"/v1/stations/{self._station}/{door}"
        answer = self._call("POST", path, msgspec.json.encode(content), may=(409,))
        if answer.status_code != 409:
            return _decoded(answer, Pushed)
        return _gap(answer)

    def _call(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        may: tuple[int, ...] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
        patience_s: float = 0.0,
    ) -> "httpx.Response":
        if self._identity is not None and self._identity.is_due():
            self._renew(self._identity)
        try:
            return self._answered(method, path, content, {**headers, **self._bearer()}, may, patience_s)
        except Refused as error:
            if error.status not in _ABOUT_US or self._identity is None or not self._is_let_in(self._identity):
                raise
        return self._answered(method, path, content, {**headers, **self._bearer()}, may, patience_s)

    def _answered(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str],
        may: tuple[int, ...] = (),
        patience_s: float = 0.0,
    ) -> "httpx.Response":
        with self._reaching() as http:
            limits = {"connect": _CONNECT_S, "read": _TIMEOUT_S + patience_s, "write": _TIMEOUT_S, "pool": _TIMEOUT_S}
            extensions = {"trace": self._trace, "timeout": limits}
            answer = http.request(method, path, content=content, headers=dict(headers), extensions=extensions)
        if answer.is_success or answer.status_code in may:
            return answer
        raise _failure(answer)

    @contextlib.contextmanager
    def _streaming(self, path: str) -> "Iterator[httpx.Response]":
        """Ask for what comes piece by piece."""
        traced = {"trace": self._trace}
        with self._reaching() as http, http.stream("GET", path, headers=self._bearer(), extensions=traced) as answer:
            if not answer.is_success:
                answer.read()
                raise _failure(answer)
            yield answer

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _is_let_in(self, identity: Identity) -> bool:
        """Look for a token that counts: of an enrolment meanwhile, or by the key when the old one ended or got lost."""
        if identity.is_replaced():
            self._token = identity.token
            return True
        return self._renew(identity)

    def _renew(self, identity: Identity) -> bool:
        """Get the next token by the station's key; False when central does not give one."""
        if not identity.may_try():
            return False
        door = f"/v1/stations/{self._station}"
        try:
            nonce = _decoded(self._answered("POST", f"{door}/challenge", None, {}), Challenge).nonce
            asked = msgspec.json.encode(Renewal(nonce, identity.signed(nonce)))
            admission = _decoded(self._answered("POST", f"{door}/token", asked, {}), Admission)
        except (Refused, OSError, ValueError) as error:
            # The last two tell of a damaged key. The present token is good while central says so.
            _log.warning("the token could not be renewed: %s", error)
            return False
        self._token = admission.token
        identity.keep(admission)
        return True

    @contextlib.contextmanager
    def _reaching(self) -> "Iterator[httpx.Client]":
        """Lend the connection, and name every failure of it."""
        # httpx takes as long to load as the database: that is for the thread that calls central, not for the start.
        import httpx

        if self._aborted:
            raise Unreachable("stopped", "")
        if not is_secure(self._url):
            raise Unreachable("not_secure", _NOT_SECURE)
        try:
            self._http = self._http or self._connection(self._url)
            yield self._http
        except httpx.ReadTimeout as error:
            raise Unreachable("slow", "no answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            code = "stopped" if self._aborted else "unreachable"
            if _is_about_certificate(error):
                code = "certificate_wrong"
            raise Unreachable(code, str(error) or type(error).__name__) from error

    def _connection(self, url: str) -> "httpx.Client":
        import httpx

        return httpx.Client(
            base_url=url,
            verify=self._authorities(pinned=bool(url)) if self._ca_file else True,
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S),
            headers=self._agent,
            limits=httpx.Limits(max_connections=2),
            # A proxy of the environment must not stand between a bench and its own central.
            trust_env=False,
        )

    def _authorities(self, *, pinned: bool) -> ssl.SSLContext:
        """Return whose certificates count: for central those of our file alone, for storage everybody else's too."""
        try:
            context = ssl.create_default_context(cafile=self._ca_file if pinned else None)
            context.load_verify_locations(self._ca_file)
        except (OSError, ValueError) as error:
            raise Unreachable("certificate_wrong", f"{self._ca_file} cannot be read: {error}") from error
        return context

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Remember the socket of each new connection (httpx's `trace` extension), for `abort`.

        TLS takes the socket over into one of its own.
        """
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            # Two connections at most are open to central, one to storage; of what was closed the abort takes no notice.
            self._sockets = (*self._sockets[-5:], info["return_value"].get_extra_info("socket"))
            if self._aborted:
                self.abort()


def _checked(url: str) -> str:
    """Return the URL; raises ValueError for what cannot be read as one."""
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise ValueError(f"not an address: {url!r}") from error
    return url


def is_secure(url: str) -> bool:
    """Tell whether nobody else can listen: https, or this computer itself. Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    return parts.scheme != "http" or is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Tell whether a name or address is this computer's own, whatever a name server says."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_about_certificate(error: BaseException) -> bool:
    """Tell whether an error comes from a certificate that proves nothing: httpx keeps of it only OpenSSL's word."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def _failure(answer: "httpx.Response") -> Unreachable | Refused:
    """Tell what an answer means. One without central's own word for the problem came from somebody in between."""
    problem = _problem(answer)
    status = answer.status_code
    if status in _PATIENCE:
        return Unreachable("busy", problem.error, status=status, retry_after_s=_seconds(answer))
    if status >= 500:
        return Unreachable("fault", f"{status} {problem.error}", status=status)
    if status == 413:
        return Refused("too_large", problem.detail, status=status)
    if not problem.error:
        return Unreachable("not_central", f"HTTP {status}", status=status)
    return Refused(problem.error, problem.detail, status=status)


def _gap(answer: "httpx.Response") -> Gap:
    """Return where central wants to go on from; raises Refused when it is about something else."""
    problem = _problem(answer)
    if problem.error == "gap":
        return Gap(problem.acked)
    raise Refused(problem.error, problem.detail, status=409, acked=problem.acked)


def _line(text: str) -> SnapshotHead | FeedRecord | SnapshotEnd:
    """Read a line of a snapshot; the first and the last say what they are by their fields."""
    try:
        if text.startswith('{"site"'):
            return msgspec.json.decode(text, type=SnapshotHead)
        if text.startswith('{"end"'):
            return msgspec.json.decode(text, type=SnapshotEnd)
        return msgspec.json.decode(text, type=FeedRecord)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreachable("not_central", str(error)) from error


def _problem(answer: "httpx.Response") -> Problem:
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except (msgspec.MsgspecError, ValueError):
        return Problem("")


def _decoded(answer: "httpx.Response", kind: type[_T]) -> _T:
    """Read an answer; what is not central's (a hotel's log-in page, a proxy's excuse) is as good as no answer."""
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreachable("not_central", str(error)) from error


def _seconds(answer: "httpx.Response") -> float:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0.0

"""Speaks HTTP with central: the one place where httpx is used, with every answer typed and every failure named."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from sync.errors import Refused, Unreachable
from sync.wire import (
    FeedPage,
    FeedRecord,
    Health,
    JournalDigest,
    Problem,
    Push,
    Pushed,
    Quarantine,
    SiteDigest,
    SnapshotEnd,
    SnapshotHead,
)

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")

# Long enough for a busy central to commit 500 entries; a connection on one site's network is there or it is not.
_TIMEOUT_S, _CONNECT_S = 10.0, 1.5
# Answers that say nothing against what was sent: too many requests, a gateway's complaint, a database away.
_PIECE = 64 * 1024
_PATIENCE = (429, 502, 503, 504)


class Gap(msgspec.Struct, frozen=True):
    """Central lacks entries before those that were pushed; `acked` is the last one it has."""

    acked: int


class Client:
    """Calls on central for one station, one at a time; made and used by one thread, `abort` by any.

    Every call raises Unreachable or Refused, and nothing else. Raises ValueError for a URL that cannot be one.
    """

    def __init__(self, url: str, station: str, token: str) -> None:
        self._name, self._token = station, token
        self._station = quote(station, safe="")
        self._sockets: tuple[socket.socket, ...] = ()
        self._aborted = False
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": f"returns-station/{station}"}
        self._url = _checked(url)
        self._http: httpx.Client | None = None

    def push(self, push: Push) -> Pushed | Gap:
        """Send entries; central has taken them when this returns Pushed."""
        return self._pushed("events", push)

    def put_away(self, entry: Quarantine) -> Pushed | Gap:
        """Hand over the raw bytes of an entry that central fails at in every other way."""
        return self._pushed("quarantine", entry)

    def pull(self, site: str, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return the next records of the site's feed after number `after`; if there are none, those that come within
        `wait_s` seconds.
        """
        path = f"/v1/sites/{quote(site, safe='')}/feed?after={after}&limit={limit}"
        path += f"&wait={wait_s}" if wait_s else ""
        return _decoded(self._call("GET", path, patience_s=wait_s), FeedPage)

    def photo_has(self, sha256: str) -> bool:
        """Tell whether central has this photo."""
        return self._call("HEAD", f"/v1/photos/{sha256}", may=(404,)).status_code != 404

    def put_photo(self, sha256: str, content: bytes) -> None:
        """Send a photo; again is the same as once."""
        self._call("PUT", f"/v1/photos/{sha256}", content)

    def reference(self, site: str, sha256: str, most: int) -> bytes:
        """Return a picture that central told this site of, read piece by piece.

        Raises Refused too when it is longer than `most` bytes.
        """
        path = f"/v1/sites/{quote(site, safe='')}/references/{sha256}"
        with self._reaching() as http, http.stream("GET", path, extensions={"trace": self._trace}) as answer:
            if not answer.is_success:
                answer.read()
                raise _failure(answer)
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
        with self._reaching() as http, http.stream("GET", path, extensions={"trace": self._trace}) as answer:
            if not answer.is_success:
                answer.read()
                raise _failure(answer)
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
        return Client(self._url, self._name, self._token)

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
        if self._http is not None:
            self._http.close()

    def _pushed(self, door: str, content: Push | Quarantine) -> Pushed | Gap:
        path = f"/v1/stations/{self._station}/{door}"
        answer = self._call("POST", path, msgspec.json.encode(content), may=(409,))
        if answer.status_code != 409:
            return _decoded(answer, Pushed)
        return _gap(answer)

    def _call(
        self, method: str, path: str, content: bytes | None = None, may: tuple[int, ...] = (), patience_s: float = 0.0
    ) -> "httpx.Response":
        with self._reaching() as http:
            limits = {"connect": _CONNECT_S, "read": _TIMEOUT_S + patience_s, "write": _TIMEOUT_S, "pool": _TIMEOUT_S}
            extensions = {"trace": self._trace, "timeout": limits}
            answer = http.request(method, path, content=content, extensions=extensions)
        if answer.is_success or answer.status_code in may:
            return answer
        raise _failure(answer)

    @contextlib.contextmanager
    def _reaching(self) -> "Iterator[httpx.Client]":
        """Lend the connection, and name every failure of it."""
        # httpx takes as long to load as the database: that is for the thread that calls central, not for the start.
        import httpx

        if self._aborted:
            raise Unreachable("stopped", "")
        self._http = self._http or self._connection()
        try:
            yield self._http
        except httpx.ReadTimeout as error:
            raise Unreachable("slow", "no answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            code = "stopped" if self._aborted else "unreachable"
            raise Unreachable(code, str(error) or type(error).__name__) from error

    def _connection(self) -> "httpx.Client":
        import httpx

        return httpx.Client(
            base_url=self._url,
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S),
            headers=self._headers,
            limits=httpx.Limits(max_connections=2),
            # A proxy of the environment must not stand between a bench and its own central.
            trust_env=False,
        )

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Remember the socket of each new connection (httpx's `trace` extension), for `abort`."""
        if name == "connection.connect_tcp.complete":
            # Two at most are open, and of those that were closed the abort takes no notice.
            self._sockets = (*self._sockets[-1:], info["return_value"].get_extra_info("socket"))
            if self._aborted:
                self.abort()


def _checked(url: str) -> str:
    """Return the URL; raises ValueError for what cannot be read as one."""
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise ValueError(f"not an address: {url!r}") from error
    return url


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

"""The port to whoever carries resolutions out (pays, releases, makes repair orders), and its adapter over HTTP.

The interface: `POST /v1/executions` with an `Idempotency-Key` carries one out, `GET /v1/executions/{id}` tells whether
it was. Both answer 200 with an Execution, or a problem `{"error": code, "detail": words}`.
"""

from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

import msgspec

if TYPE_CHECKING:
    import httpx

# A worker's claim holds for minutes; a request must be over long before.
_TIMEOUT_S, _CONNECT_S = 20.0, 5.0
# The codes by which a provider says for certain that nothing was carried out.
NOT_THERE = "no_execution"
# Statuses that say no to what was asked, and not to who asked or when.
_NO = (400, 402, 422)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the provider is asked to do; equal orders have equal ids, and the id is the idempotency key.

    `quantity`: for how many units of the line; left out by what was asked for before orders said it.
    """

    id: str
    kind: str
    rma: str
    line: str
    amount_minor: int
    currency: str
    quantity: int = 0

    @property
    def moved(self) -> int:
        """The units that an execution must name; 0 where money alone moves."""
        return 0 if self.kind == "refund" else self.quantity


class Execution(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the provider did for an id; `reference` is its own number for it.

    `quantity`: for how many units; it must be named for whatever is no refund.
    """

    id: str
    kind: str
    amount_minor: int
    currency: str
    reference: str
    quantity: int = 0


class Declined(msgspec.Struct, frozen=True):
    """The provider understood and will not do it: nothing was carried out."""

    code: str
    why: str


class Uncertain(Exception):
    """No answer, or none that says whether it was carried out. The only cure is to look it up."""


class Provider(Protocol):
    """Whoever carries resolutions out. Both calls raise Uncertain."""

    def find(self, id_: str) -> Execution | None:
        """Return what was done for an id; None only when the provider says that nothing was."""

    def send(self, order: Order) -> Execution | Declined:
        """Have an order carried out, once for its id."""


class _Problem(msgspec.Struct, frozen=True):
    error: str
    detail: str = ""


class HttpProvider:
    """A provider at a URL. Made and used by one thread. Raises ValueError for a URL money may not be sent to."""

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            # A password may stand in it.
            raise ValueError(f"a provider on another computer needs https, not {parts.scheme}: {parts.hostname}")
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http: httpx.Client | None = None

    def find(self, id_: str) -> Execution | None:
        """Look an id up. A 404 of anyone but the provider itself (a gateway, a wrong path) says nothing."""
        answer = self._call("GET", f"/v1/executions/{quote(id_, safe='')}")
        if answer.status_code == 404 and _problem(answer).error == NOT_THERE:
            return None
        return _execution(answer, id_)

    def send(self, order: Order) -> Execution | Declined:
        """Send an order under its id as key."""
        answer = self._call("POST", "/v1/executions", msgspec.json.encode(order), {"Idempotency-Key": order.id})
        problem = _problem(answer)
        if answer.status_code in _NO and problem.error:
            return Declined(problem.error, problem.detail)
        return _execution(answer, order.id)

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()

    def _call(self, method: str, path: str, content: bytes | None = None, more: Any = None) -> "httpx.Response":
        import httpx

        if self._http is None:
            timeout = httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S)
            self._http = httpx.Client(base_url=self._url, timeout=timeout, headers=self._headers, trust_env=False)
        try:
            return self._http.request(method, path, content=content, headers=more)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Uncertain(str(error) or type(error).__name__) from error


def _execution(answer: "httpx.Response", id_: str) -> Execution:
    if not answer.is_success:
        raise Uncertain(f"HTTP {answer.status_code} {_problem(answer).error}".rstrip())
    try:
        made = msgspec.json.decode(answer.content, type=Execution)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Uncertain(f"not the provider's answer: {error}") from error
    if made.id != id_:
        raise Uncertain(f"the answer is about {made.id!r}")
    return made


def _problem(answer: "httpx.Response") -> _Problem:
    try:
        return msgspec.json.decode(answer.content, type=_Problem)
    except (msgspec.MsgspecError, ValueError):
        return _Problem("")

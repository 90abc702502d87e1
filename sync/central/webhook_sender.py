"""Sends a webhook's delivery, signed, to addresses that everybody can reach and no other.

The name is looked up once, every address it has is judged, and the connection goes to the one that was judged: a name
that changes its mind in between leads nowhere. No redirect is followed, no proxy asked, and no answer read.
"""

import hashlib
import hmac
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

# For each read, for the connection, and for all of it from then on: who answers a byte at a time holds nobody up.
_TIMEOUT_S, _CONNECT_S, _WHOLE_S = 10.0, 3.0, 15.0
_LONGEST_URL = 1_000
# Addresses that carry another one inside: what is behind them cannot be told.
_TUNNELS = tuple(
    map(
        ipaddress.IPv6Network,
        ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96"),
    )
)
# What was a network of one's own before RFC 3879.
_SITE_LOCAL = ipaddress.IPv6Network("fec0::/10")


class NotAllowed(Exception):
    """An address that nothing is sent to, and why."""


def checked(url: str, *, loopback: bool = False) -> SplitResult:
    """Return an address in its parts. Raises NotAllowed unless it is https and names nothing that is ours alone.

    `loopback` is for trying it out: this computer may be told then, without TLS too.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise NotAllowed("this is no address") from error
    host = parts.hostname or ""
    if not host or len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("this is no address")
    if parts.username is not None or parts.fragment:
        raise NotAllowed("an address has no user and no fragment")
    here = loopback and host in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        raise NotAllowed("only https")
    try:
        judge(host, loopback=loopback)
    except ValueError:
        if (host == "localhost" and not loopback) or host.endswith((".localhost", ".local", ".internal")):
            raise NotAllowed("this name is of a network of one's own") from None
    return parts


def judge(address: str, *, loopback: bool = False) -> None:
    """Raise NotAllowed for an IP address that not everybody can reach; ValueError for what is none."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if loopback and ip.is_loopback:
        return
    if isinstance(ip, ipaddress.IPv6Address):
        if any(ip in tunnel for tunnel in _TUNNELS):
            raise NotAllowed(f"{address} hides another address")
        ip = ip.ipv4_mapped or ip
    if not ip.is_global or ip.is_multicast or ip in _SITE_LOCAL:
        raise NotAllowed(f"{address} is of a network of one's own")


def looked_up(parts: SplitResult, *, loopback: bool = False) -> str:
    """Return the address to connect to; raises NotAllowed when any of those the name has may not be."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAllowed(f"the name is not known: {error}") from error
    addresses = [str(each[4][0]) for each in found]
    for each in addresses:
        judge(each, loopback=loopback)
    return addresses[0]


def signature(secret: str, body: bytes, at: int) -> str:
    """Return what stands in `Returns-Signature`: the moment (Unix seconds), and HMAC-SHA256 of moment, dot and body."""
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def send(
    url: str, secret: str, id_: str, body: bytes, at: int, *, loopback: bool = False, within_s: float = _WHOLE_S
) -> int:
    """Post a delivery and return the status of the answer, which comes within so many seconds of the connection.

    Raises NotAllowed, and httpx.HTTPError when nobody answered in time.
    """
    parts = checked(url, loopback=loopback)
    address = looked_up(parts, loopback=loopback)
    netloc = f"[{address}]" if ":" in address else address
    pinned = parts._replace(netloc=netloc + (f":{parts.port}" if parts.port else "")).geturl()
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Returns-Delivery": id_,
        "Returns-Signature": signature(secret, body, at),
        "User-Agent": "returns-central",
    }
    timeout = httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S)
    with (
        _cut_off(within_s) as trace,
        httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as http,
        # The certificate must be that of the name, not of the address.
        http.stream(
            "POST", pinned, content=body, headers=headers, extensions={"sni_hostname": parts.hostname, "trace": trace}
        ) as answer,
    ):
        return answer.status_code


@contextmanager
def _cut_off(within_s: float) -> Iterator[Any]:
    """Lend a trace for httpx, whose timeouts are for each read: the connection it tells of ends after so long."""
    sockets: list[socket.socket] = []

    def cut() -> None:
        with suppress(OSError):
            # The plain one: that of TLS would first take the session away from who is reading.
            socket.socket.shutdown(sockets[-1], socket.SHUT_RDWR)

    timer = threading.Timer(within_s, cut)
    timer.daemon = True

    def trace(event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            sockets.append(info["return_value"].get_extra_info("socket"))
            if len(sockets) == 1:
                timer.start()

    try:
        yield trace
    finally:
        timer.cancel()
        if sockets:
            timer.join()

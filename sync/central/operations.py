"""What each plain door of central takes and answers, as data: the OpenAPI document is made of it, and tests walk it.

A door without a row here, and a row without a door, fail a test. FastAPI's own doors describe themselves.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from station.records import ReturnOrder, Ruled
from sync.central import bodies, exceptions, identity_doors, photo_doors, rulings, shifts, webhooks
from sync.central.order_doors import MOST_BYTES, MOST_ROWS, Answers
from sync.central.resolutions import told
from sync.central.snapshot_doors import NDJSON
from sync.wire import (
    LARGEST_PHOTO,
    PART_BYTES,
    Admission,
    Challenge,
    Enrolment,
    FeedPage,
    Health,
    JournalDigest,
    PhotoAnswer,
    PhotoAsk,
    Push,
    Pushed,
    Quarantine,
    Renewal,
    SiteDigest,
)

# Who may pass: anybody; any station; the stations of the site in the path; the station in the path; a system of the
# site in the path; one that may monitor, and anybody where nobody but this computer can call.
Who = Literal["anybody", "station", "site", "itself", "integrator", "monitor"]
Schema = Mapping[str, Any]

BINARY: Mapping[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
TEXT: Mapping[str, Any] = {"type": "string"}
NAME: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000]+$"}
PARAMETERS: Mapping[str, Schema] = {
    "station": NAME,
    "site": NAME,
    "rma": NAME,
    "number": {"type": "integer", "minimum": 0, "maximum": LARGEST_PHOTO // PART_BYTES - 1},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the picture's bytes"},
}


class ReturnRecord(msgspec.Struct, frozen=True):
    """Everything known of one return order: what was expected, what benches found, what a person must decide."""

    rma: str
    order: ReturnOrder | None
    parcels: list[dict[str, Any]]
    items: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    exceptions: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    resolutions: tuple[told.Told, ...]


class JournalRow(msgspec.Struct, frozen=True):
    """One fact of a station's journal, and the verdict it got."""

    epoch: str
    seq: int
    id: str
    txn: str
    at: str
    operator: str
    type: str
    v: int
    status: str
    body: Any


class Query(NamedTuple):
    """A parameter of the query."""

    name: str
    about: str
    schema: Schema
    must: bool = False


class Operation(NamedTuple):
    """One method of one door. `answers` are those that say yes, `problems` the words of a Problem by status.

    `body`: the kinds of content and the value they are read as; `most` bytes at most, unfolded.
    """

    method: str
    path: str
    name: str
    about: str
    who: Who
    answers: Mapping[int, tuple[str, type[Any] | Schema | None]]
    problems: Mapping[int, str] = {}
    query: tuple[Query, ...] = ()
    body: tuple[tuple[str, ...], type[Any] | Schema] | None = None
    most: int = 0
    packed: bool = False


def _whole(low: int, high: int, default: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, "default": default}


_AFTER = Query("after", "only what comes after this number", _whole(0, 2**63 - 1, 0))
_JSON = "application/json"
_JPEG = "image/jpeg"
_READ: Mapping[int, str] = {
    400: "cut_off or malformed: what is not as it must be",
    408: "too_slow",
    413: "too_large",
    415: "wrong_kind or wrong_coding",
}
_PLACE: Mapping[int, str] = {
    409: "gap (go on after `acked`) or fork (another wrote under this name)",
    429: "busy: come again later",
}
_NO_PICTURE: Mapping[int, str] = {400: "malformed: no SHA-256", 404: "no_photo"}
_NOT_IN = "code_unknown, code_used, other_station or signature_wrong"
_SIZE = Query(
    "size", "bytes of the whole photo", {"type": "integer", "minimum": 1, "maximum": LARGEST_PHOTO}, must=True
)
_ORDERS: Mapping[str, Any] = {
    "description": f"Return orders as an array, or one a line; {MOST_ROWS} at most. Each row is judged by itself and "
    "answered by itself: one that is refused keeps no other from being taken in."
}

# What FastAPI's doors take and answer.
FOR_SYSTEMS = (
    told.Told,
    told.Resolutions,
    told.Settlement,
    webhooks.Hooks,
    webhooks.NewHook,
    webhooks.Wish,
    rulings.Reviews,
    rulings.Decision,
    Ruled,
    exceptions.Exceptions,
    shifts.SiteShift,
)

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/health", "health", "Is the process alive? Asks nobody else.", "anybody", {200: (_JSON, Health)}),
    Operation("GET", "/v1/health", "health_v1", "The same, for stations.", "anybody", {200: (_JSON, Health)}),
    Operation(
        "GET",
        "/ready",
        "ready",
        "May requests be sent here? Database with the tables of this version, a place for photos, not about to stop.",
        "anybody",
        {200: (_JSON, Health)},
        {503: "not_ready, and why"},
    ),
    Operation(
        "GET",
        "/metrics",
        "metrics",
        "Counters and times for Prometheus; they name no station, order or person. No token is needed where central "
        "can be called from its own computer alone.",
        "monitor",
        {200: ("text/plain", TEXT)},
    ),
    Operation("GET", "/openapi.json", "openapi", "This document.", "anybody", {200: (_JSON, {"type": "object"})}),
    Operation(
        "POST",
        "/v1/stations/{station}/events",
        "push",
        "Takes entries of the station's journal in, numbered from `first` on without a gap. Twice is once: everything "
        "up to `acked` is durable, and `results` names each entry that is not plainly ok.",
        "itself",
        {200: (_JSON, Pushed)},
        {**_READ, **_PLACE},
        body=(bodies.JSON, Push),
        most=4 * 1024 * 1024,
        packed=True,
    ),
    Operation(
        "POST",
        "/v1/stations/{station}/quarantine",
        "put_away",
        "Keeps one entry as raw bytes that central failed at in every other way.",
        "itself",
        {200: (_JSON, Pushed)},
        {**_READ, **_PLACE},
        body=(bodies.JSON, Quarantine),
        most=8 * 1024 * 1024,
        packed=True,
    ),
    Operation(
        "GET",
        "/v1/sites/{site}/feed",
        "feed",
        "A gap-free piece of what the site's benches are told. With `wait`, an empty page is held back until there is "
        "something, or so many seconds have passed.",
        "site",
        {200: (_JSON, FeedPage)},
        {
            400: "malformed: a number out of its bounds",
            409: "put_back: record `after` has another mark here; this central was put back to an old state and filled "
            "again. Take a snapshot, and go on after it",
            410: "below_floor: take a snapshot, and go on after it",
        },
        query=(
            _AFTER,
            Query(
                "mark",
                "the first 63 bits (big-endian) of the SHA-256 of kind, key and body, NUL between, of record `after` "
                "as you have it; 0 when you do not know it",
                _whole(0, 2**63 - 1, 0),
            ),
            Query("limit", "records at most", _whole(1, 2000, 2000)),
            Query("wait", "seconds to wait for news", _whole(0, 25, 0)),
        ),
    ),
    Operation(
        "GET",
        "/v1/sites/{site}/snapshot",
        "snapshot",
        "What stands in the site's feed, a line of JSON each: a `SnapshotHead`, a `FeedRecord` for the newest of each "
        "key by number, and a `SnapshotEnd`, without which it was cut off.",
        "site",
        {200: (NDJSON, TEXT)},
    ),
    Operation(
        "GET",
        "/v1/sites/{site}/digest",
        "site_digest",
        "How many records of each kind stand as of a number, and the sum of their marks: to compare with what one has.",
        "site",
        {200: (_JSON, SiteDigest)},
        {400: "malformed: a number out of its bounds", 409: "ahead: no such record here", 410: "below_floor"},
        query=(Query("upto", "as of this record", _whole(0, 2**63 - 1, 0)),),
    ),
    Operation(
        "GET",
        "/v1/stations/{station}/digest",
        "journal_digest",
        "How many entries of a journal are kept, whatever verdict they got, and the sum of their marks.",
        "itself",
        {200: (_JSON, JournalDigest)},
        {400: "malformed: a number out of its bounds, or too many entries", 409: "gap: `acked` is the newest here"},
        query=(
            Query("epoch", "which journal", NAME, must=True),
            _AFTER,
            Query("upto", "up to this entry", _whole(0, 2**63 - 1, 0)),
        ),
    ),
    Operation(
        "POST",
        "/v1/enrol",
        "enrol",
        "Lets a station in by a one-time code (`returns-central enrol-code`) and the key it will renew its token with; "
        "the same key may ask again while the code is open.",
        "anybody",
        {200: (_JSON, Admission)},
        {**_READ, 403: _NOT_IN, 409: "station_taken"},
        body=(bodies.JSON, Enrolment),
        most=identity_doors.MOST_BYTES,
        packed=True,
    ),
    Operation(
        "POST",
        "/v1/stations/{station}/challenge",
        "challenge",
        "A number to sign with the station's key; it counts once, for two minutes.",
        "anybody",
        {200: (_JSON, Challenge)},
        {400: "malformed: no name of ours", 403: "revoked or key_expired", 404: "not_enrolled"},
    ),
    Operation(
        "POST",
        "/v1/stations/{station}/token",
        "renew",
        "The station's next token, for a signed challenge; also when the last one has ended.",
        "anybody",
        {200: (_JSON, Admission)},
        {**_READ, 403: "signature_wrong, revoked or key_expired", 404: "not_enrolled"},
        body=(bodies.JSON, Renewal),
        most=identity_doors.MOST_BYTES,
        packed=True,
    ),
    Operation(
        "PUT",
        "/v1/photos/{sha256}",
        "ask_photo",
        "What is to be sent of a photo of this size: nothing, these parts, or all of it to this address.",
        "station",
        {200: (_JSON, PhotoAnswer)},
        _READ,
        body=(bodies.JSON, PhotoAsk),
        most=photo_doors.MOST_ASKED,
        packed=True,
    ),
    Operation(
        "PUT",
        "/v1/photos/{sha256}/parts/{number}",
        "put_part",
        f"Keeps part `number` of a photo of `size` bytes: {PART_BYTES} bytes, the last one what is left. Its "
        "hash comes as `Content-Digest: sha-256=:BASE64:` (RFC 9530). Again is the same as once.",
        "station",
        {204: ("", None)},
        {**_READ, 422: "wrong_part: another length or hash", 429: "busy: come again later"},
        query=(_SIZE,),
        body=(bodies.PICTURE, BINARY),
        most=PART_BYTES,
    ),
    Operation(
        "POST",
        "/v1/photos/{sha256}/complete",
        "complete_photo",
        "Puts the parts together and hashes them, or reads and hashes what was put to the address: `have`, or what is "
        "missing.",
        "station",
        {200: (_JSON, PhotoAnswer)},
        {400: "malformed: no SHA-256, no size", 422: "wrong_photo: all of it is another picture and was dropped"},
        query=(_SIZE,),
    ),
    Operation("HEAD", "/v1/photos/{sha256}", "has_photo", "Is it there?", "station", {200: (_JPEG, None)}, _NO_PICTURE),
    Operation(
        "GET", "/v1/photos/{sha256}", "get_photo", "A photo's bytes.", "station", {200: (_JPEG, BINARY)}, _NO_PICTURE
    ),
    Operation(
        "GET",
        "/v1/sites/{site}/references/{sha256}",
        "reference",
        "A picture of a good unit, or beside an answer, that the site was told of.",
        "site",
        {200: (_JPEG, BINARY)},
        _NO_PICTURE,
    ),
    Operation(
        "GET",
        "/v1/returns/{rma}",
        "return_record",
        "Everything known of one return order of the caller's site, or of which one of its benches received anything.",
        "station",
        {200: (_JSON, ReturnRecord)},
        {400: "malformed: no name of ours", 404: "no_return: neither expected nor received there"},
    ),
    Operation(
        "GET",
        "/v1/events",
        "journal",
        "What a station of the caller's site said, in its order; without `station`, what the caller said.",
        "station",
        {200: (_JSON, list[JournalRow])},
        {400: "malformed: a number out of its bounds, or no name of ours", 403: "other_site or revoked"},
        query=(Query("station", "whose journal", NAME), _AFTER, Query("limit", "rows at most", _whole(1, 2000, 500))),
    ),
    *(
        Operation(
            method,
            "/v1/sites/{site}/orders",
            f"{method.lower()}_orders",
            "Takes return orders in, each row with an answer of its own (`OrderIn` says what a row is). Twice is once.",
            "integrator",
            {200: (_JSON, Answers)},
            _READ,
            body=(bodies.ROWS, _ORDERS),
            most=MOST_BYTES,
            packed=True,
        )
        for method in ("PUT", "POST")
    ),
)

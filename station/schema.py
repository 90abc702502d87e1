"""The tables of a station's database: the journal, and what is projected from it.

`PROJECTIONS` is used in two homes, the bench's SQLite and central's database, each with revisions of its own; every
key begins with the station. Both homes have a table `journal` with at least the columns station, epoch, seq, txn, at,
operator, shift, type, v, body. Times are UTC in ISO 8601; "" says that something has not happened. Numbers nobody
knows are NULL.

Long because all tables are read beside each other.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

REVISION = "0019"

STATION = MetaData()
PROJECTIONS = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _number(name: str, *, known: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=not known)


meta = Table("meta", STATION, _text("name", key=True), _text("value"))

journal = Table(
    "journal",
    STATION,
    Column("seq", Integer, primary_key=True),
    _text("station"),
    _text("epoch"),
    _text("id"),
    _text("txn"),
    _text("at"),
    _number("mono_ms"),
    _text("boot"),
    _text("operator"),
    _text("shift"),
    _text("type"),
    Column("v", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# A cache: the state at an idle moment, so that a start folds a few entries and not all. One row.
snapshot = Table(
    "snapshot",
    STATION,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    _text("shape"),
    Column("state", LargeBinary, nullable=False),
)

# Runs of facts that left the journal for a file of their own (`station.archive`), and what central proved to have.
packed = Table(
    "packed",
    STATION,
    Column("last", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    _text("sha256"),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    _text("sum"),
    _text("packed_at"),
    _number("confirmed_upto"),  # central's digest of the facts up to this number agreed with ours
)

parcel = Table(
    "parcel",
    PROJECTIONS,
    _text("station", key=True),
    _text("parcel", key=True),
    _text("code"),
    _text("carrier"),
    _text("kind"),
    _text("match"),
    _text("orders"),  # JSON list of RMAs
    _text("client"),
    _text("reasons"),  # JSON list of [reason code, units] as declared
    _number("declared"),
    _number("weight_mg", known=False),
    _number("in_band", known=False),
    _text("unweighed_why"),
    _text("arrived_at"),
    _text("finished_at"),
    _number("items"),
    _number("missing"),
    _text("operator"),
    _text("shift"),
    _number("shift_n"),
    _number("finished_n"),
    Index("parcel_code", "station", "code"),
    Index("parcel_finished", "station", "finished_at"),
    Index("parcel_shift", "station", "shift_n"),
    Index("parcel_finished_shift", "station", "finished_n", "client"),
    sqlite_with_rowid=False,
)

item = Table(
    "item",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    _text("parcel"),
    _text("code"),
    _text("match"),
    _text("title"),
    _text("category"),
    _text("client"),
    _text("sku"),
    _text("gtin"),
    _text("rma"),
    _text("line"),
    _text("lot"),
    _text("expiry"),
    _number("price_minor"),
    _text("currency"),
    _text("serial"),
    _text("serial_verdict"),
    _number("weight_mg", known=False),
    _number("in_band", known=False),
    _text("letter"),
    _text("cosmetic"),
    _text("functional"),
    _text("grade_rule"),
    _text("grade_reasons"),  # JSON list of Reason
    _text("defects"),  # lines of JSON, [zone, kind] each
    _text("routed"),
    _text("route_rule"),
    _text("route_reasons"),  # JSON list of Reason
    _text("route_values"),  # JSON list of [disposition, minor units], best first
    _text("runner_up"),
    _text("owner"),
    _text("overridden"),
    _text("override_why"),
    _text("overridden_by"),
    _text("authorised_by"),
    _text("disposition"),  # the person's choice before the rule's
    _text("plate"),
    _text("confirmed_at"),
    _text("bin"),
    _text("placed_at"),
    _text("identified_at"),
    _text("operator"),
    _text("shift"),
    _number("shift_n"),
    _number("placed_n"),
    _number("fill"),
    _number("moved_n"),
    _text("way"),  # the disposition of the bin it lies in: its own, but for what was sent another way since
    _number("carried_n"),  # the shift in which it last went from one bin into another
    _number("written_n"),  # the shift at whose signature it was written off
    _number("found_n"),  # the shift in whose count it was found again
    _text("apart"),  # of goods on hold: that they go back, or that the return was rejected
    # With what the ten rules ask of each unit, so that they need not read its row.
    Index("item_parcel", "station", "parcel", "match", "rma"),
    Index("item_plate", "station", "plate"),
    Index("item_bin", "station", "bin"),
    Index("item_rma", "station", "rma"),
    Index("item_placed", "station", "placed_at", "disposition"),
    Index("item_serial", "station", "serial"),
    Index("item_shift", "station", "shift_n", "client"),
    Index("item_placed_shift", "station", "placed_n", "shift_n", "client"),
    Index("item_moved_shift", "station", "moved_n", "placed_n"),
    sqlite_with_rowid=False,
)

photo = Table(
    "photo",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    _text("shot", key=True),
    _text("sha256"),  # "" when the shot was left out
    _number("size"),
    _text("verdict"),
    _text("skipped_why"),
    _text("fingerprint"),
    _text("taken_at"),
    _number("taken_n"),
    Index("photo_taken", "station", "taken_at"),
    sqlite_with_rowid=False,
)

answer = Table(
    "answer",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    _text("question", key=True),
    _text("option"),
    _text("rubric"),
    _text("answered_at"),
    sqlite_with_rowid=False,
)

missing_line = Table(
    "missing_line",
    PROJECTIONS,
    _text("station", key=True),
    _text("parcel", key=True),
    _text("rma", key=True),
    _text("line", key=True),
    _number("quantity"),
    _text("confirmed_at"),
    sqlite_with_rowid=False,
)

exception = Table(
    "exception",
    PROJECTIONS,
    _text("station", key=True),
    _text("exception", key=True),
    _text("kind"),
    _text("owner"),
    _text("parcel"),
    _text("item"),
    _text("detail"),
    _text("raised_at"),
    _text("operator"),
    _text("shift"),
    _text("txn"),
    _number("shift_n"),
    _number("waits"),  # 0 once one decision stands about it, as far as its own station's facts told
    Index("exception_waits", "station", "waits", "raised_at"),
    Index("exception_raised", "station", "raised_at"),
    Index("exception_txn", "station", "txn"),
    Index("exception_item", "station", "item"),
    Index("exception_shift", "station", "shift_n"),
    sqlite_with_rowid=False,
)

# Hardly any plate is voided: the index holds those alone.
_VOIDED = text("voided_n > 0")

plate = Table(
    "plate",
    PROJECTIONS,
    _text("station", key=True),
    _text("plate", key=True),
    _text("item"),
    _number("copies_asked"),
    _number("copies_printed"),
    _text("allotted_at"),
    _text("voided_at"),
    _text("void_why"),
    _text("confirmed_at"),
    _number("allotted_n"),
    _number("confirmed_n"),
    _number("voided_n"),
    Index("plate_allotted", "station", "allotted_n"),
    Index("plate_confirmed", "station", "confirmed_n", "voided_n"),
    Index("plate_voided", "station", "voided_n", sqlite_where=_VOIDED, postgresql_where=_VOIDED),
    sqlite_with_rowid=False,
)

bin_ = Table(
    "bin",
    PROJECTIONS,
    _text("station", key=True),
    _text("bin", key=True),
    _text("disposition"),
    _text("client"),
    _text("replaces"),
    _text("labelled_at"),
    _text("opened_at"),
    _text("closed_at"),
    _text("closed_why"),
    _number("hazard"),
    _text("apart"),  # what goods on hold it takes alone
    sqlite_with_rowid=False,
)

shift = Table(
    "shift",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("bench"),
    _text("operator"),
    _text("opened_at"),
    _number("n"),
    _text("counting_at"),
    _text("reviewed_at"),
    _text("signed_at"),
    _text("signed_by"),
    _text("verdict"),
    _text("countersigned_by"),
    _number("countersigned_n"),
    _text("locked_at"),
    sqlite_with_rowid=False,
)

# Which entries tell of which parcel, in the order they came: for undo, and for the story of a code.
story = Table(
    "story",
    PROJECTIONS,
    _text("station", key=True),
    _text("parcel", key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("epoch"),
    _number("seq"),
    _text("txn"),
    Index("story_txn", "station", "txn"),
    sqlite_with_rowid=False,
)

undone = Table(
    "undone",
    PROJECTIONS,
    _text("station", key=True),
    _text("txn", key=True),
    _text("undone_at"),
    _number("shift_n"),
    Index("undone_shift", "station", "shift_n"),
    sqlite_with_rowid=False,
)

# Each time a bin left the bench with all that lay in it: the items placed at one fill less than `fill`.
bin_move = Table(
    "bin_move",
    PROJECTIONS,
    _text("station", key=True),
    _text("bin", key=True),
    Column("fill", Integer, primary_key=True, autoincrement=False),
    _text("moved_to"),
    _text("moved_at"),
    _number("moved_n"),
    _text("moved_by"),
    _text("apart"),  # what goods on hold it took alone
    Index("bin_move_shift", "station", "moved_n"),
    sqlite_with_rowid=False,
)

# Where an item lay before it went into another bin, in order; `left_n` is the shift in which it did.
earlier_place = Table(
    "earlier_place",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("bin"),
    _number("fill"),
    _text("way"),
    _number("left_n"),
    _text("txn"),
    Index("earlier_place_txn", "station", "txn"),
    sqlite_with_rowid=False,
)

# What an item was to every shift from `since_n` to the one before `until_n`, in which something of it changed.
earlier_item = Table(
    "earlier_item",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    Column("until_n", BigInteger, primary_key=True, autoincrement=False),
    _number("since_n"),
    _text("match"),
    _text("rma"),
    _text("letter"),
    _text("grade_reasons"),
    _text("defects"),
    _text("disposition"),
    _text("owner"),
    _text("plate"),
    _number("written_n"),
    _number("found_n"),
    Index("earlier_item_until", "station", "until_n"),
    sqlite_with_rowid=False,
)

# Each further grade of an item, from the second on.
regrade = Table(
    "regrade",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("letter"),
    _text("was_letter"),
    _text("disposition"),
    _text("was_disposition"),
    _text("graded_at"),
    _text("operator"),
    sqlite_with_rowid=False,
)

# Each check of a single bin; `plates` is NULL until it came to its end, and for one that was left.
bin_check = Table(
    "bin_check",
    PROJECTIONS,
    _text("station", key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("bin"),
    _text("operator"),
    _text("ended_at"),  # "" while it is going on
    _number("plates", known=False),
    _text("findings"),  # JSON of what is missing, misplaced and foreign
    Index("bin_check_ended", "station", "ended_at"),
    sqlite_with_rowid=False,
)

# What a carrier's sheet says of one shift, by the shift in which it was typed in; the last word in each counts.
delivery = Table(
    "delivery",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("carrier", key=True),
    Column("said_n", BigInteger, primary_key=True, autoincrement=False),
    _number("delivered"),
    _number("refused"),
    _number("not_found"),
    _text("operator"),
    _text("said_at"),
    sqlite_with_rowid=False,
)

# What a sheet said before, in order, until it was typed in again in the same shift.
earlier_sheet = Table(
    "earlier_sheet",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("carrier", key=True),
    Column("said_n", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _number("delivered"),
    _number("refused"),
    _number("not_found"),
    _text("operator"),
    _text("said_at"),
    sqlite_with_rowid=False,
)

# Each bin that is counted, by its latest count; only the plates of that one hold.
bin_count = Table(
    "bin_count",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("bin", key=True),
    _number("count"),
    _text("disposition"),
    _text("client"),
    _text("operator"),
    _text("begun_at"),
    sqlite_with_rowid=False,
)

bin_counted = Table(
    "bin_counted",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("bin", key=True),
    _number("count"),
    _number("plates"),
    _text("counted_at"),
    sqlite_with_rowid=False,
)

counted_plate = Table(
    "counted_plate",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("bin", key=True),
    Column("count", Integer, primary_key=True, autoincrement=False),
    _text("plate", key=True),
    _text("counted_at"),
    sqlite_with_rowid=False,
)

# What a count had shown when somebody let bins be counted again.
recount = Table(
    "recount",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    _text("at", key=True),
    _text("operator"),
    _text("seen"),  # JSON of `station.shifts.facts.Seen`
    sqlite_with_rowid=False,
)

_TAKEN = text("kind = 'taken'")

# What somebody did, in the shift in which it was done: whatever is done later, that stays as it was.
deed = Table(
    "deed",
    PROJECTIONS,
    _text("station", key=True),
    _text("txn", key=True),
    _text("kind", key=True),  # override, step_up, written_off, taken_back, reprinted, taken
    _text("thing", key=True),  # an item, a plate, an exception, or a transaction that was taken back
    _number("shift_n"),
    _text("about"),  # where it was sent, which bin it was missed in, which step or act it was
    _text("why"),
    _text("by"),
    _text("second"),
    _number("value_minor"),  # 0: nobody knows
    _text("currency"),
    _text("at"),
    Index("deed_shift", "station", "shift_n"),
    Index("deed_taken", "station", "thing", sqlite_where=_TAKEN, postgresql_where=_TAKEN),
    sqlite_with_rowid=False,
)

explained = Table(
    "explained",
    PROJECTIONS,
    _text("station", key=True),
    _text("shift", key=True),
    Column("rule", Integer, primary_key=True, autoincrement=False),
    _text("client", key=True),
    _text("way", key=True),
    _text("why", key=True),
    _number("units"),
    _text("operator"),
    _text("explained_at"),
    sqlite_with_rowid=False,
)

# Who sees to an exception, by the station where they said so; the last word counts.
taken = Table(
    "taken",
    PROJECTIONS,
    _text("station", key=True),
    _text("exception", key=True),
    _text("badge"),
    _text("taken_at"),
    Index("taken_exception", "exception"),
    sqlite_with_rowid=False,
)

# What each station decided about an exception, whose it ever was: the n-th time.
decision = Table(
    "decision",
    PROJECTIONS,
    _text("station", key=True),
    _text("exception", key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("decision"),
    _text("decided_to"),
    _text("why"),
    _text("badge"),
    _text("decided_at"),
    _text("taken_back_at"),
    _text("parcel"),
    _text("item"),
    _number("decided_n"),
    _number("taken_back_n"),
    Index("decision_exception", "exception"),
    Index("decision_decided", "station", "decided_n"),
    Index("decision_taken_back", "station", "taken_back_n"),
    Index("decision_item", "station", "item"),
    sqlite_with_rowid=False,
)

# What two people said of one item, the second without seeing the first; `answers` are question, first and second one.
second_look = Table(
    "second_look",
    PROJECTIONS,
    _text("station", key=True),
    _text("item", key=True),
    _text("second", key=True),
    _text("grader"),
    _text("category"),
    _text("client"),
    _text("rubric"),
    _text("first_letter"),
    _text("letter"),
    _text("answers"),  # JSON
    _text("looked_at"),
    _number("looked_n"),
    Index("second_look_at", "station", "looked_at"),
    Index("second_look_shift", "station", "looked_n"),
    sqlite_with_rowid=False,
)

"""Central's own tables; the projections' tables beside them are those of `station.schema`.

Long because all tables are read beside each other.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

# Of the newest of `sync.central.migrations`; whatever changes here, or in the projections' tables, needs one more.
REVISION = "0021"

metadata = MetaData()

# Who may speak; only the token's SHA-256 is kept.
station = Table(
    "station",
    metadata,
    Column("station", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("made_at", String, nullable=False),
)

# The permanent high-water mark: duplicates are known for ever, however long a bench was away.
ack = Table(
    "ack",
    metadata,
    Column("station", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("acked", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# One row a station, locked while its entries are taken in.
station_lock = Table("station_lock", metadata, Column("station", String, primary_key=True))

# What benches said, for ever, byte for byte; `status` is the verdict it got. `station.projections` reads it.
journal = Table(
    "journal",
    metadata,
    Column("station", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("txn", String, nullable=False),
    Column("at", String, nullable=False),
    Column("mono_ms", BigInteger, nullable=False),
    Column("boot", String, nullable=False),
    Column("operator", String, nullable=False),
    Column("shift", String, nullable=False),
    Column("type", String, nullable=False),
    Column("v", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("status", String, nullable=False),
    Column("code", String, nullable=False),
    Column("received_at", String, nullable=False),
    Index("journal_held", "station", sqlite_where=text("status = 'held'"), postgresql_where=text("status = 'held'")),
)

# Entries that said again, in a later epoch, what was kept before: nothing but where they stood, for the digest.
repeated = Table(
    "repeated",
    metadata,
    Column("station", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

# Entries that could not become events: kept raw, for a person to look at.
quarantine = Table(
    "quarantine",
    metadata,
    Column("station", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("code", String, nullable=False),
    Column("received_at", String, nullable=False),
)

# One row a site, locked last in a writing transaction: numbers come out without gaps, in commit order. `last_order` is
# the newest record that is a return order; below `floor` the feed has gaps, and a snapshot is taken instead.
site_head = Table(
    "site_head",
    metadata,
    Column("site", String, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("last_order", BigInteger, nullable=False, server_default="0"),
    Column("floor", BigInteger, nullable=False, server_default="0"),
)

# Where a site's feed ended at a moment (UTC): so the floor knows what is old.
feed_moment = Table(
    "feed_moment",
    metadata,
    Column("site", String, primary_key=True),
    Column("at", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# What benches of a site are told, in the order they must hear it.
feed = Table(
    "feed",
    metadata,
    Column("site", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("feed_by_key", "kind", "key", "seq"),
)

stored_photo = Table(
    "stored_photo",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("station", String, nullable=False),
    Column("received_at", String, nullable=False),
)

# The copies without shipping labels, by the photos they were made of, which stay at the bench.
shared_photo = Table(
    "shared_photo",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("shared_sha256", String, primary_key=True),
)

# What a person must decide between benches; one for each return line, however often the benches say it.
review = Table(
    "review",
    metadata,
    Column("kind", String, primary_key=True),
    Column("rma", String, primary_key=True),
    Column("line", String, primary_key=True),
    Column("why", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("opened_at", String, nullable=False),
)

# One row for each return order that benches named, locked while its lines are compared.
order_lock = Table("order_lock", metadata, Column("rma", String, primary_key=True))

# Which customer (by pseudonym) sent which return order, `standing` until a site's order is withdrawn; and up to which
# record of a site's feed that is known.
order_customer = Table(
    "order_customer",
    metadata,
    Column("site", String, primary_key=True),
    Column("rma", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("customer", String, nullable=False),
    Column("standing", Integer, nullable=False),
    Index("order_customer_by_customer", "client", "customer"),
    Index("order_customer_by_rma", "rma"),
)
# Of whom something new was said and not counted yet; `times` is written so that the row is locked.
customer_due = Table(
    "customer_due",
    metadata,
    Column("client", String, primary_key=True),
    Column("customer", String, primary_key=True),
    Column("times", BigInteger, nullable=False),
)
customer_mark = Table(
    "customer_mark",
    metadata,
    Column("site", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# Which parcels were scanned for a return order, at which bench.
parcel_order = Table(
    "parcel_order",
    metadata,
    Column("rma", String, primary_key=True),
    Column("station", String, primary_key=True),
    Column("parcel", String, primary_key=True),
    Index("parcel_order_by_parcel", "station", "parcel"),
)

# Of each return order that a system sent in, the newest delivery: its version, its moment (UTC) and the SHA-256 of what
# it said. The order itself is in the feed.
return_order = Table(
    "return_order",
    metadata,
    Column("site", String, primary_key=True),
    Column("rma", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

# The one site that each return order belongs to (`owners`).
order_owner = Table(
    "order_owner",
    metadata,
    Column("rma", String, primary_key=True),
    Column("site", String, nullable=False),
)

# The systems that may talk to central for a site, as `integrator_role` says; only the token's SHA-256 is kept.
integrator = Table(
    "integrator",
    metadata,
    Column("site", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("made_at", String, nullable=False),
)

# Which sites are told of each other's open orders, and up to which record of the other's feed that was done.
elsewhere_mark = Table(
    "elsewhere_mark",
    metadata,
    Column("site", String, primary_key=True),
    Column("other", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# What return lines resolve to: once for each line and kind, and once for each line and role (`customer` or `goods`)
# among those that were not taken back. `state` and what may follow it: `resolutions.queue`. `not_before` is also how
# long a claim holds; `later` is what the facts said after the decision; `quantity` is 0 where nobody said it.
resolution = Table(
    "resolution",
    metadata,
    Column("rma", String, primary_key=True),
    Column("line", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("client", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("parts", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("claim", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", String, nullable=False),
    Column("first_sent_at", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("later", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False, server_default="0"),
    Index("resolution_due", "state", "not_before"),
    Index(
        "resolution_once",
        "rma",
        "line",
        "role",
        unique=True,
        sqlite_where=text("state NOT IN ('withdrawn', 'closed')"),
        postgresql_where=text("state NOT IN ('withdrawn', 'closed')"),
    ),
)

# For which return line an inspected unit counts, from when anything of a line was begun on.
counted_unit = Table(
    "counted_unit",
    metadata,
    Column("station", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("rma", String, nullable=False),
    Column("line", String, nullable=False),
)

# How each resolution came to its state: append only.
resolution_step = Table(
    "resolution_step",
    metadata,
    Column("id", String, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("why", Text, nullable=False),
)

# What a person decided on a line instead of the rules; the first one stands.
resolution_ruling = Table(
    "resolution_ruling",
    metadata,
    Column("rma", String, primary_key=True),
    Column("line", String, primary_key=True),
    Column("then", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String, nullable=False),
)

# The rules that resolve lines: what each version says, for good.
resolution_rules = Table(
    "resolution_rules",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("toml", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)

# Which of them are in force together, the newest under the highest number.
resolution_book = Table(
    "resolution_book",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False, unique=True),
    Column("sets", Text, nullable=False),
    Column("at", String, nullable=False),
)

# Up to which entry of a journal (`name` a station) or of a site's feed (epoch "") the resolutions are derived.
resolution_mark = Table(
    "resolution_mark",
    metadata,
    Column("source", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# When each station was last heard of, to half a minute.
station_heard = Table(
    "station_heard",
    metadata,
    Column("station", String, primary_key=True),
    Column("at", String, nullable=False),
)

# What an integrator may do beside sending return orders in, which each of them may.
integrator_role = Table(
    "integrator_role",
    metadata,
    Column("site", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("role", String, primary_key=True),
)

# Steps of resolutions that benches and other systems are not told of yet; written with the step itself.
resolution_news = Table(
    "resolution_news",
    metadata,
    Column("id", String, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
)

# Where systems want to be told of resolutions. The secret signs what is sent, so it is kept as it is.
webhook = Table(
    "webhook",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("url", String, nullable=False),
    Column("secret", String, nullable=False),
    Column("made_at", String, nullable=False),
)

# What they are still to be told: `waiting`, until it was taken (`delivered`) or nobody took it for long (`given_up`).
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", String, primary_key=True),
    Column("webhook", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", String, nullable=False),
    Index("webhook_delivery_due", "state", "not_before"),
)

# Which return orders announce, or once announced, a number that a parcel may bear (`order`) or a serial number.
order_code = Table(
    "order_code",
    metadata,
    Column("sort", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("rma", String, primary_key=True),
)

# What supervisors decided on reviews, and what the review said then: append only, `n` counts those of one review.
review_ruling = Table(
    "review_ruling",
    metadata,
    Column("kind", String, primary_key=True),
    Column("rma", String, primary_key=True),
    Column("line", String, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("review_why", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("then", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String, nullable=False),
)

# What is done daily (`care`): when it was done last, and who is at it, until when at most. All UTC.
care = Table(
    "care",
    metadata,
    Column("name", String, primary_key=True),
    Column("done_at", String, nullable=False),
    Column("held_by", String, nullable=False),
    Column("held_until", String, nullable=False),
)

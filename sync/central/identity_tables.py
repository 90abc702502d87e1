"""The tables of who may speak: stations, keys, tokens, one-time codes and challenges; of secrets only hashes."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from sync.central.tables import metadata

# A station that was let in: its site, its Ed25519 key (empty where it has only a token), and when it was revoked ("").
enrolled_station = Table(
    "enrolled_station",
    metadata,
    Column("station", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("enrolled_at", String, nullable=False),
    Column("revoked_at", String, nullable=False),
)

# The tokens of a station, by their SHA-256; `expires_at` is empty for one that stays valid.
station_token = Table(
    "station_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("station", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Index("station_token_by_station", "station", "made_at"),
)

# Codes that let one station in. `id` is the part that says which code is meant, the rest of it is secret; `used_by` is
# the key that used it. `station` is empty where any may.
enrol_code = Table(
    "enrol_code",
    metadata,
    Column("id", String, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("site", String, nullable=False),
    Column("station", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Column("wrong", BigInteger, nullable=False),
    Column("used_by", LargeBinary, nullable=False),
)

# Numbers that a station must sign to get its next token; each is gone once it was shown.
challenge = Table(
    "challenge",
    metadata,
    Column("nonce_hash", LargeBinary, primary_key=True),
    Column("station", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Index("challenge_by_station", "station", "expires_at"),
)

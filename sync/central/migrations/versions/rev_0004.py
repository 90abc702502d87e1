"""Stations with keys and tokens that end, codes that let them in; news of resolutions, and webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of who may speak, and of who is told."""
    op.create_table(
        "enrolled_station", _key("station"), *_texts("site"), _bytes("public_key"), *_texts("enrolled_at", "revoked_at")
    )
    op.create_table("station_token", _bytes("token_hash", key=True), *_texts("station", "made_at", "expires_at"))
    op.create_index("station_token_by_station", "station_token", ["station", "made_at"])
    op.create_table(
        "enrol_code",
        _key("id"),
        _bytes("secret_hash"),
        *_texts("site", "station", "expires_at"),
        sa.Column("wrong", sa.BigInteger(), nullable=False),
        _bytes("used_by"),
    )
    op.create_table("challenge", _bytes("nonce_hash", key=True), *_texts("station", "expires_at"))
    op.create_index("challenge_by_station", "challenge", ["station", "expires_at"])
    number = sa.Column("n", sa.Integer(), primary_key=True, nullable=False, autoincrement=False)
    op.create_table("resolution_news", _key("id"), number)
    op.create_table("webhook", _key("id"), *_texts("site", "name", "url", "secret", "made_at"))
    op.create_index("ix_webhook_site", "webhook", ["site"])
    op.create_table(
        "webhook_delivery",
        _key("id"),
        *_texts("webhook"),
        _bytes("body"),
        *_texts("state", "made_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_texts("not_before"),
    )
    op.create_index("webhook_delivery_due", "webhook_delivery", ["state", "not_before"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=True, nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _bytes(name: str, *, key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), primary_key=key, nullable=False)

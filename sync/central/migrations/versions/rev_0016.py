"""What a system may do is all named: until now each but those that only read figures might send orders in, unsaid."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Name the role of those that have it."""
    op.execute(
        "INSERT INTO integrator_role (site, name, role) SELECT site, name, 'orders' FROM integrator WHERE NOT EXISTS"
        " (SELECT 1 FROM integrator_role r WHERE r.site = integrator.site AND r.name = integrator.name"
        " AND r.role IN ('monitor', 'orders'))"
    )

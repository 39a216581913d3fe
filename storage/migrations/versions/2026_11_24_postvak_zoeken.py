"""The inbox of the demo can be searched: the moment in the mail itself, and the trajecten it is about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_postvak_zoeken"
down_revision = "2026_11_24_sleutels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("postvak", sa.Column("gedateerd_op", sa.DateTime(timezone=True), nullable=True))
    op.add_column("postvak", sa.Column("trajecten", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.create_index(op.f("ix_postvak_trajecten"), "postvak", ["trajecten"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index(op.f("ix_postvak_trajecten"), "postvak")
    op.drop_column("postvak", "trajecten")
    op.drop_column("postvak", "gedateerd_op")

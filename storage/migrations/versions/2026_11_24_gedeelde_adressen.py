"""Two people may share an e-mail address, as parents do; who somebody is, is said by the id."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_gedeelde_adressen"
down_revision = "2026_11_23_eerste_tabellen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("uq_persoon_email", table_name="persoon")
    op.create_index("ix_persoon_email", "persoon", [sa.literal_column("lower(email)")], unique=False)


def downgrade() -> None:
    """Fails when people share an address by now: choose who keeps it first."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_persoon_email", table_name="persoon")
    op.create_index("uq_persoon_email", "persoon", [sa.literal_column("lower(email)")], unique=True)

"""What is stuck becomes visible: steps about held mails, measurements, tasks of the watch, and the trace of an act.

Reads nothing from the application: what this file does is fixed on its date, whatever the code becomes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_zicht"
down_revision = "2026_11_24_postvak_zoeken"
branch_labels = None
depends_on = None

_OP_MAIL = ("verzending_sinds", "aangehouden_sinds", "gemeld_op", "vrijgegeven_op")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for naam in _OP_MAIL:
        op.add_column("mail", sa.Column(naam, sa.DateTime(timezone=True), nullable=True))
    # What was under way or held before this version counts from now: nobody knows any better.
    op.execute("UPDATE mail SET verzending_sinds = now() WHERE status = 'sending'")
    op.execute("UPDATE mail SET aangehouden_sinds = now() WHERE status = 'held'")
    op.create_table(
        "mail_stap",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("mail_id", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_persoon_id", sa.Text(), nullable=True),
        sa.Column("door_rol", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "soort IN ('aangehouden', 'gemeld', 'in_grootboek', 'niet_in_grootboek', 'opnieuw', 'aangekomen', "
            "'laten_vallen')",
            name=op.f("ck_mail_stap_soort"),
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_stap_mail_id_mail"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_stap")),
    )
    op.create_index(op.f("ix_mail_stap_mail_id"), "mail_stap", ["mail_id"], unique=False)
    op.create_table(
        "meting",
        sa.Column("controle", sa.Text(), nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("voorbeelden", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("gemeten_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("controle", name=op.f("pk_meting")),
    )
    op.create_table(
        "bewakingstaak",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("swv_id", sa.Text(), nullable=False),
        sa.Column("controle", sa.Text(), nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("voorbeelden", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("persoon_id", sa.Text(), nullable=True),
        sa.Column("geopend_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gezien_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gesloten_op", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bewakingstaak")),
    )
    op.create_index(
        "uq_bewakingstaak_open",
        "bewakingstaak",
        ["swv_id", "controle"],
        unique=True,
        postgresql_where=sa.text("gesloten_op IS NULL"),
    )
    op.add_column("opdracht", sa.Column("spoor", sa.Text(), nullable=True))
    op.create_index(op.f("ix_opdracht_ontvangen_op"), "opdracht", ["ontvangen_op"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_opdracht_ontvangen_op"), table_name="opdracht")
    op.drop_column("opdracht", "spoor")
    for tabel in ("bewakingstaak", "meting", "mail_stap"):
        op.drop_table(tabel)
    for naam in _OP_MAIL:
        op.drop_column("mail", naam)

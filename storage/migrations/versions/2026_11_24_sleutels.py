"""Data keys, destructions, holds, and the day a pupil left."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_sleutels"
down_revision = "2026_11_24_gedeelde_adressen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "zaaksleutel",
        sa.Column("sleutel_id", sa.Text(), nullable=False),
        sa.Column("zaak", sa.Text(), nullable=False),
        sa.Column("kek_id", sa.Text(), nullable=False),
        sa.Column("omhulsel", sa.LargeBinary(), nullable=True),
        sa.Column("schrijft", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("vernietigd_op", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sleutel_id", name=op.f("pk_zaaksleutel")),
    )
    op.create_index(op.f("ix_zaaksleutel_kek_id"), "zaaksleutel", ["kek_id"], unique=False)
    op.create_index(op.f("ix_zaaksleutel_zaak"), "zaaksleutel", ["zaak"], unique=False)
    op.create_index(
        "uq_zaaksleutel_schrijft", "zaaksleutel", ["zaak"], unique=True, postgresql_where=sa.text("schrijft")
    )
    op.create_index(
        "ix_zaaksleutel_vernietigd",
        "zaaksleutel",
        ["vernietigd_op"],
        unique=False,
        postgresql_where=sa.text("vernietigd_op IS NOT NULL"),
    )
    op.create_table(
        "vernietiging",
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("swv_id", sa.Text(), nullable=False),
        sa.Column("regel", sa.Text(), nullable=False),
        sa.Column("bewaard_tot", sa.Date(), nullable=True),
        sa.Column("aangekondigd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("niet_voor", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="aangekondigd", nullable=False),
        sa.Column("door", sa.Text(), nullable=True),
        sa.Column("aantallen", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("begonnen_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voltooid_op", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('aangekondigd', 'gegevens_weg', 'workflows_weg', 'voltooid')",
            name=op.f("ck_vernietiging_status"),
        ),
        sa.PrimaryKeyConstraint("traject_id", name=op.f("pk_vernietiging")),
    )
    op.create_index(
        "ix_vernietiging_open",
        "vernietiging",
        ["swv_id", "niet_voor"],
        unique=False,
        postgresql_where=sa.text("status <> 'voltooid'"),
    )
    op.create_table(
        "aanhouding",
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=False),
        sa.Column("reden", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("traject_id", name=op.f("pk_aanhouding")),
    )
    op.add_column("leerling", sa.Column("uitgeschreven_op", sa.Date(), nullable=True))

    # Facts leave the timeline in one way only: their traject has a destruction that has begun. Per row, because the
    # question is about each fact's own traject; changing a fact and emptying the table stay refused altogether.
    op.execute("DROP TRIGGER tijdlijn_alleen_toevoegen ON tijdlijn")
    op.execute(
        """
        CREATE TRIGGER tijdlijn_alleen_toevoegen BEFORE UPDATE OR TRUNCATE ON tijdlijn
        FOR EACH STATEMENT EXECUTE FUNCTION tijdlijn_alleen_toevoegen()
        """
    )
    op.execute(
        """
        CREATE FUNCTION tijdlijn_wissen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (
                SELECT FROM vernietiging WHERE traject_id = OLD.traject_id AND status <> 'aangekondigd'
            ) THEN
                RAISE EXCEPTION 'tijdlijn is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN OLD;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER tijdlijn_wissen BEFORE DELETE ON tijdlijn
        FOR EACH ROW EXECUTE FUNCTION tijdlijn_wissen()
        """
    )
    # What was destroyed does not come back: not by a late activity, not by a workflow from an older copy.
    op.execute(
        """
        CREATE FUNCTION traject_blijft_vernietigd() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM vernietiging WHERE traject_id = NEW.traject_id AND status <> 'aangekondigd'
            ) THEN
                RAISE EXCEPTION 'traject was destroyed: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER traject_blijft_vernietigd BEFORE INSERT ON traject
        FOR EACH ROW EXECUTE FUNCTION traject_blijft_vernietigd()
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER traject_blijft_vernietigd ON traject")
    op.execute("DROP FUNCTION traject_blijft_vernietigd()")
    op.execute("DROP TRIGGER tijdlijn_wissen ON tijdlijn")
    op.execute("DROP FUNCTION tijdlijn_wissen()")
    op.execute("DROP TRIGGER tijdlijn_alleen_toevoegen ON tijdlijn")
    op.execute(
        """
        CREATE TRIGGER tijdlijn_alleen_toevoegen BEFORE UPDATE OR DELETE OR TRUNCATE ON tijdlijn
        FOR EACH STATEMENT EXECUTE FUNCTION tijdlijn_alleen_toevoegen()
        """
    )
    op.drop_column("leerling", "uitgeschreven_op")
    for tabel in ("aanhouding", "vernietiging", "zaaksleutel"):
        op.drop_table(tabel)

"""The first tables: people, read model, timeline, journal and outbox.

Reads nothing from the application: what this file does is fixed on its date, whatever the code becomes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_eerste_tabellen"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "opdracht",
        sa.Column("commando_id", sa.Text(), nullable=False),
        sa.Column("volgnr", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("inhoud", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ontvangen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="ontvangen", nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("veld", sa.Text(), nullable=True),
        sa.Column("zin", sa.Text(), nullable=True),
        sa.Column("remedie", sa.Text(), nullable=True),
        sa.Column("versie", sa.Integer(), nullable=True),
        sa.Column("pogingen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("laatst_aangeboden_op", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("soort IN ('start', 'handeling')", name=op.f("ck_opdracht_soort")),
        sa.CheckConstraint("status IN ('ontvangen', 'verwerkt', 'geweigerd')", name=op.f("ck_opdracht_status")),
        sa.PrimaryKeyConstraint("commando_id", name=op.f("pk_opdracht")),
    )
    op.create_index(
        "ix_opdracht_open", "opdracht", ["volgnr"], unique=False, postgresql_where=sa.text("status = 'ontvangen'")
    )
    op.create_index(op.f("ix_opdracht_traject_id"), "opdracht", ["traject_id"], unique=False)
    op.create_table(
        "organisatie",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("ouder_id", sa.Text(), nullable=True),
        sa.Column("gemeente_id", sa.Text(), nullable=True),
        sa.Column("regio", sa.Text(), nullable=True),
        sa.Column("deelverband", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "soort IN ('swv', 'bestuur', 'school', 'gemeente', 'partner')", name=op.f("ck_organisatie_soort")
        ),
        sa.ForeignKeyConstraint(
            ["gemeente_id"], ["organisatie.id"], name=op.f("fk_organisatie_gemeente_id_organisatie")
        ),
        sa.ForeignKeyConstraint(["ouder_id"], ["organisatie.id"], name=op.f("fk_organisatie_ouder_id_organisatie")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisatie")),
    )
    op.create_index(op.f("ix_organisatie_gemeente_id"), "organisatie", ["gemeente_id"], unique=False)
    op.create_index(op.f("ix_organisatie_ouder_id"), "organisatie", ["ouder_id"], unique=False)
    op.create_table(
        "persoon",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("voornaam", sa.Text(), nullable=False),
        sa.Column("achternaam", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("actief", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persoon")),
    )
    op.create_index("uq_persoon_email", "persoon", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "postvak",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("ontvangen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("afzender", sa.Text(), nullable=False),
        sa.Column("ontvanger", sa.Text(), nullable=False),
        sa.Column("onderwerp", sa.Text(), nullable=False),
        sa.Column("ruw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postvak")),
    )
    op.create_index(op.f("ix_postvak_ontvanger"), "postvak", ["ontvanger"], unique=False)
    op.create_table(
        "tekst",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("tekst", sa.Text(), nullable=False),
        sa.Column("door_persoon_id", sa.Text(), nullable=True),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tekst")),
    )
    op.create_index(op.f("ix_tekst_traject_id"), "tekst", ["traject_id"], unique=False)
    op.create_table(
        "tijdlijn",
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("nr", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_rol", sa.Text(), nullable=False),
        sa.Column("door_persoon_id", sa.Text(), nullable=True),
        sa.Column("commando_id", sa.Text(), nullable=True),
        sa.Column("tekst_ref", sa.Text(), nullable=True),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("feit", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("traject_id", "nr", "epoch", name=op.f("pk_tijdlijn")),
    )
    op.create_table(
        "traject",
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("swv_id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("leerling_id", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("route_versie", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("stap", sa.Text(), nullable=False),
        sa.Column("stap_titel", sa.Text(), nullable=False),
        sa.Column("regie_bij", sa.Text(), nullable=False),
        sa.Column("bal", sa.Text(), nullable=True),
        sa.Column("eerstvolgende_op", sa.Date(), nullable=True),
        sa.Column("eerstvolgende_titel", sa.Text(), nullable=True),
        sa.Column("stagnatie_bij", sa.Text(), nullable=True),
        sa.Column("stagnatie_sinds", sa.Date(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("staat", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("volgende_wek", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gestart_op", sa.Date(), nullable=False),
        sa.Column("bijgewerkt_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("traject_id", name=op.f("pk_traject")),
    )
    op.create_index(op.f("ix_traject_leerling_id"), "traject", ["leerling_id"], unique=False)
    op.create_index(
        "ix_traject_lopend_wek",
        "traject",
        ["volgende_wek"],
        unique=False,
        postgresql_where=sa.text("status = 'lopend'"),
    )
    op.create_index(op.f("ix_traject_school_id"), "traject", ["school_id"], unique=False)
    op.create_index(
        op.f("ix_traject_swv_id_status_eerstvolgende_op"),
        "traject",
        ["swv_id", "status", "eerstvolgende_op"],
        unique=False,
    )
    op.create_table(
        "aanstelling",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("persoon_id", sa.Text(), nullable=False),
        sa.Column("organisatie_id", sa.Text(), nullable=False),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.Column("deelverband", sa.Text(), nullable=True),
        sa.CheckConstraint("tot IS NULL OR van <= tot", name=op.f("ck_aanstelling_volgorde")),
        sa.ForeignKeyConstraint(
            ["organisatie_id"], ["organisatie.id"], name=op.f("fk_aanstelling_organisatie_id_organisatie")
        ),
        sa.ForeignKeyConstraint(["persoon_id"], ["persoon.id"], name=op.f("fk_aanstelling_persoon_id_persoon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aanstelling")),
    )
    op.create_index(op.f("ix_aanstelling_organisatie_id_rol"), "aanstelling", ["organisatie_id", "rol"], unique=False)
    op.create_index(op.f("ix_aanstelling_persoon_id"), "aanstelling", ["persoon_id"], unique=False)
    op.create_table(
        "afspraak",
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("afspraak_id", sa.Text(), nullable=False),
        sa.Column("titel", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("sjabloon", sa.Text(), nullable=False),
        sa.Column("stap", sa.Text(), nullable=True),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("persoon_id", sa.Text(), nullable=True),
        sa.Column("bal", sa.Text(), nullable=False),
        sa.Column("bal_sinds", sa.Date(), nullable=False),
        sa.Column("geopend_op", sa.Date(), nullable=False),
        sa.Column("streefdatum", sa.Date(), nullable=False),
        sa.Column("uiterste", sa.Date(), nullable=False),
        sa.Column("uitleg", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trede_op", sa.Date(), nullable=True),
        sa.Column("gedaan_op", sa.Date(), nullable=True),
        sa.Column("uitgesteld", sa.Integer(), nullable=False),
        sa.Column("doel", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["traject_id"], ["traject.traject_id"], name=op.f("fk_afspraak_traject_id_traject"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("traject_id", "afspraak_id", name=op.f("pk_afspraak")),
    )
    op.create_index(
        "ix_afspraak_open_persoon",
        "afspraak",
        ["persoon_id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_afspraak_open_rol",
        "afspraak",
        ["rol", "streefdatum"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "betrokkene",
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("persoon_id", sa.Text(), nullable=False),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.CheckConstraint("tot IS NULL OR van <= tot", name=op.f("ck_betrokkene_volgorde")),
        sa.ForeignKeyConstraint(["persoon_id"], ["persoon.id"], name=op.f("fk_betrokkene_persoon_id_persoon")),
        sa.PrimaryKeyConstraint("traject_id", "persoon_id", "rol", "van", name=op.f("pk_betrokkene")),
    )
    op.create_index(op.f("ix_betrokkene_persoon_id"), "betrokkene", ["persoon_id"], unique=False)
    op.create_table(
        "instelling",
        sa.Column("organisatie_id", sa.Text(), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("klok", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisatie_id"], ["organisatie.id"], name=op.f("fk_instelling_organisatie_id_organisatie")
        ),
        sa.PrimaryKeyConstraint("organisatie_id", "naam", name=op.f("pk_instelling")),
    )
    op.create_table(
        "kalenderuitzondering",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("organisatie_id", sa.Text(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot_en_met", sa.Date(), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("van <= tot_en_met", name=op.f("ck_kalenderuitzondering_volgorde")),
        sa.ForeignKeyConstraint(
            ["organisatie_id"], ["organisatie.id"], name=op.f("fk_kalenderuitzondering_organisatie_id_organisatie")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kalenderuitzondering")),
    )
    op.create_index(
        op.f("ix_kalenderuitzondering_organisatie_id"), "kalenderuitzondering", ["organisatie_id"], unique=False
    )
    op.create_table(
        "leerling",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("voornaam", sa.Text(), nullable=False),
        sa.Column("achternaam", sa.Text(), nullable=False),
        sa.Column("geboortedatum", sa.Date(), nullable=False),
        sa.Column("groep", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["organisatie.id"], name=op.f("fk_leerling_school_id_organisatie")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leerling")),
    )
    op.create_index(op.f("ix_leerling_school_id"), "leerling", ["school_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("message_sleutel", sa.Text(), nullable=False),
        sa.Column("sjabloon", sa.Text(), nullable=False),
        sa.Column("persoon_id", sa.Text(), nullable=False),
        sa.Column("swv_id", sa.Text(), nullable=False),
        sa.Column("spoed", sa.Boolean(), nullable=False),
        sa.Column("overzicht_op", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("niet_voor", sa.DateTime(timezone=True), nullable=False),
        sa.Column("aangemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pogingen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("laatste_poging_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("verzonden_op", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'failed', 'held', 'vervallen')", name=op.f("ck_mail_status")
        ),
        sa.ForeignKeyConstraint(["persoon_id"], ["persoon.id"], name=op.f("fk_mail_persoon_id_persoon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_sleutel", name=op.f("uq_mail_message_sleutel")),
    )
    op.create_index(
        "ix_mail_open",
        "mail",
        ["swv_id", "status"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'sending', 'held')"),
    )
    op.create_index(op.f("ix_mail_persoon_id"), "mail", ["persoon_id"], unique=False)
    op.create_table(
        "bericht",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("traject_id", sa.Text(), nullable=False),
        sa.Column("afspraak_id", sa.Text(), nullable=True),
        sa.Column("persoon_id", sa.Text(), nullable=False),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("spoed", sa.Boolean(), nullable=False),
        sa.Column("vervanging", sa.Boolean(), nullable=False),
        sa.Column("voor_eigenaar", sa.Boolean(), nullable=False),
        sa.Column("voor_streefdatum", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="wacht", nullable=False),
        sa.Column("mail_id", sa.Text(), nullable=True),
        sa.Column("aangemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('wacht', 'opgenomen', 'vervallen')", name=op.f("ck_bericht_status")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_bericht_mail_id_mail")),
        sa.ForeignKeyConstraint(["persoon_id"], ["persoon.id"], name=op.f("fk_bericht_persoon_id_persoon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bericht")),
        sa.UniqueConstraint("sleutel", "persoon_id", name=op.f("uq_bericht_sleutel_persoon_id")),
    )
    op.create_index(op.f("ix_bericht_mail_id"), "bericht", ["mail_id"], unique=False)
    op.create_index(op.f("ix_bericht_traject_id"), "bericht", ["traject_id"], unique=False)
    op.create_index(
        "ix_bericht_wacht", "bericht", ["persoon_id"], unique=False, postgresql_where=sa.text("status = 'wacht'")
    )
    op.create_table(
        "gezagdrager",
        sa.Column("leerling_id", sa.Text(), nullable=False),
        sa.Column("persoon_id", sa.Text(), nullable=False),
        sa.Column("heeft_gezag", sa.Boolean(), nullable=False),
        sa.Column("vastgesteld_op", sa.Date(), nullable=False),
        sa.Column("vastgesteld_door", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["leerling_id"], ["leerling.id"], name=op.f("fk_gezagdrager_leerling_id_leerling")),
        sa.ForeignKeyConstraint(["persoon_id"], ["persoon.id"], name=op.f("fk_gezagdrager_persoon_id_persoon")),
        sa.ForeignKeyConstraint(
            ["vastgesteld_door"], ["persoon.id"], name=op.f("fk_gezagdrager_vastgesteld_door_persoon")
        ),
        sa.PrimaryKeyConstraint("leerling_id", "persoon_id", name=op.f("pk_gezagdrager")),
    )
    op.create_index(op.f("ix_gezagdrager_persoon_id"), "gezagdrager", ["persoon_id"], unique=False)

    # The timeline is the history of a dossier: nothing in it changes, and nothing leaves it by accident. Deleting after
    # the retention period takes a role that may switch triggers off, on purpose.
    op.execute(
        """
        CREATE FUNCTION tijdlijn_alleen_toevoegen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'tijdlijn is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER tijdlijn_alleen_toevoegen BEFORE UPDATE OR DELETE OR TRUNCATE ON tijdlijn
        FOR EACH STATEMENT EXECUTE FUNCTION tijdlijn_alleen_toevoegen()
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for tabel in (
        "gezagdrager",
        "bericht",
        "mail",
        "leerling",
        "kalenderuitzondering",
        "instelling",
        "betrokkene",
        "afspraak",
        "aanstelling",
        "traject",
        "tijdlijn",
        "tekst",
        "postvak",
        "persoon",
        "organisatie",
        "opdracht",
    ):
        op.drop_table(tabel)
    op.execute("DROP FUNCTION tijdlijn_alleen_toevoegen()")

"""People, schools and pupils: the tables that hold personal data. Nothing of these leaves for Temporal but ids."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, een_van


class OrganisatieSoort(StrEnum):
    """A school stands under a bestuur, a bestuur under a samenwerkingsverband; a partner under whom it works for."""

    SWV = "swv"
    BESTUUR = "bestuur"
    SCHOOL = "school"
    GEMEENTE = "gemeente"
    PARTNER = "partner"


class Organisatie(Base):
    """`regio` is the holiday region, `deelverband` the part of the samenwerkingsverband a school belongs to."""

    __tablename__ = "organisatie"
    id: Mapped[str] = mapped_column(primary_key=True)
    soort: Mapped[str]
    naam: Mapped[str]
    ouder_id: Mapped[str | None] = mapped_column(ForeignKey("organisatie.id"), index=True)
    gemeente_id: Mapped[str | None] = mapped_column(ForeignKey("organisatie.id"), index=True)
    regio: Mapped[str | None]
    deelverband: Mapped[str | None]
    __table_args__ = (een_van("soort", OrganisatieSoort),)


class Kalenderuitzondering(Base):
    """Days on which a school does otherwise than its region: closed, or `open` although the region has vakantie."""

    __tablename__ = "kalenderuitzondering"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    organisatie_id: Mapped[str] = mapped_column(ForeignKey("organisatie.id"), index=True)
    van: Mapped[date]
    tot_en_met: Mapped[date]
    naam: Mapped[str]
    open: Mapped[bool] = mapped_column(server_default="false")
    __table_args__ = (CheckConstraint("van <= tot_en_met", name="volgorde"),)


class Instelling(Base):
    """A practice number that this samenwerkingsverband or school set differently (domain/instellingen.py)."""

    __tablename__ = "instelling"
    organisatie_id: Mapped[str] = mapped_column(ForeignKey("organisatie.id"), primary_key=True)
    naam: Mapped[str] = mapped_column(primary_key=True)
    aantal: Mapped[int]
    klok: Mapped[str]


class Persoon(Base):
    """Somebody who acts or is written to. Without an address nothing can be sent; then a substitute is looked for.

    The id is all that identifies a person: two parents may share an address, and two people a name.
    """

    __tablename__ = "persoon"
    id: Mapped[str] = mapped_column(primary_key=True)
    voornaam: Mapped[str]
    achternaam: Mapped[str]
    email: Mapped[str | None]
    actief: Mapped[bool] = mapped_column(server_default="true")
    __table_args__ = (Index("ix_persoon_email", text("lower(email)")),)


class Aanstelling(Base):
    """A role at an organisation from `van` up to and including `tot`. With `deelverband` for that part only."""

    __tablename__ = "aanstelling"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    persoon_id: Mapped[str] = mapped_column(ForeignKey("persoon.id"), index=True)
    organisatie_id: Mapped[str] = mapped_column(ForeignKey("organisatie.id"))
    rol: Mapped[str]
    van: Mapped[date]
    tot: Mapped[date | None]
    deelverband: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("tot IS NULL OR van <= tot", name="volgorde"),
        Index(None, "organisatie_id", "rol"),
    )


class Leerling(Base):
    """A pupil, with as little as the work needs. The date of birth decides who signs, `uitgeschreven_op` (the local date
    of leaving the school) how long the dossier is kept. No BSN, no diagnosis."""

    __tablename__ = "leerling"
    id: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("organisatie.id"), index=True)
    voornaam: Mapped[str]
    achternaam: Mapped[str]
    geboortedatum: Mapped[date]
    groep: Mapped[str | None]
    uitgeschreven_op: Mapped[date | None]


class Gezagdrager(Base):
    """Parental authority as it was checked, by whom and when; a parent without it is a row with `heeft_gezag` false."""

    __tablename__ = "gezagdrager"
    leerling_id: Mapped[str] = mapped_column(ForeignKey("leerling.id"), primary_key=True)
    persoon_id: Mapped[str] = mapped_column(ForeignKey("persoon.id"), primary_key=True, index=True)
    heeft_gezag: Mapped[bool]
    vastgesteld_op: Mapped[date]
    vastgesteld_door: Mapped[str] = mapped_column(ForeignKey("persoon.id"))


class Betrokkene(Base):
    """A person in a role in one traject, from `van` up to and including `tot`; goes before any appointment."""

    __tablename__ = "betrokkene"
    traject_id: Mapped[str] = mapped_column(primary_key=True)
    persoon_id: Mapped[str] = mapped_column(ForeignKey("persoon.id"), primary_key=True, index=True)
    rol: Mapped[str] = mapped_column(primary_key=True)
    van: Mapped[date] = mapped_column(primary_key=True)
    tot: Mapped[date | None]
    __table_args__ = (CheckConstraint("tot IS NULL OR van <= tot", name="volgorde"),)

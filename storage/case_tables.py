"""The timeline, the read model that is folded from it, and the journal of acts.

The read model has no foreign keys to people and schools: after a restore of an older copy of the database a running
workflow may write about a pupil that this copy does not know yet, and that write must not fail.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, een_van


class TrajectRij(Base):
    """One traject as it stands. `staat` is the whole domain Traject; the other columns are what lists ask for."""

    __tablename__ = "traject"
    traject_id: Mapped[str] = mapped_column(primary_key=True)
    swv_id: Mapped[str]
    school_id: Mapped[str] = mapped_column(index=True)
    leerling_id: Mapped[str] = mapped_column(index=True)
    route: Mapped[str]
    route_versie: Mapped[int]
    status: Mapped[str]
    stap: Mapped[str]
    stap_titel: Mapped[str]
    regie_bij: Mapped[str]
    bal: Mapped[str | None]
    eerstvolgende_op: Mapped[date | None]
    eerstvolgende_titel: Mapped[str | None]
    stagnatie_bij: Mapped[str | None]
    stagnatie_sinds: Mapped[date | None]
    epoch: Mapped[int]
    versie: Mapped[int]
    staat: Mapped[dict[str, Any]]
    volgende_wek: Mapped[datetime | None]
    gestart_op: Mapped[date]
    bijgewerkt_op: Mapped[datetime]
    __table_args__ = (
        Index(None, "swv_id", "status", "eerstvolgende_op"),
        Index("ix_traject_lopend_wek", "volgende_wek", postgresql_where=text("status = 'lopend'")),
    )


class AfspraakRij(Base):
    """One afspraak of the state, open or closed. `titel` is what a person reads, the dates are local dates."""

    __tablename__ = "afspraak"
    traject_id: Mapped[str] = mapped_column(ForeignKey("traject.traject_id", ondelete="CASCADE"), primary_key=True)
    afspraak_id: Mapped[str] = mapped_column(primary_key=True)
    titel: Mapped[str]
    soort: Mapped[str]
    sjabloon: Mapped[str]
    stap: Mapped[str | None]
    rol: Mapped[str]
    persoon_id: Mapped[str | None]
    bal: Mapped[str]
    bal_sinds: Mapped[date]
    geopend_op: Mapped[date]
    streefdatum: Mapped[date]
    uiterste: Mapped[date]
    uitleg: Mapped[str]
    status: Mapped[str]
    trede_op: Mapped[date | None]
    gedaan_op: Mapped[date | None]
    uitgesteld: Mapped[int]
    doel: Mapped[str | None]
    __table_args__ = (
        Index("ix_afspraak_open_rol", "rol", "streefdatum", postgresql_where=text("status = 'open'")),
        Index("ix_afspraak_open_persoon", "persoon_id", postgresql_where=text("status = 'open'")),
    )


class TijdlijnRij(Base):
    """One fact of the timeline. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.

    The epoch is part of the key. After a restore a rebuilt traject may write another fact under a number that an
    earlier epoch used; both stay, and reading takes the later epoch (storage/rebuild.py). No foreign key: the timeline
    outlives the read model, which can be rebuilt from it.
    """

    __tablename__ = "tijdlijn"
    traject_id: Mapped[str] = mapped_column(primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    op: Mapped[datetime]
    door_rol: Mapped[str]
    door_persoon_id: Mapped[str | None]
    commando_id: Mapped[str | None]
    tekst_ref: Mapped[str | None]
    soort: Mapped[str]
    feit: Mapped[dict[str, Any]]


class Tekst(Base):
    """Free text a person typed. It stays here; the timeline and Temporal only know the id."""

    __tablename__ = "tekst"
    id: Mapped[str] = mapped_column(primary_key=True)
    traject_id: Mapped[str] = mapped_column(index=True)
    tekst: Mapped[str]
    door_persoon_id: Mapped[str | None]
    op: Mapped[datetime]


class OpdrachtSoort(StrEnum):
    """Start a traject, or act on one."""

    START = "start"
    HANDELING = "handeling"


class OpdrachtStatus(StrEnum):
    """Received (and to be offered until the workflow answers), applied, or refused with a reason."""

    ONTVANGEN = "ontvangen"
    VERWERKT = "verwerkt"
    GEWEIGERD = "geweigerd"


class OpdrachtRij(Base):
    """The command journal: an act is written here before all else, so an acknowledged act is never lost."""

    __tablename__ = "opdracht"
    commando_id: Mapped[str] = mapped_column(primary_key=True)
    volgnr: Mapped[int] = mapped_column(Identity(always=True))
    traject_id: Mapped[str] = mapped_column(index=True)
    soort: Mapped[str]
    inhoud: Mapped[dict[str, Any]]
    ontvangen_op: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default=OpdrachtStatus.ONTVANGEN)
    code: Mapped[str | None]
    veld: Mapped[str | None]
    zin: Mapped[str | None]
    remedie: Mapped[str | None]
    versie: Mapped[int | None]
    pogingen: Mapped[int] = mapped_column(server_default="0")
    laatst_aangeboden_op: Mapped[datetime | None]
    # Which trace this act belongs to (W3C traceparent), so that offering it again hours later continues that trace.
    spoor: Mapped[str | None]
    __table_args__ = (
        een_van("soort", OpdrachtSoort),
        een_van("status", OpdrachtStatus),
        Index("ix_opdracht_open", "volgnr", postgresql_where=text("status = 'ontvangen'")),
        Index(None, "ontvangen_op"),
    )

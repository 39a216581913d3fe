"""Data keys, destructions and what stays of them, and holds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, een_van


class ZaaksleutelRij(Base):
    """A wrapped data key of one workflow (`zaak` is its id). A destroyed one stays, without `omhulsel`: the workflow
    never gets another. `vernietigd_op` is on the clock of the database.

    One key of a workflow writes. There are more only after a restore: those that came back from an export read.
    """

    __tablename__ = "zaaksleutel"
    sleutel_id: Mapped[str] = mapped_column(primary_key=True)
    zaak: Mapped[str] = mapped_column(index=True)
    kek_id: Mapped[str] = mapped_column(index=True)
    omhulsel: Mapped[bytes | None] = mapped_column(LargeBinary)
    schrijft: Mapped[bool] = mapped_column(server_default="true")
    gemaakt_op: Mapped[datetime] = mapped_column(server_default=text("now()"))
    vernietigd_op: Mapped[datetime | None]
    __table_args__ = (
        Index("uq_zaaksleutel_schrijft", "zaak", unique=True, postgresql_where=text("schrijft")),
        Index("ix_zaaksleutel_vernietigd", "vernietigd_op", postgresql_where=text("vernietigd_op IS NOT NULL")),
    )


class VernietigingStatus(StrEnum):
    """How far a destruction is; each stage is committed before the next begins, so a crash at any point is taken up."""

    AANGEKONDIGD = "aangekondigd"
    GEGEVENS_WEG = "gegevens_weg"
    WORKFLOWS_WEG = "workflows_weg"
    VOLTOOID = "voltooid"


class VernietigingRij(Base):
    """The destruction of one traject: announced, under way, and then the proof of it. No personal data, ever.

    `regel` is the key of a term (domain/bewaren.py) or "verzoek". `niet_voor` ends the waiting time in which somebody
    may hold it. `aantallen` counts what was destroyed, by kind. Moments are on the clock of the cases.
    """

    __tablename__ = "vernietiging"
    traject_id: Mapped[str] = mapped_column(primary_key=True)
    swv_id: Mapped[str]
    regel: Mapped[str]
    bewaard_tot: Mapped[date | None]
    aangekondigd_op: Mapped[datetime]
    niet_voor: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default=VernietigingStatus.AANGEKONDIGD)
    door: Mapped[str | None]
    aantallen: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    begonnen_op: Mapped[datetime | None]
    voltooid_op: Mapped[datetime | None]
    __table_args__ = (
        een_van("status", VernietigingStatus),
        Index("ix_vernietiging_open", "swv_id", "niet_voor", postgresql_where=text("status <> 'voltooid'")),
    )


class AanhoudingRij(Base):
    """Somebody keeps a traject from being destroyed, up to and including `tot`. Leaves together with the traject."""

    __tablename__ = "aanhouding"
    traject_id: Mapped[str] = mapped_column(primary_key=True)
    tot: Mapped[date]
    reden: Mapped[str]
    door: Mapped[str]
    op: Mapped[datetime]

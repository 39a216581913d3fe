"""What the watch over Routewacht itself writes down: the last measurements, and tasks for the person who keeps it running."""

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class MetingRij(Base):
    """The last outcome of one check that only the worker can do (it asks Temporal). `gemeten_op` is on the real clock, so
    that a worker that stopped measuring shows. `voorbeelden` are ids of trajecten."""

    __tablename__ = "meting"
    controle: Mapped[str] = mapped_column(primary_key=True)
    aantal: Mapped[int]
    voorbeelden: Mapped[list[Any]] = mapped_column(JSONB)
    gemeten_op: Mapped[datetime]


class Bewakingstaak(Base):
    """Something is wrong in the keeping of one samenwerkingsverband, and this is whose task it is.

    One open task for each kind of problem: `aantal` and `voorbeelden` (ids) follow what the last daily check found.
    Moments are on the clock of the cases. `persoon_id` is None when nobody holds a role that could take it.
    """

    __tablename__ = "bewakingstaak"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    swv_id: Mapped[str]
    controle: Mapped[str]
    aantal: Mapped[int]
    voorbeelden: Mapped[list[Any]] = mapped_column(JSONB)
    rol: Mapped[str]
    persoon_id: Mapped[str | None]
    geopend_op: Mapped[datetime]
    gezien_op: Mapped[datetime]
    gesloten_op: Mapped[datetime | None]
    __table_args__ = (
        Index("uq_bewakingstaak_open", "swv_id", "controle", unique=True, postgresql_where=text("gesloten_op IS NULL")),
    )

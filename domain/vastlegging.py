"""What a workflow hands to the database in one go, and what it gets back. Ids, codes and dates only."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.effects import Melding
from domain.feiten import Gebeurtenis
from domain.traject import Traject


class Vastlegging(BaseModel):
    """One SQL transaction: timeline rows, the whole read model, and outbox rows, all of one version of one traject."""

    model_config = ConfigDict(frozen=True)
    traject: Traject
    gebeurtenissen: tuple[Gebeurtenis, ...]
    meldingen: tuple[Melding, ...] = ()
    volgende_wek: datetime | None
    nu: datetime


class SpoedMail(BaseModel):
    """An urgent mail that waits in the outbox; deliver it, but not before `niet_voor`."""

    model_config = ConfigDict(frozen=True)
    mail_id: str
    niet_voor: datetime


class Vastgelegd(BaseModel):
    """`toegepast` is False when a later version or epoch was already there: the write lost, as it should."""

    model_config = ConfigDict(frozen=True)
    toegepast: bool
    versie: int
    spoed: tuple[SpoedMail, ...] = ()

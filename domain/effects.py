"""Effects: what must happen outside because of a fact. So far one kind: somebody must be told something."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.roles import Rol


class Bericht(StrEnum):
    """What a message is about; decides the template and the place in the digest."""

    NIEUW = "nieuw"
    VOORAF = "vooraf"
    VANDAAG = "vandaag"
    HERINNERING = "herinnering"
    DRINGEND = "dringend"
    ESCALATIE = "escalatie"
    STILTE = "stilte"
    TOESTEMMING = "toestemming"
    STAND_OUDERS = "stand_ouders"
    CONTACT_HERSTELLEN = "contact_herstellen"


SPOED = frozenset({Bericht.DRINGEND, Bericht.ESCALATIE})


class Melding(BaseModel):
    """Tell `rol` (or this person) about an afspraak. `sleutel` is unique: the outbox refuses the same one twice.

    `afspraak_id` is None for a message about the traject as a whole. Urgent kinds (SPOED) leave at once, the rest goes
    into the digest of the next school morning, where the condition is checked again.
    """

    model_config = ConfigDict(frozen=True)
    sleutel: str
    bericht: Bericht
    rol: Rol
    persoon_id: str | None = None
    afspraak_id: str | None = None
    stap: str | None = None

    @property
    def spoed(self) -> bool:
        """Leaves at once instead of in the morning digest."""
        return self.bericht in SPOED

"""The book a change is written in: note a fact and the state follows; collect what must be told to whom."""

from collections.abc import Iterable
from datetime import date, datetime

from domain import feiten as f
from domain.effects import Bericht, Melding
from domain.kader import Kader
from domain.roles import Rol
from domain.tijd import lokale_datum
from domain.traject import Afspraak, Traject
from domain.verloop import vouw


class Boek:
    """Collects facts and messages of one change. Local to one call of `progress`; nothing outside sees it half done."""

    def __init__(
        self,
        kader: Kader,
        traject: Traject | None,
        nu: datetime,
        *,
        door: f.Wie = f.SYSTEEM,
        commando_id: str | None = None,
        tekst_ref: str | None = None,
    ) -> None:
        self.kader, self.nu, self.door = kader, nu, door
        self.vandaag: date = lokale_datum(nu)
        self._traject = traject
        self._commando_id, self._tekst_ref = commando_id, tekst_ref
        self.gebeurtenissen: list[f.Gebeurtenis] = []
        self.meldingen: list[Melding] = []

    @property
    def t(self) -> Traject:
        """The state with every noted fact folded in."""
        assert self._traject is not None
        return self._traject

    def noteer(self, feit: f.EenFeit) -> None:
        """Write a fact down; the state follows at once."""
        gebeurtenis = f.Gebeurtenis(
            nr=(self._traject.versie if self._traject else 0) + 1,
            op=self.nu,
            door=self.door,
            commando_id=self._commando_id,
            tekst_ref=self._tekst_ref,
            feit=feit,
        )
        self._traject = vouw(self._traject, gebeurtenis)
        self.gebeurtenissen.append(gebeurtenis)

    def meld(
        self,
        bericht: Bericht,
        rol: Rol,
        sleutel: Iterable[object],
        *,
        afspraak: Afspraak | None = None,
        persoon_id: str | None = None,
        stap: str | None = None,
    ) -> None:
        """Somebody must be told. The key makes the message unique within this traject; the outbox refuses a second one."""
        self.meldingen.append(
            Melding(
                sleutel=":".join(str(deel) for deel in (self.t.traject_id, *sleutel)),
                bericht=bericht,
                rol=rol,
                persoon_id=persoon_id,
                afspraak_id=afspraak.id if afspraak else None,
                stap=stap,
            )
        )

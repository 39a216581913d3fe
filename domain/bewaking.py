"""The watch over Routewacht itself: what is checked, when it is wrong, and what a person is told about it.

Pure: numbers go in, sentences come out. Ages are seconds of real time; the numbers here are our own choice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.roles import Rol
from domain.tijd import AMSTERDAM, lokale_datum

_UUR = 3600.0
# Who takes a task of the watch: the first of these roles at the samenwerkingsverband that somebody holds.
EIGENAREN = (Rol.BEHEERDER, Rol.COORDINATOR, Rol.DEELCOORDINATOR)
_CONTROLE_OM = time(6)


class Controle(StrEnum):
    """One thing that can be wrong without anybody noticing."""

    WORKER = "worker"
    VASTGELOPEN = "vastgelopen"
    OPDRACHTEN = "opdrachten"
    LEESMODEL = "leesmodel"
    WEKKERS = "wekkers"
    ZONDER_AFSPRAAK = "zonder_afspraak"
    ZONDER_EIGENAAR = "zonder_eigenaar"
    MAIL_AANGEHOUDEN = "mail_aangehouden"
    MAIL_HANGT = "mail_hangt"
    MAIL_WACHT = "mail_wacht"


class Stand(StrEnum):
    """How one check stands. `onbekend`: it could not be measured, which is never good."""

    GOED = "goed"
    LET_OP = "let_op"
    MIS = "mis"
    ONBEKEND = "onbekend"


ERNST: dict[Stand, int] = {Stand.GOED: 0, Stand.LET_OP: 1, Stand.ONBEKEND: 2, Stand.MIS: 3}


class Meting(BaseModel):
    """What was counted: how many, the age of the oldest in seconds, and a few ids to look at."""

    model_config = ConfigDict(frozen=True)
    controle: Controle
    aantal: int
    oudste: float | None = None
    voorbeelden: tuple[str, ...] = ()


class Bevinding(BaseModel):
    """A measurement with its meaning, for people."""

    model_config = ConfigDict(frozen=True)
    controle: Controle
    titel: str
    stand: Stand
    aantal: int
    oudste_seconden: float | None = None
    zin: str
    wat_te_doen: str | None = None
    voorbeelden: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Regel:
    """`let_op` and `mis`: the age in seconds from which the count matters; None: never by that."""

    titel: str
    goed: str
    een: str
    meer: str
    doen: str
    let_op: float | None = 0.0
    mis: float | None = None
    taak_vanaf: Stand = Stand.LET_OP


_REGELS: dict[Controle, _Regel] = {
    Controle.WORKER: _Regel(
        "De worker werkt",
        "De worker meldt zich.",
        "De worker meldt zich niet. Handelingen worden bewaard, maar niets loopt door.",
        "De worker meldt zich niet. Handelingen worden bewaard, maar niets loopt door.",
        "Kijk of het proces 'routewacht worker' draait en start het.",
        let_op=None,
        mis=90.0,
    ),
    Controle.VASTGELOPEN: _Regel(
        "Vastgelopen trajecten",
        "Geen enkel traject is vastgelopen.",
        "Eén traject of nachttaak loopt vast op een fout in Routewacht.",
        "{n} trajecten of nachttaken lopen vast op een fout in Routewacht.",
        "Meld het aan wie Routewacht onderhoudt. Er gaat niets verloren: na een verbeterde versie gaat het verder.",
        mis=0.0,
    ),
    Controle.OPDRACHTEN: _Regel(
        "Handelingen die wachten",
        "Elke handeling wordt binnen een minuut verwerkt.",
        "Eén handeling is opgeschreven, maar nog niet verwerkt.",
        "{n} handelingen zijn opgeschreven, maar nog niet verwerkt.",
        "Kijk of Temporal en de worker draaien. De handelingen worden vanzelf opnieuw aangeboden.",
        let_op=60.0,
        mis=300.0,
        taak_vanaf=Stand.MIS,
    ),
    Controle.LEESMODEL: _Regel(
        "Schermen lopen achter",
        "De schermen zijn bij.",
        "Bij één traject laat het scherm een verwerkte handeling nog niet zien.",
        "Bij {n} trajecten laat het scherm een verwerkte handeling nog niet zien.",
        "Kijk of de worker draait. Blijft het zo, vergelijk dan scherm en traject met 'routewacht reconcile'.",
        let_op=60.0,
        mis=300.0,
    ),
    Controle.WEKKERS: _Regel(
        "Wekkers die niet afgingen",
        "Elk traject werd op tijd wakker.",
        "Eén traject had al wakker moeten worden.",
        "{n} trajecten hadden al wakker moeten worden.",
        "Kijk of de worker draait. Na een drukke ochtend lost dit zichzelf op.",
        let_op=300.0,
        mis=900.0,
    ),
    Controle.ZONDER_AFSPRAAK: _Regel(
        "Trajecten zonder afspraak",
        "Elk lopend traject heeft een open afspraak.",
        "Eén lopend traject heeft geen open afspraak.",
        "{n} lopende trajecten hebben geen open afspraak.",
        "Open het traject en bespreek wat de volgende stap is. Meld het ook: dit hoort niet te kunnen.",
        mis=0.0,
    ),
    Controle.ZONDER_EIGENAAR: _Regel(
        "Afspraken zonder eigenaar",
        "Elke open afspraak hoort bij iemand die bereikbaar is.",
        "Eén open afspraak hoort bij een rol die niemand heeft.",
        "{n} open afspraken horen bij een rol die niemand heeft.",
        "Geef iemand deze rol, of draag de afspraak over op de pagina van het traject.",
    ),
    Controle.MAIL_AANGEHOUDEN: _Regel(
        "Aangehouden mail",
        "Van elke mail is bekend wat ermee is gebeurd.",
        "Van één mail weet niemand of hij is aangekomen.",
        "Van {n} mails weet niemand of ze zijn aangekomen.",
        "Vraag de ontvanger of de mail er is en kies daarna op de lijst 'Aangehouden mail'.",
    ),
    Controle.MAIL_HANGT: _Regel(
        "Mail die blijft hangen",
        "Geen mail is blijven hangen.",
        "Eén mail is tijdens het versturen blijven hangen.",
        "{n} mails zijn tijdens het versturen blijven hangen.",
        "Kijk of de worker draait: die zoekt uit wat ermee is gebeurd.",
        mis=0.0,
    ),
    Controle.MAIL_WACHT: _Regel(
        "Mail die niet weg kan",
        "Er wacht geen mail die al weg had moeten zijn.",
        "Eén mail kon nog niet weg.",
        "{n} mails konden nog niet weg.",
        "Kijk of de mailserver bereikbaar is. De mail wordt vanzelf opnieuw aangeboden.",
        mis=4 * _UUR,
        taak_vanaf=Stand.MIS,
    ),
}


def beoordeel(meting: Meting) -> Bevinding:
    """What a measurement means. Nothing counted is good, whatever the age of what is still within its time."""
    regel = _REGELS[meting.controle]
    oudste = meting.oudste if meting.oudste is not None else 0.0
    stand = Stand.GOED
    if meting.aantal and regel.mis is not None and oudste >= regel.mis:
        stand = Stand.MIS
    elif meting.aantal and regel.let_op is not None and oudste >= regel.let_op:
        stand = Stand.LET_OP
    goed = stand is Stand.GOED
    zin = regel.goed if goed else regel.een if meting.aantal == 1 else regel.meer.format(n=meting.aantal)
    return Bevinding(
        controle=meting.controle,
        titel=regel.titel,
        stand=stand,
        aantal=meting.aantal,
        oudste_seconden=meting.oudste,
        zin=zin,
        wat_te_doen=None if goed else regel.doen,
        voorbeelden=() if goed else meting.voorbeelden,
    )


def niet_gemeten(controle: Controle, waarom: str) -> Bevinding:
    """A check that could not be done, and the sentence that says why."""
    regel = _REGELS[controle]
    return Bevinding(
        controle=controle, titel=regel.titel, stand=Stand.ONBEKEND, aantal=0, zin=waarom, wat_te_doen=regel.doen
    )


def titel(controle: Controle) -> str:
    """How a check is called on screen and in mails."""
    return _REGELS[controle].titel


def vraagt_iemand(bevinding: Bevinding) -> bool:
    """Must this become somebody's task, when the daily check finds it?"""
    return ERNST[bevinding.stand] >= ERNST[_REGELS[bevinding.controle].taak_vanaf]


def ergste(bevindingen: list[Bevinding]) -> Stand:
    """The worst of these."""
    return max((b.stand for b in bevindingen), key=ERNST.__getitem__, default=Stand.GOED)


def volgende_controle(na: datetime) -> datetime:
    """06:00 on the wall in Amsterdam, strictly after `na`: every day, because cases sleep and wake in weekends too."""
    dag = lokale_datum(na)
    moment = datetime.combine(dag, _CONTROLE_OM, AMSTERDAM)
    if moment.astimezone(UTC) <= na.astimezone(UTC):
        moment = datetime.combine(dag + timedelta(days=1), _CONTROLE_OM, AMSTERDAM)
    return moment

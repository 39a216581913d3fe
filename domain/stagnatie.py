"""Stalls: when a case counts as standing still, and who is asked to get it moving.

Three sources: an afspraak past its escalation rung, silence while something is owed, and a person who says so.
No published Dutch rule says after how many days a case stalls; every number is our own choice (docs/bronnen.md E-05).
"""

from dataclasses import dataclass
from datetime import date

from domain import feiten as f
from domain.boek import Boek
from domain.calendar import bereken
from domain.dagen import schooldagen_sinds
from domain.delen import of_school
from domain.effects import Bericht
from domain.ingebouwd import Ingebouwd
from domain.kader import Kader
from domain.ladder import oorzaak_bij
from domain.openen import open_ingebouwd, sluit_bal
from domain.roles import Rol
from domain.route import Oorzaak
from domain.traject import Afspraak, Traject


def stagneer(boek: Boek, oorzaak: Oorzaak, *, bron: str, over: Afspraak | None) -> None:
    """Bring the stall to the regievoerder or the stagnatiepunt, and make taking it up an afspraak of theirs.

    A stall that is already with somebody stays there: the clock never moves a case from desk to desk. Only a person who
    says so (`melding`) brings it to the other role; that closes the earlier request.
    """
    rol = _opgepakt_door(boek, oorzaak, bron, over)
    eerder = boek.t.stagnatie
    if eerder is not None:
        if eerder.bij is rol or bron != "melding":
            return
        vorige = boek.t.afspraak(eerder.afspraak_id)
        if vorige is not None and vorige.open:
            sluit_bal(boek, vorige)
            boek.noteer(f.AfspraakVervallen(afspraak_id=vorige.id, reden="elders_gelegd", op=boek.vandaag))
    afspraak = open_ingebouwd(boek, Ingebouwd.STAGNATIE, rol, over=over.id if over else None, meld=False)
    boek.noteer(
        f.StagnatieVastgesteld(
            bron=bron,
            oorzaak=oorzaak,
            bij=rol,
            afspraak_id=afspraak.id,
            over=over.id if over else None,
            op=boek.vandaag,
        )
    )
    boek.meld(Bericht.ESCALATIE, rol, (afspraak.id, "stagnatie"), afspraak=afspraak)


def _opgepakt_door(boek: Boek, oorzaak: Oorzaak, bron: str, over: Afspraak | None) -> Rol:
    """Nobody is asked by the clock to take up his own standstill: then the samenwerkingsverband is."""
    rol = boek.kader.route.stagnatie.naar[oorzaak]
    eigen = bron != "melding" and over is not None and over.rol is rol
    return boek.kader.route.stagnatie.swv if eigen and boek.kader.tweede_editie else rol


def hef_op(boek: Boek, uitkomst: str) -> None:
    """The stall is over: its afspraak lapses if it is still open."""
    stagnatie = boek.t.stagnatie
    if stagnatie is None:
        return
    afspraak = boek.t.afspraak(stagnatie.afspraak_id)
    if afspraak is not None and afspraak.open:
        sluit_bal(boek, afspraak)
        boek.noteer(f.AfspraakVervallen(afspraak_id=afspraak.id, reden="weer_in_beweging", op=boek.vandaag))
    boek.noteer(f.StagnatieOpgeheven(uitkomst=uitkomst, op=boek.vandaag))


def hef_op_door_voortgang(boek: Boek) -> None:
    """Real progress ends a stall that came from the clock. What a person reported, a person must declare over."""
    stagnatie = boek.t.stagnatie
    if stagnatie is None or stagnatie.bron == "melding":
        return
    over = boek.t.afspraak(stagnatie.over) if stagnatie.over else None
    if (stagnatie.bron == "stilte" and _ging_vooruit(boek)) or over is None or not over.open:
        hef_op(boek, "voortgang")
        _volgende_stilstand(boek)


def _ging_vooruit(boek: Boek) -> bool:
    """Something was really done in this act: not only postponed, handed over, or mended in an address book."""
    for gebeurtenis in boek.gebeurtenissen:
        if isinstance(gebeurtenis.feit, (f.StapBetreden, f.ToestemmingVastgelegd)):
            return True
        if isinstance(gebeurtenis.feit, f.AfspraakGedaan):
            gedaan = boek.t.afspraak(gebeurtenis.feit.afspraak_id)
            if gedaan is not None and gedaan.sjabloon not in tuple(Ingebouwd):
                return True
    return False


def _volgende_stilstand(boek: Boek) -> None:
    """An afspraak that came to the top of its ladder while another one was the stall is told now: it was held back."""
    uitgeklommen = [a for a in boek.t.open_afspraken if a.trede is None and a.streefdatum < boek.vandaag]
    if uitgeklommen:
        over = min(uitgeklommen, key=lambda a: (a.streefdatum, a.id))
        stagneer(boek, oorzaak_bij(boek.kader, over), bron="ladder", over=over)


@dataclass(frozen=True)
class Stilte:
    """Silence as it stands: since when, about which afspraak, and the dates of warning and stall."""

    sinds: date
    over: Afspraak
    oorzaak: Oorzaak
    waarschuwing_op: date
    stagnatie_op: date


def stil_op(traject: Traject) -> tuple[Afspraak, date] | None:
    """The afspraak that is owed first, and the day its silence counts from; None when nothing is owed.

    That day is the target date, or the last day something was really done if that came later.
    """
    owed = [a for a in traject.open_afspraken if a.sjabloon not in tuple(Ingebouwd)]
    if not owed:
        return None
    over = min(owed, key=lambda a: (a.streefdatum, a.id))
    return over, max(traject.stil_sinds, over.streefdatum)


def stilte(kader: Kader, traject: Traject) -> Stilte | None:
    """Since when nothing real happened while something was owed; None when nothing is owed or the stall is known.

    Days before the (postponed) target date do not count: suspended is not silent. Counts in the clocks of the settings
    `stilte_waarschuwing`, `stilte_stagnatie` (school) and `stilte_samenwerking` (between parties).
    """
    gezien = stil_op(traject) if traject.stagnatie is None else None
    if gezien is None:
        return None
    over, sinds = gezien
    oorzaak = oorzaak_bij(kader, over)
    grens = "stilte_samenwerking" if oorzaak is Oorzaak.SAMENWERKING else "stilte_stagnatie"
    return Stilte(
        sinds=sinds,
        over=over,
        oorzaak=oorzaak,
        waarschuwing_op=bereken(kader.kalender, sinds, kader.instellingen.termijn("stilte_waarschuwing")).datum,
        stagnatie_op=bereken(kader.kalender, sinds, kader.instellingen.termijn(grens)).datum,
    )


def luister(boek: Boek) -> None:
    """Silence at this moment: warn whoever leads the step, then declare the stall."""
    gezien = stilte(boek.kader, boek.t)
    if gezien is None:
        return
    if boek.vandaag >= gezien.stagnatie_op:
        stagneer(boek, gezien.oorzaak, bron="stilte", over=gezien.over)
    elif boek.vandaag >= gezien.waarschuwing_op and not gewaarschuwd(boek.t, gezien):
        dagen = schooldagen_sinds(boek.kader.kalender, gezien.sinds, boek.vandaag)
        boek.noteer(f.StilteGezien(schooldagen=dagen, op=boek.vandaag))
        leidt = boek.kader.route.stap(boek.t.stap).leidt
        if boek.kader.tweede_editie:
            leidt = of_school(boek.kader, boek.t, leidt)
        boek.meld(Bericht.STILTE, leidt, ("stilte", boek.vandaag.isoformat()), afspraak=gezien.over)


def gewaarschuwd(traject: Traject, gezien: Stilte) -> bool:
    """The warning for this very silence was already given."""
    op = traject.stilte_gewaarschuwd_op
    return op is not None and op >= gezien.sinds

"""THE HEART. `begin` starts a traject, `progress` moves it, `next_wake` says when the clock has something to do.

Pure functions: no clock, no I/O. `nu` is an argument (aware). The same functions run in the workflow, in the what-if
simulator and in the property tests.
"""

from datetime import datetime
from typing import NamedTuple

from domain import feiten as f
from domain.boek import Boek
from domain.calendar import bereken
from domain.consent import Gezag
from domain.effects import Melding
from domain.handelen import voer_uit
from domain.handelingen import MeldBezorging, MeldSignaal, Opdracht, TijdVerstreken, VervangKalender
from domain.ingebouwd import Ingebouwd
from domain.kader import Kader
from domain.openen import open_ingebouwd, verzet
from domain.roles import Rol
from domain.stagnatie import gewaarschuwd, luister, stilte
from domain.stappen import betreed, open_vensters, plan_vensters
from domain.tijd import wekmoment
from domain.toestemmen import houd_aan_toestemming
from domain.traject import Traject, TrajectStatus, Verwijzing
from domain.treden import beklim


class Uitslag(NamedTuple):
    """What a change comes to: the new state, the facts behind it, and what must be told."""

    traject: Traject
    gebeurtenissen: tuple[f.Gebeurtenis, ...]
    meldingen: tuple[Melding, ...]


def begin(
    kader: Kader,
    nu: datetime,
    *,
    traject_id: str,
    swv_id: str,
    school_id: str,
    leerling_id: str,
    route: Verwijzing,
    gezag: Gezag,
    door: f.Wie,
    commando_id: str | None = None,
) -> Uitslag:
    """Starts a traject in the first step of the route."""
    boek = Boek(kader, None, nu, door=door, commando_id=commando_id)
    boek.noteer(
        f.TrajectGestart(
            traject_id=traject_id,
            swv_id=swv_id,
            school_id=school_id,
            leerling_id=leerling_id,
            route=route,
            gezag=gezag,
            regie_bij=kader.route.regie.begin,
            kalender=kader.kalender.kenmerk,
            op=boek.vandaag,
        )
    )
    plan_vensters(boek)
    betreed(boek, kader.route.begin)
    return _klaar(boek)


def progress(
    kader: Kader,
    traject: Traject,
    gebeuren: Opdracht | TijdVerstreken | MeldBezorging | MeldSignaal | VervangKalender,
    nu: datetime,
) -> Uitslag:
    """Moves a traject by one happening. Raises a Weigering (and changes nothing) when an act may not be.

    A command that was applied before gives the same state back with no facts: repeating is harmless.
    """
    if isinstance(gebeuren, Opdracht):
        if gebeuren.commando_id in traject.commandos:
            return Uitslag(traject, (), ())
        boek = Boek(
            kader,
            traject,
            nu,
            door=gebeuren.door,
            commando_id=gebeuren.commando_id,
            tekst_ref=gebeuren.tekst_ref,
        )
        voer_uit(boek, gebeuren)
        return _klaar(boek)
    boek = Boek(kader, traject, nu)
    if traject.status is TrajectStatus.GESLOTEN:
        return Uitslag(traject, (), ())
    match gebeuren:
        case TijdVerstreken():
            if boek.kader.tweede_editie:
                houd_aan_toestemming(boek)  # what a run of the first edition left behind
            open_vensters(boek)
            beklim(boek)
            luister(boek)
        case MeldBezorging():
            _bezorging(boek, gebeuren)
        case MeldSignaal():
            _signaal(boek, gebeuren)
        case VervangKalender():
            _vervang_kalender(boek)
    return _klaar(boek)


def next_wake(kader: Kader, traject: Traject) -> datetime | None:
    """The moment the clock has something to do next, spread over the night before 08:00 by the id of the traject.

    None only for a closed traject. May lie in the past when something is already due: then act at once.
    """
    if traject.status is TrajectStatus.GESLOTEN:
        return None
    dagen = [a.trede_op for a in traject.open_afspraken if a.trede_op is not None]
    dagen.extend(traject.vensters.values())
    gezien = stilte(kader, traject)
    if gezien is not None:
        dagen.append(gezien.stagnatie_op)
        if not gewaarschuwd(traject, gezien):
            dagen.append(gezien.waarschuwing_op)
    return wekmoment(min(dagen), traject.traject_id) if dagen else None


def _klaar(boek: Boek) -> Uitslag:
    return Uitslag(boek.t, tuple(boek.gebeurtenissen), tuple(boek.meldingen))


def _bezorging(boek: Boek, gebeuren: MeldBezorging) -> None:
    """A mail did not arrive, or nobody knows: somebody owes us a mended address, or a look."""
    wat = Ingebouwd.CONTACT_HERSTELLEN if gebeuren.reden == "blijvend" else Ingebouwd.MAIL_NAKIJKEN
    if any(a.sjabloon == wat and a.over == gebeuren.persoon_id for a in boek.t.open_afspraken):
        return
    boek.noteer(f.BezorgingMislukt(persoon_id=gebeuren.persoon_id, reden=gebeuren.reden, op=boek.vandaag))
    eigenaar = Rol.DIRECTIE if gebeuren.rol in {Rol.IB, Rol.OCO} else boek.kader.zorgcoordinator
    open_ingebouwd(boek, wat, eigenaar, over=gebeuren.persoon_id)


def _signaal(boek: Boek, gebeuren: MeldSignaal) -> None:
    boek.noteer(f.SignaalGeweigerd(code=gebeuren.code, op=boek.vandaag))
    if not any(a.sjabloon == Ingebouwd.SIGNAAL_BEKIJKEN for a in boek.t.open_afspraken):
        open_ingebouwd(boek, Ingebouwd.SIGNAAL_BEKIJKEN, boek.kader.route.stagnatie.swv)


def _vervang_kalender(boek: Boek) -> None:
    """Another calendar: open dates that follow from a term are computed again; what moved says so."""
    kalender = boek.kader.kalender
    if kalender.kenmerk == boek.t.kalender:
        return
    boek.noteer(f.KalenderVervangen(kalender=kalender.kenmerk, op=boek.vandaag))
    for afspraak in boek.t.open_afspraken:
        if afspraak.termijn is None or afspraak.vanaf < kalender.van:
            continue  # a person chose the date, or it was promised so long ago that this calendar does not know the days
        streef = bereken(kalender, afspraak.vanaf, afspraak.termijn)
        if streef.datum != afspraak.streefdatum:
            uiterste = bereken(kalender, afspraak.vanaf, afspraak.uiterlijk or afspraak.termijn).datum
            verzet(boek, afspraak, streef, reden="kalender", uiterste=uiterste)

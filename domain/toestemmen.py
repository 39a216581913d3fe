"""Answers to a question for consent, who may give them, and what stops or goes on because of them."""

from datetime import date

from domain import feiten as f
from domain.boek import Boek
from domain.consent import Antwoord, Doel, Gezag, Leeftijdsgroep, Stand, ondertekenaars
from domain.delen import mag_weten, of_school
from domain.effects import Bericht
from domain.eisen import eis_dag
from domain.errors import DatumOngeldig, GegevenOntbreekt, NietZoAfTeRonden, PersoonOnbekend
from domain.handelingen import LegToestemmingVast, WijzigGezag
from domain.ingebouwd import Ingebouwd
from domain.openen import geef_bal, sluit_bal
from domain.predicates import geldt
from domain.rechten import eis_recht
from domain.regie import houd_regie_binnen
from domain.roles import PARTIJ_VAN, Partij, Rol
from domain.stappen import (
    bespreek_toestemming,
    laat_vervallen,
    open_over,
    open_vraag,
    open_wat_kan,
    vraag_leerling,
    vraag_toestemming,
)
from domain.tijd import in_woorden
from domain.traject import Afspraak

_KLAAR = frozenset({Stand.GEGEVEN, Stand.GEWEIGERD, Stand.INGETROKKEN})
_PRATEN = frozenset({Stand.EERST_PRATEN, Stand.TEGENSTRIJDIG})


def leg_toestemming_vast(boek: Boek, h: LegToestemmingVast) -> None:
    """Takes down one answer and carries out what follows from it. Raises a Weigering."""
    eis_recht(boek.kader, boek.t, h, boek.door, None)
    if h.persoon_id not in ondertekenaars(h.doel, boek.t.gezag):
        raise PersoonOnbekend(
            "Deze persoon hoeft voor dit doel niet te tekenen.",
            veld="persoon_id",
            remedie="Kies een ouder met gezag, of de leerling als die voor dit doel meetekent.",
        )
    op = eis_dag(boek, h.op)
    geldt_vanaf = _eis_volgorde(boek, h, op) if boek.kader.tweede_editie else None
    gaf = boek.t.toestemmingen.get(h.doel)
    if h.antwoord is Antwoord.INGETROKKEN and (gaf is None or gaf.antwoorden.get(h.persoon_id) is not Antwoord.GEGEVEN):
        raise NietZoAfTeRonden(
            "Er is geen toestemming van deze persoon om in te trekken.",
            veld="antwoord",
            remedie="Leg vast dat de toestemming is geweigerd.",
        )
    boek.noteer(
        f.ToestemmingVastgelegd(
            doel=h.doel,
            persoon_id=h.persoon_id,
            antwoord=h.antwoord,
            vorm=h.vorm,
            op=op,
            geldt_vanaf=geldt_vanaf,
        )
    )
    if boek.kader.tweede_editie:
        _herzie(boek, h.doel, ingetrokken=h.antwoord is Antwoord.INGETROKKEN)
    else:
        _na_antwoord_eerste_editie(boek, h, boek.t.stand(h.doel))


def _eis_volgorde(boek: Boek, h: LegToestemmingVast, op: date) -> date:
    """The day that puts this answer in order. Answers count as they were said, not as they were written down: an older
    signature never undoes a later no. Refused and not kept without effect, so that nobody believes a yes was taken that
    does not count. On one and the same day the last one written down counts: that is how a slip of the pen is mended."""
    heropend = boek.t.toestemming_vanaf
    if heropend is not None and op < heropend:
        raise DatumOngeldig(
            f"Dit traject is op {in_woorden(heropend)} heropend; antwoorden van daarvoor tellen niet meer.",
            veld="op",
            remedie="Vraag de toestemming opnieuw.",
        )
    gezegd = boek.t.toestemmingen.get(h.doel)
    if gezegd is None or h.persoon_id not in gezegd.antwoorden:
        return op
    # An answer of the first edition has no day. It was progress then, so it lies no later than the last progress: a yes must
    # be newer than that; what allows nothing always counts, and takes that day.
    zonder_dag = h.persoon_id not in gezegd.gezegd_op
    laatst = gezegd.gezegd_op.get(h.persoon_id, boek.t.stil_sinds)
    if op < laatst and not (zonder_dag and h.antwoord is not Antwoord.GEGEVEN):
        bekend = (
            "is al een later antwoord bekend, van"
            if not zonder_dag
            else "kan een later antwoord bekend zijn, tot en met"
        )
        raise DatumOngeldig(
            f"Van deze persoon {bekend} {in_woorden(laatst)}. Dat blijft gelden.",
            veld="op",
            remedie="Vraag het opnieuw als het antwoord nu anders is, en vul de dag in waarop dat is gezegd.",
        )
    return max(op, laatst)


def wijzig_gezag(boek: Boek, h: WijzigGezag) -> None:
    """Takes over who can be asked, and looks again at every purpose: who signs may be somebody else now.

    Raises GegevenOntbreekt when nobody could be asked, PersoonOnbekend for the gezag over another pupil.
    """
    eis_recht(boek.kader, boek.t, h, boek.door, None)
    gezag = eis_gezag(boek, h.gezag)
    op = eis_dag(boek, boek.vandaag)
    al_bekend = set(boek.t.gezag.gezagdragers)
    boek.noteer(
        f.GezagGewijzigd(
            gezag=gezag,
            vastgesteld_op=h.vastgesteld_op or op,
            vastgesteld_door=h.vastgesteld_door or boek.door.persoon_id,
            op=op,
        )
    )
    for doel in list(boek.t.toestemmingen):
        _herzie(boek, doel)
        vraag = open_vraag(boek.t, doel)
        if vraag is not None:
            vraag_leerling(boek, doel)
            _vraag_ouders(boek, vraag, doel, [p for p in gezag.gezagdragers if p not in al_bekend])
    stap = boek.kader.route.stap(boek.t.stap)
    for toestemming in stap.toestemmingen:
        if toestemming.als is None or geldt(toestemming.als, boek.t):
            vraag_toestemming(boek, stap, toestemming.doel)


def eis_gezag(boek: Boek, gezag: Gezag | None) -> Gezag:
    """The gezag over this pupil, with somebody in it who can be asked. Raises GegevenOntbreekt or PersoonOnbekend."""
    if gezag is None or (not gezag.gezagdragers and gezag.leeftijdsgroep is not Leeftijdsgroep.VANAF_18):
        raise GegevenOntbreekt(
            "Van deze leerling is niet bekend wie het gezag heeft.",
            veld="gezag",
            remedie="Ga na wie het gezag heeft en leg dat eerst vast. Zonder gezagdrager kan niemand toestemming geven.",
        )
    if gezag.leerling_id != boek.t.gezag.leerling_id:
        raise PersoonOnbekend(
            "Dit gezag gaat over een andere leerling.", veld="gezag", remedie="Kies het gezag over deze leerling."
        )
    return gezag


def _herzie(boek: Boek, doel: Doel, *, ingetrokken: bool = False) -> None:
    """What the answers add up to now: close or mend the question, let somebody talk, stop what may not be."""
    stand, vraag = boek.t.stand(doel), open_vraag(boek.t, doel)
    if vraag is not None:
        _werk_vraag_bij(boek, vraag, doel, stand)
    elif stand in _PRATEN:
        bespreek_toestemming(boek, doel)
    _sluit_wat_beantwoord_is(boek, doel, stand)
    if stand is not Stand.GEGEVEN:
        _stop(boek, doel, meld=ingetrokken)
    open_wat_kan(boek, boek.kader.route.stap(boek.t.stap))


def _werk_vraag_bij(boek: Boek, vraag: Afspraak, doel: Doel, stand: Stand) -> None:
    if stand in _KLAAR:
        _gedaan(boek, vraag)
    elif stand in _PRATEN:
        geef_bal(boek, vraag, PARTIJ_VAN[vraag.rol])
        boek.meld(Bericht.DRINGEND, vraag.rol, (vraag.id, stand, boek.t.versie), afspraak=vraag)
    elif vraag.bal is not Partij.OUDERS:
        geef_bal(boek, vraag, Partij.OUDERS)
        _vraag_ouders(boek, vraag, doel, boek.t.gezag.gezagdragers)


def _vraag_ouders(boek: Boek, vraag: Afspraak, doel: Doel, ouders: list[str] | tuple[str, ...]) -> None:
    """Asks those of them who sign and did not answer yet, each in a message of their own."""
    antwoorden = boek.t.toestemmingen[doel].antwoorden
    for ouder in ouders:
        if ouder in ondertekenaars(doel, boek.t.gezag) and ouder not in antwoorden:
            sleutel = (vraag.id, "opnieuw", ouder, boek.t.versie)
            boek.meld(Bericht.TOESTEMMING, Rol.OUDERS, sleutel, afspraak=vraag, persoon_id=ouder)


def _sluit_wat_beantwoord_is(boek: Boek, doel: Doel, stand: Stand) -> None:
    gezag = boek.t.gezag
    bespreken = open_over(boek.t, Ingebouwd.TOESTEMMING_BESPREKEN, doel)
    if bespreken is not None and stand not in _PRATEN:
        _gedaan(boek, bespreken)
    aan_leerling = open_over(boek.t, Ingebouwd.LEERLING_VRAGEN, doel)
    if aan_leerling is None:
        return
    if gezag.leerling_id in boek.t.toestemmingen[doel].antwoorden:
        _gedaan(boek, aan_leerling)
    elif open_vraag(boek.t, doel) is None or gezag.leerling_id not in ondertekenaars(doel, gezag):
        laat_vervallen(boek, [aan_leerling], "niet_meer_nodig")


def _gedaan(boek: Boek, afspraak: Afspraak) -> None:
    sluit_bal(boek, afspraak)
    boek.noteer(f.AfspraakGedaan(afspraak_id=afspraak.id, op=boek.vandaag))


def _stop(boek: Boek, doel: Doel, *, meld: bool) -> None:
    """No consent (any more): what depends on it stops at once, nobody outside keeps a part in it, and school is told."""
    stap = boek.kader.route.stap(boek.t.stap)
    hangt_af = {s.id for s in stap.afspraken if s.toestemming is doel}
    stopt = [a for a in boek.t.open_afspraken if a.stap == stap.id and a.sjabloon in hangt_af]
    laat_vervallen(boek, stopt, "geen_toestemming")
    genomen = houd_aan_toestemming(boek)
    if stopt or genomen or meld:
        besluit = next(a for a in boek.t.open_afspraken if a.sjabloon == stap.besluit.id)
        leidt = of_school(boek.kader, boek.t, stap.leidt)
        boek.meld(Bericht.DRINGEND, leidt, ("gestopt", doel, boek.t.versie), afspraak=besluit)


def houd_aan_toestemming(boek: Boek) -> bool:
    """Nobody outside school who may not know of the case (any more) keeps a part in it: the regie goes back, work of that
    role lapses, what was only handed over returns to whose it is. True when an afspraak was touched."""
    weg = [a for a in boek.t.open_afspraken if not mag_weten(boek.t, a.rol)]
    for afspraak in weg:
        eigen = _rol_volgens_route(boek, afspraak)
        if not mag_weten(boek.t, eigen):
            laat_vervallen(boek, [afspraak], "geen_toestemming")
            continue
        geef_bal(boek, afspraak, PARTIJ_VAN[eigen] if afspraak.bal is not Partij.OUDERS else Partij.OUDERS)
        boek.noteer(f.AfspraakOvergedragen(afspraak_id=afspraak.id, rol=eigen, persoon_id=None))
        terug = boek.t.afspraak(afspraak.id)
        boek.meld(Bericht.NIEUW, eigen, (afspraak.id, "terug", boek.t.versie), afspraak=terug)
    houd_regie_binnen(boek)
    return bool(weg)


def _rol_volgens_route(boek: Boek, afspraak: Afspraak) -> Rol:
    """Whose it is by the route. Only a task of a step can be somebody's who may not know of the case; the rest must go on."""
    route = boek.kader.route
    stap = route.stap(boek.t.stap)
    if afspraak.stap == stap.id:
        taak = next((s for s in stap.afspraken if s.id == afspraak.sjabloon), None)
        if taak is not None:
            return taak.rol
        if afspraak.sjabloon == stap.besluit.id:
            return of_school(boek.kader, boek.t, stap.besluit.rol)
    terugkerend = next((t.rol for t in route.terugkerend if t.id == afspraak.sjabloon), boek.kader.zorgcoordinator)
    return of_school(boek.kader, boek.t, terugkerend)


def _na_antwoord_eerste_editie(boek: Boek, h: LegToestemmingVast, stand: Stand) -> None:
    vraag = open_vraag(boek.t, h.doel)
    if vraag is not None and stand in _KLAAR:
        _gedaan(boek, vraag)
    elif vraag is not None and stand in _PRATEN:
        geef_bal(boek, vraag, PARTIJ_VAN[vraag.rol])
        boek.meld(Bericht.DRINGEND, vraag.rol, (vraag.id, stand, boek.t.versie), afspraak=vraag)
    if stand is not Stand.GEGEVEN:
        stap = boek.kader.route.stap(boek.t.stap)
        hangt_af = {s.id for s in stap.afspraken if s.toestemming is h.doel}
        stopt = [a for a in boek.t.open_afspraken if a.stap == stap.id and a.sjabloon in hangt_af]
        laat_vervallen(boek, stopt, "geen_toestemming")
        if stopt or h.antwoord is Antwoord.INGETROKKEN:
            besluit = next(a for a in boek.t.open_afspraken if a.sjabloon == stap.besluit.id)
            boek.meld(Bericht.DRINGEND, boek.t.regie_bij, ("gestopt", h.doel, boek.t.versie), afspraak=besluit)
    open_wat_kan(boek, boek.kader.route.stap(boek.t.stap))

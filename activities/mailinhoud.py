"""From what a mail has to say (ids, codes, dates) to the words of its template. No name of a pupil can get in here."""

from datetime import date, datetime

from domain.catalogus import Catalogus
from domain.dagen import Kalender, schooldagen_tussen
from domain.ids import traject_code
from domain.roles import PARTIJ_LABEL, Rol
from domain.tijd import in_woorden, lokale_datum
from runtime.mailcontext import (
    BewakingContext,
    EscalatieContext,
    Groep,
    Groepstitel,
    Mailcontext,
    Regel,
    SpoedContext,
    StandContext,
    ToestemmingContext,
    WeekoverzichtContext,
)
from storage.mail_content import Mailinhoud
from storage.mail_content import Regel as Zaakregel
from storage.templates import Sjabloon

_GROEPEN: tuple[Groepstitel, ...] = ("Te laat", "Vandaag", "Deze week", "Binnenkort")
_GEVRAAGD = {
    Rol.REGIEVOERDER: "Kijk wat er nodig is en leg op de pagina vast wat je besluit.",
    Rol.STAGNATIEPUNT: "Ga na wie welke rol op zich nam, breng de betrokkenen bij elkaar en leg vast wat is afgesproken.",
}


def maak_context(
    inhoud: Mailinhoud, catalogus: Catalogus, kalender: Kalender | None, nu: datetime, basis_url: str
) -> Mailcontext:
    """The context of the template this mail has now; `nu` is the clock of the case. Without lines no calendar is needed."""
    if inhoud.sjabloon is Sjabloon.BEWAKING:
        return BewakingContext(voornaam=inhoud.voornaam, taken=inhoud.taken, url=f"{basis_url.rstrip('/')}/gezond")
    assert kalender is not None
    eerste, vandaag = inhoud.regels[0], lokale_datum(nu)
    match inhoud.sjabloon:
        case Sjabloon.ESCALATIE:
            return _escalatie(inhoud, eerste, kalender, vandaag, basis_url)
        case Sjabloon.SPOED:
            return SpoedContext(voornaam=inhoud.voornaam, regel=_regel(eerste, vandaag, basis_url))
        case Sjabloon.TOESTEMMING_GEVRAAGD:
            return _toestemming(inhoud, basis_url)
        case Sjabloon.STAND_VOOR_OUDERS:
            return _stand(inhoud.regels[-1], catalogus, basis_url)
        case _:
            return _overzicht(inhoud, vandaag, basis_url)


def _url(traject_id: str, basis_url: str) -> str:
    return f"{basis_url.rstrip('/')}/traject/{traject_id}"


def _overzicht(inhoud: Mailinhoud, vandaag: date, basis_url: str) -> WeekoverzichtContext:
    per_groep: dict[Groepstitel, list[Regel]] = {titel: [] for titel in _GROEPEN}
    for regel in inhoud.regels:
        per_groep[_groep(regel, vandaag)].append(_regel(regel, vandaag, basis_url))
    groepen = tuple(Groep(titel=t, regels=tuple(r)) for t, r in per_groep.items() if r)
    return WeekoverzichtContext(voornaam=inhoud.voornaam, datum=in_woorden(vandaag), groepen=groepen)


def _groep(regel: Zaakregel, vandaag: date) -> Groepstitel:
    if regel.streefdatum is None:
        return "Binnenkort"
    if regel.streefdatum < vandaag:
        return "Te laat"
    if regel.streefdatum == vandaag:
        return "Vandaag"
    zelfde_week = regel.streefdatum.isocalendar()[:2] == vandaag.isocalendar()[:2]
    return "Deze week" if zelfde_week else "Binnenkort"


def _regel(regel: Zaakregel, vandaag: date, basis_url: str) -> Regel:
    uitleg = regel.uitleg
    if regel.vervanging:
        uitleg = "Je krijgt dit omdat er niemand bereikbaar is in de rol die aan zet is."
    return Regel(
        titel=regel.titel or regel.stap_titel,
        traject_code=traject_code(regel.traject_id),
        wanneer=_wanneer(regel, vandaag),
        uitleg=uitleg,
        url=_url(regel.traject_id, basis_url),
    )


def _wanneer(regel: Zaakregel, vandaag: date) -> str:
    if regel.streefdatum is None or regel.uiterste is None:
        return "zonder vaste datum"
    if regel.streefdatum == vandaag:
        return "voor vandaag"
    if regel.streefdatum < vandaag <= regel.uiterste:
        return f"was voor {in_woorden(regel.streefdatum)}, uiterlijk {in_woorden(regel.uiterste)}"
    if regel.streefdatum < vandaag:
        return f"was voor {in_woorden(regel.streefdatum)}; ook de uiterste datum is voorbij"
    return f"voor {in_woorden(regel.streefdatum)}"


def _escalatie(
    inhoud: Mailinhoud, regel: Zaakregel, kalender: Kalender, vandaag: date, basis_url: str
) -> EscalatieContext:
    # What waits longest says how long it lies still; other work of the case may well have gone on.
    sinds = min(regel.stil_sinds, regel.eerstvolgende_op or regel.stil_sinds)
    dagen = schooldagen_tussen(kalender, sinds, vandaag)
    duur = "minder dan een schooldag" if dagen == 0 else f"{dagen} schooldag" if dagen == 1 else f"{dagen} schooldagen"
    return EscalatieContext(
        voornaam=inhoud.voornaam,
        rol="stagnatiepunt" if regel.rol is Rol.STAGNATIEPUNT else "regievoerder",
        traject_code=traject_code(regel.traject_id),
        stil_sinds=in_woorden(sinds),
        stil_duur=duur,
        bal_bij=PARTIJ_LABEL[regel.bal] if regel.bal else "niemand in het bijzonder",
        gevraagd=_GEVRAAGD.get(regel.rol, _GEVRAAGD[Rol.REGIEVOERDER]),
        url=_url(regel.traject_id, basis_url),
    )


def _toestemming(inhoud: Mailinhoud, basis_url: str) -> ToestemmingContext:
    regel = next(r for r in inhoud.regels if r.streefdatum is not None)
    assert regel.streefdatum is not None
    return ToestemmingContext(
        traject_code=traject_code(regel.traject_id),
        graag_voor=in_woorden(regel.streefdatum),
        url=_url(regel.traject_id, basis_url),
        school=regel.school_naam,
    )


def _stand(regel: Zaakregel, catalogus: Catalogus, basis_url: str) -> StandContext:
    route = catalogus.haal(regel.verwijzing)
    nummers = {stap.id: nummer for nummer, stap in enumerate(route.stappen, start=1)}
    return StandContext(
        traject_code=traject_code(regel.traject_id),
        stap=nummers[regel.stap],
        stappen=len(nummers),
        aan_de_beurt=PARTIJ_LABEL[regel.bal].capitalize() if regel.bal else "Niemand: dit traject is afgesloten",
        wat=route.stap(regel.stap).ouders_horen,
        wanneer=in_woorden(regel.eerstvolgende_op) if regel.eerstvolgende_op else "Er staat niets meer open",
        url=_url(regel.traject_id, basis_url),
        school=regel.school_naam,
    )

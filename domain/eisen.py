"""Checks that come before an act: does it exist, is it still open, are dates possible, is what it needs there."""

from datetime import date

from domain.boek import Boek
from domain.consent import DOEL_LABEL, Stand
from domain.delen import doel_voor, mag_weten
from domain.errors import (
    AanwezigeOntbreekt,
    AfspraakOnbekend,
    DatumOngeldig,
    GegevenOntbreekt,
    ToestemmingOntbreekt,
    Verouderd,
    VoorwaardeOntbreekt,
)
from domain.predicates import PREDICATEN, geldt
from domain.roles import ROL_LABEL, Rol
from domain.route import Besluit, Kenmerk, Route, Stap, Uitkomst
from domain.stappen import is_gedaan
from domain.tijd import in_woorden
from domain.traject import Afspraak, Traject

STAND_LABEL: dict[Stand, str] = {
    Stand.GEEN_ANTWOORD: "er is nog geen antwoord",
    Stand.GEDEELTELIJK: "nog niet iedereen heeft geantwoord",
    Stand.EERST_PRATEN: "de ouders willen eerst praten",
    Stand.TEGENSTRIJDIG: "de antwoorden spreken elkaar tegen",
    Stand.GEWEIGERD: "de toestemming is geweigerd",
    Stand.INGETROKKEN: "de toestemming is ingetrokken",
    Stand.GEGEVEN: "de toestemming is gegeven",
}


def eis_open(boek: Boek, afspraak_id: str, gezien_versie: int | None) -> Afspraak:
    """The open afspraak. Raises AfspraakOnbekend, or Verouderd when somebody acted after the page was made."""
    afspraak = boek.t.afspraak(afspraak_id)
    if afspraak is None:
        nummer = afspraak_id.removeprefix("a")
        if nummer.isascii() and nummer.isdigit() and len(nummer) < 10 and 0 < int(nummer) < boek.t.volgende_afspraak:
            raise _verouderd("Deze afspraak is al afgesloten.")
        raise AfspraakOnbekend(
            "Deze afspraak bestaat niet in dit traject.", veld="afspraak_id", remedie="Kies een afspraak uit de lijst."
        )
    if not afspraak.open:
        raise _verouderd("Deze afspraak is al afgesloten.")
    if gezien_versie is not None and afspraak.versie > gezien_versie:
        raise _verouderd("Deze afspraak is gewijzigd sinds u de pagina opende.")
    return afspraak


def _verouderd(zin: str) -> Verouderd:
    return Verouderd(zin, veld="gezien_versie", remedie="Ververs de pagina en kijk wat er nu open staat.")


def eis_dag(boek: Boek, op: date | None) -> date:
    """The day something was done: not after today, not before the traject began. Raises DatumOngeldig."""
    dag = op or boek.vandaag
    if dag > boek.vandaag:
        raise DatumOngeldig(
            f"{in_woorden(dag).capitalize()} ligt in de toekomst.",
            veld="op",
            remedie="Vul de dag in waarop het is gebeurd: vandaag of eerder.",
        )
    if dag < boek.t.gestart_op:
        raise DatumOngeldig(
            f"{in_woorden(dag).capitalize()} ligt vóór het begin van dit traject.",
            veld="op",
            remedie=f"Vul een dag in vanaf {in_woorden(boek.t.gestart_op)}.",
        )
    return dag


def eis_aanwezig(nodig: tuple[Rol, ...], aanwezig: tuple[Rol, ...]) -> None:
    """Raises AanwezigeOntbreekt with the roles that were missing."""
    ontbreekt = [ROL_LABEL[r] for r in nodig if r not in aanwezig]
    if ontbreekt:
        raise AanwezigeOntbreekt(
            f"Bij dit gesprek horen ook aanwezig te zijn: {', '.join(ontbreekt)}.",
            veld="aanwezig",
            remedie="Vink aan wie erbij was, of plan het gesprek opnieuw met iedereen die erbij hoort.",
        )


def eis_gedeeld(traject: Traject, rol: Rol) -> None:
    """This role may know of the case. Raises ToestemmingOntbreekt with the purpose that must be agreed to first."""
    doel = doel_voor(rol)
    if doel is None or mag_weten(traject, rol):
        return
    raise ToestemmingOntbreekt(
        f"Voor de rol {ROL_LABEL[rol]} is toestemming nodig voor {DOEL_LABEL[doel]}: {STAND_LABEL[traject.stand(doel)]}.",
        veld="rol",
        remedie="Vraag eerst die toestemming en leg het antwoord vast, of kies iemand van school.",
    )


def eis_kenmerken(route: Route, besluit: Besluit, kenmerken: dict[str, str]) -> None:
    """Every question of the decision answered, with a known answer, and nothing else. Raises GegevenOntbreekt."""
    for vraag in besluit.vragen:
        waarden = route.waarden(vraag)
        if kenmerken.get(vraag) not in waarden:
            raise GegevenOntbreekt(
                f"Bij dit besluit hoort een antwoord op de vraag '{vraag}'.",
                veld=f"kenmerken.{vraag}",
                remedie=f"Kies een van: {', '.join(waarden)}.",
            )
    vreemd = [k for k in kenmerken if k not in tuple(str(v) for v in besluit.vragen)]
    if vreemd:
        bekend = ", ".join(Kenmerk(v) for v in besluit.vragen) or "geen enkel gegeven"
        raise GegevenOntbreekt(
            "Bij dit besluit staat een gegeven dat er niet bij hoort.",
            veld="kenmerken",
            remedie=f"Bij dit besluit hoort: {bekend}.",
        )


def eis_vereisten(boek: Boek, stap: Stap, uitkomst: Uitkomst, kenmerken: dict[str, str]) -> None:
    """Everything the outcome needs is there: consents given, afspraken done, predicates true with the new answers.

    Raises ToestemmingOntbreekt or VoorwaardeOntbreekt, each naming what is missing and what to do.
    """
    daarna = boek.t.model_copy(update={"kenmerken": {**boek.t.kenmerken, **kenmerken}})
    for eis in uitkomst.vereist:
        if eis.als is not None and not geldt(eis.als, daarna):
            continue
        if eis.toestemming is not None and boek.t.stand(eis.toestemming) is not Stand.GEGEVEN:
            raise ToestemmingOntbreekt(
                f"Voor '{uitkomst.titel}' is toestemming nodig voor {DOEL_LABEL[eis.toestemming]}: "
                f"{STAND_LABEL[boek.t.stand(eis.toestemming)]}.",
                veld="uitkomst",
                remedie="Vraag de toestemming of leg het antwoord vast, of kies een andere uitkomst.",
            )
        nodig = next((s for s in stap.afspraken if s.id == eis.afspraak), None)
        if nodig is not None and not is_gedaan(boek.t, stap, nodig):
            raise VoorwaardeOntbreekt(
                f"Voor '{uitkomst.titel}' moet eerst klaar zijn: {nodig.titel}.",
                veld="uitkomst",
                remedie="Rond die afspraak eerst af, of kies een andere uitkomst.",
            )
        if eis.predicaat is not None and not geldt(eis.predicaat, daarna):
            raise VoorwaardeOntbreekt(
                f"'{uitkomst.titel}' kan alleen als dit klopt: {PREDICATEN[eis.predicaat].uitleg}.",
                veld="uitkomst",
                remedie="Controleer de antwoorden bij dit besluit, of kies een andere uitkomst.",
            )

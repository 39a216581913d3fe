"""Words for what the core knows: the title of an afspraak, a sentence per fact, and how a traject stands.

Everything here is read by people: plain Dutch, no names of persons, no reasons, no codes.
"""

from collections.abc import Callable, Sequence
from datetime import date

from domain import feiten as f
from domain.consent import DOEL_LABEL, Antwoord
from domain.ingebouwd import STAGNATIEUITKOMST_TITEL, TITELS, Ingebouwd, Stagnatieuitkomst
from domain.roles import ROL_LABEL, Partij, Rol
from domain.route import EINDE, Kenmerk, Oorzaak, Route, Soort, Toon, waarde_label
from domain.stagnatie import stil_op
from domain.termijn import opsomming
from domain.tijd import in_woorden
from domain.traject import Afspraak, Traject, TrajectStatus

# How explanations begin that the core wrote for a date nobody computed from a term. They stand in facts and in recorded
# histories, so the core keeps writing them; here they get the words people read.
VENSTER, UITGESTELD, HERSTART = "in het venster ", "uitgesteld tot ", "nieuwe afspraak nadat "
_ONBEKENDE_AFSPRAAK = "Een afspraak uit een eerdere versie van de route"
_MEERVOUD = frozenset({Rol.OUDERS})
_ZONDER_LIDWOORD = frozenset({Rol.OUDERS, Rol.SYSTEEM, Rol.DIRECTIE})
_HET = frozenset(
    {Rol.OT_BOVENSCHOOLS, Rol.ONDERSTEUNINGSLOKET, Rol.TOEWIJZINGSTEAM, Rol.CJG, Rol.WIJKTEAM, Rol.BESTUUR}
)
_PARTIJ_MET_LIDWOORD: dict[Partij, str] = {
    Partij.SCHOOL: "school",
    Partij.OUDERS: "ouders",
    Partij.GEMEENTE: "de gemeente",
    Partij.JGZ: "de jeugdgezondheidszorg",
    Partij.BESTUUR: "het schoolbestuur",
    Partij.SWV: "het samenwerkingsverband",
    Partij.STAGNATIEPUNT: "het stagnatiepunt",
}
_ANTWOORD: dict[Antwoord, str] = {
    Antwoord.GEGEVEN: "Er is toestemming gegeven voor {doel}.",
    Antwoord.GEWEIGERD: "Er is geen toestemming gegeven voor {doel}.",
    Antwoord.EERST_PRATEN: "Er is gevraagd om eerst te praten over {doel}.",
    Antwoord.INGETROKKEN: "De toestemming voor {doel} is ingetrokken.",
}
_VERVALLEN: dict[str, str] = {
    "stap_verlaten": "de route ging door naar een andere stap",
    "traject_gesloten": "het traject is gesloten",
    "elders_gelegd": "de vraag ligt nu bij iemand anders",
    "weer_in_beweging": "het traject loopt weer",
    "geen_toestemming": "er is geen toestemming",
    "niet_meer_nodig": "dit is niet meer nodig",
}
_REGIE: dict[str, str] = {
    "geen_toestemming": "Er is geen toestemming meer. De regie ligt nu bij {wie}.",
    "overgenomen": "De regie is overgenomen door {wie}.",
    "teruggegeven": "De regie is teruggegeven aan {wie}.",
}
_OORZAAK: dict[Oorzaak, str] = {
    Oorzaak.SAMENWERKING: "de samenwerking zat vast",
    Oorzaak.SCHOOL: "school was aan zet",
    Oorzaak.VERZUIM: "de leerling was te vaak afwezig",
}
_BERICHT: dict[Toon, str] = {
    Toon.VOORAF: "bericht dat dit eraan kwam",
    Toon.VANDAAG: "bericht dat dit die dag klaar moest zijn",
    Toon.HERINNERING: "een herinnering",
    Toon.DRINGEND: "een dringende herinnering",
    Toon.ESCALATIE: "bericht dat dit bleef liggen",
}


def titel_van(route: Route, afspraak: Afspraak) -> str:
    """What people call this afspraak. Never fails: a template the route no longer knows gets a general title."""
    if afspraak.doel is not None and afspraak.soort is Soort.TOESTEMMING:
        return f"Toestemming voor {DOEL_LABEL[afspraak.doel]}"
    if afspraak.sjabloon in tuple(Ingebouwd):
        titel = TITELS[Ingebouwd(afspraak.sjabloon)]
        return f"{titel}: {DOEL_LABEL[afspraak.doel]}" if afspraak.doel is not None else titel
    titels = {t.id: t.titel for t in route.terugkerend} if afspraak.stap is None else {}
    for stap in route.stappen:
        if stap.id == afspraak.stap:
            titels = {a.id: a.titel for a in stap.afspraken} | {stap.besluit.id: stap.besluit.titel}
    return titels.get(afspraak.sjabloon, _ONBEKENDE_AFSPRAAK)


def staptitel(route: Route, stap_id: str) -> str:
    """The title of a step, of the end, or of a step the route no longer knows."""
    if stap_id == EINDE:
        return "Einde"
    return next((s.titel for s in route.stappen if s.id == stap_id), "Een stap uit een eerdere versie van de route")


def rol_met_lidwoord(rol: Rol) -> str:
    """As it stands in a sentence: "de intern begeleider", "het schoolbestuur", "ouders"."""
    lidwoord = "" if rol in _ZONDER_LIDWOORD else "het " if rol in _HET else "de "
    return f"{lidwoord}{ROL_LABEL[rol]}"


def uitleg_in_woorden(afspraak: Afspraak) -> str:
    """Why the target date is that day, without a capital or a full stop."""
    uitleg = afspraak.uitleg
    if uitleg.startswith(VENSTER):
        return (
            f"dit hoort in de periode tot en met {in_woorden(afspraak.uiterste)}; de streefdatum ligt eerder, "
            "zodat er nog tijd is om het te verzetten"
        )
    if uitleg.startswith(UITGESTELD):
        return f"uitgesteld tot en met {uitleg.removeprefix(UITGESTELD)}"
    return uitleg


def feit_in_woorden(
    route: Route, feit: f.EenFeit, afspraak_titel: Callable[[str], str], stand: Traject | None = None
) -> str | None:
    """One sentence for the timeline, in the past tense; None for what only the machinery needs.

    `afspraak_titel` gives the title for the id of an afspraak (from the state or the timeline). With the state just
    before the fact (`stand`) a standstill also says what it counts from.
    """
    match feit:
        case f.TrajectGestart():
            return "Het traject is gestart."
        case f.StapBetreden(ronde=True):
            return f"Een nieuwe ronde begon: {staptitel(route, feit.stap)}."
        case f.StapBetreden():
            return f"De stap begon: {staptitel(route, feit.stap)}."
        case f.TrajectGesloten():
            return "Het traject is gesloten."
        case f.TrajectHeropend():
            return "Het traject is heropend."
        case f.BesluitGenomen():
            return _besluit(route, feit)
        case f.ToestemmingGevraagd():
            return f"Er is toestemming gevraagd voor {DOEL_LABEL[feit.doel]}."
        case f.ToestemmingVastgelegd():
            return _ANTWOORD[feit.antwoord].format(doel=DOEL_LABEL[feit.doel])
        case f.RegieVerplaatst():
            return _REGIE[feit.reden].format(wie=rol_met_lidwoord(feit.naar))
        case f.GezagGewijzigd():
            return "Opnieuw nagegaan is wie het gezag heeft. Zo nodig wordt opnieuw om toestemming gevraagd."
        case f.StilteGezien():
            return _stilte(feit, afspraak_titel, stand)
        case f.StagnatieVastgesteld():
            return _stagnatie(feit, afspraak_titel, stand)
        case f.StagnatieOpgeheven():
            return _opgeheven(feit.uitkomst)
        case f.BezorgingMislukt():
            return "Een mail kon niet worden bezorgd."
        case f.SignaalGeweigerd():
            return "Een bericht van een ander systeem paste niet en is geweigerd."
        case f.VensterGepland():
            return None
        case f.KalenderVervangen():
            return "De schoolkalender is bijgewerkt."
        case _:
            return _over_afspraak(route, feit, afspraak_titel)


def _over_afspraak(route: Route, feit: f.EenFeit, afspraak_titel: Callable[[str], str]) -> str | None:
    match feit:
        case f.AfspraakGeopend():
            return _geopend(route, feit.afspraak)
        case f.AfspraakGedaan():
            return f"Gedaan: {afspraak_titel(feit.afspraak_id)}.{_erbij(feit.aanwezig)}"
        case f.AfspraakVervallen():
            reden = _VERVALLEN.get(feit.reden)
            return f"Vervallen: {afspraak_titel(feit.afspraak_id)}{f' ({reden})' if reden else ''}."
        case f.AfspraakVerzet():
            return f"Verzet naar {in_woorden(feit.streefdatum)}: {afspraak_titel(feit.afspraak_id)}."
        case f.AfspraakOvergedragen():
            return f"Overgedragen aan {rol_met_lidwoord(feit.rol)}: {afspraak_titel(feit.afspraak_id)}."
        case f.BalVerplaatst():
            return _bal(feit, afspraak_titel(feit.afspraak_id))
        case f.TredeBereikt():
            wie = f"{_zin(rol_met_lidwoord(feit.naar_rol))} {'kregen' if feit.naar_rol in _MEERVOUD else 'kreeg'}"
            return f"{wie} {_BERICHT[feit.toon]}: {afspraak_titel(feit.afspraak_id)}."
    return None


def _geopend(route: Route, afspraak: Afspraak) -> str:
    titel, datum = titel_van(route, afspraak), in_woorden(afspraak.streefdatum)
    if afspraak.soort is Soort.TOESTEMMING:
        return f"Er wordt een antwoord verwacht, streefdatum {datum}: {titel}."
    doet = "doen" if afspraak.rol in _MEERVOUD else "doet"
    return f"Afgesproken: {titel}. {_zin(rol_met_lidwoord(afspraak.rol))} {doet} dit, streefdatum {datum}."


def _erbij(aanwezig: Sequence[Rol]) -> str:
    if not aanwezig:
        return ""
    waren = "waren" if len(aanwezig) > 1 or aanwezig[0] in _MEERVOUD else "was"
    return f" Erbij {waren} {opsomming(rol_met_lidwoord(r) for r in aanwezig)}."


def _zin(tekst: str) -> str:
    return f"{tekst[:1].upper()}{tekst[1:]}"


def _schooldagen(n: int) -> str:
    return f"{n} schooldag{'' if n == 1 else 'en'}"


def _bal(feit: f.BalVerplaatst, titel: str) -> str | None:
    """Waiting that was only counted, because an afspraak ended, moves nothing anybody can see."""
    if feit.van is feit.naar:
        return None
    na = f" na {_schooldagen(feit.schooldagen)}" if feit.schooldagen else ""
    return f"{_zin(_PARTIJ_MET_LIDWOORD[feit.naar])} kwam{'en' if feit.naar is Partij.OUDERS else ''} aan zet{na}: {titel}."


def _besluit(route: Route, feit: f.BesluitGenomen) -> str:
    besluit = next((s.besluit for s in route.stappen if s.id == feit.stap and s.besluit.id == feit.besluit), None)
    uitkomst = next((u for u in besluit.uitkomsten if u.id == feit.uitkomst), None) if besluit else None
    gekozen = uitkomst.titel if uitkomst else "een uitkomst uit een eerdere versie van de route"
    woorden = [waarde_label(Kenmerk(k), v) for k, v in feit.kenmerken.items() if k in tuple(Kenmerk)]
    antwoorden = f" Vastgesteld: {opsomming(woorden)}." if woorden else ""
    return f"Besloten: {gekozen}.{antwoorden} De regie ligt bij {rol_met_lidwoord(feit.regie_bij)}."


def _stilte(feit: f.StilteGezien, titel: Callable[[str], str], stand: Traject | None) -> str:
    begin = f"{_zin(_schooldagen(feit.schooldagen))} geen voortgang terwijl er iets klaar had moeten zijn"
    gezien = stil_op(stand) if stand else None
    if gezien is None:
        return f"{begin}."
    over, sinds = gezien
    waarom = "de streefdatum" if sinds == over.streefdatum else "de laatste dag waarop er iets is gedaan"
    return f"{begin}, geteld vanaf {in_woorden(sinds)} ({waarom}): {titel(over.id)}."


def _stagnatie(feit: f.StagnatieVastgesteld, titel: Callable[[str], str], stand: Traject | None) -> str:
    wat = f"Het traject kwam stil te liggen: {_OORZAAK[feit.oorzaak]}."
    over = stand.afspraak(feit.over) if stand and feit.over else None
    if over is not None:
        wat += f" {wachtend(over, titel(over.id), feit.op, toen=True)}"
    return f"{wat} Gevraagd is {rol_met_lidwoord(feit.bij)}."


def wachtend(over: Afspraak, titel: str, vandaag: date, *, toen: bool = False) -> str:
    """Which afspraak waits, on whom, since when, in two sentences; `toen` tells it as something of the past."""
    was = "was" if toen or over.streefdatum < vandaag else "is"
    wie, meervoud = _PARTIJ_MET_LIDWOORD[over.bal], over.bal is Partij.OUDERS
    zijn = ("waren" if meervoud else "was") if toen else ("zijn" if meervoud else "is")
    return (
        f"Het gaat om: {titel}. De streefdatum {was} {in_woorden(over.streefdatum)}; "
        f"{wie} {zijn} aan zet sinds {in_woorden(over.bal_sinds)}."
    )


def _opgeheven(uitkomst: str) -> str:
    if uitkomst in tuple(Stagnatieuitkomst):
        return f"De stagnatie is opgepakt: {STAGNATIEUITKOMST_TITEL[Stagnatieuitkomst(uitkomst)]}."
    return "Het traject loopt weer."


def stand_in_woorden(route: Route, traject: Traject) -> str:
    """Where the traject is, who is up next and by when, in two or three short sentences."""
    if traject.status is TrajectStatus.GESLOTEN:
        return "Dit traject is gesloten."
    zinnen = [f"De stap is nu: {staptitel(route, traject.stap)}."]
    if traject.stagnatie is not None:
        wie, sinds = rol_met_lidwoord(traject.stagnatie.bij), in_woorden(traject.stagnatie.sinds)
        zinnen.append(f"Het ligt stil sinds {sinds}; {wie} is gevraagd het weer op gang te brengen.")
    eerst = traject.eerstvolgende
    if eerst is not None:
        wie = _PARTIJ_MET_LIDWOORD[eerst.bal] if eerst.bal is Partij.OUDERS else rol_met_lidwoord(eerst.rol)
        zijn = "zijn" if eerst.bal is Partij.OUDERS or eerst.rol in _MEERVOUD else "is"
        zinnen.append(
            f"{_zin(wie)} {zijn} aan zet, streefdatum {in_woorden(eerst.streefdatum)}: {titel_van(route, eerst)}."
        )
    return " ".join(zinnen)

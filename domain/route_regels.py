"""The rules a route must keep to, besides its form. Each rule is one function that yields what breaks it, by path.

Rules that follow the paths through a route (who can get where, what was asked before) are in domain/route_paden.py,
those about names in domain/route_namen.py.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise, product

from domain.instellingen import STANDAARD
from domain.roles import PARTIJ_VAN, Rol
from domain.route import (
    EXTRA_WAARDEN,
    KENMERK_WAARDEN,
    Aan,
    AfspraakSjabloon,
    Besluit,
    Kenmerk,
    Oorzaak,
    Route,
    Soort,
    Termijnkeuze,
)
from domain.route_fout import Pad, Vondst, bedoelde, opgesomd
from domain.route_namen import NAAMREGELS, Regel, in_stappen
from domain.termijn import Klok

_HOOGSTENS = 520
_WEKEN = frozenset({Klok.KALENDERWEKEN, Klok.SCHOOLWEKEN})
_KALENDER = frozenset({Klok.KALENDERDAGEN, Klok.KALENDERWEKEN})
_EIGEN_PLEK = {Soort.BESLUIT: "besluit", Soort.TOESTEMMING: "toestemmingen"}
_BESLUITSOORTEN = frozenset({Soort.BESLUIT, Soort.EVALUATIE})
_EEN_JAAR_ZONDER_SCHRIKKELDAG = 2026


def soorten_passen(route: Route) -> Iterator[Vondst]:
    """Decisions and consents have a place of their own; a registration says where something is registered."""
    for pad, stap in in_stappen(route):
        for i, afspraak in enumerate(stap.afspraken):
            plek = (*pad, "afspraken", i)
            if afspraak.soort in _EIGEN_PLEK:
                zin = f"Een {afspraak.soort} hoort niet tussen de afspraken."
                yield Vondst((*plek, "soort"), zin, f"Zet dit onder '{_EIGEN_PLEK[afspraak.soort]}'.")
            if afspraak.soort is Soort.REGISTRATIE and not afspraak.verwijst_naar:
                zin = "Een registratie zegt in welk systeem iets staat."
                yield Vondst((*plek, "verwijst_naar"), zin, "Voeg 'verwijst_naar:' toe.")
        if stap.besluit.soort not in _BESLUITSOORTEN:
            zin = f"Een besluit kan geen {stap.besluit.soort} zijn."
            yield Vondst((*pad, "besluit", "soort"), zin, "Kies besluit of evaluatie.")


def eigenaren_zijn_mensen(route: Route) -> Iterator[Vondst]:
    """People decide and do; Routewacht itself owns nothing."""
    plekken: list[tuple[Pad, Rol]] = [
        (("regie", "begin"), route.regie.begin),
        (("stagnatie", "swv"), route.stagnatie.swv),
    ]
    plekken += [(("stagnatie", "naar", str(o)), r) for o, r in route.stagnatie.naar.items()]
    plekken += [(("terugkerend", i, "rol"), t.rol) for i, t in enumerate(route.terugkerend)]
    for pad, stap in in_stappen(route):
        plekken += [((*pad, "leidt"), stap.leidt), ((*pad, "besluit", "rol"), stap.besluit.rol)]
        plekken += [((*pad, "afspraken", i, "rol"), a.rol) for i, a in enumerate(stap.afspraken)]
        plekken += [((*pad, "toestemmingen", i, "rol"), t.rol) for i, t in enumerate(stap.toestemmingen)]
    for plek, rol in plekken:
        if rol is Rol.SYSTEEM:
            yield Vondst(plek, "Routewacht kan zelf niets doen of besluiten.", "Noem de rol van een mens.")


def teksten_zijn_gevuld(route: Route) -> Iterator[Vondst]:
    """What people read is never empty."""
    teksten: list[tuple[Pad, str]] = [(("titel",), route.titel), (("brondocument",), route.brondocument)]
    teksten += [(("ladders", i, "titel"), x.titel) for i, x in enumerate(route.ladders)]
    teksten += [(("terugkerend", i, "titel"), x.titel) for i, x in enumerate(route.terugkerend)]
    for pad, stap in in_stappen(route):
        teksten += [((*pad, "titel"), stap.titel), ((*pad, "ouders_horen"), stap.ouders_horen)]
        teksten += [((*pad, "besluit", "titel"), stap.besluit.titel)]
        teksten += [((*pad, "afspraken", i, "titel"), a.titel) for i, a in enumerate(stap.afspraken)]
        uit = enumerate(stap.besluit.uitkomsten)
        teksten += [((*pad, "besluit", "uitkomsten", i, "titel"), u.titel) for i, u in uit]
    for plek, tekst in teksten:
        if not tekst.strip():
            yield Vondst(plek, f"'{plek[-1]}' is leeg.", "Schrijf wat mensen hier moeten lezen.")


def termijnen_kloppen(route: Route) -> Iterator[Vondst]:
    """Only a rung may count back, only in days; a legal term runs on calendar clocks."""
    for pad, keuze, mag_terug in _termijnen(route):
        if keuze.aantal is None or keuze.klok is None:
            continue
        if abs(keuze.aantal) > _HOOGSTENS:
            yield Vondst((*pad, "aantal"), f"Een termijn is hoogstens {_HOOGSTENS} lang.", "Kies een kleiner aantal.")
        elif keuze.aantal < 0 and not mag_terug:
            yield Vondst((*pad, "aantal"), "Deze termijn ligt in het verleden.", "Kies een aantal van 0 of meer.")
        elif keuze.aantal < 0 and keuze.klok in _WEKEN:
            zin = f"Terugtellen kan in dagen, niet in {keuze.klok}."
            yield Vondst((*pad, "klok"), zin, "Kies schooldagen, werkdagen of kalenderdagen.")
        if keuze.wettelijk and keuze.klok not in _KALENDER:
            zin = f"Een wettelijke termijn telt niet in {keuze.klok}."
            yield Vondst((*pad, "klok"), zin, "Kies kalenderdagen of kalenderweken.")


def _termijnen(route: Route) -> Iterator[tuple[Pad, Termijnkeuze, bool]]:
    for i, ladder in enumerate(route.ladders):
        if ladder.herhaal:
            yield ("ladders", i, "herhaal"), ladder.herhaal, False
        for j, trede in enumerate(ladder.treden):
            yield ("ladders", i, "treden", j, "na"), trede.na, True
    for pad, stap in in_stappen(route):
        for i, vraag in enumerate(stap.toestemmingen):
            yield (*pad, "toestemmingen", i, "termijn"), vraag.termijn, False
        delen: list[tuple[Pad, Besluit | AfspraakSjabloon]] = [((*pad, "besluit"), stap.besluit)]
        delen += [((*pad, "afspraken", i), a) for i, a in enumerate(stap.afspraken)]
        for plek, wat in delen:
            yield (*plek, "termijn"), wat.termijn, False
            if wat.uiterlijk:
                yield (*plek, "uiterlijk"), wat.uiterlijk, False


def ladders_klimmen(route: Route) -> Iterator[Vondst]:
    """Rungs come in the order of their dates, and the last one reaches somebody who can get the case moving."""
    for i, ladder in enumerate(route.ladders):
        for j, (vorige, deze) in enumerate(pairwise(ladder.treden), start=1):
            if vorige.vanaf is deze.vanaf and _zeker_later(vorige.na, deze.na):
                zin = f"De trede '{deze.id}' komt eerder dan '{vorige.id}', die erboven staat."
                yield Vondst(("ladders", i, "treden", j, "na"), zin, "Zet de treden in volgorde van datum.")
        laatste = ladder.treden[-1]
        if laatste.aan not in (Aan.ESCALATIEPUNT, route.stagnatie.swv):
            plek = ("ladders", i, "treden", len(ladder.treden) - 1, "aan")
            zin = f"De laatste trede gaat naar '{laatste.aan}'; dan kan een afspraak stilvallen."
            yield Vondst(plek, zin, f"Kies '{Aan.ESCALATIEPUNT}' of '{route.stagnatie.swv}'.")
        if ladder.id == route.stagnatie.ladder:
            yield from _laat_niet_los(i, ladder.herhaal, laatste.aan is Aan.ESCALATIEPUNT)


def _laat_niet_los(i: int, herhaal: Termijnkeuze | None, terug: bool) -> Iterator[Vondst]:
    if herhaal is None or (herhaal.aantal is not None and herhaal.aantal < 1):
        zin = "De ladder van een stagnatie houdt op; daarna zou niemand meer iets horen."
        yield Vondst(("ladders", i, "herhaal"), zin, "Voeg 'herhaal:' toe met een termijn van 1 of meer.")
    if terug:
        zin = "Een stagnatie die zelf stilvalt gaat niet terug naar het escalatiepunt."
        yield Vondst(("ladders", i, "treden"), zin, "Laat de laatste trede naar het samenwerkingsverband gaan.")


def _zeker_later(a: Termijnkeuze, b: Termijnkeuze) -> bool:
    """Whether `a` surely ends after `b`, with the default settings. Different clocks compare only around zero."""
    (m, klok_a), (n, klok_b) = (
        (x.aantal, x.klok) if x.instelling is None else _standaard(x.instelling) for x in (a, b)
    )
    if m is None or n is None:
        return False
    return m > n if klok_a is klok_b else (m > 0 >= n) or (m >= 0 > n)


def _standaard(naam: str) -> tuple[int, Klok]:
    return STANDAARD[naam].termijn.aantal, STANDAARD[naam].termijn.klok


def stagnatie_is_volledig(route: Route) -> Iterator[Vondst]:
    """Every cause has somebody who is asked, and every party that can hold the ball has a cause."""
    for oorzaak in Oorzaak:
        if oorzaak not in route.stagnatie.naar:
            zin = f"Bij een stagnatie door '{oorzaak}' staat niet wie aan zet komt."
            yield Vondst(("stagnatie", "naar"), zin, f"Voeg '{oorzaak}:' met een rol toe.")
    rollen = {route.stagnatie.swv, *route.stagnatie.naar.values(), *(t.rol for t in route.terugkerend), Rol.OUDERS}
    for stap in route.stappen:
        rollen |= {stap.besluit.rol, *(a.rol for a in stap.afspraken), *(v.rol for v in stap.toestemmingen)}
    for partij in sorted({PARTIJ_VAN[r] for r in rollen} - set(route.stagnatie.partijen)):
        zin = f"Er staat niet wat een stagnatie is als de bal bij '{partij}' ligt."
        yield Vondst(("stagnatie", "partijen"), zin, f"Voeg '{partij}:' met een oorzaak toe.")


def regietabel_is_volledig(route: Route) -> Iterator[Vondst]:
    """The table for who has the regie answers every combination exactly once, and some decision asks for it."""
    if not route.regie.regels:
        return
    leervragen, leefvragen, problemen = (route.waarden(k) for k in Kenmerk)
    gezien: set[tuple[str, str, str]] = set()
    for i, regel in enumerate(route.regie.regels):
        plek = ("regie", "regels", i)
        genoemd = [(Kenmerk.LEERVRAAG, regel.leervraag), (Kenmerk.LEEFVRAAG, regel.leefvraag)]
        for kenmerk, waarde in [*genoemd, *((Kenmerk.PROBLEMATIEK, p) for p in regel.problematiek)]:
            if waarde not in route.waarden(kenmerk):
                zin = f"'{waarde}' is geen antwoord op '{kenmerk}'."
                yield Vondst((*plek, str(kenmerk)), zin, bedoelde(waarde, route.waarden(kenmerk)))
        dekt = {(regel.leervraag, regel.leefvraag, p) for p in regel.problematiek or problemen}
        if dekt & gezien:
            paar = (regel.leervraag, regel.leefvraag)
            yield Vondst(plek, f"De regie bij {opgesomd(paar)} staat er al.", "Haal een van de twee weg.")
        gezien |= dekt
    for leervraag, leefvraag in product(leervragen, leefvragen):
        open_ = [p for p in problemen if (leervraag, leefvraag, p) not in gezien]
        bij = f" en problematiek '{open_[0]}'" if 0 < len(open_) < len(problemen) else ""
        if open_:
            zin = f"Er staat niet wie de regie heeft bij leervraag '{leervraag}' en leefvraag '{leefvraag}'{bij}."
            yield Vondst(("regie", "regels"), zin, "Voeg een regel toe.")
    kijkt_naar = {Kenmerk.LEERVRAAG, Kenmerk.LEEFVRAAG}
    if any(regel.problematiek for regel in route.regie.regels):
        kijkt_naar.add(Kenmerk.PROBLEMATIEK)
    if not any(kijkt_naar <= set(s.besluit.vragen) for s in route.stappen):
        vragen = [k for k in Kenmerk if k in kijkt_naar]
        zin = f"Geen enkel besluit vraagt naar de {' en de '.join(vragen)}; de tabel doet dan niets."
        yield Vondst(("regie", "regels"), zin, f"Voeg 'vragen: [{', '.join(vragen)}]' toe aan een besluit.")


def antwoorden_zijn_bekend(route: Route) -> Iterator[Vondst]:
    """The answers a route names are answers the core knows, each once, and enough of them to choose from."""
    for kenmerk, waarden in route.antwoorden.items():
        bekend = {**KENMERK_WAARDEN[kenmerk], **EXTRA_WAARDEN.get(kenmerk, {})}
        for i, waarde in enumerate(waarden):
            plek: Pad = ("antwoorden", str(kenmerk), i)
            if waarde not in bekend:
                yield Vondst(plek, f"'{waarde}' is geen antwoord op '{kenmerk}'.", bedoelde(waarde, bekend))
            elif waarde in waarden[:i]:
                yield Vondst(plek, f"Het antwoord '{waarde}' staat er al.", "Haal een van de twee weg.")
        if len(waarden) < 2:
            zin = f"Op '{kenmerk}' is maar een antwoord mogelijk."
            yield Vondst(("antwoorden", str(kenmerk)), zin, "Noem ten minste twee antwoorden.")


def signalen_komen_van_mensen(route: Route) -> Iterator[Vondst]:
    """Each role that may bring a signal is named once, and whoever leads the first step is among them."""
    gezien: set[Rol] = set()
    for i, signaal in enumerate(route.signaleren):
        for j, rol in enumerate(signaal.rollen):
            plek: Pad = ("signaleren", i, "rollen", j)
            if rol is Rol.SYSTEEM:
                yield Vondst(plek, "Routewacht geeft zelf geen signaal.", "Noem de rol van een mens.")
            if rol in gezien:
                yield Vondst(plek, f"De rol '{rol}' staat er al.", "Haal een van de twee weg.")
            gezien.add(rol)
    if route.signaleren and route.begin.leidt not in gezien:
        zin = f"De rol '{route.begin.leidt}' leidt de eerste stap, maar mag geen signaal geven."
        yield Vondst(("signaleren",), zin, "Voeg deze rol toe.")


def vensters_bestaan(route: Route) -> Iterator[Vondst]:
    """A window exists in every school year, leap year or not, and ends after it began."""
    for i, terugkerend in enumerate(route.terugkerend):
        for j, venster in enumerate(terugkerend.vensters):
            plek = ("terugkerend", i, "vensters", j)
            fout = [v for v in ("van", "tot_en_met") if not _dag_bestaat(getattr(venster, v))]
            for veld in fout:
                zin = f"'{getattr(venster, veld)}' bestaat niet in elk jaar."
                yield Vondst((*plek, veld), zin, "Kies een dag die elk jaar voorkomt.")
            if not fout:
                van, tot_en_met = venster.datums(_EEN_JAAR_ZONDER_SCHRIKKELDAG)
                if van > tot_en_met:
                    zin = "Het venster eindigt voor het begint; een schooljaar loopt van augustus tot en met juli."
                    yield Vondst((*plek, "tot_en_met"), zin, "Kies een latere dag, of splits het venster.")


def _dag_bestaat(tekst: str) -> bool:
    try:
        date(_EEN_JAAR_ZONDER_SCHRIKKELDAG, *(int(x) for x in tekst.split("-")))
    except ValueError:
        return False
    return True


def bron_noemt_regels(route: Route) -> Iterator[Vondst]:
    """Line numbers of the source document count from 1."""
    bronnen: list[tuple[Pad, tuple[int, ...]]] = [(("regie", "bron"), route.regie.bron.regels)]
    bronnen.append((("stagnatie", "bron"), route.stagnatie.bron.regels))
    bronnen += [(("signaleren", i, "bron"), x.bron.regels) for i, x in enumerate(route.signaleren)]
    bronnen += [(("ladders", i, "bron"), x.bron.regels) for i, x in enumerate(route.ladders)]
    bronnen += [(("terugkerend", i, "bron"), x.bron.regels) for i, x in enumerate(route.terugkerend)]
    for pad, stap in in_stappen(route):
        bronnen += [((*pad, "bron"), stap.bron.regels), ((*pad, "besluit", "bron"), stap.besluit.bron.regels)]
        bronnen += [((*pad, "toestemmingen", i, "bron"), v.bron.regels) for i, v in enumerate(stap.toestemmingen)]
        bronnen += [((*pad, "afspraken", i, "bron"), a.bron.regels) for i, a in enumerate(stap.afspraken)]
        uit = enumerate(stap.besluit.uitkomsten)
        bronnen += [((*pad, "besluit", "uitkomsten", i, "bron"), u.bron.regels) for i, u in uit]
    for plek, regels in bronnen:
        if any(r < 1 for r in regels):
            yield Vondst((*plek, "regels"), "De regels van een document tellen vanaf 1.", "Noem bestaande regels.")


REGELS: tuple[Regel, ...] = (
    *NAAMREGELS,
    soorten_passen,
    eigenaren_zijn_mensen,
    teksten_zijn_gevuld,
    termijnen_kloppen,
    ladders_klimmen,
    stagnatie_is_volledig,
    regietabel_is_volledig,
    antwoorden_zijn_bekend,
    signalen_komen_van_mensen,
    vensters_bestaan,
    bron_noemt_regels,
)

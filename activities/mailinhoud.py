"""From what a mail has to say (ids, codes, dates) to the words of its template. No name of a pupil can get in here."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.catalogus import Catalogus
from domain.dagen import schooldagen_sinds
from domain.effects import Bericht
from domain.herkomst import herkomst_van
from domain.ids import traject_code
from domain.instellingen import Herkomst
from domain.kader import Omstandigheden
from domain.roles import PARTIJ_LABEL, PARTIJ_VAN, ROL_LABEL, Rol
from domain.sjabloon import Sjabloon
from domain.tijd import in_woorden, lokale_datum
from domain.traject import Afspraak
from domain.verwoording import titel_van, uitleg_in_woorden
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

_GROEPEN: tuple[Groepstitel, ...] = ("Te laat", "Vandaag", "Deze week", "Binnenkort")
_GEVRAAGD = {
    Rol.REGIEVOERDER: "Kijk wat er nodig is en leg op de pagina vast wat je besluit.",
    Rol.STAGNATIEPUNT: "Ga na wie welke rol op zich nam, breng de betrokkenen bij elkaar en leg vast wat is afgesproken.",
}
_WAAROM = {
    "ladder": "Eén afspraak blijft liggen, ook na herhaalde herinneringen. Daarom leggen we het aan je voor.",
    "stilte": "Er is te lang geen voortgang, terwijl er iets klaar had moeten zijn. Daarom leggen we het aan je voor.",
    "melding": "Iemand die erbij betrokken is, heeft gemeld dat het stilligt. Daarom leggen we het aan je voor.",
}
_KEER = ("", "een", "de tweede", "de derde", "de vierde")
_HERKOMST_OUDERS = {
    Herkomst.WET: "Deze datum volgt uit de wet.",
    Herkomst.ROUTE: "Deze datum volgt uit de afspraken tussen scholen en gemeente. Die heten de ondersteuningsroute.",
    Herkomst.EIGEN_KEUZE: "Deze datum staat niet in de wet. Het is een eigen keuze van school en Routewacht.",
}


@dataclass(frozen=True)
class _Schrijver:
    """What every line of one mail needs besides its content."""

    catalogus: Catalogus
    school: Omstandigheden
    vandaag: date
    basis_url: str

    def url(self, traject_id: str) -> str:
        return f"{self.basis_url.rstrip('/')}/traject/{traject_id}"

    def herkomst(self, regel: Zaakregel, afspraak: Afspraak) -> tuple[Herkomst, str]:
        """What the date rests on, for code and for a reader."""
        soort, tekst, _ = herkomst_van(self.catalogus.haal(regel.verwijzing), afspraak, self.school.instellingen)
        return soort, tekst

    def schooldagen(self, sinds: date) -> str:
        """How long ago, in words."""
        dagen = schooldagen_sinds(self.school.kalender, sinds, self.vandaag)
        return "minder dan een schooldag" if dagen == 0 else f"{dagen} schooldag{'' if dagen == 1 else 'en'}"


def maak_context(
    inhoud: Mailinhoud, catalogus: Catalogus, school: Omstandigheden | None, nu: datetime, basis_url: str
) -> Mailcontext:
    """The context of the template this mail has now; `nu` is the clock of the case, `school` that of its first line: None
    only for a mail without lines."""
    if inhoud.sjabloon is Sjabloon.BEWAKING:
        return BewakingContext(voornaam=inhoud.voornaam, taken=inhoud.taken, url=f"{basis_url.rstrip('/')}/gezond")
    assert school is not None
    eerste, s = inhoud.regels[0], _Schrijver(catalogus, school, lokale_datum(nu), basis_url)
    match inhoud.sjabloon:
        case Sjabloon.ESCALATIE:
            return _escalatie(s, inhoud, eerste)
        case Sjabloon.SPOED:
            return SpoedContext(voornaam=inhoud.voornaam, regel=_regel(s, eerste))
        case Sjabloon.TOESTEMMING_GEVRAAGD:
            return _toestemming(s, inhoud)
        case Sjabloon.STAND_VOOR_OUDERS:
            return _stand(s, inhoud.regels[-1])
        case _:
            return _overzicht(s, inhoud)


def _overzicht(s: _Schrijver, inhoud: Mailinhoud) -> WeekoverzichtContext:
    per_groep: dict[Groepstitel, list[Regel]] = {titel: [] for titel in _GROEPEN}
    for regel in inhoud.regels:
        per_groep[_groep(regel, s.vandaag)].append(_regel(s, regel))
    return WeekoverzichtContext(
        voornaam=inhoud.voornaam,
        datum=in_woorden(s.vandaag),
        groepen=tuple(Groep(titel=t, regels=tuple(r)) for t, r in per_groep.items() if r),
        regels_url=f"{s.basis_url.rstrip('/')}/over",
    )


def _groep(regel: Zaakregel, vandaag: date) -> Groepstitel:
    if regel.streefdatum is None:
        return "Binnenkort"
    if regel.streefdatum < vandaag:
        return "Te laat"
    if regel.streefdatum == vandaag:
        return "Vandaag"
    zelfde_week = regel.streefdatum.isocalendar()[:2] == vandaag.isocalendar()[:2]
    return "Deze week" if zelfde_week else "Binnenkort"


def _regel(s: _Schrijver, regel: Zaakregel) -> Regel:
    return Regel(
        titel=regel.titel or regel.stap_titel,
        traject_code=traject_code(regel.traject_id),
        wanneer=_wanneer(regel, s.vandaag),
        uitleg=_uitleg(s, regel),
        herkomst=s.herkomst(regel, regel.afspraak)[1] if regel.afspraak else None,
        url=s.url(regel.traject_id),
    )


def _uitleg(s: _Schrijver, regel: Zaakregel) -> str | None:
    if regel.vervanging:
        return "Je krijgt dit omdat er niemand bereikbaar is in de rol die aan zet is."
    if regel.bericht is Bericht.STILTE and regel.streefdatum is not None:
        sinds = max(regel.stil_sinds, regel.streefdatum)
        waarom = "de streefdatum" if sinds == regel.streefdatum else "de laatste dag waarop er iets is gedaan"
        return f"Al {s.schooldagen(sinds)} geen voortgang, geteld vanaf {in_woorden(sinds)} ({waarom})."
    return uitleg_in_woorden(regel.afspraak) if regel.afspraak else regel.uitleg


def _wanneer(regel: Zaakregel, vandaag: date) -> str:
    if regel.streefdatum is None or regel.uiterste is None:
        return "zonder vaste datum"
    if regel.streefdatum == vandaag:
        return f"streefdatum vandaag, uiterlijk {in_woorden(regel.uiterste)}"
    if regel.streefdatum < vandaag <= regel.uiterste:
        return f"streefdatum was {in_woorden(regel.streefdatum)}, uiterlijk {in_woorden(regel.uiterste)}"
    if regel.streefdatum < vandaag:
        return f"streefdatum was {in_woorden(regel.streefdatum)}, uiterlijk was {in_woorden(regel.uiterste)}"
    return f"streefdatum {in_woorden(regel.streefdatum)}"


def _escalatie(s: _Schrijver, inhoud: Mailinhoud, regel: Zaakregel) -> EscalatieContext:
    over, route = regel.over, s.catalogus.haal(regel.verwijzing)
    return EscalatieContext(
        voornaam=inhoud.voornaam,
        rol="stagnatiepunt" if regel.rol is Rol.STAGNATIEPUNT else "regievoerder",
        traject_code=traject_code(regel.traject_id),
        waarom=_WAAROM[regel.stagnatie.bron if regel.stagnatie else "melding"],
        wacht=titel_van(route, over) if over else None,
        streefdatum=_streef_van(s, regel, over) if over else None,
        bal=_bal(s, over) if over else None,
        gevraagd=_GEVRAAGD.get(regel.rol, _GEVRAAGD[Rol.REGIEVOERDER]),
        voor=_streef_van(s, regel, regel.afspraak) if regel.afspraak else None,
        url=s.url(regel.traject_id),
    )


def _streef_van(s: _Schrijver, regel: Zaakregel, afspraak: Afspraak) -> str:
    geleden = f"; {s.schooldagen(afspraak.streefdatum)} geleden" if afspraak.streefdatum < s.vandaag else ""
    return f"{in_woorden(afspraak.streefdatum)} ({s.herkomst(regel, afspraak)[1]}{geleden})"


def _bal(s: _Schrijver, over: Afspraak) -> str:
    wie, rol = PARTIJ_LABEL[over.bal], ROL_LABEL[over.rol]
    vraagt = PARTIJ_VAN[over.rol] is not over.bal
    erbij = f" ({rol} vraagt ernaar)" if vraagt else "" if rol == wie else f" ({rol})"
    return f"{wie}{erbij}, sinds {in_woorden(over.bal_sinds)} ({s.schooldagen(over.bal_sinds)})"


def _toestemming(s: _Schrijver, inhoud: Mailinhoud) -> ToestemmingContext:
    vragen = [r for r in inhoud.regels if r.afspraak is not None and r.streefdatum is not None]
    regel = vragen[0]
    assert regel.afspraak is not None
    keer = max(r.herinnering for r in vragen)
    return ToestemmingContext(
        traject_code=traject_code(regel.traject_id),
        antwoord=_antwoord(regel.afspraak, s.vandaag),
        herinnering=_KEER[min(keer, len(_KEER) - 1)] or None,
        herkomst=_HERKOMST_OUDERS[s.herkomst(regel, regel.afspraak)[0]],
        vragen=len(vragen),
        url=s.url(regel.traject_id),
        school=regel.school_naam,
    )


def _antwoord(afspraak: Afspraak, vandaag: date) -> str:
    """Asks for an answer by a day that can still be met: the target date, then the hard date, then as soon as possible."""
    if vandaag < afspraak.streefdatum:
        return f"Wilt u antwoorden op of vóór {in_woorden(afspraak.streefdatum)}?"
    if vandaag < afspraak.uiterste:
        return f"Wilt u vandaag antwoorden? Lukt dat niet, dan uiterlijk op {in_woorden(afspraak.uiterste)}."
    return "Wilt u vandaag nog antwoorden?"


def _stand(s: _Schrijver, regel: Zaakregel) -> StandContext:
    route = s.catalogus.haal(regel.verwijzing)
    nummers = {stap.id: nummer for nummer, stap in enumerate(route.stappen, start=1)}
    eerst = regel.van_stap
    return StandContext(
        traject_code=traject_code(regel.traject_id),
        stap=nummers[regel.stap],
        stappen=len(nummers),
        aan_de_beurt=PARTIJ_LABEL[eerst.bal].capitalize() if eerst else "Niemand",
        wat=route.stap(regel.stap).ouders_horen,
        wanneer=_eerste_deel(eerst, s.vandaag) if eerst else "Er staat niets meer open.",
        herkomst=_HERKOMST_OUDERS[s.herkomst(regel, eerst)[0]] if eerst else None,
        gesloten=regel.gesloten,
        url=s.url(regel.traject_id),
        school=regel.school_naam,
    )


def _eerste_deel(eerst: Afspraak, vandaag: date) -> str:
    datum = in_woorden(eerst.streefdatum)
    if eerst.streefdatum < vandaag:
        return f"Het eerste deel van deze stap had klaar moeten zijn op {datum}."
    return f"Wij willen het eerste deel van deze stap klaar hebben op {datum}."

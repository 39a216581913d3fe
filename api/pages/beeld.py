"""One traject as the page shows it: where it stands, who holds the ball, what comes next and why, and what happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.kalenders import omstandigheden
from api import lezen, woorden
from api.diensten import Diensten
from domain import feiten as f
from domain.consent import DOEL_LABEL, Antwoord, Doel, Stand, ondertekenaars
from domain.dagen import schooldagen_tussen
from domain.eisen import STAND_LABEL
from domain.feiten import Gebeurtenis
from domain.kader import Kader
from domain.ladder import naar_rol
from domain.roles import PARTIJ_LABEL, ROL_LABEL, Partij, Rol
from domain.route import Aan, Route, Toon
from domain.tijd import lokale_datum
from domain.traject import Afspraak, Traject
from domain.verwoording import feit_in_woorden, stand_in_woorden, titel_van
from storage import read
from storage.views import Mens, TrajectRegel

ANTWOORD_LABEL: dict[Antwoord, str] = {
    Antwoord.GEGEVEN: "ja, toestemming gegeven",
    Antwoord.GEWEIGERD: "nee, geweigerd",
    Antwoord.EERST_PRATEN: "wil eerst praten",
    Antwoord.INGETROKKEN: "ingetrokken",
}
_TOON_ZIN: dict[Toon, str] = {
    Toon.VOORAF: "bericht vooraf",
    Toon.VANDAAG: "bericht op de dag zelf",
    Toon.HERINNERING: "herinnering",
    Toon.DRINGEND: "dringende herinnering",
    Toon.ESCALATIE: "melding dat het vastloopt",
}


@dataclass(frozen=True)
class Herinnering:
    """What Routewacht does next about an afspraak, when, to whom, and on whose choice that rests."""

    op: date
    wat: str
    aan: str
    label: woorden.Label


@dataclass(frozen=True)
class AfspraakBeeld:
    """An open afspraak in words. `wie` are names; empty when nobody holds the role."""

    afspraak: Afspraak
    titel: str
    soort: str
    rol: str
    wie: tuple[str, ...]
    te_laat: str
    bal: str
    bal_dagen: int
    label: woorden.Label
    herinnering: Herinnering | None


@dataclass(frozen=True)
class Stapbeeld:
    """A step of the route: `geweest`, `nu` or `later`."""

    id: str
    titel: str
    toestand: str


@dataclass(frozen=True)
class Wachttijd:
    """School days a party held the ball: in afspraken that ended, and in the one that waits longest now."""

    partij: str
    klaar: int
    nu: int
    aan_zet: bool


@dataclass(frozen=True)
class Antwoordbeeld:
    """One person's answer to one question."""

    persoon_id: str
    naam: str
    antwoord: Antwoord | None
    zin: str


@dataclass(frozen=True)
class Toestemmingbeeld:
    """One purpose: what the answers add up to, and who said what."""

    doel: Doel
    titel: str
    stand: Stand
    zin: str
    gevraagd_op: date
    personen: tuple[Antwoordbeeld, ...]


@dataclass(frozen=True)
class Gebeurtenisbeeld:
    """One thing that happened, in words."""

    nr: int
    op: datetime
    datum: date
    zin: str
    door: str
    toelichting: str | None
    gewicht: str


@dataclass(frozen=True)
class Beeld:
    """The whole page, without the forms."""

    regel: TrajectRegel
    traject: Traject
    kader: Kader
    vandaag: date
    leerling: str | None
    mensen: tuple[Mens, ...]
    samenvatting: str
    stappen: tuple[Stapbeeld, ...]
    afspraken: tuple[AfspraakBeeld, ...]
    wachttijden: tuple[Wachttijd, ...]
    toestemmingen: tuple[Toestemmingbeeld, ...]
    verloop: tuple[Gebeurtenisbeeld, ...]

    @property
    def eerst(self) -> AfspraakBeeld | None:
        """What comes first: its owner holds the ball of the whole traject."""
        eerst = self.traject.eerstvolgende
        return next((a for a in self.afspraken if eerst and a.afspraak.id == eerst.id), None)

    @property
    def stagnatie_bij(self) -> tuple[str, ...]:
        """Names of those who were asked to get it moving."""
        return namen_bij(self.mensen, self.traject.stagnatie.bij) if self.traject.stagnatie else ()

    @property
    def stagnatiebron(self) -> str:
        """Why Routewacht says that it stands still."""
        return woorden.STAGNATIEBRON.get(self.traject.stagnatie.bron, "") if self.traject.stagnatie else ""


async def maak_beeld(session: AsyncSession, diensten: Diensten, traject_id: str) -> Beeld | None:
    """Everything about one traject on the present local date; None when there is no such traject."""
    detail = await read.traject(session, traject_id)
    if detail is None:
        return None
    t, nu = detail.staat, diensten.klok.nu()
    vandaag = lokale_datum(nu)
    kader = Kader.van(diensten.catalogus.haal(t.route), await omstandigheden(diensten.sessies, t.school_id, nu))
    mensen = tuple(await read.mensen_van(session, traject_id, vandaag))
    gebeurtenissen = await read.tijdlijn(session, traject_id)
    leerling = await lezen.leerlingnaam(session, t.leerling_id)
    namen = await lezen.namen_van(session, _genoemd(t, gebeurtenissen))
    if leerling is not None:
        namen[t.leerling_id] = leerling
    refs = {g.tekst_ref for g in gebeurtenissen if g.tekst_ref}
    teksten = await lezen.teksten(session, refs) if refs else {}
    open_ = sorted(t.open_afspraken, key=lambda a: (a.streefdatum, a.id))
    return Beeld(
        regel=detail.regel,
        traject=t,
        kader=kader,
        vandaag=vandaag,
        leerling=leerling,
        mensen=mensen,
        samenvatting=stand_in_woorden(kader.route, t),
        stappen=_stappen(kader.route, t, gebeurtenissen),
        afspraken=tuple(_afspraak(kader, a, mensen, namen, vandaag, t.stagnatie is not None) for a in open_),
        wachttijden=_wachttijden(kader, t, vandaag),
        toestemmingen=_toestemmingen(t, namen),
        verloop=_verloop(kader.route, gebeurtenissen, namen, teksten),
    )


def namen_bij(mensen: Iterable[Mens], rol: Rol) -> tuple[str, ...]:
    """Who holds a role nearest by."""
    houders = [m for m in mensen if m.rol is rol]
    dichtst = min((m.niveau for m in houders), default=0)
    return tuple(m.naam for m in houders if m.niveau == dichtst)


def _genoemd(t: Traject, gebeurtenissen: Iterable[Gebeurtenis]) -> set[str]:
    ids = {g.door.persoon_id for g in gebeurtenissen} | {a.persoon_id for a in t.afspraken}
    ids |= set(t.gezag.gezagdragers) | {p for v in t.toestemmingen.values() for p in v.antwoorden}
    return {i for i in ids if i}


def _stappen(route: Route, t: Traject, gebeurtenissen: Iterable[Gebeurtenis]) -> tuple[Stapbeeld, ...]:
    geweest = {g.feit.stap for g in gebeurtenissen if isinstance(g.feit, f.StapBetreden)}

    def toestand(stap_id: str) -> str:
        if stap_id == t.stap and t.status == "lopend":
            return "nu"
        return "geweest" if stap_id in geweest else "later"

    return tuple(Stapbeeld(s.id, s.titel, toestand(s.id)) for s in route.stappen)


def _afspraak(
    kader: Kader, a: Afspraak, mensen: tuple[Mens, ...], namen: dict[str, str], vandaag: date, ligt_stil: bool
) -> AfspraakBeeld:
    persoon = namen.get(a.persoon_id) if a.persoon_id else None
    return AfspraakBeeld(
        afspraak=a,
        titel=titel_van(kader.route, a),
        soort=woorden.SOORT_LABEL[a.soort],
        rol=ROL_LABEL[a.rol],
        wie=(persoon,) if persoon else namen_bij(mensen, a.rol),
        te_laat=woorden.te_laat(a.streefdatum, vandaag),
        bal=PARTIJ_LABEL[a.bal],
        bal_dagen=schooldagen_tussen(kader.kalender, max(a.bal_sinds, kader.kalender.van), vandaag),
        label=woorden.herkomst_van(kader.route, a, kader.instellingen),
        herinnering=_herinnering(kader, a, mensen, ligt_stil),
    )


def _herinnering(kader: Kader, a: Afspraak, mensen: tuple[Mens, ...], ligt_stil: bool) -> Herinnering | None:
    if a.trede is None or a.trede_op is None:
        return None
    ladder = kader.route.ladder(a.ladder)
    if a.trede >= len(ladder.treden):
        return None
    trede = ladder.treden[a.trede]
    rol = naar_rol(kader, a, trede)
    namen = namen_bij(mensen, rol)
    aan = ", ".join([*namen, ROL_LABEL[rol]]) if rol is not Rol.OUDERS else ROL_LABEL[rol]
    if trede.aan is Aan.ESCALATIEPUNT and ligt_stil:
        return None  # a stall that is already with somebody stays there: this rung does nothing
    wat = "het traject geldt dan als stilgevallen" if trede.aan is Aan.ESCALATIEPUNT else _TOON_ZIN[trede.toon]
    return Herinnering(a.trede_op, wat, aan, woorden.herkomst_ladder(ladder))


def _wachttijden(kader: Kader, t: Traject, vandaag: date) -> tuple[Wachttijd, ...]:
    nu: dict[Partij, int] = {}
    for a in t.open_afspraken:
        nu[a.bal] = max(
            nu.get(a.bal, 0), schooldagen_tussen(kader.kalender, max(a.bal_sinds, kader.kalender.van), vandaag)
        )
    aan_zet = t.eerstvolgende.bal if t.eerstvolgende else None
    rijen = [
        Wachttijd(PARTIJ_LABEL[p], t.wachtdagen.get(p, 0), nu.get(p, 0), p is aan_zet)
        for p in Partij
        if p in nu or t.wachtdagen.get(p)
    ]
    return tuple(sorted(rijen, key=lambda w: (-w.klaar - w.nu, w.partij)))


def _toestemmingen(t: Traject, namen: dict[str, str]) -> tuple[Toestemmingbeeld, ...]:
    def persoon(persoon_id: str, antwoord: Antwoord | None) -> Antwoordbeeld:
        wie = namen.get(persoon_id, "een ouder of de leerling")
        naam = f"{wie} (leerling)" if persoon_id == t.leerling_id else wie
        return Antwoordbeeld(persoon_id, naam, antwoord, ANTWOORD_LABEL[antwoord] if antwoord else "nog geen antwoord")

    return tuple(
        Toestemmingbeeld(
            doel=doel,
            titel=woorden.hoofdletter(DOEL_LABEL[doel]),
            stand=t.stand(doel),
            zin=STAND_LABEL[t.stand(doel)],
            gevraagd_op=v.gevraagd_op,
            personen=tuple(persoon(p, v.antwoorden.get(p)) for p in ondertekenaars(doel, t.gezag)),
        )
        for doel, v in t.toestemmingen.items()
    )


def _verloop(
    route: Route, gebeurtenissen: tuple[Gebeurtenis, ...], namen: dict[str, str], teksten: dict[str, str]
) -> tuple[Gebeurtenisbeeld, ...]:
    titel: Callable[[str], str] = woorden.titels_uit(route, gebeurtenissen)
    beelden: list[Gebeurtenisbeeld] = []
    getoond: set[str] = set()
    for g in gebeurtenissen:
        zin = feit_in_woorden(route, g.feit, titel)
        if zin is None:
            continue
        # One act can be several facts; what a person added to it stands under the first only.
        tekst = teksten.get(g.tekst_ref) if g.tekst_ref and g.tekst_ref not in getoond else None
        getoond |= {g.tekst_ref} if g.tekst_ref else set()
        naam = namen.get(g.door.persoon_id) if g.door.persoon_id else None
        door = f"{naam} ({ROL_LABEL[g.door.rol]})" if naam else ROL_LABEL[g.door.rol]
        beelden.append(Gebeurtenisbeeld(g.nr, g.op, lokale_datum(g.op), zin, door, tekst, _gewicht(g.feit)))
    return tuple(reversed(beelden))


def _gewicht(feit: f.EenFeit) -> str:
    """How much a fact stands out: what people decided or said, what went wrong, or what just follows."""
    match feit:
        case f.StagnatieVastgesteld() | f.BezorgingMislukt() | f.SignaalGeweigerd() | f.StilteGezien():
            return "let_op"
        case f.TredeBereikt(toon=Toon.ESCALATIE | Toon.DRINGEND):
            return "let_op"
        case (
            f.BesluitGenomen()
            | f.AfspraakGedaan()
            | f.ToestemmingVastgelegd()
            | f.StagnatieOpgeheven()
            | f.TrajectGestart()
            | f.TrajectGesloten()
            | f.TrajectHeropend()
        ):
            return "gedaan"
        case _:
            return "gewoon"

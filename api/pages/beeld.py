"""One traject as the page shows it: where it stands, who holds the ball, what comes next and why, and what happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.kalenders import omstandigheden
from api import lezen, woorden
from api.diensten import Diensten
from api.pages.doelen import DOEL_UITLEG
from domain import feiten as f
from domain.consent import DOEL_LABEL, Antwoord, Doel, Stand, ondertekenaars
from domain.dagen import schooldagen_sinds
from domain.eisen import STAND_LABEL
from domain.feiten import Gebeurtenis
from domain.herkomst import Label, herkomst_ladder, herkomst_uiterlijk, herkomst_van
from domain.kader import Kader
from domain.ladder import naar_rol
from domain.roles import PARTIJ_LABEL, ROL_LABEL, Rol
from domain.route import Aan, Route, Toon
from domain.tijd import lokale_datum
from domain.traject import Afspraak, Traject
from domain.verloop import vouw
from domain.verwoording import feit_in_woorden, stand_in_woorden, titel_van, uitleg_in_woorden, wachtend
from domain.wachttijd import gewacht
from storage import read
from storage.people import gezag_van
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
    label: Label


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
    uitleg: str
    label: Label
    label_uiterlijk: Label
    herinnering: Herinnering | None


@dataclass(frozen=True)
class Stapbeeld:
    """A step of the route: `geweest`, `nu` or `later`."""

    id: str
    titel: str
    toestand: str


@dataclass(frozen=True)
class Wachttijd:
    """School days a party was waited for, each day once; `nu` are those that belong to what is still open."""

    partij: str
    dagen: int
    nu: int
    aan_zet: bool


@dataclass(frozen=True)
class Rondes:
    """When the present step was entered, how many rounds of it there were, and when the present one began."""

    begin: date
    nummer: int
    ronde_sinds: date


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
    uitleg: str
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
    rondes: Rondes
    afspraken: tuple[AfspraakBeeld, ...]
    wachttijden: tuple[Wachttijd, ...]
    toestemmingen: tuple[Toestemmingbeeld, ...]
    gezag_veranderd: bool
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

    @property
    def wat_wacht(self) -> str:
        """Which afspraak stands still, with whom and since when; empty when it is not about an open one."""
        over = self.traject.stagnatie.over if self.traject.stagnatie else None
        beeld = next((a for a in self.afspraken if a.afspraak.id == over), None)
        return wachtend(beeld.afspraak, beeld.titel, self.vandaag) if beeld else ""


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
        rondes=rondes_van(t, gebeurtenissen),
        afspraken=tuple(_afspraak(kader, t, a, mensen, namen, vandaag, t.stagnatie is not None) for a in open_),
        wachttijden=_wachttijden(kader, t, gebeurtenissen, vandaag),
        toestemmingen=_toestemmingen(t, namen),
        gezag_veranderd=leerling is not None and await gezag_van(session, t.leerling_id, vandaag) != t.gezag,
        verloop=_verloop(kader.route, gebeurtenissen, namen, teksten),
    )


def namen_bij(mensen: Iterable[Mens], rol: Rol) -> tuple[str, ...]:
    """Who holds a role nearest by."""
    houders = [m for m in mensen if m.rol is rol]
    dichtst = min((m.niveau for m in houders), default=0)
    return tuple(m.naam for m in houders if m.niveau == dichtst)


def _genoemd(t: Traject, gebeurtenissen: tuple[Gebeurtenis, ...]) -> set[str]:
    ids = {g.door.persoon_id for g in gebeurtenissen} | {a.persoon_id for a in t.afspraken}
    ids |= {g.feit.persoon_id for g in gebeurtenissen if isinstance(g.feit, f.ToestemmingVastgelegd)}
    ids |= set(t.gezag.gezagdragers) | {p for v in t.toestemmingen.values() for p in v.antwoorden}
    return {i for i in ids if i}


def _stappen(route: Route, t: Traject, gebeurtenissen: Iterable[Gebeurtenis]) -> tuple[Stapbeeld, ...]:
    geweest = {g.feit.stap for g in gebeurtenissen if isinstance(g.feit, f.StapBetreden)}

    def toestand(stap_id: str) -> str:
        if stap_id == t.stap and t.status == "lopend":
            return "nu"
        return "geweest" if stap_id in geweest else "later"

    return tuple(Stapbeeld(s.id, s.titel, toestand(s.id)) for s in route.stappen)


def rondes_van(t: Traject, gebeurtenissen: Iterable[Gebeurtenis]) -> Rondes:
    """A round keeps the step, so the state only knows when the round began; the timeline knows the first entry."""
    rondes = Rondes(t.stap_sinds, 1, t.stap_sinds)
    for g in gebeurtenissen:
        match g.feit:
            case f.StapBetreden(ronde=True, op=op):
                rondes = Rondes(rondes.begin, rondes.nummer + 1, op)
            case f.StapBetreden(op=op):
                rondes = Rondes(op, 1, op)
    return rondes


def _afspraak(
    kader: Kader,
    t: Traject,
    a: Afspraak,
    mensen: tuple[Mens, ...],
    namen: dict[str, str],
    vandaag: date,
    ligt_stil: bool,
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
        bal_dagen=schooldagen_sinds(kader.kalender, a.bal_sinds, vandaag),
        uitleg=uitleg_in_woorden(a),
        label=herkomst_van(kader.route, a, kader.instellingen),
        label_uiterlijk=herkomst_uiterlijk(kader.route, a, kader.instellingen),
        herinnering=_herinnering(kader, t, a, mensen, ligt_stil),
    )


def _herinnering(
    kader: Kader, t: Traject, a: Afspraak, mensen: tuple[Mens, ...], ligt_stil: bool
) -> Herinnering | None:
    if a.trede is None or a.trede_op is None:
        return None
    ladder = kader.route.ladder(a.ladder)
    if a.trede >= len(ladder.treden):
        return None
    trede = ladder.treden[a.trede]
    rol = naar_rol(kader, t, a, trede)
    namen = namen_bij(mensen, rol)
    aan = ", ".join([*namen, ROL_LABEL[rol]]) if rol is not Rol.OUDERS else ROL_LABEL[rol]
    if trede.aan is Aan.ESCALATIEPUNT and ligt_stil:
        return None  # a stall that is already with somebody stays there: this rung does nothing
    wat = "het traject geldt dan als stilgevallen" if trede.aan is Aan.ESCALATIEPUNT else _TOON_ZIN[trede.toon]
    return Herinnering(a.trede_op, wat, aan, herkomst_ladder(ladder))


def _wachttijden(
    kader: Kader, t: Traject, gebeurtenissen: Iterable[Gebeurtenis], vandaag: date
) -> tuple[Wachttijd, ...]:
    aan_zet = t.eerstvolgende.bal if t.eerstvolgende else None
    rijen = [
        Wachttijd(PARTIJ_LABEL[partij], dagen, nu, partij is aan_zet)
        for partij, (dagen, nu) in gewacht(kader.kalender, gebeurtenissen, vandaag).items()
        if dagen or partij is aan_zet
    ]
    return tuple(sorted(rijen, key=lambda w: (-w.dagen, w.partij)))


def _toestemmingen(t: Traject, namen: dict[str, str]) -> tuple[Toestemmingbeeld, ...]:
    def persoon(persoon_id: str, antwoord: Antwoord | None) -> Antwoordbeeld:
        naam = _ondertekenaar(t, persoon_id, namen)
        return Antwoordbeeld(persoon_id, naam, antwoord, ANTWOORD_LABEL[antwoord] if antwoord else "nog geen antwoord")

    return tuple(
        Toestemmingbeeld(
            doel=doel,
            titel=woorden.hoofdletter(DOEL_LABEL[doel]),
            uitleg=DOEL_UITLEG[doel],
            stand=t.stand(doel),
            zin=STAND_LABEL[t.stand(doel)],
            gevraagd_op=v.gevraagd_op,
            personen=tuple(persoon(p, v.antwoorden.get(p)) for p in ondertekenaars(doel, t.gezag)),
        )
        for doel, v in t.toestemmingen.items()
    )


def _ondertekenaar(t: Traject, persoon_id: str, namen: dict[str, str]) -> str:
    wie = namen.get(persoon_id, "een ouder of de leerling")
    return f"{wie} (leerling)" if persoon_id == t.leerling_id else wie


def _verloop(
    route: Route, gebeurtenissen: tuple[Gebeurtenis, ...], namen: dict[str, str], teksten: dict[str, str]
) -> tuple[Gebeurtenisbeeld, ...]:
    titel: Callable[[str], str] = woorden.titels_uit(route, gebeurtenissen)
    beelden: list[Gebeurtenisbeeld] = []
    getoond: set[str] = set()
    stand: Traject | None = None
    for g in gebeurtenissen:
        zin = feit_in_woorden(route, g.feit, titel, stand)
        stand = vouw(stand, g)
        if zin is None:
            continue
        if isinstance(g.feit, f.ToestemmingVastgelegd):
            zin += f" Antwoord van {_ondertekenaar(stand, g.feit.persoon_id, namen)}."
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
            | f.RegieVerplaatst()
            | f.GezagGewijzigd()
        ):
            return "gedaan"
        case _:
            return "gewoon"

"""Cases for the storage tests: one small route, one school with its people, and trajecten folded from facts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogus import Catalogus
from domain.consent import Gezag
from domain.effects import Bericht, Melding
from domain.feiten import (
    AfspraakGedaan,
    AfspraakGeopend,
    EenFeit,
    Gebeurtenis,
    StapBetreden,
    TrajectGestart,
)
from domain.roles import Partij, Rol
from domain.route import (
    Besluit,
    Bron,
    Ladder,
    Oorzaak,
    Regie,
    Route,
    Sector,
    Soort,
    Stagnatiebeleid,
    Stap,
    Status,
    Termijnkeuze,
    Toon,
    Trede,
    Uitkomst,
)
from domain.termijn import Klok
from domain.traject import Afspraak, Traject
from domain.vastlegging import Vastlegging
from domain.verloop import vouw
from storage.people_tables import Aanstelling, Gezagdrager, Leerling, Organisatie, Persoon

NU = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VANDAAG = date(2026, 11, 23)

_BRON = Bron(eigen_keuze="voor de toets")
_WEEK = Termijnkeuze(aantal=5, klok=Klok.SCHOOLDAGEN)
ROUTE = Route(
    route="proef",
    versie=1,
    titel="Proefroute",
    status=Status.GEPUBLICEERD,
    geldig_vanaf=date(2026, 8, 1),
    sector=Sector.PO,
    brondocument="proef",
    ladders=(
        Ladder(
            id="gewoon",
            titel="Gewoon",
            bron=_BRON,
            treden=(Trede(id="vandaag", na=_WEEK, aan=Rol.IB, toon=Toon.VANDAAG),),
        ),
    ),
    stappen=(
        Stap(
            id="signaal",
            titel="Signaal",
            leidt=Rol.IB,
            ouders_horen="We kijken samen wat er nodig is.",
            besluit=Besluit(
                id="evaluatie",
                titel="Evalueren hoe het gaat",
                soort=Soort.EVALUATIE,
                rol=Rol.IB,
                termijn=_WEEK,
                ladder="gewoon",
                uitkomsten=(Uitkomst(id="klaar", titel="Klaar", naar="einde", bron=_BRON),),
                bron=_BRON,
            ),
            bron=_BRON,
        ),
    ),
    regie=Regie(begin=Rol.IB, bron=_BRON),
    stagnatie=Stagnatiebeleid(
        naar=dict.fromkeys(Oorzaak, Rol.REGIEVOERDER),
        partijen=dict.fromkeys(Partij, Oorzaak.SCHOOL),
        ladder="gewoon",
        bron=_BRON,
    ),
)
CATALOGUS = Catalogus()
VERWIJZING = CATALOGUS.voeg_toe(ROUTE, "h1")


def meteen(nu: datetime, school_id: str) -> datetime:
    """A sending window that is always open."""
    return nu


def afspraak(nummer: int, *, streef: date = VANDAAG, rol: Rol = Rol.IB, **anders: Any) -> Afspraak:
    """An open afspraak "a<nummer>"."""
    velden: dict[str, Any] = {
        "id": f"a{nummer}",
        "sjabloon": "evaluatie",
        "soort": Soort.EVALUATIE,
        "stap": "signaal",
        "rol": rol,
        "bal": Partij.SCHOOL,
        "bal_sinds": VANDAAG,
        "geopend_op": VANDAAG,
        "vanaf": VANDAAG,
        "termijn": None,
        "uiterlijk": None,
        "streefdatum": streef,
        "uiterste": streef + timedelta(days=7),
        "uitleg": "5 schooldagen",
        "ladder": "gewoon",
    }
    return Afspraak.model_validate({**velden, **anders})


class Verhaal:
    """Writes the history of one traject: each `versie(...)` is what one wake of a workflow hands to the database."""

    def __init__(self, traject_id: str = "t-abc123", *, epoch: int = 1) -> None:
        self.id, self.epoch = traject_id, epoch
        self.traject: Traject | None = None

    def start(self, *afspraken: Afspraak, meldingen: Sequence[Melding] = ()) -> Vastlegging:
        """The first version: started, in the first step, with these afspraken open (default a1)."""
        gestart = TrajectGestart(
            traject_id=self.id,
            swv_id="swv",
            school_id="school",
            leerling_id="kind",
            route=VERWIJZING,
            gezag=Gezag(gezagdragers=("ouder",), leerling_id="kind"),
            regie_bij=Rol.IB,
            kalender="k",
            op=VANDAAG,
        )
        geopend = [AfspraakGeopend(afspraak=a) for a in afspraken or (afspraak(1),)]
        return self.versie(gestart, StapBetreden(stap="signaal", op=VANDAAG), *geopend, meldingen=meldingen)

    def versie(self, *feiten: EenFeit, meldingen: Sequence[Melding] = (), nu: datetime = NU) -> Vastlegging:
        """One more version, with these facts."""
        nieuw: list[Gebeurtenis] = []
        for feit in feiten:
            nr = (self.traject.versie if self.traject else 0) + 1
            gebeurtenis = Gebeurtenis(nr=nr, op=nu, feit=feit)
            self.traject = vouw(self.traject, gebeurtenis)
            nieuw.append(gebeurtenis)
        assert self.traject is not None
        self.traject = self.traject.model_copy(update={"epoch": self.epoch})
        return Vastlegging(
            traject=self.traject,
            gebeurtenissen=tuple(nieuw),
            meldingen=tuple(meldingen),
            volgende_wek=nu + timedelta(days=1),
            nu=nu,
        )

    def verder(self, *, meldingen: Sequence[Melding] = ()) -> Vastlegging:
        """The oldest open afspraak is done and another one opens."""
        assert self.traject is not None
        oudste = self.traject.open_afspraken[0]
        nieuw = afspraak(self.traject.volgende_afspraak)
        return self.versie(
            AfspraakGedaan(afspraak_id=oudste.id, op=VANDAAG), AfspraakGeopend(afspraak=nieuw), meldingen=meldingen
        )


def melding(
    sleutel: str, bericht: Bericht = Bericht.NIEUW, rol: Rol = Rol.IB, afspraak_id: str | None = "a1", **anders: Any
) -> Melding:
    """A message about a1."""
    return Melding(sleutel=sleutel, bericht=bericht, rol=rol, afspraak_id=afspraak_id, **anders)


async def bevolk(session: AsyncSession) -> None:
    """One school under a board under a samenwerkingsverband, in a municipality; a pupil with two parents.

    Ids of people are their roles. Only `ouder` has parental authority; `ouder_zonder` has not.
    """
    session.add_all(
        [
            Organisatie(id="swv", soort="swv", naam="SWV Proef", regio="noord"),
            Organisatie(id="gemeente", soort="gemeente", naam="Gemeente Proef"),
        ]
    )
    await session.flush()
    session.add(Organisatie(id="bestuur", soort="bestuur", naam="Bestuur Proef", ouder_id="swv"))
    await session.flush()
    school = Organisatie(id="school", soort="school", naam="De Proef", ouder_id="bestuur", gemeente_id="gemeente")
    session.add(school)
    await session.flush()
    for wie in ("ouder", "ouder_zonder"):
        await persoon(session, wie)
    for wie, waar in (
        ("ib", "school"),
        ("directie", "school"),
        ("regievoerder", "bestuur"),
        ("casemanager", "gemeente"),
        ("coordinator", "swv"),
    ):
        await persoon(session, wie)
        await stel_aan(session, wie, waar, Rol(wie))
    session.add(
        Leerling(
            id="kind",
            school_id="school",
            voornaam="Sanne",
            achternaam="Proef",
            geboortedatum=date(2016, 5, 1),
            groep="6",
        )
    )
    await session.flush()
    for wie, gezag in (("ouder", True), ("ouder_zonder", False)):
        drager = {"heeft_gezag": gezag, "vastgesteld_op": VANDAAG, "vastgesteld_door": "ib"}
        session.add(Gezagdrager(leerling_id="kind", persoon_id=wie, **drager))
    await session.flush()


async def persoon(session: AsyncSession, id_: str, **anders: Any) -> None:
    """A person whose first name is the id."""
    velden = {"voornaam": id_.capitalize(), "achternaam": "Proef", "email": f"{id_}@proef.test", "actief": True}
    session.add(Persoon(id=id_, **{**velden, **anders}))
    await session.flush()


async def stel_aan(session: AsyncSession, persoon_id: str, organisatie_id: str, rol: Rol, **anders: Any) -> None:
    """An appointment from 1 August 2026."""
    velden = {"van": date(2026, 8, 1), "tot": None, **anders}
    session.add(Aanstelling(persoon_id=persoon_id, organisatie_id=organisatie_id, rol=rol, **velden))
    await session.flush()

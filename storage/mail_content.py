"""What a mail has to say, looked up at the moment it is needed: only what still holds, one line for each afspraak."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.bewaking import Controle, titel
from domain.effects import Bericht
from domain.roles import Rol
from domain.route import Soort
from domain.sjabloon import Sjabloon
from domain.traject import Afspraak, AfspraakStatus, Stagnatie, Traject, TrajectStatus, Verwijzing
from storage.case_tables import AfspraakRij, TrajectRij
from storage.mail_tables import BerichtRij, BerichtStatus, MailRij
from storage.people_tables import Gezagdrager, Organisatie, Persoon
from storage.templates import voor_overzicht
from storage.watch_tables import Bewakingstaak

# Most pressing first: of several messages about one afspraak only this one is told.
_VOLGORDE = (
    Bericht.ESCALATIE,
    Bericht.DRINGEND,
    Bericht.HERINNERING,
    Bericht.VANDAAG,
    Bericht.VOORAF,
    Bericht.TOESTEMMING,
    Bericht.CONTACT_HERSTELLEN,
    Bericht.STILTE,
    Bericht.NIEUW,
    Bericht.STAND_OUDERS,
)
# These speak about a date; once it lies further away they are no longer true.
_OVER_DATUM = frozenset({Bericht.VOORAF, Bericht.VANDAAG, Bericht.HERINNERING, Bericht.DRINGEND})


class Regel(BaseModel):
    """One line: the message, the afspraak it is about (None: the traject as a whole), and where the traject stands.

    `herinnering` counts the reminders this person got about it, this one included. `van_stap` is what comes first in the
    present step, `over` what a stall is about; both are open, or None.
    """

    model_config = ConfigDict(frozen=True)
    bericht: Bericht
    rol: Rol
    vervanging: bool
    traject_id: str
    afspraak_id: str | None
    afspraak: Afspraak | None
    titel: str | None
    soort: Soort | None
    streefdatum: date | None
    uiterste: date | None
    uitleg: str | None
    herinnering: int
    school_id: str
    school_naam: str | None
    verwijzing: Verwijzing
    stap: str
    stap_titel: str
    gesloten: bool
    van_stap: Afspraak | None
    stagnatie: Stagnatie | None
    over: Afspraak | None
    stil_sinds: date


class Mailinhoud(BaseModel):
    """Everything a template needs. `sjabloon` fits the lines that are left, which may be fewer than were queued."""

    model_config = ConfigDict(frozen=True)
    mail_id: str
    sjabloon: Sjabloon
    persoon_id: str
    voornaam: str
    email: str
    swv_id: str
    regels: tuple[Regel, ...]
    taken: tuple[str, ...] = ()
    """What the watch asks of whoever keeps Routewacht running; then there are no lines about trajecten."""


class BerichtMetZaak(NamedTuple):
    """A message with the present state of what it is about."""

    bericht: BerichtRij
    traject: TrajectRij
    afspraak: AfspraakRij | None
    school_naam: str | None
    heeft_gezag: bool
    herinnerd: int


async def haal_berichten(
    session: AsyncSession, *voorwaarden: ColumnElement[bool], vergrendel: bool = False
) -> list[BerichtMetZaak]:
    """Messages that meet the conditions, oldest first; `vergrendel` locks the messages."""
    heeft_gezag = exists().where(
        Gezagdrager.leerling_id == TrajectRij.leerling_id,
        Gezagdrager.persoon_id == BerichtRij.persoon_id,
        Gezagdrager.heeft_gezag,
    )
    eerder = aliased(BerichtRij)
    herinnerd = (
        select(func.count())
        .where(
            eerder.traject_id == BerichtRij.traject_id,
            eerder.afspraak_id == BerichtRij.afspraak_id,
            eerder.persoon_id == BerichtRij.persoon_id,
            eerder.soort == Bericht.HERINNERING,
            eerder.status == BerichtStatus.OPGENOMEN,
            eerder.id < BerichtRij.id,
            eerder.mail_id.is_distinct_from(BerichtRij.mail_id),
        )
        .scalar_subquery()
    )
    vraag = (
        select(BerichtRij, TrajectRij, AfspraakRij, Organisatie.naam, heeft_gezag, herinnerd)
        .join(TrajectRij, TrajectRij.traject_id == BerichtRij.traject_id)
        .join(
            AfspraakRij,
            and_(
                AfspraakRij.traject_id == BerichtRij.traject_id,
                AfspraakRij.afspraak_id == BerichtRij.afspraak_id,
            ),
            isouter=True,
        )
        .join(Organisatie, Organisatie.id == TrajectRij.school_id, isouter=True)
        .where(*voorwaarden)
        .order_by(BerichtRij.id)
        # The tables may have been written by statements in this same session; never trust what it remembers.
        .execution_options(populate_existing=True)
    )
    if vergrendel:
        vraag = vraag.with_for_update(of=BerichtRij)
    return [BerichtMetZaak(*rij) for rij in await session.execute(vraag)]


def geldt_nog(rij: BerichtMetZaak) -> bool:
    """Is this still worth telling to this person?"""
    bericht, traject, afspraak, _, heeft_gezag, _ = rij
    if bericht.rol == Rol.OUDERS and not (heeft_gezag or bericht.vervanging):
        return False
    if traject.status == TrajectStatus.GESLOTEN:
        # That it is closed is the one thing left to tell, and only to parents: whoever closed it knows.
        return bericht.soort == Bericht.STAND_OUDERS
    if bericht.afspraak_id is None:
        return True
    if afspraak is None or afspraak.status != AfspraakStatus.OPEN or _heeft_geantwoord(rij):
        return False
    if bericht.voor_eigenaar and not bericht.vervanging:
        ander = afspraak.persoon_id is not None and afspraak.persoon_id != bericht.persoon_id
        if ander or afspraak.rol != bericht.rol:
            return False
    verzet = bericht.voor_streefdatum is not None and afspraak.streefdatum > bericht.voor_streefdatum
    return not (verzet and bericht.soort in _OVER_DATUM)


def _heeft_geantwoord(rij: BerichtMetZaak) -> bool:
    """A parent who answered is not asked again because the other parent has not."""
    if rij.afspraak is None or rij.afspraak.doel is None or rij.bericht.rol != Rol.OUDERS:
        return False
    gevraagd = rij.traject.staat["toestemmingen"].get(rij.afspraak.doel, {})
    return rij.bericht.persoon_id in gevraagd.get("antwoorden", {})


async def inhoud(session: AsyncSession, mail_id: str) -> Mailinhoud | None:
    """The mail as it would leave now; None when nothing of it holds any more or the person cannot be written to."""
    gevonden = await session.execute(
        select(MailRij, Persoon)
        .join(Persoon, Persoon.id == MailRij.persoon_id)
        .where(MailRij.id == mail_id)
        .execution_options(populate_existing=True)
    )
    rij = gevonden.one_or_none()
    if rij is None:
        return None
    mail, persoon = rij
    if mail.sjabloon == Sjabloon.BEWAKING:
        return await _bewaking(session, mail, persoon)
    berichten = await haal_berichten(
        session, BerichtRij.mail_id == mail_id, BerichtRij.status == BerichtStatus.OPGENOMEN
    )
    regels = maak_regels(b for b in berichten if geldt_nog(b))
    if not regels or not persoon.actief or persoon.email is None:
        return None
    return Mailinhoud(
        mail_id=mail.id,
        sjabloon=Sjabloon(mail.sjabloon) if mail.spoed else kies_sjabloon(regels),
        persoon_id=persoon.id,
        voornaam=persoon.voornaam,
        email=persoon.email,
        swv_id=mail.swv_id,
        regels=regels,
    )


async def _bewaking(session: AsyncSession, mail: MailRij, persoon: Persoon) -> Mailinhoud | None:
    open_ = await session.execute(
        select(Bewakingstaak.controle, Bewakingstaak.aantal)
        .where(Bewakingstaak.swv_id == mail.swv_id, Bewakingstaak.gesloten_op.is_(None))
        .order_by(Bewakingstaak.id)
    )
    taken = tuple(f"{titel(Controle(controle))}: {aantal}" for controle, aantal in open_)
    if not taken or not persoon.actief or persoon.email is None:
        return None
    return Mailinhoud(
        mail_id=mail.id,
        sjabloon=Sjabloon.BEWAKING,
        persoon_id=persoon.id,
        voornaam=persoon.voornaam,
        email=persoon.email,
        swv_id=mail.swv_id,
        regels=(),
        taken=taken,
    )


def kies_sjabloon(regels: Sequence[Regel]) -> Sjabloon:
    """The template of a morning mail with these lines; all are for one role group, so the first line tells which."""
    gericht = Rol.SYSTEEM if regels[0].vervanging else regels[0].rol
    return voor_overzicht([(regel.bericht, regel.soort) for regel in regels], gericht)


def maak_regels(berichten: Iterable[BerichtMetZaak]) -> tuple[Regel, ...]:
    """Lines by date, the most pressing message of each afspraak; messages about a whole traject come last."""
    per_afspraak: dict[tuple[str, str | None], Regel] = {}
    for regel in sorted((_regel(b) for b in berichten), key=lambda r: _VOLGORDE.index(r.bericht)):
        per_afspraak.setdefault((regel.traject_id, regel.afspraak_id), regel)
    return tuple(sorted(per_afspraak.values(), key=lambda r: (r.streefdatum or date.max, r.traject_id)))


def _regel(rij: BerichtMetZaak) -> Regel:
    bericht, traject, afspraak, school_naam, _, herinnerd = rij
    staat = Traject.model_validate(traject.staat)
    van_stap = [a for a in staat.open_afspraken if a.stap == staat.stap]
    over = staat.afspraak(staat.stagnatie.over) if staat.stagnatie and staat.stagnatie.over else None
    return Regel(
        bericht=Bericht(bericht.soort),
        rol=Rol(bericht.rol),
        vervanging=bericht.vervanging,
        traject_id=traject.traject_id,
        afspraak_id=bericht.afspraak_id,
        afspraak=staat.afspraak(bericht.afspraak_id) if bericht.afspraak_id else None,
        titel=afspraak.titel if afspraak else None,
        soort=Soort(afspraak.soort) if afspraak else None,
        streefdatum=afspraak.streefdatum if afspraak else None,
        uiterste=afspraak.uiterste if afspraak else None,
        uitleg=afspraak.uitleg if afspraak else None,
        herinnering=herinnerd + 1 if bericht.soort == Bericht.HERINNERING else 0,
        school_id=traject.school_id,
        school_naam=school_naam,
        verwijzing=staat.route,
        stap=traject.stap,
        stap_titel=traject.stap_titel,
        gesloten=traject.status == TrajectStatus.GESLOTEN,
        van_stap=min(van_stap, key=lambda a: (a.streefdatum, a.id), default=None),
        stagnatie=staat.stagnatie,
        over=over if over and over.open else None,
        stil_sinds=staat.stil_sinds,
    )

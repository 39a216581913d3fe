"""What the pages and the API show of trajecten. Reads only; every answer is a frozen model.

Names of pupils are for screens behind the gate (api/access.py), never for mails, logs or ids. `op` is a local date.
"""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, outerjoin, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.feiten import Gebeurtenis
from domain.ids import traject_code
from domain.roles import Partij, Rol
from domain.traject import AfspraakStatus, Traject, TrajectStatus
from storage.case_tables import AfspraakRij, OpdrachtRij, OpdrachtStatus, TrajectRij
from storage.holders import houders, vervulling
from storage.mail_tables import MailRij, MailStatus
from storage.people_tables import Leerling, Organisatie, Persoon
from storage.rebuild import lees_tijdlijn
from storage.views import (
    AfspraakView,
    Filters,
    Lijst,
    Mens,
    MijnAfspraak,
    Tellingen,
    TrajectDetail,
    TrajectRegel,
)

_NAAM = Leerling.voornaam + " " + Leerling.achternaam
_OPEN = AfspraakRij.status == AfspraakStatus.OPEN
# Outer: the read model may know a pupil or school that a restored people table does not.
_BRON = outerjoin(
    outerjoin(TrajectRij, Leerling, Leerling.id == TrajectRij.leerling_id),
    Organisatie,
    Organisatie.id == TrajectRij.school_id,
)


async def trajecten(session: AsyncSession, filters: Filters) -> Lijst:
    """A page of trajecten: what stands still first, then by the date of what comes next."""
    waar = _waar(filters)
    totaal = await session.scalar(select(func.count()).select_from(_BRON).where(*waar))
    volgorde = (
        case((TrajectRij.stagnatie_sinds.is_not(None), 0), else_=1),
        TrajectRij.eerstvolgende_op.nulls_last(),
        TrajectRij.traject_id,
    )
    pagina = _regels().where(*waar).order_by(*volgorde).limit(filters.limiet).offset(filters.offset)
    gevonden = await session.execute(pagina)
    return Lijst(totaal=totaal or 0, regels=tuple(_regel(*rij) for rij in gevonden))


async def traject(session: AsyncSession, traject_id: str) -> TrajectDetail | None:
    """Everything about one traject; None when there is no such traject."""
    rij = (await session.execute(_regels().where(TrajectRij.traject_id == traject_id))).one_or_none()
    if rij is None:
        return None
    afspraken = await session.scalars(
        select(AfspraakRij)
        .where(AfspraakRij.traject_id == traject_id)
        .order_by(case((_OPEN, 0), else_=1), AfspraakRij.streefdatum, AfspraakRij.afspraak_id)
        .execution_options(populate_existing=True)
    )
    traject_rij = rij[0]
    return TrajectDetail(
        regel=_regel(*rij),
        staat=Traject.model_validate(traject_rij.staat),
        afspraken=tuple(AfspraakView.model_validate(a) for a in afspraken),
    )


async def lees_staat(session: AsyncSession, traject_id: str) -> Traject | None:
    """The state as it was last recorded; None when there is no such traject."""
    staat = await session.scalar(select(TrajectRij.staat).where(TrajectRij.traject_id == traject_id))
    return Traject.model_validate(staat) if staat is not None else None


async def tijdlijn(session: AsyncSession, traject_id: str) -> tuple[Gebeurtenis, ...]:
    """What happened, oldest first."""
    return await lees_tijdlijn(session, traject_id)


async def mijn_afspraken(session: AsyncSession, persoon_id: str, op: date) -> list[MijnAfspraak]:
    """What this person owes on that date, by target date: given to them by name, held by role, or as a stand-in.

    The same rule that decides who gets the mail (storage/holders.py), so list and mail agree.
    """
    v, dichter = vervulling(TrajectRij, op), vervulling(TrajectRij, op)
    iemand_dichterbij = exists().where(
        dichter.c.traject_id == v.c.traject_id, dichter.c.rol == v.c.rol, dichter.c.rang < v.c.rang
    )
    h = houders(TrajectRij, op, bereikbaar=True)
    genoemde_is_er = exists().where(h.c.traject_id == AfspraakRij.traject_id, h.c.persoon_id == AfspraakRij.persoon_id)
    mijn_rol = and_(v.c.persoon_id == persoon_id, not_(iemand_dichterbij), not_(genoemde_is_er))
    via_rol = (
        select(AfspraakRij.traject_id, AfspraakRij.afspraak_id, func.bool_and(v.c.vervanging).label("vervanging"))
        .join(v, and_(v.c.traject_id == AfspraakRij.traject_id, v.c.rol == AfspraakRij.rol))
        .where(_OPEN, mijn_rol)
        .group_by(AfspraakRij.traject_id, AfspraakRij.afspraak_id)
        .subquery()
    )
    rijen = await session.execute(
        _regels()
        .add_columns(AfspraakRij, func.coalesce(via_rol.c.vervanging, False))
        .join(AfspraakRij, AfspraakRij.traject_id == TrajectRij.traject_id)
        .join(
            via_rol,
            and_(via_rol.c.traject_id == AfspraakRij.traject_id, via_rol.c.afspraak_id == AfspraakRij.afspraak_id),
            isouter=True,
        )
        .where(
            _OPEN,
            TrajectRij.status == TrajectStatus.LOPEND,
            or_(and_(AfspraakRij.persoon_id == persoon_id, genoemde_is_er), via_rol.c.traject_id.is_not(None)),
        )
        .order_by(AfspraakRij.streefdatum, AfspraakRij.traject_id, AfspraakRij.afspraak_id)
    )
    return [
        MijnAfspraak(
            afspraak=AfspraakView.model_validate(afspraak),
            traject=_regel(rij, naam, groep, school),
            vervanging=vervanging,
        )
        for rij, naam, groep, school, afspraak, vervanging in rijen
    ]


async def tellingen(session: AsyncSession, op: date, swv_id: str | None = None) -> Tellingen:
    """Counts for the board, of one samenwerkingsverband or of all."""
    loopt = TrajectRij.status == TrajectStatus.LOPEND
    per_bal = await session.execute(
        select(
            TrajectRij.bal,
            func.count().filter(loopt),
            func.count().filter(not_(loopt)),
            func.count().filter(loopt, TrajectRij.eerstvolgende_op < op),
            func.count().filter(loopt, TrajectRij.stagnatie_sinds.is_not(None)),
        )
        .where(TrajectRij.swv_id == swv_id if swv_id else TrajectRij.swv_id.is_not(None))
        .group_by(TrajectRij.bal)
    )
    rijen = list(per_bal)
    mails = select(func.count()).select_from(MailRij).where(MailRij.status == MailStatus.HELD)
    if swv_id:
        mails = mails.where(MailRij.swv_id == swv_id)
    opdrachten = select(func.count()).select_from(OpdrachtRij).where(OpdrachtRij.status == OpdrachtStatus.ONTVANGEN)
    return Tellingen(
        lopend=sum(rij[1] for rij in rijen),
        gesloten=sum(rij[2] for rij in rijen),
        te_laat=sum(rij[3] for rij in rijen),
        stagnatie=sum(rij[4] for rij in rijen),
        per_bal={Partij(bal): lopend for bal, lopend, *_ in rijen if bal and lopend},
        mails_aangehouden=await session.scalar(mails) or 0,
        opdrachten_open=await session.scalar(opdrachten) or 0,
    )


async def mensen_van(session: AsyncSession, traject_id: str, op: date) -> list[Mens]:
    """Who can act in which role in this traject on that date, closest first, also people without an address."""
    zaak = select(TrajectRij).where(TrajectRij.traject_id == traject_id).subquery("zaak")
    h = houders(zaak, op, bereikbaar=False)
    dichtst = func.min(h.c.niveau)
    gevonden = await session.execute(
        select(Persoon, h.c.rol, dichtst)
        .join(h, h.c.persoon_id == Persoon.id)
        .group_by(Persoon.id, h.c.rol)
        .order_by(h.c.rol, dichtst, Persoon.achternaam, Persoon.id)
    )
    return [
        Mens(persoon_id=p.id, naam=f"{p.voornaam} {p.achternaam}", email=p.email, rol=Rol(rol), niveau=niveau)
        for p, rol, niveau in gevonden
    ]


def _regels() -> Select[TrajectRij, str | None, str | None, str | None]:
    kolommen = select(TrajectRij, _NAAM, Leerling.groep, Organisatie.naam)
    return kolommen.select_from(_BRON).execution_options(populate_existing=True)


def _regel(rij: TrajectRij, naam: str | None, groep: str | None, school_naam: str | None) -> TrajectRegel:
    return TrajectRegel(
        traject_id=rij.traject_id,
        code=traject_code(rij.traject_id),
        leerling_naam=naam,
        groep=groep,
        school_id=rij.school_id,
        school_naam=school_naam,
        route=rij.route,
        route_versie=rij.route_versie,
        status=TrajectStatus(rij.status),
        stap=rij.stap,
        stap_titel=rij.stap_titel,
        regie_bij=Rol(rij.regie_bij),
        bal=Partij(rij.bal) if rij.bal else None,
        eerstvolgende_op=rij.eerstvolgende_op,
        eerstvolgende_titel=rij.eerstvolgende_titel,
        stagnatie_bij=Rol(rij.stagnatie_bij) if rij.stagnatie_bij else None,
        stagnatie_sinds=rij.stagnatie_sinds,
        versie=rij.versie,
        gestart_op=rij.gestart_op,
    )


def _waar(f: Filters) -> list[ColumnElement[bool]]:
    waar: list[ColumnElement[bool]] = []
    if f.status is not None:
        waar.append(TrajectRij.status == f.status)
    if f.swv_id is not None:
        waar.append(TrajectRij.swv_id == f.swv_id)
    if f.school_id is not None:
        waar.append(TrajectRij.school_id == f.school_id)
    if f.stagnatie:
        waar.append(TrajectRij.stagnatie_sinds.is_not(None))
    if f.te_laat_op is not None:
        waar.append(TrajectRij.eerstvolgende_op < f.te_laat_op)
    if f.rol is not None or f.persoon_id is not None:
        eigen = [AfspraakRij.traject_id == TrajectRij.traject_id, _OPEN]
        eigen += [AfspraakRij.rol == f.rol] if f.rol is not None else []
        eigen += [AfspraakRij.persoon_id == f.persoon_id] if f.persoon_id is not None else []
        waar.append(exists().where(*eigen))
    if zoek := f.zoek.strip():
        code = zoek.lower().removeprefix("t-")
        waar.append(
            or_(
                _NAAM.icontains(zoek, autoescape=True),
                TrajectRij.traject_id.istartswith(f"t-{code}", autoescape=True)
                if code
                else TrajectRij.traject_id == "",
            )
        )
    return waar

"""Who fills a role in a traject, as SQL: used to find recipients, to make somebody's list, and to show the people.

A role is looked for close by first: people named in the traject itself, then the school, its board, its municipality,
its samenwerkingsverband (each with the partners that hang under it). Nearest wins. When nobody holds a role, others
stand in for it, in the order of `vervangers`.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Subquery,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Integer, Text

from domain.roles import PARTIJ_VAN, Partij, Rol
from storage.people_tables import Aanstelling, Betrokkene, Gezagdrager, Organisatie, OrganisatieSoort, Persoon

TRAJECT, SCHOOL, BESTUUR, GEMEENTE, SWV = range(1, 6)
_PLAATS = 10  # a stand-in always comes after every level of the role itself

Dag = date | BindParameter[date]

_HOGER = frozenset({Partij.BESTUUR, Partij.SWV, Partij.STAGNATIEPUNT})


def vervangers(rol: Rol) -> tuple[Rol, ...]:
    """Who stands in when nobody holds `rol`: our own choice. Never somebody the message is meant to go above.

    For a role outside the school the school is asked too: it knows the case and can find the missing person, whereas a
    colleague of that person may have nothing to do with this child.
    """
    if rol is Rol.COORDINATOR:
        return ()
    if rol is Rol.DIRECTIE or rol is Rol.DEELCOORDINATOR:
        return (Rol.COORDINATOR,)
    if PARTIJ_VAN[rol] in _HOGER:
        return (Rol.DEELCOORDINATOR, Rol.COORDINATOR)
    return tuple(r for r in (Rol.IB, Rol.OCO, Rol.DIRECTIE, Rol.COORDINATOR) if r is not rol)


_KETEN = [
    {"rol": str(rol), "houder_rol": str(ander), "plaats": plaats}
    for rol in Rol
    for plaats, ander in enumerate((rol, *vervangers(rol)))
]


def een_zaak() -> Subquery:
    """One case, in the shape `houders` wants, by the parameters traject_id, school_id and leerling_id.

    The traject need not be in the database yet.
    """
    return select(
        *(bindparam(naam, type_=Text).label(naam) for naam in ("traject_id", "school_id", "leerling_id"))
    ).subquery("zaak")


def houders(zaak: Any, op: Dag, *, bereikbaar: bool) -> Subquery:
    """Rows (traject_id, rol, persoon_id, niveau) for everybody who holds a role in these cases on that local date.

    `zaak` has the columns traject_id, school_id and leerling_id. `bereikbaar` leaves out people without an address.
    Parents count only through parental authority, whatever else a table says about them.
    """
    z = zaak.c if hasattr(zaak, "c") else zaak
    rijen = union_all(_in_traject(z, op), _met_gezag(z), _met_aanstelling(z, op)).subquery("rijen")
    mensen = select(rijen).join(Persoon, Persoon.id == rijen.c.persoon_id).where(Persoon.actief)
    if bereikbaar:
        mensen = mensen.where(Persoon.email.is_not(None))
    return mensen.subquery("houders")


def vervulling(zaak: Any, op: Dag) -> Subquery:
    """Rows (traject_id, rol, persoon_id, rang, vervanging): who can be reached for a role, stand-ins included.

    For one role in one case those with the lowest `rang` are the ones to turn to.
    """
    h = houders(zaak, op, bereikbaar=True)
    # One parameter instead of a hundred VALUES rows: the statement stays the same and is compiled once.
    keten = (
        func.jsonb_to_recordset(literal(_KETEN, JSONB))
        .table_valued(column("rol", Text), column("houder_rol", Text), column("plaats", Integer), name="keten")
        .render_derived(with_types=True)
    )
    return (
        select(
            h.c.traject_id,
            keten.c.rol,
            h.c.persoon_id,
            (keten.c.plaats * _PLAATS + h.c.niveau).label("rang"),
            (keten.c.plaats > 0).label("vervanging"),
        )
        .join(keten, keten.c.houder_rol == h.c.rol)
        .subquery()
    )


def _geldig(tabel: type[Aanstelling] | type[Betrokkene], op: Dag) -> ColumnElement[bool]:
    return and_(tabel.van <= op, or_(tabel.tot.is_(None), tabel.tot >= op))


def _in_traject(z: Any, op: Dag) -> Any:
    return (
        select(z.traject_id, Betrokkene.rol, Betrokkene.persoon_id, literal(TRAJECT, Integer).label("niveau"))
        .join(Betrokkene, Betrokkene.traject_id == z.traject_id)
        .where(_geldig(Betrokkene, op), Betrokkene.rol != Rol.OUDERS)
    )


def _met_gezag(z: Any) -> Any:
    return (
        select(z.traject_id, literal(str(Rol.OUDERS), Text), Gezagdrager.persoon_id, literal(TRAJECT, Integer))
        .join(Gezagdrager, Gezagdrager.leerling_id == z.leerling_id)
        .where(Gezagdrager.heeft_gezag)
    )


def _met_aanstelling(z: Any, op: Dag) -> Any:
    school, bestuur, org = aliased(Organisatie), aliased(Organisatie), aliased(Organisatie)
    kring = (school.id, school.ouder_id, school.gemeente_id, bestuur.ouder_id)
    is_partner = org.soort == OrganisatieSoort.PARTNER
    # A partner counts at the level of the organisation it hangs under.
    thuis = case((is_partner, org.ouder_id), else_=org.id)
    niveau = case(*((thuis == lid, nr) for nr, lid in enumerate(kring[:-1], SCHOOL)), else_=SWV)
    return (
        select(z.traject_id, Aanstelling.rol, Aanstelling.persoon_id, niveau)
        .join(school, school.id == z.school_id)
        .join(bestuur, bestuur.id == school.ouder_id, isouter=True)
        .join(org, or_(org.id.in_(kring), and_(is_partner, org.ouder_id.in_(kring))))
        .join(Aanstelling, Aanstelling.organisatie_id == org.id)
        .where(
            _geldig(Aanstelling, op),
            Aanstelling.rol != Rol.OUDERS,
            or_(Aanstelling.deelverband.is_(None), Aanstelling.deelverband == school.deelverband),
        )
    )

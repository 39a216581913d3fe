"""Which role may do which act. One table for the core; whether a person may see this dossier at all is the api's gate."""

from domain.errors import VerkeerdeRol
from domain.feiten import Wie
from domain.handelingen import (
    DraagOver,
    EenHandeling,
    GeefRegieTerug,
    Handeling,
    Heropen,
    LegToestemmingVast,
    MeldStilstand,
    NeemRegieOver,
    StelUit,
    WijzigGezag,
)
from domain.ingebouwd import Ingebouwd
from domain.kader import Kader
from domain.roles import PARTIJ_VAN, ROL_LABEL, Partij, Rol
from domain.traject import Afspraak, Traject

SCHOOL_LEIDING = frozenset({Rol.IB, Rol.OCO, Rol.DIRECTIE})
BOVENSCHOOLS = frozenset({Rol.REGIEVOERDER, Rol.COORDINATOR, Rol.DEELCOORDINATOR})
NOTEERT_TOESTEMMING = SCHOOL_LEIDING | {
    Rol.LEERKRACHT,
    Rol.MENTOR,
    Rol.KOO,
    Rol.JGZ,
    Rol.CASEMANAGER,
    Rol.SCHOOLBEGELEIDER,
}
HEROPENT = SCHOOL_LEIDING | BOVENSCHOOLS
# The stagnatiepunt mediates and decides nothing, so it does not take the regie (Midden-Groningen, line 160).
NEEMT_REGIE_OVER = frozenset({Rol.REGIEVOERDER})
GEEFT_REGIE_TERUG = BOVENSCHOOLS
PAKT_STAGNATIE_OP = BOVENSCHOOLS | {Rol.STAGNATIEPUNT}


_VOOR_HET_TRAJECT: tuple[tuple[type[Handeling], str, frozenset[Rol]], ...] = (
    (Heropen, "een traject heropenen", HEROPENT),
    (WijzigGezag, "het gezag bijwerken", SCHOOL_LEIDING),
    (NeemRegieOver, "de regie overnemen", NEEMT_REGIE_OVER),
    (GeefRegieTerug, "de regie teruggeven", GEEFT_REGIE_TERUG),
)


def mag_afronden(kader: Kader, traject: Traject, afspraak: Afspraak, rol: Rol) -> bool:
    """The owner; whoever leads the step or has the regie; and for work of school its own IB'er or directie.

    A stall is for the one it was brought to (or the coordinators): nobody declares his own standstill over.
    """
    if afspraak.sjabloon == Ingebouwd.STAGNATIE:
        return rol in neemt_stagnatie_op(afspraak)
    if rol in {afspraak.rol, traject.regie_bij, kader.route.stap(traject.stap).leidt}:
        return True
    return PARTIJ_VAN[afspraak.rol] is Partij.SCHOOL and rol in SCHOOL_LEIDING


def neemt_stagnatie_op(afspraak: Afspraak) -> frozenset[Rol]:
    """Who may take up this stall, and so also hand it over: the one it lies with, and the coordinators."""
    return frozenset({afspraak.rol, Rol.COORDINATOR, Rol.DEELCOORDINATOR})


def eis_recht(kader: Kader, traject: Traject, handeling: EenHandeling, door: Wie, afspraak: Afspraak | None) -> None:
    """Raises VerkeerdeRol, naming who can do it, when this role may not do this act."""
    rol = door.rol
    if isinstance(handeling, MeldStilstand):
        return
    if isinstance(handeling, LegToestemmingVast):
        vraagt_na = {a.rol for a in traject.open_afspraken if a.doel is handeling.doel}
        zelf = rol in {Rol.OUDERS, Rol.LEERLING} and door.persoon_id == handeling.persoon_id
        if zelf or rol in NOTEERT_TOESTEMMING | vraagt_na:
            return
        raise _geweigerd(rol, "toestemming vastleggen", sorted(NOTEERT_TOESTEMMING))
    for soort, wat, wie in _VOOR_HET_TRAJECT:
        if isinstance(handeling, soort):
            if rol in wie:
                return
            raise _geweigerd(rol, wat, sorted(wie))
    if afspraak is None:
        return
    if isinstance(handeling, DraagOver):
        mag = SCHOOL_LEIDING | BOVENSCHOOLS | {traject.regie_bij, kader.route.stap(traject.stap).leidt}
        if afspraak.sjabloon == Ingebouwd.STAGNATIE:
            mag = neemt_stagnatie_op(afspraak)
        if rol in mag:
            return
        raise _geweigerd(rol, "een afspraak overdragen", sorted(mag))
    if mag_afronden(kader, traject, afspraak, rol) or (isinstance(handeling, StelUit) and rol in BOVENSCHOOLS):
        return
    raise _geweigerd(rol, "dit doen", [afspraak.rol, traject.regie_bij])


def _geweigerd(rol: Rol, wat: str, wel: list[Rol]) -> VerkeerdeRol:
    namen = ", ".join(dict.fromkeys(ROL_LABEL[r] for r in wel))
    return VerkeerdeRol(
        f"Als {ROL_LABEL[rol]} kunt u {wat} niet."
        if wat != "dit doen"
        else f"Als {ROL_LABEL[rol]} kunt u dit niet doen.",
        veld="rol",
        remedie=f"Dit kan door: {namen}.",
    )

"""Who outside school may know of a case: each such role goes with the purpose that must have been agreed to first."""

from domain.consent import Doel, Stand
from domain.kader import Kader
from domain.roles import Rol, volgende_rol
from domain.traject import Traject

# The one table. Not in it: people of school and its board, the samenwerkingsverband and leerplicht, who have a task by law
# (docs/bronnen.md T9, T10), and the stagnatiepunt, which is asked by a person or because nothing moves.
BUITEN_SCHOOL: dict[Doel, frozenset[Rol]] = {
    Doel.DELEN_KOO: frozenset({Rol.KOO}),
    Doel.DELEN_JGZ: frozenset({Rol.JGZ}),
    Doel.DELEN_SOCIAAL_TEAM: frozenset({Rol.CASEMANAGER, Rol.GEDRAGSWETENSCHAPPER_ST, Rol.CJG, Rol.WIJKTEAM}),
    Doel.INZET_ONDERSTEUNINGSLOKET: frozenset({Rol.ONDERSTEUNINGSLOKET}),
    Doel.ZATT_OZL: frozenset({Rol.TOEWIJZINGSTEAM}),
}
_DOEL_VAN: dict[Rol, Doel] = {rol: doel for doel, rollen in BUITEN_SCHOOL.items() for rol in rollen}


def doel_voor(rol: Rol) -> Doel | None:
    """The purpose without which this role hears nothing of a case; None for roles that need none."""
    return _DOEL_VAN.get(rol)


def mag_weten(traject: Traject, rol: Rol) -> bool:
    """May this role be told of the case, own something in it or have the regie, as the answers are now?"""
    doel = doel_voor(rol)
    return doel is None or traject.stand(doel) is Stand.GEGEVEN


def of_school(kader: Kader, traject: Traject, rol: Rol) -> Rol:
    """This role to own or lead something; when it may not know of the case, whoever looks after support at school."""
    return rol if mag_weten(traject, rol) else kader.zorgcoordinator


def toegestaan(traject: Traject, rol: Rol) -> Rol:
    """This role to be told on a ladder, or else the first after it on the way up that may know of the case. There always is
    one: the way ends at the samenwerkingsverband."""
    while not mag_weten(traject, rol):
        rol = volgende_rol(rol)
    return rol

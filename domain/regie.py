"""The regie: exactly one role has it. A decision moves it; so does taking it over, and the end of a consent."""

from domain import feiten as f
from domain.boek import Boek
from domain.delen import mag_weten, of_school
from domain.errors import RegieBlijft
from domain.handelingen import GeefRegieTerug, NeemRegieOver
from domain.rechten import eis_recht
from domain.roles import PARTIJ_VAN, ROL_LABEL, Partij, Rol
from domain.route import Kenmerk, Uitkomst


def regie_na(boek: Boek, uitkomst: Uitkomst, kenmerken: dict[str, str]) -> Rol:
    """Who has the regie after a decision: the outcome says so, else the table of the route, else nothing changes.

    Never somebody outside school who may not know of the case. And where the problem is a single one the gemeente does
    not stay (Midden-Groningen, line 313), so it does not lead either.
    """
    alles = {**boek.t.kenmerken, **kenmerken}
    rol = uitkomst.regie or _volgens_tabel(boek, alles)
    if not boek.kader.tweede_editie:
        return rol
    blijft = alles.get(Kenmerk.PROBLEMATIEK) != "enkelvoudig" or PARTIJ_VAN[rol] is not Partij.GEMEENTE
    return rol if blijft and mag_weten(boek.t, rol) else begin_regie(boek)


def _volgens_tabel(boek: Boek, kenmerken: dict[str, str]) -> Rol:
    for regel in boek.kader.route.regie.regels:
        if regel.past(kenmerken):
            return regel.regie
    return boek.t.regie_terug_naar or boek.t.regie_bij


def begin_regie(boek: Boek) -> Rol:
    """Who has it at the beginning of a course."""
    return of_school(boek.kader, boek.t, boek.kader.route.regie.begin)


def houd_regie_binnen(boek: Boek) -> None:
    """Takes the regie from somebody outside school who may not know of the case any more."""
    if not mag_weten(boek.t, boek.t.regie_bij):
        boek.noteer(f.RegieVerplaatst(naar=begin_regie(boek), reden="geen_toestemming", op=boek.vandaag))


def neem_regie_over(boek: Boek, h: NeemRegieOver) -> None:
    """Whoever acts has the regie from now on, whatever is decided, until it is handed back. Raises RegieBlijft."""
    eis_recht(boek.kader, boek.t, h, boek.door, None)
    naar = boek.door.rol
    if boek.t.regie_bij is naar:
        raise RegieBlijft(
            f"De regie ligt al bij: {ROL_LABEL[naar]}.", veld="rol", remedie="U hoeft niets te doen: u hebt de regie."
        )
    van = boek.t.regie_terug_naar or boek.t.regie_bij
    boek.noteer(f.RegieVerplaatst(naar=naar, reden="overgenomen", terug_naar=van, op=boek.vandaag))


def geef_regie_terug(boek: Boek, h: GeefRegieTerug) -> None:
    """The regie goes to whoever would have had it by now. Raises RegieBlijft when it was not taken over."""
    eis_recht(boek.kader, boek.t, h, boek.door, None)
    terug = boek.t.regie_terug_naar
    if terug is None:
        raise RegieBlijft(
            "De regie is bij dit traject niet overgenomen.",
            veld="rol",
            remedie="De regie verandert vanzelf bij een besluit als de route dat zegt.",
        )
    naar = terug if mag_weten(boek.t, terug) else begin_regie(boek)
    boek.noteer(f.RegieVerplaatst(naar=naar, reden="teruggegeven", op=boek.vandaag))

"""Who acts: `--als PERSOON:ROL`."""

from typing import Annotated

import typer

from domain.feiten import Wie
from domain.roles import Rol


def lees_wie(tekst: str) -> Wie:
    """ "p-4f2a:ib". Raises typer.BadParameter."""
    persoon_id, teken, rol = tekst.rpartition(":")
    if not teken or not persoon_id.strip():
        raise typer.BadParameter("Schrijf een persoon en een rol, zoals p-4f2a:ib.")
    if rol not in tuple(Rol) or rol == Rol.SYSTEEM:
        rollen = ", ".join(r for r in Rol if r is not Rol.SYSTEEM)
        raise typer.BadParameter(f"Deze rol bestaat niet. Kies uit: {rollen}.")
    return Wie(rol=Rol(rol), persoon_id=persoon_id.strip())


AlsOptie = Annotated[
    Wie, typer.Option("--als", metavar="PERSOON:ROL", help="Wie dit doet, in welke rol.", parser=lees_wie)
]
CommandoOptie = Annotated[
    str | None,
    typer.Option(
        "--commando", metavar="ID", help="Eigen id van deze handeling: herhalen met hetzelfde id is dan veilig."
    ),
]

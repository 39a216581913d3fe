"""Ladders as arithmetic: on which date a rung falls, which comes next, and whom it turns to. Nothing happens here."""

from datetime import date

from domain.consent import vraagt_ouders
from domain.delen import toegestaan
from domain.kader import Kader
from domain.roles import Partij, Rol, volgende_rol
from domain.route import Aan, Oorzaak, Toon, Trede, Uitgangspunt
from domain.traject import Afspraak, Traject


def oorzaak_bij(kader: Kader, afspraak: Afspraak) -> Oorzaak:
    """Whether school or the co-operation is stuck, by the party that holds the ball. Parties a route does not list count
    as co-operation."""
    return kader.route.stagnatie.partijen.get(afspraak.bal, Oorzaak.SAMENWERKING)


def naar_rol(kader: Kader, traject: Traject, afspraak: Afspraak, trede: Trede) -> Rol:
    """The role a rung turns to. The ball decides between the owner and the parents who must answer.

    Somebody outside school who may not know of the case is passed over for the next who may.
    """
    if not kader.tweede_editie:
        return _volgens_ladder(kader, afspraak, trede)
    if trede.aan is Aan.BAL and afspraak.doel is not None and not vraagt_ouders(afspraak.doel, traject.gezag):
        return toegestaan(traject, afspraak.rol)  # an adult pupil signs alone; whoever asked goes and asks again
    return toegestaan(traject, _volgens_ladder(kader, afspraak, trede))


def _volgens_ladder(kader: Kader, afspraak: Afspraak, trede: Trede) -> Rol:
    if isinstance(trede.aan, Rol):
        return trede.aan
    if trede.aan is Aan.BAL:
        return Rol.OUDERS if afspraak.bal is Partij.OUDERS else afspraak.rol
    if trede.aan is Aan.VOLGENDE_ROL:
        return volgende_rol(afspraak.rol, eerste_editie=not kader.tweede_editie)
    if trede.aan is Aan.ESCALATIEPUNT:
        return kader.route.stagnatie.naar[oorzaak_bij(kader, afspraak)]
    return afspraak.rol


def trede_datum(kader: Kader, afspraak: Afspraak, trede: Trede) -> date:
    """The local date of a rung; its own clock counts from the target date or the hard date."""
    basis = afspraak.uiterste if trede.vanaf is Uitgangspunt.UITERSTE else afspraak.streefdatum
    return kader.reken(max(basis, kader.kalender.van), trede.na).datum


def eerste_trede(
    kader: Kader, afspraak: Afspraak, vandaag: date, *, opnieuw: bool = False
) -> tuple[int | None, date | None]:
    """The rung an afspraak begins at: heads-ups whose day is not still to come are left out.

    `opnieuw`: the afspraak was on its ladder before, so every rung whose day is not still to come is left out.
    """
    treden = kader.route.ladder(afspraak.ladder).treden
    for nummer, trede in enumerate(treden):
        datum = trede_datum(kader, afspraak, trede)
        if datum > vandaag or not (opnieuw or trede.toon is Toon.VOORAF):
            return nummer, datum
    return None, None


def volgende_trede(kader: Kader, afspraak: Afspraak, nummer: int, bereikt_op: date) -> tuple[int | None, date | None]:
    """The rung after `nummer`, never on an earlier date than the one just reached; the last one comes back if the
    ladder repeats, counted from the day it was reached."""
    ladder = kader.route.ladder(afspraak.ladder)
    if nummer + 1 < len(ladder.treden):
        return nummer + 1, max(bereikt_op, trede_datum(kader, afspraak, ladder.treden[nummer + 1]))
    if ladder.herhaal is None:
        return None, None
    return nummer, kader.reken(bereikt_op, ladder.herhaal).datum

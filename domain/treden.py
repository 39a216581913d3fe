"""Climbing: carry out the rungs that have come due and tell whom they turn to."""

from datetime import date

from domain import feiten as f
from domain.boek import Boek
from domain.effects import Bericht
from domain.ladder import naar_rol, oorzaak_bij, volgende_trede
from domain.route import Aan, Toon, Trede
from domain.stagnatie import stagneer
from domain.traject import Afspraak

BERICHT_BIJ_TOON: dict[Toon, Bericht] = {
    Toon.VOORAF: Bericht.VOORAF,
    Toon.VANDAAG: Bericht.VANDAAG,
    Toon.HERINNERING: Bericht.HERINNERING,
    Toon.DRINGEND: Bericht.DRINGEND,
    Toon.ESCALATIE: Bericht.ESCALATIE,
}


def beklim(boek: Boek) -> None:
    """Carry out every rung that has come due. After a long standstill several rungs of one afspraak come at once: each is
    written down, but only the highest is told, so nobody gets a pile of old reminders; escalations are never skipped."""
    for afspraak_id in [a.id for a in boek.t.open_afspraken]:
        _beklim_een(boek, afspraak_id)


def _beklim_een(boek: Boek, afspraak_id: str) -> None:
    uitgesteld: Trede | None = None
    while True:
        afspraak = boek.t.afspraak(afspraak_id)
        if afspraak is None or not afspraak.open or afspraak.trede is None or afspraak.trede_op is None:
            break
        if afspraak.trede_op > boek.vandaag:
            break
        uitgesteld = _bereik(boek, afspraak, afspraak.trede, afspraak.trede_op, uitgesteld)
    laatste = boek.t.afspraak(afspraak_id)
    if uitgesteld is not None and laatste is not None and laatste.open:
        _vertel(boek, laatste, uitgesteld)


def _bereik(boek: Boek, afspraak: Afspraak, nummer: int, op: date, uitgesteld: Trede | None) -> Trede | None:
    """Note one rung; tell an escalation at once, hold anything softer back until the highest is known."""
    ladder = boek.kader.route.ladder(afspraak.ladder)
    trede = ladder.treden[nummer]
    herhaalt = nummer + 1 == len(ladder.treden)
    volgende, volgende_op = volgende_trede(boek.kader, afspraak, nummer, max(op, boek.vandaag) if herhaalt else op)
    boek.noteer(
        f.TredeBereikt(
            afspraak_id=afspraak.id,
            trede=trede.id,
            toon=trede.toon,
            aan=trede.aan,
            naar_rol=naar_rol(boek.kader, boek.t, afspraak, trede),
            volgende=volgende,
            volgende_op=volgende_op,
            wijzigt=not boek.kader.tweede_editie,
        )
    )
    if trede.aan is Aan.ESCALATIEPUNT:
        stagneer(boek, oorzaak_bij(boek.kader, afspraak), bron="ladder", over=afspraak)
        return None
    if trede.toon is Toon.ESCALATIE:
        _vertel(boek, afspraak, trede)
        return None
    return trede


def _vertel(boek: Boek, afspraak: Afspraak, trede: Trede) -> None:
    rol = naar_rol(boek.kader, boek.t, afspraak, trede)
    boek.meld(
        BERICHT_BIJ_TOON[trede.toon],
        rol,
        (afspraak.id, trede.id, boek.vandaag.isoformat()),
        afspraak=afspraak,
        persoon_id=afspraak.persoon_id if rol is afspraak.rol else None,
    )

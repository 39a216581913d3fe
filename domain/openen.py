"""Opening afspraken: target date, hard date, first rung, who holds the ball. And accounting for the ball when it moves."""

from datetime import date

from domain import feiten as f
from domain.boek import Boek
from domain.calendar import bereken
from domain.consent import Doel
from domain.dagen import schooldagen_sinds
from domain.delen import of_school
from domain.effects import Bericht
from domain.ingebouwd import TERMIJN, Ingebouwd
from domain.ladder import eerste_trede
from domain.roles import PARTIJ_VAN, Partij, Rol
from domain.route import Soort, Termijnkeuze
from domain.termijn import BerekendeDatum
from domain.traject import Afspraak

_UITERLIJK = Termijnkeuze(instelling="evaluatie_te_laat_na")


def open_afspraak(
    boek: Boek,
    *,
    sjabloon: str,
    soort: Soort,
    rol: Rol,
    termijn: Termijnkeuze,
    ladder: str,
    uiterlijk: Termijnkeuze | None = None,
    vanaf: date | None = None,
    stap: str | None = None,
    bal: Partij | None = None,
    doel: Doel | None = None,
    over: str | None = None,
    meld: bool = True,
) -> Afspraak:
    """Opens an afspraak whose dates follow from terms counted from `vanaf` (default today), and tells its owner.

    Without `uiterlijk` the hard date lies the setting `evaluatie_te_laat_na` after the target date. A target that would
    fall before today (a late round with a plan anchor) is counted from today instead.
    """
    kader, begin = boek.kader, max(vanaf or boek.vandaag, boek.kader.kalender.van)
    streef = kader.reken(begin, termijn)
    if streef.datum < boek.vandaag:
        begin = boek.vandaag
        streef = kader.reken(begin, termijn)
    vast = uiterlijk.los_op(kader.instellingen) if uiterlijk else None
    uiterste = bereken(kader.kalender, begin, vast).datum if vast else kader.reken(streef.datum, _UITERLIJK).datum
    return open_op_datum(
        boek,
        Afspraak(
            id=f"a{boek.t.volgende_afspraak}",
            sjabloon=sjabloon,
            soort=soort,
            stap=stap,
            rol=rol,
            bal=bal or PARTIJ_VAN[rol],
            bal_sinds=boek.vandaag,
            geopend_op=boek.vandaag,
            vanaf=begin,
            termijn=termijn.los_op(kader.instellingen),
            uiterlijk=vast,
            streefdatum=streef.datum,
            uiterste=max(streef.datum, uiterste),
            uitleg=streef.uitleg,
            ladder=ladder,
            doel=doel,
            over=over,
        ),
        meld=meld,
    )


def open_op_datum(boek: Boek, afspraak: Afspraak, *, meld: bool = True) -> Afspraak:
    """Opens an afspraak whose dates are known; sets its first rung and tells its owner (not the one who just acted).

    When its owner may not know of the case, it is for school.
    """
    rol = of_school(boek.kader, boek.t, afspraak.rol) if boek.kader.tweede_editie else afspraak.rol
    if rol is not afspraak.rol:
        bal = PARTIJ_VAN[rol] if afspraak.bal is PARTIJ_VAN[afspraak.rol] else afspraak.bal
        afspraak = afspraak.model_copy(update={"rol": rol, "bal": bal})
    trede, trede_op = eerste_trede(boek.kader, afspraak, boek.vandaag)
    afspraak = afspraak.model_copy(update={"trede": trede, "trede_op": trede_op})
    boek.noteer(f.AfspraakGeopend(afspraak=afspraak))
    if meld and boek.door.rol is not afspraak.rol:
        boek.meld(Bericht.NIEUW, afspraak.rol, (afspraak.id, "nieuw"), afspraak=afspraak)
    return afspraak


def open_ingebouwd(
    boek: Boek,
    wat: Ingebouwd,
    rol: Rol,
    *,
    over: str | None = None,
    doel: Doel | None = None,
    stap: str | None = None,
    meld: bool = True,
) -> Afspraak:
    """Opens one of the afspraken every route has; they hang on the ladder the route names for a stall."""
    soort = {
        Ingebouwd.STAGNATIE: Soort.BESLUIT,
        Ingebouwd.MDO_BIJEENROEPEN: Soort.OVERLEG,
        Ingebouwd.TOESTEMMING_BESPREKEN: Soort.OVERLEG,
    }.get(wat, Soort.TAAK)
    return open_afspraak(
        boek,
        sjabloon=wat,
        soort=soort,
        rol=rol,
        termijn=TERMIJN[wat],
        ladder=boek.kader.route.stagnatie.ladder,
        stap=stap,
        doel=doel,
        over=over,
        meld=meld,
    )


def verzet(
    boek: Boek,
    afspraak: Afspraak,
    streef: BerekendeDatum,
    *,
    reden: str,
    uiterste: date | None = None,
    uitgesteld: int | None = None,
) -> None:
    """Gives an open afspraak another date and puts it back on the first rung that is still to come.

    With a date that is not still to come (a corrected calendar) it keeps its place: nobody hears the same rung twice.
    """
    nieuw = afspraak.model_copy(
        update={
            "streefdatum": streef.datum,
            "uiterste": max(uiterste or afspraak.uiterste, boek.kader.reken(streef.datum, _UITERLIJK).datum),
        }
    )
    trede, trede_op = afspraak.trede, afspraak.trede_op
    if nieuw.streefdatum > boek.vandaag:
        trede, trede_op = eerste_trede(boek.kader, nieuw, boek.vandaag, opnieuw=True)
    boek.noteer(
        f.AfspraakVerzet(
            afspraak_id=afspraak.id,
            reden=reden,
            streefdatum=nieuw.streefdatum,
            uiterste=nieuw.uiterste,
            uitleg=streef.uitleg,
            trede=trede,
            trede_op=trede_op,
            uitgesteld=afspraak.uitgesteld if uitgesteld is None else uitgesteld,
        )
    )


def geef_bal(boek: Boek, afspraak: Afspraak, naar: Partij) -> None:
    """Moves the ball and attributes the school days of waiting to the party that held it."""
    if afspraak.bal is naar:
        return
    _boek_dagen(boek, afspraak, naar)


def sluit_bal(boek: Boek, afspraak: Afspraak) -> None:
    """Attributes the waiting when an afspraak ends; the ball stays where it was, nobody waits any more."""
    if _gewacht(boek, afspraak) > 0:
        _boek_dagen(boek, afspraak, afspraak.bal)


def _boek_dagen(boek: Boek, afspraak: Afspraak, naar: Partij) -> None:
    dagen = _gewacht(boek, afspraak)
    boek.noteer(
        f.BalVerplaatst(afspraak_id=afspraak.id, van=afspraak.bal, naar=naar, schooldagen=dagen, op=boek.vandaag)
    )


def _gewacht(boek: Boek, afspraak: Afspraak) -> int:
    """School days since the ball came to lie here, as far back as the calendar of today reaches."""
    return schooldagen_sinds(boek.kader.kalender, afspraak.bal_sinds, boek.vandaag)

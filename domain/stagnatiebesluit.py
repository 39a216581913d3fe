"""What the regievoerder or the stagnatiepunt decides about a stall they were asked to take up."""

from domain import feiten as f
from domain.boek import Boek
from domain.calendar import bereken
from domain.errors import AlGemeld, UitkomstOnbekend
from domain.ingebouwd import TITELS, Ingebouwd, Stagnatieuitkomst, uitkomsten_voor
from domain.openen import open_ingebouwd, sluit_bal, verzet
from domain.roles import ROL_LABEL
from domain.route import Oorzaak, Termijnkeuze
from domain.stagnatie import hef_op, stagneer
from domain.traject import Afspraak

_HERSTART = Termijnkeuze(instelling="herstart")
_ELDERS = {
    Stagnatieuitkomst.NAAR_STAGNATIEPUNT: Oorzaak.SAMENWERKING,
    Stagnatieuitkomst.NAAR_REGIEVOERDER: Oorzaak.SCHOOL,
}
_NA_OVERLEG = Termijnkeuze(instelling="stagnatie_oppakken")


def besluit_over_stagnatie(boek: Boek, afspraak: Afspraak, gekozen: str) -> None:
    """Carries out the choice. Raises UitkomstOnbekend for one this role does not have."""
    elders = boek.kader.route.stagnatie.naar
    mogelijk = [u for u in uitkomsten_voor(afspraak.rol) if u not in _ELDERS or elders[_ELDERS[u]] is not afspraak.rol]
    if gekozen not in mogelijk:
        raise UitkomstOnbekend(
            f"Deze uitkomst kan de {ROL_LABEL[afspraak.rol]} niet kiezen.",
            veld="uitkomst",
            remedie=f"Kies een van: {', '.join(mogelijk)}.",
        )
    match Stagnatieuitkomst(gekozen):
        case Stagnatieuitkomst.IN_BEWEGING:
            _in_beweging(boek, afspraak)
        case Stagnatieuitkomst.MDO:
            _eerst_nog(boek, afspraak, Ingebouwd.MDO_BIJEENROEPEN)
        case Stagnatieuitkomst.SWV:
            _eerst_nog(boek, afspraak, Ingebouwd.SWV_MEEDENKEN)
        case Stagnatieuitkomst.NAAR_STAGNATIEPUNT | Stagnatieuitkomst.NAAR_REGIEVOERDER as waarheen:
            _elders(boek, _ELDERS[waarheen])


def _in_beweging(boek: Boek, afspraak: Afspraak) -> None:
    stagnatie = boek.t.stagnatie
    over = boek.t.afspraak(stagnatie.over) if stagnatie and stagnatie.over else None
    sluit_bal(boek, afspraak)
    boek.noteer(f.AfspraakGedaan(afspraak_id=afspraak.id, op=boek.vandaag))
    hef_op(boek, Stagnatieuitkomst.IN_BEWEGING)
    streef = boek.kader.reken(boek.vandaag, _HERSTART)
    streef = streef.model_copy(update={"uitleg": f"nieuwe afspraak nadat het traject stil lag: {streef.uitleg}"})
    for late in [a for a in boek.t.open_afspraken if a.streefdatum <= boek.vandaag]:
        # Whatever has come to the top of its ladder would not be heard of again.
        if late.trede is None or (over is not None and late.id == over.id):
            verzet(boek, late, streef, reden="herstart")


def _eerst_nog(boek: Boek, afspraak: Afspraak, wat: Ingebouwd) -> None:
    """Something has to happen first; the stall stays with the same person, with a date after that.

    Raises AlGemeld when it was asked before and is still to happen.
    """
    if any(a.sjabloon == wat for a in boek.t.open_afspraken):
        raise AlGemeld(
            f"Dit is al afgesproken en staat nog open: {TITELS[wat]}.",
            veld="uitkomst",
            remedie="Wacht tot dat klaar is, of kies een andere uitkomst.",
        )
    rol = afspraak.rol if wat is Ingebouwd.MDO_BIJEENROEPEN else boek.kader.route.stagnatie.swv
    eerst = open_ingebouwd(boek, wat, rol)
    streef = bereken(boek.kader.kalender, eerst.streefdatum, _NA_OVERLEG.los_op(boek.kader.instellingen))
    if streef.datum > afspraak.streefdatum:
        verzet(boek, afspraak, streef, reden="eerst_overleg")


def _elders(boek: Boek, oorzaak: Oorzaak) -> None:
    stagnatie = boek.t.stagnatie
    over = boek.t.afspraak(stagnatie.over) if stagnatie and stagnatie.over else None
    stagneer(boek, oorzaak, bron="melding", over=over)

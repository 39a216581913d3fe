"""What each act does to a traject. Every function either notes its facts or raises a Weigering; nothing half done."""

from domain import feiten as f
from domain.boek import Boek
from domain.calendar import bereken
from domain.dagen import is_schooldag
from domain.effects import Bericht
from domain.eisen import eis_aanwezig, eis_dag, eis_gedeeld, eis_kenmerken, eis_open, eis_vereisten
from domain.errors import (
    AlGemeld,
    DatumOngeldig,
    NietZoAfTeRonden,
    StapOnbekend,
    TrajectIsGesloten,
    TrajectLoopt,
    UitkomstOnbekend,
    UitstelOp,
)
from domain.handelingen import (
    DraagOver,
    GeefRegieTerug,
    Heropen,
    LegToestemmingVast,
    MeldStilstand,
    NeemBesluit,
    NeemRegieOver,
    Opdracht,
    RondAf,
    StelUit,
    WijzigGezag,
)
from domain.ingebouwd import Ingebouwd
from domain.instellingen import UITSTEL_HOOGSTENS_KEER
from domain.openen import geef_bal, sluit_bal, verzet
from domain.rechten import PAKT_STAGNATIE_OP, eis_recht
from domain.regie import geef_regie_terug, houd_regie_binnen, neem_regie_over, regie_na
from domain.roles import PARTIJ_VAN, ROL_LABEL, Partij, Rol
from domain.route import Route, Soort, Stap
from domain.stagnatie import hef_op_door_voortgang, stagneer
from domain.stagnatiebesluit import besluit_over_stagnatie
from domain.stappen import betreed, open_wat_kan, plan_vensters, volg
from domain.termijn import BerekendeDatum
from domain.tijd import in_woorden
from domain.toestemmen import eis_gezag, leg_toestemming_vast, wijzig_gezag
from domain.traject import Afspraak, TrajectStatus

BESLISSEND = frozenset({Soort.BESLUIT, Soort.EVALUATIE})


def voer_uit(boek: Boek, opdracht: Opdracht) -> None:
    """Carries out one act of a person. Raises a Weigering, with nothing of the book to be used, when it may not be."""
    handeling = opdracht.handeling
    if boek.t.status is TrajectStatus.GESLOTEN and not isinstance(handeling, Heropen):
        raise TrajectIsGesloten(
            "Dit traject is gesloten.", veld="traject_id", remedie="Heropen het traject als er weer iets nodig is."
        )
    match handeling:
        case Heropen():
            _heropen(boek, handeling)
        case MeldStilstand():
            _meld_stilstand(boek, handeling)
        case LegToestemmingVast():
            leg_toestemming_vast(boek, handeling)
        case WijzigGezag():
            wijzig_gezag(boek, handeling)
        case NeemRegieOver():
            neem_regie_over(boek, handeling)
        case GeefRegieTerug():
            geef_regie_terug(boek, handeling)
        case RondAf():
            _rond_af(boek, handeling, eis_open(boek, handeling.afspraak_id, opdracht.gezien_versie))
        case NeemBesluit():
            _neem_besluit(boek, handeling, eis_open(boek, handeling.afspraak_id, opdracht.gezien_versie))
        case StelUit():
            _stel_uit(boek, handeling, eis_open(boek, handeling.afspraak_id, opdracht.gezien_versie))
        case DraagOver():
            _draag_over(boek, handeling, eis_open(boek, handeling.afspraak_id, opdracht.gezien_versie))
    if boek.t.status is TrajectStatus.LOPEND:
        hef_op_door_voortgang(boek)


def _rond_af(boek: Boek, h: RondAf, afspraak: Afspraak) -> None:
    eis_recht(boek.kader, boek.t, h, boek.door, afspraak)
    if afspraak.soort in BESLISSEND:
        raise NietZoAfTeRonden(
            "Dit is een besluit: kies een uitkomst.", veld="soort", remedie="Neem het besluit bij deze afspraak."
        )
    if afspraak.soort is Soort.TOESTEMMING:
        raise NietZoAfTeRonden(
            "Dit is een vraag om toestemming: leg het antwoord vast.",
            veld="soort",
            remedie="Leg per persoon vast wat het antwoord is.",
        )
    op = eis_dag(boek, h.op)
    stap = boek.kader.route.stap(boek.t.stap)
    sjabloon = next((s for s in stap.afspraken if s.id == afspraak.sjabloon and afspraak.stap == stap.id), None)
    if sjabloon is not None:
        eis_aanwezig(sjabloon.aanwezig, h.aanwezig)
    sluit_bal(boek, afspraak)
    boek.noteer(f.AfspraakGedaan(afspraak_id=afspraak.id, op=op, aanwezig=h.aanwezig))
    open_wat_kan(boek, stap)


def _neem_besluit(boek: Boek, h: NeemBesluit, afspraak: Afspraak) -> None:
    eis_recht(boek.kader, boek.t, h, boek.door, afspraak)
    if afspraak.sjabloon == Ingebouwd.STAGNATIE:
        besluit_over_stagnatie(boek, afspraak, h.uitkomst)
        return
    besluit = boek.kader.besluit_van(afspraak)
    if besluit is None:
        raise NietZoAfTeRonden(
            "Bij deze afspraak hoort geen besluit.", veld="soort", remedie="Rond de afspraak af zonder uitkomst."
        )
    uitkomst = next((u for u in besluit.uitkomsten if u.id == h.uitkomst), None)
    if uitkomst is None:
        raise UitkomstOnbekend(
            "Deze uitkomst bestaat niet bij dit besluit.",
            veld="uitkomst",
            remedie=f"Kies een van: {', '.join(u.id for u in besluit.uitkomsten)}.",
        )
    op = eis_dag(boek, h.op)
    stap = boek.kader.route.stap(boek.t.stap)
    eis_kenmerken(boek.kader.route, besluit, h.kenmerken)
    eis_aanwezig(besluit.aanwezig, h.aanwezig)
    eis_vereisten(boek, stap, uitkomst, h.kenmerken)
    sluit_bal(boek, afspraak)
    boek.noteer(f.AfspraakGedaan(afspraak_id=afspraak.id, op=op, aanwezig=h.aanwezig))
    regie, overgenomen = regie_na(boek, uitkomst, h.kenmerken), boek.t.regie_terug_naar is not None
    boek.noteer(
        f.BesluitGenomen(
            stap=stap.id,
            besluit=besluit.id,
            uitkomst=uitkomst.id,
            kenmerken=h.kenmerken,
            regie_bij=boek.t.regie_bij if overgenomen else regie,
            regie_terug_naar=regie if overgenomen else None,
        )
    )
    volg(boek, stap, uitkomst, afspraak, op)


def _stel_uit(boek: Boek, h: StelUit, afspraak: Afspraak) -> None:
    eis_recht(boek.kader, boek.t, h, boek.door, afspraak)
    kader = boek.kader
    if afspraak.uitgesteld >= UITSTEL_HOOGSTENS_KEER:
        raise UitstelOp(
            f"Deze afspraak is al {UITSTEL_HOOGSTENS_KEER} keer uitgesteld.",
            veld="tot",
            remedie="Rond de afspraak af, draag hem over, of meld dat het stil ligt.",
        )
    if h.tot <= max(boek.vandaag, afspraak.streefdatum):
        raise DatumOngeldig(
            f"{in_woorden(h.tot).capitalize()} is geen uitstel.",
            veld="tot",
            remedie=f"Kies een dag na {in_woorden(max(boek.vandaag, afspraak.streefdatum))}.",
        )
    grens = bereken(
        kader.kalender, max(boek.vandaag, afspraak.streefdatum), kader.instellingen.termijn("uitstel_hoogstens")
    )
    if h.tot > grens.datum:
        raise DatumOngeldig(
            f"{in_woorden(h.tot).capitalize()} is te ver weg.",
            veld="tot",
            remedie=f"Kies een dag tot en met {in_woorden(grens.datum)}; dat is het langste uitstel in een keer.",
        )
    if not is_schooldag(kader.kalender, h.tot):
        raise DatumOngeldig(
            f"{in_woorden(h.tot).capitalize()} is geen schooldag.", veld="tot", remedie="Kies een schooldag."
        )
    streef = BerekendeDatum(datum=h.tot, uitleg=f"uitgesteld tot {in_woorden(h.tot)} ({h.reden.replace('_', ' ')})")
    verzet(boek, afspraak, streef, reden=h.reden, uitgesteld=afspraak.uitgesteld + 1)


def _draag_over(boek: Boek, h: DraagOver, afspraak: Afspraak) -> None:
    eis_recht(boek.kader, boek.t, h, boek.door, afspraak)
    if h.rol in {Rol.OUDERS, Rol.LEERLING, Rol.SYSTEEM}:
        raise NietZoAfTeRonden(
            f"Een afspraak kan niet worden overgedragen aan: {ROL_LABEL[h.rol]}.",
            veld="rol",
            remedie="Kies een professional die bij het traject betrokken is.",
        )
    if afspraak.sjabloon == Ingebouwd.STAGNATIE and h.rol not in PAKT_STAGNATIE_OP:
        raise NietZoAfTeRonden(
            f"Een stilstand kan niet worden opgepakt door: {ROL_LABEL[h.rol]}.",
            veld="rol",
            remedie=f"Kies een van: {', '.join(sorted(ROL_LABEL[r] for r in PAKT_STAGNATIE_OP))}.",
        )
    if boek.kader.tweede_editie:
        eis_gedeeld(boek.t, h.rol)
    geef_bal(boek, afspraak, PARTIJ_VAN[h.rol] if afspraak.bal is not Partij.OUDERS else Partij.OUDERS)
    boek.noteer(f.AfspraakOvergedragen(afspraak_id=afspraak.id, rol=h.rol, persoon_id=h.persoon_id))
    nieuw = boek.t.afspraak(afspraak.id)
    boek.meld(Bericht.NIEUW, h.rol, (afspraak.id, "over", boek.t.versie), afspraak=nieuw, persoon_id=h.persoon_id)


def _meld_stilstand(boek: Boek, h: MeldStilstand) -> None:
    eis_recht(boek.kader, boek.t, h, boek.door, None)
    stagnatie, naar = boek.t.stagnatie, boek.kader.route.stagnatie.naar
    if stagnatie is not None and naar[h.oorzaak] in {stagnatie.bij, naar[stagnatie.oorzaak]}:
        raise AlGemeld(
            f"Dit ligt sinds {in_woorden(stagnatie.sinds)} al bij: {ROL_LABEL[stagnatie.bij]}.",
            veld="oorzaak",
            remedie="U hoeft niets te doen. Duurt het te lang, neem dan contact op met deze persoon.",
        )
    # Asked elsewhere, the stall stays about the same afspraak; the earlier request itself is not what stands still.
    over = boek.t.afspraak(stagnatie.over) if stagnatie and stagnatie.over else boek.t.eerstvolgende
    stagneer(boek, h.oorzaak, bron="melding", over=over)


def _heropen(boek: Boek, h: Heropen) -> None:
    eis_recht(boek.kader, boek.t, h, boek.door, None)
    if boek.t.status is TrajectStatus.LOPEND:
        raise TrajectLoopt("Dit traject loopt nog.", veld="traject_id", remedie="Ga verder met het lopende traject.")
    stap = eis_stap(boek.kader.route, h.stap)
    if boek.kader.tweede_editie:
        gezag = eis_gezag(boek, h.gezag) if h.gezag is not None else None
        boek.noteer(f.TrajectHeropend(op=boek.vandaag, regie_bij=boek.kader.route.regie.begin, gezag=gezag))
        houd_regie_binnen(boek)
    else:
        boek.noteer(f.TrajectHeropend(op=boek.vandaag))
    plan_vensters(boek)
    betreed(boek, stap)


def eis_stap(route: Route, stap_id: str | None) -> Stap:
    """The step by id, or the first step when none is named. Raises StapOnbekend."""
    if stap_id is None:
        return route.begin
    for stap in route.stappen:
        if stap.id == stap_id:
            return stap
    raise StapOnbekend(
        "Deze stap bestaat niet in deze route.",
        veld="stap",
        remedie=f"Kies een van: {', '.join(s.id for s in route.stappen)}.",
    )

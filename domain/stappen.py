"""Entering and leaving steps: what opens, what is asked, what parents hear."""

from datetime import date, timedelta

from domain import feiten as f
from domain.boek import Boek
from domain.calendar import bereken
from domain.consent import Doel, Stand, ondertekenaars, vraagt_ouders
from domain.dagen import eerstvolgende_schooldag, laatste_schooldag_tot, schooldagen_tussen, schooljaar_van
from domain.delen import mag_weten
from domain.effects import Bericht
from domain.ingebouwd import Ingebouwd
from domain.openen import open_afspraak, open_ingebouwd, open_op_datum, sluit_bal
from domain.predicates import geldt
from domain.roles import PARTIJ_VAN, Partij, Rol
from domain.route import EINDE, AfspraakSjabloon, Soort, Stap, Terugkerend, Uitkomst, Venster
from domain.termijn import Klok, Termijn
from domain.tijd import in_woorden
from domain.traject import Afspraak, AfspraakStatus, Traject

_BEANTWOORD = frozenset({Stand.GEGEVEN, Stand.GEWEIGERD, Stand.INGETROKKEN, Stand.TEGENSTRIJDIG})
_GENOEG_TIJD_SCHOOLDAGEN = 15
_STREEF_VOOR_EINDE = Termijn(aantal=-10, klok=Klok.SCHOOLDAGEN)


def betreed(boek: Boek, stap: Stap) -> None:
    """Enters a step: the decision that ends it is owed from the first moment, so no step is ever empty."""
    boek.noteer(f.StapBetreden(stap=stap.id, op=boek.vandaag))
    open_besluit(boek, stap)
    for vraag in stap.toestemmingen:
        if vraag.als is None or geldt(vraag.als, boek.t):
            vraag_toestemming(boek, stap, vraag.doel)
    open_wat_kan(boek, stap)
    boek.meld(Bericht.STAND_OUDERS, Rol.OUDERS, ("stap", boek.t.versie), stap=stap.id)


def open_besluit(boek: Boek, stap: Stap, vanaf: date | None = None) -> None:
    """Opens the decision of a step; `vanaf` is the anchor of a next round."""
    besluit = stap.besluit
    open_afspraak(
        boek,
        sjabloon=besluit.id,
        soort=besluit.soort,
        rol=besluit.rol,
        termijn=besluit.termijn,
        uiterlijk=besluit.uiterlijk,
        ladder=besluit.ladder,
        stap=stap.id,
        vanaf=vanaf,
    )


def vraag_toestemming(boek: Boek, stap: Stap, doel: Doel) -> None:
    """Asks a consent. Somebody in a role follows it up; the ball lies with those who must sign.

    What was given need not be asked again; what was refused or withdrawn is asked again by a person only (T4).
    """
    stand = boek.t.stand(doel)
    if boek.kader.tweede_editie and stand is Stand.TEGENSTRIJDIG:
        bespreek_toestemming(boek, doel)
    if stand in _BEANTWOORD or open_vraag(boek.t, doel) is not None:
        return
    vraag = next(v for v in stap.toestemmingen if v.doel is doel)
    boek.noteer(f.ToestemmingGevraagd(doel=doel, op=boek.vandaag))
    afspraak = open_afspraak(
        boek,
        sjabloon=f"toestemming_{doel}",
        soort=Soort.TOESTEMMING,
        rol=vraag.rol,
        termijn=vraag.termijn,
        ladder=vraag.ladder,
        stap=stap.id,
        bal=Partij.OUDERS,
        doel=doel,
    )
    if not boek.kader.tweede_editie:
        boek.meld(Bericht.TOESTEMMING, Rol.OUDERS, (afspraak.id, "vraag"), afspraak=afspraak)
        return
    if vraagt_ouders(doel, boek.t.gezag):
        boek.meld(Bericht.TOESTEMMING, Rol.OUDERS, (afspraak.id, "vraag"), afspraak=afspraak)
    vraag_leerling(boek, doel)


def open_vraag(traject: Traject, doel: Doel) -> Afspraak | None:
    """The question for this purpose that still waits for answers."""
    open_ = (a for a in traject.open_afspraken if a.doel is doel and a.soort is Soort.TOESTEMMING)
    return next(open_, None)


def open_over(traject: Traject, wat: Ingebouwd, doel: Doel) -> Afspraak | None:
    """The open afspraak to do this about a purpose."""
    return next((a for a in traject.open_afspraken if a.doel is doel and a.sjabloon == wat), None)


def vraag_leerling(boek: Boek, doel: Doel) -> None:
    """Mails go to parents. A pupil who must sign is asked by a person at school, by a date, as long as the question is open."""
    gezag, vraag = boek.t.gezag, open_vraag(boek.t, doel)
    if vraag is None or gezag.leerling_id not in ondertekenaars(doel, gezag):
        return
    if gezag.leerling_id in boek.t.toestemmingen[doel].antwoorden:
        return
    if open_over(boek.t, Ingebouwd.LEERLING_VRAGEN, doel) is None:
        wie = boek.kader.zorgcoordinator
        open_ingebouwd(boek, Ingebouwd.LEERLING_VRAGEN, wie, doel=doel, stap=vraag.stap)


def bespreek_toestemming(boek: Boek, doel: Doel) -> None:
    """Answers that do not go together, and no open question in whose name somebody would talk about them."""
    if open_over(boek.t, Ingebouwd.TOESTEMMING_BESPREKEN, doel) is None:
        open_ingebouwd(boek, Ingebouwd.TOESTEMMING_BESPREKEN, boek.kader.zorgcoordinator, doel=doel)


def open_wat_kan(boek: Boek, stap: Stap) -> None:
    """Opens every afspraak of the step whose turn has come: predecessors done, condition true, consent given.

    What lapsed for want of consent opens again once the consent is there after all.
    """
    gedaan = {s.id for s in stap.afspraken if is_gedaan(boek.t, stap, s)}
    er_al = gedaan | {a.sjabloon for a in boek.t.open_afspraken if a.stap == stap.id}
    for sjabloon in stap.afspraken:
        if sjabloon.id not in er_al and set(sjabloon.na) <= gedaan and _mag_open(boek, sjabloon):
            open_afspraak(
                boek,
                sjabloon=sjabloon.id,
                soort=sjabloon.soort,
                rol=sjabloon.rol,
                termijn=sjabloon.termijn,
                uiterlijk=sjabloon.uiterlijk,
                ladder=sjabloon.ladder,
                stap=stap.id,
            )


def is_gedaan(traject: Traject, stap: Stap, sjabloon: AfspraakSjabloon) -> bool:
    """Done in this step; in this round of it when it belongs to every round."""
    vanaf = traject.stap_versie if sjabloon.elke_ronde else 0
    return any(
        a.status is AfspraakStatus.GEDAAN and a.versie >= vanaf
        for a in traject.afspraken
        if a.stap == stap.id and a.sjabloon == sjabloon.id
    )


def _mag_open(boek: Boek, sjabloon: AfspraakSjabloon) -> bool:
    if sjabloon.als is not None and not geldt(sjabloon.als, boek.t):
        return False
    if boek.kader.tweede_editie and not mag_weten(boek.t, sjabloon.rol):
        return False
    return sjabloon.toestemming is None or boek.t.stand(sjabloon.toestemming) is Stand.GEGEVEN


def volg(boek: Boek, stap: Stap, uitkomst: Uitkomst, besluit: Afspraak, op: date) -> None:
    """Goes where an outcome leads: the end, another round of the same step, or the next step."""
    if uitkomst.naar == EINDE:
        laat_vervallen(boek, list(boek.t.open_afspraken), "traject_gesloten")
        boek.noteer(f.TrajectGesloten(op=boek.vandaag))
        boek.meld(Bericht.STAND_OUDERS, Rol.OUDERS, ("einde", boek.t.versie))
    elif uitkomst.naar == stap.id:
        boek.noteer(f.StapBetreden(stap=stap.id, ronde=True, op=boek.vandaag))
        open_besluit(boek, stap, besluit.streefdatum if stap.besluit.anker == "plan" else op)
        open_wat_kan(boek, stap)
    else:
        laat_vervallen(boek, [a for a in boek.t.open_afspraken if a.stap == stap.id], "stap_verlaten")
        betreed(boek, boek.kader.route.stap(uitkomst.naar))


def laat_vervallen(boek: Boek, afspraken: list[Afspraak], reden: str) -> None:
    """No longer owed, with the reason as a code."""
    for afspraak in afspraken:
        sluit_bal(boek, afspraak)
        boek.noteer(f.AfspraakVervallen(afspraak_id=afspraak.id, reden=reden, op=boek.vandaag))


def plan_vensters(boek: Boek) -> None:
    """At the start of a traject: on which day each recurring review opens first."""
    for terugkerend in boek.kader.route.terugkerend:
        for venster in terugkerend.vensters:
            boek.noteer(f.VensterGepland(venster=_sleutel(terugkerend, venster), op=_eerste_opening(boek, venster)))


def _sleutel(terugkerend: Terugkerend, venster: Venster) -> str:
    return f"{terugkerend.id}:{venster.id}"


def _eerste_opening(boek: Boek, venster: Venster) -> date:
    """This school year if enough school days remain in the window to hold a review, else next year's window."""
    jaar = schooljaar_van(boek.vandaag)
    van, tot_en_met = venster.datums(jaar)
    opening = max(van, boek.vandaag + timedelta(days=1))
    if opening <= tot_en_met:
        over = schooldagen_tussen(boek.kader.kalender, opening, tot_en_met)
        if over >= _GENOEG_TIJD_SCHOOLDAGEN:
            return opening
    return venster.datums(jaar + 1)[0]


def open_vensters(boek: Boek) -> None:
    """Opens every review whose window has begun and plans the next school year's."""
    for terugkerend in boek.kader.route.terugkerend:
        for venster in terugkerend.vensters:
            sleutel = _sleutel(terugkerend, venster)
            op = boek.t.vensters.get(sleutel)
            if op is not None and op <= boek.vandaag:
                jaar = schooljaar_van(op)
                while venster.datums(jaar + 1)[0] <= boek.vandaag:
                    jaar += 1  # a window that was missed for a whole year is not made up for
                if boek.t.stap not in terugkerend.niet_in:
                    _open_review(boek, terugkerend, venster, jaar)
                boek.noteer(f.VensterGepland(venster=sleutel, op=venster.datums(jaar + 1)[0]))


def _open_review(boek: Boek, terugkerend: Terugkerend, venster: Venster, jaar: int) -> None:
    kalender = boek.kader.kalender
    uiterste = laatste_schooldag_tot(kalender, venster.datums(jaar)[1])
    eerste = eerstvolgende_schooldag(kalender, boek.vandaag)
    streef = max(eerste, bereken(kalender, uiterste, _STREEF_VOOR_EINDE).datum)
    open_op_datum(
        boek,
        Afspraak(
            id=f"a{boek.t.volgende_afspraak}",
            sjabloon=terugkerend.id,
            soort=terugkerend.soort,
            stap=None,
            rol=terugkerend.rol,
            bal=PARTIJ_VAN[terugkerend.rol],
            bal_sinds=boek.vandaag,
            geopend_op=boek.vandaag,
            vanaf=boek.vandaag,
            termijn=None,
            uiterlijk=None,
            streefdatum=streef,
            uiterste=max(streef, uiterste),
            uitleg=f"in het venster tot en met {in_woorden(uiterste)}, met 10 schooldagen speling",
            ladder=terugkerend.ladder,
        ),
    )

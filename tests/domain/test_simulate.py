"""The what-if follows the rules of the core, on the dates of the school calendar, and stays pure."""

from datetime import date, datetime

import pytest
from pydantic import ValidationError

from domain.effects import Bericht
from domain.feiten import Wie
from domain.handelingen import NeemBesluit, Opdracht, RondAf
from domain.roles import Rol
from domain.simulate import GeplandeHandeling, Scenario, Simulatie, maak_opdracht, simuleer, speel
from domain.tijd import AMSTERDAM, lokale_datum
from domain.traject import Afspraak, Traject, TrajectStatus
from domain.verloop import vouw
from tests.support.zaak import kader, verwijzing

START, TOT = date(2026, 9, 1), date(2027, 7, 31)


def handeling(op: date, doe: str, sjabloon: str | None = None, **anders: object) -> GeplandeHandeling:
    return GeplandeHandeling.model_validate({"op": op, "doe": doe, "sjabloon": sjabloon, **anders})


NAAR_ONDERZOEK = (
    handeling(date(2026, 9, 8), "rond_af", "gesprek_ouders"),
    handeling(date(2026, 9, 9), "rond_af", "overleg_ib"),
    handeling(date(2026, 9, 9), "rond_af", "dossiernotitie"),
    handeling(date(2026, 9, 10), "neem_besluit", "vervolg_signaal", met={"uitkomst": "onderzoek"}),
)


def wanneer(s: Simulatie, soort: str) -> list[date]:
    return [lokale_datum(g.op) for g in s.gebeurtenissen if g.feit.soort == soort]


def test_wie_niets_doet_komt_via_herinneringen_bij_een_mens_die_het_oplost() -> None:
    s = simuleer(kader(), verwijzing(), START, TOT)
    eerste = s.traject.afspraken[0]
    toon = [
        g.feit.toon for g in s.gebeurtenissen if g.feit.soort == "trede_bereikt" and g.feit.afspraak_id == eerste.id
    ]
    assert [str(t) for t in toon[:4]] == ["vooraf", "vandaag", "herinnering", "herinnering"]
    assert s.traject.stagnatie is not None
    assert s.traject.stagnatie.bij is Rol.REGIEVOERDER
    assert any(m.bericht is Bericht.ESCALATIE and m.rol is Rol.REGIEVOERDER for m in s.meldingen)


def test_handelingen_gebeuren_op_hun_dag_en_de_rest_volgt_uit_de_kalender() -> None:
    s = simuleer(kader(), verwijzing(), START, date(2026, 9, 30), NAAR_ONDERZOEK)
    assert not s.geweigerd
    assert s.traject.stap == "onderzoek_en_triage"
    assert wanneer(s, "besluit_genomen") == [date(2026, 9, 10)]
    triage = next(a for a in s.traject.open_afspraken if a.sjabloon == "triage")
    # Six school weeks after 10 September would be 22 October; the autumn holiday does not count.
    assert triage.streefdatum == date(2026, 10, 29)


def test_de_toestand_is_de_som_van_de_feiten() -> None:
    s = simuleer(kader(), verwijzing(), START, TOT, NAAR_ONDERZOEK)
    gevouwen: Traject | None = None
    for gebeurtenis in s.gebeurtenissen:
        gevouwen = vouw(gevouwen, gebeurtenis)
    assert gevouwen == s.traject
    assert [g.nr for g in s.gebeurtenissen] == list(range(1, s.traject.versie + 1))


def test_twee_keer_spelen_geeft_hetzelfde_en_de_klok_loopt_nooit_terug() -> None:
    s = simuleer(kader(), verwijzing(), START, TOT, NAAR_ONDERZOEK)
    assert s == simuleer(kader(), verwijzing(), START, TOT, NAAR_ONDERZOEK)
    momenten = [m.nu for m in s.momenten]
    assert momenten == sorted(momenten)
    assert lokale_datum(momenten[-1]) <= TOT


def test_een_weigering_staat_in_de_uitkomst_en_verandert_niets() -> None:
    te_vroeg = handeling(date(2026, 9, 2), "neem_besluit", "vervolg_signaal", met={"uitkomst": "onderzoek"})
    s = simuleer(kader(), verwijzing(), START, date(2026, 9, 2), [te_vroeg])
    assert [m.weigering.code for m in s.geweigerd if m.weigering] == ["voorwaarde_ontbreekt"]
    assert s.traject.stap == "signaal"


def test_een_afspraak_die_niet_open_staat_zegt_wat_wel_open_staat() -> None:
    s = simuleer(kader(), verwijzing(), START, START, [handeling(START, "rond_af", "triage")])
    weigering = s.geweigerd[0].weigering
    assert weigering is not None
    assert weigering.code == "afspraak_onbekend"
    assert weigering.remedie == "Op die dag staat open: vervolg_signaal, gesprek_ouders."


def test_toestemming_stilstand_en_heropenen_kunnen_zonder_afspraak() -> None:
    ja = {"doel": "delen_jgz", "antwoord": "gegeven", "vorm": "schriftelijk"}
    s = simuleer(
        kader(),
        verwijzing(),
        START,
        date(2026, 9, 30),
        [
            *NAAR_ONDERZOEK,
            handeling(date(2026, 9, 14), "leg_toestemming_vast", met={**ja, "persoon_id": "ouder1"}),
            handeling(
                date(2026, 9, 14),
                "leg_toestemming_vast",
                als="ouders",
                persoon="ouder2",
                met={**ja, "persoon_id": "ouder2"},
            ),
            handeling(date(2026, 9, 15), "meld_stilstand"),
            handeling(date(2026, 9, 16), "heropen"),
        ],
    )
    assert len(wanneer(s, "toestemming_vastgelegd")) == 2
    assert any(a.sjabloon == "registratie_ggd" for a in s.traject.open_afspraken)
    assert wanneer(s, "stagnatie_vastgesteld") == [date(2026, 9, 15)]
    assert [m.weigering.code for m in s.geweigerd if m.weigering] == ["traject_loopt"]


def test_wat_na_de_laatste_dag_komt_wordt_niet_gespeeld() -> None:
    s = simuleer(kader(), verwijzing(), START, date(2026, 9, 8), NAAR_ONDERZOEK)
    assert s.traject.stap == "signaal"
    assert len(wanneer(s, "afspraak_gedaan")) == 1


def test_een_einde_of_handeling_voor_het_begin_kan_niet() -> None:
    with pytest.raises(ValueError, match="ligt vóór het begin"):
        simuleer(kader(), verwijzing(), START, date(2026, 8, 31))
    with pytest.raises(ValueError, match="Een handeling op maandag 31 augustus 2026"):
        speel(kader(), verwijzing(), START, TOT, [handeling(date(2026, 8, 31), "meld_stilstand")])


@pytest.mark.parametrize(
    ("velden", "zin"),
    [
        ({"doe": "rond_af"}, "hoort wel sjabloon"),
        ({"doe": "meld_stilstand", "sjabloon": "x"}, "hoort geen sjabloon"),
        ({"doe": "neem_besluit", "sjabloon": "x"}, "uitkomst"),
        ({"doe": "rond_af", "sjabloon": "x", "met": {"uitkomts": "y"}}, "uitkomts"),
    ],
)
def test_een_scenario_met_een_fout_wordt_geweigerd(velden: dict[str, object], zin: str) -> None:
    with pytest.raises(ValidationError, match=zin):
        Scenario.model_validate({"handelingen": [{"op": "2026-09-01", **velden}]})


class Ijverig:
    """Does everything that is due, as its owner, and decides as soon as that may be."""

    def __init__(self) -> None:
        self.gevraagd: list[datetime] = []

    def __call__(self, traject: Traject, nu: datetime, /) -> Opdracht | None:
        self.gevraagd.append(nu)
        klaar = [a for a in traject.open_afspraken if a.streefdatum <= lokale_datum(nu)]
        return self._doe(traject, klaar[0]) if klaar else None

    def _doe(self, traject: Traject, afspraak: Afspraak) -> Opdracht:
        besluit = afspraak.soort in {"besluit", "evaluatie"}
        door = Wie(rol=afspraak.rol, persoon_id="p-1")
        wat = (
            NeemBesluit(afspraak_id=afspraak.id, uitkomst="koo_meedenken")
            if besluit
            else RondAf(afspraak_id=afspraak.id)
        )
        return Opdracht(commando_id=f"g-{traject.versie}", door=door, handeling=wat)


def test_gedrag_wordt_elke_schoolochtend_gevraagd_tot_het_niets_meer_doet() -> None:
    gedrag = Ijverig()
    s = simuleer(kader(), verwijzing(), START, date(2026, 9, 22), gedrag=gedrag)
    ochtenden = {lokale_datum(m) for m in gedrag.gevraagd if m.astimezone(AMSTERDAM).strftime("%H:%M") == "08:30"}
    # 1 September is a Tuesday; three school weeks without a day off.
    assert len(ochtenden) == 16
    assert all(dag.weekday() < 5 for dag in ochtenden)
    assert s.traject.stap == "overleg_koo"


def test_gedrag_dat_geweigerd_wordt_houdt_de_klok_niet_op() -> None:
    def koppig(traject: Traject, nu: datetime, /) -> Opdracht | None:
        return Opdracht(commando_id="c", door=Wie(rol=Rol.IB), handeling=RondAf(afspraak_id="a999"))

    s = simuleer(kader(), verwijzing(), START, date(2026, 9, 4), gedrag=koppig)
    assert {m.weigering.code for m in s.geweigerd if m.weigering} == {"afspraak_onbekend"}
    assert s.traject.status is TrajectStatus.LOPEND


def test_dezelfde_geplande_handeling_past_op_een_echt_traject() -> None:
    traject = simuleer(kader(), verwijzing(), START, START).traject
    opdracht = maak_opdracht(kader(), traject, handeling(START, "rond_af", "gesprek_ouders"), "c-1")
    assert opdracht.door.rol is Rol.LEERKRACHT
    assert isinstance(opdracht.handeling, RondAf)
    assert traject.afspraak(opdracht.handeling.afspraak_id) is not None

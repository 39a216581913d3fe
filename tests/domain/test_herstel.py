"""Every way in which tables and workflow can disagree has its own name, and agreeing has none."""

from datetime import datetime, timedelta

import pytest

from domain.herstel import Aanwezig, Beeld, Tabelbeeld, Verschil, Workflowbeeld, vergelijk
from domain.tijd import AMSTERDAM
from domain.traject import Traject, TrajectStatus
from tests.support.zaak import Zaak

NU = datetime(2026, 9, 1, 12, tzinfo=AMSTERDAM)
WEK = NU + timedelta(days=1)


@pytest.fixture
def zaak() -> Zaak:
    return Zaak()


def tabel(zaak: Zaak, **anders: object) -> Tabelbeeld:
    feiten = tuple(zaak.gebeurtenissen)
    basis = Tabelbeeld(traject_id=zaak.traject.traject_id, feiten=feiten, epoch=1, rij=zaak.traject, volgende_wek=WEK)
    return basis.model_copy(update=anders)


def loopt(traject: Traject, **anders: object) -> Workflowbeeld:
    beeld = Beeld(traject=traject, volgende_wek=WEK).model_copy(update=anders)
    return Workflowbeeld(aanwezig=Aanwezig.LOOPT, beeld=beeld)


WEG = Workflowbeeld(aanwezig=Aanwezig.WEG)


def test_a_case_that_agrees_has_no_difference(zaak: Zaak) -> None:
    assert vergelijk(tabel(zaak), loopt(zaak.traject), NU) == ()


def test_nothing_anywhere_is_no_difference() -> None:
    assert vergelijk(Tabelbeeld(traject_id="t-x"), WEG, NU) == ()


def test_a_timeline_with_a_gap_is_not_folded(zaak: Zaak) -> None:
    feiten = tuple(zaak.gebeurtenissen)
    gat = tabel(zaak, feiten=feiten[:2] + feiten[3:])
    assert vergelijk(gat, loopt(zaak.traject), NU) == (Verschil.TIJDLIJN_GAT, Verschil.WORKFLOW_VOOR)
    assert vergelijk(gat, WEG, NU) == (Verschil.TIJDLIJN_GAT,)


@pytest.mark.parametrize(
    ("wat", "verschil"),
    [
        ({"rij": None}, Verschil.RIJ_ONTBREEKT),
        ({"rij_klopt": False}, Verschil.RIJ_ANDERS),
        ({"afspraken_kloppen": False}, Verschil.AFSPRAKEN_ANDERS),
        ({"epoch": 2}, Verschil.WORKFLOW_ACHTER),
        ({"verwerkt": frozenset({"c-nergens"})}, Verschil.OPDRACHT_VERGETEN),
        ({"open_opdrachten": frozenset({"c-wacht"})}, Verschil.OPDRACHT_OPEN),
        ({"mails": frozenset({"m-wees"})}, Verschil.MAIL_ZONDER_VERZENDER),
        ({"teksten_kwijt": ("x-weg",)}, Verschil.TEKST_KWIJT),
        ({"volgende_wek": None}, Verschil.WEKKER_ANDERS),
    ],
)
def test_one_thing_that_differs_in_the_tables_is_named(zaak: Zaak, wat: dict[str, object], verschil: Verschil) -> None:
    assert verschil in vergelijk(tabel(zaak, **wat), loopt(zaak.traject), NU)


def test_a_state_that_does_not_follow_from_the_timeline_is_found(zaak: Zaak) -> None:
    vals = zaak.traject.model_copy(update={"regie_bij": "directie"})
    assert vergelijk(tabel(zaak, rij=vals), loopt(zaak.traject), NU) == (Verschil.RIJ_ANDERS,)
    assert vergelijk(tabel(zaak), loopt(vals), NU) == (Verschil.WORKFLOW_ANDERS,)


def test_behind_ahead_gone_and_silent_are_four_things(zaak: Zaak) -> None:
    t, nu = tabel(zaak), zaak.traject
    ouder, nieuwer = (nu.model_copy(update={"versie": nu.versie + n}) for n in (-1, 1))
    assert vergelijk(t, loopt(ouder), NU) == (Verschil.WORKFLOW_ACHTER,)
    assert vergelijk(t, loopt(nieuwer), NU) == (Verschil.WORKFLOW_VOOR,)
    assert vergelijk(t, loopt(nu.model_copy(update={"epoch": 2})), NU) == (Verschil.WORKFLOW_VOOR,)
    assert vergelijk(t, WEG, NU) == (Verschil.WORKFLOW_WEG,)
    assert vergelijk(t, Workflowbeeld(aanwezig=Aanwezig.ZWIJGT), NU) == (Verschil.WORKFLOW_ZWIJGT,)


def test_a_closed_traject_needs_no_workflow(zaak: Zaak) -> None:
    zaak.rond_af("gesprek_ouders")
    zaak.rond_af("overleg_ib")
    zaak.besluit("vervolg_signaal", "basisondersteuning")
    zaak.rond_af("gesprek_nazorg")
    zaak.besluit("evaluatie_nazorg", "sluiten")
    assert zaak.traject.status is TrajectStatus.GESLOTEN
    assert vergelijk(tabel(zaak), WEG, NU) == ()


def test_an_act_the_workflow_knows_is_on_its_way_and_not_forgotten(zaak: Zaak) -> None:
    verder = zaak.traject.model_copy(update={"versie": zaak.traject.versie + 1, "commandos": ("c-nieuw",)})
    t = tabel(zaak, verwerkt=frozenset({"c-nieuw"}))
    assert vergelijk(t, loopt(verder), NU) == (Verschil.WORKFLOW_VOOR,)
    assert Verschil.OPDRACHT_VERGETEN in vergelijk(t, WEG, NU)


def test_a_mail_the_workflow_carries_has_a_sender(zaak: Zaak) -> None:
    t = tabel(zaak, mails=frozenset({"m-1"}))
    assert vergelijk(t, loopt(zaak.traject, te_bezorgen=("m-1",)), NU) == ()
    assert vergelijk(t, loopt(zaak.traject), NU) == (Verschil.MAIL_ZONDER_VERZENDER,)


def test_a_wake_up_that_is_long_over_is_found(zaak: Zaak) -> None:
    oud = NU - timedelta(hours=1)
    t, w = tabel(zaak, volgende_wek=oud), loopt(zaak.traject, volgende_wek=oud)
    assert vergelijk(t, w, NU) == (Verschil.WEKKER_TE_LAAT,)
    assert vergelijk(t, w, oud + timedelta(minutes=1)) == ()

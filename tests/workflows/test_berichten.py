"""Updates, signals and refusals: what a workflow takes, what it refuses, and that nothing a stranger sends can stop it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.feiten import SignaalGeweigerd, Wie
from domain.handelingen import DraagOver, EenHandeling, MeldStilstand, Opdracht, RondAf
from domain.roles import Rol
from domain.tijdschaal import Tijdschaal
from runtime.devserver import DevServer
from tests.support.jaar import open_van
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van
from tests.support.replay_leven import bijgewerkt, in_rust, leven, traject_id_van, wacht_tot
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen
from tests.support.verwacht import tijdlijn
from workflows.traject import SIGNAAL_HANDELING, TrajectWorkflow


async def _begin(o: Omgeving) -> Zaakdraad:
    zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
    await bijgewerkt(o, zaak)
    return zaak


async def _lengte(zaak: Zaakdraad) -> int:
    return len((await zaak.handle.fetch_history()).events)


async def test_a_refusal_reaches_the_caller_and_leaves_nothing_in_history(o: Omgeving) -> None:
    zaak = await _begin(o)
    await in_rust(zaak.handle)
    lengte, staat = await _lengte(zaak), await zaak.toestand()
    besluit = open_van(staat, "vervolg_signaal")
    gevallen: list[tuple[Rol, EenHandeling, str, str]] = [
        (Rol.IB, RondAf(afspraak_id=besluit.id), "past_niet", "soort"),
        (Rol.IB, RondAf(afspraak_id="a999"), "afspraak_onbekend", "afspraak_id"),
        (Rol.JGZ, DraagOver(afspraak_id=besluit.id, rol=Rol.IB), "verkeerde_rol", "rol"),
    ]
    for rol, handeling, code, veld in gevallen:
        with pytest.raises(WorkflowUpdateFailedError) as fout:
            await zaak.handel(rol, handeling)
        oorzaak = fout.value.cause
        assert isinstance(oorzaak, ApplicationError)
        assert (oorzaak.type, oorzaak.details[0]) == (code, veld)
        assert str(oorzaak.details[1]).endswith(".")
    assert await _lengte(zaak) == lengte
    assert await zaak.toestand() == staat


async def test_two_people_who_saw_the_same_page_are_not_both_obeyed(o: Omgeving) -> None:
    zaak = await _begin(o)
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")

    def opdracht(commando: str, rol: Rol) -> Opdracht:
        return Opdracht(
            commando_id=commando,
            door=Wie(rol=Rol.IB, persoon_id="p-ib"),
            handeling=DraagOver(afspraak_id=afspraak.id, rol=rol),
            gezien_versie=afspraak.versie,
        )

    await zaak.handle.execute_update(TrajectWorkflow.handel, opdracht("c-eerste", Rol.IB), id="c-eerste")
    with pytest.raises(WorkflowUpdateFailedError) as fout:
        await zaak.handle.execute_update(TrajectWorkflow.handel, opdracht("c-tweede", Rol.DIRECTIE), id="c-tweede")
    assert isinstance(fout.value.cause, ApplicationError)
    assert fout.value.cause.type == "verouderd"
    assert open_van(await zaak.toestand(), "gesprek_ouders").rol is Rol.IB


async def test_an_act_by_signal_is_carried_out_once(o: Omgeving) -> None:
    zaak = await _begin(o)
    afspraak = open_van(await zaak.toestand(), "gesprek_ouders")
    opdracht = Opdracht(commando_id="c-sein", door=Wie(rol=Rol.LEERKRACHT), handeling=RondAf(afspraak_id=afspraak.id))
    for _ in range(2):
        await zaak.handle.signal(SIGNAAL_HANDELING, opdracht)

    async def gedaan() -> bool:
        return all(a.sjabloon != "gesprek_ouders" for a in (await zaak.toestand()).open_afspraken)

    await wacht_tot(gedaan, omschrijving="de handeling")
    await bijgewerkt(o, zaak)
    soorten = [g.feit.soort for g in await tijdlijn(o.sessies, traject_id_van(zaak))]
    assert soorten.count("afspraak_gedaan") == 1
    assert "signaal_geweigerd" not in soorten


_GEWEIGERD: dict[str, tuple[str, list[Any], str]] = {
    "geen JSON van ons": (SIGNAAL_HANDELING, [{"geen": "opdracht"}], "onleesbaar"),
    "verkeerd type": (SIGNAAL_HANDELING, [42], "onleesbaar"),
    "niets": (SIGNAAL_HANDELING, [], "onleesbaar"),
    "leeg": (SIGNAAL_HANDELING, [None], "onleesbaar"),
    "twee waarden": (SIGNAAL_HANDELING, ["a", "b"], "onleesbaar"),
    "onbekende handeling": (
        SIGNAAL_HANDELING,
        [{"commando_id": "c-x", "door": {"rol": "ib"}, "handeling": {"soort": "wis_alles"}}],
        "onleesbaar",
    ),
    "ruwe bytes": (SIGNAAL_HANDELING, [b"\x00\xff"], "onleesbaar"),
    "mag niet": (
        SIGNAAL_HANDELING,
        [Opdracht(commando_id="c-y", door=Wie(rol=Rol.IB), handeling=RondAf(afspraak_id="a999"))],
        "afspraak_onbekend",
    ),
    "andere naam": ("handelingen", [{"x": 1}], "onbekend_bericht"),
    "nulteken in een id": (
        SIGNAAL_HANDELING,
        [{"commando_id": "c\u0000", "door": {"rol": "ib"}, "handeling": {"soort": "meld_stilstand"}}],
        "onleesbaar",
    ),
    "bezorging zonder waarde": ("bezorging", [], "onleesbaar"),
    "bezorging met twee waarden": ("bezorging", [1, 2], "onleesbaar"),
    "bezorging met een nulteken": (
        "bezorging",
        [{"persoon_id": "p\u0000", "rol": "ib", "reden": "blijvend"}],
        "onleesbaar",
    ),
    "klok zonder waarde": ("klok", [], "onleesbaar"),
    "klok met twee waarden": ("klok", [{}, {}], "onleesbaar"),
}


async def test_signals_that_do_not_fit_are_kept_for_a_person_and_stop_nothing(o: Omgeving) -> None:
    zaak = await _begin(o)
    for naam, inhoud, _ in _GEWEIGERD.values():
        await zaak.handle.signal(naam, args=inhoud)

    async def allemaal() -> bool:
        feiten = await tijdlijn(o.sessies, traject_id_van(zaak))
        return sum(g.feit.soort == "signaal_geweigerd" for g in feiten) == len(_GEWEIGERD)

    await wacht_tot(allemaal, omschrijving="de geweigerde signalen")
    feiten = [g.feit for g in await tijdlijn(o.sessies, traject_id_van(zaak))]
    assert [f.code for f in feiten if isinstance(f, SignaalGeweigerd)] == [code for *_, code in _GEWEIGERD.values()]
    te_bekijken = [a for a in (await zaak.toestand()).open_afspraken if a.sjabloon == "signaal_bekijken"]
    assert [a.rol for a in te_bekijken] == [Rol.COORDINATOR]
    await zaak.handel(Rol.OUDERS, MeldStilstand())
    assert (await bijgewerkt(o, zaak)).stagnatie is not None


async def test_an_accelerated_clock_lives_in_the_demo_only(dev_server: DevServer, migrated_database_url: str) -> None:
    async with leven(migrated_database_url, await plain_client(dev_server.address, "default")) as o:
        versneld = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
        with pytest.raises(WorkflowFailureError) as fout:
            await versneld.handle.result()
        assert isinstance(fout.value.cause, ApplicationError)
        assert fout.value.cause.type == "klok"

        # One stray signal of an operator must not end a child's traject.
        echt = await o.begin_traject(kind_van("o-papaver", 1), datetime.now(UTC), Tijdschaal())
        await echt.handle.signal(TrajectWorkflow.klok, Springen.naar(START))
        await echt.handel(Rol.OUDERS, MeldStilstand())
        staat = await bijgewerkt(o, echt)
        assert staat.stagnatie is not None
        codes = [g.feit for g in await tijdlijn(o.sessies, traject_id_van(echt))]
        assert [f.code for f in codes if isinstance(f, SignaalGeweigerd)] == ["klok"]
        assert abs((await echt.handle.query(TrajectWorkflow.stand)).nu - datetime.now(UTC)).total_seconds() < 60

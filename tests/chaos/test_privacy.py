"""Errors talk: a relay quotes the address, a database the value, a signal what somebody pasted. None of it may travel."""

import pytest
from sqlalchemy import text, update
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.handelingen import MeldStilstand
from domain.roles import Rol
from storage.people_tables import Persoon
from tests.chaos.oordeel import oordeel
from tests.chaos.opstelling import STAGNATIEPUNT, Opstelling
from tests.chaos.verslag import Rij
from tests.chaos.zaken import begin, klik, snel, toestemming, zet_klok
from tests.support.replay_leven import wacht_tot
from tests.support.spelen import START
from workflows.traject import SIGNAAL_HANDELING


@pytest.mark.rij(34, "namen in foutteksten: van de relay, de database, een signaal en een verzoek", "C O S")
async def test_foutteksten_met_een_naam_blijven_binnen(o: Opstelling, rij: Rij) -> None:
    await o.worker()
    http = await o.site()
    zaken = await begin(o, 3)
    await oordeel(o, zaken)
    merk = o.kanarie
    await zet_klok(zaken, lambda _: snel(START, factor=240))  # what failed for now is tried again within seconds
    await _adres(o, f"{merk}@waterland.example")
    o.sink.stoor("rcpt", code=550, tekst=f"5.1.1 <{merk}@waterland.example>: {merk} is hier niet bekend")
    o.sink.stoor("einde", code=451, tekst=f"4.3.0 geen plaats voor {merk}")
    await _sql(o, _STORING.format(merk=merk), _TREKKER)
    try:
        for zaak in zaken:
            await zaak.handel(Rol.OUDERS, MeldStilstand())
            await zaak.handle.signal(SIGNAAL_HANDELING, {"door": merk})
            await zaak.handle.signal("onbekend", merk)
            with pytest.raises((WorkflowUpdateFailedError, RPCError)):
                await zaak.handle.execute_update("handel", {"commando_id": merk, "handeling": merk})
            slecht = toestemming(o.kind()).model_copy(update={"persoon_id": merk})
            assert (await klik(http, zaak, slecht)).status_code >= 400
            rij.storing(6)
        await wacht_tot(lambda: _geweigerd(o), omschrijving="een geweigerd adres")
    finally:
        await _sql(o, "drop trigger klikspaan on traject", "drop function klikspaan", "drop sequence klikspaan_telt")
        await _adres(o, STAGNATIEPUNT)
    rij.neem(await oordeel(o, zaken, spoed=1))
    assert o.geen_persoonsgegevens() == []
    for zaak in zaken:
        geschiedenis = await zaak.handle.fetch_history()
        assert merk not in geschiedenis.to_json().lower()


_STORING = """
create sequence klikspaan_telt;
create function klikspaan() returns trigger language plpgsql as $$ begin
  if nextval('klikspaan_telt') <= 4 then
    raise exception 'Key (naam)=({merk}) already exists' using detail = '{merk}', hint = '{merk}';
  end if;
  return null;
end $$
"""
_TREKKER = (
    "create constraint trigger klikspaan after update on traject deferrable initially deferred "
    "for each row execute function klikspaan()"
)


async def _sql(o: Opstelling, *opdrachten: str) -> None:
    async with o.omgeving().sessies.begin() as session:
        verbinding = await (await session.connection()).get_raw_connection()
        assert verbinding.driver_connection is not None
        for opdracht in opdrachten:
            await verbinding.driver_connection.execute(opdracht)


async def _adres(o: Opstelling, adres: str) -> None:
    async with o.omgeving().sessies.begin() as session:
        await session.execute(update(Persoon).where(Persoon.id == "p-stagnatie").values(email=adres))


async def _geweigerd(o: Opstelling) -> bool:
    async with o.omgeving().sessies() as session:
        return bool(await session.scalar(text("select count(*) from mail where status = 'failed'")))

"""A new version is rolled out while cases run. What was begun by the previous code ends on this one, and nobody notices.

The previous code is today's with the latest changes taken back (`VorigeTraject`); tests/replay proves that it does exactly what
was recorded of the real one.
"""

from collections import Counter
from collections.abc import Sequence
from unittest.mock import patch

from temporalio.api.enums.v1 import EventType

from domain.verloop import vouw_alles
from runtime.codec import Sleutelring
from runtime.devserver import DevServer
from tests.replay.varianten import VorigeTraject
from tests.support.jaar import JAAR, Moment
from tests.support.omgeving import Omgeving, Zaakdraad, kind_van, omgeving
from tests.support.replay_leven import bijgewerkt, spring, traject_id_van, wacht_tot
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen, om_tien
from tests.support.verwacht import tijdlijn
from workflows.traject import TrajectWorkflow

VOOR, NA_UITROL, NA_DOORGANG = JAAR[:4], JAAR[4:12], JAAR[12:17]


async def _speel(o: Omgeving, zaak: Zaakdraad, momenten: Sequence[Moment]) -> None:
    for moment in momenten:
        await spring(zaak, om_tien(moment.dag))
        if moment.weigering is None:
            await zaak.handel(*moment.zet(await zaak.toestand()))
    await bijgewerkt(o, zaak)


async def _soorten(zaak: Zaakdraad) -> Counter[int]:
    return Counter([e.event_type async for e in zaak.handle.fetch_history_events()])


async def test_a_case_of_the_previous_version_goes_on_and_changes_over_at_its_next_run(
    dev_server: DevServer, migrated_database_url: str
) -> None:
    client = await plain_client(dev_server.address, "demo")
    with patch("tests.support.omgeving.Sleutelring.nieuw", return_value=Sleutelring.nieuw()):
        with patch("worker.registry.TrajectWorkflow", VorigeTraject):
            async with omgeving(migrated_database_url, client) as o:
                zaak = await o.begin_traject(kind_van("o-papaver"), START, Springen.naar(START))
                await _speel(o, zaak, VOOR)
        async with omgeving(migrated_database_url, client) as o:
            zaak = Zaakdraad(o.client.get_workflow_handle_for(TrajectWorkflow.run, zaak.handle.id), zaak.kind)
            await _speel(o, zaak, NA_UITROL)
            oud = await _soorten(zaak)
            assert oud[EventType.EVENT_TYPE_MARKER_RECORDED] == 0, "een lopende run verandert niet van regels"
            assert oud[EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED] == 0

            run = (await zaak.handle.describe()).run_id
            await zaak.handle.signal(TrajectWorkflow.ga_door)

            async def volgende() -> bool:
                return (await zaak.handle.describe()).run_id != run

            await wacht_tot(volgende, omschrijving="de volgende run")
            await _speel(o, zaak, NA_DOORGANG)
            nieuw = await _soorten(zaak)
            assert nieuw[EventType.EVENT_TYPE_MARKER_RECORDED] > 0, "de volgende run heeft de wijzigingen"
            assert nieuw[EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED] == 0

            staat = await bijgewerkt(o, zaak)
            assert staat == await zaak.toestand() == vouw_alles(await tijdlijn(o.sessies, traject_id_van(zaak)))
            await zaak.handle.terminate()

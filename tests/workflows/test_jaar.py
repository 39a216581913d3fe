"""The story of a whole year holds with skipped time: workflow, digest, database and mail together."""

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.support.jaar import HEEL_JAAR
from tests.support.omgeving import kind_van, omgeving
from tests.support.servers import in_namespace
from tests.support.spelen import START, Overslaan, om_tien, speel
from tests.support.verwacht import controleer_jaar


async def test_a_year_with_skipped_time(time_skipping_env: WorkflowEnvironment, migrated_database_url: str) -> None:
    client: Client = in_namespace(time_skipping_env.client, "demo")
    async with omgeving(migrated_database_url, client) as o:
        tijd = await Overslaan.begin(time_skipping_env)
        digest = await o.begin_digest(tijd.schaal)
        zaak = await o.begin_traject(kind_van("o-papaver"), START, tijd.schaal, "t-jaar0000000000")
        await speel(zaak, HEEL_JAAR, tijd.tot)
        await tijd.tot(om_tien(HEEL_JAAR[-1].dag.replace(day=20)))
        await zaak.handle.result()
        await digest.terminate()
        await controleer_jaar(o, "t-jaar0000000000")

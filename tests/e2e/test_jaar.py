"""The same year on the real Temporal server: same story, same facts, same mails as with skipped time."""

from pathlib import Path

from runtime.devserver import DevServer
from tests.support.jaar import HEEL_JAAR
from tests.support.omgeving import kind_van, omgeving
from tests.support.servers import plain_client
from tests.support.spelen import START, Springen, om_tien, speel
from tests.support.verwacht import controleer_jaar


async def test_the_same_year_on_the_real_server(tmp_path: Path, migrated_database_url: str) -> None:
    """On a server of its own: a worker that another test left on the shared one would take tasks of this story."""
    with DevServer(tmp_path, namespaces=("demo",)) as server:
        await server.ready()
        await _leef_het_jaar(server, migrated_database_url)


async def _leef_het_jaar(server: DevServer, migrated_database_url: str) -> None:
    client = await plain_client(server.address, "demo")
    async with omgeving(migrated_database_url, client) as o:
        schaal = Springen.naar(START)
        digest = await o.begin_digest(schaal)
        zaak = await o.begin_traject(kind_van("o-papaver"), START, schaal, "t-jaar1111111111")
        springen = Springen(zaak, digest)
        await speel(zaak, HEEL_JAAR, springen.tot)
        await springen.digest_tot(om_tien(HEEL_JAAR[-1].dag.replace(day=20)))
        await zaak.handle.result()
        await digest.terminate()
        await controleer_jaar(o, "t-jaar1111111111")

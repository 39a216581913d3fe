"""A worker that lets workflows speak but do nothing: it runs workflow code and no activity, so no mail leaves.

After a store was put back the ordinary workers stay off until the two agree; asking a workflow for its state, or offering it
an act, needs somebody who runs its code.
"""

from importlib.metadata import version

from temporalio.client import Client
from temporalio.worker import Worker

from runtime.temporal import NACHT_QUEUE, TRAJECT_QUEUE
from worker.registry import STICKY
from worker.sandbox import maak_runner
from workflows.digest import DigestWorkflow
from workflows.traject import TrajectWorkflow


def maak_lezers(client: Client) -> list[Worker]:
    """For trajecten and for digests. Harmless beside ordinary workers."""
    return [
        Worker(
            client,
            task_queue=queue,
            workflows=[soort],
            workflow_runner=maak_runner(),
            build_id=version("routewacht"),
            sticky_queue_schedule_to_start_timeout=STICKY,
        )
        for queue, soort in ((TRAJECT_QUEUE, TrajectWorkflow), (NACHT_QUEUE, DigestWorkflow))
    ]

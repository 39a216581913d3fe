"""Runs that began before each workflow had a data key: their history hangs on a key of the ring itself.

Such a key may leave the ring only once no run needs it. A new run is written under the data key of its workflow. Not
imported by workflow code.
"""

from collections.abc import AsyncIterator

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.codec import ring_sleutel
from workflows.traject import TrajectWorkflow


async def lopend_onder_de_ring(client: Client) -> AsyncIterator[tuple[str, str | None]]:
    """Every running workflow, with the name of the ring key its run began under; None when that was a data key."""
    async for lopend in client.list_workflows("ExecutionStatus = 'Running'"):
        try:
            eerste = await client.workflow_service.get_workflow_execution_history(
                GetWorkflowExecutionHistoryRequest(
                    namespace=client.namespace,
                    execution=WorkflowExecution(workflow_id=lopend.id, run_id=lopend.run_id),
                    maximum_page_size=1,
                )
            )
        except RPCError as fout:
            if fout.status is RPCStatusCode.NOT_FOUND:  # ended since it was listed
                continue
            raise
        invoer = eerste.history.events[0].workflow_execution_started_event_attributes.input.payloads
        yield lopend.id, next((naam for p in invoer if (naam := ring_sleutel(p)) is not None), None)


async def begin_nieuwe_run(client: Client, workflow_id: str) -> None:
    """Ask a workflow to go on in a new run, at its next safe moment."""
    await client.get_workflow_handle(workflow_id).signal(TrajectWorkflow.ga_door)

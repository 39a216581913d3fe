"""How a traject stands in Temporal, asked from outside. By the names of workflow and query, so that an activity may ask
as well: it may not import workflow code."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode

from domain.herstel import Aanwezig, Beeld, Workflowbeeld
from domain.ids import traject_workflow_id

TRAJECT_WORKFLOW: Final = "TrajectWorkflow"
QUERY_BEELD: Final = "beeld"
_WACHT = timedelta(seconds=10)
_AANWEZIG = {
    WorkflowExecutionStatus.RUNNING: Aanwezig.LOOPT,
    WorkflowExecutionStatus.CONTINUED_AS_NEW: Aanwezig.LOOPT,
    WorkflowExecutionStatus.COMPLETED: Aanwezig.AFGEROND,
}


async def lopende_trajecten(client: Client) -> AsyncIterator[str]:
    """Ids of all trajecten that run in Temporal. The list may lag a moment behind."""
    async for gevonden in client.list_workflows(f"WorkflowType = '{TRAJECT_WORKFLOW}' AND ExecutionStatus = 'Running'"):
        yield gevonden.id.removeprefix(traject_workflow_id(""))


async def bekijk(client: Client, traject_id: str) -> Workflowbeeld:
    """What Temporal knows of this traject. Needs a worker that polls its task queue; without one it counts as ZWIJGT.

    Raises RPCError when the server itself cannot be asked.
    """
    handle = client.get_workflow_handle(traject_workflow_id(traject_id))
    try:
        beschrijving = await handle.describe(rpc_timeout=_WACHT)
    except RPCError as fout:
        if fout.status is RPCStatusCode.NOT_FOUND:
            return Workflowbeeld(aanwezig=Aanwezig.WEG)
        raise
    aanwezig = _AANWEZIG.get(beschrijving.status, Aanwezig.WEG) if beschrijving.status else Aanwezig.WEG
    if aanwezig is Aanwezig.WEG:
        return Workflowbeeld(aanwezig=aanwezig)
    try:
        beeld = await handle.query(QUERY_BEELD, result_type=Beeld, rpc_timeout=_WACHT)
    except (WorkflowQueryFailedError, WorkflowQueryRejectedError, RPCError):
        return Workflowbeeld(aanwezig=Aanwezig.ZWIJGT)
    return Workflowbeeld(aanwezig=aanwezig, beeld=beeld)

"""Orders at a certificate authority in Temporal: start one, cancel one."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy as OnRunning
from temporalio.common import WorkflowIDReusePolicy as OnEnded
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from engine.calls import CEILING, within
from engine.contract import ISSUE_WORKFLOW, IssueInput
from engine.ids import order_workflow
from engine.settings import TemporalSettings
from rotation.values import OrderId

_NAMES_SHOWN = 3


async def start_order(client: Client, begin: IssueInput, *, task_queue: str | None = None) -> None:
    """Start an order, once: a second call for the same one changes nothing, even when it has ended.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say; call again with the same order.
    """
    names = ", ".join(begin.names[:_NAMES_SHOWN]) + (", ..." if len(begin.names) > _NAMES_SHOWN else "")
    async with within(CEILING, silence="Temporal has not said whether the order started; try again"):
        try:
            await client.start_workflow(
                ISSUE_WORKFLOW,
                begin,
                id=order_workflow(begin.order_id),
                task_queue=task_queue or TemporalSettings().task_queue,
                id_conflict_policy=OnRunning.USE_EXISTING,
                id_reuse_policy=OnEnded.REJECT_DUPLICATE,
                static_summary=f"Order a certificate for {names}",
            )
        except WorkflowAlreadyStartedError:
            return


async def cancel_order(client: Client, order_id: OrderId) -> bool:
    """Ask an order to end. False: Temporal runs none of that id.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    async with within(CEILING, silence="Temporal has not taken the cancel; try again"):
        try:
            await client.get_workflow_handle(order_workflow(order_id)).cancel()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
    return True

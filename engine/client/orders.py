"""Orders at a certificate authority in Temporal: start one, cancel one."""

from temporalio.client import Client

from engine.client.single_start import ask_to_end, start_once
from engine.contract import ISSUE_WORKFLOW, IssueInput
from engine.ids import order_workflow
from rotation.values import OrderId

_NAMES_SHOWN = 3


async def start_order(client: Client, begin: IssueInput, *, task_queue: str | None = None) -> None:
    """Start an order, once: a second call for the same one changes nothing, even when it has ended.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say; call again with the same order.
    """
    names = ", ".join(begin.names[:_NAMES_SHOWN]) + (", ..." if len(begin.names) > _NAMES_SHOWN else "")
    await start_once(
        client,
        ISSUE_WORKFLOW,
        begin,
        workflow_id=order_workflow(begin.order_id),
        what="the order",
        summary=f"Order a certificate for {names}",
        task_queue=task_queue,
    )


async def cancel_order(client: Client, order_id: OrderId) -> bool:
    """Ask an order to end. False: Temporal runs none of that id.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    return await ask_to_end(client, order_workflow(order_id))

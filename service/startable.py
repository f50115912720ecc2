"""What is recorded first, and started once in Temporal: a rotation or restore, a simulation, an order of a certificate.

What a process that died had recorded and not started is taken up by another one. Temporal finds again what it has.
"""

from datetime import datetime
from typing import Protocol, TypeAlias

import structlog
from temporalio.client import Client

from engine.client.orders import cancel_order, start_order
from engine.client.rotations import start_rotation
from engine.client.simulations import cancel_simulation, start_simulation
from engine.client.ui_summary import static_details
from engine.contract import IssueInput, RotateInput
from engine.fault import NoAnswer, TemporalDown
from rotation.order import OrderState
from rotation.simulation import NewSimulation, SimulateInput, SimulationState
from store.certificate.certificate_orders import CertificateOrder
from store.progress import Rotation
from store.rotation.simulations import Simulation
from store.store import Store

Startable: TypeAlias = Rotation | Simulation | CertificateOrder
_log = structlog.get_logger(__name__)


class Where(Protocol):
    """Where it is recorded and started."""

    @property
    def store(self) -> Store:
        """Has it recorded."""

    @property
    def temporal(self) -> Client:
        """Runs it."""

    @property
    def task_queue(self) -> str:
        """Whose workers serve it."""


async def unstarted(store: Store) -> tuple[Startable, ...]:
    """All that runs as recorded, and that Temporal may not have heard of."""
    return (
        *await store.rotations.unreported(),
        *await store.simulations.running(),
        *await store.certificate_orders.running(),
    )


async def start(where: Where, recorded: Startable) -> None:
    """Give what is recorded to Temporal. What it has already is found again; what has ended stays as it is.

    Raises:
        SiteIsBusy: when Temporal runs another rotation of the site.
        TemporalDown, NoAnswer: when Temporal did not say; it stays recorded, and is taken up later.
    """
    match recorded:
        case Rotation():
            await _start_rotation(where, recorded)
        case Simulation(state=SimulationState.RUNNING):
            site = await where.store.sites.get(recorded.site_id)
            asked = {name: getattr(recorded, name) for name in NewSimulation.model_fields}
            begin = SimulateInput(**asked, site_name=site.name)
            await start_simulation(where.temporal, begin, task_queue=where.task_queue)
        case CertificateOrder(state=OrderState.RUNNING):
            names = (await where.store.certificate_requests.get(recorded.request_id)).names
            order = IssueInput(order_id=recorded.id, names=names, gives_up_at=recorded.gives_up_at)
            await start_order(where.temporal, order, task_queue=where.task_queue)
        case _:
            pass


async def accept(where: Where, recorded: Startable) -> None:
    """Give what a request has recorded to Temporal. Where Temporal does not say that it has it, the service does that
    later (`api/standing`): it is accepted all the same, since it will take effect.

    Raises:
        SiteIsBusy: when Temporal runs another rotation of the site.
    """
    try:
        await start(where, recorded)
    except (TemporalDown, NoAnswer) as fault:
        _log.warning("recorded, and begun when Temporal answers", id=recorded.id, reason=str(fault))


async def _start_rotation(where: Where, rotation: Rotation) -> None:
    plan = await where.store.plans.get(rotation.plan_id)
    begin = RotateInput(
        rotation_id=rotation.id,
        site_id=rotation.site_id,
        site_name=(await where.store.sites.get(rotation.site_id)).name,
        plan_id=plan.id,
        plan_hash=plan.hash,
        purpose=plan.body.purpose,
    )
    details = static_details(begin, plan.body)
    await start_rotation(where.temporal, begin, details=details, task_queue=where.task_queue)


async def cancel_played(where: Where, simulation: Simulation, at: datetime) -> Simulation:
    """Play no more runs of a simulation. One that Temporal does not have ends here; one that has ended stays so."""
    store = where.store.simulations
    if simulation.state is not SimulationState.RUNNING or await cancel_simulation(where.temporal, simulation.id):
        return simulation
    await store.end(simulation.id, SimulationState.CANCELLED, at)
    return await store.get(simulation.id)


async def cancel_ordered(where: Where, order: CertificateOrder, at: datetime) -> CertificateOrder:
    """Go on with an order no more. One that Temporal does not have ends here; one that has ended stays so."""
    store = where.store.certificate_orders
    if order.state is not OrderState.RUNNING or await cancel_order(where.temporal, order.id):
        return order
    await store.end(order.id, OrderState.CANCELLED, at)
    return await store.get(order.id)

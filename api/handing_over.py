"""Giving a recorded rotation to Temporal."""

from api.parts import Parts
from engine.contract import RotateInput
from engine.rotations import start_rotation
from engine.story import static_details
from store.progress import Rotation


async def hand_over(parts: Parts, rotation: Rotation) -> None:
    """Give a recorded rotation to Temporal. One that it has already is found again, and nothing is done twice.

    Raises:
        SiteIsBusy: when Temporal runs another rotation of the site.
        TemporalDown, NoAnswer: when Temporal did not say; the rotation stays recorded, and is taken up later.
    """
    store = parts.store
    plan = await store.plans.get(rotation.plan_id)
    begin = RotateInput(
        rotation_id=rotation.id,
        site_id=rotation.site_id,
        site_name=(await store.sites.get(rotation.site_id)).name,
        plan_id=plan.id,
        plan_hash=plan.hash,
        purpose=plan.body.purpose,
    )
    details = static_details(begin, plan.body)
    await start_rotation(parts.temporal, begin, details=details, task_queue=parts.task_queue)

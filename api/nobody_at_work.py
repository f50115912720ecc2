"""Nobody may be at the console for a rotation that was ended from outside when the site is changed again."""

from activities.left_tasks import withdraw_left
from activities.world import World
from api.parts import Parts
from api.problems import refused
from rotation.values import SiteId


async def require_nobody_at_work(parts: Parts, site_id: SiteId) -> None:
    """Refuse to go on at a site where somebody may be at the console for a rotation that was ended from outside.

    Raises:
        ProblemError: 409, which names each task and its holder.
    """
    held = await withdraw_left(World(store=parts.store, clock=parts.clock, probe=parts.probe), site_id)
    if held:
        raise refused("task-held", held)

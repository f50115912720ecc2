"""What the tests of both drills of rule 18 look at."""

from rotation.plan.step import Gate


def waits_for(purpose):
    """Whether the rotation waits for clients to come in a drill of that gate."""

    def waits(state):
        step = state.step
        return isinstance(step, Gate) and step.purpose is purpose and state.wait is not None

    return waits


def behind(drilling):
    """The same, when a server has its new certificate already."""
    return lambda state: drilling(state) and bool(state.swapped)


async def to_its_end(played, *deeds, **fields):
    """The rotation with its tasks, and its outcome."""
    async with played.play(*deeds, **fields) as here:
        outcome = await here.run()
        here.stage_tasks = await here.stage.store.tasks.list()
    return here, outcome

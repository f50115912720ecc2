"""How a site must be when the way out has ended: as recorded, no client lost, no task open, free for a rotation."""

from rotation.plan.work.task import TaskState
from simulation.judged.facts import SiteFacts, site_facts
from simulation.played.stage import Stage


async def wrong_at(stage: Stage, before: SiteFacts) -> list[str]:
    """Everything that is not as it must be; the clients live on for some heartbeats first."""
    after, store, site = site_facts(stage.simulation), stage.store, stage.site.id
    found = [
        f"{' / '.join(pair)} is {after.settings.get(pair)}, recorded was {settings}"
        for pair, settings in before.settings.items()
        if after.settings.get(pair) != settings
    ]
    found += [
        f"{' / '.join(pair)}: clients' log has {after.log_sizes.get(pair)} KB, it had {size}"
        for pair, size in before.log_sizes.items()
        if after.log_sizes.get(pair) != size
    ]
    found += [f"the list {name!r} is left, or gone" for name in sorted(after.lists ^ before.lists)]
    found += [f"{name} is stopped still" for name in sorted(after.stopped)]
    found += [f"the HTTPS client port of {name} is shut still" for name in sorted(after.shut)]
    found += [f"the services of {name} are stopped still" for name in sorted(after.halted)]
    stage.live_on()
    found += [f"{each.name} was lost: {each.first_why}" for each in stage.simulation.verdict().lost_ever]
    open_tasks = await store.tasks.list({TaskState.OPEN, TaskState.CLAIMED})
    found += [f"task {task.id} is {task.state.value}: {task.title}" for task in open_tasks]
    running = await store.rotations.running(site)
    found += [f"{running.id} is running"] if running else []
    left = await store.originals.unrestored(site)
    return found + ([f"what {left[0].rotation_id} has recorded is not marked as put back"] if left else [])

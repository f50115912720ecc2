"""A site with two domains, each with groups of its own below a root of the same name."""

from emulator.spec import ClientSpec, GroupSpec, LocationSpec, SiteSpec
from emulator.switches import PatchSemServer, Switches
from rotation.running.state import Outcome

OTHER = "Branches: My Company"
DEFECTIVE = "14.2.5323.2000"


async def test_groups_of_both_domains_are_relaxed_proven_and_restored(played):
    """What is asked of a person names the other domain, both have gates, and each setting is as it was."""
    three = played.three()
    location = LocationSpec(heartbeat=played.HEARTBEAT)
    groups = (GroupSpec(path=OTHER, locations=(location,)), GroupSpec(path=f"{OTHER}\\Sales", inherits=True))
    clients = (ClientSpec(group=f"{OTHER}\\Sales", count=3, prefix="BRANCH", build=DEFECTIVE),)
    site = three.model_dump() | {
        "groups": (*three.groups, *groups),
        "clients": (*three.clients, *clients),
        "switches": Switches(patch_sem_server=PatchSemServer.IGNORED),
    }
    async with played.play(spec=SiteSpec.model_validate(site)) as here:
        before = here.settings()
        outcome = await here.run()
        works = [task.work for task in await here.stage.store.tasks.list() if task.work.kind == "assign_list"]

    asked = {pair.group_path for work in works for pair in work.pairs}
    assert OTHER in asked
    assert any(path.startswith("My Company") for path in asked)
    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []

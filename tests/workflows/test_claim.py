"""A claim of a replacement reads all proof once more: what changed by hand is named, and nothing is swapped."""

import asyncio
from datetime import timedelta

from emulator.scenarios import three_servers
from rotation.message import Move
from rotation.site import Limits
from rotation.state import Outcome

HEARTBEAT = timedelta(minutes=5)
SOON = (2 * HEARTBEAT, 4 * HEARTBEAT)
PATIENT = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=timedelta(hours=1),
    holdout_maximum=timedelta(days=20),
    gate_patience=timedelta(days=20),
)
SWAP = "replace_certificate"
LEGACY = "My Company\\Legacy"
BRANCH = "My Company\\Branch"


def client_of(here, name):
    """The client of that name."""
    return next(each for each in here.simulation.fleet.clients if each.name == name)


def a_new_group(here):
    """A group with settings of its own is added."""
    group = here.hands.add_group("My Company\\Kiosks")
    return lambda: here.hands.remove_group(group)


def secure_again(here):
    """Secure communications of a relaxed group are turned on again by hand."""
    here.simulation.console.set_secure_communications(LEGACY, "Default", True)
    return lambda: here.simulation.console.set_secure_communications(LEGACY, "Default", False)


def a_client_moved(here):
    """A client of a relaxed group is moved to one that fails over."""
    site, client = here.simulation.site, client_of(here, "OLD-0001")
    here.simulation.fleet.move(client.id, site.group(BRANCH).id)
    return lambda: here.simulation.fleet.move(client.id, site.group(LEGACY).id)


def a_defective_build(here):
    """A client of a group that fails over gets a build that does not."""
    build = client_of(here, "BRANCH-0001").build
    here.hands.reinstall("BRANCH-0001", "14.2.5323.2000")
    return lambda: here.hands.reinstall("BRANCH-0001", build)


SPOILS = [
    (a_new_group, "group-new"),
    (secure_again, "secure-communications-drift"),
    (a_client_moved, "no-failover-build"),
    (a_defective_build, "no-failover-build"),
]


async def test_a_claim_is_refused_while_something_differs_and_granted_when_it_is_put_back(stage):
    """Each claim says what differs and the task stays open; put back, the claim is granted, and nobody is lost."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()
    leaving = {SWAP}
    refused = []

    async with here.running(leaving=leaving) as handle:
        task = await here.task(handle, SWAP)
        for spoil, _ in SPOILS:
            put_back = spoil(here)
            refused.append(await here.say(handle, Move.CLAIM_TASK, task=task))
            assert (await here.state(handle)).task.claimed_by == ""
            since = here.clock()
            # clients take what was published
            await here.until(handle, lambda _, since=since: here.clock() - since > 3 * HEARTBEAT)
            assert here.simulation.effects.count("console.replace_certificate") == 0
            put_back()
        leaving.clear()
        result = await here.end(handle)

    assert not any(reply.accepted for reply in refused)
    for reply, (_, code) in zip(refused, SPOILS, strict=True):
        assert code in [finding.code for finding in reply.findings]
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_rule_12_a_policy_of_the_time_between_proves_nothing(stage):
    """Clients took "verify" while it was on by hand: put back, the swap waits until they hold the relaxed policy."""
    # far longer than from one look at an open task to the next, over which time leaps
    seldom = timedelta(hours=8)
    here = stage(three_servers(clients=10, heartbeat=seldom, returns=(2 * seldom, 4 * seldom)))
    await here.register(PATIENT)
    leaving = {SWAP}

    async with here.running(leaving=leaving) as handle:
        task = await here.task(handle, SWAP)
        put_back = secure_again(here)
        since = here.clock()
        await here.until(handle, lambda _: here.clock() - since > 3 * seldom)
        put_back()
        here.simulation.advance_to(here.simulation.now + timedelta(seconds=5))  # published, and nobody has called yet
        too_soon = await here.say(handle, Move.CLAIM_TASK, task=task)
        leaving.clear()
        result = await here.end(handle)

    assert [finding.code for finding in too_soon.findings] == ["gate-does-not-hold"]
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_of_two_claims_at_once_one_is_granted(stage):
    """Two persons claim the same task in the same moment: one holds it, the other is told who does."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        replies = await asyncio.gather(
            *(here.say(handle, Move.CLAIM_TASK, who=who, task=task) for who in ("ann", "bob", "eve")),
            return_exceptions=True,
        )
        holder = (await here.state(handle)).task.claimed_by

    granted = [reply for reply in replies if not isinstance(reply, BaseException) and reply.accepted]
    assert len(granted) == 1
    assert holder in {"ann", "bob", "eve"}

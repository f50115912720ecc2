"""A claim of a replacement reads all proof once more: what changed by hand is named, and nothing is swapped."""

import asyncio
from datetime import timedelta

from emulator.scenarios import one_server
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits
from workflows.claims.swap_proof import read_proof

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
SECOND = timedelta(seconds=1)
SWAP = "replace_certificate"
LEGACY = "My Company\\Legacy"
BRANCH = "My Company\\Branch"
KIOSKS = "My Company\\Kiosks"


def open_swap(state):
    """Whether the first certificate is waited for."""
    return state.task is not None and state.step.number == "B2" and not state.swapped


def claim(here):
    """Bob claims the task that is open."""
    return here.say(Move.CLAIM_TASK, who="bob", task_id=here.state.task.id)


def give_back(here):
    """Bob gives the task back."""
    return here.say(Move.TASK_REFUSED, "bob", "not me", task_id=here.state.task.id)


def a_new_group(here):
    """A group with settings of its own is added, and a client is moved there."""
    here.hands.add_group(KIOSKS)
    move(KIOSKS)(here)


def not_born(here):
    """The client is moved back: an empty group stops no claim."""
    move(LEGACY)(here)


def secure(enabled):
    """Secure communications of a relaxed group are turned on by hand, or off again."""
    return lambda here: here.stage.simulation.console.set_secure_communications(LEGACY, "Default", enabled)


def move(group):
    """A client of a relaxed group is moved."""

    def done(here):
        site, fleet = here.stage.simulation.site, here.stage.simulation.fleet
        client = next(each for each in fleet.clients if each.name == "OLD-0001")
        fleet.move(client.id, site.group(group).id)

    return done


def reinstall(build):
    """A client of a group that fails over gets another build."""
    return lambda here: here.hands.reinstall("BRANCH-0001", build)


SPOILS = [
    (a_new_group, not_born, "group-new"),
    (secure(True), secure(False), "secure-communications-drift"),
    (move(BRANCH), move(LEGACY), "no-failover-build"),
    (reinstall("14.2.5323.2000"), reinstall("14.0.3752.1000"), "no-failover-build"),
]


async def test_a_claim_is_refused_while_something_differs_and_granted_when_it_is_put_back(played):
    """Each claim says what differs and the task stays open; put back, the claim is granted, and no client is lost."""
    deeds = [deed for spoil, put_back, _ in SPOILS for deed in (spoil, claim, put_back)]
    timed = [played.Deed(open_swap, deed, after=10 * number * SECOND) for number, deed in enumerate(deeds)]
    async with played.play(*timed) as here:
        here.absent = lambda state: open_swap(state) and not timed[-1].done
        outcome = await here.run()

    refused = [reply for message, reply in here.replies if message.who == "bob"]
    assert not any(reply.accepted for reply in refused)
    for reply, (_, _, code) in zip(refused, SPOILS, strict=True):
        assert code in [finding.code for finding in reply.findings]
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_rule_12_a_policy_of_the_time_between_proves_nothing(played):
    """Clients took "verify" while it was on by hand: put back, the swap waits until they hold the relaxed policy."""
    # undone and put back between two looks, so that only what clients report tells of it
    on, off = played.Deed(open_swap, secure(True)), played.Deed(open_swap, secure(False), after=280 * SECOND)
    too_soon = played.Deed(open_swap, claim, after=285 * SECOND)
    async with played.play(on, off, too_soon) as here:
        here.absent = lambda state: open_swap(state) and not too_soon.done
        outcome = await here.run()

    (reply,) = [reply for message, reply in here.replies if message.who == "bob"]
    assert [finding.code for finding in reply.findings] == ["gate-does-not-hold"]
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_of_two_claims_at_once_one_is_granted(stage):
    """Two persons claim the same task in the same moment: one holds it, the other is shown who does."""
    here = stage(one_server(clients=4, heartbeat=HEARTBEAT))
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


async def test_a_hold_that_comes_while_the_proof_is_read_refuses_the_claim(played, monkeypatch):
    """What was true when the claim came is asked once more behind the reading; after the resume it is granted."""
    held: list[str] = []

    async def reading(run, step):
        proof = await read_proof(run, step)
        if not held:
            held.append(step.number)
            run.state.held_by, run.state.hold_reason = "ann", "a break"
        return proof

    monkeypatch.setattr("workflows.claims.claim.read_proof", reading)
    refused, resumed, granted, back = deeds = played.in_turn(
        played.Deed(open_swap, claim),
        played.Deed(open_swap, lambda here: here.say(Move.RESUME)),
        played.Deed(open_swap, claim),
        played.Deed(open_swap, give_back),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: open_swap(state) and not back.done
        assert await here.run() is Outcome.COMPLETED

    assert [(each.code, each.message) for each in refused.answer.findings] == [
        ("claim_task-refused", "the rotation is held by ann: a break")
    ]
    assert (held, resumed.answer.accepted, granted.answer.accepted) == (["B2"], True, True)
    assert here.lost() == []

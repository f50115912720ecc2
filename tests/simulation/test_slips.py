"""Mistakes of the person at the console: the product names them, waits or asks, and loses no client it could save."""

import re
from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateGenerated, Scheduled
from emulator.scenarios import one_server, three_servers
from emulator.spec import RobotSpec
from emulator.state.effects import Actor
from emulator.state.slips import Mistake, Slip
from emulator.switches import PatchSemServer, Switches
from rotation.plan.work.task import AssignList, CopyList
from rotation.running.state import Outcome
from simulation.judged.invariants import check
from simulation.played.run import play

BY_HAND = Switches(patch_sem_server=PatchSemServer.REFUSED)


async def slipping(scenario, mistake, *, after=0, site=three_servers, clients=12, switches=BY_HAND):
    """The rotation of a site whose operator makes a mistake."""
    spec = site(clients=clients, heartbeat=timedelta(hours=1))
    robot = RobotSpec(slips=(Slip(mistake=mistake, after=after),))
    facts = await play(
        scenario.model_copy(update={"spec": spec.model_copy(update={"robot": robot, "switches": switches})})
    )
    assert [slip.mistake for slip in facts.slips] == [mistake]
    assert check(facts) == ()
    return facts


def messages(facts, kind):
    """The texts of the events of a kind."""
    return [event.message for event in facts.trail if event.kind == kind]


def mistakes(facts):
    """What was done by mistake."""
    return [effect for effect in facts.journal if effect.actor is Actor.MISTAKE]


@pytest.mark.parametrize("mistake", [Mistake.WRONG_SERVER, Mistake.WRONG_FILE])
async def test_a_certificate_in_the_wrong_place_is_named_and_nothing_follows_until_it_is_right(mistake, mixed):
    """The next look names the server; the task stays open, its gate is not passed before, and no client is lost."""
    facts = await slipping(mixed, mistake)
    (wrong,) = mistakes(facts)
    named = next(event for event in facts.trail if event.kind == "attention" and event.at > wrong.at)
    closed = next(event for event in facts.trail if event.kind == "task-closed" and event.at > wrong.at)
    assert re.search(rf"\b{wrong.subject[0]}( \(\S+\))? presents", named.message)
    assert named.at - wrong.at < timedelta(minutes=15)
    assert closed.at > named.at
    assert facts.outcome is Outcome.COMPLETED
    assert facts.lost == ()


async def test_a_setting_undone_at_night_is_named_and_proof_restarts(mixed):
    """A list put back in the night is drift; the gate that rested on it is restarted, and no client is lost."""
    facts = await slipping(mixed, Mistake.UNDOES_AT_NIGHT)
    (undone,) = mistakes(facts)
    assert (undone.kind, undone.at.hour) == ("console.assign_list", 2)
    assert any(undone.subject[0] in text for text in messages(facts, "drift"))
    assert messages(facts, "gate-restarted")
    assert facts.outcome is Outcome.COMPLETED
    assert facts.lost == ()


async def test_a_replacement_that_was_only_reported_is_refused(mixed):
    """The handshake still shows the old certificate: the task stays open until it is seen, whatever is reported."""
    facts = await slipping(mixed, Mistake.ONLY_SAYS, after=5)
    (slip,) = facts.slips
    assert slip.kind == "replace_certificate"
    closed = next(event for event in facts.trail if event.kind == "task-closed" and event.data["step"] in slip.task)
    (swap,) = [
        each
        for each in facts.by_the_product("console.replace_certificate")
        if each.subject[1] == facts.body.certificate_for(each.subject[0]).fingerprint and each.at <= closed.at
    ]
    assert closed.at >= swap.at
    assert facts.outcome is Outcome.COMPLETED
    assert facts.lost == ()


@pytest.mark.parametrize("switches", [Switches(), BY_HAND], ids=["over REST", "by hand"])
async def test_a_missing_copy_is_asked_for_again(mixed, switches):
    """No operator is asked to assign a list that is not there: the task to copy it is opened again, and says why."""
    facts = await slipping(mixed, Mistake.ONLY_SAYS, after=1, site=one_server, switches=switches)
    (slip,) = facts.slips
    assert slip.kind == "copy_list"
    copies = [task for task in facts.tasks if isinstance(task.work, CopyList)]
    (reported,) = [task for task in copies if task.id == slip.task]
    (again,) = [task for task in copies if task.step == reported.step and task.id != reported.id]
    assert "cannot be assigned" in again.instructions[0]
    made = next(each for each in facts.journal if each.kind == "console.copy_list" and each.at > reported.closed_at)
    assigned = [task for task in facts.tasks if isinstance(task.work, AssignList)]
    assert all(task.opened_at >= made.at for task in assigned)
    assert again.opened_at <= made.at
    assert facts.outcome is Outcome.COMPLETED
    assert facts.lost == ()


async def test_a_person_who_is_away_is_waited_for(mixed):
    """A claimed task stays open for three days and more; nothing goes on without it, and no client is lost."""
    facts = await slipping(mixed, Mistake.AWAY)
    (slip,) = facts.slips
    task = next(each for each in facts.tasks if each.id == slip.task)
    closed = next(event.at for event in facts.trail if event.kind == "task-closed")
    assert closed - task.opened_at > timedelta(days=3)
    assert facts.outcome is Outcome.COMPLETED
    assert facts.lost == ()


async def test_a_forgotten_port_costs_only_the_canaries(mixed):
    """The copy gives a port on which no HTTP is: the canaries fall silent, are named, and the rest is not touched."""
    facts = await slipping(mixed, Mistake.FORGETS_PORT, site=one_server, clients=30)
    canaries = {owner.path for owner in facts.body.scopes if owner.group_id in facts.body.canaries}
    assert facts.lost
    assert {lost.group for lost in facts.lost} <= canaries
    assert any("do not get through" in text for text in messages(facts, "attention"))


async def test_an_unasked_certificate_is_put_right_when_the_product_names_it(mixed, played):
    """A server makes itself another after the last replacement: the product asks, and the planned one is put back."""
    *_, swap = [each for each in played.journal if each.kind == "console.replace_certificate"]
    (first, *_) = played.body.waves[0]
    generated = Scheduled(at=swap.at + timedelta(hours=2), site_event=CertificateGenerated(server=first))
    facts = await play(mixed.model_copy(update={"site_events": (generated,)}))
    assert (facts.outcome, facts.unfinished) == (Outcome.COMPLETED, "")
    assert any(f"{first} (" in text and " presents " in text for text in messages(facts, "drift"))
    planned = {each.server: each.fingerprint for each in facts.body.certificates} if facts.body else {}
    assert facts.after.served[first] == planned[first]
    assert check(facts) == ()

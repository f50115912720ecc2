"""Disaster recoveries, played from end to end: the same certificate goes back, and no client is lost."""

from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateDamaged
from emulator.scenarios import one_server, three_servers
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, LocationSpec, RobotSpec, ServerSpec, SiteSpec
from emulator.state.damage import DamageForm
from emulator.state.slips import Mistake, Slip
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import START, Scenario, ScriptedMove, WorkPace
from simulation.judged.invariants import check
from simulation.played.run import play
from tests.proof.drawn.drawing import SMALL, draw
from tests.proof.recovering import after_damage

HOUR = timedelta(hours=1)


PROMPT = WorkPace(first=timedelta(minutes=5), last=HOUR / 2, work=HOUR / 2)
"""An operator is at the console within the hour."""


def scenario(spec, pace=PROMPT, **fields):
    """A site that was surveyed before."""
    return Scenario(seed=7, spec=spec, limits=Limits(purge_after=None), pace=pace, **fields)


async def recovered(spec, *damages, **fields):
    """What is known of a recovery that was played to its end."""
    return await play(scenario(spec, **fields), planned=after_damage(*damages))


def closed(facts):
    """How each task was closed, in their order."""
    return [event.message for event in facts.trail if event.kind == "task-closed"]


@pytest.mark.parametrize("form", DamageForm)
async def test_a_single_server_gets_its_certificate_back(form):
    """SEPM itself does not answer before it is back. Clients that waited return by themselves; no group was relaxed."""
    facts = await recovered(one_server(clients=10, heartbeat=HOUR), CertificateDamaged(server="SEPM-1", form=form))
    assert (facts.outcome, facts.unfinished) == (Outcome.COMPLETED, "")
    assert check(facts) == ()
    assert facts.lost == ()
    assert facts.after == facts.before
    assert [each.kind for each in facts.journal if each.actor.asked] == ["console.restore_certificate"]
    assert any("10 of 10 clients are covered" in event.message for event in facts.trail if event.kind == "gate-passed")


@pytest.mark.parametrize("form", [DamageForm.LOST, DamageForm.ANOTHER])
async def test_a_server_among_others_is_shown_by_a_client_that_is_heard_there(form):
    """Clients that failed over stay where they are for a day: the gate waits until one is heard at it again."""
    spec = SiteSpec(
        name="Two",
        seed=5,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2")),
        server_lists=(ListSpec(priorities=(("SEPM-1",), ("SEPM-2",))),),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(heartbeat=HOUR, randomization=HOUR / 6),)),),
        clients=(ClientSpec(group=ROOT_GROUP, count=10),),
    )
    slow = WorkPace(first=2 * HOUR, last=2 * HOUR, work=HOUR)
    facts = await recovered(spec, CertificateDamaged(server="SEPM-1", form=form), pace=slow)
    assert (facts.outcome, check(facts), facts.lost) == (Outcome.COMPLETED, (), ())
    passed = next(event.at for event in facts.trail if event.kind == "gate-passed")
    back = next(event.at for event in facts.trail if event.kind == "task-closed")
    assert passed - back > 12 * HOUR


async def test_two_servers_are_put_right_one_after_the_other():
    """The second task is opened when the first certificate was seen."""
    spec = three_servers(clients=12, heartbeat=HOUR)
    damages = [CertificateDamaged(server=name) for name in ("SEPM-1", "SEPM-2")]
    facts = await recovered(spec, *damages)
    assert (facts.outcome, check(facts), facts.lost) == (Outcome.COMPLETED, (), ())
    events = [(event.kind, event.message.partition(":")[0]) for event in facts.trail if event.kind.startswith("task-")]
    assert events == [
        (kind, f"Put the certificate of {server} back that clients hold")
        for server in ("SEPM-1", "SEPM-2")
        for kind in ("task-opened", "task-closed")
    ]


@pytest.mark.parametrize("form", [DamageForm.LOST, DamageForm.ANOTHER])
@pytest.mark.parametrize("mistake", [Mistake.WRONG_FILE, Mistake.ONLY_SAYS])
async def test_mistakes_at_the_console_are_seen_on_the_wire(mistake, form):
    """Another certificate is named as wrong; a false report is not accepted. Then it is put right."""
    spec = one_server(clients=10, heartbeat=2 * HOUR).model_copy(
        update={"robot": RobotSpec(slips=(Slip(mistake=mistake),))}
    )
    facts = await recovered(spec, CertificateDamaged(server="SEPM-1", form=form))
    assert [each.mistake for each in facts.slips] == [mistake]
    assert (facts.outcome, check(facts), facts.lost) == (Outcome.COMPLETED, (), ())
    named = [event.message for event in facts.trail if event.kind == "attention"]
    assert any("is not what clients hold" in text for text in named) == (mistake is Mistake.WRONG_FILE)


@pytest.mark.parametrize("after", [HOUR / 60, 3 * HOUR])
async def test_a_cancel_changes_nothing(after):
    """While the task waits, or in the gate when the certificate is back: nothing has to be undone, nothing is asked."""
    act = ScriptedMove(after=3 * HOUR + HOUR / 6 + after, move=Move.CANCEL)
    spec = one_server(clients=10, heartbeat=2 * HOUR)
    facts = await recovered(spec, CertificateDamaged(server="SEPM-1"), acts=(act,))
    assert (facts.outcome, facts.unfinished) == (Outcome.CANCELLED, "")
    assert facts.ended - START < act.after + HOUR
    assert bool(closed(facts)[-1].startswith("Put") and "done" in closed(facts)[-1]) == (after > HOUR)
    assert check(facts) == ()


@pytest.mark.parametrize("seed", range(12))
async def test_the_invariants_hold_in_drawn_recoveries(seed):
    """Sites, settings of SEPM's open questions, people, mistakes and what befalls a site are drawn, and a damage."""
    drawn = draw(seed, SMALL, Faults.ALL)
    servers, forms = [server.name for server in drawn.spec.servers], list(DamageForm)
    damage = CertificateDamaged(server=servers[seed % len(servers)], form=forms[seed % len(forms)])
    facts = await play(drawn, planned=after_damage(damage))
    assert facts.outcome in {Outcome.COMPLETED, Outcome.CANCELLED}
    assert check(facts) == ()

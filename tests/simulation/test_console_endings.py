"""Sites without REST that end in another way: a certificate put back, a roll-back, a cancel, a restore."""

from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateDamaged, GroupMoved, Scheduled
from emulator.scenarios import one_server
from emulator.spec import (
    DEFAULT_LIST,
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    Protocol,
    ServerSpec,
    SiteSpec,
)
from emulator.state.damage import DamageForm
from engine.contract import EventKind
from rotation.plan.outline import Outline
from rotation.running.message import Move
from rotation.running.state import Outcome, RotationState
from rotation.site import Limits
from rotation.values import RotationId
from service.plans.restoring import restore_plan
from simulation.drawn.scenario import START, OfflinePeople, Proof, Scenario, ScriptedMove, Since, WorkPace
from simulation.judged.facts import site_facts
from simulation.judged.invariants import check
from simulation.played.host import HorizonReachedError
from simulation.played.run import play
from simulation.played.stage import Stage
from store.progress import NewRotation, Progress, RotationStatus
from tests.proof.recovering import after_damage
from workflows.run import run_rotation

HOUR = timedelta(hours=1)
PROMPT = WorkPace(first=timedelta(minutes=5), last=timedelta(minutes=30))


def scenario(at_console=None, spec=None, pace=PROMPT, **more):
    """A site of one server without REST, of 12 clients; its people are there soon."""
    return Scenario(
        seed=1,
        spec=spec or one_server(clients=12, heartbeat=HOUR),
        at_console=at_console or OfflinePeople(),
        limits=Limits(purge_after=None),
        pace=pace,
        **more,
    )


def messages(facts, kind):
    """The messages of one kind of events."""
    return [event.message for event in facts.trail if event.kind == kind]


@pytest.mark.parametrize("proof", Proof)
@pytest.mark.parametrize("form", [DamageForm.LOST, DamageForm.ANOTHER])
async def test_a_certificate_is_put_back(form, proof):
    """The server's port shows that it is back; exports show which clients come again, or two persons state it."""
    damage = CertificateDamaged(server="SEPM-1", form=form)
    facts = await play(scenario(OfflinePeople(proof=proof)), planned=after_damage(damage))
    assert (facts.outcome, facts.unfinished, facts.lost, check(facts)) == (Outcome.COMPLETED, "", (), ())
    assert facts.after == facts.before
    assert any("12 of 12 clients are covered" in text for text in messages(facts, EventKind.GATE_PASSED))
    stated = any("are covered by ann and eve" in text for text in messages(facts, EventKind.MESSAGE))
    assert stated == (proof is Proof.STATEMENTS)
    assert facts.plan is not None
    assert "console-proof-return" in {finding.code for finding in facts.plan.findings}


async def test_old_certificates_are_put_back():
    """A swap moves serials that are not copied: what two persons state of that policy holds until another is made."""
    act = ScriptedMove(after=2 * HOUR, since=Since.SWAP, move=Move.ROLL_BACK)
    facts = await play(scenario(acts=(act,)))
    assert (facts.outcome, facts.unfinished, facts.lost, check(facts)) == (Outcome.ROLLED_BACK, "", (), ())
    assert not any("left out" in text for text in messages(facts, EventKind.GATE_PASSED))


@pytest.mark.parametrize("roll_back", [False, True])
async def test_two_servers_with_serials_that_swaps_move(roll_back):
    """Before the second one R is shown to be relaxed still: no client is left out for a serial that was not copied."""
    location = LocationSpec(heartbeat=HOUR)
    spec = SiteSpec(
        name="Two",
        rest=False,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2")),
        server_lists=(ListSpec(name=DEFAULT_LIST, protocol=Protocol.HTTP, priorities=(("SEPM-1",), ("SEPM-2",))),),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(location,)),),
        clients=(ClientSpec(group=ROOT_GROUP, count=4, build="12.1.7004.6500"),),
    )
    acts = (ScriptedMove(after=2 * HOUR, since=Since.RESTORE, move=Move.ROLL_BACK),) if roll_back else ()
    facts = await play(scenario(spec=spec, acts=acts))
    ended = Outcome.ROLLED_BACK if roll_back else Outcome.COMPLETED
    assert (facts.outcome, facts.unfinished, facts.lost, check(facts)) == (ended, "", (), ())
    passed = messages(facts, EventKind.GATE_PASSED)
    assert not any("left out" in text for text in passed)
    assert sum("is shown to be relaxed still" in text for text in passed) == 1 + roll_back


@pytest.mark.parametrize("proof", Proof)
async def test_an_export_from_before_the_closing_check_shows_no_client_that_is_back(proof):
    """An operator is asked for a newer one. Without it the rotation ends at its limit, and names every client."""
    facts = await play(scenario(OfflinePeople(proof=proof)))
    assert (facts.outcome, facts.unfinished, facts.lost, check(facts)) == (Outcome.COMPLETED, "", (), ())
    exports = proof is Proof.EXPORTS
    asked = [event.at for event in facts.trail if event.data.get("code") == "export-wanted"]
    quiet = [text for text in messages(facts, EventKind.QUIET) if "no export shows which of these clients" in text]
    assert (len(asked), len(quiet)) == (1, 0 if exports else 1)
    assert messages(facts, EventKind.GATE_PASSED)[-1].endswith(f": {12 if exports else 0} of 12 clients are back")
    assert exports or timedelta(days=13) < facts.trail[-1].at - asked[0] < timedelta(days=14)


LATE = f"{ROOT_GROUP}\\Late"


def with_a_moved_group(*, back=False, acts=(), after=11):
    """Two clients are in a group that an administrator moves while all are relaxed, and perhaps moves back."""
    spec = one_server(clients=10, heartbeat=HOUR)
    late = ClientSpec(group=LATE, count=2, prefix="LATE")
    groups = (*spec.groups, GroupSpec(path=LATE, inherits=True))
    spec = spec.model_copy(update={"groups": groups, "clients": (*spec.clients, late)})
    moves = [Scheduled(at=START + after * HOUR, site_event=GroupMoved(group=LATE, parent=f"{ROOT_GROUP}\\Sales"))]
    if back:
        moved = GroupMoved(group=f"{ROOT_GROUP}\\Sales\\Late", parent=ROOT_GROUP)
        moves.append(Scheduled(at=START + (after + 2) * HOUR, site_event=moved))
    return scenario(spec=spec, acts=acts, site_events=tuple(moves))


async def test_clients_in_a_group_that_no_document_describes_are_left_out_by_two_persons_only():
    """The next look asks about the group, and no certificate is replaced before people have answered."""
    facts = await play(with_a_moved_group())
    assert (facts.outcome, facts.unfinished, check(facts)) == (Outcome.COMPLETED, "", ())
    asked, answered = (
        next(at for at, event in enumerate(facts.trail) if (event.kind, event.data.get("code")) == wanted)
        for wanted in ((EventKind.DRIFT, "group-undescribed"), (EventKind.ADOPTED, "group-undescribed"))
    )
    swapped = next(at for at, event in enumerate(facts.trail) if "Replace the certificate" in event.message)
    assert asked < answered < swapped
    assert "2 clients are left out" in facts.trail[answered].message


async def test_a_statement_that_waits_is_over_where_a_group_is_not_described():
    """People answer about the group first. The rest is planned again without the clients that they have left out."""
    groups = (
        GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(heartbeat=HOUR),)),
        GroupSpec(path=LATE, inherits=True),
    )
    spec = SiteSpec(
        name="Two",
        rest=False,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2")),
        server_lists=(ListSpec(name=DEFAULT_LIST, protocol=Protocol.HTTP, priorities=(("SEPM-1",), ("SEPM-2",))),),
        groups=(*groups, GroupSpec(path=f"{ROOT_GROUP}\\Sales", inherits=True)),
        clients=tuple(
            ClientSpec(group=path, count=count, build="12.1.7004.6500") for path, count in ((ROOT_GROUP, 4), (LATE, 2))
        ),
    )
    moved = GroupMoved(group=LATE, parent=f"{ROOT_GROUP}\\Sales")
    facts = await play(scenario(spec=spec, site_events=(Scheduled(at=START + 8 * HOUR, site_event=moved),)))
    assert (facts.outcome, facts.unfinished, check(facts)) == (Outcome.COMPLETED, "", ())
    (answered,) = (event for event in facts.trail if event.kind == EventKind.ADOPTED)
    assert (answered.data["code"], "2 clients are left out" in answered.message) == ("group-undescribed", True)


async def test_a_group_that_is_back_at_its_path_has_its_clients_counted():
    """An export shows them where the document has them: nothing is asked any more, and no client is left out."""
    facts = await play(with_a_moved_group(back=True))
    assert (facts.outcome, facts.unfinished, facts.lost, check(facts)) == (Outcome.COMPLETED, "", (), ())
    assert not any(event.kind == EventKind.ADOPTED for event in facts.trail)
    assert messages(facts, EventKind.GATE_PASSED)[-1].endswith(": 12 of 12 clients are back")


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (ScriptedMove(after=13 * HOUR, move=Move.CANCEL), Outcome.CANCELLED),
        (ScriptedMove(after=HOUR, since=Since.SWAP, move=Move.ROLL_BACK), Outcome.ROLLED_BACK),
    ],
)
async def test_a_rotation_turns_back_where_a_group_is_not_described(act, outcome):
    """Every recorded place is put back; the group has none of its own."""
    facts = await play(with_a_moved_group(acts=(act,)))
    assert (facts.outcome, facts.unfinished, check(facts)) == (outcome, "", ())


async def test_the_trail_says_who_knows_that_settings_are_changed():
    """No REST API shows it, or left it undone: an operator has stated it."""
    facts = await play(scenario())
    closed = [text for text in messages(facts, EventKind.TASK_CLOSED) if "secure communications" in text]
    assert closed
    assert all("an operator has stated that every place is as wanted" in text for text in closed)
    async with Stage(scenario()) as stage:
        state = await stage.begin(await stage.plan())
        with pytest.raises(HorizonReachedError) as opened:
            await run_rotation(stage.host(until=START + 2.75 * HOUR).run(state))
    assert "the site has no REST API: operators change these settings at its console" in str(opened.value)


async def test_a_cancel_puts_everything_back():
    """By hand, as it was relaxed by hand, with the serials of each change."""
    act = ScriptedMove(after=30 * HOUR, move=Move.CANCEL)
    facts = await play(scenario(acts=(act,)))
    assert (facts.outcome, facts.unfinished, facts.lost, check(facts)) == (Outcome.CANCELLED, "", (), ())
    assert facts.after == facts.before


@pytest.mark.parametrize("moved", [False, True])
async def test_after_a_terminate_the_settings_are_put_back(moved):
    """From what was recorded, though nothing can be read: the words of the rotation that was ended count on."""
    async with Stage(with_a_moved_group() if moved else scenario()) as stage:
        before, store = site_facts(stage.simulation), stage.store
        plan = await stage.plan()
        state = await stage.begin(plan)
        with pytest.raises(HorizonReachedError):
            await run_rotation(stage.host(until=START + 30 * HOUR).run(state))
        assert site_facts(stage.simulation).settings != before.settings
        now = stage.clock.now()
        ended = Progress(status=RotationStatus.TERMINATED, finished_at=now, next_action_at=None)
        await store.rotations.project(state.rotation_id, ended, now)

        surveyed = await stage.survey()
        restore = await restore_plan(store, stage.site.id, surveyed.survey_id, now=now)
        await store.plans.add(restore)
        new = NewRotation(
            id=RotationId("restore"),
            site_id=stage.site.id,
            plan_id=restore.id,
            plan_hash=restore.hash,
            purpose="restore",
            started_by="ann",
        )
        await store.rotations.create(new, now)
        state = RotationState(
            rotation_id=new.id,
            site_id=stage.site.id,
            site_name=stage.site.name,
            plan_id=restore.id,
            plan_hash=restore.hash,
            outline=Outline.to_load(restore.body.purpose),
            started_at=now,
        )
        await run_rotation(stage.host(until=now + 30 * 24 * HOUR).run(state))
        assert state.outcome is Outcome.COMPLETED
        assert site_facts(stage.simulation).settings == before.settings
        stage.live_on()
        assert stage.simulation.verdict().lost_ever == ()

"""What is known of a damaged site: by surveys, the watch, earlier rotations and what was saved in them."""

from datetime import timedelta

import pytest

from activities.gate.recovering import put_back_evidence
from emulator.events.site_events import CertificateDamaged, ClockSet
from emulator.scenarios import three_servers
from emulator.state.damage import DamageForm
from engine.contract import StepRef
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import Unproven
from rotation.plan.work.task import ConsoleTask, Evidence, SaveRecoveryFile, TaskState
from rotation.site import Limits
from rotation.values import Fingerprint, ServerName, TaskId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from service.plans.recovery_planning import recovery_plan
from service.scope import scope_of
from simulation.drawn.scenario import Scenario
from simulation.played.stage import ROTATION, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEPM_2 = ServerName("SEPM-2")


@pytest.fixture
async def surveyed():
    """A site of three servers that was surveyed and planned for; each test damages SEPM-2."""
    spec = three_servers(clients=8, heartbeat=HOUR)
    scenario = Scenario(seed=7, spec=spec, limits=Limits(purge_after=None), unproven=Unproven.APPROVE)
    async with Stage(scenario) as stage:
        await stage.begin(await stage.plan())
        yield stage


def damage(stage, form, after=3 * HOUR, noticed=5 * HOUR):
    """Some hours later the certificate of SEPM-2 is damaged, and an administrator looks some hours later."""
    stage.clock.leap_to(stage.clock.now() + after)
    stage.simulation.advance_to(stage.clock.now())
    held = stage.simulation.site.server(SEPM_2).credential.fingerprint
    stage.simulation.schedule(CertificateDamaged(server=SEPM_2, form=form), stage.clock.now())
    stage.clock.leap_to(stage.clock.now() + noticed)
    return held


async def save(stage, certificate):
    """An operator saves the recovery file of SEPM-2 in a rotation, and states which certificate is in it."""
    evidence = {"filename": "recovery_1.zip", "sha256": "ab" * 32, "certificate_sha256": certificate}
    task = ConsoleTask(
        id=TaskId("saved"),
        rotation_id=ROTATION,
        site_id=stage.site.id,
        site_name=stage.site.name,
        step="02-recovery",
        number="recovery",
        state=TaskState.DONE,
        evidence=Evidence.ATTESTED,
        work=SaveRecoveryFile(server=SEPM_2),
        title="",
        instructions=(),
        opened_at=stage.clock.now(),
        attestation=evidence,
    )
    await stage.store.tasks.add(task)


async def planned(stage):
    """The recovery that is planned without any file at hand, or the codes of why not."""
    presents = await stage.world.served(stage.site.servers)
    try:
        return await recovery_plan(stage.store, stage.site, presents, {}, {}, now=stage.clock.now())
    except PlanRefusedError as refused:
        return [finding.code for finding in refused.findings]


async def test_a_file_that_was_saved_in_a_rotation_is_used(surveyed):
    """It is the file that holds, as the operator stated, what clients hold; another one is of no use."""
    held = damage(surveyed, DamageForm.LOST)
    assert await planned(surveyed) == ["recovery-file-missing"]
    await save(surveyed, held)
    plan = await planned(surveyed)
    (work,) = [step.work for step in plan.body.steps if step.kind == "console"]
    assert (work.server, work.recovery_file, work.recovery_sha256) == (SEPM_2, "recovery_1.zip", "ab" * 32)
    assert work.fingerprint_sha256 == held
    assert work.heard > 0


async def test_what_a_rotation_has_put_in_is_not_taken_out_again(surveyed):
    """No client checks in at the server, as clients fail over: the file of the old certificate is at hand."""
    await save(surveyed, damage(surveyed, DamageForm.ANOTHER))
    assert (await planned(surveyed)).body.purpose == "recover"
    now, new = surveyed.clock.now(), surveyed.simulation.site.server(SEPM_2).credential.fingerprint
    await surveyed.store.swaps.seen(ROTATION, SEPM_2, Fingerprint(new), first_seen=now, seen_at=now)
    assert await planned(surveyed) == ["nothing-to-recover"]


async def test_what_the_watch_saw_counts(surveyed):
    """Ten days after the last survey it is unknown what the server presented since, unless the watch has seen it."""
    held = damage(surveyed, DamageForm.LOST, after=10 * DAY, noticed=HOUR)
    await save(surveyed, held)
    assert await planned(surveyed) == ["recovery-history-old"]
    seen = surveyed.clock.now() - 2 * HOUR
    endpoint = Endpoint(server=SEPM_2, port=Port.CLIENT, address="s2", number=443)
    certificate = SeenCertificate(fingerprint=Fingerprint(held))
    await surveyed.store.inventory.record(surveyed.site.id, [Look(endpoint=endpoint, certificate=certificate, at=seen)])
    plan = await planned(surveyed)
    assert "recovery-survey-old" in {finding.code for finding in plan.findings}
    assert plan.body.steps[0].work.last_served == seen


async def test_a_replacement_is_advised_against(surveyed):
    """A plan for a server that presents nothing is refused, with the command that recovers it."""
    held = damage(surveyed, DamageForm.LOST)
    await save(surveyed, held)
    with pytest.raises(PlanRefusedError) as refused:
        await surveyed.plan()
    (advice,) = [finding for finding in refused.value.findings if finding.code == "recover-instead"]
    assert f"rotator recover {surveyed.site.id} --file SEPM-2=recovery_1.zip" in advice.remedy


async def test_a_replacement_of_another_certificate_is_advised_against(surveyed):
    """It can be planned, as an administrator may have meant it; clients that check in with it have followed it."""
    damage(surveyed, DamageForm.ANOTHER)
    severities = {finding.code: finding.severity.value for finding in (await surveyed.plan()).findings}
    assert severities["recover-instead"] == "warning"
    surveyed.clock.leap_to(surveyed.clock.now() + 4 * DAY)
    plan = await surveyed.plan()
    assert "recover-instead" not in {finding.code for finding in plan.findings}
    assert await planned(surveyed) == ["nothing-to-recover"]


async def test_a_certificate_that_ends_meanwhile_is_not_to_be_put_back(surveyed):
    """The operator is slow: from the certificate's end on the task says so, and what to do instead."""
    held = damage(surveyed, DamageForm.LOST)
    await save(surveyed, held)
    plan = await planned(surveyed)
    (step,) = [step for step in plan.body.steps if step.kind == "console"]
    work = step.work.model_copy(update={"not_after": surveyed.clock.now() + HOUR})
    await surveyed.store.plans.add(plan)
    ref = StepRef(rotation_id=ROTATION, site_id=surveyed.site.id, plan_id=plan.id, step=step.id)
    scope = await scope_of(surveyed.world, ref)
    assert (await put_back_evidence(surveyed.world, scope, work)).wrong is None
    surveyed.clock.leap_to(surveyed.clock.now() + 2 * HOUR)
    seen = await put_back_evidence(surveyed.world, scope, work)
    assert not seen.done
    assert seen.wrong is not None
    assert seen.wrong.code == "recovery-certificate-expired"


async def test_another_certificate_than_the_one_to_put_back_is_named(surveyed):
    """The operator puts in a certificate that no client holds: the task stays open and says so."""
    await save(surveyed, damage(surveyed, DamageForm.ANOTHER))
    plan = await planned(surveyed)
    (step,) = [step for step in plan.body.steps if step.kind == "console"]
    await surveyed.store.plans.add(plan)
    ref = StepRef(rotation_id=ROTATION, site_id=surveyed.site.id, plan_id=plan.id, step=step.id)
    scope = await scope_of(surveyed.world, ref)
    surveyed.simulation.console.generate_certificate(SEPM_2)
    surveyed.clock.leap_to(surveyed.clock.now() + HOUR)
    seen = await put_back_evidence(surveyed.world, scope, step.work)
    assert not seen.done
    assert seen.wrong is not None
    assert seen.wrong.code == "recovery-other-certificate"


async def test_clocks_that_differ_do_not_mislead(surveyed):
    """SEPM's clock is a day ahead: contacts from before the damage are not taken for contacts after it."""
    server = surveyed.simulation.site.first_server
    surveyed.simulation.schedule(ClockSet(server=server.name, ahead=DAY), surveyed.clock.now())
    surveyed.simulation.schedule(ClockSet(server=SEPM_2, ahead=DAY), surveyed.clock.now())
    surveyed.clock.leap_to(surveyed.clock.now() + 6 * HOUR)
    await surveyed.survey()
    held = damage(surveyed, DamageForm.ANOTHER, after=HOUR, noticed=0 * HOUR)
    endpoint = Endpoint(server=SEPM_2, port=Port.CLIENT, address="s2", number=443)
    surveyed.clock.leap_to(surveyed.clock.now() + HOUR)
    (seen,) = [each for each in await surveyed.world.served(surveyed.site.servers) if each.server == SEPM_2]
    look = Look(endpoint=endpoint, certificate=SeenCertificate(fingerprint=seen.fingerprint), at=seen.observed_at)
    await surveyed.store.inventory.record(surveyed.site.id, [look])
    surveyed.clock.leap_to(surveyed.clock.now() + HOUR)
    await save(surveyed, held)
    plan = await planned(surveyed)
    assert [each.fingerprint for each in plan.body.certificates] == [held]

"""What the serials of a gate must reach, and that it is forgotten where its writes are made again."""

from datetime import timedelta

import pytest

from activities.setting.references import ReferenceFixing
from emulator.scenarios import one_server
from engine.contract import StepRef, StepRequest
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.gate import Reference
from rotation.site import Limits
from simulation.drawn.scenario import Scenario
from simulation.played.stage import ROTATION, SITE, Stage


@pytest.fixture
async def stage():
    """A site of one server."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as made:
        yield made


async def test_a_gate_is_forgotten_without_another_one(stage):
    """The reference of its first write would take a policy of then for one of the second write."""
    plan = await stage.plan()
    await stage.begin(plan)
    gates = [step for step in plan.body.steps if isinstance(step, Gate)]
    again = next(gate for gate in gates if gate.purpose is GatePurpose.VERIFYING)
    owner, now, references = plan.body.scopes[0].group_id, stage.clock.now(), stage.store.references
    for gate in (gates[0], again):
        noted = Reference(owner=owner, date_before=now, written_at=now, not_before=now + timedelta(seconds=1))
        await references.save(ROTATION, gate.id, noted)
    request = StepRequest(ref=StepRef(rotation_id=ROTATION, site_id=SITE, plan_id=plan.id, step=again.id))
    await ReferenceFixing(stage.world).forget_gate(request)
    await ReferenceFixing(stage.world).forget_gate(request)
    assert await references.of_gate(ROTATION, again.id) == {}
    assert set(await references.of_gate(ROTATION, gates[0].id)) == {owner}

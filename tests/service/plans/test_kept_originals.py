"""The file of a rotation's originals: when there is one, and which task has it saved."""

import pytest

from activities.setting.originals import OriginalsRecorder
from activities.task.tasks import TaskActivities
from emulator.scenarios import three_servers
from engine.contract import ObserveTaskRequest, OpenTaskRequest, StepRef, StepRequest
from rotation.originals.content import MOST_PAIRS
from rotation.originals.file import read_originals, sha256_of, write_originals
from rotation.plan.step import Console, ScopeName
from rotation.site import Limits
from service.plans.kept_originals import NoOriginalsError, kept_originals
from service.surveying import survey_site
from simulation.drawn.scenario import Scenario
from simulation.played.stage import SITE, Stage

SUM = "ab" * 32


class Begun:
    """A rotation of a site with three servers that is past its preflight."""

    def __init__(self, stage, plan, state):
        self.stage, self.plan, self.state, self.tasks = stage, plan, state, TaskActivities(stage.world)

    def ref(self, step):
        """A step of it."""
        return StepRef(rotation_id=self.state.rotation_id, site_id=SITE, plan_id=self.plan.id, step=step.id)

    async def task(self, index):
        """The console task of that place."""
        steps = [step for step in self.plan.body.steps if isinstance(step, Console)]
        at, ref = self.stage.clock.now(), self.ref(steps[index])
        opened = await self.tasks.open_task(OpenTaskRequest(ref=ref, opened_at=at))
        return ref, await self.stage.store.tasks.get(opened.task_id)

    async def doubt(self, index, **evidence):
        """The code of what speaks against the evidence of a task."""
        ref, task = await self.task(index)
        request = ObserveTaskRequest(ref=ref, task_id=task.id, evidence={"sha256": SUM, **evidence})
        found = (await self.tasks.observe_task(request)).contradicts
        return found.code if found else None

    async def record(self):
        """The preflight's last act."""
        await survey_site(self.stage.world, SITE)
        await OriginalsRecorder(self.stage.world).record_originals(StepRequest(ref=self.ref(self.plan.body.steps[0])))

    async def kept(self):
        """What its file holds."""
        return await kept_originals(self.stage.store, self.state.rotation_id)


@pytest.fixture
async def begun():
    """Begun, and nothing recorded yet."""
    async with Stage(Scenario(seed=1, spec=three_servers(clients=8), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        yield Begun(stage, plan, await stage.begin(plan))


async def test_there_is_none_before_the_preflight(begun):
    """A rotation that has recorded nothing has nothing to keep."""
    with pytest.raises(NoOriginalsError, match="recorded no original settings"):
        await begun.kept()
    assert await begun.doubt(0, originals_sha256=SUM) == "originals-sha256-another"


async def test_it_holds_every_pair_of_the_plan(begun):
    """With its settings, the copies, certificates and servers; and its text is read again."""
    await begun.record()
    originals = await begun.kept()
    body = begun.plan.body
    assert originals.goes_back() == {
        pair: (planned.server_list, planned.secure_communications) for pair, planned in body.pairs(ScopeName.ALL)
    }
    assert [each.name for each in originals.servers] == ["SEPM-1", "SEPM-2", "SEPM-3"]
    assert [each.copy_name for each in originals.copies] == [each.copy_name for each in body.copies]
    assert {each.server: each.replaces for each in originals.certificates} == {
        each.server: each.replaces for each in body.certificates
    }
    assert read_originals(write_originals(originals)) == originals


async def test_the_first_task_has_it_saved(begun):
    """With the exact command; the task of the next server does not say it again."""
    await begun.record()
    _, first = await begun.task(0)
    _, second = await begun.task(1)
    assert f"rotator originals {begun.state.rotation_id} --out" in "\n".join(first.instructions)
    assert "rotator originals" not in "\n".join(second.instructions)


async def test_its_sha256_is_compared(begun):
    """Its SHA-256 need not be given; another one is refused, unless the task did not ask for the file."""
    await begun.record()
    sha256 = sha256_of(await begun.kept())
    assert await begun.doubt(0) is None
    assert await begun.doubt(0, originals_sha256=sha256) is None
    assert await begun.doubt(0, originals_sha256=SUM) == "originals-sha256-another"
    assert await begun.doubt(1, originals_sha256="cd" * 32) is None


async def test_too_many_do_not_go_into_a_file(begun, monkeypatch):
    """More pairs than the file may hold are an error, and nothing is cut off."""
    await begun.record()
    (one, *_) = await begun.stage.store.originals.of(begun.state.rotation_id)

    async def many(_):
        return (one,) * (MOST_PAIRS + 1)

    monkeypatch.setattr(begun.stage.store.originals, "of", many)
    with pytest.raises(NoOriginalsError, match="20000 at most"):
        await begun.kept()

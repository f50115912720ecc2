"""The plan of a restore whose rotation is known by the file of its originals alone."""

from datetime import timedelta

import pytest

from activities.setting.originals import OriginalsRecorder
from emulator.scenarios import three_servers
from engine.contract import StepRef, StepRequest
from rotation.originals.content import KeptCertificate, KeptOrder
from rotation.plan.step import ScopeName
from rotation.plan.work.task import ReorderList, StartHandOuts
from rotation.site import Limits
from rotation.values import Fingerprint, RotationId, ServerName
from service.plans.kept_originals import kept_originals, take_in
from service.plans.restoring import restore_plan
from service.surveying import survey_site
from simulation.drawn.scenario import OfflinePeople, Scenario
from simulation.played.stage import SITE, Stage
from store.progress import Progress, RotationStatus
from store.trail.site_trail import Author
from tests.simulation.people.test_console import scenario as at_console

ANN, WHY = Author(who="ann"), "the store is lost"
S1, S2 = ServerName("SEPM-1"), ServerName("SEPM-2")


@pytest.fixture
def scenario():
    """Of a site of three servers."""
    return Scenario(seed=1, spec=three_servers(clients=8), limits=Limits(purge_after=None))


@pytest.fixture
async def stage(scenario):
    """A site."""
    async with Stage(scenario) as made:
        yield made


@pytest.fixture
async def originals(stage):
    """What a rotation has recorded there, under the id of another rotation: this store does not know that one."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    await survey_site(stage.world, SITE)
    ref = StepRef(rotation_id=state.rotation_id, site_id=SITE, plan_id=plan.id, step=plan.body.steps[0].id)
    await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))
    kept = await kept_originals(stage.store, state.rotation_id)
    now = stage.clock.now()
    await stage.store.originals.mark_restored(state.rotation_id, now)
    await stage.store.rotations.project(state.rotation_id, Progress(status=RotationStatus.RESTORED), now)
    return kept.model_copy(update={"rotation_id": RotationId("rot-lost")})


@pytest.fixture
def restored(stage):
    """Takes originals in, and plans the restore; gives its body."""

    async def plan(originals, without=()):
        at = stage.clock.now() + timedelta(minutes=1)
        survey = (await survey_site(stage.world, SITE)).survey_id
        site = await stage.store.sites.get(SITE)
        await take_in(
            stage.store, site, originals, survey, without=without, author=ANN, why="the store is lost", now=at
        )
        return (await restore_plan(stage.store, SITE, survey, now=at)).body

    return plan


async def test_every_pair_goes_back(stage, originals, restored):
    """As the rotation had recorded it, but for what is left out because it is gone."""
    gone = originals.pairs[0].pair
    body = await restored(originals, without=[gone])
    pairs = {(owner.group_id, pair.location_id): pair for owner in body.scopes for pair in owner.pairs}
    assert {key: (each.server_list, each.secure_communications) for key, each in pairs.items()} == {
        (pair.group_id, pair.location_id): wanted for pair, wanted in originals.goes_back().items() if pair != gone
    }
    (known,) = [each for each in (await stage.store.rotations.page(sites=(SITE,))).items if each.id == "rot-lost"]
    assert (known.status, known.started_by) == (RotationStatus.TERMINATED, "ann")


@pytest.mark.parametrize("scenario", [at_console(OfflinePeople())], ids=["12.x"])
async def test_every_pair_of_a_site_without_rest_goes_back(originals, restored):
    """Its ids follow from the document, which names the same groups and serials when it is written again."""
    body = await restored(originals)
    assert {pair for pair, _ in body.pairs(ScopeName.ALL)} == set(originals.goes_back())


async def test_what_may_have_been_reordered_is_asked_for(originals, restored):
    """A list of a drill may be reordered: no task of it is kept. No copy is: SEPM shows its lists, and none of them."""
    order = KeptOrder(list=originals.pairs[0].server_list, order=((S1,), (S2,)))
    body = await restored(originals.model_copy(update={"orders": (order,)}))
    assert [step.work for step in body.steps if step.number == "B1-undo"] == [
        ReorderList(list=order.list, order=order.order, restores=True)
    ]
    assert originals.copies
    assert (body.copies, [step for step in body.steps if step.number == "A2-undo"]) == ((), [])


async def test_what_may_have_been_stopped_is_asked_for(originals, restored):
    """Something that hands out Sylink.xml may be stopped: no task of it is kept, so that it is unknown what."""
    body = await restored(originals)
    assert [step.work for step in body.steps if step.number == "hand-outs"] == [StartHandOuts(unstated=True)]


async def test_a_copy_that_is_there_is_deleted(stage, originals, restored):
    """The rotation had it made, and no task of it is kept: SEPM shows it."""
    copy = originals.copies[0]
    stage.simulation.console.copy_list(copy.source, copy.copy_name)
    body = await restored(originals)
    assert [each.copy_name for each in body.copies] == [copy.copy_name]
    assert [step.number for step in body.steps].count("A2-undo") == 1


async def test_a_certificate_that_is_in_by_now_has_its_gate(stage, originals, restored):
    """What each server presents is looked at: one with its new certificate is waited for before clients verify."""
    servers = (await stage.world.site(SITE)).servers
    served = {each.server: each.fingerprint for each in await stage.world.served(servers)}
    swapped = KeptCertificate(server=S1, fingerprint=served[S1], replaces=Fingerprint("ab" * 32))
    others = tuple(each for each in originals.certificates if each.server != S1)
    body = await restored(originals.model_copy(update={"certificates": (swapped, *others)}))
    assert [chosen.server for chosen in body.certificates] == [S1]
    assert "A10b" in [step.number for step in body.steps]


async def test_without_a_swap_nothing_is_waited_for(originals, restored):
    """The old certificates are in force: settings go back at once."""
    body = await restored(originals)
    assert (body.certificates, [step.kind for step in body.steps if step.kind == "gate"]) == ((), [])

"""The drill of rule 8, played: who cannot reach a second server is found out before the first certificate."""

from datetime import timedelta

import pytest

from activities.setting.originals import OriginalsRecorder
from activities.task.tasks import TaskActivities
from emulator.spec import DEFAULT_LIST, ClientSpec, GroupSpec, ListSpec, LocationSpec, ServerSpec, SiteSpec
from engine.contract import MoveTaskRequest, OpenTaskRequest, StepRef, StepRequest
from rotation.plan.request import Unproven
from rotation.plan.scope import Treatment
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome
from service.plans.restoring import restore_plan
from service.surveying import survey_site

HEARTBEAT = timedelta(minutes=5)
ROOT, BRANCH = "My Company", "My Company\\Branch"
OFFICE_LIST, BRANCH_LIST = "Office List", "Branch List"
NAMES = ("SEPM-1", "SEPM-2", "SEPM-3")
ORDERS = {OFFICE_LIST: (NAMES,), BRANCH_LIST: (("SEPM-2",), ("SEPM-3",), ("SEPM-1",))}


def site(*more, **fields):
    """Three servers; the office balances over all of them, the branch fails over by priorities."""

    def group(path, known):
        return GroupSpec(path=path, locations=(LocationSpec(server_list=known, heartbeat=HEARTBEAT),))

    return SiteSpec(
        name="Drilled",
        servers=tuple(ServerSpec(name=name) for name in NAMES),
        server_lists=(
            ListSpec(name=DEFAULT_LIST, priorities=(NAMES,)),
            *(ListSpec(name=name, priorities=order) for name, order in ORDERS.items()),
        ),
        groups=(group(ROOT, OFFICE_LIST), group(BRANCH, BRANCH_LIST)),
        clients=(
            ClientSpec(group=ROOT, count=6, prefix="PC"),
            ClientSpec(group=BRANCH, count=3, prefix="BRANCH"),
            *more,
        ),
        database_shared=True,
        **fields,
    )


def shut_in():
    """A client of the branch whose network reaches no other server than the first one of its list."""
    return ClientSpec(group=BRANCH, count=1, prefix="SHUT-IN", reachable_servers=frozenset({"SEPM-2"}))


def treatments(here):
    """How each group was treated in the end."""
    return {owner.path: owner.treatment for owner in here.body.scopes}


def orders(here):
    """The order of each list, as the site has it."""
    lists = (here.stage.simulation.site.server_list(name) for name in ORDERS)
    return {each.name: tuple(tuple(entry.server_name for entry in pool) for pool in each.priorities) for each in lists}


def differs(state):
    """Whether the rest of the plan differs from what was approved."""
    return any(each.code == "plan-differs" for each in state.attention)


async def test_rule_8_clients_that_move_in_the_drill_leave_the_plan_as_it_is(played):
    """Every client is seen at a second server, none is relaxed, the lists are in their order again, none is lost."""
    async with played.play(spec=site(), unproven=Unproven.DRILL) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.named("amended") == []
    assert set(treatments(here).values()) == {Treatment.FAILOVER}
    passed = [event.message for event in here.trail if event.kind == "gate-passed" and event.data["number"] == "B1"]
    assert passed[-1].endswith("9 of 9 clients were seen")
    edits = [each for each in here.stage.simulation.effects.views() if each.kind == "console.edit_list"]
    assert {each.subject[0] for each in edits} == set(ORDERS)
    first_swap = next(e for e in here.stage.simulation.effects.views() if e.kind == "console.replace_certificate")
    assert max(each.at for each in edits) < first_swap.at
    assert orders(here) == ORDERS
    assert here.lost() == []


@pytest.mark.parametrize(
    ("unproven", "survives"), [(Unproven.APPROVE, False), (Unproven.DRILL, True)], ids=["on trust", "drilled"]
)
async def test_rule_8_who_cannot_reach_a_second_server_is_lost_without_the_drill(played, unproven, survives):
    """On trust it is cut off by the swap of its only server; not seen in the drill, its group is relaxed before."""
    async with played.play(spec=site(shut_in()), unproven=unproven, longest=timedelta(days=20)) as here:
        outcome = await here.run()

    lost = [each.split(":")[0] for each in here.lost()]
    assert lost == ([] if survives else ["SHUT-IN-0001"])
    if survives:
        assert outcome is Outcome.COMPLETED
        assert treatments(here) == {ROOT: Treatment.FAILOVER, BRANCH: Treatment.RELAX}
        question = next(message for code, message in here.asked if code == "plan-differs")
        assert f"{BRANCH}: the group has to be relaxed now" in question
        assert "plan-on-trust" in {code for code, _ in here.asked}
        ended = [event.message for event in here.trail if event.kind == "gate-passed" and event.data["number"] == "B1"]
        assert "not seen: SHUT-IN-0001" in ended[-1]
        assert orders(here) == ORDERS


async def test_an_amendment_that_relaxes_no_more_groups_asks_about_no_client_on_trust(played):
    """A group is made behind the first certificate; all clients were seen in the drill, and stay as they were."""

    def divided(here):
        group = here.hands.add_group("My Company\\Kiosks")
        client = next(each for each in here.stage.simulation.fleet.clients if each.name == "PC-0001")
        here.stage.simulation.fleet.move(client.id, group)

    deed = played.Deed(played.at("B3"), divided, after=played.HEARTBEAT)
    async with played.play(deed, spec=site(), unproven=Unproven.DRILL) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert {code for code, _ in here.asked} & {"plan-differs", "plan-on-trust"} == {"plan-differs"}
    assert here.lost() == []


async def test_rule_8_who_was_not_seen_is_approved_by_name_by_two_persons(played):
    """A client that is away during the drill: ann proceeds with it by name, eve approves the plan that names it."""
    away = ClientSpec(group=BRANCH, count=1, prefix="ON-LEAVE", away=((timedelta(hours=1), timedelta(days=4)),))
    limits = played.QUICK.model_copy(
        update={"holdout_minimum": timedelta(days=5), "holdout_maximum": timedelta(days=9)}
    )
    proceed = played.Deed(differs, lambda here: here.say(Move.PROCEED, why="it is on leave, and was seen there before"))
    alone = played.Deed(
        lambda state: differs(state) and state.proceed, lambda here: here.say(Move.APPROVE), after=HEARTBEAT
    )
    both = played.Deed(
        lambda state: differs(state) and state.proceed,
        lambda here: here.say(Move.APPROVE, who="eve"),
        after=2 * HEARTBEAT,
    )
    async with played.play(proceed, alone, both, spec=site(away), limits=limits, unproven=Unproven.DRILL) as here:
        here.absent = differs
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    refused = [finding.message for _, reply in here.replies for finding in reply.findings if not reply.accepted]
    assert "ann asked for it" in refused
    assert treatments(here) == {ROOT: Treatment.FAILOVER, BRANCH: Treatment.FAILOVER}
    assert [(each.path, each.clients) for each in here.body.on_trust] == [(BRANCH, 1)]
    assert here.lost() == []


async def test_rule_8_a_reordering_that_was_not_made_is_not_accepted(played):
    """Reported done without the order that the exported file shows, the task stays open."""
    async with played.play(spec=site(), unproven=Unproven.DRILL) as here:
        claim = played.Deed(
            lambda state: state.task is not None and state.step.number == "B1",
            lambda here: here.say(Move.CLAIM_TASK, who="bob", task_id=here.state.task.id),
        )
        lie = played.Deed(
            lambda state: state.task is not None and state.task.claimed_by == "bob",
            lambda here: here.say(
                Move.TASK_DONE, who="bob", task_id=here.state.task.id, attestation={"order": "SEPM-1"}
            ),
        )
        give_back = played.Deed(
            lambda state: state.task is not None and state.task.claimed_by == "bob",
            lambda here: here.say(Move.TASK_REFUSED, who="bob", task_id=here.state.task.id),
            after=HEARTBEAT,
        )
        here.deeds.extend((claim, lie, give_back))
        here.absent = lambda state: state.task is not None and state.step.number == "B1" and not give_back.done
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert "order-not-shown" in {finding.code for _, reply in here.replies for finding in reply.findings}
    assert here.lost() == []


async def test_after_a_terminate_in_the_drill_the_restore_puts_the_list_back(played):
    """One whose reordering was claimed may be reordered; the others were not touched, and are not asked for."""
    async with played.play(spec=site(), unproven=Unproven.DRILL) as here:
        stage = here.stage
        plan = await stage.plan()
        state = await stage.begin(plan)
        first = next(step for step in plan.body.steps if step.number == "B1")
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=first.id)
        await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))
        now = stage.clock.now()
        opened = await TaskActivities(stage.world).open_task(OpenTaskRequest(ref=ref, opened_at=now))
        claimed = MoveTaskRequest(task_id=opened.task_id, to=TaskState.CLAIMED, who="bob", at=now)
        await TaskActivities(stage.world).move_task(claimed)
        surveyed = await survey_site(stage.world, state.site_id)
        restore = await restore_plan(stage.store, state.site_id, surveyed.survey_id, now=now)

    (asked,) = [step.model_dump()["work"] for step in restore.body.steps if step.number == "B1-undo"]
    assert asked["list"] in first.title
    assert asked["order"] == ORDERS[asked["list"]]

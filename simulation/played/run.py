"""Playing a scenario to its end."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from emulator.clients.ways import shut_out
from engine.contract import EventKind
from rotation.finding import Finding
from rotation.plan.plan import Plan
from rotation.plan.refusals import PlanRefusedError
from rotation.running.state import RotationState
from rotation.values import ClientId
from simulation.drawn.scenario import START, Scenario
from simulation.judged.facts import Facts, SiteFacts, site_facts
from simulation.played.host import HorizonReachedError, StuckError
from simulation.played.recorded_output import RecordedOutput
from simulation.played.stage import ROTATION, Stage
from store.store import Store
from workflows.run import run_rotation
from workflows.running import ContinueAsNew

Runner = Callable[[Stage, RotationState], Awaitable[tuple[str, RotationState]]]
"""Runs the rotation of a state: why the simulation gave up on it (empty: it ended), and the state as it was left."""


Planned = Callable[[Stage], Awaitable[Plan]]
"""Makes the plan of a stage that was just set up.

Raises:
    PlanRefusedError: with the blocking findings.
"""


async def in_process(stage: Stage, state: RotationState) -> tuple[str, RotationState]:
    """Run a rotation in this coroutine, on simulated time."""
    host = stage.host(until=START + stage.scenario.longest)
    try:
        await run_rotation(host.run(state))
    except (HorizonReachedError, StuckError) as end:
        return f"{type(end).__name__}: {end}", state
    return "", state


async def in_many_histories(stage: Stage, state: RotationState) -> tuple[str, RotationState]:
    """As `in_process`, but in every wait the rotation goes on in a new history, from its state alone (as JSON)."""
    host = stage.host(until=START + stage.scenario.longest, renews=True)
    while True:
        try:
            await run_rotation(host.run(state))
        except ContinueAsNew:
            state = RotationState.model_validate_json(state.model_dump_json())
        except (HorizonReachedError, StuckError) as end:
            return f"{type(end).__name__}: {end}", state
        else:
            return "", state


async def play(
    scenario: Scenario,
    run: Runner = in_process,
    output: RecordedOutput | None = None,
    planned: Planned = Stage.plan,
    store: Store | None = None,
) -> Facts:
    """Play one rotation with the very code that runs on Temporal.

    1. build the site, register it, survey it and plan, as `planned` does it; a plan that is refused ends here
    2. run the rotation, by `run`, on simulated time with people around it, until it ends or the simulation gives up
    3. let the clients live on, so that clients that were cut off show it
    4. gather what the product knows and what the site itself knows
    """
    async with Stage(scenario, output, store) as stage:
        before = site_facts(stage.simulation)
        try:
            plan = await planned(stage)
        except PlanRefusedError as refused:
            return await _gather(stage, before, refused=refused.findings)
        unfinished, state = await run(stage, await stage.begin(plan))
        return await _gather(stage, before, plan=plan, state=state, unfinished=unfinished)


async def _gather(
    stage: Stage,
    before: SiteFacts,
    *,
    refused: tuple[Finding, ...] = (),
    plan: Plan | None = None,
    state: RotationState | None = None,
    unfinished: str = "",
) -> Facts:
    ended = stage.clock.now()
    after = site_facts(stage.simulation)
    last = await stage.store.plans.get(state.plan_id) if plan is not None and state is not None else None
    named_at = {each.id: START for each in last.body.left_out} if last else {}
    if plan is not None:
        named_at = await stage.store.roster.left_out_at(ROTATION) | named_at
        stage.live_on()
    verdict = stage.simulation.verdict()
    return Facts(
        scenario=stage.scenario,
        refused=refused,
        plan=plan,
        state=state,
        unfinished=unfinished,
        began=START,
        ended=ended,
        before=before,
        after=after,
        trail=await stage.trail() if plan is not None else (),
        tasks=await stage.store.tasks.list() if plan is not None else (),
        journal=stage.simulation.effects.views(),
        lost=verdict.lost_ever,
        lost_again=tuple(each for each in verdict.lost if each not in verdict.lost_ever),
        clients=verdict.clients_total,
        refusing=verdict.refusing,
        shut_out=frozenset(shut_out(stage.simulation)),
        named_at=named_at,
        trusted_at=await _trusted_at(stage, plan, last),
        last_plan=last,
        output=await _output(stage),
        secrets=frozenset({stage.scenario.spec.password, *stage.output.secrets} if stage.output is not None else ()),
        cut_off=tuple(stage.operator.cut_off),
        slips=tuple(stage.operator.hands.made),
        shown=frozenset(stage.people.shown),
        claims=dict(stage.watchman.claims),
        begins=dict(stage.watchman.begins),
        accepted=await _accepted(stage) if plan is not None else frozenset(),
    )


async def _trusted_at(stage: Stage, plan: Plan | None, last: Plan | None) -> dict[ClientId, datetime]:
    """The names of the plan, and those of the plan that ran last, which were approved with the last amendment."""
    if plan is None or last is None:
        return {}
    amended = [event.at for event in await stage.trail() if event.kind == EventKind.AMENDED]
    approved = ((last, max(amended, default=START)), (plan, START))
    return {client: at for each, at in approved for names in each.trusted.values() for client in names}


async def _output(stage: Stage) -> tuple[str, ...]:
    """What was recorded, where output is recorded, and what the store holds."""
    if stage.output is None:
        return ()
    await stage.output.read(stage.store)
    return tuple(stage.output.texts)


async def _accepted(stage: Stage) -> frozenset[str]:
    settled = await stage.store.found.settled(ROTATION)
    return frozenset(subject for _, subject, _ in settled.accepted)

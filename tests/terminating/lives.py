"""The life of a site: a rotation that is terminated, the documented way out, another rotation; judged at its end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from certificates.new_certificate import make_self_signed
from certificates.parsed_certificate import ParsedCertificate
from rotation.plan.outline import Outline
from rotation.plan.plan import Plan
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest
from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.running.state import RotationState
from rotation.values import CertificateId, RotationId, ServerName
from service.orphaned_tasks import close_orphaned, withdraw_unclaimed
from service.plans.planning import plan_from_survey
from service.plans.restoring import restore_plan
from simulation.drawn.scenario import START, Scenario
from simulation.judged.facts import site_facts
from simulation.people.operator import Operator
from simulation.played.stage import Stage
from store.progress import NewRotation, Progress, RotationStatus
from tests.proof.recovering import recovery_of
from tests.terminating.ending import CANCELLED, TERMINATED, Run
from tests.terminating.judging import wrong_at
from tests.terminating.onlooker import Onlooker
from tests.terminating.passages import Passage, Watch
from tests.terminating.procedures import Procedure

_PUBLISHED = timedelta(minutes=15)
"""Until a page of the console shows what was changed."""
_VALID = timedelta(days=3650)


@dataclass
class LifeResult:
    """The result of a life."""

    problems: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    """The attention that was shown, by code."""
    answers: Counter[str] = field(default_factory=Counter)
    """The answers of the ways out, and what became of the tasks that were held, by code."""
    hit: Passage | None = None
    """Where the rotation was when that was done to it; None: it had ended before."""
    passed: Watch = field(default_factory=Watch)
    """What the last of rotation and ways out has passed, before another rotation."""


async def live(procedure: Procedure, run: Run, at: Sequence[int], *, again: bool = True) -> LifeResult:
    """Terminate a rotation at the first of these passages, each way out at the next one, and follow the way out."""
    async with Stage(procedure.scenario) as stage:
        life = _Life(procedure, stage, run)
        await life.live(at)
        life.result.problems += await wrong_at(stage, life.before)
        if again and not life.result.problems:
            await life.another_rotation()
    return life.result


class _Life:
    def __init__(self, procedure: Procedure, stage: Stage, run: Run) -> None:
        self._procedure, self._stage, self._run = procedure, stage, run
        self.result, self.before = LifeResult(), site_facts(stage.simulation)
        self._people = self._meet(stage.scenario)
        self._begun = 0

    async def live(self, at: Sequence[int]) -> None:
        """From the first plan to the end of the last way out."""
        plan: Plan | None = await self._procedure.planned(self._stage)
        for passage in at:
            if plan is None:
                return
            what = await self._runs(plan, Watch(passage))
            if what == CANCELLED:
                plan = await self._way_out() if self._procedure.damaged else None
                break
            if what != TERMINATED:
                self.result.problems.append(f"passage {passage} was not come to: {what or 'it ended before'}")
                return
            await self._settle_tasks(finishes=bool(passage % 2))
            self._people = self._meet(self._stage.scenario.model_copy(update={"acts": ()}))
            plan = await self._way_out()
        if plan is not None:
            await self._ends(plan)

    def _meet(self, scenario: Scenario) -> Onlooker:
        """New people, who know nothing of the rotations before."""
        stage = self._stage
        people = stage.people = Onlooker(
            scenario, stage.operator, stage.store, stage.console, stage.watchman, networks=stage.network_people
        )
        people.asked = self.result.asked
        return people

    async def _runs(self, plan: Plan, watch: Watch) -> str:
        stage, state = self._stage, await self._begin(plan)
        self.result.passed = watch
        what = await self._run(stage, state, watch)
        self.result.hit = self.result.hit or watch.hit
        if what == TERMINATED:
            now = stage.clock.now()
            ended = Progress(status=RotationStatus.TERMINATED, finished_at=now, next_action_at=None)
            await stage.store.rotations.project(state.rotation_id, ended, now)
        return what

    async def _ends(self, plan: Plan) -> None:
        if what := await self._runs(plan, Watch()):
            self.result.problems.append(f"it does not end ({plan.body.purpose}): {what}")

    async def _begin(self, plan: Plan) -> RotationState:
        stage, purpose = self._stage, plan.body.purpose
        self._begun += 1
        new = NewRotation(
            id=RotationId(f"rotation-{self._begun}"),
            site_id=stage.site.id,
            plan_id=plan.id,
            plan_hash=plan.hash,
            purpose="restore" if purpose == "restore" else "recover" if purpose == "recover" else "rotate",
            started_by="ann",
        )
        await stage.store.rotations.create(new, stage.clock.now())
        return RotationState(
            rotation_id=new.id,
            site_id=stage.site.id,
            site_name=stage.scenario.spec.name,
            plan_id=plan.id,
            plan_hash=plan.hash,
            outline=Outline.to_load(plan.body.purpose),
            started_at=stage.clock.now(),
        )

    # -- the way out ------------------------------------------------------------------------------

    async def _settle_tasks(self, *, finishes: bool) -> None:
        """Each holder finishes a task or gives it back: no restore begins while an operator may be at the console."""
        stage, result = self._stage, self.result
        held = await withdraw_unclaimed(stage.world, stage.site.id)
        result.answers.update(each.code for each in held)
        for task in await stage.store.tasks.list({TaskState.CLAIMED}):
            await self._settle(task, finishes=finishes)
        if held and await withdraw_unclaimed(stage.world, stage.site.id):
            result.problems.append("a task is held still")

    async def _settle(self, task: ConsoleTask, *, finishes: bool) -> None:
        stage, result = self._stage, self.result
        evidence = self._people.evidence_of(task)
        if evidence is None and finishes:
            evidence = await stage.operator.do(task)
        stage.clock.leap_to(stage.clock.now() + _PUBLISHED)
        stage.simulation.advance_to(stage.clock.now())
        to = TaskState.REFUSED if evidence is None else TaskState.DONE
        result.answers[f"task-{to.value}"] += 1
        shown = {} if evidence is None else evidence | stage.console.shown(task)
        untaken = await close_orphaned(stage.world, task.id, to, task.claimed_by, note="as asked", evidence=shown)
        if untaken is not None:
            result.problems.append(f"the word for {task.title!r} is not taken: {untaken.message}")

    async def _way_out(self) -> Plan | None:
        """The plan of what `rotator restore` does or says: a restore, or the recovery again; None without either."""
        stage, result = self._stage, self.result
        try:
            if await stage.store.originals.unrestored(stage.site.id):
                surveyed = await stage.survey()
                result.answers["restore"] += 1
                plan = await restore_plan(stage.store, stage.site.id, surveyed.survey_id, now=stage.clock.now())
                await stage.store.plans.add(plan)
                return plan
            result.answers["nothing-to-restore"] += 1
            if self._procedure.damaged:
                result.answers["recover"] += 1
                return await recovery_of(stage, *self._procedure.damaged)
        except PlanRefusedError as refused:
            result.answers.update(each.code for each in refused.findings)
            if any(each.code != "nothing-to-recover" for each in refused.findings):
                result.problems.append(f"the way out is refused: {refused}")
        return None

    # -- afterwards -------------------------------------------------------------------------------

    async def another_rotation(self) -> None:
        """The site is free: another rotation replaces every certificate, and runs to its end."""
        stage, result = self._stage, self.result
        certificates = await self._new_certificates()
        stage.operator = Operator(stage.simulation, stage.clock, certificates, console=stage.console)
        self._people = self._meet(stage.scenario.model_copy(update={"acts": ()}))
        surveyed = await stage.survey()
        request = PlanRequest(
            certificates={server: made.facts.id for server, made in certificates.items()},
            unproven_failover=stage.scenario.unproven,
            trusted_networks=await stage.networks(),
        )
        now, passed = stage.clock.now(), result.passed
        try:
            plan = await plan_from_survey(stage.store, stage.site.id, surveyed.survey_id, request, now=now)
        except PlanRefusedError as refused:
            result.problems.append(f"no other rotation can begin: {refused}")
            return
        await stage.store.plans.add(plan)
        await self._ends(plan)
        result.problems += [f"afterwards: {each}" for each in await wrong_at(stage, self.before)]
        result.passed = passed

    async def _new_certificates(self) -> dict[ServerName, ParsedCertificate]:
        stage, made = self._stage, {}
        for server in stage.scenario.spec.servers:
            name = ServerName(server.name)
            identity = CertificateId(f"next-{name}")
            new = made[name] = make_self_signed((name, server.address), identity=identity, now=START, valid_for=_VALID)
            key = new.key_pem.get_secret_value().encode() if new.key_pem else None
            facts = new.facts.model_copy(update={"has_key": True})
            await stage.store.certificates.add(facts, new.certificate_pem, new.chain_pem, key, stage.clock.now())
        return made

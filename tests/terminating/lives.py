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
from simulation.played.recovering import recovery_of
from simulation.played.stage import Stage
from store.progress import NewRotation, Progress, RotationStatus
from tests.terminating.ending import TERMINATED, Run
from tests.terminating.judging import wrong_at
from tests.terminating.onlooker import Onlooker
from tests.terminating.passages import Watch
from tests.terminating.procedures import Procedure

_PUBLISHED = timedelta(minutes=15)
"""Until a page of the console shows what was changed."""
_VALID = timedelta(days=3650)


@dataclass
class Told:
    """What came of a life."""

    problems: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    """The attention that was shown, by code."""
    said: Counter[str] = field(default_factory=Counter)
    """What the ways out have answered, and what was said of the tasks that were held."""
    passed: Watch = field(default_factory=Watch)
    """What the last of rotation and ways out has passed, before another rotation."""


async def live(procedure: Procedure, run: Run, at: Sequence[int], *, again: bool = True) -> Told:
    """Terminate a rotation at the first of these passages, each way out at the next one, and follow the way out."""
    async with Stage(procedure.scenario) as stage:
        life = _Life(procedure, stage, run)
        await life.live(at)
        life.told.problems += await wrong_at(stage, life.before)
        if again and not life.told.problems:
            await life.another_rotation()
    return life.told


class _Life:
    def __init__(self, procedure: Procedure, stage: Stage, run: Run) -> None:
        self._procedure, self._stage, self._run = procedure, stage, run
        self.told, self.before = Told(), site_facts(stage.simulation)
        self._people = self._meet(stage.scenario)
        self._begun = 0

    async def live(self, at: Sequence[int]) -> None:
        """From the first plan to the end of the last way out."""
        plan: Plan | None = await self._procedure.planned(self._stage)
        for passage in at:
            if plan is None:
                return
            what = await self._runs(plan, Watch(passage))
            if what != TERMINATED:
                self.told.problems.append(f"passage {passage} was not come to: {what or 'it ended before'}")
                return
            await self._settle_tasks(finishes=bool(passage % 2))
            self._people = self._meet(self._stage.scenario.model_copy(update={"acts": ()}))
            plan = await self._way_out()
        if plan is not None:
            await self._ends(plan)

    def _meet(self, scenario: Scenario) -> Onlooker:
        """New people, who know nothing of what was."""
        stage = self._stage
        people = stage.people = Onlooker(
            scenario, stage.operator, stage.store, stage.console, stage.watchman, networks=stage.network_people
        )
        people.asked = self.told.asked
        return people

    async def _runs(self, plan: Plan, watch: Watch) -> str:
        stage, state = self._stage, await self._begin(plan)
        self.told.passed = watch
        what = await self._run(stage, state, watch)
        if what == TERMINATED:
            now = stage.clock.now()
            ended = Progress(status=RotationStatus.TERMINATED, finished_at=now, next_action_at=None)
            await stage.store.rotations.project(state.rotation_id, ended, now)
        return what

    async def _ends(self, plan: Plan) -> None:
        if what := await self._runs(plan, Watch()):
            self.told.problems.append(f"it does not end ({plan.body.purpose}): {what}")

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
        """Nothing is restored while somebody may be at the console: they finish their task, or give it back."""
        stage, told = self._stage, self.told
        held = await withdraw_unclaimed(stage.world, stage.site.id)
        told.said.update(each.code for each in held)
        for task in await stage.store.tasks.list({TaskState.CLAIMED}):
            await self._settle(task, finishes=finishes)
        if held and await withdraw_unclaimed(stage.world, stage.site.id):
            told.problems.append("a task is held still")

    async def _settle(self, task: ConsoleTask, *, finishes: bool) -> None:
        stage, told = self._stage, self.told
        evidence = self._people.evidence_of(task)
        if evidence is None and finishes:
            evidence = await stage.operator.do(task)
        stage.clock.leap_to(stage.clock.now() + _PUBLISHED)
        stage.simulation.advance_to(stage.clock.now())
        to = TaskState.REFUSED if evidence is None else TaskState.DONE
        told.said[f"task-{to.value}"] += 1
        shown = {} if evidence is None else evidence | stage.console.shown(task)
        untaken = await close_orphaned(stage.world, task.id, to, task.claimed_by, note="as asked", evidence=shown)
        if untaken is not None:
            told.problems.append(f"the word for {task.title!r} is not taken: {untaken.message}")

    async def _way_out(self) -> Plan | None:
        """What `rotator restore` does, or says: a recovery is begun anew."""
        stage, told = self._stage, self.told
        try:
            if await stage.store.originals.unrestored(stage.site.id):
                surveyed = await stage.survey()
                told.said["restore"] += 1
                plan = await restore_plan(stage.store, stage.site.id, surveyed.survey_id, now=stage.clock.now())
                await stage.store.plans.add(plan)
                return plan
            told.said["nothing-to-restore"] += 1
            if self._procedure.damaged:
                told.said["recover"] += 1
                return await recovery_of(stage, *self._procedure.damaged)
        except PlanRefusedError as refused:
            told.said.update(each.code for each in refused.findings)
            if any(each.code != "nothing-to-recover" for each in refused.findings):
                told.problems.append(f"the way out is refused: {refused}")
        return None

    # -- afterwards -------------------------------------------------------------------------------

    async def another_rotation(self) -> None:
        """The site is free: another rotation replaces every certificate, and runs to its end."""
        stage, told = self._stage, self.told
        certificates = await self._new_certificates()
        stage.operator = Operator(stage.simulation, stage.clock, certificates, console=stage.console)
        self._people = self._meet(stage.scenario.model_copy(update={"acts": ()}))
        surveyed = await stage.survey()
        request = PlanRequest(
            certificates={server: made.facts.id for server, made in certificates.items()},
            unproven_failover=stage.scenario.unproven,
            trusted_networks=await stage.networks(),
        )
        now, passed = stage.clock.now(), told.passed
        try:
            plan = await plan_from_survey(stage.store, stage.site.id, surveyed.survey_id, request, now=now)
        except PlanRefusedError as refused:
            told.problems.append(f"no other rotation can begin: {refused}")
            return
        await stage.store.plans.add(plan)
        await self._ends(plan)
        told.problems += [f"afterwards: {each}" for each in await wrong_at(stage, self.before)]
        told.passed = passed

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

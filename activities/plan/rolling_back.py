"""The amendment that puts the old certificates back (rule 15)."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta

from temporalio import activity

from engine.contract import ActivityName, RollBackAnswer, RollBackRequest
from rotation.drift.presented import SILENT, kept_beside
from rotation.finding import Finding, folded, info, warning
from rotation.plan.forecast import forecast, least, step_least
from rotation.plan.outage import left_by
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.step import Gate, GatePurpose, ScopeName
from rotation.plan.work.task import SaveRecoveryFile, TaskState
from rotation.planning.dead_server import go_back_without
from rotation.procedure.rollback import Former, Reached, roll_back
from rotation.proof.membership import with_present_owners
from rotation.proof.reading import evidence_key
from rotation.proof.verdict import Reason
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.values import RotationId, ServerName
from service.identity import new_plan_id
from service.world import World
from store.database.page import PageRequest


class RollBackPlanner:
    """Plans the way back of a running rotation."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.PLAN_ROLL_BACK)
    async def plan_roll_back(self, request: RollBackRequest) -> RollBackAnswer:
        """Plan it from what was begun, and from what the servers present; store the plan.

        1. the servers with their new certificate: those that were seen with it, and one that presents it now; that at
           which most clients refuse what it signs is the first to get its old one back, and one that answers nowhere
           the last
        2. where each old certificate comes from: kept here with its key, else the recovery file that was saved
        3. the amendment, with what its approver should know; groups that were moved count where they are now

        On the way back, where two persons leave the server out whose turn it is: the rest of the way without it; where
        they go on while servers are down before their turn: the same way, in which the others do not wait for these.
        """
        store = self._world.store
        plan = await store.plans.get(request.plan_id)
        if request.leaves_out is not None:
            at = plan.body.steps[request.begun - 1].id
            return await self._kept(request, plan, go_back_without(plan.body, request.leaves_out, at=at))
        if request.goes_on_without:
            findings = (*plan.findings, *_of_down(plan.body, request.goes_on_without))
            return await self._kept(request, plan.model_copy(update={"findings": findings}), plan.body)
        site = await store.sites.get(request.site_id)
        survey = await store.surveys.get(request.survey_id)
        refused = await self._refused_at(request.rotation_id)
        # the last one goes back first
        names = sorted(_replaced(plan.body, survey, request.swapped), key=lambda server: refused[server])
        formers = tuple([await self._former(request.rotation_id, plan.body, survey, name) for name in names])
        silent = _silent(plan.body, survey, request.begun)
        reached = Reached(begun=request.begun, proven=frozenset(request.proven), formers=formers, silent=silent)
        # a group that was moved since holds the way back no longer
        body = roll_back(site, with_present_owners(plan.body, survey.groups), reached)
        alone = _left_alone(body, site, survey)
        known = await self._know_a_new_one(request, plan.body) if alone else 0
        findings = (*_findings(body, formers), *_of_silent(body, silent), *(_alone(each, known) for each in alone))
        update = {"survey_id": request.survey_id, "known_by": plan.known_by_survey, "findings": findings}
        planned = plan.model_copy(update=update)
        return await self._kept(request, planned, body)

    async def _kept(self, request: RollBackRequest, plan: Plan, body: PlanBody) -> RollBackAnswer:
        """Store the amendment."""
        now = self._world.clock()
        amendment = plan.model_copy(
            update={
                "id": new_plan_id(),
                "hash": body.content_hash(),
                "made_at": now,
                "body": body,
                "times": forecast(body, start=now),
                "least": least(body),
                "latest_start": None,  # the old certificates go in, and need not last
                "lost_if_now": 0,
            }
        )
        await self._world.store.plans.add(amendment)
        ahead = body.steps[request.begun :]
        return RollBackAnswer(
            plan_id=amendment.id,
            hash=amendment.hash,
            servers=tuple(server for wave in body.waves for server in wave),
            steps=len(ahead),
            least=sum((step_least(step) for step in ahead), timedelta(0)),
            findings=folded(amendment.findings),
        )

    async def _know_a_new_one(self, request: RollBackRequest, body: PlanBody) -> int:
        """How many clients that verify have shown by now that they know a new certificate."""
        gates = (step for step in body.steps[: request.begun] if isinstance(step, Gate))
        keys = [evidence_key(body, gate) for gate in gates if gate.purpose is GatePurpose.SWAPPED]
        groups = [group for owner in body.owners(ScopeName.FAILOVER) for group in owner.groups]
        there = await self._world.store.roster.entries(request.site_id, groups)
        return len({each.id for each in there} & await self._world.store.coverage.covered(request.rotation_id, keys))

    async def _refused_at(self, rotation_id: RotationId) -> Counter[ServerName]:
        """At which servers clients refuse their policy, as the newest reading of the newest gate has them (rule 11)."""
        coverage, refused = self._world.store.coverage, Counter[ServerName]()
        gate, cursor = await coverage.latest_gate(rotation_id), ""
        while gate is not None:
            asked = PageRequest(500, cursor or None)
            page = await coverage.verdicts(rotation_id, gate, reason=Reason.REFUSING, asked=asked)
            refused.update(each.last_server for each in page.items if each.last_server is not None)
            if not (cursor := page.cursor or ""):
                break
        return refused

    async def _former(self, rotation_id: RotationId, body: PlanBody, survey: SiteSurvey, server: ServerName) -> Former:
        store = self._world.store
        chosen = body.certificate_for(server)
        served = {each.server: each.fingerprint for each in survey.served}
        is_back = chosen is not None and served.get(server) == chosen.replaces
        kept = {facts.fingerprint: facts for facts in await store.certificates.list()}
        facts = kept.get(chosen.replaces) if chosen else None
        if facts is not None and facts.has_key:
            return Former(server=server, certificate_id=facts.id, has_file=True, is_back=is_back)
        saved = {
            task.work.server: task.attestation
            for task in await store.tasks.list([TaskState.DONE], rotation_id=rotation_id)
            if isinstance(task.work, SaveRecoveryFile)
        }.get(server, {})
        return Former(
            server=server,
            recovery_file=saved.get("filename", ""),
            recovery_sha256=saved.get("sha256", ""),
            is_back=is_back,
        )


def _replaced(body: PlanBody, survey: SiteSurvey, swapped: Iterable[ServerName]) -> tuple[ServerName, ...]:
    """In the order of their replacement; what is out again already comes last, and so is turned back first."""
    served = {each.server: each.fingerprint for each in survey.served}
    known = tuple(swapped)
    unseen = [c.server for c in body.certificates if c.server not in known and served.get(c.server) == c.fingerprint]
    targets = {chosen.server: chosen.replaces for chosen in body.certificates}
    names = (*known, *unseen)
    return tuple(sorted(names, key=lambda name: served.get(name) == targets[name]))


def _silent(body: PlanBody, survey: SiteSurvey, begun: int) -> frozenset[ServerName]:
    """The servers that answer on no port; one that a drill has stopped is started first."""
    return survey.answer_nowhere.difference(left_by(body.steps[:begun]).stopped)


def _of_silent(body: PlanBody, silent: Collection[ServerName]) -> Iterable[Finding]:
    for server in (name for wave in body.waves for name in wave if name in silent):
        yield warning(
            SILENT,
            server,
            "it answers on no port: its old certificate goes back last, and the others do not wait for it; a client "
            "that trusts no other server is cut off until it is up",
            "bring it up before you approve; where it is down for good, two persons leave it out at its turn",
        )


def _left_alone(body: PlanBody, site: Site, survey: SiteSurvey) -> list[ServerName]:
    """The servers that keep their certificate and answer nowhere, where none answers but one that has a new one."""
    up, turns = {each.server for each in survey.served if each.answers}, {each.server for each in body.certificates}
    return sorted(survey.answer_nowhere & kept_beside(body, site)) if len(up) == 1 and up <= turns else []


def _alone(server: ServerName, count: int) -> Finding:
    return warning(
        SILENT,
        server,
        f"it answers on no port, nor does any other server but the one whose old certificate goes back: {count} "
        "clients that verify have shown by now that they know a new certificate, and are cut off until it is up",
        "bring it up before you approve",
    )


def _of_down(body: PlanBody, servers: Iterable[ServerName]) -> Iterable[Finding]:
    turns = {each.server for each in body.certificates}
    for server in servers:
        if server not in turns:
            yield warning(
                SILENT,
                server,
                "it is down and keeps its certificate, and no other server answers but the one whose turn it is: a "
                "client that has taken the new certificate is cut off until it is up",
                "bring it up",
            )
            continue
        yield warning(
            SILENT,
            server,
            "it is down before its turn: the other old certificates do not wait for it; a client that trusts no other "
            "server is cut off until it is up",
            "bring it up; where it is down for good, two persons leave it out at its turn",
        )


def _findings(body: PlanBody, formers: Iterable[Former]) -> Iterable[Finding]:
    for former in formers:
        if not former.has_file and not former.recovery_file:
            yield warning(
                "recovery-file-unnamed",
                former.server,
                "no person stated which recovery file holds its old certificate",
                "have it at hand before you approve: without it the old certificate cannot be put back",
            )
    gated = {gate.server for gate in body.swap_gates}
    for server in (name for wave in body.waves for name in wave):
        if server not in gated:
            yield info(
                "no-gate-between", server, "the next one follows at once: all its clients are relaxed, or it is back"
            )

"""Plans from stored surveys: made, compared with a newer survey, amended, and the plan of a restore."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from temporalio import activity

from activities.look.unplanned_groups import uncounted
from engine.contract import (
    ActivityName,
    PlanCheckAnswer,
    PlanCheckRequest,
    StepRef,
)
from rotation.drift.drift import LOCATION_NEW, Drift, drift
from rotation.drift.learned.other_certificate import may_know_another
from rotation.drift.learned.wrong_list import may_hold_wrong
from rotation.drift.policy_dates import newest_policy
from rotation.drift.presented import SILENT, certificate_drift, given_up, left_alone, missed
from rotation.drift.second_view import contradictions
from rotation.drift.upgraded import HTTP_SILENT, VERSION_CHANGED, confirmed, upgraded
from rotation.finding import Finding, blockers, folded, some, warning
from rotation.fitness import PlacedServer
from rotation.plan.forecast import least
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.step import Console
from rotation.plan.work.task import ReplaceCertificate
from rotation.planning.amendment import amend, newly_left_out, relaxes_more
from rotation.planning.dead_server import finish_without
from rotation.planning.preconditions import unfit_now
from rotation.survey import ObservedClient, SiteSurvey
from rotation.values import ListName, ServerName
from service.edited_lists import lists_not_as_known
from service.identity import new_plan_id
from service.plans.planning import planned_again
from service.second_view import second_view
from service.surveying import presented_when_planned
from service.world import World


def _silent(findings: tuple[Finding, ...]) -> tuple[ServerName, ...]:
    """The servers that do not answer, where that alone stands against a plan: over HTTP they are silent too."""
    found = blockers(findings)
    silent = tuple(ServerName(each.subject) for each in found if each.code == SILENT)
    others = [each for each in found if each.code not in {SILENT, HTTP_SILENT} or each.subject not in silent]
    return () if others else silent


def _stops(plan: Plan, found: Drift) -> bool:
    """Whether it stops a replacement: no closed HTTP port keeps an old certificate from going back."""
    return found.finding.code != HTTP_SILENT or not plan.body.back_from


def _gone_without(servers: Iterable[ServerName]) -> Iterator[Finding]:
    for server in servers:
        text = "it keeps its old certificate, and no other replacement waits for it"
        yield warning(SILENT, server, text, "bring it up; plan its certificate again then")


def _replaced_now(body: PlanBody, at: str) -> ServerName | None:
    """The server whose certificate may be replaced at a step."""
    match body.step(at):
        case Console(work=ReplaceCertificate(server=server)):
            return server
        case _:
            return None


class Planning:
    """Plans within a running rotation."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.CHECK_PLAN)
    async def check_plan(self, request: PlanCheckRequest) -> PlanCheckAnswer:
        """Does the approved plan still fit? Where another one would, it is stored as an amendment."""
        store = self._world.store
        plan = await store.plans.get(request.plan_id)
        if plan.body.purpose == "restore":
            return PlanCheckAnswer()
        if request.mid_wave:
            site, survey = await self._world.site(request.site_id), await store.surveys.get(request.survey_id)
            newest = newest_policy(plan.body, survey.groups) if site.at_console is None else None
            return PlanCheckAnswer(findings=folded(await self._drift(request, plan)), newest_policy=newest)
        findings, newer = await planned_again(
            store,
            request.site_id,
            request.survey_id,
            plan,
            now=self._world.clock(),
            swapped=request.swapped,
            at=request.at,
            on_trust=request.on_trust,
        )
        edited: dict[ListName, datetime] = {}
        versions: tuple[str, ...] = ()
        if request.at:
            lists = await self._lists(request, plan, await store.surveys.get(request.survey_id))
            other = await self._upgraded(request, plan, await store.surveys.get(request.survey_id))
            versions = confirmed(other, [each.version for each in other])
            findings = (*findings, *(each.finding for each in (*lists, *other) if each.finding.code != HTTP_SILENT))
            edited = {ListName(each.finding.subject): each.edited_at for each in lists if each.edited_at is not None}
        if any(each.code == VERSION_CHANGED for each in findings):
            # an amendment would rest on a survey of the new version: first a person says that ports are right
            return PlanCheckAnswer(findings=folded(findings), lists_edited=edited, versions=versions)
        if request.at and (silent := _silent(findings)):
            return await self._without(request, plan, findings, silent)
        if newer is not None and request.at:
            findings = (*findings, *await self._left_alone(request, plan))
        if findings and newer is not None and request.at:
            body = amend(plan.body, newer.body, at=request.at, swapped=request.swapped)
            amendment = newer.model_copy(update={"body": body, "hash": body.content_hash(), "least": least(body)})
            await store.plans.add(amendment)
            left_out = newly_left_out(plan.body, body)
            return PlanCheckAnswer(
                findings=folded(findings),
                amendment=amendment.id,
                hash=amendment.hash,
                leaves_out=len(left_out),
                relaxes_more=relaxes_more(plan.body, body),
                some_left_out=some(f"{client.name} ({client.group}, {client.reason})" for client in left_out),
                lists_edited=edited,
                versions=versions,
            )
        return PlanCheckAnswer(findings=folded(findings), lists_edited=edited, versions=versions)

    async def _without(
        self, request: PlanCheckRequest, plan: Plan, findings: tuple[Finding, ...], silent: tuple[ServerName, ...]
    ) -> PlanCheckAnswer:
        """The silent servers; when a person wants to go on without them, also the amendment that does so."""
        if not request.on_trust:
            return PlanCheckAnswer(findings=folded(findings), silent=silent)
        body = finish_without(plan.body, silent, at=request.at)
        left = {server: wanted for server, wanted in plan.request.certificates.items() if server not in silent}
        update = {
            "id": new_plan_id(),
            "made_at": self._world.clock(),
            "request": plan.request.model_copy(update={"certificates": left}),
            "findings": (*plan.findings, *_gone_without(silent)),
            "body": body,
            "hash": body.content_hash(),
            "least": least(body),
        }
        amendment = plan.model_copy(update=update)
        await self._world.store.plans.add(amendment)
        return PlanCheckAnswer(findings=folded(findings), amendment=amendment.id, hash=amendment.hash, silent=silent)

    async def _left_alone(self, request: PlanCheckRequest, plan: Plan) -> tuple[Finding, ...]:
        """The servers that the plan leaves alone and that do not answer: an amendment does not count on them."""
        store = self._world.store
        survey, before = await store.surveys.get(request.survey_id), await presented_when_planned(store, plan)
        site = await self._world.site(request.site_id)
        return missed(survey.served, left_alone(plan, site, before, survey.served))

    async def _drift(self, request: PlanCheckRequest, plan: Plan) -> tuple[Finding, ...]:
        """Within a wave: what differs from the state that the plan itself has made."""
        store = self._world.store
        survey = await store.surveys.get(request.survey_id)
        roster = await store.roster.entries(request.site_id, None)
        clients = [client.observed for client in roster if client.observed is not None]
        ref = StepRef(
            rotation_id=request.rotation_id, site_id=request.site_id, plan_id=request.plan_id, step=request.at
        )
        found = drift(
            plan.body,
            survey,
            clients,
            at=request.at,
            uncounted=await uncounted(store, ref, plan.body, survey.groups),
            excluded=(await store.found.settled(request.rotation_id)).as_found(LOCATION_NEW),
        )
        before = await presented_when_planned(store, plan)
        site, due = await self._world.site(request.site_id), _replaced_now(plan.body, request.at)
        served = certificate_drift(
            plan.body,
            survey.served,
            swapped=request.swapped,
            due=due,
            before=before,
            given=given_up(plan),
            kept=left_alone(plan, site, before, survey.served, due=due),
        )
        return (
            *blockers((*(each.finding for each in found), *served)),
            *(each.finding for each in await self._lists(request, plan, survey)),
            *(each.finding for each in await self._upgraded(request, plan, survey) if _stops(plan, each)),
            *(may_know_another(plan.body, survey, clients, request.other_in) if request.other_in else ()),
            *await self._of_wrong_lists(request, plan, survey, clients),
            *await self._unfit(request, plan, survey),
            *await self._contradicted(request, plan, survey),
        )

    async def _of_wrong_lists(
        self, request: PlanCheckRequest, plan: Plan, survey: SiteSurvey, clients: Collection[ObservedClient]
    ) -> Iterable[Finding]:
        """The clients that may hold a list that was wrong for a while."""
        if not request.wrong_lists:
            return ()
        store = self._world.store
        planned = await store.surveys.get(plan.known_by_survey)
        left_out = await store.roster.left_out(request.rotation_id)
        return may_hold_wrong(
            plan.body, survey, clients, request.wrong_lists, planned_at=planned.taken_at, left_out=left_out
        )

    async def _contradicted(self, request: PlanCheckRequest, plan: Plan, survey: SiteSurvey) -> tuple[Finding, ...]:
        """What another server shows otherwise, where a certificate is about to be replaced."""
        if _replaced_now(plan.body, request.at) is None:
            return ()
        seen = await second_view(self._world, await self._world.site(request.site_id), plan)
        return () if seen is None else tuple(contradictions(survey, seen.shows, seen.server))

    async def _lists(self, request: PlanCheckRequest, plan: Plan, survey: SiteSurvey) -> tuple[Drift, ...]:
        store, site = self._world.store, await self._world.site(request.site_id)
        return await lists_not_as_known(
            store, site, request.rotation_id, plan, survey, confirmed_lists=request.lists_shown, at=request.at
        )

    async def _upgraded(self, request: PlanCheckRequest, plan: Plan, survey: SiteSurvey) -> tuple[Drift, ...]:
        store, site = self._world.store, await self._world.site(request.site_id)
        planned = await store.surveys.get(plan.known_by_survey)
        return upgraded(
            site,
            plan.body,
            planned,
            survey,
            at=request.at,
            swapped=request.swapped,
            confirmed_versions=request.versions_shown,
        )

    async def _unfit(self, request: PlanCheckRequest, plan: Plan, survey: SiteSurvey) -> tuple[Finding, ...]:
        """Why the certificate that is about to go in must not; what a recovery file puts back was there before."""
        step = plan.body.step(request.at)
        if not isinstance(step, Console) or not isinstance(step.work, ReplaceCertificate) or step.work.puts_back:
            return ()
        store = self._world.store
        chosen = plan.body.certificate_for(step.work.server)
        if chosen is None:
            raise AssertionError(f"the plan has no certificate for {step.work.server}")
        site, facts = await store.sites.get(request.site_id), await store.certificates.facts(chosen.certificate_id)
        place = PlacedServer(site=site, server=chosen.server, served=survey.served)
        return unfit_now(facts, place, plan.body, request.at, now=self._world.clock())

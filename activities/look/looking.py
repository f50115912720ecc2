"""Looks, whether the site is as the rotation left it; a gate is proven again where it was not (rule 12b)."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from temporalio import activity

from activities.failures import as_activity_failures
from activities.look.unplanned_groups import uncounted
from engine.contract import ActivityName, Counted, LookAnswer, LookRequest, StepRequest
from rotation.drift.drift import LOCATION_NEW, ClientMove, Drift, drift, moved, stays_behind
from rotation.drift.judged_drift import born_key, judge, summarized
from rotation.drift.policy_dates import newest_policy
from rotation.drift.presented import certificate_drift, given_up, left_alone
from rotation.drift.reaction import Circumstances
from rotation.drift.restart import voided
from rotation.drift.upgraded import upgraded
from rotation.plan.outage import away_at
from rotation.plan.plan import PlanBody
from rotation.plan.scope import Treatment
from rotation.plan.step import Gate, GatePurpose, ScopeName
from rotation.proof.gate import written
from rotation.proof.membership import followers
from rotation.proof.reading import evidence_key
from rotation.survey import SiteSurvey
from rotation.values import GroupId
from sepm.port import Sepm
from service.edited_lists import dates_of_lists, lists_not_as_known
from service.scope import StepScope, scope_of
from service.settings_look import dates_show_settings
from service.surveying import http_silent_since, presented_before
from service.world import World

_SECOND = timedelta(seconds=1)


class SiteLooks:
    """Observed truth between readings: groups, settings and certificates; clients as they were last read."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.LOOK)
    async def look(self, request: LookRequest) -> LookAnswer:
        """What differs from what the rotation left.

        1. read groups, inheritance, lists, secure communications and SEPM's version; probe every server's ports. Where
           this site has shown that its policy dates tell of changed settings, the look reads the settings of those
           groups only whose policy date has moved. SEPM makes a policy some time after a setting has changed, so the
           look reads every setting once a day, before a gate passes, when a person has answered, and after an upgrade
           of SEPM that a person has confirmed
        2. hold them against what the plan has written up to this step, and the clients' groups and builds as last read
        3. where a setting of the plan differs, note the policy date before it is put right (rule 9)
        4. judge what differs: the rotation goes on with it, puts it right, or asks a person
        5. keep all of it, and answer with some of each kind
        """
        rotation_id, kept = request.ref.rotation_id, self._world.store.found
        settled = await kept.settled(rotation_id, request.round_number)
        scope = await scope_of(self._world, request.ref)
        with as_activity_failures():
            async with await self._world.sepm(scope.site) as client:
                planned = await self._world.store.surveys.get(scope.plan.known_by_survey)
                survey = await self._read(scope, client, planned, request)
                found = await self._differences(scope, survey, planned, request, settled.as_found(LOCATION_NEW))
                await self._note(scope, client, found)
        now = Circumstances(body=scope.plan.body, at=scope.step.id, repaired=settled.repaired, left=settled.left)
        judged = [judge(each, now) for each in found]
        identity = await kept.keep(rotation_id, judged, at=self._world.clock(), round_number=request.round_number)
        drifts = summarized((each.named for each in judged), set(request.known))
        newest = newest_policy(scope.plan.body, survey.groups) if scope.site.at_console is None else None
        return LookAnswer(found=identity, drifts=drifts, born_key=born_key(judged), newest_policy=newest)

    async def _read(self, scope: StepScope, client: Sepm, planned: SiteSurvey, request: LookRequest) -> SiteSurvey:
        world, site = self._world, scope.site
        in_full = request.in_full or bool(request.versions_shown) or site.at_console is not None
        by_dates = not in_full and await dates_show_settings(
            world.store, scope.ref.rotation_id, scope.plan.body.publish_delay
        )
        groups = await world.readings.groups(site.id, client, now=world.clock(), by_dates=by_dates)
        return SiteSurvey(
            taken_at=self._world.clock(),
            sepm_clock=client.clock_of_last_answer(),
            version=await client.version(),
            groups=groups,
            lists_edited=await dates_of_lists(client),
            served=await self._world.served(scope.site.servers),
            http_silent=await http_silent_since(world, site, planned),
        )

    async def _differences(
        self,
        scope: StepScope,
        survey: SiteSurvey,
        planned: SiteSurvey,
        request: LookRequest,
        excluded: Collection[tuple[str, str]],
    ) -> tuple[Drift, ...]:
        store, body = self._world.store, scope.plan.body
        if body.purpose == "recover":
            return self._of_recovered(body, survey, request)
        away = away_at(body.steps, scope.step.id)
        before = presented_before(scope.plan, planned)
        certificates = certificate_drift(
            body,
            survey.served,
            swapped=request.swapped,
            due=request.due,
            before=before,
            shut=away.shut - survey.http_silent,
            stopped=away.stopped,
            given=given_up(scope.plan),
            kept=left_alone(scope.plan, scope.site, before, survey.served, due=request.due),
            addresses={each.name: each.client_port for each in scope.site.servers},
        )
        stuck = [build for build in await store.roster.builds(scope.site.id) if stays_behind(build)]
        failing_over = [group for owner in body.owners(ScopeName.FAILOVER) for group in owner.groups]
        born = followers(body, survey.groups)
        failing_over += [group for group, owner in born.items() if owner.treatment is Treatment.FAILOVER]
        clients = await store.roster.present_of(scope.site.id, stuck, failing_over) if stuck else ()
        moves = [
            ClientMove(name=each.name, now=each.now) for each in await store.roster.moved(scope.site.id, request.since)
        ]
        return (
            *(Drift(finding=finding) for finding in certificates),
            *drift(
                body,
                survey,
                clients,
                at=scope.step.id,
                uncounted=await uncounted(store, scope.ref, body, survey.groups),
                excluded=excluded,
            ),
            *moved(survey, moves),
            *await lists_not_as_known(
                store,
                scope.site,
                scope.ref.rotation_id,
                scope.plan,
                survey,
                confirmed_lists=request.lists_shown,
                at=scope.step.id,
            ),
            *upgraded(
                scope.site,
                body,
                planned,
                survey,
                at=scope.step.id,
                swapped=request.swapped,
                confirmed_versions=request.versions_shown,
            ),
        )

    def _of_recovered(self, body: PlanBody, survey: SiteSurvey, request: LookRequest) -> tuple[Drift, ...]:
        """Of a recovery only what it put back: it has changed no setting, and knows the others as they once were."""
        served = [seen for seen in survey.served if body.certificate_for(seen.server) is not None]
        return tuple(Drift(finding=found) for found in certificate_drift(body, served, swapped=request.swapped))

    async def _note(self, scope: StepScope, client: Sepm, found: Iterable[Drift]) -> None:
        """Note the policy dates while a difference still shows: the write that ends it, by any person, comes later."""
        gates: dict[GroupId, set[str]] = {}
        for each in found:
            if each.owner is not None:
                gates.setdefault(each.owner, set()).update(voided(each, scope.plan.body, scope.step.id))
        owners = [owner for owner, ids in gates.items() if ids]
        if not owners:
            return
        clock = await client.clock()
        dates = await client.policy_dates(owners)
        references, delay = self._world.store.references, scope.plan.body.publish_delay
        for owner in owners:
            for gate in sorted(gates[owner]):
                before = await references.get(scope.ref.rotation_id, gate, owner)
                reference = written(owner, dates[owner], clock, delay=delay, before=before)
                await references.save(scope.ref.rotation_id, gate, reference)

    @activity.defn(name=ActivityName.RESTART_GATE)
    async def restart_gate(self, request: StepRequest) -> Counted:
        """Forget the evidence of a gate. After a swap its clock starts again, too: the certificate was away."""
        store, rotation_id = self._world.store, request.ref.rotation_id
        scope = await scope_of(self._world, request.ref)
        gate = scope.step
        if not isinstance(gate, Gate):
            raise TypeError(f"step {gate.id} is no gate")
        key = evidence_key(scope.plan.body, gate)
        body = scope.plan.body
        put_in = [chosen for chosen in body.certificates if chosen.server == gate.server]
        if gate.purpose is GatePurpose.RECOVERED:
            put_in = list(body.certificates)
        if gate.purpose in {GatePurpose.SWAPPED, GatePurpose.RECOVERED} and put_in:
            with as_activity_failures():
                async with await self._world.sepm(scope.site) as client:
                    clock = await client.clock() + _SECOND
            for chosen in put_in:
                await store.swaps.again(
                    rotation_id, chosen.server, chosen.fingerprint, first_seen=clock, seen_at=self._world.clock()
                )
            await store.references.forget(rotation_id, key)
        await store.coverage.restart(rotation_id, key)
        return Counted(count=1)

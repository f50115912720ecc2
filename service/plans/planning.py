"""Plans from surveys: the first one of a rotation, and what it would be now."""

from collections.abc import Collection, Sequence
from datetime import datetime

from rotation.console.exported import described
from rotation.drift.earlier_survey import as_recorded, relaxed_before, relaxed_now, with_copies
from rotation.finding import Finding
from rotation.plan.comparison import compare, newly_on_trust
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest, Unproven
from rotation.planning.basis import Observed
from rotation.planning.planner import make_plan
from rotation.site import Site
from rotation.survey import SiteSurvey
from rotation.trust.fingerprints import behind
from rotation.values import ListName, ServerName, SiteId
from service.identity import new_plan_id
from service.long_computations import in_turns
from service.plans.recovery_planning import ahead_of_ours, held_by_clients, saved_copies
from store.site.roster import RosterClient
from store.store import Store


async def plan_from_survey(
    store: Store,
    site_id: SiteId,
    survey_id: str,
    request: PlanRequest,
    *,
    now: datetime,
    amends: PlanBody | None = None,
    at: str = "",
    replaced: Collection[ServerName] = (),
) -> Plan:
    """The plan for a site as the survey saw it. Nothing is stored.

    One that amends another, which runs its step `at`, counts its steps on from it, and takes what that one changed as
    it was before.

    Raises:
        PlanRefusedError: with the blocking findings.
        UnknownCertificate: when the request names a certificate that is not stored.
    """
    site = await store.sites.get(site_id)
    if amends is not None:
        site = with_copies(site, amends)
    survey = described(await store.surveys.get(survey_id))
    roster = await store.roster.entries(site_id, None)
    if amends is not None and site.at_console is not None:
        roster = await _to_plan(store, survey, roster, site_id)
    certificates = {wanted: await store.certificates.facts(wanted) for wanted in set(request.certificates.values())}
    observed = Observed(
        survey_id=survey_id,
        survey=as_recorded(amends, survey, at) if amends else survey,
        clients=tuple(client.observed for client in roster if client.observed is not None),
        certificates=certificates,
        seen_at=await store.roster.servers_seen(site_id),
        relaxed=relaxed_before(amends, at) if amends else frozenset(),
        http_answers=await store.http_reach.answers(site_id),
        stay_relaxed=relaxed_now(amends, at) if amends else frozenset(),
        replaced=frozenset(replaced),
        copies_in_use=frozenset(copy.copy_name for copy in amends.copies) if amends else frozenset(),
        rest_at=await _rest_at(store, site),
    )
    if amends is None:
        observed = observed.model_copy(update={"copies_in_use": await _copies_in_use(store, site_id)})
        held = await held_by_clients(store, site, survey.served, observed.clients, ahead=ahead_of_ours(survey))
        known = {server: certificate for server, certificate in held.items() if certificate is not None}
        copies = await saved_copies(store, site_id, held)
        observed = observed.model_copy(update={"held": known, "recovery_copies": copies})
    after = amends.last_number if amends else 0
    many = len(observed.clients)
    return await in_turns(many, make_plan, site, observed, request, plan_id=new_plan_id(), now=now, after=after)


async def _to_plan(
    store: Store, survey: SiteSurvey, roster: Sequence[RosterClient], site_id: SiteId
) -> tuple[RosterClient, ...]:
    """The clients but for those of groups without a description that two persons left out of the running rotation."""
    running = await store.rotations.running(site_id)
    left_out = await store.roster.left_out(running.id) if running is not None else frozenset()
    known = {group.id for group in survey.groups}
    return tuple(client for client in roster if client.group_id in known or client.id not in left_out)


async def _rest_at(store: Store, site: Site) -> frozenset[ServerName]:
    """The servers that may answer at the site's REST address; none where it has no REST."""
    return frozenset() if site.at_console else behind(site, (await store.sites.access(site.id)).rest_url)


async def _copies_in_use(store: Store, site_id: SiteId) -> frozenset[ListName]:
    """The HTTP copies of the site's running rotation, once it may have changed something."""
    running = await store.rotations.running(site_id)
    if running is None or not await store.originals.of(running.id):
        return frozenset()
    return frozenset(copy.copy_name for copy in (await store.plans.get(running.plan_id)).body.copies)


async def planned_again(
    store: Store,
    site_id: SiteId,
    survey_id: str,
    plan: Plan,
    *,
    now: datetime,
    swapped: tuple[ServerName, ...] = (),
    at: str = "",
    on_trust: bool = False,
) -> tuple[tuple[Finding, ...], Plan | None]:
    """How the site differs from what `plan` rests on, and the plan that it would be given now for the servers left.

    There are no differences when the plan still fits. Once a step `at` runs, the site shows what `plan` itself has
    changed, whether or not a certificate was replaced.
    """
    left = {server: wanted for server, wanted in plan.request.certificates.items() if server not in swapped}
    if not left:
        return (), None
    request = plan.request.model_copy(update={"certificates": left})
    if at:  # the drill is over: whom it has not shown is decided about
        request = request.drilled(Unproven.APPROVE if on_trust else Unproven.RELAX)
    try:
        newer = await plan_from_survey(
            store, site_id, survey_id, request, now=now, amends=plan.body if at else None, at=at, replaced=swapped
        )
    except PlanRefusedError as refused:
        return refused.findings, None
    return (*compare(plan.body, newer.body), *newly_on_trust(plan, newer)), newer

"""Gathering from the store what a simulation of a plan is made from."""

from datetime import timedelta

from rotation.plan.plan_with_site import SurveyedPlan, sample
from rotation.values import PlanId
from store.store import Store


async def surveyed_plan(store: Store, plan_id: PlanId, *, most: int) -> SurveyedPlan:
    """The plan, its site and survey, and its clients as they were last read: some `most` of them.

    Raises:
        UnknownPlan: when none of that id is kept.
    """
    plan = await store.plans.get(plan_id)
    site = await store.sites.get(plan.body.site_id)
    survey = await store.surveys.get(plan.survey_id)
    roster = await store.roster.entries(site.id, None)
    present = [client.observed for client in roster if client.observed is not None]
    since = max((client.read_at - survey.taken_at for client in roster), default=timedelta(0))
    as_of = survey.sepm_clock + max(since, timedelta(0))
    seen_at = await store.roster.servers_seen(site.id)
    chosen = sample(present, seen_at, most=most, as_of=as_of)
    wanted = frozenset(plan.request.certificates.values())
    return SurveyedPlan(
        plan=plan,
        site=site,
        survey=survey,
        as_of=as_of,
        clients=chosen,
        clients_of_site=len(present),
        vanished=len(roster) - len(present),
        seen_at={client.id: tuple(sorted(seen_at[client.id])) for client in chosen if client.id in seen_at},
        keyless=frozenset({each for each in wanted if not (await store.certificates.facts(each)).has_key}),
    )

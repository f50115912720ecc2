"""Drift within a wave: the site is not as the rotation left it (design sections 3.1, rules 12 and 17, and 5)."""

from collections.abc import Iterable, Sequence

from rotation import inheritance
from rotation.build import ClientBuild
from rotation.finding import Finding, blocking
from rotation.plan import OwnerScope, PlanBody, PlannedPair, Treatment
from rotation.survey import ObservedClient, ObservedGroup, SiteSurvey
from rotation.values import ListName


def drift(body: PlanBody, survey: SiteSurvey, clients: Sequence[ObservedClient]) -> tuple[Finding, ...]:
    """What differs from the state in which the plan has put the site; each finding forbids a swap."""
    return (*_owners(body, survey), *_settings(body, survey), *_builds(body, clients))


def _owners(body: PlanBody, survey: SiteSurvey) -> Iterable[Finding]:
    owner_of = inheritance.owners(survey.groups)
    planned = {group: owner.group_id for owner in body.scopes for group in owner.groups}
    for group in survey.groups:
        if planned.get(group.id) is None:
            yield blocking(
                "group-new", group.path, "was born during the rotation", "move it, or turn back and plan anew"
            )
        elif planned[group.id] != owner_of[group.id]:
            yield blocking(
                "inheritance-drift", group.path, "gets its settings from another group than planned", _PUT_BACK
            )


_PUT_BACK = "put it back as it was; the claim can then be tried again"


def _settings(body: PlanBody, survey: SiteSurvey) -> Iterable[Finding]:
    groups = {group.id: group for group in survey.groups}
    for owner in body.scopes:
        for group_id in owner.groups:
            group = groups.get(group_id)
            if group is None:
                yield blocking("group-gone", owner.path, f"group {group_id} is gone", "find out where its clients went")
            elif group_id == owner.group_id:
                yield from _pairs(body, owner, group)


def _pairs(body: PlanBody, owner: OwnerScope, group: ObservedGroup) -> Iterable[Finding]:
    planned = {pair.location_id: pair for pair in owner.pairs}
    for location in group.locations:
        subject = f"{group.path} / {location.name}"
        pair = planned.get(location.id)
        if pair is None:
            yield blocking("location-new", subject, "was born during the rotation", "remove it, or plan anew")
            continue
        wanted_list, wanted_secure = expected(body, owner, pair)
        if location.settings.server_list != wanted_list:
            yield blocking(
                "list-drift", subject, f"uses {location.settings.server_list!r}, not {wanted_list!r}", _PUT_BACK
            )
        if location.settings.secure_communications != wanted_secure:
            state = "on" if location.settings.secure_communications else "off"
            yield blocking("secure-communications-drift", subject, f"secure communications are {state}", _PUT_BACK)


def expected(body: PlanBody, owner: OwnerScope, pair: PlannedPair) -> tuple[ListName, bool]:
    """The list and the secure communications that a pair has within a wave."""
    if owner.treatment is Treatment.FAILOVER:
        return pair.server_list, pair.secure_communications
    copy = body.copy_of(pair.server_list) if pair.needs_list else None
    return copy or pair.server_list, False


def _builds(body: PlanBody, clients: Sequence[ObservedClient]) -> Iterable[Finding]:
    left_out = {client.id for client in body.left_out}
    for owner in body.scopes:
        if owner.treatment is not Treatment.FAILOVER:
            continue
        stuck = [c.name for c in clients if c.group_id in owner.groups and c.id not in left_out and _is_stuck(c)]
        if stuck:
            names = ", ".join(sorted(stuck)[:5])
            yield blocking(
                "no-failover-build",
                owner.path,
                f"clients came that do not fail over: {names}",
                "move them to a relaxed group",
            )


def _is_stuck(client: ObservedClient) -> bool:
    build = ClientBuild.parse(client.build)
    return build is None or not build.fails_over_on_mismatch

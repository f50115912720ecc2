"""Drift within a wave: the site is not as the rotation left it (design sections 3.1, rules 12 and 17, and 5)."""

from collections.abc import Iterable, Sequence

from rotation import inheritance
from rotation.build import ClientBuild
from rotation.finding import Finding, blocking
from rotation.plan import OwnerScope, PlanBody, PlannedPair, ScopeName, Treatment
from rotation.survey import ObservedClient, ObservedGroup, ObservedLocation, SiteSurvey
from rotation.values import ListName


def drift(body: PlanBody, survey: SiteSurvey, clients: Sequence[ObservedClient]) -> tuple[Finding, ...]:
    """What differs from the state in which the plan has put the site; each finding forbids a swap."""
    return (*_owners(body, survey), *_settings(body, survey), *_builds(body, clients))


def _owners(body: PlanBody, survey: SiteSurvey) -> Iterable[Finding]:
    try:
        owner_of = inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError as error:
        yield blocking("group-parent-unread", body.site_id, str(error), "survey again, with an account that sees it")
        return
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


def as_recorded(body: PlanBody, survey: SiteSurvey) -> SiteSurvey:
    """`survey` without what the plan itself changed: replication is paused, and R may be kept relaxed between waves."""
    partners = tuple(dict.fromkeys((*body.replication_partners, *survey.replication_partners)))
    survey = survey.model_copy(update={"replication_partners": partners})
    return _unrelaxed(body, survey) if body.keep_relaxed else survey


def _unrelaxed(body: PlanBody, survey: SiteSurvey) -> SiteSurvey:
    recorded = {
        (owner.group_id, pair.location_id): (expected(body, owner, pair), pair)
        for owner in body.owners(ScopeName.RELAXED)
        for pair in owner.pairs
    }
    sources = {copy.copy_name: copy.source for copy in body.copies}

    def restored(group: ObservedGroup, location: ObservedLocation) -> ObservedLocation:
        settings = location.settings
        update: dict[str, object] = {"server_list": sources.get(settings.server_list, settings.server_list)}
        wanted, pair = recorded.get((group.id, location.id), (None, None))
        if pair is not None and wanted == (settings.server_list, settings.secure_communications):
            update = {"server_list": pair.server_list, "secure_communications": pair.secure_communications}
        elif not group.inherits:
            update = {}
        return location.model_copy(update={"settings": settings.model_copy(update=update)})

    groups = tuple(
        group.model_copy(update={"locations": tuple(restored(group, location) for location in group.locations)})
        for group in survey.groups
    )
    return survey.model_copy(update={"groups": groups})


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

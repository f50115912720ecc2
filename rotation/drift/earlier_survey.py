"""A survey without what the plan itself has changed: what a newer plan may rest on while a rotation runs."""

from rotation.drift.standing import relaxed
from rotation.plan.plan import PlanBody
from rotation.plan.scope import PlannedPair
from rotation.plan.step import ScopeName, SettingField, Write
from rotation.site import Protocol, Site
from rotation.survey import ObservedGroup, ObservedLocation, PairSettings, SiteSurvey
from rotation.values import GroupId


def as_recorded(body: PlanBody, survey: SiteSurvey, at: str) -> SiteSurvey:
    """`survey` without what the plan has changed when its step `at` runs: replication is paused, and R may be relaxed.

    Raises:
        KeyError: when the plan has no step of that id.
    """
    partners = tuple(dict.fromkeys((*body.replication_partners, *survey.replication_partners)))
    survey = survey.model_copy(update={"replication_partners": partners})
    return _unrelaxed(body, survey) if relaxed_now(body, at) else survey


def with_copies(site: Site, body: PlanBody) -> Site:
    """`site` with the HTTP copies that the plan made: whatever was born since may use one.

    Each has the servers of its source, unless the site describes it.
    """
    copies = []
    for copy in body.copies:
        source = site.list_named(copy.source)
        if source is not None and site.list_named(copy.copy_name) is None:
            copies.append(source.model_copy(update={"name": copy.copy_name, "protocol": Protocol.HTTP}))
    return site.model_copy(update={"lists": (*site.lists, *copies)})


def as_approved(settings: PairSettings, planned: PlannedPair | None) -> PairSettings:
    """The recorded settings of a pair as an amendment has approved them since; unchanged where no plan knows it."""
    if planned is None:
        return settings
    update = {"server_list": planned.server_list, "secure_communications": planned.secure_communications}
    return settings.model_copy(update=update)


def _unrelaxed(body: PlanBody, survey: SiteSurvey) -> SiteSurvey:
    recorded = {(pair.group_id, pair.location_id): planned for pair, planned in body.pairs(ScopeName.RELAXED)}
    sources = {copy.copy_name: copy.source for copy in body.copies}
    owners = {owner.group_id: owner for owner in body.owners(ScopeName.RELAXED)}
    verified = {group for group, owner in owners.items() if all(pair.needs_unverified for pair in owner.pairs)}

    def restored(group: ObservedGroup, location: ObservedLocation) -> ObservedLocation:
        settings = location.settings
        update: dict[str, object] = {"server_list": sources.get(settings.server_list, settings.server_list)}
        pair = recorded.get((group.id, location.id))
        if pair is not None:
            # each setting by itself: where an administrator has changed one, the other is still as the plan relaxed it
            copy, _ = relaxed(body, pair)
            update = {
                "server_list": pair.server_list if settings.server_list == copy else settings.server_list,
                "secure_communications": settings.secure_communications or pair.secure_communications,
            }
        elif group.id in owners:
            # born in a relaxed group: it is taken along as the others there
            secure = settings.secure_communications or group.id in verified
            update = {**update, "secure_communications": secure}
        elif not group.inherits:
            update = {}
        return location.model_copy(update={"settings": settings.model_copy(update=update)})

    groups = tuple(
        group.model_copy(update={"locations": tuple(restored(group, location) for location in group.locations)})
        for group in survey.groups
    )
    return survey.model_copy(update={"groups": groups})


def relaxed_before(body: PlanBody, at: str) -> frozenset[GroupId]:
    """The owners that were relaxed at some time before step `at`: their clients have used plain HTTP.

    Raises:
        KeyError: when the plan has no step of that id.
    """
    done = body.steps[: body.steps.index(body.step(at))]
    writes = (step for step in done if isinstance(step, Write) and not step.restores)
    return frozenset(owner.group_id for step in writes for owner in body.owners(step.scope))


def relaxed_now(body: PlanBody, at: str) -> frozenset[GroupId]:
    """The owners that are relaxed when step `at` runs: within a wave, and kept so between waves.

    Raises:
        KeyError: when the plan has no step of that id.
    """
    relaxed_owners: set[GroupId] = set()
    lists_stay = not any(step.restores and step.field is SettingField.SERVER_LIST for step in body.writes)
    last = SettingField.SECURE_COMMUNICATIONS if lists_stay else SettingField.SERVER_LIST
    for step in body.steps[: body.steps.index(body.step(at))]:
        if not isinstance(step, Write):
            continue
        owners = {owner.group_id for owner in body.owners(step.scope)}
        if not step.restores:
            relaxed_owners |= owners
        elif step.field is last:
            relaxed_owners -= owners
    return frozenset(relaxed_owners)

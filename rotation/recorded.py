"""A survey without what the plan itself has changed: what a newer plan may rest on while a rotation runs."""

from rotation.plan import PlanBody, ScopeName, Write
from rotation.standing import relaxed
from rotation.survey import ObservedGroup, ObservedLocation, SiteSurvey
from rotation.values import GroupId


def as_recorded(body: PlanBody, survey: SiteSurvey) -> SiteSurvey:
    """`survey` without what the plan itself changed: replication is paused, and R may be kept relaxed between waves."""
    partners = tuple(dict.fromkeys((*body.replication_partners, *survey.replication_partners)))
    survey = survey.model_copy(update={"replication_partners": partners})
    return _unrelaxed(body, survey) if body.keep_relaxed else survey


def _unrelaxed(body: PlanBody, survey: SiteSurvey) -> SiteSurvey:
    recorded = {
        (owner.group_id, pair.location_id): (relaxed(body, pair), pair)
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


def kept_relaxed(body: PlanBody, at: str) -> frozenset[GroupId]:
    """The owners that are relaxed when step `at` runs and stay so, because the plan keeps R relaxed to the end.

    Raises:
        KeyError: when the plan has no step of that id.
    """
    if not body.keep_relaxed:
        return frozenset()
    done = body.steps[: body.steps.index(body.step(at))]
    written = {step.scope for step in done if isinstance(step, Write)}
    return frozenset(owner.group_id for scope in written for owner in body.owners(scope))

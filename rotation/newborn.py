"""Pairs born during the rotation (rule 17): those with which something of the rotation would stay are asked about."""

from collections.abc import Iterator

from rotation import inheritance
from rotation.finding import Finding, blocking
from rotation.plan import PlanBody, ScopeName
from rotation.survey import ObservedGroup, ObservedLocation, SiteSurvey
from rotation.values import GroupId, ListName, Value

_REMEDY = "give it the settings that it shall have, or remove it, and retry; or approve to leave it as it is"


class Newborn(Value):
    """What was born during the rotation."""

    found: tuple[Finding, ...] = ()
    """Pairs that the plan does not know and that it affects."""
    users: tuple[str, ...] = ()
    """The pairs that use the list which a step deletes."""


def newborn(body: PlanBody, survey: SiteSurvey) -> tuple[Finding, ...]:
    """Pairs that the plan does not know and that it affects, with every reason; by group where settings are inherited.

    A pair is affected when it follows a relaxed owner, uses a list that the rotation made or copied, or does not
    verify as the relaxed pairs do not. No gate has counted its clients, and no restore writes to it.
    """
    return tuple(_found(body, survey))


def users(survey: SiteSurvey, name: ListName) -> tuple[str, ...]:
    """The pairs that use a list, of groups that own their settings."""
    return tuple(
        _subject(group, location)
        for group in survey.groups
        if not group.inherits
        for location in group.locations
        if location.settings.server_list == name
    )


def _found(body: PlanBody, survey: SiteSurvey) -> Iterator[Finding]:
    owners = {owner.group_id: owner for owner in body.scopes}
    known = {group_id for owner in body.scopes for group_id in owner.groups}
    followed = _followed(body, survey)
    for group in survey.groups:
        if group.inherits:
            if group.id not in known and group.id in followed:
                why = f"follows {followed[group.id]}, which was relaxed: no gate has counted its clients"
                yield blocking("newborn", group.path, why, _REMEDY)
            continue
        planned = {pair.location_id for pair in owners[group.id].pairs} if group.id in owners else set()
        for location in group.locations:
            why = "; ".join(_reasons(body, location))
            if why and location.id not in planned:
                yield blocking("newborn", _subject(group, location), why, _REMEDY)


def _followed(body: PlanBody, survey: SiteSurvey) -> dict[GroupId, str]:
    """For each group that inherits from a relaxed owner, the owner's path. A tree that is not whole tells nothing."""
    relaxed = {owner.group_id: owner.path for owner in body.owners(ScopeName.RELAXED)}
    try:
        owner_of = inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError:
        return {}
    return {group_id: relaxed[owner] for group_id, owner in owner_of.items() if owner in relaxed}


def _reasons(body: PlanBody, location: ObservedLocation) -> Iterator[str]:
    used = location.settings.server_list
    if used in {copy.copy_name for copy in body.copies}:
        yield f"uses {used!r}, which the rotation made and will delete"
    if used in {copy.source for copy in body.copies}:
        yield f"uses {used!r}, whose other users were relaxed: no gate has counted its clients"
    unverified = any(pair.needs_unverified for _, pair in body.pairs(ScopeName.RELAXED))
    if unverified and not location.settings.secure_communications:
        yield "does not verify, as relaxed groups do not: nothing would turn its secure communications on"


def _subject(group: ObservedGroup, location: ObservedLocation) -> str:
    return f"{group.path} / {location.name}"

"""Pairs born during the rotation (rule 17): those with which something of the rotation would stay are asked about."""

from collections.abc import Iterator

from rotation.drift.same_location import planned_locations, with_known_ids
from rotation.finding import Finding, blocking
from rotation.plan.plan import PlanBody
from rotation.plan.step import ScopeName
from rotation.survey import ObservedGroup, ObservedLocation, SiteSurvey
from rotation.values import ListName

PAIR_BORN = "newborn"
_REMEDY = "give the location its final settings, or remove it, and retry; or approve that it stays as it is"


def newborn(body: PlanBody, survey: SiteSurvey) -> tuple[Finding, ...]:
    """Pairs that the plan does not know and that it affects, with every reason.

    A pair is affected when it uses a list that the rotation made or copied, or does not verify as the relaxed pairs do
    not. No gate has counted its clients, and no restore writes to it. A group that follows a planned owner has no pair
    of its own: gates count its clients, and a restore of the owner is one of it.
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
    copies = {copy.copy_name for copy in body.copies}
    unverified = any(pair.needs_unverified for _, pair in body.pairs(ScopeName.RELAXED))
    for group in with_known_ids(survey.groups, planned_locations(body)):
        if group.inherits:
            continue
        pairs = owners[group.id].pairs if group.id in owners else ()
        # an amendment may have taken it along with the copy that it was born with
        planned = {pair.location_id for pair in pairs if pair.server_list not in copies}
        for location in group.locations:
            why = "; ".join(_reasons(body, location, unverified=unverified))
            if why and location.id not in planned:
                yield blocking(PAIR_BORN, _subject(group, location), why, _REMEDY)


def _reasons(body: PlanBody, location: ObservedLocation, *, unverified: bool) -> Iterator[str]:
    used = location.settings.server_list
    if used in {copy.copy_name for copy in body.copies}:
        yield f"the location uses {used!r}, a list that the rotation made and will delete"
    if used in {copy.source for copy in body.copies}:
        yield (
            f"the location uses {used!r} while the other locations with this list use its HTTP copy; no gate has "
            "counted its clients"
        )
    if unverified and not location.settings.secure_communications:
        yield (
            "secure communications are off at the location, as in relaxed groups; no step of the rotation would "
            "turn them on"
        )


def _subject(group: ObservedGroup, location: ObservedLocation) -> str:
    return f"{group.path} / {location.name}"

"""A limit `stays` that no client keeps: then none can show what a replaced server signs, and persons are asked."""

from collections.abc import Iterable
from datetime import timedelta

from rotation.finding import Finding, warning
from rotation.plan.plan import PlanBody
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.moved_policy import verifying
from rotation.site import Limits, Site
from rotation.survey import ObservedGroup, SiteSurvey
from rotation.text.written_values import span_text


def unkept_pace(limits: Limits, groups: Iterable[ObservedGroup]) -> timedelta | None:
    """The shortest heartbeat of clients that verify, where it is no shorter than `stays`; None where one is.

    A client counts only where it checks in twice within `stays` (`rotation.proof.moved_policy.has_taken`).
    """
    every = (location.settings for group in groups for location in group.locations)
    shortest = min((each.heartbeat for each in every if each.secure_communications), default=None)
    return shortest if shortest is not None and shortest >= limits.stays else None


def short_stay(body: PlanBody, site: Site, survey: SiteSurvey) -> Iterable[Finding]:
    """What the limit costs a plan in which clients have to show what a replaced server signs."""
    shows = any(isinstance(each, Gate) and each.purpose is GatePurpose.SIGNED for each in body.steps)
    owners = {owner.group_id for owner in body.scopes if verifying(owner)}
    asked = [group for group in survey.groups if group.id in owners]
    if shows and (pace := unkept_pace(site.limits, asked)) is not None:
        yield warning(
            "stays-too-short",
            "limits.stays",
            f"clients check in every {span_text(pace)} at the most often, and the limit says that a client stays with "
            f"its last server for {span_text(site.limits.stays)}: no client can show what a replaced server signs, so "
            "each rotation asks two persons",
            "raise the limit to the time for which your clients stay, or have the heartbeat be shorter",
        )

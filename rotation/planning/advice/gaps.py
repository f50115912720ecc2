"""What a survey or a site's registration lacks, so that nothing can be planned from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta

from rotation import inheritance
from rotation.finding import Finding, blocking
from rotation.plan.plan import copied_from
from rotation.plan.request import PlanRequest
from rotation.planning.advice.left_relaxed import left_relaxed
from rotation.site import Site
from rotation.span import LONGEST_HEARTBEAT
from rotation.survey import SiteSurvey
from rotation.values import ListName

_RIGHTS = "survey again; if this stays, use an account that sees every domain and group"


def gaps(
    site: Site, survey: SiteSurvey, request: PlanRequest, copies_in_use: Collection[ListName] = ()
) -> tuple[Finding, ...]:
    """Every finding that must be gone before a plan can be computed at all.

    Args:
        site: as it is registered.
        survey: what was seen of it.
        request: what a person decided.
        copies_in_use: HTTP copies of a rotation that runs and is known.
    """
    left = {name for name in _used_lists(survey) if copied_from(name) is not None and name not in copies_in_use}
    return (
        *(refused.finding for refused in site.refused_limits),
        *_implausible_heartbeats(survey),
        *_nothing_read(site, survey),
        *_parents_unread(site, survey),
        *_without_locations(survey),
        *left_relaxed(site, survey, left),
        *_undescribed_lists(site, survey, but=left),
        *_unknown_holdouts(site, request),
        *_unknown_groups(survey, request),
    )


def _implausible_heartbeats(survey: SiteSurvey) -> Iterable[Finding]:
    """Every wait follows from the heartbeats: one that cannot be meant would make it no wait, or one without an end."""
    for group in survey.groups:
        for location in group.locations:
            settings = location.settings
            heartbeat, jitter = settings.heartbeat, settings.jitter
            if timedelta(0) < heartbeat <= LONGEST_HEARTBEAT and timedelta(0) <= jitter <= LONGEST_HEARTBEAT:
                continue
            yield blocking(
                "heartbeat-implausible",
                f"{group.path} / {location.name}",
                "the service cannot wait for this heartbeat and jitter "
                f"({heartbeat.total_seconds():.0f} s and {jitter.total_seconds():.0f} s); "
                f"possible is more than 0 s, at most (days): {LONGEST_HEARTBEAT.days}",
                "set both in the group's communication settings, then survey again",
            )


def _nothing_read(site: Site, survey: SiteSurvey) -> Iterable[Finding]:
    """An account without rights sees an empty site: the emptiest plan would look like the safest."""
    if not survey.groups:
        yield blocking(
            "no-groups",
            site.name,
            "the survey read no group, so the service does not know which clients a replacement would cut off",
            _RIGHTS,
        )


def _parents_unread(site: Site, survey: SiteSurvey) -> Iterable[Finding]:
    try:
        inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError as error:
        yield blocking("group-parent-unread", site.name, str(error), _RIGHTS)


def _without_locations(survey: SiteSurvey) -> Iterable[Finding]:
    for group in survey.groups:
        if not group.inherits and not group.locations:
            yield blocking(
                "group-without-locations",
                group.path,
                "the group owns settings, but the survey read no location of it",
                _RIGHTS,
            )


def _used_lists(survey: SiteSurvey) -> dict[ListName, list[str]]:
    """Every server list in use, with the places where it is used."""
    used: dict[ListName, list[str]] = defaultdict(list)
    for group in survey.groups:
        for location in group.locations:
            used[location.settings.server_list].append(f"{group.path} / {location.name}")
    return used


def _undescribed_lists(site: Site, survey: SiteSurvey, *, but: Collection[ListName]) -> Iterable[Finding]:
    """A finding for every server list in use that the site does not describe: no SEPM API tells what is in it."""
    for name, places in sorted(_used_lists(survey).items()):
        if name in but or site.list_named(name) is not None:
            continue
        yield blocking(
            "list-not-described",
            name,
            f"server list {name!r} is in use by {', '.join(places[:3])}, but is not described",
            "register its content: as a document, or from a Sylink.xml exported from a group that uses it",
        )


def _unknown_holdouts(site: Site, request: PlanRequest) -> Iterable[Finding]:
    known = ", ".join(server.name for server in site.servers)
    for server in request.holdout:
        if site.server(server) is None:
            yield blocking(
                "unknown-holdout", server, f"site {site.name} has no server {server!r}", f"name one of {known}"
            )


def _unknown_groups(survey: SiteSurvey, request: PlanRequest) -> Iterable[Finding]:
    """A choice for a group that is not there would be no choice, and look like one."""
    owners = {name for group in survey.groups if not group.inherits for name in (group.id, group.path)}
    for name in sorted(request.unproven_by_group.keys() - owners):
        yield blocking(
            "unknown-group",
            name,
            "no group of that path or id has settings of its own",
            "name the group that owns the settings, as the plan shows it",
        )

"""A scenario from a registered site's plan: the site as it was surveyed, and by chance what no survey tells."""

from collections.abc import Iterable
from datetime import timedelta

from pydantic import ValidationError

from emulator.events.site_events import Scheduled, ServerCutOff
from emulator.people.export import ExportForm
from emulator.spec import (
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    MachineSpec,
    Mode,
    PortsSpec,
    Protocol,
    ServerSpec,
    SiteSpec,
)
from emulator.switches import SecureCommunicationsScope
from rotation import inheritance
from rotation.finding import Finding, blocking
from rotation.plan.plan_with_site import SurveyedPlan, unplayable
from rotation.site import ServerList, Site
from rotation.survey import ObservedClient, ObservedGroup, ObservedLocation, SiteSurvey
from rotation.values import GroupId, ServerName
from simulation.drawn.absence import Absences, Windows
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults, with_switches
from simulation.drawn.scenario import START, OfflinePeople, Registered, Scenario, WorkPace

_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
_FOR_EVER = 400 * _DAY
_UNKNOWN_BUILD = "14.2.0.0000"
"""The build of a client whose build is unknown: the planner expects the worst of it too."""


class CannotBePlayedError(ValueError):
    """A plan that cannot be simulated: which, why, and what to do."""

    def __init__(self, surveyed: SurveyedPlan, findings: Iterable[Finding]) -> None:
        why = "; ".join(f"{each.subject}: {each.message}; {each.remedy}" for each in findings)
        super().__init__(f"plan {surveyed.plan.id} of site {surveyed.site.name} cannot be played: {why}")


def of_plan(surveyed: SurveyedPlan, seed: int, faults: Faults) -> Scenario:
    """The scenario of a seed for the site of a plan.

    1. groups, locations, lists, settings, servers and clients are as surveyed and registered, with their own ids
    2. by chance: the location of each client, who goes away and comes back when (`simulation.drawn.absence`), the
       clocks of servers within the skew that was measured, how long they restart, the pace of the people; with
       faults, how SEPM behaves
    3. what the service has seen before and the request of the plan go along: the planner plans from them again

    Raises:
        CannotBePlayedError: when the emulator cannot be such a site.
    """
    if hindrances := unplayable(surveyed):
        raise CannotBePlayedError(surveyed, hindrances)
    chance = Chance(seed)
    site, survey, limits = surveyed.site, surveyed.survey, surveyed.site.limits
    spec = _emulated(
        surveyed,
        name=site.name,
        seed=seed,
        sepm_version=survey.version,
        servers=_servers(site, survey, chance),
        foreign_servers=tuple(sorted({name for known in site.lists for name in known.servers} - _own(site))),
        server_lists=tuple(map(_server_list, site.lists)),
        groups=tuple(map(_group, sorted(survey.groups, key=lambda group: group.path))),
        clients=_clients(surveyed, chance),
        replication_partner=next(iter(survey.replication_partners), None),
        database_shared=len(site.servers) > 1,
        purge_after=limits.purge_after,
    )
    if faults is not Faults.NONE:
        spec = _unknown_behaviour(spec, chance, within=limits.publish_delay)
    return Scenario(
        seed=seed,
        spec=spec,
        registered=Registered(
            site=site, request=surveyed.plan.request, keyless=surveyed.keyless, seen_at=surveyed.seen_at
        ),
        at_console=_at_console(site),
        limits=limits,
        pace=chance.one_of((WorkPace(), WorkPace(first=_MINUTE, last=30 * _MINUTE, work=10 * _MINUTE)), "pace"),
        site_events=tuple(_silent_servers(survey, chance)),
        longest=2 * limits.holdout_maximum + 2 * limits.gate_patience + 120 * _DAY,
    )


def _at_console(site: Site) -> OfflinePeople | None:
    """How the people of a site without REST do it: with serials, where their document has any."""
    if site.at_console is None:
        return None
    serials = any(group.serial is not None for group in site.at_console.groups)
    return OfflinePeople(form=ExportForm(serials=serials), copies_serials=serials)


def _emulated(surveyed: SurveyedPlan, **parts: object) -> SiteSpec:
    """The site as the emulator is given it; where that refuses, its reasons."""
    try:
        return SiteSpec.model_validate(parts)
    except ValidationError as error:
        reasons = [blocking("not-emulated", surveyed.site.name, each["msg"], "survey again") for each in error.errors()]
        raise CannotBePlayedError(surveyed, reasons) from None


def _own(site: Site) -> frozenset[ServerName]:
    return frozenset(server.name for server in site.servers)


def _servers(site: Site, survey: SiteSurvey, chance: Chance) -> tuple[ServerSpec, ...]:
    return tuple(
        ServerSpec(
            name=server.name,
            address=server.address,
            https_port=server.https_port,
            http_port=server.http_port,
            clock_offset=chance.between(-survey.skew / 2, survey.skew / 2, "skew", server.name),
            restart_time=chance.between(2 * _SECOND, 4 * _MINUTE, "restart", server.name),
        )
        for server in site.servers
    )


def _server_list(known: ServerList) -> ListSpec:
    return ListSpec(
        name=known.name,
        protocol=Protocol(known.protocol.value),
        priorities=tuple(tuple(entry.server for entry in pool) for pool in known.priorities if pool),
        ports={
            entry.server: PortsSpec(address=entry.address, https_port=entry.https_port, http_port=entry.http_port)
            for entry in known.entries
        },
    )


def _group(group: ObservedGroup) -> GroupSpec:
    return GroupSpec(
        id=group.id,
        path=group.path,
        inherits=group.inherits,
        locations=() if group.inherits else tuple(map(_location, group.locations)),
    )


def _location(location: ObservedLocation) -> LocationSpec:
    settings = location.settings
    return LocationSpec(
        id=location.id,
        name=location.name,
        server_list=settings.server_list,
        secure_communications=settings.secure_communications,
        mode=Mode(settings.mode.value),
        heartbeat=settings.heartbeat,
        randomization=settings.jitter,
    )


def _clients(surveyed: SurveyedPlan, chance: Chance) -> tuple[ClientSpec, ...]:
    """Each client by name, at one of its group's locations, with its absences."""
    groups = {group.id: group for group in surveyed.survey.groups}
    owner_of = inheritance.owners(surveyed.survey.groups)
    placed = [
        (client, chance.one_of(groups[owner_of[client.group_id]].locations, "location of", client.id))
        for client in surveyed.clients
        if client.group_id in owner_of
    ]
    silent = {client.id: _silent(client, surveyed) for client, _ in placed}
    away = {client.id for client, place in placed if _is_away(silent[client.id], place)}
    silences = [known for client in away if (known := silent[client]) is not None]
    absences = Absences(silences, there=len(placed) - len(away))
    paths: dict[GroupId, str] = {group.id: group.path for group in groups.values()}
    known_servers = _own(surveyed.site)
    return tuple(
        ClientSpec(
            group=paths[client.group_id],
            count=1,
            machine=MachineSpec(
                id=client.id,
                name=client.name,
                silent=silent[client.id],
                last_server=client.last_server if client.last_server in known_servers else None,
            ),
            build=client.build or _UNKNOWN_BUILD,
            location=place.name,
            away=_away(client, silent[client.id], absences, chance, is_away=client.id in away),
            npvdi=client.non_persistent,
        )
        for client, place in placed
    )


def _silent(client: ObservedClient, surveyed: SurveyedPlan) -> timedelta | None:
    """How long it has been silent; None for one that was never seen."""
    if client.last_seen is None:
        return None
    return max(surveyed.as_of - client.last_seen, timedelta(0))


def _is_away(silent: timedelta | None, place: ObservedLocation) -> bool:
    """Whether it has left out two heartbeats."""
    return silent is None or silent > 2 * (place.settings.heartbeat + place.settings.jitter)


def _away(
    client: ObservedClient,
    silent: timedelta | None,
    absences: Absences,
    chance: Chance,
    *,
    is_away: bool,
) -> Windows:
    if silent is None:  # SEPM has a record of a client that it has never seen
        return ((-_SECOND, _FOR_EVER),)
    if not is_away:
        return absences.of_present(client.id, chance)
    (leaves, returns), *later = absences.of_absent(client.id, silent, chance)
    return ((leaves + _SECOND, returns), *later)


def _silent_servers(survey: SiteSurvey, chance: Chance) -> list[Scheduled]:
    """A server that did not answer at the survey stays silent. Whether clients reach it is unknown, and drawn."""
    return [
        Scheduled(
            at=START,
            site_event=ServerCutOff(
                server=served.server,
                lasting=_FOR_EVER,
                from_clients=chance.happens(0.5, "clients reach", served.server),
            ),
        )
        for served in survey.served
        if served.fingerprint is None
    ]


def _unknown_behaviour(spec: SiteSpec, chance: Chance, *, within: timedelta) -> SiteSpec:
    """Switches that fit what was seen: locations that differ in secure communications have a setting of their own."""
    drawn = with_switches(spec, chance, within=within)
    differ = any(len({each.secure_communications for each in group.locations}) > 1 for group in spec.groups)
    if not differ:
        return drawn
    scope = {"secure_communications_scope": SecureCommunicationsScope.LOCATION}
    return spec.model_copy(update={"switches": drawn.switches.model_copy(update=scope)})

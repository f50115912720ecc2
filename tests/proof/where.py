"""In which drawn scenarios a rule can matter: a search that plays only these finds a seed sooner."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from emulator.events.site_events import (
    CertificateGenerated,
    GroupAdded,
    ListAssigned,
    LocationAdded,
    SecureCommunicationsSet,
)
from emulator.spec import LocationSpec, Mode, Protocol
from emulator.state.slips import Mistake
from emulator.switches import Downloads, InheritorsFollow, SerialReported
from rotation.plan.request import Unproven
from rotation.running.message import Move
from simulation.drawn.scenario import START, Profile, Scenario, Since

_DAY = timedelta(days=1)


def about(
    profile: Profile, holds: Callable[[Scenario], bool] = lambda scenario: bool(scenario.spec.clients)
) -> Callable[[Scenario], bool]:
    """Scenarios of a profile, of which something holds."""
    return lambda scenario: scenario.profile is profile and holds(scenario)


def is_quick(scenario: Scenario) -> bool:
    """It is soon played: the holdout is short."""
    return scenario.limits.holdout_minimum <= 2 * _DAY and bool(scenario.spec.clients)


def fails_over(scenario: Scenario) -> bool:
    """Failover is taken on trust, and there is a second server."""
    return scenario.unproven is not Unproven.RELAX and len(scenario.spec.servers) > 1 and bool(scenario.spec.clients)


def fails_over_without_the_last(scenario: Scenario) -> bool:
    """Every client can fail over, and a list in use offers two servers, and not the last one."""
    last = scenario.spec.servers[-1].name
    lists = {each.name: {name for pool in each.priorities for name in pool} for each in scenario.spec.server_lists}
    used = [lists[place.server_list] for place in _places(scenario)]
    able = all(not batch.build.startswith("14.2") for batch in scenario.spec.clients)
    return fails_over(scenario) and able and any(len(offered) > 1 and last not in offered for offered in used)


def reaches_in_part(scenario: Scenario) -> bool:
    """Some clients reach one server only."""
    some = any(len(batch.reachable_servers or "many") == 1 for batch in scenario.spec.clients)
    return some and len(scenario.spec.servers) > 1


def takes_two_downloads(scenario: Scenario) -> bool:
    """Some clients are away for days, and policy and server list are two downloads."""
    away = any(end - begin > 2 * _DAY for batch in scenario.spec.clients for begin, end in batch.away)
    return away and scenario.spec.switches.downloads is not Downloads.ONE


def is_away_at_first(scenario: Scenario) -> bool:
    """Some clients leave before the first gate or soon after it has begun, and come back days later."""
    return any(
        begin < scenario.limits.relax_floor + _DAY / 2 and 4 * _DAY < end < 25 * _DAY
        for batch in scenario.spec.clients
        for begin, end in batch.away
    )


def follows_late(scenario: Scenario) -> bool:
    """Groups with clients inherit, and publish a change of their parent some time after it."""
    return has_inheritors(scenario) and scenario.spec.switches.inheritors_follow is not InheritorsFollow.AT_ONCE


def fails_over_and_is_away(scenario: Scenario) -> bool:
    """Failover is taken on trust, and some of its clients are away at first."""
    return fails_over(scenario) and is_away_at_first(scenario)


def has_images(scenario: Scenario) -> bool:
    """There are non-persistent machines, and they are switched off at times."""
    return any(batch.npvdi and batch.away for batch in scenario.spec.clients)


def has_inheritors(scenario: Scenario) -> bool:
    """Groups with clients inherit."""
    inheriting = {group.path for group in scenario.spec.groups if group.inherits}
    return any(batch.group in inheriting for batch in scenario.spec.clients)


def has_own_groups(scenario: Scenario) -> bool:
    """Groups below the top have settings of their own."""
    return sum(not group.inherits for group in scenario.spec.groups) > 1 and bool(scenario.spec.clients)


def has_locations(scenario: Scenario) -> bool:
    """Clients are in a second location."""
    return any(batch.location != "Default" for batch in scenario.spec.clients)


def has_insecure(scenario: Scenario) -> bool:
    """Secure communications are off somewhere."""
    return any(not place.secure_communications for place in _places(scenario))


def fails_over_oddly(scenario: Scenario) -> bool:
    """Failover on trust, and clients that verify over HTTP or do not over HTTPS."""
    http = {each.name for each in scenario.spec.server_lists if each.protocol is Protocol.HTTP}
    odd = {
        (group.path, place.name)
        for group in scenario.spec.groups
        for place in group.locations
        if (place.server_list in http) == place.secure_communications
    }
    return fails_over(scenario) and any((batch.group, batch.location) in odd for batch in scenario.spec.clients)


def has_14_2(scenario: Scenario) -> bool:
    """Clients of 14.2 are there, and failover is taken on trust."""
    return fails_over(scenario) and any(batch.build.startswith("14.2") for batch in scenario.spec.clients)


def has_stale_signatures(scenario: Scenario) -> bool:
    """A server goes on signing with its former key after a swap."""
    return scenario.spec.switches.stale_sig_files and has_own_groups(scenario)


def is_behind_a_proxy(scenario: Scenario) -> bool:
    """The network of clients of two groups lets no plain HTTP through."""
    blocked = {batch.group for batch in scenario.spec.clients if batch.http_blocked and not batch.away}
    own = {group.path for group in scenario.spec.groups if not group.inherits}
    return len(blocked & own) > 1


def is_reported_at_once(scenario: Scenario) -> bool:
    """The same, and clients report a serial in the very contact in which they take the policy."""
    return is_behind_a_proxy(scenario) and scenario.spec.switches.serial_reported is SerialReported.SAME_CONTACT


def is_changed_by_others(scenario: Scenario) -> bool:
    """Settings or certificates are changed unasked within the first days."""
    kinds = ListAssigned | SecureCommunicationsSet | CertificateGenerated
    return any(isinstance(each.site_event, kinds) and each.at < START + 5 * _DAY for each in scenario.site_events)


def has_births(scenario: Scenario) -> bool:
    """Groups or locations are born."""
    return any(isinstance(each.site_event, GroupAdded | LocationAdded) for each in scenario.site_events)


def has_push(scenario: Scenario) -> bool:
    """Some pair is in push mode."""
    return any(place.mode is Mode.PUSH for place in _places(scenario)) and bool(scenario.spec.clients)


def is_cancelled(scenario: Scenario) -> bool:
    """A person cancels while a certificate is being replaced."""
    return any(act.since is Since.CLAIM for act in scenario.acts) and bool(scenario.spec.clients)


def is_cancelled_after_a_mistake(scenario: Scenario) -> bool:
    """The same, some minutes after the certificate was put into another server, or another into it; nothing is born."""
    wrong = {Mistake.WRONG_SERVER, Mistake.WRONG_FILE}
    slips = any(slip.mistake in wrong and slip.after == 0 for slip in scenario.spec.robot.slips)
    late = any(act.since is Since.CLAIM and act.after > timedelta(minutes=8) for act in scenario.acts)
    return slips and late and not has_births(scenario)


def is_rolled_back(scenario: Scenario) -> bool:
    """A person wants the old certificates back."""
    return any(act.move is Move.ROLL_BACK for act in scenario.acts)


def is_drilled(scenario: Scenario) -> bool:
    """Failover is to be shown by a drill, and some clients do not reach every server."""
    return scenario.unproven is Unproven.DRILL and reaches_in_part(scenario)


def _slowest(scenario: Scenario) -> timedelta:
    return max(place.heartbeat for place in _places(scenario))


def _places(scenario: Scenario) -> Iterator[LocationSpec]:
    for group in scenario.spec.groups:
        yield from group.locations

"""In which drawn scenarios a rule can matter: a search that plays only these finds a seed sooner."""

from collections.abc import Iterator
from datetime import timedelta

from emulator.happenings import GroupAdded, LocationAdded
from emulator.spec import LocationSpec, Mode, Protocol
from rotation.message import Move
from rotation.plan import Unproven
from simulation.scenario import Scenario

_DAY = timedelta(days=1)


def is_quick(scenario: Scenario) -> bool:
    """It is soon played: the holdout is short."""
    return scenario.limits.holdout_minimum <= 2 * _DAY and bool(scenario.spec.clients)


def fails_over(scenario: Scenario) -> bool:
    """Failover is taken on trust, and there is a second server."""
    return scenario.unproven is not Unproven.RELAX and len(scenario.spec.servers) > 1 and bool(scenario.spec.clients)


def fails_over_by_many_lists(scenario: Scenario) -> bool:
    """The same, and lists other than the default one are in use."""
    used = {place.server_list for place in _places(scenario)}
    return fails_over(scenario) and len(used) > 1


def reaches_in_part(scenario: Scenario) -> bool:
    """Some clients do not reach every server."""
    some = any(batch.reachable_servers is not None for batch in scenario.spec.clients)
    return some and len(scenario.spec.servers) > 1


def returns_later(scenario: Scenario) -> bool:
    """Some clients come back days after the start."""
    ends = [end for batch in scenario.spec.clients for _, end in batch.away[-1:]]
    return any(2 * _DAY < end < 40 * _DAY for end in ends)


def leaves_soon(scenario: Scenario) -> bool:
    """Gates are short, and some clients are switched off within the first days."""
    begins = [begin for batch in scenario.spec.clients for begin, _ in batch.away]
    return not scenario.limits.relax_floor and any(timedelta(0) < begin < 2 * _DAY for begin in begins)


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
    """Failover on trust, with HTTP that is verified or HTTPS that is not."""
    http = {each.name for each in scenario.spec.server_lists if each.protocol is Protocol.HTTP}
    odd = any((place.server_list in http) == place.secure_communications for place in _places(scenario))
    return fails_over(scenario) and odd


def has_14_2(scenario: Scenario) -> bool:
    """Clients of 14.2 are there, and failover is taken on trust."""
    return fails_over(scenario) and any(batch.build.startswith("14.2") for batch in scenario.spec.clients)


def has_stale_signatures(scenario: Scenario) -> bool:
    """A server goes on signing with its former key after a swap."""
    return scenario.spec.switches.stale_sig_files and has_own_groups(scenario)


def is_behind_a_proxy(scenario: Scenario) -> bool:
    """Some clients' network lets no plain HTTP through, or a list is copied with a wrong port."""
    return any(batch.http_blocked for batch in scenario.spec.clients) and has_own_groups(scenario)


def has_happenings(scenario: Scenario) -> bool:
    """Things happen that nobody asked for."""
    return bool(scenario.happenings)


def has_births(scenario: Scenario) -> bool:
    """Groups or locations are born."""
    return any(isinstance(each.happening, GroupAdded | LocationAdded) for each in scenario.happenings)


def has_push(scenario: Scenario) -> bool:
    """Some pair is in push mode."""
    return any(place.mode is Mode.PUSH for place in _places(scenario)) and bool(scenario.spec.clients)


def is_cancelled(scenario: Scenario) -> bool:
    """Somebody cancels."""
    return any(act.move is Move.CANCEL for act in scenario.acts)


def _places(scenario: Scenario) -> Iterator[LocationSpec]:
    for group in scenario.spec.groups:
        yield from group.locations

"""Scenarios drawn by chance: sites of every shape within bounds, their clients, limits, people and what they do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from emulator.events.site_events import Scheduled
from emulator.spec import (
    DEFAULT_LIST,
    DEFAULT_LOCATION,
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    Mode,
    Protocol,
    ServerSpec,
    SiteSpec,
)
from rotation.plan.request import Unproven
from rotation.running.message import Move
from rotation.site import Limits
from rotation.values import Value
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults, with_switches
from simulation.drawn.networking import Asking, Networking, WhenShut
from simulation.drawn.scenario import Profile, Scenario, ScriptedMove, Since, WorkPace
from tests.proof.drawn.profile_shares import Shares, drawn_profile, shares_of
from tests.proof.drawn.site_troubles import behind_proxies, drawn_site_events, faulty, purged, with_hand_outs

_Option = TypeVar("_Option")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_ANOTHER_DOMAIN = 0.12
"""That a site has two domains, each with groups of its own."""


class Sizes(Value):
    """How large drawn sites may be."""

    servers: int = 12
    fewest_servers: int = 1
    groups: int = 12
    clients: int = 24
    fewest_clients: int = 0
    holdout: timedelta = timedelta(days=90)
    quick: float = 0.5
    """The share of sites whose people are there within half an hour."""
    absent: float = 0.35
    """The share of clients that are away at some time."""
    wider: float = 0.0
    """That a certain kind of ordinary administration goes on beside the rotation."""
    away: timedelta = timedelta(days=400)
    """The longest absence of a client. A client that is gone for good is away that long."""


SMALL = Sizes()
LARGE = Sizes(groups=300, clients=5000)


def draw(seed: int, sizes: Sizes = SMALL, faults: Faults = Faults.ALL, profile: Profile | None = None) -> Scenario:
    """The scenario of a seed; about what chance has it, where no profile is given."""
    return drawn(Chance(seed), seed, sizes, faults, profile)


def drawn(chance: Chance, seed: int, sizes: Sizes, faults: Faults, profile: Profile | None = None) -> Scenario:
    """A scenario by chance. Where `chance` gives its least, it is the simplest one.

    Args:
        chance: whose draws shape it.
        seed: of the emulated site and of the people.
        sizes: how large it may be.
        faults: what may go wrong.
        profile: what it is about; None: by chance too.
    """
    profile = profile or drawn_profile(chance)
    shares = shares_of(profile)
    spec = _site(chance, seed, sizes, shares)
    limits = _limits(chance, sizes, shares)
    if faults is not Faults.NONE:
        spec = with_switches(spec, chance, within=limits.publish_delay, stale=shares.stale)
    site_events: tuple[Scheduled, ...] = ()
    if faults is Faults.ALL:
        spec, limits = purged(behind_proxies(faulty(spec, chance, shares), chance, shares), limits, chance)
        site_events = drawn_site_events(spec, seed, chance, shares, wider=sizes.wider)
        spec, site_events = with_hand_outs(spec, site_events, chance)
    return Scenario(
        seed=seed,
        profile=profile,
        spec=spec,
        limits=limits,
        unproven=_unproven(chance, spec, faults, shares),
        keep_relaxed=chance.happens(shares.keep_relaxed, "keep relaxed"),
        leave_out_away=chance.happens(shares.leave_out_away, "leave out"),
        networking=_networking(chance, spec),
        pace=_pace(chance, sizes, shares),
        acts=_acts(chance, shares),
        site_events=site_events,
    )


def _unproven(chance: Chance, spec: SiteSpec, faults: Faults, shares: Shares) -> Unproven:
    """People who make no mistakes take failover on trust only where every client reaches every server."""
    drawn_one = chance.one_of(shares.unproven, "on trust")
    wrong = drawn_one is Unproven.APPROVE and any(batch.reachable_servers is not None for batch in spec.clients)
    return Unproven.RELAX if wrong and faults is not Faults.ALL else drawn_one


def _site(chance: Chance, seed: int, sizes: Sizes, shares: Shares) -> SiteSpec:
    servers = _servers(chance, sizes, shares)
    names = [server.name for server in servers]
    lists = _lists(chance, names, shares)
    heartbeat = _weighted(chance, shares.heartbeats, "heartbeat")
    own = [each.name for each in lists]
    used = own if own and shares.own_lists else [DEFAULT_LIST, *own]
    groups = _groups(chance, sizes, shares, used, heartbeat)
    return SiteSpec(
        name="Drawn",
        seed=seed,
        servers=servers,
        server_lists=lists,
        groups=groups,
        clients=_clients(chance, sizes, shares, groups, names),
        database_shared=len(names) > 1,
        replication_partner="Partner" if chance.happens(0.1, "partner") else None,
    )


def _servers(chance: Chance, sizes: Sizes, shares: Shares) -> tuple[ServerSpec, ...]:
    count = min(sizes.servers, max(sizes.fewest_servers, _weighted(chance, shares.servers, "servers")))
    ahead = chance.happens(0.2, "skew")
    return tuple(
        ServerSpec(
            name=f"SEPM-{number}",
            clock_offset=chance.between(-4 * _MINUTE, 4 * _MINUTE, "skew", number) if ahead else timedelta(0),
            restart_time=chance.between(timedelta(seconds=2), 4 * _MINUTE, "restart", number),
        )
        for number in range(1, count + 1)
    )


def _lists(chance: Chance, servers: Sequence[str], shares: Shares) -> tuple[ListSpec, ...]:
    lists = []
    for number in range(chance.whole(*shares.lists, "lists")):
        used = [name for name in servers if chance.happens(shares.in_list, "list", number, name)] or [servers[0]]
        cut = chance.whole(0, len(used) - 1, "priorities", number)
        pools = [tuple(used[cut:]), tuple(used[:cut])]
        protocol = Protocol.HTTP if chance.happens(shares.http, "http", number) else Protocol.HTTPS
        lists.append(ListSpec(name=f"List {number}", protocol=protocol, priorities=tuple(p for p in pools if p)))
    return tuple(lists)


def _groups(
    chance: Chance, sizes: Sizes, shares: Shares, lists: Sequence[str], heartbeat: timedelta
) -> tuple[GroupSpec, ...]:
    groups = [GroupSpec(path=ROOT_GROUP, locations=_locations(chance, shares, lists, heartbeat, ROOT_GROUP))]
    most = chance.whole(min(shares.groups, sizes.groups - 1), min(sizes.groups, 6), "groups")
    if chance.happens(0.1, "many groups"):
        most = chance.whole(0, sizes.groups - 1, "more groups")
    another = bool(most) and chance.happens(_ANOTHER_DOMAIN, "another domain")
    if another:
        path = f"Branches: {ROOT_GROUP}"
        groups.append(GroupSpec(path=path, locations=_locations(chance, shares, lists, heartbeat, path)))
    for number in range(int(another), most):
        parent = chance.one_of(groups, "parent", number)
        path = f"{parent.path}\\Group {number}"
        inherits = chance.happens(shares.inherits, "inherits", number)
        locations = () if inherits else _locations(chance, shares, lists, heartbeat, path)
        groups.append(GroupSpec(path=path, inherits=inherits, locations=locations))
    return tuple(groups)


def _locations(
    chance: Chance, shares: Shares, lists: Sequence[str], heartbeat: timedelta, path: str
) -> tuple[LocationSpec, ...]:
    made = []
    for number in range(_weighted(chance, shares.locations, "locations", path)):
        about = (path, number)
        differs = chance.happens(shares.own_heartbeat, "differs", *about)
        own = chance.one_of(shares.heartbeats, "own", *about) if differs else heartbeat
        made.append(
            LocationSpec(
                name=DEFAULT_LOCATION if number == 0 else f"Location {number}",
                server_list=_weighted(chance, lists, "list of", *about),
                secure_communications=not chance.happens(shares.insecure, "insecure", *about),
                mode=Mode.PUSH if chance.happens(shares.push, "push", *about) else Mode.PULL,
                heartbeat=own,
                randomization=own * chance.one_of((0.0, 0.25, 0.5), "window", *about),
            )
        )
    return tuple(made)


def _clients(
    chance: Chance, sizes: Sizes, shares: Shares, groups: Sequence[GroupSpec], servers: Sequence[str]
) -> tuple[ClientSpec, ...]:
    most = min(sizes.clients, 24)
    left = chance.whole(min(max(shares.clients, sizes.fewest_clients), most), most, "clients")
    if chance.happens(0.02, "many clients"):
        left = chance.whole(0, sizes.clients, "more clients")
    batches: list[ClientSpec] = []
    while left > 0:
        number = len(batches)
        count = 1 if shares.alone else min(left, chance.whole(1, max(1, left // 4), "batch", number))
        left -= count
        batch = _batch(chance, shares, groups, servers, number=number, count=count)
        batches.append(batch.model_copy(update={"away": _away(chance, sizes, shares, number)}))
    return tuple(batches)


def _batch(
    chance: Chance, shares: Shares, groups: Sequence[GroupSpec], servers: Sequence[str], *, number: int, count: int
) -> ClientSpec:
    group = chance.one_of(groups, "group of", number)
    owner = next(each for each in _upwards(groups, group.path) if not each.inherits)
    reach = None
    if chance.happens(shares.partial, "partial", number):
        reach = frozenset(name for name in servers if chance.happens(0.6, "reach", number, name)) or None
        reach = frozenset({chance.one_of(servers, "reaches", number)}) if shares.one_server else reach
    return ClientSpec(
        group=group.path,
        count=count,
        build=_weighted(chance, shares.builds, "build", number),
        prefix=f"B{number:02d}",
        location=chance.one_of(owner.locations, "location of", number).name,
        npvdi=chance.happens(shares.image, "npvdi", number),
        reachable_servers=reach,
    )


def _away(chance: Chance, sizes: Sizes, shares: Shares, number: int) -> tuple[tuple[timedelta, timedelta], ...]:
    """Most are there; some are switched off at night, some away for days or weeks, a few for good."""
    share = sizes.absent if shares.absent is None else shares.absent
    absent = chance.share("away", number) - (1 - share)
    if absent < 0:
        return ()
    kind = absent / share
    begin = chance.between(*shares.leaves, "leaves", number)
    if kind < shares.nights:
        nights = chance.whole(5, 40, "nights", number)
        return tuple((begin + night * _DAY, begin + night * _DAY + 12 * _HOUR) for night in range(nights))
    if kind < 1 - shares.gone:
        return ((begin, begin + min(chance.between(*shares.away_for, "returns", number), sizes.away)),)
    return ((begin, begin + sizes.away),)


def _limits(chance: Chance, sizes: Sizes, shares: Shares) -> Limits:
    minimum = chance.one_of(shares.holdouts, "holdout minimum")
    maximum = max(minimum, chance.one_of((sizes.holdout, 45 * _DAY, 30 * _DAY, 10 * _DAY), "holdout maximum"))
    return Limits(
        relax_floor=chance.one_of(shares.floors, "floor"),
        away_limit=chance.one_of((30 * _DAY, 7 * _DAY), "away limit"),
        holdout_minimum=minimum,
        holdout_maximum=maximum,
        publish_delay=chance.one_of((2 * _MINUTE, 10 * timedelta(seconds=1), 10 * _MINUTE), "publish delay"),
        purge_after=None,
        gate_patience=chance.one_of((14 * _DAY, 2 * _DAY), "patience"),
    )


def _pace(chance: Chance, sizes: Sizes, shares: Shares) -> WorkPace:
    if chance.happens(sizes.quick if shares.quick is None else shares.quick, "quick people"):
        return WorkPace(first=_MINUTE, last=30 * _MINUTE, work=10 * _MINUTE)
    return WorkPace()


def _networking(chance: Chance, spec: SiteSpec) -> Networking:
    """Where no firewall stands, people who assume that plain HTTP gets through are right: the plan is the same."""
    if not any(batch.http_blocked for batch in spec.clients):
        return Networking(asking=chance.one_of((Asking.WORD, Asking.SCRIPT), "asking"))
    return Networking(
        asking=chance.one_of((Asking.SCRIPT, Asking.STALE, Asking.CANARIES, Asking.CANARIES), "asking"),
        when_shut=chance.one_of(tuple(WhenShut), "when shut"),
    )


def _acts(chance: Chance, shares: Shares) -> tuple[ScriptedMove, ...]:
    acts = []
    for move, share in ((Move.HOLD, 0.15), (Move.EXTEND, 0.1), (Move.CANCEL, shares.cancel)):
        if chance.happens(share, "act", move.value):
            # soon as often as late
            longest = chance.one_of((2 * _DAY, 10 * _DAY, 40 * _DAY), "act within", move.value)
            after = chance.between(timedelta(0), longest, "act at", move.value)
            acts.append(ScriptedMove(after=after, move=move, by=3 * _DAY if move is Move.EXTEND else None))
    if chance.happens(shares.cancel_at_replacement, "act", "cancel at a replacement"):
        after = chance.between(timedelta(0), _HOUR / 2, "act at", "cancel at a replacement")
        acts.append(ScriptedMove(after=after, move=Move.CANCEL, since=Since.CLAIM))
    if chance.happens(shares.roll_back, "act", Move.ROLL_BACK.value):
        # from the moment after the first certificate to the days after the last one
        since = Since.RESTORE if chance.happens(shares.roll_back_restored, "act since", "restore") else Since.SWAP
        longest = chance.one_of((_HOUR, 10 * _MINUTE, 2 * _DAY, 40 * _DAY), "act within", Move.ROLL_BACK.value)
        longest = min(longest, _DAY) if since is Since.RESTORE else longest
        after = chance.between(timedelta(0), longest, "act at", Move.ROLL_BACK.value)
        acts.append(ScriptedMove(after=after, move=Move.ROLL_BACK, since=since))
    return tuple(acts)


def _upwards(groups: Sequence[GroupSpec], path: str) -> list[GroupSpec]:
    by_path = {group.path: group for group in groups}
    found = []
    while path:
        found.append(by_path[path])
        path = path.rpartition("\\")[0]
    return found


def _weighted(chance: Chance, options: Sequence[_Option], *occasion: object) -> _Option:
    """One of `options`; each is half again as likely as the one after it."""
    weights = [1.5**-index for index in range(len(options))]
    left = chance.share(*occasion) * sum(weights)
    for option, weight in zip(options, weights, strict=True):
        left -= weight
        if left < 0:
            return option
    return options[-1]

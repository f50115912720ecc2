"""Sites that come with the emulator."""

from datetime import timedelta

from emulator.spec import (
    DEFAULT_LIST,
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    ServerSpec,
    SiteSpec,
)

NAMES = ("one-server", "three-servers", "synthetic")

_CURRENT = "14.3.9816.7000"
_OLDER = "14.0.3752.1000"
_DEFECTIVE = "14.2.3335.1000"
_FAST = timedelta(seconds=3)


def one_server(seed: int = 1, clients: int = 40, heartbeat: timedelta = _FAST) -> SiteSpec:
    """One server, three groups: the root, one that inherits, one with two locations of its own.

    One client in ten is away at the start and comes back after three or four heartbeats.
    """
    share = _shares(clients, 5, 3, 2, 2)
    sales, labs = f"{ROOT_GROUP}\\Sales", f"{ROOT_GROUP}\\Labs"
    return SiteSpec(
        name="One Server",
        seed=seed,
        servers=(ServerSpec(name="SEPM-1"),),
        groups=(
            GroupSpec(path=ROOT_GROUP, locations=(_location(heartbeat),)),
            GroupSpec(path=sales, inherits=True),
            GroupSpec(path=labs, locations=(_location(heartbeat), _location(heartbeat, "Office"))),
        ),
        clients=(
            *_batch(ROOT_GROUP, share[0], "PC", heartbeat),
            *_batch(sales, share[1], "SALES", heartbeat),
            *_batch(labs, share[2], "LAB", heartbeat),
            *_batch(labs, share[3], "OFFICE", heartbeat, location="Office", away=(-heartbeat, 4 * heartbeat)),
        ),
    )


def three_servers(
    seed: int = 1,
    clients: int = 60,
    heartbeat: timedelta = _FAST,
    returns: tuple[timedelta, timedelta] | None = None,
) -> SiteSpec:
    """Three servers: groups that balance, one that fails over by priorities, and one of 14.2.x clients.

    Some clients are away from the start and come back at the two moments of `returns`, which are meant for the second
    half of a short holdout; otherwise after 20 and 28 heartbeats.
    """
    share = _shares(clients, 5, 3, 4, 3)
    branch, legacy, servers = (f"{ROOT_GROUP}\\{name}" for name in ("Branch", "Legacy", "Data Centre"))
    names = ("SEPM-1", "SEPM-2", "SEPM-3")
    first, second = returns or (20 * heartbeat, 28 * heartbeat)
    late, later = (timedelta(0), first), (timedelta(0), second)
    return SiteSpec(
        name="Three Servers",
        seed=seed,
        database_shared=True,
        servers=tuple(ServerSpec(name=name) for name in names),
        server_lists=(
            ListSpec(name=DEFAULT_LIST, priorities=(names,)),
            ListSpec(name="Branch List", priorities=(("SEPM-2",), ("SEPM-3",), ("SEPM-1",))),
        ),
        groups=(
            GroupSpec(path=ROOT_GROUP, locations=(_location(heartbeat),)),
            GroupSpec(path=branch, locations=(_location(heartbeat, server_list="Branch List"),)),
            GroupSpec(path=legacy, locations=(_location(heartbeat),)),
            GroupSpec(path=servers, inherits=True),
        ),
        clients=(
            *_batch(ROOT_GROUP, share[0], "PC", heartbeat, away=late),
            *_batch(branch, share[1], "BRANCH", heartbeat, build=_OLDER, away=later),
            *_batch(legacy, share[2], "OLD", heartbeat, build=_DEFECTIVE),
            *_batch(servers, share[3], "DC", heartbeat, away=late),
        ),
    )


def synthetic(
    seed: int = 1,
    clients: int = 5000,
    groups: int = 20,
    servers: int = 3,
    heartbeat: timedelta = timedelta(hours=1),
) -> SiteSpec:
    """A site by size: every second group inherits, every fifth holds 14.2.x clients, one client in ten is away."""
    names = tuple(f"SEPM-{number}" for number in range(1, servers + 1))
    paths = tuple(f"{ROOT_GROUP}\\Group {number:03d}" for number in range(1, groups))
    share = _shares(clients, *(1 for _ in range(max(groups, 1))))
    location = _location(heartbeat, randomization=heartbeat / 4)
    return SiteSpec(
        name="Synthetic",
        seed=seed,
        database_shared=servers > 1,
        servers=tuple(ServerSpec(name=name) for name in names),
        groups=(
            GroupSpec(path=ROOT_GROUP, locations=(location,)),
            *(
                GroupSpec(path=path, inherits=number % 2 == 0, locations=() if number % 2 == 0 else (location,))
                for number, path in enumerate(paths, 1)
            ),
        ),
        clients=tuple(
            batch
            for number, (path, count) in enumerate(zip((ROOT_GROUP, *paths), share, strict=True))
            for batch in _batch(
                path,
                count,
                f"G{number:03d}",
                heartbeat,
                build=_DEFECTIVE if number % 10 == 5 else _CURRENT,  # noqa: PLR2004 - every tenth group
                away=(timedelta(0), 20 * heartbeat),
            )
        ),
    )


def scenario(
    name: str,
    seed: int = 1,
    clients: int | None = None,
    groups: int | None = None,
    heartbeat: timedelta | None = None,
) -> SiteSpec:
    """The built-in site of that name; what is None is the scenario's own.

    Raises:
        ValueError: No such scenario.
    """
    if name == "one-server":
        return one_server(seed, clients or 40, heartbeat or _FAST)
    if name == "three-servers":
        return three_servers(seed, clients or 60, heartbeat or _FAST)
    if name == "synthetic":
        return synthetic(seed, clients or 5000, groups or 20, heartbeat=heartbeat or timedelta(hours=1))
    raise ValueError(f"unknown scenario {name!r}; there are {', '.join(NAMES)}")


def _location(
    heartbeat: timedelta,
    name: str = "Default",
    server_list: str = DEFAULT_LIST,
    randomization: timedelta | None = None,
) -> LocationSpec:
    return LocationSpec(
        name=name,
        server_list=server_list,
        heartbeat=heartbeat,
        randomization=heartbeat / 6 if randomization is None else randomization,
    )


def _batch(
    group: str,
    count: int,
    prefix: str,
    heartbeat: timedelta,
    *,
    build: str = _CURRENT,
    location: str = "Default",
    away: tuple[timedelta, timedelta] | None = None,
) -> tuple[ClientSpec, ...]:
    """A batch of which one client in ten is away at the start."""
    absent = count // 10 or (1 if count > 1 else 0)
    window = away or (-heartbeat, 3 * heartbeat)
    batches = (
        ClientSpec(group=group, count=count - absent, build=build, prefix=prefix, location=location)
        if count > absent
        else None,
        ClientSpec(group=group, count=absent, build=build, prefix=f"{prefix}-AWAY", location=location, away=(window,))
        if absent
        else None,
    )
    return tuple(batch for batch in batches if batch is not None)


def _shares(total: int, *weights: int) -> list[int]:
    """`total` divided by weight, with nothing lost."""
    shares = [total * weight // sum(weights) for weight in weights]
    for number in range(total - sum(shares)):
        shares[number % len(shares)] += 1
    return shares

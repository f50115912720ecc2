"""Clients of another build that take the policy at once and the server list later or never (rule 10)."""

from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, SiteSpec
from emulator.switches import Switches
from simulation.drawn.scenario import WorkPace
from tests.simulation.holes import DAY, HOUR, hole, of_two_kinds, site

OTHERS = f"{ROOT_GROUP}\\Others"
_LATE = ((HOUR, 9 * DAY),)
_NIGHTS = tuple((9 * HOUR + night * DAY, 24 * HOUR + night * DAY) for night in range(60))


def with_a_late_one() -> SiteSpec:
    """As `of_two_kinds`, with one client of the other kind that comes back when all others have their list."""
    spec = of_two_kinds(1, 5 * DAY)
    late = spec.clients[-1].model_copy(update={"count": 1, "prefix": "LATE", "away": _LATE})
    return spec.model_copy(update={"clients": (*spec.clients, late)})


def of_another_system() -> SiteSpec:
    """As `of_two_kinds`, where both have the same version, and the others another operating system."""
    spec = of_two_kinds(1, None)
    mac = spec.clients[-1].model_copy(update={"build": spec.clients[0].build, "system": "macOS 14"})
    return spec.model_copy(update={"clients": (*spec.clients[:-1], mac)})


def apart(spec: SiteSpec) -> SiteSpec:
    """The same site with the clients of the other kind in a group of their own: no group has two builds."""
    group = GroupSpec(path=OTHERS, locations=spec.groups[0].locations)
    others: ClientSpec = spec.clients[-1].model_copy(update={"group": OTHERS})
    return spec.model_copy(update={"groups": (*spec.groups, group), "clients": (*spec.clients[:-1], others)})


def signing_with_former_keys(servers: int) -> SiteSpec:
    """As `site`, whose servers go on signing with their former key, and clients of two builds that are relaxed."""
    spec = site(servers, switches=Switches(stale_sig_files=True))
    older = spec.clients[0].model_copy(update={"count": 4, "prefix": "OLDER", "build": "14.2.1.0"})
    return spec.model_copy(update={"clients": (*spec.clients, older)})


HOLES = (
    hole("agents of another kind take the list days after the policy", 10, of_two_kinds()),
    hole("agents of another kind never take the list", 10, of_two_kinds(1, None)),
    hole("agents of another kind never take the list, and fail over", 10, of_two_kinds(3, None)),
    hole("agents of another kind take the list days after the policy, and fail over", 10, of_two_kinds(3, 8 * DAY)),
    hole("an agent of another kind comes back when all others have their list", 10, with_a_late_one()),
    hole("agents of another system never take the list", 10, of_another_system()),
    hole("agents of another kind are off at night", 10, of_two_kinds(1, 2 * DAY, _NIGHTS)),
    hole("agents of another kind are off at night, and fail over", 10, of_two_kinds(3, 10 * DAY, _NIGHTS)),
    # no group has two builds, and no person is asked: reported behind the replacement (rules 8 and 22)
    hole(
        "agents of another kind, in a group of their own, take the list later",
        22,
        apart(of_two_kinds()),
        residual=True,
    ),
    hole(
        "agents of another kind, in a group of their own, never take it",
        8,
        apart(of_two_kinds(3, None)),
        residual=True,
    ),
    *(
        hole(f"relaxed clients of two builds, and stale signatures ({servers})", 24, signing_with_former_keys(servers))
        for servers in (1, 2)
    ),
    hole(
        "relaxed clients of two builds, stale signatures, and people who take days",
        24,
        signing_with_former_keys(1),
        pace=WorkPace(first=8 * HOUR, last=9 * HOUR, work=4 * DAY),
    ),
)

"""The sites that a sweep rotates: as small as their procedure allows, with quick clients and a robot at the console."""

from datetime import timedelta

from emulator.spec import ClientSpec, GroupSpec, LocationSpec, RobotSpec, ServerSpec, SiteSpec
from emulator.switches import Switches

_HEARTBEAT, _STAYS = timedelta(seconds=1), timedelta(seconds=12)
_PACE = RobotSpec(shortest_delay=timedelta(seconds=0.1), longest_delay=timedelta(seconds=0.2))
_ROOT, _SALES = "My Company", "My Company\\Sales"
LIMITS = {
    "publish_delay": "PT1S",
    "gate_patience": "PT10M",
    "purge_after": None,
    "holdout_minimum": "PT5S",
    "holdout_maximum": "PT10M",
    "stays": "PT12S",
}


def site(name: str, servers: int) -> SiteSpec:
    """One server: the vendor's list A. Two and more: list B, every client has a server to fail over to."""
    location = LocationSpec(heartbeat=_HEARTBEAT, randomization=_HEARTBEAT / 6)
    office = location.model_copy(update={"name": "Office"})
    return SiteSpec(
        name=name,
        database_shared=servers > 1,
        robot=_PACE,
        # of two servers one shows what the other signs when clients have moved there (rule 24b)
        switches=Switches(stays=_STAYS),
        servers=tuple(
            ServerSpec(name=f"SEPM-{number}", restart_time=timedelta(seconds=1)) for number in range(1, servers + 1)
        ),
        groups=(
            # more that own settings would be relaxed a few at first, by the same activities and for twice as long
            GroupSpec(path=_ROOT, locations=(location, office)),
            GroupSpec(path=_SALES, inherits=True),
        ),
        clients=(
            ClientSpec(group=_ROOT, count=2, prefix="PC"),
            ClientSpec(group=_ROOT, count=2, prefix="OFFICE", location="Office"),
            ClientSpec(group=_SALES, count=2, prefix="SALES"),
        ),
    )

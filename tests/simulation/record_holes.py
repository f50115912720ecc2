"""Ways in which a machine was cut off that no row of a record had shown (rules 19 and 23), one scenario each."""

from datetime import timedelta

from emulator.events.site_events import ComputersAppear, RecordShared, Scheduled
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, SiteSpec
from emulator.switches import Downloads, Switches
from simulation.drawn.scenario import START, Follows, Since, WorkPace
from tests.simulation.holes import DAY, MINUTE, Hole, hole, site

CLONES = f"{ROOT_GROUP}\\Clones"


def with_clones(away: tuple[timedelta, timedelta]) -> SiteSpec:
    """As `site`, with a group of two machines, one of which is away for weeks."""
    spec = site(1, 6)
    group = GroupSpec(path=CLONES, locations=spec.groups[0].locations)
    clones = (
        ClientSpec(group=CLONES, count=1, prefix="HERE"),
        ClientSpec(group=CLONES, count=1, prefix="AWAY", away=(away,)),
    )
    return spec.model_copy(update={"groups": (*spec.groups, group), "clients": (*spec.clients, *clones)})


def _shared(name: str) -> Hole:
    """A hole in which the two machines share a record from the start, and one leaves before its group is relaxed."""
    found = hole(name, 23, with_clones((5 * DAY, 30 * DAY)), surveyed=8 * DAY)
    shared = Scheduled(at=START, site_event=RecordShared(group=CLONES))
    return Hole(name, 23, found.scenario.model_copy(update={"site_events": (shared,)}), found.surveyed)


HOLES = (
    _shared("a machine is away whose record shows another machine that is ready"),
    hole(
        "computers are installed from an old package after the claim",
        19,
        site(switches=Switches(downloads=Downloads.POLICY_FIRST)),
        Follows(
            since=Since.CLAIM,
            after=MINUTE,
            site_event=ComputersAppear(group=ROOT_GROUP, count=3, package_age=30 * DAY),
        ),
        pace=WorkPace(work=20 * MINUTE),
    ),
)

"""Ways back on which machines were cut off that start from a golden image (rule 4), one scenario each."""

from datetime import timedelta

from emulator.spec import ROOT_GROUP, ClientSpec, SiteSpec
from emulator.switches import Downloads, RejectedDownload, Switches
from rotation.running.message import Move
from simulation.drawn.scenario import ScriptedMove, Since
from tests.simulation.holes import DAY, HOUR, Hole, hole, site


def with_images(servers: int, off: timedelta) -> SiteSpec:
    """As `site`, with three machines that are off for half of each day, from `off` on, and start from their image."""
    spec = site(
        servers, 6, switches=Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.SILENT)
    )
    away = tuple((off + day * DAY, off + 12 * HOUR + day * DAY) for day in range(60))
    images = ClientSpec(group=ROOT_GROUP, count=3, prefix="IMAGE", npvdi=True, away=away)
    return spec.model_copy(update={"clients": (*spec.clients, images)})


def _turned_back(name: str, spec: SiteSpec, since: Since, after: timedelta) -> Hole:
    """A hole in which a person wants the old certificates back."""
    back = ScriptedMove(since=since, after=after, move=Move.ROLL_BACK)
    return hole(name, 4, spec).acting(back)


def started_before() -> SiteSpec:
    """As `site`, with machines that start from their image one after the other, a quarter of an hour apart, day by day.

    They make their first contact within an hour.
    """
    spec = site(1, 6, switches=Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.SILENT))
    off = (timedelta(minutes=15) * number for number in range(96))
    images = tuple(
        ClientSpec(
            group=ROOT_GROUP,
            count=1,
            prefix=f"IMAGE{number:02d}",
            npvdi=True,
            away=tuple((begun + day * DAY, begun + 12 * HOUR + day * DAY) for day in range(-1, 60)),
        )
        for number, begun in enumerate(off)
    )
    seldom = spec.groups[0].locations[0].model_copy(update={"randomization": HOUR})
    root = spec.groups[0].model_copy(update={"locations": (seldom,)})
    return spec.model_copy(update={"clients": (*spec.clients, *images), "groups": (root,)})


HOLES = (
    hole("machines start from an image just before it is refreshed", 4, started_before()),
    _turned_back(
        "images made behind a replacement start where clients verify the old certificate again",
        with_images(1, off=2 * HOUR),
        Since.RESTORE,
        HOUR,
    ),
    _turned_back(
        "images made behind all replacements know no server once each has its old certificate back",
        with_images(3, off=10 * HOUR),
        Since.SWAP,
        4 * DAY + 8 * HOUR,
    ),
)

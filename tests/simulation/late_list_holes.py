"""Clients of another build take a list hours or days later, and no operator looks at one, or none again (rule 10)."""

from emulator.events.site_events import CertificateGenerated, DatabaseRestored, ListEdited
from emulator.spec import ROOT_GROUP, Protocol, SiteSpec
from simulation.drawn.scenario import Follows, Since, WorkPace
from tests.simulation.holes import DAY, HOUR, MINUTE, hole, of_two_kinds

_DAYS = WorkPace(first=40 * HOUR, last=44 * HOUR, work=2 * HOUR)


def usual_ones_away() -> SiteSpec:
    """As `of_two_kinds`, whose clients of the usual build leave after three hours, for half a year."""
    spec = of_two_kinds(1, None)
    usual = spec.clients[0].model_copy(update={"count": 3, "away": ((3 * HOUR, 190 * DAY),)})
    return spec.model_copy(update={"clients": (usual, *spec.clients[1:])})


HOLES = (
    hole(
        "every client of one of two builds is left out, and the other build never takes the list", 10, usual_ones_away()
    ),
    hole(
        "a copy speaks HTTPS from the claim on, and a build takes the mended list a day later",
        10,
        of_two_kinds(1, DAY),
        Follows(since=Since.CLAIM, after=MINUTE, site_event=ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)),
        pace=_DAYS,
    ),
    hole(
        "the database is put back behind a replacement, and a build takes lists a day later",
        10,
        of_two_kinds(1, DAY),
        Follows(since=Since.SWAP, after=30 * HOUR, site_event=DatabaseRestored()),
        pace=WorkPace(first=5 * MINUTE, last=30 * MINUTE, work=20 * MINUTE),
    ),
    hole(
        "another certificate is made while settings go back, and a build takes lists ten hours later",
        10,
        of_two_kinds(1, 10 * HOUR),
        Follows(since=Since.RESTORE, after=20 * MINUTE, site_event=CertificateGenerated(server="SEPM-1")),
        pace=WorkPace(first=18 * HOUR, last=20 * HOUR),
    ),
)

"""Clients that hold another list than they should, or reach no other server, shown by the drills of rule 18."""

from dataclasses import replace

from emulator.events.site_events import CertificateGenerated, CertificateRestored, ListEdited
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, Protocol, SiteSpec
from emulator.switches import Downloads, RejectedDownload, Switches
from rotation.plan.request import Unproven
from rotation.running.message import Move
from simulation.drawn.scenario import Follows, ScriptedMove, Since
from tests.simulation.build_holes import apart
from tests.simulation.holes import DAY, HOUR, OWN_LIST, Hole, hole, of_two_kinds, site

_DATELESS = Switches(edits_move_list_times=False)
_EDITED = ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)


def drilled(known: Hole, *acts: ScriptedMove) -> Hole:
    """The same with the drill."""
    return replace(known, scenario=known.scenario.model_copy(update={"drill_https": True, "acts": acts}))


def stops(known: Hole, *acts: ScriptedMove) -> Hole:
    """The same with the drill that stops servers."""
    return replace(known, scenario=known.scenario.model_copy(update={"drill_stop": True, "acts": acts}))


def stuck(servers: int, only: str) -> SiteSpec:
    """As `site`, with clients whose network lets them reach one server only."""
    spec = site(servers)
    batch = ClientSpec(group=ROOT_GROUP, count=3, prefix="STUCK", reachable_servers=frozenset({only}))
    return spec.model_copy(update={"clients": (*spec.clients, batch)})


def kept_first() -> SiteSpec:
    """Three servers and two groups, with a list each: SEPM-1, at which REST answers, is in both and is kept to the end.

    Some clients of the first group reach SEPM-2 only, which is replaced first.
    """
    spec, other = stuck(3, "SEPM-2"), f"{ROOT_GROUP}\\Other"
    root = spec.groups[0]
    place = root.locations[0].model_copy(update={"server_list": "Other List"})
    lists = (
        spec.server_lists[0],
        ListSpec(name=OWN_LIST, priorities=(("SEPM-1", "SEPM-2"),)),
        ListSpec(name="Other List", priorities=(("SEPM-1", "SEPM-3"),)),
    )
    clients = (*spec.clients, ClientSpec(group=other, count=4, prefix="OTHER"))
    groups = (root, GroupSpec(path=other, locations=(place,)))
    return spec.model_copy(update={"server_lists": lists, "groups": groups, "clients": clients})


def gone_elsewhere() -> SiteSpec:
    """As `site`, of three servers, with clients that use the same list at two locations.

    At one they reach every server, and were seen at several; at the other, where they are now, SEPM-2 only.
    """
    spec = site(3)
    root = spec.groups[0]
    elsewhere = root.locations[0].model_copy(update={"name": "Elsewhere"})
    roamers = ClientSpec(
        group=ROOT_GROUP,
        count=4,
        prefix="ROAM",
        roams_to="Elsewhere",
        roams_every=_STAY,
        roams_reaching=frozenset({"SEPM-2"}),
    )
    groups = (root.model_copy(update={"locations": (*root.locations, elsewhere)}),)
    return spec.model_copy(update={"groups": groups, "clients": (*spec.clients, roamers)})


_STAY = 8 * DAY
_ONE_LEFT = ListEdited(group=ROOT_GROUP, servers=(("SEPM-2",),))


HOLES = (
    stops(
        hole(
            "clients were seen at two servers, and reach one only where they are, and servers are stopped",
            18,
            gone_elsewhere(),
            unproven=Unproven.RELAX,
            surveyed=_STAY,
        )
    ),
    stops(
        hole(
            "somebody leaves one server in a list, SEPM dates no edit, and servers are stopped",
            18,
            site(3, switches=_DATELESS),
            Follows(since=Since.SWAP, after=2 * HOUR, site_event=_ONE_LEFT),
        )
    ),
    stops(
        hole("a cancel comes while a server is stopped", 18, kept_first()),
        ScriptedMove(after=26 * HOUR, move=Move.CANCEL),
    ),
    drilled(hole("agents of another kind take the list late, and HTTPS is shut", 18, of_two_kinds())),
    drilled(
        hole(
            "agents of another kind never take the list of three servers, and HTTPS is shut",
            18,
            of_two_kinds(3, None),
            unproven=Unproven.RELAX,
        )
    ),
    drilled(
        hole("agents in a group of their own never take the list, and HTTPS is shut", 18, apart(of_two_kinds(1, None)))
    ),
    drilled(
        hole(
            "the copy of a list speaks HTTPS, and SEPM dates no edit",
            18,
            site(switches=_DATELESS),
            Follows(since=Since.BEGIN, after=20 * HOUR, site_event=_EDITED),
        )
    ),
    drilled(
        hole(
            "another certificate comes while HTTPS is shut, and a cancel",
            16,
            site(switches=Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.SILENT)),
            Follows(since=Since.BEGIN, after=41 * HOUR, site_event=CertificateGenerated(server="SEPM-1")),
            Follows(since=Since.BEGIN, after=48 * HOUR, site_event=CertificateRestored(server="SEPM-1")),
        ),
        ScriptedMove(after=42 * HOUR, move=Move.CANCEL),
    ),
    drilled(
        hole("a cancel comes while HTTPS is shut", 18, of_two_kinds(1, None)),
        ScriptedMove(after=2 * DAY, move=Move.CANCEL),
    ),
)

"""Clients that hold another list than their policy stands for, shown by the drill with HTTPS shut (rule 18)."""

from dataclasses import replace

from emulator.happenings import CertificateGenerated, CertificateRestored, ListEdited
from emulator.spec import ROOT_GROUP, Protocol
from emulator.switches import Downloads, RejectedDownload, Switches
from rotation.plan.request import Unproven
from rotation.running.message import Move
from simulation.scenario import Act, Follows, Since
from tests.simulation.build_holes import apart
from tests.simulation.holes import DAY, HOUR, Hole, hole, of_two_kinds, site

_DATELESS = Switches(edits_move_list_times=False)
_EDITED = ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)


def drilled(known: Hole, *acts: Act) -> Hole:
    """The same with the drill."""
    return replace(known, scenario=known.scenario.model_copy(update={"drill_https": True, "acts": acts}))


HOLES = (
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
            Follows(since=Since.BEGIN, after=20 * HOUR, happening=_EDITED),
        )
    ),
    drilled(
        hole(
            "another certificate comes while HTTPS is shut, and a cancel",
            16,
            site(switches=Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.SILENT)),
            Follows(since=Since.BEGIN, after=41 * HOUR, happening=CertificateGenerated(server="SEPM-1")),
            Follows(since=Since.BEGIN, after=48 * HOUR, happening=CertificateRestored(server="SEPM-1")),
        ),
        Act(after=42 * HOUR, move=Move.CANCEL),
    ),
    drilled(
        hole("a cancel comes while HTTPS is shut", 18, of_two_kinds(1, None)),
        Act(after=2 * DAY, move=Move.CANCEL),
    ),
)

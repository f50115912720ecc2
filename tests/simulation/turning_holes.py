"""Ways in which a cancel cut clients off (rule 16), one scenario each."""

from datetime import timedelta

from emulator.events.site_events import CertificateGenerated
from emulator.switches import Downloads, RejectedDownload, Switches
from rotation.running.message import Move
from simulation.drawn.scenario import Follows, ScriptedMove, Since
from tests.simulation.holes import Hole, hole, site

_MINUTE = timedelta(minutes=1)


def _cancelled(name: str) -> Hole:
    """A hole in which another certificate is generated right before a person cancels."""
    generated = Follows(since=Since.CLAIM, after=3 * _MINUTE, site_event=CertificateGenerated(server="SEPM-1"))
    switches = Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.SILENT)
    found = hole(name, 16, site(switches=switches), generated)
    cancels = ScriptedMove(since=Since.CLAIM, after=3 * _MINUTE + timedelta(seconds=10), move=Move.CANCEL)
    return Hole(name, 16, found.scenario.model_copy(update={"acts": (cancels,)}))


HOLES = (_cancelled("another certificate comes into the server right before a cancel"),)

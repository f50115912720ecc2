"""Losses by an old Sylink.xml from a source that the people of the site did not know of (rule 26)."""

from emulator.clients.verdict import LostClient
from emulator.state.slips import Mistake
from simulation.judged.facts import Facts
from simulation.judged.heartbeats import slowest_of
from simulation.judged.unreported_acts import SWAPS

_HEARTBEATS = 3


def handed_out(lost: LostClient, facts: Facts) -> str | None:
    """It was given an old list within three heartbeats of its group before the replacement; no person stopped that.

    Not excused: scripts that people know of, since the product has to ask, unless a person left one running by mistake.
    """
    swap = lost.after
    if swap is None or swap.kind not in SWAPS or not swap.actor.asked:
        return None
    left = any(slip.mistake is Mistake.LEAVES_RUNNING for slip in facts.slips)
    running = {each.name for each in facts.scenario.spec.hand_outs if left or not each.known}
    for act in facts.unasked:
        given = act.kind == "machine.sylink" and act.subject[0] == lost.name
        since = swap.at - _HEARTBEATS * slowest_of(facts, lost)
        if given and since <= act.at <= swap.at and act.subject[-1] in running:
            return "it was given an old Sylink.xml before the replacement, and no person knew by what"
    return None

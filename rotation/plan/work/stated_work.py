"""Work that shows nowhere and cannot be compared: what an operator states of it is the only proof, so it is required.

The API asks for it, and no workflow: rotations that were recorded before have closed such tasks without.
"""

from collections.abc import Mapping, Sequence

from rotation.finding import Finding, blocking
from rotation.plan.work.task import RefreshImages, StartHandOuts, Work

REFRESHED, STARTED = "refreshed", "started"
"""The evidence of refreshed images, and of what hands out Sylink.xml again."""
ORIGINALS_SHA256 = "originals_sha256"
"""The SHA-256 that the operator who saved the file of original settings may state: it is compared."""
_SHOWN = 10


def unstated(work: Work, evidence: Mapping[str, str]) -> Finding | None:
    """What the statement of an operator does not name; None where it names all, or where the work asks for none."""
    match work:
        case RefreshImages():
            return _missing(REFRESHED, evidence, [path.rpartition("\\")[2] for path in work.groups])
        case StartHandOuts():
            return _missing(STARTED, evidence, [each.name for each in work.stopped])
        case _:
            return None


def _missing(field: str, evidence: Mapping[str, str], names: Sequence[str]) -> Finding | None:
    stated = " ".join(evidence.get(field, "").split())
    if not stated:
        text = "the evidence does not say what was done"
        return blocking("work-not-stated", field, text, f"report done with {field}='WHAT WAS DONE'")
    left = [name for name in dict.fromkeys(names) if " ".join(name.split()).casefold() not in stated.casefold()]
    if not left:
        return None
    shown = ", ".join(left[:_SHOWN])
    text = f"the evidence does not name {shown}"
    return blocking("work-not-stated", field, text, f"do it there too, and report done with {field}= naming it as well")

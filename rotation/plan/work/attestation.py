"""What a person says of work that cannot be seen: it must be what was asked, where it can be compared."""

from collections.abc import Mapping

from rotation.finding import Finding
from rotation.plan.drill import contradicted
from rotation.plan.work.copied import not_as_asked
from rotation.plan.work.hand_outs import is_stated, untold
from rotation.plan.work.task import CopyList, ReorderList, SaveRecoveryFile, StopHandOuts, Work


def untrue(work: Work | None, attestation: Mapping[str, str], *, withdrawing: bool) -> Finding | None:
    """What is not as it was asked. A copy that is withdrawn is only deleted."""
    match work:
        case ReorderList():
            return contradicted(work, attestation)
        case CopyList() if not withdrawing:
            return not_as_asked(work, attestation)
        case StopHandOuts():
            return untold(attestation)
        case SaveRecoveryFile(asks_hand_outs=True) if is_stated(attestation):
            return untold(attestation)
        case _:
            return None

"""What a history of a rotation begins with, held against the store: it may have been sent before."""

from engine.contract import REFUSED_INPUT, ActivityName, AdmitRequest, Counted, RotateInput
from workflows.hosts.host import ActivityRefusedError
from workflows.hosts.insisting import insist
from workflows.running import Running


class NotAdmitted(Exception):  # noqa: N818 - it says what has become of a start
    """It was sent before, and the rotation is not where it says."""


async def admit(run: Running, begin: RotateInput, *, continued: bool) -> None:
    """Go on where the store has this rotation, as far as `begin` says or less far; wait where it does not know it.

    Args:
        run: the rotation.
        begin: what the history begins with.
        continued: whether the history before it has handed that over.

    Raises:
        NotAdmitted: when the store knows better, or a state is started that no history has handed over.
    """
    if begin.resume is not None and not continued:
        raise NotAdmitted("it is a state that one history hands to the next, and no history has handed it over")
    request = AdmitRequest(
        rotation_id=begin.rotation_id,
        site_id=begin.site_id,
        plan_id=begin.plan_id,
        plan_hash=begin.plan_hash,
        number=begin.resume.events if begin.resume else 0,
    )
    summary = "is this rotation to be run"
    # over the server: tried again within a workflow task, it would find events that were stored in that very task
    try:
        await insist(run, ActivityName.ADMIT, request, Counted, summary=summary, final=frozenset({REFUSED_INPUT}))
    except ActivityRefusedError as refused:
        raise NotAdmitted(refused.message) from refused

"""The drill as steps of a plan, before the first certificate and before anything is relaxed (rule 8)."""

from collections.abc import Iterator

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.step import Console, Gate, GatePurpose, Recheck, ScopeName, Step
from rotation.proof.gate import minimum

_B1 = "B1"


def drill(choices: ProcedureChoices) -> Iterator[Step]:
    """The steps of the drill; none where no group is drilled.

    1. for each round: other servers come first, then a gate of three heartbeats at least, which ends when every
       client was seen at a second server of each of its lists, or when each has had the time to leave its last one
    2. the lists' own order again
    3. the rest is planned again: groups with clients that were not seen are relaxed, or these approved by name
    """
    planned = choices.drill
    if not planned.rounds:
        return
    owners = [owner for owner in choices.scopes if owner.group_id in planned.groups]
    least = minimum(owners) + choices.limits.publish_delay
    for works in planned.rounds:
        for work in works:
            title = f"Put {', '.join(work.order[0])} first in the list {work.list!r}"
            yield Console(id="", number=_B1, title=title, work=work)
        yield Gate(
            id="",
            number=_B1,
            title="Wait until clients were seen at a second server of each of their lists",
            purpose=GatePurpose.DRILLED,
            scope=ScopeName.DRILLED,
            minimum=least,
            patience=choices.limits.stays + least,
        )
    yield from undo(choices)
    yield Recheck(id="", number="recheck", title="Survey again and plan by what the drill has shown")


def undo(choices: ProcedureChoices) -> Iterator[Step]:
    """The lists of the drill in their own order again."""
    for work in choices.drill.undo:
        yield Console(id="", number="B1-undo", title=f"Put the list {work.list!r} back in its order", work=work)

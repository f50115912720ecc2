"""A drift as it is told: judged where the whole plan is known, so that the run loop needs a few words of it only."""

from datetime import datetime

from rotation.drift.drift import Drift
from rotation.drift.reaction import NEWBORN, Circumstances, Reacted, Reaction, react
from rotation.drift.restart import voided
from rotation.drift.standing import last_write
from rotation.finding import Severity
from rotation.survey import Pair
from rotation.values import GroupId, Value


class Told(Value):
    """A drift that was named, and is still there."""

    code: str
    subject: str
    message: str
    remedy: str = ""
    matters: bool
    """Whether it is shown until it is over."""
    blocks: bool
    """Whether nothing irreversible may happen before it is over."""
    voids: tuple[str, ...] = ()
    """The gates that have to be proven anew when it is over."""
    excludable: bool = False
    """Whether two persons may go on without it: it was born during the rotation."""
    born: GroupId | None = None
    """The group that was born, whose clients no gate counts."""
    edited_at: datetime | None = None
    """When the server list was edited, on SEPM's clock."""
    version: str = ""
    """The version that SEPM has now, where it has changed."""


class Repair(Value):
    """How a drift is put right."""

    write: str
    """The id of the step that wrote the setting, and writes it again."""
    pair: Pair
    by_hand: Told
    """What is told where REST does not put it right."""


class Judged(Value):
    """A drift with what follows from it."""

    told: Told
    confirmable: bool = True
    """Whether a person's answer may say that what has changed is right: nothing speaks against it."""
    repair: Repair | None = None


def judge(drift: Drift, now: Circumstances) -> Judged:
    """What the run loop has to know of `drift`, by the chain of `react`."""
    reacted = react(drift, now)
    return Judged(told=_told(reacted, now), confirmable=not drift.unlike, repair=_repair(reacted, now))


def _told(reacted: Reacted, now: Circumstances) -> Told:
    drift, finding = reacted.drift, reacted.drift.finding
    adopted = reacted.reaction is Reaction.ADOPT
    return Told(
        code=finding.code,
        subject=finding.subject,
        message=f"{finding.message} ({reacted.reaction.value}: {reacted.why})",
        remedy=finding.remedy,
        matters=finding.severity is Severity.BLOCKING,
        blocks=not adopted,
        voids=() if adopted else voided(drift, now.body, now.at),
        excludable=finding.code in NEWBORN,
        born=drift.born,
        edited_at=drift.edited_at,
        version=drift.version,
    )


def _repair(reacted: Reacted, now: Circumstances) -> Repair | None:
    drift = reacted.drift
    if reacted.reaction is not Reaction.REPAIR or drift.pair is None or drift.field is None:
        return None
    owner = next(owner for owner in now.body.scopes if owner.group_id == drift.owner)
    write = last_write(now.body, now.at, drift.field, owner)
    if write is None:
        return None
    left = now.model_copy(update={"left": (*now.left, drift.finding.subject)})
    return Repair(write=write.id, pair=drift.pair, by_hand=_told(react(drift, left), left))

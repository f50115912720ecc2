"""A drift as it is shown: judged where the whole plan is known, so that the run loop needs a summary of it only."""

from collections.abc import Collection, Hashable, Iterable
from datetime import datetime

from rotation.drift.drift import GROUP_UNDESCRIBED, Drift
from rotation.drift.reaction import NEWBORN, Circumstances, Reacted, Reaction, react
from rotation.drift.restart import voided
from rotation.drift.standing import last_write
from rotation.finding import Finding, Severity, first_of_each
from rotation.key import key_of
from rotation.survey import Pair
from rotation.values import GroupId, Value


class NamedDrift(Value):
    """A drift that was named, and is still there; or all those that are like one, and were not named."""

    code: str
    subject: str
    message: str
    remedy: str = ""
    matters: bool
    """Whether it is shown until it is over."""
    blocks: bool
    """Whether nothing irreversible may happen before it is over."""
    voids: tuple[str, ...] = ()
    """The gates that have to be proven again when it is over."""
    excludable: bool = False
    """Whether two persons may go on without it: it was born during the rotation."""
    edited_at: datetime | None = None
    """When the server list was edited, on SEPM's clock."""
    version: str = ""
    """The version that SEPM has now, where it has changed."""
    confirmable: bool = True
    """Whether a person's answer may say that what has changed is right: nothing speaks against it."""
    repair: str = ""
    """The id of the step that wrote the setting, where that writes it again."""
    others: int = 0
    """How many drifts that are not named it stands for; 0: it is one."""

    @property
    def may_stay(self) -> bool:
        """Whether it stands in the way, and two persons may go on with it as it is."""
        return self.blocks and self.excludable

    @property
    def key(self) -> Hashable:
        """What tells it from others, from look to look."""
        return (self.code, self.subject) if not self.others else (self.code, *self._kind)

    @property
    def _kind(self) -> tuple[Hashable, ...]:
        return self.matters, self.blocks, self.voids, self.excludable, self.confirmable, self.repair

    @property
    def kind(self) -> Hashable:
        """What those have in common of which some stand for all. A person confirms each list, and each version."""
        single = self.subject if self.edited_at is not None or self.version else ""
        return self.code, single, *self._kind


class Repair(Value):
    """How a drift is put right."""

    shows: str
    """The list that the pair was found to use: another one by then is an administrator's decision."""
    write: str
    """The id of the step that wrote the setting, and writes it again."""
    pair: Pair
    by_hand: NamedDrift
    """What is shown where REST does not put it right."""


class JudgedDrift(Value):
    """A drift with what follows from it, as it is kept."""

    named: NamedDrift
    found: str
    """What was found, without what follows: where it is another one, it is another find."""
    born: GroupId | None = None
    """The group that was born, whose clients no gate counts."""
    repair: Repair | None = None

    @classmethod
    def of(cls, finding: Finding) -> "JudgedDrift":
        """Of what only a person decides about."""
        named = NamedDrift(
            code=finding.code,
            subject=finding.subject,
            message=finding.message,
            remedy=finding.remedy,
            matters=True,
            blocks=True,
        )
        return cls(named=named, found=finding.message)


def judge(drift: Drift, now: Circumstances) -> JudgedDrift:
    """What follows from `drift`, by the chain of `react`."""
    reacted = react(drift, now)
    repair = _repair(reacted, now)
    named = _named(reacted, now)
    if repair is not None:
        named = named.model_copy(update={"repair": repair.write})
    return JudgedDrift(named=named, found=drift.finding.message, born=drift.born, repair=repair)


def born_key(judged: Iterable[JudgedDrift]) -> str:
    """What tells from others what two persons may go on with of all that was found; nothing where there is none."""
    return key_of(sorted((each.named.code, each.named.subject, each.found) for each in judged if each.named.may_stay))


def summarized(drifts: Iterable[NamedDrift], known: Collection[Hashable] = ()) -> tuple[NamedDrift, ...]:
    """Some of each kind, with one that stands for the others. Those that are `known` by their keys are named still."""
    named_before = sorted(drifts, key=lambda each: each.key not in known)
    return first_of_each(named_before, lambda each: each.kind, _others, named=lambda each: each.key in known)


def _others(first: NamedDrift, count: int) -> NamedDrift:
    text = f"the same holds for {count} more: {first.message}"
    return first.model_copy(update={"subject": f"{count} more", "message": text, "others": count})


def _named(reacted: Reacted, now: Circumstances) -> NamedDrift:
    drift, finding = reacted.drift, reacted.drift.finding
    adopted = reacted.reaction is Reaction.ADOPT
    return NamedDrift(
        code=finding.code,
        subject=finding.subject,
        message=reacted.message,
        remedy=finding.remedy,
        matters=finding.severity is Severity.BLOCKING,
        blocks=not adopted,
        voids=() if adopted else voided(drift, now.body, now.at),
        excludable=finding.code in NEWBORN | {GROUP_UNDESCRIBED},
        edited_at=drift.edited_at,
        version=drift.version,
        confirmable=not drift.unlike,
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
    return Repair(shows=drift.shows, write=write.id, pair=drift.pair, by_hand=_named(react(drift, left), left))

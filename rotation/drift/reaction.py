"""What follows from drift: a chain of small rules; the first that applies decides.

Which drift has which effect: docs/develop/decisions/0009-drift.md.

The rotation puts nothing right, and passes nothing over, without a reason that can be shown.
"""

from collections.abc import Callable
from enum import StrEnum

from rotation.drift.drift import GROUP_UNDESCRIBED, Drift
from rotation.drift.lists import LIST_EDITED, LIST_TAKEN_UP
from rotation.drift.presented import CERTIFICATES, SILENT
from rotation.drift.standing import last_write, relaxed
from rotation.drift.upgraded import HTTP_SILENT, VERSION_CHANGED, is_relaxing
from rotation.finding import Severity
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Console, Gate, GatePurpose, Recheck, SettingField, Step, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import ListName, Value

_REPAIRS = 2
"""How often a step puts a setting right; when it is undone once more, that is meant, and a person is asked."""
_KEPT_IN_MIND = CERTIFICATES | {LIST_EDITED, LIST_TAKEN_UP, VERSION_CHANGED, GROUP_UNDESCRIBED}
"""Drift that planning again does not settle."""
_IN_AMENDMENT = "the service plans the rest again before the next certificate and asks for an amendment"
_OTHERS_NEEDED = (
    "clients that do not know the new certificate yet may have no other server to take it from: start it, or roll back "
    "where it is down for good; the service plans the rest again before the next certificate"
)
NEWBORN = frozenset({"group-new", "location-new"})
_OF_THE_FUTURE = NEWBORN | {"inheritance-drift", "group-moved", "heartbeat-drift"}
"""Changes of what would be planned; they matter to the swaps that are still to come."""


class Reaction(StrEnum):
    """What follows from one drift."""

    ADOPT = "adopt"
    """The rotation goes on with it. Where it changes the plan, a recheck asks for an amendment."""
    REPAIR = "repair"
    """It is written back and read back, and the gate that it belongs to starts again (rule 12b)."""
    ASK = "ask"
    """A person decides; nothing irreversible happens before."""


class Circumstances(Value):
    """Where the rotation stands."""

    body: PlanBody
    at: str
    """The id of the step that runs."""
    repaired: tuple[str, ...] = ()
    """The subjects of all repairs of this step, one entry for each."""
    left: tuple[str, ...] = ()
    """The subjects that REST was asked to put right, and did not."""

    @property
    def ahead(self) -> tuple[Step, ...]:
        """The steps after the one that runs."""
        return self.body.steps[self.body.steps.index(self.body.step(self.at)) + 1 :]


class Reacted(Value):
    """A drift with what follows from it, and why."""

    drift: Drift
    reaction: Reaction
    why: str

    @property
    def message(self) -> str:
        """What was found, and what follows from it."""
        found = self.drift.finding.message
        match self.reaction:
            case Reaction.ADOPT:
                return f"{found} (the rotation goes on: {self.why})"
            case Reaction.REPAIR:
                return f"{found} (the service puts it right: {self.why})"
            case Reaction.ASK:
                return f"{found} (a person decides: {self.why})"


def react(drift: Drift, now: Circumstances) -> Reacted:
    """What follows from `drift`.

    Order: harmless; planned again before it matters; matters no more; the plan's own setting; else a person is asked.
    """
    for rule in _RULES:
        decided = rule(drift, now)
        if decided is not None:
            return Reacted(drift=drift, reaction=decided[0], why=decided[1])
    return Reacted(drift=drift, reaction=Reaction.ASK, why="the rotation did not set this")


_Decided = tuple[Reaction, str] | None


def _harmless(drift: Drift, _now: Circumstances) -> _Decided:
    if drift.finding.severity is Severity.BLOCKING:
        return None
    return Reaction.ADOPT, "no proof depends on this"


def _planned_again(drift: Drift, now: Circumstances) -> _Decided:
    """The rest is computed again before the next certificate anyway, and a difference is an amendment to approve.

    Not while one is open; and within a wave not for settings, on which the proof of its gates rests. A restore that
    comes before does not write to what was born: it asks about it by itself (rule 17). It cuts off no client at a
    server that is down.
    """
    born, at = drift.finding.code in NEWBORN, now.body.step(now.at)
    down = drift.finding.code == SILENT
    settles = isinstance(at, Gate) and at.purpose is GatePurpose.SWAPPED
    if drift.finding.code in _KEPT_IN_MIND or _replaces(at) or (settles and drift.field is not None):
        return None
    for step in now.ahead:
        if isinstance(step, Recheck):
            return Reaction.ADOPT, _OTHERS_NEEDED if down and settles else _IN_AMENDMENT
        if _replaces(step) or (isinstance(step, Write) and not (born or down)):
            return None
    return None


def _matters_no_more(drift: Drift, now: Circumstances) -> _Decided:
    if drift.finding.code not in _OF_THE_FUTURE or any(_replaces(step) for step in (now.body.step(now.at), *now.ahead)):
        return None
    return Reaction.ADOPT, "all certificates are replaced, so this stays as it is"


def _shown_only(drift: Drift, now: Circumstances) -> _Decided:
    """A closed HTTP port stops what would send clients there. Behind that it is shown: to wait opens no port."""
    if drift.finding.code != HTTP_SILENT or is_relaxing((now.body.step(now.at), *now.ahead)):
        return None
    return Reaction.ADOPT, "gates wait for the clients; open the port, or have their list name the port that is open"


def _ours(drift: Drift, now: Circumstances) -> _Decided:
    """A setting that the plan wrote, and an administrator put back to what it was before, or ticked the other way."""
    owner = next((owner for owner in now.body.scopes if owner.group_id == drift.owner), None)
    if owner is None or drift.pair is None or drift.field is None:
        return None
    if last_write(now.body, now.at, drift.field, owner) is None or not _is_known(drift, owner, now.body):
        return None
    if drift.finding.subject in now.left:
        return Reaction.ASK, "SEPM's REST API did not put it right: do it in the console, or retry"
    if now.repaired.count(drift.finding.subject) >= _REPAIRS:
        count, again = _REPAIRS, "find out who changes it, or retry, and the service puts it right once more"
        return Reaction.ASK, f"the service put it right {count} times, and it was changed again: {again}"
    return Reaction.REPAIR, "the plan set this, and proof rests on it"


def _is_known(drift: Drift, owner: OwnerScope, body: PlanBody) -> bool:
    """Whether a pair shows one of its own two lists: a third one is an administrator's decision."""
    if drift.field is SettingField.SECURE_COMMUNICATIONS:
        return True
    planned = next(pair for pair in owner.pairs if drift.pair and pair.location_id == drift.pair.location_id)
    return ListName(drift.shows) in {planned.server_list, relaxed(body, planned)[0]}


def _replaces(step: Step) -> bool:
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)


_RULES: tuple[Callable[[Drift, Circumstances], _Decided], ...] = (
    _harmless,
    _shown_only,
    _planned_again,
    _matters_no_more,
    _ours,
)

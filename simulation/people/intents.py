"""What the people around a simulated rotation want to do, by what they see, and when they begin."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from rotation.plan.step import Gate
from rotation.proof.reading import is_put_back
from rotation.running.attention import CANARY_HELD, GIVE_BACK, PLAN_ON_TRUST
from rotation.running.open_task import OpenTask
from rotation.running.state import RotationState
from simulation.drawn.chance import Chance
from simulation.drawn.scenario import Scenario
from simulation.people import looks, stopping
from simulation.people.console import ConsolePeople
from simulation.people.operator import Operator
from workflows.steps.reference import NOT_MOVED

OPERATOR = "olga"
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_SAY_AGAIN = timedelta(minutes=10)
_GIVES_UP = 200
"""How often the operator tries at the console what it refuses, for example at a server that is down for good."""
_IN_VAIN = 20
"""How often the operator reports that a server that does not answer has its new certificate."""
_SEVERAL = 3
"""For fewer clients a person does not put certificates back."""
_REFUSING = "refusing"
_BY_A_WAY_BACK = frozenset({"signs-with-former-key", stopping.STRANDED})


class Intent(NamedTuple):
    """Something that a person wants to do, named by what it is about."""

    about: str
    subject: str


@dataclass
class Held:
    """A task that the operator holds."""

    worked: bool = False
    begun: bool = False
    """Whether the site was just looked at for it: the work is done within ten minutes (rule 19)."""
    refusals: int = 0
    """How often the product has refused the report that it was done."""
    in_vain: int = 0
    """How often the console has refused the work."""
    not_before: datetime | None = None
    """When the operator goes on: back from an absence, or to look at clients again."""
    evidence: dict[str, str] = field(default_factory=dict)


class Intents:
    """What all people intend, and how often they have tried."""

    def __init__(self, scenario: Scenario, operator: Operator, console: ConsolePeople, chance: Chance) -> None:
        self._scenario, self._operator, self._console, self._chance = scenario, operator, console, chance
        self._tries: dict[Intent, int] = {}
        self.held: dict[str, Held] = {}
        """The tasks that the operator holds, by id."""

    def tries(self, about: str, subject: str) -> int:
        """How often they have tried that."""
        return self._tries.get(Intent(about, subject), 0)

    def begun(self, intent: Intent) -> None:
        """Count one more try."""
        self._tries[intent] = self._tries.get(intent, 0) + 1

    def seen(self, state: RotationState) -> list[Intent]:
        """What they intend, by what they see."""
        codes = {each.code for each in state.attention}
        intents: list[Intent | None] = [
            Intent("attention", each.code)
            for each in state.attention
            if each.options
            and each.code != PLAN_ON_TRUST
            and not (each.code in _BY_A_WAY_BACK and self._wants_back(state))
        ]
        if any(each.code == NOT_MOVED and not each.options for each in state.attention):
            intents.append(Intent("put right", NOT_MOVED))
        if _is_to_publish(state, codes):
            intents.append(Intent("put right", _REFUSING))
        if state.held_by:
            intents.append(Intent("resume", state.held_by))
        if self._wants_back(state):
            intents.append(Intent("back", "cut off"))
        if not state.swapped and not state.withdrawing and self._gives_up(state, codes):
            intents.append(Intent("cancel", "server"))
        if state.task is not None:
            intents.append(self._about_task(state, state.task))
        if self._console.exports and state.wait is not None:
            intents.append(Intent("export", state.wait.step))
        if self._console.only and state.task is not None and _lacks_proof(state.task):
            intents.append(Intent("export", state.task.id))
        open_now = state.task.id if state.task is not None else None
        intents.extend(
            Intent("go on", task) for task, held in self.held.items() if task != open_now and not held.worked
        )
        return [intent for intent in intents if intent is not None]

    def _wants_back(self, state: RotationState) -> bool:
        """Whether a person rolls back: clients refuse or were cut off, or the console refuses the work."""
        if not state.swapped or state.rolling_back is not None or state.outline.purpose != "rotate":
            return False
        codes = {attention.code for attention in state.attention}
        old = looks.takes_back(state, self.tries("attention", looks.ASKED), self._scenario.looks)
        old = old or stopping.takes_back(codes, self.tries("attention", stopping.STRANDED))
        in_vain = _REFUSING in codes and self.tries("put right", _REFUSING)
        if in_vain or "signs-with-former-key" in codes or old or self._gives_up(state, codes):
            return True
        reading = state.wait.reading if state.wait is not None else None
        if "silent-after-swap" not in codes or reading is None or reading.silent_after_swap < _SEVERAL:
            return False
        names = reading.silent_names
        return self._operator.finds_cut_off(names) or self._operator.finds_shut_out(names)

    def _gives_up(self, state: RotationState, codes: Collection[str]) -> bool:
        """Whether the console has refused the work, or a server has not come up, for long."""
        down = any(drift.code == "server-silent" and drift.blocks for drift in state.drift)
        return (down and self.tries("attention", "drift") > _IN_VAIN) or any(
            held.in_vain > _GIVES_UP or (held.refusals > _IN_VAIN and "due-server-silent" in codes)
            for held in self.held.values()
        )

    def _about_task(self, state: RotationState, task: OpenTask) -> Intent | None:
        held = self.held.get(task.id)
        if task.claimed_by != OPERATOR or held is None:
            return Intent("claim", task.id)
        if state.withdrawing:
            return Intent("give back", task.id)
        codes = {attention.code for attention in state.attention}
        if GIVE_BACK in codes and not held.worked:
            return Intent("give back", task.id)
        if "task-wrong" in codes:
            others_did = "proof-lapsed" in codes and not held.worked  # another server is meant
            return Intent("put right" if self._operator.hands.owes or others_did else "correct", task.id)
        if "proof-lapsed" in codes and not held.worked:
            return None  # the product asks not to do it now
        if held.in_vain > _IN_VAIN and stopping.starts(state):
            return Intent("give back", task.id)  # it does not come up
        return Intent("say done" if held.worked else "work", task.id)

    def begins(self, intent: Intent, state: RotationState, now: datetime) -> datetime:
        """When they begin with it."""
        held = self.held.get(intent.subject)
        at = now + self._delay(intent, state)
        return max(at, held.not_before) if held is not None and held.not_before is not None else at

    def _delay(self, intent: Intent, state: RotationState) -> timedelta:
        pace, tries = self._scenario.pace, self.tries(*intent)
        occasion = (*intent, tries)
        match intent.about:
            case "work" if (held := self.held.get(intent.subject)) is not None and held.begun:
                return self._chance.between(_MINUTE, 8 * _MINUTE, *occasion)
            case "work" | "correct" | "put right" | "go on":
                return self._chance.between(pace.work / 8, pace.work, *occasion)
            case "export":
                beat = state.wait.heartbeat if state.wait is not None else pace.first
                return min(beat * 1.1 * _doubled(tries, 64), max(_DAY, beat * 1.1))
            case "say done" | "give back":
                return _SAY_AGAIN * _doubled(tries, 64)
            case _:
                drawn = self._chance.between(pace.first, pace.last, *occasion)
                return drawn * _doubled(tries, 16)


def _is_to_publish(state: RotationState, codes: Collection[str]) -> bool:
    """Whether the product asks to have a server publish again: clients take no policy that it signs, or stay away."""
    put_back = isinstance(state.step, Gate) and is_put_back(state.step)
    return _REFUSING in codes or (put_back and bool({CANARY_HELD, "silent-after-write"} & set(codes)))


def _lacks_proof(task: OpenTask) -> bool:
    """Whether the claim of a replacement was refused, or its proof has lapsed since it was claimed."""
    return task.refused is not None or task.lapsed_at is not None


def _doubled(tries: int, most: int) -> int:
    """How much longer a person waits after that many tries."""
    return min(int(2 ** min(tries, 16)), most)

"""The people around a simulated rotation: who works at the console, who decides, and what they do unasked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from rotation.plan.step import Console
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate, TaskState
from rotation.running.attention import PLAN_DIFFERS, PLAN_ON_TRUST
from rotation.running.message import Message, Move, Reply
from rotation.running.open_task import OpenTask
from rotation.running.state import RotationState
from rotation.values import TaskId
from service.open_swaps import WATCH
from simulation.drawn.chance import Chance
from simulation.drawn.scenario import START, Scenario, ScriptedMove, Since
from simulation.people import looks, stopping
from simulation.people.answers import choose
from simulation.people.console import ConsolePeople
from simulation.people.moments import reached
from simulation.people.networks import NetworkPeople
from simulation.people.operator import Operator
from simulation.people.watchman import Watchman
from store.store import Store

_OPERATOR, _OWNER, _SECOND = "olga", "ann", "eve"
_MINUTE, _DAY, _LONGER = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
_SAY_AGAIN = timedelta(minutes=10)
_GIVES_UP = 200
"""How often the operator tries at the console what it refuses, for example at a server that is down for good."""
_IN_VAIN = 20
"""How often the operator reports that a server that does not answer has its new certificate."""
_SEVERAL = 3
"""For fewer clients a person does not put certificates back."""
_BY_A_WAY_BACK = frozenset({"signs-with-former-key", stopping.STRANDED})
_WITHOUT_A_LOOK = 0.3
"""The share of replacements that are begun long after the claim without another look: it is not demanded."""
_SAYS = 3
"""How often the operator reports that a task is done before looking at the console again."""


class _Wish(NamedTuple):
    """Something that a person wants to do, named by what it is about."""

    about: str
    subject: str


@dataclass
class _Held:
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


class People:
    """The people around one rotation. They see its state as the API shows it, and nothing else of it."""

    def __init__(
        self,
        scenario: Scenario,
        operator: Operator,
        store: Store,
        console: ConsolePeople,
        watchman: Watchman,
        *,
        networks: NetworkPeople,
    ) -> None:
        self._console, self._watchman, self._networks = console, watchman, networks
        self._scenario, self._operator, self._store = scenario, operator, store
        self._chance = Chance(scenario.seed)
        self._agenda: dict[_Wish, datetime] = {}
        self._tries: dict[_Wish, int] = {}
        self._waiting: dict[str, _Wish] = {}
        """Wishes whose message has not been answered yet, by request id."""
        self._held: dict[str, _Held] = {}
        self._acts = dict(enumerate(scenario.acts))
        self._began: dict[Since, datetime] = {Since.BEGIN: START}
        self._watch_at: datetime | None = None
        self._requests = 0
        self._state: RotationState | None = None
        self.shown: set[str] = set()
        """The codes of all attention and refusals that they were shown."""
        self._follows(Since.BEGIN, START)

    def due(self, state: RotationState, now: datetime) -> datetime | None:
        """When a person acts next: what they see now is put on the agenda, what is gone is taken off it."""
        self._state = state
        self.shown.update(each.code for each in state.attention)
        for since in reached(state):
            if since not in self._began:
                self._began[since] = now
                self._follows(since, now)
        unanswered = set(self._waiting.values())
        wishes = [wish for wish in self._wishes(state) if wish not in unanswered]
        self._agenda = {wish: self._agenda.get(wish) or self._begins(wish, now) for wish in wishes}
        unasked = [at for act in self._acts.values() if (at := self._moment(act)) is not None]
        watched = self._watchman.due(state, now)
        self._watch_at = watched if self._watch_at is None or watched is None else min(watched, self._watch_at)
        moments = [*self._agenda.values(), *(max(now, at) for at in unasked)]
        return min([*moments, *([self._watch_at] if self._watch_at is not None else [])], default=None)

    def _follows(self, since: Since, now: datetime) -> None:
        """Schedule the site events that follow that moment."""
        for each in self._scenario.follows:
            if each.since is since:
                self._operator.befall(each.site_event, now + each.after)

    def _moment(self, act: ScriptedMove) -> datetime | None:
        """When a person does it of their own accord; None while that is not known."""
        since = self._began.get(act.since)
        return None if since is None else since + act.after

    async def act(self, now: datetime) -> Message | None:
        """Do what is due."""
        moments = {number: self._moment(act) for number, act in self._acts.items()}
        unasked = [number for number, at in moments.items() if at is not None and at <= now]
        if unasked:
            act = self._acts.pop(unasked[0])
            return self._message(act.move, _OWNER, why="of their own accord", by=act.by)
        if self._watch_at is not None and self._watch_at <= now:
            self._watch_at = None
            moved = await self._watchman.look(self._seen)
            task = self._seen.task
            return self._message(Move.SITE_MOVED, WATCH, task_id=task.id) if moved and task is not None else None
        wish = min(self._agenda, key=lambda each: self._agenda[each])
        del self._agenda[wish]
        self._tries[wish] = self._tries.get(wish, 0) + 1
        if wish.about == "work" and self._asks_to_begin(now):
            message: Message | None = self._message(Move.BEGIN_TASK, _OPERATOR, task_id=wish.subject)
        else:
            message = await self._fulfil(wish, now)
        if message is not None:
            self._waiting[message.request_id] = wish
        return message

    def hear(self, message: Message, reply: Reply) -> None:
        """Take the answer to a message."""
        self.shown.update(each.code for each in reply.findings)
        self._waiting.pop(message.request_id, None)
        if message.move is Move.CLAIM_TASK and reply.accepted and message.task_id:
            self._held.setdefault(message.task_id, _Held())
        if message.move is Move.TASK_REFUSED and reply.accepted:
            self._held.pop(message.task_id or "", None)
        held = self._held.get(message.task_id or "")
        if message.move is Move.BEGIN_TASK and held is not None:
            held.begun = reply.accepted
        if message.move is Move.TASK_DONE and not reply.accepted and held is not None:
            held.refusals += 1
            held.worked = held.refusals % _SAYS != 0

    @property
    def _seen(self) -> RotationState:
        if self._state is None:
            raise AssertionError("nobody has seen the rotation yet")
        return self._state

    # -- what they want ---------------------------------------------------------------------------

    def _wishes(self, state: RotationState) -> list[_Wish]:
        wishes: list[_Wish | None] = [
            _Wish("attention", each.code)
            for each in state.attention
            if each.options
            and each.code != PLAN_ON_TRUST
            and not (each.code in _BY_A_WAY_BACK and self._wants_back(state))
        ]
        if state.held_by:
            wishes.append(_Wish("resume", state.held_by))
        if self._wants_back(state):
            wishes.append(_Wish("back", "cut off"))
        if not state.swapped and not state.withdrawing and self._gives_up({each.code for each in state.attention}):
            wishes.append(_Wish("cancel", "server"))
        if state.task is not None:
            wishes.append(self._about_task(state, state.task))
        if self._console.exports and state.wait is not None:
            wishes.append(_Wish("export", state.wait.step))
        if self._console.only and state.task is not None and _lacks_proof(state.task):
            wishes.append(_Wish("export", state.task.id))
        open_now = state.task.id if state.task is not None else None
        wishes.extend(_Wish("go on", task) for task, held in self._held.items() if task != open_now and not held.worked)
        return [wish for wish in wishes if wish is not None]

    def _wants_back(self, state: RotationState) -> bool:
        """Whether a person rolls back: clients refuse or were cut off, or the console refuses the work."""
        if not state.swapped or state.rolling_back is not None or state.outline.purpose != "rotate":
            return False
        codes = {attention.code for attention in state.attention}
        old = looks.takes_back(state, self._tries.get(_Wish("attention", looks.ASKED), 0))
        old = old or stopping.takes_back(codes, self._tries.get(_Wish("attention", stopping.STRANDED), 0))
        if codes & {"refusing", "signs-with-former-key"} or old or self._gives_up(codes):
            return True
        reading = state.wait.reading if state.wait is not None else None
        if "silent-after-swap" not in codes or reading is None or reading.silent_after_swap < _SEVERAL:
            return False
        return self._operator.finds_cut_off(reading.silent_names)

    def _gives_up(self, codes: Collection[str]) -> bool:
        """Whether the console has refused the work, or a server has not come up, for long."""
        down = any(drift.code == "server-silent" and drift.blocks for drift in self._seen.drift)
        return (down and self._tries.get(_Wish("attention", "drift"), 0) > _IN_VAIN) or any(
            held.in_vain > _GIVES_UP or (held.refusals > _IN_VAIN and "due-server-silent" in codes)
            for held in self._held.values()
        )

    def _about_task(self, state: RotationState, task: OpenTask) -> _Wish | None:
        held = self._held.get(task.id)
        if task.claimed_by != _OPERATOR or held is None:
            return _Wish("claim", task.id)
        if state.withdrawing:
            return _Wish("give back", task.id)
        codes = {attention.code for attention in state.attention}
        if "task-wrong" in codes:
            return _Wish("put right" if self._operator.hands.owes else "correct", task.id)
        if "proof-lapsed" in codes and not held.worked:
            return None  # the product asks not to do it now
        if held.in_vain > _IN_VAIN and stopping.starts(state):
            return _Wish("give back", task.id)  # it does not come up
        return _Wish("say done" if held.worked else "work", task.id)

    def _begins(self, wish: _Wish, now: datetime) -> datetime:
        held = self._held.get(wish.subject)
        at = now + self._delay(wish)
        return max(at, held.not_before) if held is not None and held.not_before is not None else at

    def _delay(self, wish: _Wish) -> timedelta:
        pace, tries = self._scenario.pace, self._tries.get(wish, 0)
        occasion = (*wish, tries)
        match wish.about:
            case "work" if (held := self._held.get(wish.subject)) is not None and held.begun:
                return self._chance.between(_MINUTE, 8 * _MINUTE, *occasion)
            case "work" | "correct" | "put right" | "go on":
                return self._chance.between(pace.work / 8, pace.work, *occasion)
            case "export":
                beat = self._seen.wait.heartbeat if self._seen.wait is not None else pace.first
                return min(beat * 1.1 * _doubled(tries, 64), max(_DAY, beat * 1.1))
            case "say done" | "give back":
                return _SAY_AGAIN * _doubled(tries, 64)
            case _:
                drawn = self._chance.between(pace.first, pace.last, *occasion)
                return drawn * _doubled(tries, 16)

    # -- what they do -----------------------------------------------------------------------------

    async def _fulfil(self, wish: _Wish, now: datetime) -> Message | None:
        match wish.about:
            case "claim":
                return self._message(Move.CLAIM_TASK, _OPERATOR, task_id=wish.subject)
            case "work" | "correct":
                await self._work(wish.subject, now)
                return None
            case "put right" | "go on":
                held_on = wish.about == "go on"
                await (
                    self._go_on(wish.subject) if held_on else self._operator.put_right(self._seen, self._store.plans)
                )
                return None
            case "say done":
                return await self._say_done(wish.subject)
            case "give back":
                return await self._give_back(wish.subject)
            case "export":
                await self._console.export(now)
                return self._message(Move.LOOK_AGAIN, _OPERATOR) if self._seen.wait is not None else None
            case "resume" | "back" | "cancel":
                move, why = _OWNERS_MOVES[wish.about]
                return self._message(move, _OWNER, why=why)
            case _:
                await self._console.count_again(self._seen, now)
                decision = await self._decide(wish.subject)
                if wish.subject == PLAN_DIFFERS:
                    # a network that has come into the plan may be what stands in the way
                    await self._networks.run_script()
                if decision is not None and decision.move is not Move.APPROVE:  # what is approved is right as it is
                    await self._operator.put_right(self._seen, self._store.plans)
                return decision

    def _asks_to_begin(self, now: datetime) -> bool:
        """Whether the operator of a replacement has the site looked at first: the claim was longer ago."""
        task, step = self._seen.task, self._seen.step
        if task is None or not isinstance(step, Console) or not isinstance(step.work, ReplaceCertificate):
            return False
        if self._chance.happens(_WITHOUT_A_LOOK, "without a look", task.id):
            return False
        return task.begin_until is None or task.begin_until < now

    async def _work(self, task_id: str, now: datetime) -> None:
        held = self._held[task_id]
        held.begun = False
        task = await self._task(task_id)
        absence = self._operator.absence(task)
        if absence:
            held.not_before = now + absence
            return
        evidence = await self._operator.do(task)
        held.not_before = looks.again_at(task.work, now) if evidence is None else None
        if evidence is not None:
            held.worked, held.evidence = True, evidence
        elif held.not_before is None:
            held.in_vain += 1

    async def _go_on(self, task_id: str) -> None:
        """Do a task that the operator was not asked to give back, and still has at the console."""
        self._held.pop(task_id)
        task = await self._store.tasks.get(TaskId(task_id))
        if task.state is TaskState.WITHDRAWN:
            await self._operator.do(task)

    async def _task(self, task_id: str) -> ConsoleTask:
        if self._state is None or self._state.task is None:
            raise AssertionError(f"nobody sees task {task_id}")
        return await self._store.tasks.get(self._state.task.id)

    async def _say_done(self, task_id: str) -> Message:
        """Report a task as done, with the evidence of the work, and what the console shows now."""
        shown = self._console.shown(await self._store.tasks.get(TaskId(task_id)))
        evidence = self._held[task_id].evidence | shown
        return self._message(Move.TASK_DONE, _OPERATOR, task_id=task_id, attestation=evidence)

    async def _give_back(self, task_id: str) -> Message:
        if self._held[task_id].worked:
            return await self._say_done(task_id)
        return self._message(Move.TASK_REFUSED, _OPERATOR, task_id=task_id, why="not begun yet")

    async def _decide(self, code: str) -> Message | None:
        if self._state is None:
            return None
        attention = next((each for each in self._state.attention if each.code == code), None)
        if attention is None:
            return None
        tries = self._tries[_Wish("attention", code)]
        attention, move = choose(attention, tries, self._seen, self._operator, self._scenario.networking.when_shut)
        who, question = _SECOND if move is Move.APPROVE else _OWNER, attention.question
        if move is Move.STATE_GATE:
            states = await self._console.states(self._seen)
            why = "looked at the groups' pages"
            return self._message(move, who, why=why, attestation=states, question=question)
        by = _LONGER if move is Move.EXTEND else None
        return self._message(move, who, why="decided", by=by, question=question)

    def _message(
        self,
        move: Move,
        who: str,
        *,
        why: str = "",
        by: timedelta | None = None,
        task_id: str | None = None,
        attestation: dict[str, str] | None = None,
        question: str = "",
    ) -> Message:
        self._requests += 1
        return Message.model_validate(
            {
                "move": move,
                "rotation_id": self._seen.rotation_id,
                "who": who,
                "identity": who,
                "why": why,
                "request_id": f"request-{self._requests}",
                "by": by,
                "question": question,
                "task_id": task_id,
                "attestation": attestation or {},
            }
        )


_OWNERS_MOVES = {
    "resume": (Move.RESUME, ""),
    "cancel": (Move.CANCEL, "the server does not come up"),
    "back": (Move.ROLL_BACK, "clients refuse what the new certificate signs, or know no server any more"),
}


def _lacks_proof(task: OpenTask) -> bool:
    """Whether the claim of a replacement was refused, or its proof has lapsed since it was claimed."""
    return task.refused is not None or task.lapsed_at is not None


def _doubled(tries: int, most: int) -> int:
    """How much longer a person waits after that many tries."""
    return min(int(2 ** min(tries, 16)), most)

"""The people around a simulated rotation: who works at the console, who decides, and what they do unasked."""

from datetime import datetime, timedelta

from rotation.plan.step import Console
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate, TaskState
from rotation.running.attention import PLAN_DIFFERS
from rotation.running.message import Message, Move, Reply
from rotation.running.state import RotationState
from rotation.values import TaskId
from service.open_swaps import WATCH
from simulation.drawn.chance import Chance
from simulation.drawn.scenario import START, Scenario, ScriptedMove, Since
from simulation.people import looks
from simulation.people.answers import choose
from simulation.people.console import ConsolePeople
from simulation.people.intents import OPERATOR, Held, Intent, Intents
from simulation.people.moments import reached
from simulation.people.networks import NetworkPeople
from simulation.people.operator import Operator
from simulation.people.watchman import Watchman
from store.store import Store

_OWNER, _SECOND = "ann", "eve"
_LONGER = timedelta(days=7)
_WITHOUT_A_LOOK = 0.3
"""The share of replacements that are begun long after the claim without another look: it is not demanded."""
_SAYS = 3
"""How often the operator reports that a task is done before looking at the console again."""


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
        self._intents = Intents(scenario, operator, console, self._chance)
        self._agenda: dict[Intent, datetime] = {}
        self._waiting: dict[str, Intent] = {}
        """Intents whose message has not been answered yet, by request id."""
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
        intents = [intent for intent in self._intents.seen(state) if intent not in unanswered]
        self._agenda = {
            intent: self._agenda.get(intent) or self._intents.begins(intent, state, now) for intent in intents
        }
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
            reported = await self._watchman.look(self._seen)
            if reported is None:
                return None
            return self._message(Move.SITE_MOVED, WATCH, task_id=reported.task_id, why=reported.why)
        intent = min(self._agenda, key=lambda each: self._agenda[each])
        del self._agenda[intent]
        self._intents.begun(intent)
        if intent.about == "work" and self._asks_to_begin(now):
            message: Message | None = self._message(Move.BEGIN_TASK, OPERATOR, task_id=intent.subject)
        else:
            message = await self._fulfil(intent, now)
        if message is not None:
            self._waiting[message.request_id] = intent
        return message

    def hear(self, message: Message, reply: Reply) -> None:
        """Take the answer to a message."""
        self.shown.update(each.code for each in reply.findings)
        self._waiting.pop(message.request_id, None)
        if message.move is Move.SITE_MOVED:
            self._watchman.hear(accepted=reply.accepted)
        if message.move is Move.CLAIM_TASK and reply.accepted and message.task_id:
            self._intents.held.setdefault(message.task_id, Held())
        if message.move is Move.TASK_REFUSED and reply.accepted:
            self._intents.held.pop(message.task_id or "", None)
        held = self._intents.held.get(message.task_id or "")
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

    async def _fulfil(self, intent: Intent, now: datetime) -> Message | None:
        match intent.about:
            case "claim":
                return self._message(Move.CLAIM_TASK, OPERATOR, task_id=intent.subject)
            case "work" | "correct":
                await self._work(intent.subject, now)
                return None
            case "put right" | "go on":
                held_on = intent.about == "go on"
                await (
                    self._go_on(intent.subject) if held_on else self._operator.put_right(self._seen, self._store.plans)
                )
                return None
            case "say done":
                return await self._say_done(intent.subject)
            case "give back":
                return await self._give_back(intent.subject)
            case "export":
                await self._console.export(now)
                return self._message(Move.LOOK_AGAIN, OPERATOR) if self._seen.wait is not None else None
            case "resume" | "back" | "cancel":
                move, why = _OWNERS_MOVES[intent.about]
                return self._message(move, _OWNER, why=why)
            case _:
                await self._console.count_again(self._seen, now)
                decision = await self._decide(intent.subject)
                if intent.subject == PLAN_DIFFERS:
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
        held = self._intents.held[task_id]
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
        self._intents.held.pop(task_id)
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
        evidence = self._intents.held[task_id].evidence | shown
        return self._message(Move.TASK_DONE, OPERATOR, task_id=task_id, attestation=evidence)

    async def _give_back(self, task_id: str) -> Message:
        if self._intents.held[task_id].worked:
            return await self._say_done(task_id)
        return self._message(Move.TASK_REFUSED, OPERATOR, task_id=task_id, why="not begun yet")

    async def _decide(self, code: str) -> Message | None:
        if self._state is None:
            return None
        attention = next((each for each in self._state.attention if each.code == code), None)
        if attention is None:
            return None
        tries = self._intents.tries("attention", code)
        attention, move = choose(attention, tries, self._seen, self._operator, self._scenario)
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

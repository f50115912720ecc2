"""A rotation played in this process on simulated time: the same loop and activities as on Temporal, in a second."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import isawaitable
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

from activities.registry import all_activities
from emulator.scenarios import three_servers
from emulator.spec import SiteSpec
from rotation.plan.plan import PlanBody
from rotation.plan.request import Unproven
from rotation.plan.step import Console
from rotation.running.attention import Attention
from rotation.running.message import Message, Move, Reply
from rotation.running.question import ANSWERS
from rotation.running.state import Outcome, RotationState
from rotation.site import Limits
from service.open_swaps import WATCH
from simulation.drawn.scenario import Scenario
from simulation.played.host import Bystanders, SimulatedHost
from simulation.played.run import Planned
from simulation.played.stage import ROTATION, Stage
from store.rotation.events import Event
from tests.quick import PACE, QUICK
from tests.workflows.surroundings import Hands
from workflows.run import run_rotation

HEARTBEAT = timedelta(minutes=5)
LONGEST = timedelta(days=30)


def three(**fields: object) -> SiteSpec:
    """Three servers, groups that fail over, one that is relaxed; no client is away for long."""
    spec = three_servers(clients=10, heartbeat=HEARTBEAT, returns=(2 * HEARTBEAT, 4 * HEARTBEAT))
    return spec.model_copy(update=fields)


@dataclass
class Deed:
    """What a person does, once, as soon as they see the rotation in some state."""

    when: Callable[[RotationState], object]
    do: Callable[["Play"], object | Awaitable[object]]
    after: timedelta = timedelta(0)
    follows: "Deed | None" = None
    """What has to be done and answered before they look at all."""
    seen_at: datetime | None = None
    done: bool = False
    saw: RotationState | None = None
    """The rotation as it was when they did it."""
    sent: Message | None = None
    answer: Reply | None = None
    """The reply to their message."""

    def looks(self) -> bool:
        """Whether they wait for what they want to see."""
        before = self.follows
        return self.seen_at is None and (before is None or (before.done and (not before.sent or bool(before.answer))))


@dataclass
class Play(Bystanders):
    """One rotation: its people do what is asked of them, and others what the test has them do."""

    stage: Stage
    deeds: list[Deed]
    absent: Callable[[RotationState], object] = lambda _: False
    """While it holds, no person does what is asked."""
    leaving: set[str] = field(default_factory=set)
    """The kinds of console work that no person does unless the test has them do it."""
    state: RotationState | None = None
    body: PlanBody | None = None
    """The plan that ran last."""
    replies: list[tuple[Message, Reply]] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Code and message of everything that was ever shown as attention."""
    trail: tuple[Event, ...] = ()
    planned: Planned = Stage.plan
    """How its plan is made."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What a person keeps for later, by a name of the test's."""
    _requests: int = 0

    async def __aenter__(self) -> Self:
        await self.stage.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stage.__aexit__(kind, error, trace)

    async def run(self) -> Outcome:
        """Play it to its end."""
        plan = await self.planned(self.stage)
        self.state = await self.stage.begin(plan)
        stage = self.stage
        host = SimulatedHost(self.activities(), stage.clock, self, until=stage.clock.now() + LONGEST)
        outcome = await run_rotation(host.run(self.state))
        self.trail = await self.stage.trail()
        self.body = await self.plan()
        return outcome

    def activities(self) -> list[Callable[..., Any]]:
        """What the rotation has done for it."""
        return all_activities(self.stage.store, self.stage.world)

    async def plan(self) -> PlanBody:
        """The plan that runs."""
        if self.state is None:
            raise AssertionError("nothing was begun")
        return (await self.stage.store.plans.get(self.state.plan_id)).body

    def due(self, state: RotationState, now: datetime) -> datetime | None:
        """When a person acts next."""
        self.state = state
        self.asked |= {(each.code, each.message) for each in state.attention}
        moments = []
        for deed in self.deeds:
            if deed.looks() and deed.when(state):
                deed.seen_at = now
            if deed.seen_at is not None and not deed.done:
                moments.append(deed.seen_at + deed.after)
        away = self.absent(state) or work_of(state) in self.leaving
        others = None if away else self.stage.people.due(state, now)
        return min([*moments, *([others] if others else [])], default=None)

    async def act(self, now: datetime) -> Message | None:
        """Do what is due."""
        for deed in self.deeds:
            if deed.seen_at is not None and not deed.done and deed.seen_at + deed.after <= now:
                deed.done, deed.saw = True, self.state and self.state.model_copy()
                self.stage.simulation.advance_to(now)
                done = deed.do(self)
                sent = await done if isawaitable(done) else done
                deed.sent = sent if isinstance(sent, Message) else None
                return deed.sent
        return await self.stage.people.act(now)

    def hear(self, message: Message, reply: Reply) -> None:
        """Keep the reply to a message."""
        self.replies.append((message, reply))
        for deed in self.deeds:
            if deed.sent == message:
                deed.answer = reply
        self.stage.people.hear(message, reply)

    # -- what tests do and see --------------------------------------------------------------------

    @property
    def hands(self) -> Hands:
        """The hands of an operator at the console."""
        return Hands(self.stage.simulation, self.stage.store)

    def say(self, move: Move, who: str = "ann", why: str = "because", **fields: object) -> Message:
        """Something that a person says to the rotation."""
        self._requests += 1
        known = {
            "move": move,
            "rotation_id": ROTATION,
            "who": who,
            "identity": who,
            "why": why,
            "request_id": f"t-{self._requests}",
            "question": question(self.state, move) if move in ANSWERS else "",
        }
        return Message.model_validate({**known, **fields})

    def settings(self) -> dict[tuple[str, str], tuple[str, bool]]:
        """The list and the secure communications of every pair, as the site has them."""
        site = self.stage.simulation.site
        return {
            (group.path, location.name): (site.server_lists[each.server_list].name, each.secure_communications)
            for group, location, each in site.pairs()
        }

    def moves(self) -> list[str]:
        """The messages of people, as they were obeyed; those of the watch are left out."""
        obeyed = [event.message for event in self.trail if event.kind == "message"]
        return [message for message in obeyed if f" by {WATCH}" not in message]

    def lost(self) -> list[str]:
        """The clients that have ever lost the site, by the emulator's own verdict."""
        return [f"{client.name}: {client.why}" for client in self.stage.simulation.verdict().lost_ever]

    def named(self, kind: str) -> list[tuple[str, str]]:
        """Code and subject of the events of a kind, in their order."""
        return [(each.data.get("code", ""), each.data.get("subject", "")) for each in self.trail if each.kind == kind]


def play(
    *deeds: Deed, spec: SiteSpec | None = None, limits: Limits = QUICK, planned: Planned = Stage.plan, **fields: object
) -> Play:
    """A rotation of three servers, and what happens around it."""
    known = {"seed": 1, "spec": spec or three(), "limits": limits, "unproven": Unproven.APPROVE, "pace": PACE}
    return Play(Stage(Scenario.model_validate({**known, **fields})), list(deeds), planned=planned)


def in_turn(*deeds: Deed) -> tuple[Deed, ...]:
    """What is done one after the other: each waits until the one before is done, and its message is answered."""
    for before, deed in pairwise(deeds):
        deed.follows = before
    return deeds


def work_of(state: RotationState) -> str:
    """The kind of console work that waits to be done; empty when there is none."""
    step = state.step
    return step.work.kind if state.task is not None and isinstance(step, Console) else ""


def asked(code: str) -> Callable[[RotationState], bool]:
    """Whether attention of that code is shown."""
    return lambda state: any(each.code == code for each in state.attention)


def asks(state: RotationState) -> bool:
    """Whether the rotation waits for a decision of a person."""
    return any(each.options for each in state.attention)


def question(state: RotationState | None, move: Move) -> str:
    """The token of the first question that offers the move; empty where there is none."""
    shown = state.attention if state else ()
    return next((each.question for each in shown if move in each.options), "")


def attention(state: RotationState | None, code: str) -> Attention:
    """The attention of that code."""
    return next(each for each in (state.attention if state else ()) if each.code == code)


def at(number: str, wave: int = 0) -> Callable[[RotationState], bool]:
    """Whether the rotation is at the step of that number in that wave, and waits."""

    def is_there(state: RotationState) -> bool:
        step = state.step
        waits = state.wait is not None or state.task is not None
        return step is not None and (step.number, step.wave) == (number, wave) and waits

    return is_there

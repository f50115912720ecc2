"""RotateSite: the durable workflow that rotates, or restores, one site."""

from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from engine.contract import NEXT_ACT_QUERY, REFUSED_INPUT, ROTATE_WORKFLOW, STATE_QUERY, RotateInput, RotateResult
    from rotation.plan.outline import Outline
    from rotation.running.message import (
        HEARD_QUERY,
        WITHDRAW_SIGNAL,
        Heard,
        Inquiry,
        Message,
        Move,
        Withdrawal,
    )
    from rotation.running.moves import refusal
    from rotation.running.refused_input import RefusedInput, RefusedKind
    from rotation.running.state import RotationState
    from rotation.standing.next_act import next_act
    from rotation.standing.records import NextAct
    from workflows.admission import NotAdmitted, admit
    from workflows.hosts.temporal_host import TemporalHost
    from workflows.inbox import hear, heard, withdraw
    from workflows.run import run_rotation
    from workflows.running import ContinueAsNew, Running


@workflow.defn(name=ROTATE_WORKFLOW)
class RotateSite:
    """Runs an approved plan step by step: relax, wait for proof, have certificates replaced, wait, restore.

    1. start: the plan is loaded by its id, and held against the hash that was approved; or the state is taken over from
       the run before
    2. `run_rotation` runs the plan; every message is a signal; a client may ask for its reply once the loop has read it
    3. a long history goes on as a new one with the same state
    """

    def __init__(self) -> None:
        # no @workflow.init: the SDK would call it with whatever a client has sent, and fail for ever
        self._run_loop: Running | None = None
        self._early: list[Callable[[], None]] = []

    @property
    def run_loop(self) -> Running:
        """The loop that runs the plan.

        Raises:
            ApplicationError: when it has not begun, as where the start was refused.
        """
        if self._run_loop is None:
            raise ApplicationError("this rotation was not begun: its start was refused", non_retryable=True)
        return self._run_loop

    @property
    def state(self) -> RotationState:
        """The whole state."""
        return self.run_loop.state

    @workflow.run
    async def run(self, begin: RotateInput) -> RotateResult:
        """Run to the end, or go on in a new history."""
        return await self._rotate(begin)

    async def _rotate(self, begin: RotateInput) -> RotateResult:
        self._run_loop = self._loop(begin)
        for act in self._early:
            act()
        try:
            await admit(self.run_loop, begin, continued=workflow.info().continued_run_id is not None)
        except NotAdmitted as why:
            text = f"{ROTATE_WORKFLOW} was not begun: {why}"
            raise ApplicationError(text, type=REFUSED_INPUT, non_retryable=True) from why
        if begin.resume is not None:  # search attributes may lack what was shown before
            self.run_loop.host.show(self.state)
        try:
            outcome = await run_rotation(self.run_loop)
        except ContinueAsNew:
            workflow.continue_as_new(begin.model_copy(update={"resume": self.state}))
        self._answer_late()
        return RotateResult(rotation_id=begin.rotation_id, outcome=outcome)

    def _loop(self, begin: RotateInput) -> Running:
        return Running(TemporalHost(begin.rotation_id), _state(begin))

    def _answer_late(self) -> None:
        """Answer what came too late to be obeyed."""
        for message in (*self.state.inbox, *self.run_loop.task_messages):
            late = refusal(message, self.state)
            self.run_loop.reply(message, *([late] if late else []))

    @workflow.query(name=STATE_QUERY, description="The whole state: plan, cursor, gate, task, attention.")
    def current_state(self) -> RotationState:
        """The whole state."""
        return self.state

    @workflow.query(name=NEXT_ACT_QUERY, description="When the rotation acts next by itself, and how far it is.")
    def next_act(self) -> NextAct:
        """When the rotation acts next by itself; the answer also shows that a worker can run it."""
        return next_act(self.state)

    @workflow.query(name=HEARD_QUERY, description="The reply to a message; or why it would be refused now.")
    def heard(self, inquiry: Inquiry) -> Heard:
        """What was answered to a message. Where it was not sent yet: why it would be refused now."""
        return heard(self.run_loop, inquiry.message)

    @workflow.signal(name=WITHDRAW_SIGNAL, description="Take a message back that was not taken up yet; the API does.")
    def withdraw_message(self, withdrawal: Withdrawal) -> None:
        """Take a message back whose sender waits no longer."""
        self._when_begun(lambda: withdraw(self.run_loop, withdrawal.message))

    def _hear(self, message: Message, move: Move) -> None:
        self._when_begun(lambda: hear(self.run_loop, message, move))

    def show_refused(self, kind: RefusedKind, name: str, why: str) -> None:
        """Have the loop show a signal, or an activity's answer, that was refused."""
        self._when_begun(lambda: self._show(RefusedInput(kind=kind, name=name, why=why)))

    def _show(self, unread: RefusedInput) -> None:
        self.state.unread = unread

    def _when_begun(self, act: Callable[[], None]) -> None:
        """Do it now, or as soon as the loop is there: a signal is heard before the run that it comes with."""
        if self._run_loop is None:
            self._early.append(act)
        else:
            act()

    @workflow.signal(name=Move.APPROVE, description="Approve an amendment, or a wish to proceed (second person).")
    def approve(self, message: Message) -> None:
        """Approve what attention asks for."""
        self._hear(message, Move.APPROVE)

    @workflow.signal(name=Move.HOLD, description="Stand still before the next act; needs a reason.")
    def hold(self, message: Message) -> None:
        """Stand still before the next act."""
        self._hear(message, Move.HOLD)

    @workflow.signal(name=Move.RESUME, description="Go on after a hold.")
    def resume(self, message: Message) -> None:
        """Go on after a hold."""
        self._hear(message, Move.RESUME)

    @workflow.signal(name=Move.EXTEND, description="Wait longer in the current gate: `by`, with a reason.")
    def extend(self, message: Message) -> None:
        """Wait longer in the current gate."""
        self._hear(message, Move.EXTEND)

    @workflow.signal(name=Move.PROCEED, description="Go on without the uncovered clients; a second person approves.")
    def proceed(self, message: Message) -> None:
        """Ask to go on without full coverage."""
        self._hear(message, Move.PROCEED)

    @workflow.signal(
        name=Move.STATE_GATE, description="State of the open gate what the console shows; a second approves."
    )
    def state_gate(self, message: Message) -> None:
        """State what the console shows."""
        self._hear(message, Move.STATE_GATE)

    @workflow.signal(name=Move.LOOK_AGAIN, description="Read the open gate now.")
    def look_again(self, message: Message) -> None:
        """Read the open gate now."""
        self._hear(message, Move.LOOK_AGAIN)

    @workflow.signal(
        name=Move.SITE_MOVED, description="Look at the site now, which has changed; read the proof of its task."
    )
    def site_moved(self, message: Message) -> None:
        """Look at the site now, and read the proof of the claimed task."""
        self._hear(message, Move.SITE_MOVED)

    @workflow.signal(name=Move.RETRY, description="Try again what attention says has failed.")
    def retry(self, message: Message) -> None:
        """Try again what failed."""
        self._hear(message, Move.RETRY)

    @workflow.signal(name=Move.CANCEL, description="Turn back and restore, before the first certificate.")
    def cancel(self, message: Message) -> None:
        """Turn back and restore."""
        self._hear(message, Move.CANCEL)

    @workflow.signal(name=Move.ROLL_BACK, description="Put the old certificates back, after the first new one.")
    def roll_back(self, message: Message) -> None:
        """Ask for the old certificates."""
        self._hear(message, Move.ROLL_BACK)

    @workflow.signal(name=Move.FINISH, description="Let the rotation finish instead of rolling it back.")
    def finish(self, message: Message) -> None:
        """Have the rotation finish."""
        self._hear(message, Move.FINISH)

    @workflow.signal(name=Move.CLAIM_TASK, description="Take a console task; before a swap all proof is read again.")
    def claim_task(self, message: Message) -> None:
        """Take a console task."""
        self._hear(message, Move.CLAIM_TASK)

    @workflow.signal(name=Move.BEGIN_TASK, description="Begin a replacement now: the site is looked at once more.")
    def begin_task(self, message: Message) -> None:
        """Look at the site, right before a certificate is replaced."""
        self._hear(message, Move.BEGIN_TASK)

    @workflow.signal(name=Move.TASK_DONE, description="Say that a console task is done; observed work is looked at.")
    def task_done(self, message: Message) -> None:
        """Say that a console task is done."""
        self._hear(message, Move.TASK_DONE)

    @workflow.signal(name=Move.TASK_REFUSED, description="Give a console task back, with a reason.")
    def task_refused(self, message: Message) -> None:
        """Give a console task back."""
        self._hear(message, Move.TASK_REFUSED)


def _state(begin: RotateInput) -> RotationState:
    """Of a plan that is still to be loaded, or taken over from the history before."""
    return begin.resume or RotationState(
        rotation_id=begin.rotation_id,
        site_id=begin.site_id,
        site_name=begin.site_name,
        plan_id=begin.plan_id,
        plan_hash=begin.plan_hash,
        outline=Outline.to_load(begin.purpose),
        started_at=workflow.now(),
    )

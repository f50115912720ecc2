"""RotateSite: the durable workflow that rotates, or restores, one site."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from engine.contract import ROTATE_WORKFLOW, STATE_QUERY, RotateInput, RotateResult
    from rotation.message import Message, Move, Reply
    from rotation.moves import refusal
    from rotation.state import RotationState
    from workflows.run import run_rotation
    from workflows.running import ContinueAsNew, Running
    from workflows.temporal_host import TemporalHost

from temporalio.exceptions import ApplicationError


@workflow.defn(name=ROTATE_WORKFLOW)
class RotateSite:
    """Runs an approved plan step by step: relax, wait for proof, have certificates replaced, wait, restore.

    1. start: the state is built from the approved plan, or taken over from the run before
    2. `run_rotation` runs the plan; every message is an update, answered when the loop has read it
    3. a long history goes on as a new one with the same state
    """

    @workflow.init
    def __init__(self, begin: RotateInput) -> None:
        self.state = begin.resume or RotationState(
            rotation_id=begin.rotation_id,
            site_id=begin.site_id,
            site_name=begin.site_name,
            plan_id=begin.plan_id,
            plan_hash=begin.plan_hash,
            body=begin.body,
            steps=begin.body.steps,
            started_at=workflow.now(),
        )
        self.run_loop = Running(TemporalHost(begin.rotation_id), self.state)

    @workflow.run
    async def run(self, begin: RotateInput) -> RotateResult:
        """Run to the end, or go on in a new history."""
        return await self._rotate(begin)

    async def _rotate(self, begin: RotateInput) -> RotateResult:
        try:
            outcome = await run_rotation(self.run_loop)
        except ContinueAsNew:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(begin.model_copy(update={"resume": self.state}))
        self._answer_late()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return RotateResult(rotation_id=begin.rotation_id, outcome=outcome)

    def _answer_late(self) -> None:
        """Answer what came too late to be obeyed."""
        for message in (*self.state.inbox, *self.run_loop.task_messages):
            late = refusal(message, self.state)
            self.run_loop.reply(message, *([late] if late else []))

    @workflow.query(name=STATE_QUERY, description="The whole state: plan, cursor, gate, task, attention.")
    def current_state(self) -> RotationState:
        """The whole state."""
        return self.state

    async def _say(self, message: Message) -> Reply:
        """Hand a message to the run loop and wait until it has read it."""
        self.state.inbox = (*self.state.inbox, message)
        await workflow.wait_condition(lambda: message.request_id in self.run_loop.replies)
        return self.run_loop.replies[message.request_id]

    def _refuse(self, message: Message, move: Move) -> None:
        """Raise where the message may not be sent now: the update is rejected and leaves no trace."""
        if message.move is not move:
            raise ApplicationError(f"send {message.move.value} as the update of that name", type="wrong-update")
        finding = refusal(message, self.state)
        if finding is not None:
            text = f"{finding.message}. {finding.remedy}" if finding.remedy else finding.message
            raise ApplicationError(text, finding, type=finding.code)

    @workflow.update(name=Move.APPROVE, description="Approve an amendment, or a wish to proceed (second person).")
    async def approve(self, message: Message) -> Reply:
        """Approve what attention asks for."""
        return await self._say(message)

    @approve.validator
    def _approve_allowed(self, message: Message) -> None:
        self._refuse(message, Move.APPROVE)

    @workflow.update(name=Move.HOLD, description="Stand still before the next act; needs a reason.")
    async def hold(self, message: Message) -> Reply:
        """Stand still before the next act."""
        return await self._say(message)

    @hold.validator
    def _hold_allowed(self, message: Message) -> None:
        self._refuse(message, Move.HOLD)

    @workflow.update(name=Move.RESUME, description="Go on after a hold.")
    async def resume(self, message: Message) -> Reply:
        """Go on after a hold."""
        return await self._say(message)

    @resume.validator
    def _resume_allowed(self, message: Message) -> None:
        self._refuse(message, Move.RESUME)

    @workflow.update(name=Move.EXTEND, description="Wait longer in the current gate: `by`, with a reason.")
    async def extend(self, message: Message) -> Reply:
        """Wait longer in the current gate."""
        return await self._say(message)

    @extend.validator
    def _extend_allowed(self, message: Message) -> None:
        self._refuse(message, Move.EXTEND)

    @workflow.update(name=Move.PROCEED, description="Go on without the uncovered clients; a second person approves.")
    async def proceed(self, message: Message) -> Reply:
        """Ask to go on without full coverage."""
        return await self._say(message)

    @proceed.validator
    def _proceed_allowed(self, message: Message) -> None:
        self._refuse(message, Move.PROCEED)

    @workflow.update(name=Move.RETRY, description="Try again what attention says has failed.")
    async def retry(self, message: Message) -> Reply:
        """Try again what failed."""
        return await self._say(message)

    @retry.validator
    def _retry_allowed(self, message: Message) -> None:
        self._refuse(message, Move.RETRY)

    @workflow.update(name=Move.CANCEL, description="Turn back and restore, before the first certificate.")
    async def cancel(self, message: Message) -> Reply:
        """Turn back and restore."""
        return await self._say(message)

    @cancel.validator
    def _cancel_allowed(self, message: Message) -> None:
        self._refuse(message, Move.CANCEL)

    @workflow.update(name=Move.ROLL_BACK, description="Put the old certificates back, after the first new one.")
    async def roll_back(self, message: Message) -> Reply:
        """Ask for the old certificates."""
        return await self._say(message)

    @roll_back.validator
    def _roll_back_allowed(self, message: Message) -> None:
        self._refuse(message, Move.ROLL_BACK)

    @workflow.update(name=Move.FINISH, description="Let the rotation finish instead of rolling it back.")
    async def finish(self, message: Message) -> Reply:
        """Have the rotation finish."""
        return await self._say(message)

    @finish.validator
    def _finish_allowed(self, message: Message) -> None:
        self._refuse(message, Move.FINISH)

    @workflow.update(name=Move.CLAIM_TASK, description="Take a console task; before a swap all proof is read again.")
    async def claim_task(self, message: Message) -> Reply:
        """Take a console task."""
        return await self._say(message)

    @claim_task.validator
    def _claim_task_allowed(self, message: Message) -> None:
        self._refuse(message, Move.CLAIM_TASK)

    @workflow.update(name=Move.TASK_DONE, description="Say that a console task is done; observed work is looked at.")
    async def task_done(self, message: Message) -> Reply:
        """Say that a console task is done."""
        return await self._say(message)

    @task_done.validator
    def _task_done_allowed(self, message: Message) -> None:
        self._refuse(message, Move.TASK_DONE)

    @workflow.update(name=Move.TASK_REFUSED, description="Give a console task back, with a reason.")
    async def task_refused(self, message: Message) -> Reply:
        """Give a console task back."""
        return await self._say(message)

    @task_refused.validator
    def _task_refused_allowed(self, message: Message) -> None:
        self._refuse(message, Move.TASK_REFUSED)

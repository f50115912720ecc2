"""Console tasks: opened in the store, closed by what is seen or by an attested statement."""

from temporalio import activity

from activities.failures import as_activity_failures
from activities.task.current_work import current_work
from activities.task.evidence import Witness
from engine.contract import (
    ActivityName,
    Counted,
    LookBeforeWorkAnswer,
    LookBeforeWorkRequest,
    MoveTaskRequest,
    NoteProofRequest,
    ObserveTaskAnswer,
    ObserveTaskRequest,
    OpenTaskAnswer,
    OpenTaskRequest,
)
from rotation.originals.saving import asks_for_it, how_to_save
from rotation.plan.card.additions import COPY_SERIALS, SEEN, SERIALS, asked_again
from rotation.plan.card.cards import instructions
from rotation.plan.step import Console, SettingField
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.signed_files import while_there
from rotation.plan.work.task import (
    WAITING,
    AssignList,
    CompareSignedFiles,
    ConsoleTask,
    Evidence,
    PauseReplication,
    PutCertificateBack,
    ReplaceCertificate,
    ResumeReplication,
    SetSecureCommunications,
    TaskState,
    Work,
    evidence_for,
)
from rotation.text.sentence import Sentence
from rotation.values import ListName, TaskId
from sepm.errors import SepmError
from service.attestations import OperatorStatement
from service.open_swaps import has_moved
from service.scope import StepScope, scope_of
from service.world import World

_ATTESTED = (AssignList, SetSecureCommunications, PauseReplication, ResumeReplication)
_FROM = {
    TaskState.CLAIMED: WAITING,
    TaskState.DONE: WAITING,
    TaskState.REFUSED: WAITING,
    TaskState.WITHDRAWN: WAITING,
}


class TaskActivities:
    """Opens, observes and moves console tasks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._witness = Witness(world)

    @activity.defn(name=ActivityName.OPEN_TASK)
    async def open_task(self, request: OpenTaskRequest) -> OpenTaskAnswer:
        """Open a task for a step; one that is open already is found again, one that was refused is opened again."""
        store = self._world.store
        scope = await scope_of(self._world, request.ref)
        prefix = f"{request.ref.rotation_id}.{request.ref.step}{'.back' if request.turning_back else ''}"
        so_far = await store.tasks.list(rotation_id=request.ref.rotation_id)
        earlier = [task for task in so_far if _is_of(task, prefix)]
        for task in earlier:
            if task.state in WAITING:
                return _opened(task)
        work = await self._by_hand(scope) if request.by_hand else _own_work(scope)
        if isinstance(work, ReplaceCertificate | PutCertificateBack):
            await store.swaps.opened(request.ref.rotation_id, work.server, work.fingerprint_sha256, request.opened_at)
        current = await current_work(self._world, scope, work, so_far)
        if isinstance(current, str):
            return OpenTaskAnswer(task_id=TaskId(""), state=TaskState.WITHDRAWN, needless=current)
        task = _task(scope, request, TaskId(f"{prefix}.{len(earlier) + 1}"), current)
        await store.tasks.add(task)
        return _opened(task)

    async def _by_hand(self, scope: StepScope) -> Work:
        """What REST left of a write: the pairs that want the same value as the first. Others get the next task."""
        with as_activity_failures():
            left = await self._witness.missing(scope)
        same = tuple(pair.at_console for pair in left if pair.value == left[0].value)
        if scope.field is SettingField.SECURE_COMMUNICATIONS:
            return SetSecureCommunications(enabled=bool(left and left[0].secure_communications), pairs=same)
        return AssignList(list=ListName(left[0].value if left else ""), pairs=same)

    @activity.defn(name=ActivityName.OBSERVE_TASK)
    async def observe_task(self, request: ObserveTaskRequest) -> ObserveTaskAnswer:
        """What the world shows of the task's work."""
        task = await self._world.store.tasks.get(request.task_id)
        scope = await scope_of(self._world, request.ref)
        with as_activity_failures():
            seen = await self._witness.observe(
                scope,
                task.work,
                withdrawing=request.withdrawing,
                evidence=request.evidence,
                statement=_statement(request),
                settled=request.settled,
            )
        return seen.model_copy(update={"state": task.state})

    @activity.defn(name=ActivityName.MOVE_TASK)
    async def move_task(self, request: MoveTaskRequest) -> Counted:
        """Change a task's state; one that is there already is left as it is."""
        store = self._world.store
        task = await store.tasks.get(request.task_id)
        if task.state is request.to and task.state is not TaskState.CLAIMED:
            return Counted(count=0)
        await store.tasks.transition(
            request.task_id,
            _FROM[request.to],
            request.to,
            who=request.who,
            note=request.note,
            attestation=request.attestation,
            at=request.at,
            counts=(request.proof_until, request.begin_until),
        )
        return Counted(count=1)

    @activity.defn(name=ActivityName.NOTE_PROOF)
    async def note_proof(self, request: NoteProofRequest) -> Counted:
        """Keep until when the proof of a claim counts."""
        await self._world.store.tasks.note_proof(request.task_id, request.proof_until, request.begin_until)
        return Counted(count=1)

    @activity.defn(name=ActivityName.LOOK_BEFORE_WORK)
    async def look_before_work(self, request: LookBeforeWorkRequest) -> LookBeforeWorkAnswer:
        """Hold the site against the survey that the proof rests on, in a few requests (rule 19)."""
        task = await self._world.store.tasks.get(request.task_id)
        try:
            return LookBeforeWorkAnswer(moved=await has_moved(self._world, task, request.survey_id))
        except SepmError as error:
            return LookBeforeWorkAnswer(unseen=str(error))


def _opened(task: ConsoleTask) -> OpenTaskAnswer:
    work = task.work if isinstance(task.work, LookAtClients) else LookAtClients()
    builds = tuple(build.label for build in work.builds)
    compares = bool(work.compares)
    return OpenTaskAnswer(
        task_id=task.id,
        state=task.state,
        builds=builds,
        compares=compares,
        misses_dates=compares,
        counts_check_ins=True,
    )


def _statement(request: ObserveTaskRequest) -> OperatorStatement | None:
    if request.evidence is None:
        return None
    return OperatorStatement(task_id=request.task_id, who=request.who, evidence=request.evidence)


def _first(scope: StepScope, work: Work, because: str) -> tuple[Sentence, ...]:
    """What stands before the card at this site and time."""
    again = (asked_again(because),) if because else ()
    is_set_by_hand = scope.site.at_console is not None and isinstance(work, AssignList | SetSecureCommunications)
    return (*again, *COPY_SERIALS) if is_set_by_hand else again


def _additions(scope: StepScope, work: Work) -> tuple[Sentence, ...]:
    """What the card of this work has beside it at this site and step.

    The originals are stored by now: the first console task has them kept off the box too.
    """
    saved = how_to_save(scope.ref.rotation_id) if asks_for_it(scope.plan.body, scope.step) else ()
    if isinstance(work, ReplaceCertificate):
        return (*saved, *while_there(scope.plan.body.scopes))
    if scope.site.at_console is None or not isinstance(work, _ATTESTED):
        return saved
    return (*saved, *(SEEN if isinstance(work, PauseReplication | ResumeReplication) else SERIALS))


def _evidence(scope: StepScope, work: Work, *, by_hand: bool) -> Evidence:
    """Settings are read, but where there is no REST to read them by."""
    if scope.site.at_console is not None and isinstance(work, _ATTESTED):
        return Evidence.ATTESTED
    return Evidence.OBSERVED if by_hand else evidence_for(work)


def _is_of(task: ConsoleTask, prefix: str) -> bool:
    return task.id.rsplit(".", 1)[0] == prefix


def _own_work(scope: StepScope) -> Work:
    if not isinstance(scope.step, Console):
        raise TypeError(f"step {scope.step.id} is no console task")
    return scope.step.work


def _title(scope: StepScope, work: Work) -> str:
    """The step's title, and what was left to its task."""
    if isinstance(work, CompareSignedFiles) and work.others:
        servers = ", ".join((*work.others, work.server))
        return f"Compare the .SIG files of {servers}"
    if isinstance(work, LookAtClients) and work.compares:
        servers = ", ".join(work.compares)
        look = f"{scope.title}, and compare the .SIG files of {servers}"
        return look if work.builds else f"Compare the .SIG files of {servers}"
    return scope.title


def _task(scope: StepScope, request: OpenTaskRequest, task_id: TaskId, work: Work) -> ConsoleTask:
    evidence = _evidence(scope, work, by_hand=request.by_hand)
    return ConsoleTask(
        id=task_id,
        rotation_id=request.ref.rotation_id,
        site_id=scope.site.id,
        site_name=scope.site.name,
        step=scope.step.id,
        number=scope.step.number,
        state=TaskState.OPEN,
        evidence=evidence,
        work=work,
        title=_title(scope, work),
        instructions=(
            *(each.english for each in _first(scope, work, request.because)),
            *instructions(work, task_id, evidence),
            *(each.english for each in _additions(scope, work)),
        ),
        opened_at=request.opened_at,
    )

"""/v1/tasks: what a person, or the site's own automation, has to do at the console."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller, seen_sites
from api.http.problems import described, refused
from api.manners.entity_tags import IfMatch, IfNoneMatch, require_match, tag_of, tagged
from api.manners.paging import AskedPage
from api.parts import Parts, WithParts
from api.repeats.request_key import RequestKey, WithRequestKey
from api.rotation.messages import say
from api.rotation.orphaned_tasks import close_if_orphaned
from api.task.known_task import until_known
from api.task.task_document import (
    ClaimRequest,
    DoneRequest,
    RefusedRequest,
    TaskFile,
    TaskList,
    TaskShown,
)
from api.task.task_evidence import evidence_of_sylink
from api.task.task_file import issue_file
from rotation.bounds import LONGEST
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.plan.work.stated_work import unstated
from rotation.plan.work.task import WAITING, ConsoleTask, TaskState
from rotation.running.message import Message, Move
from rotation.values import RotationId, SiteId, TaskId

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])
_REFUSALS = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_SAYING: dict[int | str, dict[str, Any]] = {
    **_REFUSALS,
    int(HTTPStatus.ACCEPTED): {"model": TaskShown, "description": "The rotation is at work on it; see `pending`"},
}


@router.get("", dependencies=[allowed(Permission.SEE_TASKS)])
async def list_tasks(
    parts: WithParts,
    caller: Caller,
    asked: AskedPage,
    *,
    state: Annotated[list[TaskState] | None, Query(max_length=20, description="May be given more than once")] = None,
    site_id: Annotated[SiteId | None, Query(max_length=LONGEST)] = None,
    rotation_id: Annotated[RotationId | None, Query(max_length=LONGEST)] = None,
) -> TaskList:
    """Console tasks of the sites that the caller sees, the oldest first."""
    sites = seen_sites(caller, site_id)
    page = await parts.store.tasks.page(asked, states=state, sites=sites, rotation_id=rotation_id)
    counting = tuple([await _as_it_counts(parts, each) for each in page.items])
    return TaskList.of(page.model_copy(update={"items": counting}), TaskShown.of)


async def expected_task(task_id: TaskId, parts: WithParts, if_match: IfMatch = None) -> None:
    """Refuse a call about a task that is another one by now than the caller expects.

    Raises:
        ProblemError: 412.
    """
    if if_match is not None:
        require_match(if_match, tag_of(await _shown(parts, task_id)), f"task {task_id}")


async def _shown(parts: Parts, task_id: TaskId) -> TaskShown:
    return TaskShown.of(await _as_it_counts(parts, await parts.store.tasks.get(task_id)))


@router.get(
    "/{task_id}",
    response_model=TaskShown,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.SEE_TASKS)],
)
async def show_task(task_id: TaskId, parts: WithParts, response: Response, if_none_match: IfNoneMatch = None) -> Any:
    """A console task, with what to do step by step."""
    document = await _shown(parts, task_id)
    return tagged(document, tag_of(document), if_none_match, response)


async def _as_it_counts(parts: Parts, task: ConsoleTask) -> ConsoleTask:
    """While the rotation is held, or once it has ended, nothing may begin and no site is watched: no proof counts."""
    if task.proof_until is None:
        return task
    rotation = await parts.store.rotations.get(task.rotation_id)
    if not rotation.held and not parts.standings.has_ended(rotation, parts.clock()):
        return task
    return task.model_copy(update={"proof_until": None, "begin_until": None})


@router.post("/{task_id}/claim", responses=_SAYING, dependencies=[allowed(Permission.DO_TASKS), Depends(expected_task)])
async def claim_task(
    task_id: TaskId,
    _order: ClaimRequest,
    caller: Caller,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> TaskShown:
    """Take the task. Before a certificate is replaced all proof is read once more; 409 says why not now."""
    return await _say(parts, response, caller, task_id, key=key, move=Move.CLAIM_TASK)


@router.post("/{task_id}/begin", responses=_SAYING, dependencies=[allowed(Permission.DO_TASKS), Depends(expected_task)])
async def begin_task(
    task_id: TaskId,
    _order: ClaimRequest,
    caller: Caller,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> TaskShown:
    """Begin the replacement of a certificate: the site is looked at within seconds; 409 says why not now.

    A claim is a beginning too. Begin within the ten minutes that `begin_until` shows, or ask again right before.
    """
    return await _say(parts, response, caller, task_id, key=key, move=Move.BEGIN_TASK)


@router.post("/{task_id}/done", responses=_SAYING, dependencies=[allowed(Permission.DO_TASKS), Depends(expected_task)])
async def finish_task(
    task_id: TaskId,
    order: DoneRequest,
    caller: Caller,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> TaskShown:
    """Say that the work is done. Work that can be observed is looked at; 409 says that it is not seen yet.

    Evidence of a server list: what the console shows of it, or `sylink`, the text of an exported Sylink.xml.
    Evidence of what clients hold: `clients`, a list with `client` and `sylink`, the text of its own file, for each;
    with `age_minutes`, how long ago the client last wrote that, the wait behind the task is mostly over.
    Of images and of what is started again, a sentence that names each: `refreshed`, `started`.

    Raises:
        ProblemError: 409, where nothing but the operator's statement shows the work, and it is missing.
    """
    task = await parts.store.tasks.get(task_id)
    evidence = evidence_of_sylink(order.attestation(), await parts.store.sites.get(task.site_id))
    if task.state in WAITING and (finding := unstated(task.work, evidence)) is not None:
        raise refused(f"{Move.TASK_DONE.value.replace('_', '-')}-refused", [finding])
    return await _say(
        parts, response, caller, task_id, key=key, move=Move.TASK_DONE, why=order.note, attestation=evidence
    )


@router.post(
    "/{task_id}/refused", responses=_SAYING, dependencies=[allowed(Permission.DO_TASKS), Depends(expected_task)]
)
async def refuse_task(
    task_id: TaskId,
    order: RefusedRequest,
    caller: Caller,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> TaskShown:
    """Give the task back, with a reason. Another person than its holder names the holder."""
    return await _say(
        parts, response, caller, task_id, key=key, move=Move.TASK_REFUSED, why=order.why, holder=order.holder or ""
    )


@router.post(
    "/{task_id}/file", responses=_REFUSALS, dependencies=[allowed(Permission.DO_TASKS), Depends(expected_task)]
)
async def take_task_file(task_id: TaskId, author: WithAuthor, parts: WithParts, response: Response) -> TaskFile:
    """The certificate with its key as PKCS#12, for the holder of the task; once for each claim."""
    response.headers["Cache-Control"] = "no-store"
    return await issue_file(parts, task_id, author)


async def _say(
    parts: Parts,
    response: Response,
    caller: Principal,
    task_id: TaskId,
    *,
    key: RequestKey,
    move: Move,
    why: str = "",
    holder: str = "",
    attestation: dict[str, str] | None = None,
) -> TaskShown:
    task = await parts.store.tasks.get(task_id)
    message = Message(
        move=move,
        rotation_id=task.rotation_id,
        task_id=task_id,
        who=caller.name,
        identity=caller.id,
        why=why,
        holder=holder,
        request_id=key.name,
        attestation=attestation or {},
    )
    answered = await close_if_orphaned(parts, task, message)
    if not answered:
        await until_known(parts, task)
        answered = await say(parts, task.site_id, message, key)
    if not answered:
        response.status_code = HTTPStatus.ACCEPTED
        response.headers["Location"] = f"/v1/tasks/{task_id}"
        response.headers["Retry-After"] = "5"
    return TaskShown.of(await _as_it_counts(parts, await parts.store.tasks.get(task_id)), None if answered else move)

"""Rotations in Temporal: start one, ask what it does. `engine.client.updates` says something to one."""

from typing import NamedTuple

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.common import WorkflowIDConflictPolicy as OnRunning
from temporalio.common import WorkflowIDReusePolicy as OnEnded
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from engine.client.calls import CEILING, within
from engine.client.queries import ask_running
from engine.client.surveys import survey
from engine.client.ui_summary import static_summary
from engine.contract import ROTATE_WORKFLOW, STATE_QUERY, RotateInput, SearchAttribute
from engine.fault import NoAnswer, NotRunning, SiteIsBusy
from engine.ids import rotation_workflow
from engine.settings import TemporalSettings
from rotation.running.state import Phase, RotationState
from rotation.values import RotationId, SiteId

__all__ = ["Started", "start_rotation", "state", "survey"]

_SITE = SearchAttributeKey.for_keyword(SearchAttribute.SITE)
_ROTATION = SearchAttributeKey.for_keyword(SearchAttribute.ROTATION)
_PHASE = SearchAttributeKey.for_keyword(SearchAttribute.PHASE)
SILENT = "no worker answers; rotations wait for it and lose nothing. See that the worker runs, then try again"


class Started(NamedTuple):
    """A rotation that runs in Temporal, or ran there."""

    run_id: str
    before: bool
    """Whether an earlier call had started it: the answer of that call was lost, and nothing was done twice."""


async def start_rotation(
    client: Client, begin: RotateInput, *, details: str = "", task_queue: str | None = None
) -> Started:
    """Start a rotation, once: a second call for the same rotation finds the first, even when that one has ended.

    Args:
        client: a connection, quick or patient.
        begin: what to run.
        details: what Temporal's UI shows of it before a worker has run it (`engine.client.story`).
        task_queue: whose worker runs it; the one of the settings when it is not given.

    Raises:
        SiteIsBusy: when another rotation of the site is running.
        TemporalDown, NoAnswer: when Temporal did not say; call again with the same rotation.
    """
    async with within(CEILING, silence="Temporal has not answered whether the rotation started; try again"):
        # an id is free again when its workflow has ended, so a late retry would start the same rotation twice
        newest = await _newest(client, begin.site_id)
        if newest is not None and _rotation_of(newest) == begin.rotation_id:
            return Started(newest.run_id, before=True)
        try:
            run_id = await _start(client, begin, details, task_queue or TemporalSettings().task_queue)
        except WorkflowAlreadyStartedError as error:
            newest = await _newest(client, begin.site_id)
            running = _rotation_of(newest) if newest is not None else None
            if newest is not None and running == begin.rotation_id:
                return Started(newest.run_id, before=True)
            raise SiteIsBusy(begin.site_id, running) from error
        return Started(run_id, before=False)


async def _start(client: Client, begin: RotateInput, details: str, task_queue: str) -> str:
    handle = await client.start_workflow(
        ROTATE_WORKFLOW,
        begin,
        id=rotation_workflow(begin.site_id),
        task_queue=task_queue,
        id_conflict_policy=OnRunning.FAIL,
        id_reuse_policy=OnEnded.ALLOW_DUPLICATE,
        static_summary=static_summary(begin),
        static_details=details or None,
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(_SITE, begin.site_id),
                SearchAttributePair(_ROTATION, begin.rotation_id),
                SearchAttributePair(_PHASE, Phase.PREPARING.value),
            ]
        ),
    )
    return handle.first_execution_run_id or handle.result_run_id or ""


async def state(client: Client, site_id: SiteId) -> RotationState:
    """The whole state of a site's running rotation, as its workflow holds it.

    Raises:
        NotRunning: when none runs: it has ended, was terminated, or never began.
        NoAnswer: when no worker answers; the store's projection is then the best there is.
        TemporalDown: when Temporal cannot be reached.
    """
    handle = client.get_workflow_handle(rotation_workflow(site_id))
    try:
        async with within(CEILING, silence=SILENT):
            found = await ask_running(handle, STATE_QUERY, RotationState)
    except WorkflowQueryRejectedError as error:
        raise NotRunning(site_id) from error
    except WorkflowQueryFailedError as error:
        raise NoAnswer(f"the rotation cannot say its state: {error}") from error
    except RPCError as error:
        raise _not_running(site_id, error) from error
    return found


async def _newest(client: Client, site_id: SiteId) -> WorkflowExecutionDescription | None:
    try:
        return await client.get_workflow_handle(rotation_workflow(site_id)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _rotation_of(description: WorkflowExecutionDescription) -> RotationId | None:
    name = description.typed_search_attributes.get(_ROTATION)
    return None if name is None else RotationId(name)


def _not_running(site_id: SiteId, error: RPCError) -> Exception:
    return NotRunning(site_id) if error.status is RPCStatusCode.NOT_FOUND else error

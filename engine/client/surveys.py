"""Surveys in Temporal: read a whole site into the store, and wait for it as long as the caller wants."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TypeAlias

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.common import WorkflowIDConflictPolicy as OnRunning
from temporalio.exceptions import ActivityError, ApplicationError

from engine.client.calls import CEILING, within
from engine.contract import SURVEY_WORKFLOW, SearchAttribute, SurveyAnswer, SurveyRequest
from engine.fault import SurveyFailed
from engine.ids import survey_workflow
from engine.settings import TemporalSettings
from rotation.values import SiteId

_SITE = SearchAttributeKey.for_keyword(SearchAttribute.SITE)


Survey: TypeAlias = WorkflowHandle[object, SurveyAnswer]


async def survey(
    client: Client, site_id: SiteId, wait: timedelta, *, task_queue: str | None = None
) -> SurveyAnswer | None:
    """Survey a site, or join the survey that is running, and wait for the answer. None: it is still running.

    Args:
        client: a connection, quick or patient.
        site_id: which site.
        wait: how long the caller waits for the answer.
        task_queue: whose worker does it; the one of the settings when it is not given.

    Raises:
        SurveyFailed: when the site could not be read; its `type` says whether a person must act.
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    return await answer(await begin(client, site_id, task_queue=task_queue), wait)


async def begin(client: Client, site_id: SiteId, *, task_queue: str | None = None) -> Survey:
    """Begin the survey of a site, or join the one that is running.

    Raises:
        TemporalDown: when Temporal is away: none was begun.
        NoAnswer: when Temporal did not say whether it was.
    """
    async with within(CEILING, silence="Temporal has not answered whether the survey started; try again"):
        handle: Survey = await client.start_workflow(
            SURVEY_WORKFLOW,
            SurveyRequest(site_id=site_id),
            id=survey_workflow(site_id),
            task_queue=task_queue or TemporalSettings().task_queue,
            result_type=SurveyAnswer,
            id_conflict_policy=OnRunning.USE_EXISTING,
            static_summary=f"Survey {site_id}",
            search_attributes=TypedSearchAttributes([SearchAttributePair(_SITE, site_id)]),
        )
    return handle


async def ended(client: Client, site_id: SiteId, longest: timedelta) -> None:
    """Wait until the site's survey has ended, well or not; at most so long.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    async with within(longest, silence="Temporal has not answered how the survey ended"):
        with suppress(WorkflowFailureError):
            await client.get_workflow_handle(survey_workflow(site_id)).result()


async def answer(handle: Survey, wait: timedelta) -> SurveyAnswer | None:
    """Its answer; None: it is still running after that time.

    Raises:
        SurveyFailed: when the site could not be read.
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    waiting = asyncio.ensure_future(handle.result())
    # a second more, so that the time that is up is always ours and never taken for a silence of Temporal
    async with within(wait + timedelta(seconds=1), silence="Temporal has not answered how the survey ended"):
        try:
            done, _ = await asyncio.wait({waiting}, timeout=wait.total_seconds())
            return waiting.result() if done else None
        except WorkflowFailureError as error:
            raise _failed(error) from error
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


def _failed(error: WorkflowFailureError) -> SurveyFailed:
    cause: BaseException | None = error.cause
    if isinstance(cause, ActivityError):
        cause = cause.cause
    if isinstance(cause, ApplicationError):
        return SurveyFailed(cause.type or "failed", cause.message)
    return SurveyFailed("failed", str(cause or error))

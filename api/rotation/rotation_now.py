"""A rotation that runs by the store, compared with Temporal at this moment, before a request acts on it."""

from datetime import datetime
from http import HTTPStatus

from api.http.problems import ProblemError, later
from api.parts import Parts
from engine.client.runs import newest_run
from engine.ids import rotation_workflow
from rotation.standing.records import Recorded, Run, Service
from rotation.standing.rules import of_rotation, of_workflow
from rotation.standing.trouble import Standing, Trouble, TroubleCode
from rotation.values import RotationId, SiteId
from service.startable import start
from store.progress import Progress, Rotation, RotationStatus
from store.rotation.rotations import SiteBusy, UnknownRotation

_DEAD = frozenset({TroubleCode.HISTORY_GONE, TroubleCode.ENDED_OUTSIDE})
"""Temporal will never go on with it."""


def recorded(rotation: Rotation) -> Recorded:
    """A rotation of the store, in the form that the rules take."""
    return Recorded(
        rotation_id=rotation.id,
        site_id=rotation.site_id,
        status=rotation.status.value,
        unreported=rotation.unreported,
        last_event=rotation.last_event,
        run_id=rotation.run_id,
    )


def service_of(parts: Parts, now: datetime, polled: datetime) -> Service:
    """What the rules take of the service."""
    client = parts.temporal
    return Service(
        now=now,
        task_queue=parts.task_queue,
        address=client.service_client.config.target_host,
        namespace=client.namespace,
        polled_at=polled,
    )


async def trouble_now(parts: Parts, rotation: Rotation) -> Trouble | None:
    """What is wrong with a running rotation, as Temporal shows it now; else what the reconciler last found.

    Raises:
        TemporalDown, NoAnswer: when Temporal does not answer.
    """
    run = await newest_run(parts.temporal, rotation_workflow(rotation.site_id))
    now = parts.clock()
    trouble = of_rotation(recorded(rotation), run, service_of(parts, now, now))
    if trouble is not None:
        return trouble
    found = parts.standings.of(rotation, now).found
    return found.trouble if found and found.trouble.standing is Standing.STALLED else None


async def still_running(parts: Parts, site_id: SiteId) -> Rotation | None:
    """The running rotation of a site. One that was recorded and not started is started now.

    One that Temporal has ended, or does not have any more, is noted as terminated.

    Raises:
        ProblemError: 409 when Temporal runs something else under its id, with what ends that.
        TemporalDown, NoAnswer: when Temporal does not answer.
    """
    rotation = await parts.store.rotations.running(site_id)
    if rotation is None:
        return None
    trouble = await trouble_now(parts, rotation)
    if trouble is None and rotation.unreported:
        await start(parts, rotation)
    if trouble is not None and trouble.code is TroubleCode.OTHER_RUN:
        raise refusal_of(trouble)
    if trouble is None or trouble.code not in _DEAD:
        return rotation
    now = parts.clock()
    ended = Progress(status=RotationStatus.TERMINATED, finished_at=now, next_action_at=None)
    await parts.store.rotations.project(rotation.id, ended, now)
    return None


async def require_alive(parts: Parts, rotation: Rotation) -> None:
    """Refuse an adrift rotation, which Temporal will not go on with; start one that has not reported anything yet.

    Raises:
        ProblemError: 409 with what helps.
        TemporalDown, NoAnswer: when Temporal does not answer.
    """
    trouble = await trouble_now(parts, rotation)
    if trouble is not None and trouble.standing is Standing.ADRIFT:
        raise refusal_of(trouble)
    if rotation.unreported:
        await start(parts, rotation)


async def stray(parts: Parts, run: Run, service: Service) -> Trouble | None:
    """What is wrong with an open workflow under the id of a site, by what the store has of its rotation."""
    try:
        rotation = await parts.store.rotations.get(run.rotation_id or RotationId(""))
    except UnknownRotation:
        return of_workflow(run, None, None, service)
    if rotation_workflow(rotation.site_id) != run.workflow_id:
        return of_workflow(run, None, None, service)
    return of_workflow(run, recorded(rotation), rotation.finished_at, service)


async def require_free(parts: Parts, site_id: SiteId) -> None:
    """Refuse to begin a rotation where Temporal runs something under its id that the store does not have so.

    Raises:
        ProblemError: 409 with what ends that.
        TemporalDown, NoAnswer: when Temporal does not answer.
    """
    run = await newest_run(parts.temporal, rotation_workflow(site_id))
    if run is not None and run.status.is_open:
        now = parts.clock()
        trouble = await stray(parts, run, service_of(parts, now, now))
        if trouble is not None:
            raise refusal_of(trouble)


async def busy(parts: Parts, rotation: Rotation) -> Exception:
    """That a site is busy with `rotation`; with what helps where that does not get on."""
    trouble, fault = await trouble_now(parts, rotation), SiteBusy(rotation.site_id, rotation.id)
    if trouble is None:
        return fault
    finding = trouble.finding()
    text = f"site {rotation.site_id} runs rotation {rotation.id}: {finding.message}"
    return ProblemError(HTTPStatus.CONFLICT, "site-busy", text, remedy=trouble.remedy, findings=(finding,))


def refusal_of(trouble: Trouble) -> ProblemError:
    """That something cannot be done with a rotation, what is wrong with it, and what helps.

    An adrift rotation stays so until an operator acts; a stalled one may go on at any moment, so the client asks again.
    """
    finding = trouble.finding()
    text, code = f"{trouble.subject}: {finding.message}", f"rotation-{trouble.standing.value}"
    if trouble.standing is Standing.ADRIFT:
        return ProblemError(HTTPStatus.CONFLICT, code, text, remedy=trouble.remedy, findings=(finding,))
    return later(code, text, seconds=15, remedy=trouble.remedy)

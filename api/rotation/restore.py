"""/v1/sites/{id}/restore: bringing a site back that was left changed, with no rotation running."""

from contextlib import suppress
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.problems import ProblemError, described
from api.parts import Parts, WithParts
from api.repeats.request_key import WithRequestKey
from api.rotation.given_originals import RestoreRequest, read_given, require_own_agree, take_in_given
from api.rotation.orphaned_tasks import require_no_claimed_task
from api.rotation.rotation_document import RotationRequest, RotationShown
from api.rotation.rotation_now import busy, still_running
from api.rotation.starting import begin, new_id, retry_after
from api.rotation.waiting import rotation_shown
from api.site.fresh_survey import fresh_survey
from rotation.identity.permission import Permission
from rotation.values import SiteId
from service.plans.restoring import NothingToRestoreError, restore_plan
from store.database.page import PageRequest
from store.progress import Rotation, RotationStatus
from store.rotation.rotations import UnknownRotation
from store.site.sites import require_in_use
from store.trail.site_trail import Author

router = APIRouter(prefix="/v1/sites", tags=["rotations"])


@router.post(
    "/{site_id}/restore",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(
        HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY, HTTPStatus.TOO_MANY_REQUESTS
    ),
    dependencies=[allowed(Permission.START)],
)
async def restore_site(
    site_id: SiteId,
    order: RestoreRequest,
    author: WithAuthor,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> RotationShown:
    """Put back what the last rotation recorded before it changed anything; gated like every other change.

    A service that has lost that record takes it from the file of originals. One that has it keeps its own.

    Refused while a person holds a task of that rotation: 409 `task-held` says who, and how the task is given back.

    The same request of the same caller again gets the restore that runs, whose answer may have been lost. One that was
    never started is started now. With the same key, it gets its restore after the end of that, too.
    """
    require_in_use(await parts.store.sites.get(site_id))
    running = await still_running(parts, site_id)
    rotation = await _begun_by(key.with_body, parts)
    if rotation is None and running is not None and not _is_that(running, order, author.who):
        raise await busy(parts, running)
    rotation = rotation or running or await _new_restore(site_id, order, author, parts, key.with_body)
    plan = await parts.store.plans.get(rotation.plan_id)
    response.headers["Location"] = f"/v1/rotations/{rotation.id}"
    response.headers["Retry-After"] = retry_after(rotation, plan, parts)
    return rotation_shown(parts, rotation)


def _is_that(running: Rotation, order: RestoreRequest, who: str) -> bool:
    """Whether `order` is the request that recorded a restore, asked again."""
    return running.purpose == "restore" and (running.started_by, running.why) == (who, order.why)


async def _begun_by(key: str | None, parts: Parts) -> Rotation | None:
    """The restore that a request with this key began."""
    if key is None:
        return None
    with suppress(UnknownRotation):
        return await parts.store.rotations.get(new_id(key))
    return None


async def _new_restore(
    site_id: SiteId, order: RestoreRequest, author: Author, parts: Parts, key: str | None
) -> Rotation:
    given = await read_given(parts, site_id, order)
    own = await parts.store.originals.unrestored(site_id)
    if given is not None:
        await require_own_agree(parts, given, own)
    await require_no_claimed_task(parts, site_id)
    if not own and given is None:
        raise await _nothing(parts, site_id, f"site {site_id}: no rotation left it changed")
    survey_id = await fresh_survey(parts, site_id, order.survey_max_age, caller=author.who)
    if not own and given is not None:
        await take_in_given(parts, site_id, given, survey_id, order, author=author)
    try:
        plan = await restore_plan(parts.store, site_id, survey_id, now=parts.clock())
    except NothingToRestoreError as nothing:
        raise await _nothing(parts, site_id, str(nothing)) from None
    await parts.store.plans.add(plan)
    approved = RotationRequest(plan_id=plan.id, plan_hash=plan.hash, why=order.why)
    return await begin(parts, plan, approved, author, new_id(key), key=key)


async def _nothing(parts: Parts, site_id: SiteId, detail: str) -> ProblemError:
    """A recovery changes no setting: one that was ended leaves its certificate as damaged as it was."""
    remedy = "nothing has to be done; the site is as it was"
    newest = (await parts.store.rotations.page(PageRequest(1), sites=(site_id,))).items
    if any(each.purpose == "recover" and each.status is RotationStatus.TERMINATED for each in newest):
        remedy = (
            "no setting has to be put back; plan again the recovery that was ended: "
            f"POST /v1/sites/{site_id}/recovery-plans"
        )
    return ProblemError(HTTPStatus.CONFLICT, "nothing-to-restore", detail, remedy=remedy)

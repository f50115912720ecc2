"""/v1/sites/{id}/rename, archive and take-back: what a site is called, and whether anything may begin there."""

from http import HTTPStatus

from fastapi import APIRouter

from api.http.allowed import allowed
from api.http.authors import ChangeReason, WithAuthor
from api.http.problems import ProblemError, described
from api.parts import Parts, WithParts
from api.rotation.orphaned_tasks import require_no_claimed_task
from api.rotation.rotation_now import busy, require_free, still_running
from api.site.console_document import ConsoleSiteShown
from api.site.shown_site import ExpectedSite, shown
from api.site.site_document import ArchiveRequest, NameRequest, SiteShown
from engine.client.runs import newest_run
from engine.ids import survey_workflow
from rotation.identity.permission import Permission
from rotation.values import RotationId, SiteId
from store.site.site_changes import ReasonedAct

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_REFUSES = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.patch("/{site_id}", name="change_site", responses=_REFUSES, dependencies=[allowed(Permission.CONFIGURE_SITES)])
@router.post("/{site_id}/rename", responses=_REFUSES, dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def rename_site(
    site_id: SiteId, document: NameRequest, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> SiteShown | ConsoleSiteShown:
    """Give a site another name. Its id stays, and with it all that was kept of it and its workflows in Temporal.

    A rotation that runs, and its tasks, show the name that it began with.
    """
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=expected)
    return await shown(parts, await parts.store.site_changes.rename(site_id, document.name, act))


@router.post("/{site_id}/archive", responses=_REFUSES, dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def archive_site(
    site_id: SiteId, document: ArchiveRequest, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> SiteShown | ConsoleSiteShown:
    """Let nothing begin at a site: no plan, rotation, restore or survey, and no look of the watch.

    Its trail, plans and rotations stay readable. Refused while a rotation, a restore or a survey runs there, while a
    person holds a task of a rotation that was ended from outside, and where a rotation left the site changed.
    """
    site = await parts.store.sites.get(site_id)
    if site.archived_at is not None:
        return await shown(parts, site)
    await _require_idle(parts, site_id)
    left = [each.rotation_id for each in await parts.store.originals.unrestored(site_id)]
    if left and not document.accept_left_changed:
        raise _left_changed(site_id, left)
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=expected)
    site = await parts.store.site_changes.archive(site_id, act, left_changed=tuple(dict.fromkeys(left)))
    return await shown(parts, site)


@router.post("/{site_id}/take-back", responses=_REFUSES, dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def take_site_back(
    site_id: SiteId, document: ChangeReason, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> SiteShown | ConsoleSiteShown:
    """Take an archived site into use again. The watch looks at it in its next round."""
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=expected)
    return await shown(parts, await parts.store.site_changes.take_back(site_id, act))


async def _require_idle(parts: Parts, site_id: SiteId) -> None:
    running = await still_running(parts, site_id)
    if running is not None:
        raise await busy(parts, running)
    await require_free(parts, site_id)
    await require_no_claimed_task(parts, site_id)
    survey = await newest_run(parts.temporal, survey_workflow(site_id))
    if survey is not None and survey.status.is_open:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "site-busy",
            f"site {site_id} is being surveyed",
            remedy="wait until the survey ends; or terminate it in the Temporal UI",
        )


def _left_changed(site_id: SiteId, left: list[RotationId]) -> ProblemError:
    return ProblemError(
        HTTPStatus.CONFLICT,
        "site-left-changed",
        f"rotation {left[0]} has ended, and what it had changed at site {site_id} is not put back",
        remedy=f"restore the site first: POST /v1/sites/{site_id}/restore; where its SEPM is gone for good, archive it "
        "with accept_left_changed (rotator site archive --left-changed)",
    )

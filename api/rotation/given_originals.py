"""A file of originals that comes with the request for a restore: read, held against site and store, taken in."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from pydantic import Field, StrictBool

from api.http.problems import ProblemError, refused
from api.parts import Parts
from api.rotation.rotation_document import ReasonedRequest
from api.rotation.rotation_now import require_free
from rotation.finding import blocking
from rotation.originals.content import KeptOriginals
from rotation.originals.file import LARGEST, UnusableOriginalsError, read_originals
from rotation.originals.site_match import another_site, differences, of_another_sepm, other_certificates
from rotation.values import SiteId
from service.plans.kept_originals import NoOriginalsError, kept_originals, take_in
from store.rotation.originals import Original
from store.trail.site_trail import Author

_NAMED = 20


class RestoreRequest(ReasonedRequest):
    """Why a site is to be restored; with the file of originals where the service has lost its record."""

    originals: str | None = Field(
        default=None, max_length=LARGEST, description="The text of the file that GET /v1/rotations/ID/originals gave"
    )
    accept_differences: StrictBool = Field(
        default=False,
        description="Restore a site that differs from the file. The service leaves out a pair that is gone, and gives "
        "a pair that a person changed the settings of the file.",
    )


async def read_given(parts: Parts, site_id: SiteId, order: RestoreRequest) -> KeptOriginals | None:
    """The originals that came with the request; None where none came.

    Raises:
        ProblemError: 422 where the file cannot be used; 409 where it is of another site.
    """
    if order.originals is None:
        return None
    try:
        originals = await asyncio.to_thread(read_originals, order.originals)
    except UnusableOriginalsError as error:
        detail = f"the file of originals for site {site_id} is not used: {error}"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, detail, remedy=error.remedy) from None
    if findings := another_site(originals, await parts.store.sites.get(site_id)):
        raise refused("originals-of-another-site", findings)
    return originals


async def require_own_agree(parts: Parts, given: KeptOriginals, own: Sequence[Original]) -> None:
    """Refuse a file where the store has a record of its own that differs, or has put back what the file holds.

    Raises:
        ProblemError: 409, which says what differs; the store's own record wins.
    """
    site_id, remedy = given.site_id, f"restore without the file: rotator restore {given.site_id} --why REASON"
    if own:
        differ = await _differing(parts, given, own)
        text = f"the store has other settings, of rotation {own[0].rotation_id}, than the file of {given.rotation_id}"
        if differ:
            raise refused("originals-differ", [blocking("originals-differ", each, text, remedy) for each in differ])
        return
    for later in (await parts.store.rotations.page(sites=(site_id,))).items:
        if later.created_at > given.recorded_at and await parts.store.originals.of(later.id):
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "originals-outdated",
                f"site {site_id}: rotation {later.id} began after the file was made, and has put back what it changed",
                remedy="nothing has to be put back; take the file of the rotation that has left the site changed",
            )


async def _differing(parts: Parts, given: KeptOriginals, own: Sequence[Original]) -> list[str]:
    """The pairs that get back something else by the file than by the store's own record, some of them by name."""
    try:
        kept = await kept_originals(parts.store, own[0].rotation_id)
    except NoOriginalsError as none:
        return [str(none)]
    ours, theirs = kept.goes_back(), given.goes_back()
    names = {each.pair: each.name for each in (*given.pairs, *kept.pairs)}
    return [name for pair, name in names.items() if ours.get(pair) != theirs.get(pair)][:_NAMED]


async def take_in_given(
    parts: Parts, site_id: SiteId, given: KeptOriginals, survey_id: str, order: RestoreRequest, *, author: Author
) -> None:
    """Record the originals of the file, as their rotation had recorded them.

    Raises:
        ProblemError: 409 where the site is not as the file knows it, or Temporal runs something there.
        OriginalsKept, SiteBusy: where the store knows better.
    """
    site, survey = await parts.store.sites.get(site_id), await parts.store.surveys.get(survey_id)
    if findings := of_another_sepm(given, site, survey):
        raise refused("originals-of-another-site", findings)
    if findings := other_certificates(given, survey):
        raise refused("originals-do-not-fit", findings)
    differ = differences(given, site, survey)
    if differ.findings and not order.accept_differences:
        raise refused("originals-do-not-fit", differ.findings)
    await require_free(parts, site_id)
    await take_in(
        parts.store,
        site,
        given,
        survey_id,
        without=frozenset(gone.pair for gone in differ.gone),
        author=author,
        why=order.why,
        now=parts.clock(),
    )

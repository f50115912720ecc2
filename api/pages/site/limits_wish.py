"""A wish to lower limits of a site below the vendor's: on home, on the site, and as a form of the second person."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.allowed import allowed, forbidden
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.invalid import checked
from api.pages.frame.own_forms import texts_of
from api.pages.site.limit_fields import LIMIT_FIELDS
from api.parts import Parts, WithParts
from api.site.limits import set_limits
from api.site.site_document import LimitsRequest
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.identity.two_persons import TwoPersonAct, Wish, WishedFloors
from rotation.site import Limits, Site
from rotation.text.sentence import Sentence
from rotation.values import SiteId, Value
from store.site.site_version import SiteChanged

router = APIRouter(prefix="/sites/{site_id}/limits", include_in_schema=False)
VERSION = "version"
"""The field of a form with the version of the site that it has shown."""
_MAY = Permission.CONFIGURE_SITES


class ChangedLimit(Value):
    """A limit that would be another one, in its unit; empty where it is off."""

    label: Sentence
    now: str
    wished: str


class WishedLimits(Value):
    """A wish of one person that waits for a second one."""

    site: Site
    limits: Limits
    wish: Wish
    token: str
    """Names the wish on its form."""
    own: bool
    """Whether the reader is the one who wishes it."""
    who_can: str = ""
    """Who approves it, where the reader may not."""

    @property
    def changed(self) -> tuple[ChangedLimit, ...]:
        """What would be another than it is."""
        every = (
            ChangedLimit(label=each.label, now=each.shown(self.site.limits), wished=each.shown(self.limits))
            for each in LIMIT_FIELDS
        )
        return tuple(each for each in every if each.now != each.wished)


async def wished_limits(parts: Parts, caller: Principal, site_id: SiteId | None = None) -> tuple[WishedLimits, ...]:
    """The wishes about a site, or about all that the caller sees; none that would change nothing any more."""
    waiting = await parts.store.wishes.all_waiting(TwoPersonAct.FLOORS, at=parts.clock())
    if not waiting:
        return ()
    sites = await parts.store.sites.list() if site_id is None else (await parts.store.sites.get(site_id),)
    known = {each.id: each for each in sites if each.archived_at is None and caller.sees(each.id)}
    who_can = "" if caller.may(_MAY) else (await forbidden(parts, caller, _MAY)).problem.remedy
    found = []
    for token, wish in waiting.items():
        wished = WishedFloors.of(wish)
        if wished is not None and (site := known.get(wished.site)) is not None and site.limits != wished.limits:
            own = wish.identity == caller.id
            found.append(
                WishedLimits(site=site, limits=wished.limits, wish=wish, token=token, own=own, who_can=who_can)
            )
    return tuple(found)


async def shown_version(parts: Parts, site_id: SiteId, sent: Mapping[str, str]) -> str:
    """The version of the site that a form has shown, which the store compares once more; without one, that of now.

    Raises:
        SiteChanged: when it is another one by now. The wish of another person then still waits.
    """
    now = await parts.store.site_changes.version(site_id)
    if sent.get(VERSION, now) != now:
        raise SiteChanged(f"site {site_id} has changed since it was read")
    return now


@router.post("/approve", dependencies=[allowed(_MAY)])
async def approve(request: Request, site_id: SiteId, parts: WithParts, caller: Caller, author: WithAuthor) -> Response:
    """Send as the second person what the first one has sent. A wish that is over changes nothing: the site shows that.

    Raises:
        ProblemError: 409, where the caller is the first person; 412, where the site was changed since it was shown.
    """
    sent = await texts_of(request)
    wished = {each.token: each for each in await wished_limits(parts, caller, site_id)}.get(sent.get("wish", ""))
    if wished is not None:
        with checked():
            order = LimitsRequest.model_validate({**wished.limits.model_dump(mode="json"), "why": sent.get("why", "")})
        expected = await shown_version(parts, site_id, sent)
        await set_limits(site_id, order, caller, author, parts, expected=expected)
    return RedirectResponse(f"/sites/{site_id}#limits", HTTPStatus.SEE_OTHER)

"""/v1/sites/{id}/limits: what the site's owner wants waited for, given as a whole or one by one."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import Field

from api.http.allowed import allowed
from api.http.authors import ChangeReason, WithAuthor, with_first
from api.http.caller import Caller
from api.http.invalid import checked
from api.http.problems import described, refused
from api.http.second_person import require_second
from api.parts import Parts, WithParts
from api.site.console_document import ConsoleSiteShown
from api.site.shown_site import ExpectedSite, shown
from api.site.site_document import LimitsRequest, SiteShown
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.identity.two_persons import TwoPersonAct, lowered
from rotation.site import Limits, Site
from rotation.span import UpToADay, UpToAYear, UpToTenYears
from rotation.values import SiteId
from store.site.site_changes import ReasonedAct
from store.trail.site_trail import Author

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_SAYS = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class LimitsPatchRequest(ChangeReason):
    """The limits that are another from now on; those that are left out stay. Only `purge_after` may be null: off."""

    relax_floor: UpToAYear = Field(default_factory=lambda: Limits().relax_floor)
    away_limit: UpToTenYears = Field(default_factory=lambda: Limits().away_limit)
    holdout_minimum: UpToTenYears = Field(default_factory=lambda: Limits().holdout_minimum)
    holdout_maximum: UpToTenYears = Field(default_factory=lambda: Limits().holdout_maximum)
    publish_delay: UpToADay = Field(default_factory=lambda: Limits().publish_delay)
    purge_after: UpToTenYears | None = Field(default_factory=lambda: Limits().purge_after)
    gate_patience: UpToTenYears = Field(default_factory=lambda: Limits().gate_patience)
    stays: UpToADay = Field(default_factory=lambda: Limits().stays)

    def onto(self, limits: Limits) -> Limits:
        """These limits with those that the request names.

        Raises:
            ProblemError: 422, where they do not fit together.
        """
        named = {name: getattr(self, name) for name in Limits.model_fields if name in self.model_fields_set}
        with checked():
            return Limits.model_validate({**dict(limits), **named})


@router.put(
    "/{site_id}/limits",
    responses=_SAYS,
    dependencies=[allowed(Permission.CONFIGURE_SITES)],
)
async def set_limits(
    site_id: SiteId,
    document: LimitsRequest,
    caller: Caller,
    author: WithAuthor,
    parts: WithParts,
    *,
    expected: ExpectedSite,
) -> SiteShown | ConsoleSiteShown:
    """Replace what the site's owner wants waited for. Plans made before keep theirs.

    To lower a floor below the vendor's takes two persons: 409 `second-person` keeps the first request as a wish.
    """
    site, limits = await parts.store.sites.get(site_id), document.limits()
    author = await _with_second(parts, caller, author, site=site, limits=limits, why=document.why)
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=expected)
    return await shown(parts, await parts.store.site_changes.set_limits(site_id, limits, act))


@router.patch("/{site_id}/limits", responses=_SAYS, dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def change_limits(
    site_id: SiteId,
    document: LimitsPatchRequest,
    caller: Caller,
    author: WithAuthor,
    parts: WithParts,
    *,
    expected: ExpectedSite,
) -> SiteShown | ConsoleSiteShown:
    """Change some limits, and let the others be. Floors are lowered as by PUT.

    Refused (412) when another request changes the site at the same time.
    """
    version = expected or await parts.store.site_changes.version(site_id)
    site = await parts.store.sites.get(site_id)
    if site.refused_limits:
        raise refused("limit-refused", [each.finding for each in site.refused_limits])
    limits = document.onto(site.limits)
    author = await _with_second(parts, caller, author, site=site, limits=limits, why=document.why)
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=version)
    return await shown(parts, await parts.store.site_changes.set_limits(site_id, limits, act))


async def _with_second(
    parts: Parts, caller: Principal, author: Author, *, site: Site, limits: Limits, why: str
) -> Author:
    """Who sets the limits: two persons where a floor is lowered below the vendor's.

    Raises:
        ProblemError: 409 `second-person`, when no other person has sent it: it is kept as a wish.
    """
    floors = lowered(site.limits, limits)
    if not floors:
        return author
    content = {"site": site.id, "limits": limits.model_dump(mode="json")}
    wish = await require_second(parts, caller, TwoPersonAct.FLOORS, content, why=why, reason=", ".join(floors))
    return with_first(author, wish)

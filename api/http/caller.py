"""Who makes a request: the principal that the guard has found."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Request

from rotation.identity.identity import Principal
from rotation.values import SiteId


def caller_of(request: Request) -> Principal:
    """The principal of this request."""
    principal: Principal = request.state.principal
    return principal


Caller = Annotated[Principal, Depends(caller_of)]


def seen_sites(caller: Principal, site_id: SiteId | None) -> Collection[SiteId] | None:
    """The sites that a list is about: the one that is asked for, or all that the caller sees. None: every site."""
    if site_id is None:
        return caller.sites
    return (site_id,) if caller.sees(site_id) else ()

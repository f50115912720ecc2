"""The person whose session a request carries, as long as key or log-in counts."""

from starlette.requests import HTTPConnection

from api.http.company import principal_of
from api.parts import Parts
from api.temporal_ui.sessions import Sessions
from rotation.identity.log_in import LogIn
from store.fault import StoreFault


async def logged_in(sessions: Sessions, request: HTTPConnection, parts: Parts) -> str | None:
    """The name of the identity; None without a session, or where the key or the log-in counts no more."""
    holder = sessions.holder(request)
    if isinstance(holder, LogIn):
        try:
            return (await principal_of(parts, holder)).name
        except StoreFault:  # barred meanwhile
            return None
    held = await parts.store.identities.still(holder, parts.clock()) if holder is not None else None
    return held.principal.name if held is not None else None

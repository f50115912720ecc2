"""The page at which a person logs in with an API key: it opens the Temporal UI of `rotator up` to this browser.

Where Temporal runs elsewhere, the cookie that this page sets is what its UI can send to the codec server
(docs/develop/decisions/0014-codec-log-in.md).
"""

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.company import principal_of_session
from api.parts import WithParts
from api.temporal_ui.login_page import form, logged_in, page, within
from api.temporal_ui.sessions import COOKIE, LASTING, LOGIN, LOGOUT, Sessions
from rotation.identity.log_in import LogIn

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)


@router.get(LOGIN)
async def show(request: Request, parts: WithParts, then: str = "") -> HTMLResponse:
    """The form; to those who are logged in, what to set in a UI elsewhere."""
    holder = _sessions(request).holder(request)
    principal = await principal_of_session(parts, holder) if holder is not None else None
    if principal is None:
        return page(form(parts, then))
    company = parts.log_in if isinstance(holder, LogIn) else None
    return page(logged_in(request, principal.name, company.settings.session if company is not None else LASTING))


@router.post(LOGIN)
async def log_in(
    request: Request, parts: WithParts, key: Annotated[str, Form()] = "", then: Annotated[str, Form()] = ""
) -> Response:
    """Open a session of the identity whose key was given. It ends when the key does."""
    held = await parts.store.identities.holder(key, parts.clock())
    address = request.client.host if request.client else ""
    if held is None:
        _log.warning("a log-in for the Temporal UI was refused", address=address)
        return page(form(parts, then, "That is no API key that counts."), HTTPStatus.UNAUTHORIZED)
    _log.info("logged in for the Temporal UI", who=held.principal.name, address=address, lasting=str(LASTING))
    answer = RedirectResponse(within(then), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        _sessions(request).open(held.id),
        max_age=int(LASTING.total_seconds()),
        httponly=True,
        samesite="strict",  # the UI is of the same site: another port of the same host, or a sister domain
        secure=request.url.scheme == "https",
    )
    return answer


@router.post(LOGOUT)
async def log_out(request: Request) -> Response:
    """End the session."""
    holder = _sessions(request).close(request)
    if holder is not None:
        shown = {"subject": holder.subject} if isinstance(holder, LogIn) else {"key": holder}
        _log.info("logged out of the Temporal UI", **shown)
    answer = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions

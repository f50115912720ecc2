"""The log-in page by way of the company's provider (OpenID Connect, code flow with PKCE): there, and back."""

from html import escape
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http import faults
from api.http.company import principal_of
from api.http.problems import ProblemError
from api.parts import Parts, WithParts
from api.temporal_ui.attempts import COOKIE, LASTING, BegunLogIn, LogInAttempts
from api.temporal_ui.login_page import form, page, within
from api.temporal_ui.sessions import COMPANY_LOGIN, LOGIN, Sessions
from api.temporal_ui.sessions import COOKIE as SESSION
from oidc.company_log_in import CompanyLogIn, LogInAttempt
from oidc.errors import NoRole, ProviderAway, TokenRefused
from oidc.settings import CALLBACK
from store.fault import StoreFault

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)
_LONGEST = 1500
"""Characters of the page that a log-in leads to: a browser keeps 4096 bytes of a cookie."""


@router.get(COMPANY_LOGIN)
async def leave(request: Request, parts: WithParts, then: str = "") -> Response:
    """Send the browser to the provider, and have it keep what its answer will be held against."""
    attempt = LogInAttempt.new()
    try:
        log_in = _with_pages(parts)
        answer = RedirectResponse(await log_in.page(attempt), HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    except (ProblemError, ProviderAway) as error:
        return _refused(request, parts, error)
    answer.set_cookie(
        COOKIE,
        _attempts(request).seal(BegunLogIn(attempt=attempt, host=_host(request), then=then[:_LONGEST])),
        max_age=int(LASTING.total_seconds()),
        path=COMPANY_LOGIN,
        httponly=True,
        samesite="lax",  # the provider is another site, and sends the browser back by a link
        secure=_over_tls(log_in),
    )
    return answer


@router.get(CALLBACK)
async def come_back(request: Request, parts: WithParts) -> Response:
    """Open a session for the person in the provider's answer. The browser then opens the log-in page."""
    address = request.client.host if request.client else ""
    try:
        log_in = _with_pages(parts)
        begun = _attempts(request).begun(request.cookies.get(COOKIE, ""))
        person = await log_in.finish(begun.attempt, request.query_params)
        principal = await principal_of(parts, person)
    except (ProblemError, TokenRefused, ProviderAway, StoreFault) as error:
        return _refused(request, parts, error)
    lasting = log_in.settings.session
    sessions: Sessions = request.app.state.sessions
    _log.info("logged in for the Temporal UI", who=principal.name, address=address, lasting=str(lasting))
    # a page of the UI is one only where the log-in began: the provider may lead back to another port
    on = within(begun.then) if begun.host == _host(request) else LOGIN
    # by a page and not by a redirect: a browser that comes from another site sends a strict cookie only then
    answer: Response = page(f'<p>You are logged in. <a href="{escape(on)}">Go on</a></p>', on=on)
    answer.set_cookie(
        SESSION,
        sessions.open(person, lasting),
        max_age=int(lasting.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=_over_tls(log_in),
    )
    answer.delete_cookie(COOKIE, path=COMPANY_LOGIN)
    return answer


def _refused(
    request: Request, parts: Parts, error: ProblemError | TokenRefused | ProviderAway | StoreFault
) -> Response:
    """The form again, with what is wrong and what to do. A person reads it, so it says why a log-in is refused."""
    if isinstance(error, TokenRefused) and not isinstance(error, NoRole):
        status, trouble, headers = HTTPStatus.UNAUTHORIZED, f"The log-in is not accepted: {error}. Log in again.", {}
    else:
        match error:
            case ProblemError():
                refusal = error
            case StoreFault():
                refusal = faults.from_store(error)
            case _:
                refusal = faults.from_log_in(error)
        status, headers = HTTPStatus(refusal.problem.status), refusal.headers
        trouble = f"{refusal.problem.detail}. What to do: {refusal.problem.remedy}."
    address = request.client.host if request.client else ""
    _log.warning("a log-in for the codec server was refused", address=address, reason=str(error))
    answer = page(form(parts, "", trouble), status)
    answer.headers.update(headers)
    answer.delete_cookie(COOKIE, path=COMPANY_LOGIN)
    return answer


def _with_pages(parts: Parts) -> CompanyLogIn:
    if parts.log_in is None or not parts.log_in.has_pages:
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "no-log-in",
            "no log-in of the company is set for pages here",
            remedy="log in with an API key; or have the operator set ROTATOR_OIDC_CLIENT_ID",
        )
    return parts.log_in


def _over_tls(log_in: CompanyLogIn) -> bool:
    """Whether people reach this service over TLS; a proxy may end it, so the address that they use tells."""
    return (log_in.settings.redirect_uri or "").startswith("https:")


def _host(request: Request) -> str:
    return request.headers.get("host", "").lower()


def _attempts(request: Request) -> LogInAttempts:
    attempts: LogInAttempts = request.app.state.attempts
    return attempts

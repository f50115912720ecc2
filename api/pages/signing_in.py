"""The sign-in of people, by a key or by the company's log-in, the sign-out, and the language of the page."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.company import principal_of_session
from api.pages.frame.addresses import HOME, LANGUAGE, LONGEST, SIGN_IN, SIGN_OUT
from api.pages.frame.rendering import LANGUAGE_COOKIE, render_page
from api.parts import Parts, WithParts
from api.temporal_ui.login_page import within
from api.temporal_ui.sessions import COMPANY_LOGIN, COOKIE, LASTING, LOGIN, Sessions
from texts.language import Language

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)
_CHOICE_LASTS = timedelta(days=366)


@router.get(SIGN_IN)
async def show(request: Request, parts: WithParts, then: str = HOME) -> Response:
    """The form; those who are signed in are led on."""
    holder = _sessions(request).holder(request)
    if holder is not None and await principal_of_session(parts, holder) is not None:
        return RedirectResponse(_on(then), HTTPStatus.SEE_OTHER)
    return _form(request, parts, then)


@router.post(SIGN_IN)
async def sign_in(
    request: Request, parts: WithParts, key: Annotated[str, Form()] = "", then: Annotated[str, Form()] = HOME
) -> Response:
    """Open a session of the identity whose key was given. It ends when the key does, and opens the Temporal UI too."""
    held = await parts.store.identities.holder(key.strip(), parts.clock())
    address = request.client.host if request.client else ""
    if held is None:
        _log.warning("a sign-in at the page was refused", address=address)
        return _form(request, parts, then, refused=True)
    _log.info("signed in at the page", who=held.principal.name, address=address, lasting=str(LASTING))
    answer = RedirectResponse(_on(then), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        _sessions(request).open(held.id),
        max_age=int(LASTING.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post(SIGN_OUT)
async def sign_out(request: Request) -> Response:
    """End the session."""
    if _sessions(request).close(request) is not None:
        _log.info("signed out of the page")
    answer = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


@router.post(LANGUAGE)
async def choose_language(
    request: Request, language: Annotated[Language, Form()], then: Annotated[str, Form()] = HOME
) -> Response:
    """Keep the language that the reader wants in this browser."""
    answer = RedirectResponse(_on(then), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language.value,
        max_age=int(_CHOICE_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _form(request: Request, parts: Parts, then: str, *, refused: bool = False) -> HTMLResponse:
    company = f"{COMPANY_LOGIN}?then={quote(_on(then), safe='')}"
    status = HTTPStatus.UNAUTHORIZED if refused else HTTPStatus.OK
    offered = parts.log_in is not None and parts.log_in.has_pages
    return render_page(
        request, "sign_in.html", status, then=_on(then), refused=refused, company=company if offered else ""
    )


def _on(then: str) -> str:
    """Where a sign-in leads: a page of the same origin, else home."""
    there = within(then) if len(then) <= LONGEST else HOME
    return HOME if there == LOGIN else there


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions
